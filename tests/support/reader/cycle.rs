//! The blocks of cycles: back references, parts and holes (sections 14.1 and 14.2).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::items::{Item, Items, Place};
use super::{Body, Part, Refused, Role, Rule, Scope};
use crate::model::Model;
use crate::reference::{Blocks, Cid};

/// The highest level that is named at each offset, by the cycle's block.
pub(super) type Named = BTreeMap<Cid, BTreeMap<u64, u8>>;

/// A cycle's block while it is read.
pub(super) struct Cycle {
    cid: Cid,
    head: usize,
    /// The length of what stands before the value.
    base: usize,
    named: BTreeMap<u64, u8>,
    nodes: BTreeMap<Place, usize>,
    /// The cells that were left out, and the descs of what they hold.
    holes: VecDeque<(usize, String)>,
    head_is_named: bool,
}

/// Whether there is such a block, and it is a cycle.
pub(super) fn is_one(cid: &Cid, blocks: &Blocks) -> bool {
    let mut items = blocks.get(cid).map(|bytes| Items::new(bytes));
    let desc = items
        .as_mut()
        .and_then(|items| items.next().and_then(|_| items.next()).ok());
    matches!(desc, Some(Item::Text(desc)) if desc.starts_with('~'))
}

/// All places that items under this root name. Blocks that cannot be read are left to the reader.
pub(super) fn named(root: &Cid, blocks: &Blocks) -> Named {
    let mut named = Named::new();
    let mut name = |cid: Cid, (offset, level): Place| {
        let highest = named.entry(cid).or_default().entry(offset).or_default();
        *highest = level.max(*highest);
    };
    let mut seen = BTreeSet::new();
    let mut ahead = vec![*root];
    while let Some(cid) = ahead.pop() {
        let Some(bytes) = blocks.get(&cid).filter(|_| seen.insert(cid)) else {
            continue;
        };
        let mut items = Items::new(bytes);
        while !items.is_at_end() {
            match items.next() {
                Ok(Item::Link(linked)) => ahead.push(linked),
                Ok(Item::Back(place)) => name(cid, place),
                Ok(Item::Part(cycle, place)) => {
                    name(cycle, place);
                    ahead.push(cycle);
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
    }
    named
}

fn refuse<T>(reason: &str) -> Result<T, Refused> {
    Err(Refused::new(Rule::Identity, reason))
}

impl Body<'_, '_, '_> {
    /// The value and the cells of a cycle's block.
    pub(super) fn cycle(
        &mut self,
        cid: &Cid,
        desc: &str,
        around: Option<usize>,
        depth: usize,
    ) -> Result<Part, Refused> {
        let head = around.unwrap_or_else(|| self.reader.new_node());
        self.cycle = Some(Cycle {
            cid: *cid,
            head,
            base: self.items.length(),
            named: self.reader.named.get(cid).cloned().unwrap_or_default(),
            nodes: BTreeMap::from([((0, 0), head)]),
            holes: VecDeque::new(),
            head_is_named: false,
        });
        let content = self.pointed(desc, super::body::Place::Whole, Some((head, 0)), depth)?;
        self.reader.nodes[head] = Some(content.clone());
        while let Some((cell, desc)) = self.next_hole() {
            if self.items.is_at_end() {
                return refuse("fewer cells than holes");
            }
            let content = self.value(&desc, super::body::Place::Inside, depth + 1)?;
            self.reader.nodes[cell] = Some(Model::Cell(Box::new(content)));
        }
        if !self.items.is_at_end() {
            return refuse("more cells than holes");
        }
        let Some(cycle) = self.cycle.take() else {
            return refuse("a cycle in a cycle");
        };
        if !cycle.head_is_named {
            return refuse("a cycle without a back reference to its head");
        }
        let begun: BTreeSet<_> = cycle.nodes.keys().map(|(offset, _)| offset).collect();
        if cycle.named.keys().any(|offset| !begun.contains(offset)) {
            return refuse("a place where no node begins");
        }
        self.reader.read_cycles.entry(*cid).or_insert(cycle.nodes);
        Ok(Part {
            model: content,
            count: 0,
            head: Some(head),
        })
    }

    fn next_hole(&mut self) -> Option<(usize, String)> {
        self.cycle.as_mut()?.holes.pop_front()
    }

    fn offset(cycle: &Cycle, at: usize) -> u64 {
        (at - cycle.base) as u64
    }

    /// Whether a place names the pointer of this level that begins here, or one inside it.
    pub(super) fn is_named(&self, at: usize, level: Option<u8>) -> bool {
        let highest = self
            .cycle
            .as_ref()
            .and_then(|cycle| cycle.named.get(&Self::offset(cycle, at)));
        highest.is_some_and(|highest| level.is_some_and(|level| level <= *highest))
    }

    /// Notes the place of a pointer that begins here.
    pub(super) fn begin(&mut self, at: usize, level: Option<u8>, node: usize) {
        if let (Some(cycle), Some(level)) = (&mut self.cycle, level) {
            let offset = Self::offset(cycle, at);
            cycle.nodes.insert((offset, level), node);
        }
    }

    /// The place of a pointer that begins here, in a cycle's block.
    pub(super) fn place_at(&self, at: usize, level: Option<u8>) -> Option<(Cid, Place)> {
        let cycle = self.cycle.as_ref()?;
        Some((cycle.cid, (Self::offset(cycle, at), level?)))
    }

    /// A back reference.
    pub(super) fn back(&mut self, place: Place, desc: &str) -> Result<Model, Refused> {
        let Some(cycle) = &mut self.cycle else {
            return refuse("a back reference outside a cycle's block");
        };
        cycle.head_is_named |= place == (0, 0);
        if self.reader.skipping > 0 {
            return Ok(Model::Unit);
        }
        match cycle.nodes.get(&place) {
            Some(&node) => {
                self.reader.on_cycle.push((cycle.head, node));
                self.lead_to(node, desc)
            }
            None => refuse("a back reference to a place where no node began before"),
        }
    }

    /// A hole: a cell under a pointer that nothing else leads to.
    pub(super) fn hole(&mut self, desc: &str) -> Result<Model, Refused> {
        let Some(cycle) = &mut self.cycle else {
            return refuse("a hole outside a cycle's block");
        };
        if self.reader.skipping > 0 {
            return refuse("a hole in a key, or below a pointer that was met before");
        }
        let cell = self.reader.nodes.len();
        self.reader.nodes.push(None);
        cycle.holes.push_back((cell, desc.to_owned()));
        self.reader.on_cycle.push((cycle.head, cell));
        Ok(Model::Pointer(cell, desc.to_owned()))
    }

    /// A part about which the overlay says nothing: that of the first occurrence of its cycle.
    pub(super) fn part(
        &mut self,
        cid: &Cid,
        place: Place,
        desc: &str,
        depth: usize,
    ) -> Result<Model, Refused> {
        self.check_link(super::body::Place::Inside)?;
        if !is_one(cid, self.reader.blocks) {
            if self.reader.blocks.contains_key(cid) {
                return refuse("a part of a block that is no cycle");
            }
            return Err(Refused::new(Rule::Missing, "a block is missing"));
        }
        if self.reader.skipping > 0 {
            return Ok(Model::Unit);
        }
        if !self.reader.read_cycles.contains_key(cid) {
            self.reader
                .block(cid, &Role::Root, Scope::from([]), None, depth + 1)?;
        }
        let nodes = self.reader.read_cycles.get(cid);
        match nodes.and_then(|nodes| nodes.get(&place)) {
            Some(&node) => self.lead_to(node, desc),
            None => refuse("a part where no node of its cycle begins"),
        }
    }
}

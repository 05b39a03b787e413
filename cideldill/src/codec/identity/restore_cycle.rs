//! Cycles, read.
//!
//! A node on a cycle is made with stand-ins in the cells that were left out; they are filled when
//! everything they can lead back to is there.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::pointer::{Cells, Kept, Shared};
use super::restore::same_type;
use super::restore_cell::hidden_cells;
use super::restoring::{Around, CycleNode, Hole, Late, LateNode, NodeCells, OpenCycle};
use crate::codec::decode::{self, Decoder};
use crate::codec::overlay::{Kind, Scope};
use crate::codec::read::{Cursor, Item, Place};
use crate::desc::DescText;
use crate::error::Error;
use crate::shape::DescRef;
use crate::stack::grow;

/// The place of a cycle's head.
pub(super) const HEAD: Place = Place {
    offset: 0,
    level: 0,
};

/// What stands where a cycle can begin.
pub(super) enum Head<P> {
    None,
    Entered(decode::Entered),
    /// The cycle was read already.
    Known(P),
}

impl Decoder<'_> {
    /// Enters the block of a cycle, if the link to one stands here.
    #[inline(never)]
    pub(super) fn enter_cycle<P: Shared>(
        &mut self,
        desc: DescRef<'_>,
        is_around: bool,
    ) -> Result<Head<P>, Error> {
        if is_around || self.cursor.item() != Item::Link {
            return Ok(Head::None);
        }
        let at = self.cursor.at;
        let scope = self.scope_of_link();
        let cid = self.read_link()?;
        let block = self.load(cid)?;
        if !is_cycle(&block) {
            self.cursor.at = at;
            self.loaded = Some((cid, block));
            return Ok(Head::None);
        }
        let occurrence = (cid, scope);
        let identity = self.identity.get_or_insert_default();
        let closed = identity.closed.get(&occurrence);
        let head = closed.and_then(|cycle| cycle.known(HEAD));
        // Where the overlay says nothing of it, each link leads to a cycle of its own.
        if let Some(head) = head.filter(|_| !scope.is_empty()) {
            return same_type(head).map(Head::Known);
        }
        let is_own = closed.is_some() && head.is_none();
        let entered = self.enter_block(cid, block, decode::Place::Cycle, Some(desc), scope)?;
        let (depth, start) = (self.depth_of_blocks(), self.start());
        let identity = self.identity.get_or_insert_default();
        // Some of its nodes may have been read out of turn.
        let closed = is_own.then(|| identity.closed.remove(&occurrence));
        let closed = closed.flatten();
        let mut cycle = closed.unwrap_or_else(|| OpenCycle::new(occurrence, depth, start));
        cycle.depth = depth;
        cycle.n_known = cycle.nodes.len();
        identity.entered.push(occurrence);
        identity.cycles.push(cycle);
        Ok(Head::Entered(entered))
    }

    /// The cycle whose own bytes are being read.
    pub(super) fn cycle_here(&mut self) -> Option<&mut OpenCycle> {
        let depth = self.depth_of_blocks();
        let cycle = self.identity.as_deref_mut()?.cycles.last_mut()?;
        (cycle.depth == depth).then_some(cycle)
    }

    /// Where the pointer that begins here stands in a cycle's own bytes, if it stands there.
    pub(super) fn place_on_cycle(
        &mut self,
        position: usize,
        is_head: bool,
    ) -> Option<(usize, Place)> {
        let start = self.start();
        let cycle = self.cycle_here()?;
        // The head's own position is that of the link to its block.
        let at = if is_head { start } else { position };
        let around = cycle.open.last().filter(|(start, _)| *start == at);
        let level = around.map_or(0, |(_, level)| level.saturating_add(1));
        let offset = u32::try_from(at - cycle.start).unwrap_or(u32::MAX);
        Some((at, Place { offset, level }))
    }

    /// A node begins. Returns what was known of the one around it.
    pub(super) fn begin_node(&mut self, at: Option<(usize, Place)>) -> Around {
        let mut of_cycle = None;
        if let Some((at, place)) = at
            && let Some(cycle) = self.cycle_here()
        {
            cycle.open.push((at, place.level));
            cycle.nodes.push(CycleNode::default());
            of_cycle = Some(cycle.nodes.len() - 1);
        }
        let place = at.map(|(_, place)| place);
        let Some(identity) = self.identity.as_deref_mut() else {
            return Around {
                place,
                ..Around::default()
            };
        };
        let counts = of_cycle.is_some() || identity.overlay.has_weak();
        let node = counts.then(|| NodeCells {
            of_cycle,
            ..NodeCells::default()
        });
        Around {
            place,
            node: std::mem::replace(&mut identity.node, node),
            unresolved: std::mem::take(&mut identity.unresolved),
            read: identity.read.take(),
        }
    }

    pub(super) fn end_node<P: Shared>(&mut self, around: Around, pointer: &P) {
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        identity.lost += std::mem::replace(&mut identity.unresolved, around.unresolved);
        identity.read = around.read;
        let Some(node) = std::mem::replace(&mut identity.node, around.node) else {
            return;
        };
        if !node.late.is_empty() {
            identity.late.push(LateNode {
                pointer: Some(Box::new(pointer.clone())),
                n_cells: node.cells,
                cells: node.late,
            });
        }
        if let Some(of_cycle) = node.of_cycle
            && let Some(cycle) = self.cycle_here()
        {
            cycle.open.pop();
            let place = around.place.map(|place| (place, of_cycle));
            cycle.places.extend(place);
            if let Some(known) = cycle.nodes.get_mut(of_cycle) {
                known.pointer = Some(Box::new(pointer.clone()));
                known.cells = node.cells;
            }
        }
    }

    /// Whether another pointer begins where the content with this scope does.
    pub(super) fn begins_with_pointer(&self, scope: Scope) -> bool {
        let identity = self.identity.as_deref();
        let first = identity.and_then(|identity| identity.entry(scope, 0));
        first.is_some_and(|entry| entry.kind.is_pointer())
    }

    /// Whether of the pointers that begin where the content with this scope does, the innermost leads to
    /// a node that was met before. Then a part there is the content of those around it.
    pub(super) fn ends_with_same(&self, scope: Option<Scope>) -> bool {
        let identity = self.identity.as_deref();
        let entries = std::iter::successors(Some(scope.unwrap_or_default()), |scope| {
            let entry = identity?.entry(*scope, 0)?;
            entry.kind.is_first().then_some(entry.scope)
        });
        let innermost = entries.last().zip(identity);
        let entry = innermost.and_then(|(scope, identity)| identity.entry(scope, 0));
        entry.is_some_and(|entry| entry.kind == Kind::Same)
    }

    #[inline(never)]
    pub(super) fn back_reference<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        let here = self.start();
        let place = self.read_back_reference()?;
        let mut before = 0;
        if let Some(cycle) = self.cycle_here() {
            cycle.is_closed |= place == HEAD;
            before = here - cycle.start;
        }
        let node = self.node_at(place, before, written)?;
        node.ok_or_else(|| {
            let reason = "a back reference leads to no node that has ended";
            self.cursor.malformed(reason)
        })
    }

    /// Goes behind a back reference that is not asked for. It closes the cycle nevertheless.
    pub(in crate::codec) fn skip_back_reference(&mut self) -> Result<(), Error> {
        let place = self.read_back_reference()?;
        if let Some(cycle) = self.cycle_here() {
            cycle.is_closed |= place == HEAD;
        }
        Ok(())
    }

    /// Reads the cells that were left out of a cycle whose head is made.
    #[inline(never)]
    pub(super) fn fill_cells(&mut self) -> Result<(), Error> {
        let mut queue = VecDeque::new();
        let node = self.identity.as_deref_mut().and_then(|i| i.node.take());
        // Cells in what is read now are set where they stand.
        loop {
            if let Some(cycle) = self.cycle_here()
                && !cycle.holes.is_empty()
            {
                queue.push_back(std::mem::take(&mut cycle.holes).into_iter());
            }
            let Some(holes) = queue.pop_front() else {
                break;
            };
            self.fill_object(holes, &mut queue)?;
        }
        self.fill_waiting()?;
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.node = node;
        }
        Ok(())
    }

    /// Fills the cells that were left out of one object.
    pub(super) fn fill_object(
        &mut self,
        holes: std::vec::IntoIter<Hole>,
        queue: &mut VecDeque<std::vec::IntoIter<Hole>>,
    ) -> Result<(), Error> {
        let mut pointers: BTreeMap<usize, (Box<dyn Kept>, usize)> = BTreeMap::new();
        let Some(cycle) = self.cycle_here() else {
            return Err(self.no_node());
        };
        for target in holes
            .as_slice()
            .iter()
            .filter_map(|hole| hole.target.as_ref())
        {
            if let Some(node) = cycle.nodes.get(target.node)
                && let Some(pointer) = &node.pointer
            {
                pointers
                    .entry(target.node)
                    .or_insert_with(|| (pointer.copy(), node.cells));
            }
        }
        let filled = self.fill_nodes(&pointers, holes, queue);
        if let Some(identity) = self.identity.as_deref_mut() {
            for (pointer, _) in pointers.into_values() {
                identity.filled.add(pointer);
            }
        }
        filled
    }

    #[cold]
    pub(super) fn no_node(&self) -> Error {
        let reason = "a cell that was left out has no node";
        self.cursor.malformed(reason)
    }

    /// The same with the object's nodes, each with how many cells it has.
    fn fill_nodes(
        &mut self,
        pointers: &BTreeMap<usize, (Box<dyn Kept>, usize)>,
        holes: std::vec::IntoIter<Hole>,
        queue: &mut VecDeque<std::vec::IntoIter<Hole>>,
    ) -> Result<(), Error> {
        let mut late = Vec::new();
        let mut found = BTreeMap::new();
        for (node, (pointer, n_cells)) in pointers {
            let mut cells = Cells::default();
            pointer.cells(&mut cells);
            if cells.is_refused || cells.found.len() != *n_cells {
                return Err(hidden_cells());
            }
            found.insert(*node, cells.found);
        }
        for hole in holes {
            match hole.target {
                None => match DescText::parse(&hole.written) {
                    Some(desc) => self.skip(&desc)?,
                    None => return Err(self.no_node()),
                },
                Some(target) => {
                    let cells = found.get(&target.node);
                    let Some(cell) = cells.and_then(|cells| cells.get(target.cell)) else {
                        return Err(self.no_node());
                    };
                    let (at, open) = (self.cursor.at, self.open);
                    let written = target.written.as_deref();
                    let fill = |this: &mut Self| grow(|| cell.fill(this, written));
                    let ((), pointers) = self.read_cell(fill)?;
                    if let Some(cells) = pointers.map(|pointers| Late {
                        cell: target.cell,
                        written: target.written,
                        place: self.snapshot(at, open),
                        pointers,
                    }) {
                        late.push((target.node, cells));
                    }
                }
            }
            if let Some(cycle) = self.cycle_here()
                && !cycle.holes.is_empty()
            {
                queue.push_back(std::mem::take(&mut cycle.holes).into_iter());
            }
        }
        if let Some(identity) = self.identity.as_deref_mut() {
            let late = late.into_iter().filter_map(|(node, late)| {
                let (pointer, n_cells) = pointers.get(&node)?;
                Some(LateNode {
                    pointer: Some(pointer.copy()),
                    n_cells: *n_cells,
                    cells: vec![late],
                })
            });
            identity.late.extend(late);
        }
        Ok(())
    }

    pub(super) fn leave_cycle(&mut self) -> Result<(), Error> {
        let open = self.cursor.malformed("a cycle that is none");
        let identity = self.identity.get_or_insert_default();
        identity.entered.pop();
        let Some(cycle) = identity.cycles.pop().filter(|cycle| cycle.is_closed) else {
            return Err(open);
        };
        let n_known = cycle.n_known;
        identity.close(cycle, n_known);
        Ok(())
    }
}

/// Whether a block is that of a cycle.
pub(super) fn is_cycle(block: &Arc<[u8]>) -> bool {
    let mut head = Cursor::new(Arc::clone(block));
    let is_known = head.byte().is_ok();
    is_known && head.string_bytes().is_ok_and(|desc| desc.starts_with(b"~"))
}

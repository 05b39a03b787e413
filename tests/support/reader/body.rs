//! The value of a block: links, pointers, chunks and nodes.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::cycle::Cycle;
use super::forms::{ascends, extend, key_desc, may_be_linked};
use super::header::unwrapped;
use super::items::{Item, Items};
use super::overlay::{Kind, Scope, begins_with_pointer};
use super::{MAX_DEPTH, Part, Reader, Refused, Role, Rule};
use crate::model::{Model, Shape};
use crate::profile::Profile;
use crate::reference::Cid;

/// Where a value stands in its block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the block's value.
    Whole,
    /// It is what the block's value, an unwrapped option, holds.
    InWholeOption,
    Inside,
}

/// A block's value while it is read.
pub(super) struct Body<'r, 'a, 'b> {
    pub(super) reader: &'r mut Reader<'b>,
    pub(super) profile: Profile,
    pub(super) table: Vec<Rc<Shape>>,
    /// How many shapes of the table were met.
    pub(super) used: usize,
    pub(super) items: Items<'a>,
    /// Where the indices of shapes stand that were read, where each ends, and the shape.
    pub(super) indices: BTreeMap<usize, (usize, Rc<Shape>)>,
    /// If it is the block of a cycle.
    pub(super) cycle: Option<Cycle>,
}

impl<'r, 'a, 'b> Body<'r, 'a, 'b> {
    pub(super) fn new(
        reader: &'r mut Reader<'b>,
        profile: Profile,
        table: Vec<Rc<Shape>>,
        items: Items<'a>,
    ) -> Self {
        Self {
            reader,
            profile,
            table,
            used: 0,
            items,
            indices: BTreeMap::new(),
            cycle: None,
        }
    }

    /// The value of a block that is no node.
    pub(super) fn whole(&mut self, desc: &str, role: &Role, depth: usize) -> Result<Part, Refused> {
        let start = self.items.length();
        let model = self.value(desc, Place::Whole, depth)?;
        let length = self.items.length() - start;
        if matches!(role, Role::Linked(_)) && length < self.profile.cut {
            return Refused::clause(7, "a linked block shorter than the cut");
        }
        let count = match &model {
            Model::Text(text) => text.len(),
            Model::Bytes(bytes) => bytes.len(),
            Model::Sequence(_, elements) | Model::Set(_, elements) => elements.len(),
            Model::Map(_, _, entries) => entries.len(),
            _ => 0,
        };
        Ok(Part {
            model,
            count: count as u64,
            head: None,
        })
    }

    /// The value of a node (section 7).
    pub(super) fn node(&mut self, desc: &str, depth: usize) -> Result<Part, Refused> {
        if depth >= MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "too deep"));
        }
        let Item::Array(parts) = self.items.next()? else {
            return Refused::clause(2, "a node that is no array");
        };
        let key_desc = key_desc(desc)?;
        let per_group = if key_desc.is_some() { 3 } else { 2 };
        if parts == 0 || parts % per_group != 0 {
            return Refused::clause(8, "a node that is no list of one or more groups");
        }
        let start = self.items.length();
        let mut whole: Option<Part> = None;
        let mut before = None;
        for _ in 0..parts / per_group {
            let at = self.items.length();
            let Item::Link(cid) = self.items.next()? else {
                return Refused::clause(2, "a group that does not start with a link");
            };
            let entry = self.reader.entry_at(at, |kind| kind == Kind::Link);
            let count = match self.items.next()? {
                Item::Unsigned(count @ 1..) => count,
                Item::Unsigned(_) | Item::Negative(_) => {
                    return Refused::clause(8, "a count that is not at least 1");
                }
                _ => return Refused::clause(2, "a count that is no integer"),
            };
            if let Some(key_desc) = &key_desc {
                let links = self.items.links;
                // What the overlay says about it, it says where the key stands in its chunk.
                self.reader.skipping += 1;
                let key = self.value(key_desc, Place::Inside, depth + 1);
                self.reader.skipping -= 1;
                let holds_link = self.items.links > links;
                if !ascends(&mut before, &key?, holds_link) {
                    return Refused::clause(8, "first keys that are not strictly ascending");
                }
            }
            let role = Role::Chunk(desc.to_owned());
            let scope = entry.map_or_else(|| Scope::from([]), |(_, scope)| scope);
            let part = self.reader.block(&cid, &role, scope, None, depth + 1)?;
            if part.count != count {
                return Refused::clause(8, "a count that does not match the child");
            }
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => {
                    whole.count += part.count;
                    extend(&mut whole.model, part.model);
                }
            }
        }
        let is_long = self.items.length() - start > self.profile.node.max;
        if is_long && parts / per_group > 2 {
            return Refused::clause(8, "a list of more than two groups above the node maximum");
        }
        whole.ok_or_else(|| Refused::new(Rule::Clause(8), "a node without groups"))
    }

    /// A value with this desc, and the pointers to it.
    pub(super) fn value(
        &mut self,
        desc: &str,
        place: Place,
        depth: usize,
    ) -> Result<Model, Refused> {
        self.pointed(desc, place, None, depth)
    }

    /// A value and the pointers to it inside of this one, if there is one around.
    pub(super) fn pointed(
        &mut self,
        desc: &str,
        place: Place,
        around: Option<(usize, u8)>,
        depth: usize,
    ) -> Result<Model, Refused> {
        if depth >= MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "too deep"));
        }
        if self.reader.skipping > 0 {
            return self.item(desc, place, None, depth);
        }
        let at = self.items.length();
        let level = around.map_or(Some(0), |(_, level)| level.checked_add(1));
        let entry = self.reader.entry_at(at, Kind::is_pointer);
        let (kind, scope) = match entry {
            Some((Kind::Same(node), _)) => {
                let (start, kept) = (self.items.end(), self.items.kept);
                let part = match self.items.clone().next() {
                    Ok(Item::Part(cid, place)) => Some((cid, place)),
                    _ => None,
                };
                self.reader.skipping += 1;
                let content = self.item(desc, place, None, depth);
                self.reader.skipping -= 1;
                content?;
                if self.items.kept > kept {
                    let reason = "a back reference or a hole below an entry of kind 4";
                    return Err(Refused::new(Rule::Identity, reason));
                }
                self.check_same(node, &self.written_since(start), part)?;
                return self.lead_to(node, desc);
            }
            Some((kind, scope)) => (kind, Some(scope)),
            None if self.is_named(at, level) => (Kind::Pointer, None),
            None => return self.item(desc, place, around.map(|(node, _)| node), depth),
        };
        match (&scope, self.items.clone().next()) {
            (Some(scope), _) if kind == Kind::Pointer => {
                self.check_needed(scope, around.is_some())?;
            }
            (None, Ok(Item::Back(_))) if self.reader.has_overlay => {
                let reason = "a back reference to a back reference without an entry";
                return Err(Refused::new(Rule::Identity, reason));
            }
            _ => {}
        }
        let node = self.reader.node(kind);
        self.begin(at, level, node);
        let start = self.items.end();
        let has_scope = scope.is_some();
        if let Some(scope) = scope {
            self.reader.enter(scope, at);
        }
        // Beyond the last level there are pointers that no place names.
        let around = (node, level.unwrap_or(u8::MAX));
        let content = self.pointed(desc, place, Some(around), depth + 1)?;
        if has_scope {
            self.reader.leave()?;
        }
        if matches!(kind, Kind::Node(_)) {
            self.met_first(node, at, level, start);
        }
        self.reader.nodes[node] = Some(content);
        Ok(Model::Pointer(node, desc.to_owned()))
    }

    /// An entry for a pointer that none names must tell it from another one at its place.
    fn check_needed(&self, scope: &Scope, is_inside: bool) -> Result<(), Refused> {
        let is_needed = match self.items.clone().next() {
            _ if begins_with_pointer(scope) => true,
            Ok(Item::Back(_)) => true,
            Ok(Item::Link(cid)) => is_inside && super::cycle::is_one(&cid, self.reader.blocks),
            _ => false,
        };
        if is_needed {
            return Ok(());
        }
        Err(Refused::new(
            Rule::Identity,
            "a pointer that needs no entry",
        ))
    }

    /// A pointer to a node that was read before.
    pub(super) fn lead_to(&mut self, node: usize, desc: &str) -> Result<Model, Refused> {
        let Some(Some(content)) = self.reader.nodes.get(node) else {
            return Err(Refused::new(
                Rule::Identity,
                "a pointer to a node that has not ended",
            ));
        };
        let holds = content.desc();
        let is_inside = matches!(content, Model::Option(_, Some(_)) | Model::Pointer(..));
        let is_inside = is_inside && unwrapped(&holds) == Some(desc);
        if holds != desc && unwrapped(desc) != Some(&holds) && !is_inside {
            return Err(Refused::new(
                Rule::Identity,
                format!("a pointer to {holds} in the place of {desc}"),
            ));
        }
        if holds != desc && is_inside {
            // The content of a cell may follow later.
            self.reader.present.push(node);
        }
        Ok(Model::Pointer(node, desc.to_owned()))
    }

    /// A value without the pointers to all of it, but for the head of a cycle: this is `around`.
    pub(super) fn item(
        &mut self,
        desc: &str,
        place: Place,
        around: Option<usize>,
        depth: usize,
    ) -> Result<Model, Refused> {
        if depth >= MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "too deep"));
        }
        let start = self.items.length();
        let kept = self.items.kept;
        let before = self.items.clone();
        let first = if self.items.peek() == Some(0xc7) {
            Some(self.items.next()?)
        } else {
            None
        };
        match first {
            Some(Item::Back(place)) => return self.back(place, desc),
            Some(Item::Hole) => return self.hole(desc),
            Some(Item::Part(cid, place)) => return self.part(&cid, place, desc, depth),
            Some(Item::Link(cid)) if super::cycle::is_one(&cid, self.reader.blocks) => {
                self.check_link(place)?;
                return self.linked(&cid, desc, start, around, depth);
            }
            _ => self.items = before,
        }
        if let Some(of) = unwrapped(desc) {
            if self.items.peek() == Some(0xc0) {
                self.items.next()?;
                return Ok(Model::Option(of.to_owned(), None));
            }
            let place = if place == Place::Whole {
                Place::InWholeOption
            } else {
                Place::Inside
            };
            let is_array_of_one = self.items.peek() == Some(0x91);
            let inner =
                self.item(of, place, None, depth + 1)
                    .map_err(|refused| match refused.rule {
                        Rule::Clause(2) if is_array_of_one => {
                            Refused::new(Rule::Clause(6), "a wrapped option in an unwrapped place")
                        }
                        _ => refused,
                    })?;
            return Ok(Model::Option(of.to_owned(), Some(Box::new(inner))));
        }
        let item = self.items.next()?;
        if let (Item::Link(cid), true) = (&item, may_be_linked(desc)) {
            self.check_link(place)?;
            return self.linked(cid, desc, start, None, depth);
        }
        if let (Item::Weak, "w") = (&item, desc) {
            let entry = match self.reader.skipping {
                0 => self
                    .reader
                    .entry_at(start, |kind| matches!(kind, Kind::Weak(_))),
                _ => None,
            };
            return Ok(Model::Weak(match entry {
                Some((Kind::Weak(node), _)) => Some(node),
                _ => None,
            }));
        }
        let model = self.own_form(desc, item, depth)?;
        let length = self.items.length() - start;
        let cuttable = may_be_linked(desc)
            && !matches!(&model, Model::Option(_, None))
            && !matches!(&model, Model::Record(_, fields) if fields.is_empty());
        let is_long = length >= self.profile.cut && self.items.kept == kept;
        if place != Place::Whole && cuttable && is_long {
            return Refused::clause(7, "a part of at least the cut that stands inline");
        }
        Ok(model)
    }

    pub(super) fn check_link(&self, place: Place) -> Result<(), Refused> {
        if self.profile.number == Profile::WHOLE.number {
            return Refused::clause(7, "a link in the whole profile");
        }
        if place != Place::Inside {
            return Refused::clause(7, "a block that holds nothing but a link");
        }
        Ok(())
    }

    /// What a link that began here stands for.
    pub(super) fn linked(
        &mut self,
        cid: &Cid,
        desc: &str,
        start: usize,
        around: Option<usize>,
        depth: usize,
    ) -> Result<Model, Refused> {
        if self.reader.skipping > 0 {
            // Never looked at: keys with links are not compared.
            return Ok(Model::Unit);
        }
        let entry = self.reader.entry_at(start, |kind| kind == Kind::Link);
        let scope = entry.map_or_else(|| Scope::from([]), |(_, scope)| scope);
        let role = Role::Linked(desc.to_owned());
        let part = self.reader.block(cid, &role, scope, around, depth + 1)?;
        Ok(match part.head {
            Some(head) if around != Some(head) => Model::Pointer(head, desc.to_owned()),
            _ => part.model,
        })
    }
}

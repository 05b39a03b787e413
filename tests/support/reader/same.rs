//! What stands at an entry of kind 4, against what stands where its node was met first (section 14.4).

use std::rc::Rc;

use super::items::Place;
use super::{Body, Refused, Rule};
use crate::model::{Model, Shape};
use crate::reference::{self, Cid};

/// The bytes of an item, with shapes in the place of their indices: after these bytes this shape.
#[derive(PartialEq)]
pub(super) struct Written(Vec<(Vec<u8>, Option<Rc<Shape>>)>);

/// Where a node was met first.
pub(super) struct First {
    pub(super) written: Written,
    /// If that is in a cycle's block.
    pub(super) place: Option<(Cid, Place)>,
}

impl Written {
    /// A number has the bytes that it has outside of packed sequences.
    pub(super) fn number(model: &Model) -> Self {
        let mut bytes = Vec::new();
        reference::write_scalar(&mut bytes, model);
        Self(vec![(bytes, None)])
    }
}

impl Body<'_, '_, '_> {
    /// What was read since there.
    pub(super) fn written_since(&self, start: usize) -> Written {
        let mut parts = Vec::new();
        let mut at = start;
        for (index, (end, shape)) in self.indices.range(start..self.items.end()) {
            parts.push((self.items.between(at, *index), Some(Rc::clone(shape))));
            at = *end;
        }
        parts.push((self.items.between(at, self.items.end()), None));
        Written(parts)
    }

    /// The node is met first, and its content ended.
    pub(super) fn met_first(&mut self, node: usize, at: usize, level: Option<u8>, start: usize) {
        let place = self.place_at(at, level);
        let written = self.written_since(start);
        let first = First { written, place };
        self.reader.firsts.insert(node, first);
    }

    /// Whether a pointer is met again whose node this is.
    pub(super) fn check_same(
        &self,
        node: usize,
        written: &Written,
        part: Option<(Cid, Place)>,
    ) -> Result<(), Refused> {
        let Some(first) = self.reader.firsts.get(&node) else {
            return Ok(());
        };
        if first.written == *written || (part.is_some() && part == first.place) {
            return Ok(());
        }
        let reason = "another content than that of the node it is said to be";
        Err(Refused::new(Rule::Identity, reason))
    }
}

//! Pointers of trees without types, step by step.
//!
//! A tree knows its nodes by labels, not by addresses, and says itself which cells are left out and
//! what is in them: nothing is walked twice. For the rest its pointers are met as all others are.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use super::cycle;
use super::known::{NodeKey, State};
use super::meet::PointerScope;
use crate::cid::Cid;
use crate::codec::encode::Encoder;
use crate::codec::read;
use crate::codec::write::{HOLE, PART_HEADER};
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;

/// A cycle whose head's item is written; the cells that were left out follow.
#[must_use = "an open cycle must be closed"]
pub(crate) struct TreeCycle {
    pointer: PointerScope,
    id: u32,
    start: usize,
}

impl Encoder<'_> {
    /// Whether pointers are told apart here, and this node was met.
    pub(crate) fn is_known_pointer(&self, key: NodeKey) -> bool {
        let identity = &self.memory.identity;
        self.records_identity() && identity.met(key).is_some()
    }

    /// Writes a hole, if a cycle is being written; else its content stands here.
    pub(crate) fn tree_hole(&mut self) -> bool {
        let is_left_out = self.is_in_cycle() && !self.memory.identity.is_dry();
        if is_left_out {
            let at = self.buffer.len() as u32;
            self.memory.identity.pins.push(at);
            self.buffer.extend_from_slice(&HOLE);
        }
        is_left_out
    }

    /// Writes a part of a cycle that is elsewhere.
    pub(crate) fn known_part(&mut self, cid: Cid, place: read::Place) {
        let buffer = &mut self.buffer;
        buffer.extend_from_slice(&PART_HEADER);
        buffer.extend_from_slice(cid.as_bytes());
        place.write(buffer);
    }

    /// Ends a pointer, or the item of a cycle's head.
    pub(crate) fn end_tree_pointer(
        &mut self,
        pointer: PointerScope,
    ) -> Result<Option<TreeCycle>, Error> {
        let Some(node) = self.leave_node(&pointer) else {
            return Ok(None);
        };
        let (id, start) = (node.id, node.start);
        let mut state = None;
        if let Some(number) = node.cycle {
            let identity = &mut self.memory.identity;
            let cycles = identity.cycles.as_deref();
            let around = cycles.and_then(cycle::Cycles::innermost_start);
            let Some(around) = around else {
                return Err(ErrorKind::ChangedWhileEncoding.into());
            };
            let on_cycle = State::OnCycle {
                cycle: number,
                offset: (start - around) as u32,
                level: node.level,
                is_walked: false,
                opened: node.opened,
            };
            if start == around && node.level == 0 {
                if let Some(node) = identity.nodes.get_mut(id as usize) {
                    *node = on_cycle;
                }
                return Ok(Some(TreeCycle { pointer, id, start }));
            }
            state = Some(on_cycle);
        }
        self.settle_pointer(&pointer, id, start, state);
        Ok(None)
    }

    /// Ends a cycle whose head has this desc.
    pub(crate) fn end_tree_cycle(
        &mut self,
        cycle: TreeCycle,
        desc: DescRef<'_>,
    ) -> Result<(), Error> {
        let TreeCycle { pointer, id, start } = cycle;
        self.finish_cycle(id, &pointer.scope, desc)?;
        self.settle_pointer(&pointer, id, start, None);
        Ok(())
    }
}

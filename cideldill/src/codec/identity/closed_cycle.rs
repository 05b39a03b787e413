//! Cycles that are entered again, or not through their heads: a part leads to one of their nodes.

use super::pointer::Shared;
use super::restore::same_type;
use super::restore_cycle::HEAD;
use super::restoring::{Block, Occurrence, OpenCycle};
use crate::codec::decode::{Decoder, Place};
use crate::codec::scopes::cycle_desc;
use crate::error::{Error, ErrorKind};
use crate::link::back_references;

impl Decoder<'_> {
    /// Reads a part. `number` is that of the node, if the overlay names it here.
    #[inline(never)]
    pub(super) fn part<P: Shared>(
        &mut self,
        number: Option<u32>,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
        let (cid, place) = self.read_part()?;
        let unknown = || ErrorKind::PartOfCycle { cid }.into();
        let identity = self.identity.as_deref_mut().ok_or_else(unknown)?;
        let scope = match number {
            Some(number) => Some(identity.paths().block_of(number)),
            None => identity.first_closed.get(&cid).copied(),
        };
        let occurrence = (cid, scope.ok_or_else(unknown)?);
        let closed = identity.closed.get(&occurrence);
        if let Some(pointer) = closed.and_then(|cycle| cycle.known(place)) {
            return same_type(pointer);
        }
        // While it is read, its nodes are still to come.
        if identity.entered.contains(&occurrence) {
            return Err(unknown());
        }
        let node = self.in_cycle(occurrence, |this| this.node_at(place, usize::MAX, written))?;
        node.ok_or_else(|| {
            let reason = "a part leads to where no node of its cycle begins";
            self.cursor.malformed(reason)
        })
    }

    /// Reads in the block of a cycle that was read before or passed over.
    pub(super) fn in_cycle<T>(
        &mut self,
        occurrence: Occurrence,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Err(ErrorKind::PartOfCycle { cid: occurrence.0 }.into());
        };
        let (n_cycles, n_entered) = (identity.cycles.len(), identity.entered.len());
        let closed = identity.closed.remove(&occurrence);
        let (depth, n_outer) = (self.depth, self.outer.len());
        let (cursor, open) = (self.cursor.clone(), self.open);
        let table = std::mem::take(&mut self.table);
        let packed_place = self.packed_place.take();
        let cycle = closed.unwrap_or_else(|| OpenCycle::new(occurrence, 0, 0));
        let n_known = cycle.nodes.len();
        let entered = self.enter_again(cycle);
        let n_shapes = self.table.len();
        let value = entered.and_then(|()| {
            let value = read(self)?;
            self.fill_waiting()?;
            Ok(value)
        });
        let mut shapes = std::mem::replace(&mut self.table, table);
        shapes.truncate(n_shapes);
        self.outer.truncate(n_outer);
        (self.cursor, self.open, self.depth) = (cursor, open, depth);
        self.packed_place = packed_place;
        let Some(identity) = self.identity.as_deref_mut() else {
            return value;
        };
        identity.entered.truncate(n_entered);
        let cycles = identity
            .cycles
            .split_off(n_cycles.min(identity.cycles.len()));
        if let Some(mut cycle) = cycles.into_iter().next() {
            if let Some(block) = &mut cycle.block {
                block.table = shapes;
            }
            if value.is_err() {
                cycle.truncate(n_known);
            }
            identity.close(cycle, n_known);
        }
        value
    }

    /// Enters the block of a cycle at its beginning, to go from there to any place.
    fn enter_again(&mut self, mut cycle: OpenCycle) -> Result<(), Error> {
        let (cid, scope) = cycle.occurrence;
        let entered = match cycle.block.take() {
            Some(block) => {
                let around = std::mem::replace(&mut self.cursor, block.cursor.clone());
                let open = std::mem::replace(&mut self.open, block.open);
                self.outer.push((around, open));
                self.table = block.table;
                Ok(())
            }
            None => self.enter_passed_over(&mut cycle),
        };
        cycle.depth = self.outer.len();
        cycle.n_known = cycle.nodes.len();
        cycle.block = entered.is_ok().then(|| Block {
            cursor: self.cursor.clone(),
            open: self.open,
            table: Vec::new(),
        });
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.entered.push((cid, scope));
            identity.cycles.push(cycle);
        }
        entered
    }

    /// Enters the block of a cycle that is not at hand. What was never read is checked first.
    fn enter_passed_over(&mut self, cycle: &mut OpenCycle) -> Result<(), Error> {
        let (cid, scope) = cycle.occurrence;
        let block = self.load(cid)?;
        let Some(head) = cycle_desc(&block)? else {
            return Err(self.cursor.malformed("a part of what is no cycle"));
        };
        let entered = self.enter_block(cid, block, Place::Cycle, None, scope)?;
        cycle.start = self.start();
        if cycle.nodes.is_empty() {
            if !back_references(&self.cursor.block)?.contains(&HEAD) {
                return Err(self.cursor.malformed("a cycle that is none"));
            }
            // Nothing of the walk is noted for the cycle that is read around this.
            let identity = self.identity.as_deref_mut();
            let cycles = identity.map_or_else(Vec::new, |i| std::mem::take(&mut i.cycles));
            let walked = self.index_cycle(cycle, &head, head.as_bytes());
            if let Some(identity) = self.identity.as_deref_mut() {
                identity.cycles = cycles;
            }
            walked?;
            self.check_end(entered)?;
        }
        self.cursor.at = self.open.body;
        self.open.extra_index_bytes = 0;
        self.open.is_revisit = true;
        Ok(())
    }
}

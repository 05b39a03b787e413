//! Nodes and cells of a cycle that are not read in their turn.
//!
//! A back reference can lead to a node that was not read: it stands whole in a field that the type
//! has no more, or has further on. It is read from there when a pointer asks for it, and its cells
//! when everything that they can lead back to is there.

use super::cycle_index::Found;
use super::pointer::{Cells, Kept, Shared};
use super::restore::same_type;
use super::restore_cell::hidden_cells;
use super::restore_cycle::HEAD;
use super::restoring::{Late, LateNode, Waiting};
use crate::codec::decode::Decoder;
use crate::codec::read::Place;
use crate::codec::scopes::cycle_desc;
use crate::error::Error;
use crate::stack::grow;

impl Decoder<'_> {
    /// The node at a place of the cycle whose block is open, if one is there that ends before an
    /// offset.
    pub(super) fn node_at<P: Shared>(
        &mut self,
        place: Place,
        before: usize,
        written: Option<&[u8]>,
    ) -> Result<Option<P>, Error> {
        let cycle = self.cycle_here();
        if let Some(pointer) = cycle.and_then(|cycle| cycle.known(place)) {
            return same_type(pointer).map(Some);
        }
        let desc = match written {
            Some(written) => written.to_vec(),
            None => P::DESC.to_text().as_bytes().to_vec(),
        };
        let found = self.find_in_cycle(&desc, place.offset as usize)?;
        let Some(found) = found.filter(|found| found.end <= before) else {
            return Ok(None);
        };
        let pointer = self.read_at(found, |this| {
            if place == HEAD {
                return this.head_out_of_turn(written);
            }
            // Pointers around it that begin here too are not asked for; the head's own pointer has
            // its entry elsewhere.
            let n_listed = place.level - u8::from(place.offset == 0);
            let (scope, n) = this.inside_pointers(found.scope, found.base, Some(n_listed));
            let start = this.start();
            if n > 0 {
                this.open.scope = scope;
                this.open.base = start;
            }
            let around = place.level.checked_sub(1);
            if let Some(cycle) = this.cycle_here() {
                cycle.open.extend(around.map(|level| (start, level)));
            }
            let pointer = this.read_pointer(written)?;
            if around.is_some()
                && let Some(cycle) = this.cycle_here()
            {
                cycle.open.pop();
            }
            Ok(pointer)
        })?;
        Ok(Some(pointer))
    }

    /// The head of a cycle that was not entered through its own pointer.
    fn head_out_of_turn<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        let occurrence = self.cycle_here().map(|cycle| cycle.occurrence);
        let identity = self.identity.as_deref_mut();
        let number = identity
            .zip(occurrence)
            .and_then(|(identity, (_, scope))| identity.paths().around_block(scope));
        let place = Some((self.start(), HEAD));
        self.make_at(number, place, written)
    }

    /// Where a value of a desc stands in the cycle whose block is open.
    pub(super) fn find_in_cycle(
        &mut self,
        desc: &[u8],
        offset: usize,
    ) -> Result<Option<Found>, Error> {
        let Some(cycle) = self.cycle_here() else {
            return Ok(None);
        };
        if !cycle.index.as_ref().is_some_and(|index| index.knows(desc)) {
            self.index_open_cycle(desc)?;
        }
        let index = self.cycle_here().and_then(|cycle| cycle.index.as_ref());
        Ok(index.and_then(|index| index.find(desc, offset)))
    }

    fn index_open_cycle(&mut self, desc: &[u8]) -> Result<(), Error> {
        let head = cycle_desc(&self.cursor.block)?;
        let cycles = self.identity.as_deref_mut();
        // What the walk meets is noted nowhere else.
        let mut cycles = cycles.map_or_else(Vec::new, |i| std::mem::take(&mut i.cycles));
        let (at, open, items) = (self.cursor.at, self.open, self.items);
        self.cursor.at = self.open.body;
        self.open.extra_index_bytes = 0;
        self.open.is_revisit = true;
        if let (Some(cycle), Some(head)) = (cycles.last_mut(), head) {
            self.index_cycle(cycle, &head, desc)?;
        }
        (self.cursor.at, self.open, self.items) = (at, open, items);
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.cycles = cycles;
        }
        Ok(())
    }

    /// Reads at another place of the cycle whose block is open.
    fn read_at<T>(
        &mut self,
        found: Found,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (at, open) = (self.cursor.at, self.open);
        let mut was_out_of_turn = false;
        self.deeper()?;
        if let Some(cycle) = self.cycle_here() {
            was_out_of_turn = std::mem::replace(&mut cycle.is_out_of_turn, true);
            let start = cycle.start + found.offset;
            self.open.extra_index_bytes = found.at - start;
        }
        self.cursor.at = found.at;
        self.open.is_revisit = true;
        self.open.scope = found.scope;
        self.open.base = found.base;
        let value = grow(|| read(self))?;
        self.shallower();
        self.cursor.at = at;
        self.open = open;
        if let Some(cycle) = self.cycle_here() {
            cycle.is_out_of_turn = was_out_of_turn;
        }
        Ok(value)
    }

    /// Reads the cells of nodes that were read out of turn.
    pub(super) fn fill_waiting(&mut self) -> Result<(), Error> {
        let node = self.identity.as_deref_mut().and_then(|i| i.node.take());
        loop {
            let cycle = self.cycle_here();
            let mut waiting = cycle.map_or_else(Vec::new, |c| std::mem::take(&mut c.waiting));
            if waiting.is_empty() {
                break;
            }
            waiting.sort_by_key(|waiting| waiting.target.node);
            for cells in waiting.chunk_by(|a, b| a.target.node == b.target.node) {
                self.fill_node(cells)?;
            }
        }
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.node = node;
        }
        Ok(())
    }

    /// The same for the cells of one node.
    fn fill_node(&mut self, waiting: &[Waiting]) -> Result<(), Error> {
        let Some(cycle) = self.cycle_here() else {
            return Err(self.no_node());
        };
        let number = waiting.first().map(|waiting| waiting.target.node);
        let node = number.and_then(|number| cycle.nodes.get(number));
        let Some((pointer, n_cells)) =
            node.and_then(|node| Some((node.pointer.as_deref()?.copy(), node.cells)))
        else {
            return Err(self.no_node());
        };
        let filled = self.fill_cells_of(&*pointer, n_cells, waiting);
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.filled.add(pointer);
        }
        filled
    }

    fn fill_cells_of(
        &mut self,
        pointer: &dyn Kept,
        n_cells: usize,
        waiting: &[Waiting],
    ) -> Result<(), Error> {
        let mut cells = Cells::default();
        pointer.cells(&mut cells);
        if cells.is_refused || cells.found.len() != n_cells {
            return Err(hidden_cells());
        }
        let mut late = Vec::new();
        for Waiting { at, target } in waiting {
            let cell = cells.found.get(target.cell);
            let cycle = self.cycle_here();
            let index = cycle.and_then(|cycle| cycle.index.as_ref());
            let content = index.and_then(|index| index.content(*at));
            let (Some(cell), Some(content)) = (cell, content) else {
                return Err(self.no_node());
            };
            let written = target.written.as_deref();
            self.read_at(content, |this| {
                let (at, open) = (this.cursor.at, this.open);
                let ((), pointers) = this.read_cell(|this| cell.fill(this, written))?;
                late.extend(pointers.map(|pointers| Late {
                    cell: target.cell,
                    written: target.written.clone(),
                    place: this.snapshot(at, open),
                    pointers,
                }));
                Ok(())
            })?;
        }
        if !late.is_empty()
            && let Some(identity) = self.identity.as_deref_mut()
        {
            identity.late.push(LateNode {
                pointer: Some(pointer.copy()),
                n_cells,
                cells: late,
            });
        }
        Ok(())
    }

    /// The node that was read out of turn where the next one stands.
    pub(super) fn read_before<P: Shared>(
        &mut self,
        place: Option<(usize, Place)>,
    ) -> Result<Option<P>, Error> {
        let Some((_, place)) = place else {
            return Ok(None);
        };
        match self.cycle_here() {
            Some(cycle) if cycle.index.is_some() => cycle.known(place).map(same_type).transpose(),
            _ => Ok(None),
        }
    }
}

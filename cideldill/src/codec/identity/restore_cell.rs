//! Cells: counted, left open, read again.

use std::any::type_name;

use super::pointer::{Cells, Kept};
use super::restoring::{Around, Hole, Late, LateNode, NodeCells, Snapshot, State, Target, Waiting};
use crate::codec::decode::{self, Decoder};
use crate::codec::read::{Cursor, Item};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;
use crate::shape::DescRef;
use crate::stack::grow;

/// The pointers that were read in a cell.
type Pointers = Vec<Box<dyn Kept>>;

impl Decoder<'_> {
    /// Reads the content of a cell, or what stands there until it can be read.
    pub(crate) fn cell<T>(
        &mut self,
        desc: &'static Desc,
        written: Option<&[u8]>,
        stand_in: fn() -> Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let node = self.identity.as_deref_mut().and_then(|i| i.node.as_mut());
        let Some(node) = node.filter(|node| !node.is_in_cell) else {
            return read(self);
        };
        let (number, of_cycle) = (node.cells, node.of_cycle);
        node.cells += 1;
        let desc = written.map_or(DescRef::Constant(desc), DescRef::Text);
        let copied = written.map(Into::into);
        if self.cursor.item() == Item::Hole {
            let around = self.begin_value();
            self.end_value(around);
            let target = of_cycle.map(|node| Target {
                node,
                cell: number,
                written: copied,
            });
            self.leave_open(desc, target)?;
            return stand_in().ok_or_else(no_stand_in::<T>);
        }
        let (place, open) = (self.cursor.at, self.open);
        self.set_in_cell(true);
        let (value, pointers) = self.read_cell(read)?;
        self.set_in_cell(false);
        if let Some(pointers) = pointers {
            let late = Late {
                cell: number,
                written: copied,
                place: self.snapshot(place, open),
                pointers,
            };
            if let Some(node) = self.node() {
                node.late.push(late);
            }
        }
        Ok(value)
    }

    /// The same for a cell that can be set once: it stays empty if it is read again.
    pub(crate) fn cell_set_once<T>(
        &mut self,
        desc: &'static Desc,
        written: Option<&[u8]>,
        read: impl FnOnce(&mut Self) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        let read = |this: &mut Self| {
            let value = read(this)?;
            Ok(value.filter(|_| !this.is_read_again()))
        };
        self.cell(desc, written, || Some(None), read)
    }

    /// Whether the open cell is read again: a weak pointer in it leads to what is not there yet.
    pub(crate) fn is_read_again(&self) -> bool {
        let identity = self.identity.as_deref();
        identity.is_some_and(|identity| identity.read.is_some() && identity.unresolved > 0)
    }

    /// Reads the content of a cell. If it has to be read again, says which pointers were read.
    pub(super) fn read_cell<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(T, Option<Pointers>), Error> {
        let mut around = Around::default();
        let mut n_led = 0;
        if let Some(identity) = self.identity.as_deref_mut() {
            n_led = identity.led.len();
            around.unresolved = std::mem::take(&mut identity.unresolved);
            let pointers = identity.overlay.has_weak().then(Vec::new);
            around.read = std::mem::replace(&mut identity.read, pointers);
        }
        let value = read(self)?;
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok((value, None));
        };
        let unresolved = std::mem::replace(&mut identity.unresolved, around.unresolved);
        let pointers = std::mem::replace(&mut identity.read, around.read);
        let again = pointers.filter(|_| unresolved > 0);
        if again.is_some() {
            identity.led.truncate(n_led);
        }
        Ok((value, again))
    }

    pub(super) fn node(&mut self) -> Option<&mut NodeCells> {
        self.identity.as_deref_mut()?.node.as_mut()
    }

    pub(super) fn set_in_cell(&mut self, is_in_cell: bool) {
        if let Some(node) = self.node() {
            node.is_in_cell = is_in_cell;
        }
    }

    /// A place of the block that is being read.
    pub(super) fn snapshot(&self, at: usize, open: decode::Open) -> Snapshot {
        let table = self.table.get(self.open.table..).unwrap_or_default();
        Snapshot {
            cursor: Cursor {
                at,
                ..self.cursor.clone()
            },
            open,
            table: table.into(),
        }
    }

    /// Reads at a place again.
    pub(super) fn read_again<T>(
        &mut self,
        place: Snapshot,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let cursor = std::mem::replace(&mut self.cursor, place.cursor);
        let open = std::mem::replace(&mut self.open, place.open);
        let table = self.table.len();
        self.open.table = table;
        self.open.is_revisit = true;
        self.table.extend_from_slice(&place.table);
        let value = read(self)?;
        self.table.truncate(table);
        self.cursor = cursor;
        self.open = open;
        Ok(value)
    }

    /// Reads the cells again whose weak pointers lead to nodes that were not there before.
    /// Says how many are lost nevertheless.
    pub(in crate::codec) fn fill_late<T: Reconstruct>(&mut self, value: &T) -> Result<u64, Error> {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(0);
        };
        identity.lost += std::mem::take(&mut identity.unresolved);
        let mut late = std::mem::take(&mut identity.late);
        late.extend(identity.node.take().map(|node| LateNode {
            pointer: None,
            n_cells: node.cells,
            cells: node.late,
        }));
        for node in late {
            let mut cells = Cells::default();
            match &node.pointer {
                Some(pointer) => pointer.cells(&mut cells),
                None => value.cells(&mut cells),
            }
            if node.cells.is_empty() {
                continue;
            }
            if cells.is_refused || cells.found.len() != node.n_cells {
                return Err(hidden_cells());
            }
            for late in node.cells {
                let Some(cell) = cells.found.get(late.cell) else {
                    return Err(hidden_cells());
                };
                if let Some(identity) = self.identity.as_deref_mut() {
                    identity.known = Some(late.pointers.into_iter());
                }
                let written = late.written;
                self.read_again(late.place, |this| {
                    grow(|| cell.fill(this, written.as_deref()))
                })?;
            }
        }
        let identity = self.identity.as_deref();
        Ok(identity.map_or(0, |identity| identity.lost + identity.unresolved))
    }

    /// The weak pointers that lead to what nothing keeps: it stood only where the type has no pointer.
    pub(in crate::codec) fn count_gone(&mut self) -> u64 {
        let Some(mut identity) = self.identity.take() else {
            return 0;
        };
        identity.led.sort_unstable();
        let led = std::mem::take(&mut identity.led);
        let watched: Vec<_> = led
            .chunk_by(|a, b| a == b)
            .filter_map(|led| match identity.nodes.get(*led.first()? as usize) {
                Some(State::Made(pointer)) => Some((pointer.watch(), led.len() as u64)),
                _ => None,
            })
            .collect();
        drop(identity);
        let gone = watched.iter().filter(|(is_gone, _)| is_gone());
        gone.map(|(_, n)| n).sum()
    }

    /// Reads a hole. What was walked over before is known already, then only what it is for is new.
    pub(in crate::codec) fn leave_open(
        &mut self,
        desc: DescRef<'_>,
        target: Option<Target>,
    ) -> Result<(), Error> {
        let at = self.cursor.at;
        let is_revisit = self.open.is_revisit;
        self.read_hole()?;
        let Some(cycle) = self.cycle_here() else {
            return Ok(());
        };
        if cycle.is_out_of_turn {
            cycle
                .waiting
                .extend(target.map(|target| Waiting { at, target }));
            return Ok(());
        }
        if is_revisit {
            let known = cycle.holes.binary_search_by_key(&at, |hole| hole.at);
            if let Some(hole) = known.ok().and_then(|known| cycle.holes.get_mut(known)) {
                hole.target = target;
            }
            return Ok(());
        }
        let mut written = Vec::new();
        desc.write(&mut written);
        cycle.holes.push(Hole {
            at,
            written: written.into(),
            target,
        });
        Ok(())
    }

    /// A value was made without being read: its cells are counted nevertheless.
    pub(in crate::codec) fn count_cells<'a>(&mut self, add: impl FnOnce(&mut Cells<'a>)) {
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        if let Some(node) = identity.node.as_mut().filter(|node| !node.is_in_cell) {
            let mut cells = Cells::default();
            add(&mut cells);
            node.cells += cells.found.len();
        }
    }
}

#[cold]
pub(super) fn hidden_cells() -> Error {
    ErrorKind::Unsupported {
        type_name: "a node of a cycle",
        reason: "its cells are not in plain sight: a cycle cannot close through a field that is \
                 converted",
    }
    .into()
}
#[cold]
fn no_stand_in<T>() -> Error {
    ErrorKind::Unsupported {
        type_name: type_name::<T>(),
        reason: "a cycle closes through a cell with this content, which has no value without a \
                 pointer to stand there at first: use an `Option`",
    }
    .into()
}

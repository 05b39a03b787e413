//! Pointers and cycles while a tree is written: which cells are left out, and what comes when.
//!
//! Implements docs/format.md section 14.2 for trees, whose cells are only those through which a
//! cycle closed when it was read. Whether one still does is found out anew.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::components::components;
use super::encode_step::Open;
use super::pointer::{CellValue, Contents, Label, PointerValue};
use super::tree::Value;
use crate::codec::{Encoder, Met, PointerScope, TreeCycle};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reduce::Reduce;
use crate::shape::DescRef;

/// A pointer whose content is being written.
pub(super) struct OpenPointer<'v> {
    scope: PointerScope,
    desc: &'v [u8],
    /// The first of the cells that were left out inside it.
    first_cell: usize,
}

/// A cycle whose cells are being written.
pub(super) struct OpenCells<'v> {
    cycle: TreeCycle,
    desc: &'v [u8],
    first: usize,
    next: usize,
}

/// What is known of a tree's pointers while it is written.
pub(super) struct Pointers<'v> {
    root: &'v Value,
    /// The cells that are left out, by their addresses; found out when the first is met.
    left_out: Option<BTreeSet<usize>>,
    /// The cells that were left out and are still to be written, or belong to a cycle that is open.
    cells: Vec<&'v CellValue>,
    contents: Option<Contents<'v>>,
}

impl<'v> Pointers<'v> {
    pub(super) fn new(root: &'v Value) -> Self {
        Self {
            root,
            left_out: None,
            cells: Vec::new(),
            contents: None,
        }
    }

    /// Begins a pointer. What is returned is still to be written.
    pub(super) fn begin(
        &mut self,
        encoder: &mut Encoder<'_>,
        pointer: &'v PointerValue,
        open: &mut Vec<Open<'v>>,
    ) -> Result<(), Error> {
        let key = pointer.id().key();
        let is_known = encoder.is_known_pointer(key);
        let content = match pointer.content() {
            Some(content) => content,
            None if is_known => &Value::Unit,
            // Where pointers are not told apart each has its content, and while cycles are looked
            // for, cells are walked where they stand.
            None => self.content(pointer.id())?,
        };
        if let Met::New(scope) = encoder.open_pointer(key, !pointer.is_named())? {
            let desc = pointer.desc().as_bytes();
            open.push(Open::Pointer(OpenPointer {
                scope,
                desc,
                first_cell: self.cells.len(),
            }));
            open.push(Open::unscoped(content, desc));
        }
        Ok(())
    }

    fn content(&mut self, label: Label) -> Result<&'v Value, Error> {
        let root = self.root;
        let contents = self.contents.get_or_insert_with(|| Contents::of(root));
        contents.get(label).ok_or_else(elsewhere)
    }

    /// Begins a cell: its content, or a hole.
    pub(super) fn begin_cell(
        &mut self,
        encoder: &mut Encoder<'_>,
        cell: &'v CellValue,
        open: &mut Vec<Open<'v>>,
    ) {
        let root = self.root;
        let left_out = self.left_out.get_or_insert_with(|| left_out(root));
        if left_out.contains(&address(cell)) && encoder.tree_hole() {
            self.cells.push(cell);
        } else {
            open.push(Open::unscoped(cell.get(), cell.desc_bytes()));
        }
    }

    /// Ends the item of a pointer. The cells of a cycle follow its head's.
    pub(super) fn end(
        encoder: &mut Encoder<'_>,
        pointer: OpenPointer<'v>,
    ) -> Result<Option<OpenCells<'v>>, Error> {
        let cycle = encoder.end_tree_pointer(pointer.scope)?;
        Ok(cycle.map(|cycle| OpenCells {
            cycle,
            desc: pointer.desc,
            first: pointer.first_cell,
            next: pointer.first_cell,
        }))
    }

    /// The next cell of a cycle.
    pub(super) fn next_cell(&self, cells: &mut OpenCells<'v>) -> Option<(&'v Value, &'v [u8])> {
        let cell = self.cells.get(cells.next)?;
        cells.next += 1;
        Some((cell.get(), cell.desc_bytes()))
    }

    /// Ends a cycle.
    pub(super) fn end_cycle(
        &mut self,
        encoder: &mut Encoder<'_>,
        cells: OpenCells<'v>,
    ) -> Result<(), Error> {
        self.cells.truncate(cells.first);
        encoder.end_tree_cycle(cells.cycle, DescRef::Text(cells.desc))
    }
}

/// A number of a packed sequence, perhaps behind a pointer.
struct Number<'p, 'v> {
    value: &'v Value,
    pointers: &'p RefCell<&'p mut Pointers<'v>>,
}

impl Reduce for Number<'_, '_> {
    const DESC: &'static Desc = Desc::ANY;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        // Numbers are written one after the other: nobody else borrows it.
        if let Ok(mut pointers) = self.pointers.try_borrow_mut() {
            encoder.tree(self.value, self.value.desc_bytes(), &mut pointers);
        }
        Ok(())
    }
}

impl<'v> Pointers<'v> {
    /// Writes a packed sequence or byte string in which pointers lead to numbers.
    pub(super) fn packed(
        &mut self,
        encoder: &mut Encoder<'_>,
        items: &'v [Value],
        letter: u8,
        desc: &[u8],
    ) -> Result<(), Error> {
        let pointers = &RefCell::new(self);
        let numbers = items.iter().map(|value| Number { value, pointers });
        let numbers: Vec<_> = numbers.collect();
        encoder.packed_items_as(letter, numbers.iter(), DescRef::Text(desc))
    }
}

#[cold]
fn elsewhere() -> Error {
    ErrorKind::Unsupported {
        type_name: "a pointer in a part of a value",
        reason: "its content stands in another part: take the whole value",
    }
    .into()
}

pub(super) fn address(cell: &CellValue) -> usize {
    std::ptr::from_ref(cell.child()).addr()
}

/// The addresses of the cells whose content holds a pointer to a node of the cycle they stand on.
pub(super) fn left_out(root: &Value) -> BTreeSet<usize> {
    /// A cell as it stands: in which node and cell.
    struct Cell {
        address: usize,
        node: Option<u32>,
        around: Option<usize>,
        is_left_out: bool,
    }
    #[derive(Clone, Copy)]
    struct Place {
        node: Option<u32>,
        cell: Option<usize>,
    }
    let mut numbers = BTreeMap::new();
    let mut edges = Vec::new();
    // The innermost cell that each edge leads through.
    let mut through = Vec::new();
    let mut cells: Vec<Cell> = Vec::new();
    let outside = Place {
        node: None,
        cell: None,
    };
    let mut waiting = vec![(root, outside)];
    while let Some((value, mut place)) = waiting.pop() {
        match value {
            Value::Pointer(pointer) => {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let to = *numbers.entry(pointer.id()).or_insert(next);
                if let Some(from) = place.node {
                    edges.push((from, to));
                    through.push(place.cell);
                }
                place = Place {
                    node: Some(to),
                    cell: None,
                };
            }
            Value::Cell(cell) => {
                cells.push(Cell {
                    address: address(cell),
                    node: place.node,
                    around: place.cell,
                    is_left_out: false,
                });
                place.cell = Some(cells.len() - 1);
            }
            _ => {}
        }
        waiting.extend(value.children().iter().map(|child| (child, place)));
    }
    let component = components(numbers.len(), &edges);
    let of = |node: u32| component.get(node as usize);
    for ((from, to), cell) in edges.into_iter().zip(through) {
        if of(from) == of(to)
            && let Some(cell) = cell.and_then(|cell| cells.get_mut(cell))
        {
            cell.is_left_out = true;
        }
    }
    // A cell comes after the one around it.
    let mut found = BTreeSet::new();
    while let Some(cell) = cells.pop() {
        if !cell.is_left_out {
            continue;
        }
        found.insert(cell.address);
        if let Some(around) = cell.around.and_then(|around| cells.get_mut(around)) {
            around.is_left_out |= around.node == cell.node;
        }
    }
    found
}

//! The blocks of cycles while a tree is read: their cells, and what must be on the cycle.
//!
//! Implements docs/format.md sections 14.2 and 14.4 for a reader without types.

use std::collections::{BTreeMap, BTreeSet};

use super::components::components;
use super::decode::{Links, Reading};
use super::decode_pointer::is_absent;
use super::decode_step::Open;
use super::pointer::{Contents, Label};
use super::tree::Value;
use crate::cid::Cid;
use crate::codec::{Entered, Place};
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::link::back_references;

/// The block of a cycle that is being read.
pub(super) struct OpenCycle {
    pub(super) cid: Cid,
    entered: Entered,
    head: Label,
    /// Where back references lead.
    pub(super) wanted: BTreeSet<Place>,
    pub(super) nodes: BTreeMap<Place, Label>,
    /// The nodes that back references lead to.
    pub(super) led_back: BTreeSet<Label>,
    /// The descs of the cells that were left out.
    pub(super) holes: Vec<DescText>,
    /// How many holes there were before the head's item and before each content.
    starts: Vec<usize>,
    /// The first of its values among those that wait.
    first: usize,
}

impl Reading<'_, '_> {
    /// Enters the block of a cycle and reads its head.
    pub(super) fn begin_cycle(
        &mut self,
        cid: Cid,
        desc: &DescText,
        head: &DescText,
    ) -> Result<(), Error> {
        self.refuse_in_key()?;
        if head != desc {
            let kind = ErrorKind::WrongKind {
                expected: format!("~{desc}"),
                found: format!("~{head}"),
            };
            return Err(kind.into());
        }
        // The innermost pointer that begins here leads to the head.
        let label = match self.open.last_mut() {
            Some(Open::Pointer(pointer)) if !pointer.is_again => {
                pointer.is_named = true;
                pointer.is_head = true;
                pointer.label
            }
            _ => {
                let label = self.fresh_label();
                let around = self.decoder.scope();
                self.open_labelled(label, true, around, desc);
                if let Some(Open::Pointer(pointer)) = self.open.last_mut() {
                    pointer.is_head = true;
                }
                label
            }
        };
        let entered = self.decoder.enter_linked_cycle(desc)?;
        let mut wanted: BTreeSet<_> = back_references(&self.decoder.cursor.block)?
            .into_iter()
            .collect();
        let head = Place {
            offset: 0,
            level: 0,
        };
        if !wanted.contains(&head) {
            let reason = "a cycle without a back reference to its head";
            return Err(self.decoder.cursor.malformed(reason));
        }
        wanted.append(&mut self.pointers.asked);
        self.pointers.open.push(OpenCycle {
            cid,
            entered,
            head: label,
            wanted,
            nodes: BTreeMap::from([(head, label)]),
            led_back: BTreeSet::new(),
            holes: Vec::new(),
            starts: vec![0],
            first: self.values.len(),
        });
        self.open.push(Open::Cycle);
        self.begin_pointers(desc.clone())
    }

    /// The desc of the next cell whose content follows; nothing at the end of the cycle.
    pub(super) fn next_cell(&mut self) -> Option<DescText> {
        let cycle = self.pointers.open.last_mut()?;
        if let Some(known) = self.pointers.known.get_mut(&cycle.head) {
            known.has_ended = true;
        }
        let desc = cycle.holes.get(cycle.starts.len() - 1)?.clone();
        cycle.starts.push(cycle.holes.len());
        Some(desc)
    }

    /// Ends the block of a cycle: the cells are filled.
    pub(super) fn end_cycle(&mut self) -> Result<(), Error> {
        let Some(cycle) = self.pointers.open.pop() else {
            return Ok(());
        };
        self.decoder.leave(cycle.entered)?;
        self.pointers.read.entry(cycle.cid).or_insert(cycle.nodes);
        let mut pieces: Vec<_> = self.values.drain(cycle.first..).map(Some).collect();
        // A content has its place in a piece before it: once that of the last is filled, nothing
        // of it is looked at again.
        for (number, first_hole) in cycle.starts.iter().enumerate().rev() {
            if let Some(mut piece) = pieces.get_mut(number).and_then(Option::take) {
                let contents = pieces.get_mut(first_hole + 1..).unwrap_or_default();
                fill(&mut piece, contents);
                if let Some(place) = pieces.get_mut(number) {
                    *place = Some(piece);
                }
            }
        }
        let head = pieces.into_iter().next().flatten().unwrap_or(Value::Unit);
        // Where links stay unread, so does what leads back.
        let is_whole = self.links == Links::Followed;
        let is_cycle = !is_whole || is_cycle(cycle.head, &head, &cycle.led_back);
        self.values.push(head);
        if !is_cycle {
            let reason = "a back reference or a hole that has no part in its cycle";
            return Err(self.decoder.cursor.malformed(reason));
        }
        Ok(())
    }

    /// Checks that the options hold something to whose insides pointers lead.
    fn check_present(&mut self, value: &Value) -> Result<(), Error> {
        let present = std::mem::take(&mut self.pointers.present);
        if present.is_empty() {
            return Ok(());
        }
        let contents = Contents::of(value);
        let mut seen = BTreeSet::new();
        for (label, at) in present {
            let mut next = Some(label);
            // What was seen before was found to hold something, or leads to nothing but itself.
            let mut path = BTreeSet::new();
            while let Some(label) = next.filter(|label| !seen.contains(label)) {
                let content = contents.get(label).map(Value::inside_pointers);
                let is_anything = path.insert(label) && !content.is_some_and(is_absent);
                if !is_anything {
                    self.decoder.cursor.at = at;
                    return Err(self.another_type());
                }
                next = match content {
                    Some(Value::Pointer(pointer)) => Some(pointer.id()),
                    _ => None,
                };
            }
            seen.append(&mut path);
        }
        Ok(())
    }
}

/// Checks that parts of cycles lead to where something of their type begins, and so do all pointers.
pub(super) fn check_pointers(reading: &mut Reading<'_, '_>, value: &Value) -> Result<(), Error> {
    reading.check_present(value)?;
    for (cid, parts) in std::mem::take(&mut reading.pointers.parts) {
        let Some(desc) = reading.decoder.cycle_desc(cid)? else {
            continue;
        };
        let mut decoder = reading.decoder.beside();
        decoder.hold_link(cid);
        let mut again = Reading::new(&mut decoder, Links::KeptBelow);
        again.pointers.asked = parts.keys().copied().collect();
        let value = again.read(desc)?;
        for (place, desc) in parts {
            let Some(label) = again.part_label(cid, place) else {
                let reason = "a part leads to where no node of its cycle begins";
                return Err(decoder.cursor.malformed(reason));
            };
            again.check_fits(label, &desc)?;
        }
        again.check_present(&value)?;
    }
    Ok(())
}

/// Puts contents into the empty cells of a value, in order.
fn fill(value: &mut Value, contents: &mut [Option<Value>]) {
    let mut contents = contents.iter_mut();
    let mut open = vec![std::slice::from_mut(value).iter_mut()];
    while let Some(values) = open.last_mut() {
        match values.next() {
            None => drop(open.pop()),
            // The cells of another cycle are filled.
            Some(Value::Pointer(pointer)) if pointer.is_head() => {}
            Some(Value::Cell(cell)) => {
                if let Some(content) = contents.next().and_then(Option::take) {
                    cell.fill(content);
                }
            }
            Some(value) => open.push(value.children_mut().iter_mut()),
        }
    }
}

/// A pointer or cell around what is looked at.
#[derive(Clone, Copy, Default)]
struct Around {
    node: u32,
    cell: Option<usize>,
}

/// Whether all nodes that back references lead to are on the head's cycle, and each cell that was left
/// out leads back to it: an encoder would write the rest otherwise.
fn is_cycle(head: Label, content: &Value, led_back: &BTreeSet<Label>) -> bool {
    let mut numbers = BTreeMap::from([(head, 0)]);
    let mut edges = Vec::new();
    // The cell that each edge leads through, and the cell around each cell.
    let mut through = Vec::new();
    let mut cells = Vec::new();
    let mut waiting = vec![(content, Around::default())];
    while let Some((value, mut around)) = waiting.pop() {
        match value {
            Value::Pointer(pointer) => {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let node = *numbers.entry(pointer.id()).or_insert(next);
                edges.push((around.node, node));
                through.push(around.cell);
                // Nothing of another cycle leads back into this one.
                if pointer.is_head() {
                    continue;
                }
                around = Around { node, cell: None };
            }
            Value::Cell(_) => {
                cells.push((around.cell, false));
                around.cell = Some(cells.len() - 1);
            }
            _ => {}
        }
        let children = value.children().iter();
        waiting.extend(children.map(|child| (child, around)));
    }
    let component = components(numbers.len(), &edges);
    // The head has the first number.
    let cycle = component.first();
    for ((_, to), cell) in edges.into_iter().zip(through) {
        if component.get(to as usize) == cycle
            && let Some((_, leads_back)) = cell.and_then(|cell| cells.get_mut(cell))
        {
            *leads_back = true;
        }
    }
    // A cell comes after the one around it.
    while let Some((around, leads_back)) = cells.pop() {
        if !leads_back {
            return false;
        }
        if let Some((_, leads_back)) = around.and_then(|around| cells.get_mut(around)) {
            *leads_back = true;
        }
    }
    led_back.iter().all(|label| {
        let number = numbers.get(label);
        number.is_some_and(|number| component.get(*number as usize) == cycle)
    })
}

//! Pointers while a tree is read: what begins where, cycles, and what leads back.
//!
//! Implements docs/format.md section 14.4 for a reader without types. What such a reader cannot see
//! is made up for: a present option is taken to hold the pointer, not the pointer the option.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use super::decode::{Links, Reading, is_unwrapped_option};
use super::decode_leaf::read_leaf;
use super::decode_step::Open;
use super::parts::{SequenceValue, Typed};
use super::pointer::{CellValue, Label, PartValue, PointerValue, WeakValue};
use super::tree::Value;
use crate::cid::Cid;
use crate::codec::{Decoder, Entered, Entry, Item, Kind, OverlayScope, Place, ScopeAt};
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::link::back_references;
use crate::shape::DescRef;

/// What is known of pointers while a tree is read.
#[derive(Default)]
pub(super) struct Pointers {
    /// The tree that is read, as labels say it.
    tree: Option<u32>,
    /// By label.
    known: BTreeMap<Label, Known>,
    /// How many labels were given that are none of the overlay's.
    fresh: u32,
    /// The cycles that are being read, innermost last.
    open: Vec<OpenCycle>,
    /// The nodes of each cycle, where it was read first.
    read: BTreeMap<Cid, BTreeMap<Place, Label>>,
    /// Where parts lead to that are no known nodes.
    parts: BTreeMap<Cid, BTreeMap<Place, DescText>>,
    /// Places in the next cycle that are taken for a node's.
    asked: BTreeSet<Place>,
    /// How many keys are being read, one inside the other.
    pub(super) keys: usize,
}

#[derive(Default)]
struct Known {
    desc: Option<DescText>,
    /// All of its item was read.
    has_ended: bool,
}

/// A pointer whose content is being read.
pub(super) struct OpenPointer {
    label: Label,
    desc: DescText,
    is_named: bool,
    /// It was met before; this is a copy, for keys.
    is_again: bool,
    /// It leads to a cycle's head.
    is_head: bool,
    around: ScopeAt,
}

/// The block of a cycle that is being read.
struct OpenCycle {
    cid: Cid,
    entered: Entered,
    head: Label,
    /// Where back references lead.
    wanted: BTreeSet<Place>,
    nodes: BTreeMap<Place, Label>,
    /// The descs of the cells that were left out.
    holes: Vec<DescText>,
    /// How many holes there were before the head's item and before each content.
    starts: Vec<usize>,
    /// The first of its values among those that wait.
    first: usize,
}

/// Trees that were loaded, so that their labels stay apart where they are joined by hand.
static TREES: AtomicU32 = AtomicU32::new(0);

impl Reading<'_, '_> {
    /// Reads what stands here, with the pointers that begin here.
    pub(super) fn begin_pointers(&mut self, desc: DescText) -> Result<(), Error> {
        if is_unwrapped_option(desc.as_bytes())
            && self.decoder.cursor.peek()? != 0xc0
            && !self.leads_to_option(&desc)?
        {
            // Its inner value is looked at next.
            return self.begin_content(desc);
        }
        // The pointer to a cycle's head stands outside.
        let is_head = self.decoder.is_in_cycle() && self.decoder.offset() == 0;
        let mut level = u32::from(is_head);
        while let Some(entry) = self.decoder.entry_here() {
            match entry.kind {
                Kind::Node | Kind::Pointer => self.open_pointer(entry, level, &desc),
                Kind::Same => {
                    self.decoder.use_entry();
                    let label = self.label_of(entry.number);
                    return self.again(label, desc);
                }
                Kind::Link | Kind::Weak => break,
            }
            level += 1;
        }
        self.open_wanted(level, &desc);
        match self.decoder.cursor.item() {
            Item::Link if self.links != Links::Kept => match self.decoder.linked_cycle()? {
                Some((cid, head)) => self.begin_cycle(cid, &desc, &head),
                None => self.begin_content(desc),
            },
            Item::Back => self.back(desc),
            Item::Part => self.part(desc),
            Item::Hole => self.hole(desc),
            Item::Weak if desc.as_bytes() == b"w" => self.weak(),
            Item::Link | Item::Weak | Item::Other => self.begin_content(desc),
        }
    }

    /// Whether what stands in the place of an unwrapped option is a pointer to the option, or a cell
    /// around it.
    fn leads_to_option(&mut self, desc: &DescText) -> Result<bool, Error> {
        if let Some(number) = self.decoder.same_here() {
            let label = self.label_of(number);
            return Ok(self.desc_of(label) == Some(desc));
        }
        Ok(match self.decoder.cursor.item() {
            Item::Hole => true,
            Item::Back => {
                let start = self.decoder.cursor.at;
                let place = self.decoder.cursor.back_reference()?;
                self.decoder.cursor.at = start;
                let cycle = self.pointers.open.last();
                let label = cycle.and_then(|cycle| cycle.nodes.get(&place));
                label.is_some_and(|label| self.desc_of(*label) == Some(desc))
            }
            Item::Part => {
                let start = self.decoder.cursor.at;
                let (cid, place) = self.decoder.cursor.part()?;
                self.decoder.cursor.at = start;
                let label = self.part_label(cid, place);
                label.is_some_and(|label| self.desc_of(label) == Some(desc))
            }
            Item::Link if self.links != Links::Kept => {
                let cycle = self.decoder.linked_cycle()?;
                cycle.is_some_and(|(_, head)| head == *desc)
            }
            Item::Link | Item::Weak | Item::Other => false,
        })
    }

    fn desc_of(&self, label: Label) -> Option<&DescText> {
        self.pointers.known.get(&label)?.desc.as_ref()
    }

    /// The label of a node. People count from 1.
    fn label_of(&mut self, number: u32) -> Label {
        let tree = &mut self.pointers.tree;
        let tree = *tree.get_or_insert_with(|| TREES.fetch_add(1, Ordering::Relaxed));
        let number = number.saturating_add(1);
        Label { tree, number }
    }

    fn fresh_label(&mut self) -> Label {
        let number = self.decoder.n_nodes().saturating_add(self.pointers.fresh);
        self.pointers.fresh += 1;
        self.label_of(number)
    }

    /// The place of a pointer that begins here, if that is in the block of a cycle.
    fn place_here(&self, level: u32) -> Option<Place> {
        if !self.decoder.is_in_cycle() {
            return None;
        }
        Some(Place {
            offset: self.decoder.offset().try_into().ok()?,
            level: level.try_into().ok()?,
        })
    }

    /// A pointer begins here that the overlay lists.
    fn open_pointer(&mut self, entry: Entry, level: u32, desc: &DescText) {
        self.decoder.use_entry();
        let is_node = entry.kind == Kind::Node;
        let label = if is_node {
            self.label_of(entry.number)
        } else {
            self.fresh_label()
        };
        let is_wanted = self.note_place(level, label);
        let around = self.decoder.enter_scope(entry.scope);
        self.open_labelled(label, is_node || is_wanted, around, desc);
    }

    /// Pointers begin here that are only named by back references, from a level on.
    fn open_wanted(&mut self, from: u32, desc: &DescText) {
        let Some(place) = self.place_here(from) else {
            return;
        };
        let last = Place {
            level: u8::MAX,
            ..place
        };
        let cycle = self.pointers.open.last();
        let deepest = cycle.and_then(|cycle| cycle.wanted.range(place..=last).next_back());
        let Some(deepest) = deepest.map(|place| u32::from(place.level)) else {
            return;
        };
        for level in from..=deepest {
            let label = self.fresh_label();
            let is_wanted = self.note_place(level, label);
            let around = self.decoder.scope();
            self.open_labelled(label, is_wanted, around, desc);
        }
    }

    /// Notes where a node of a cycle begins. Says whether back references lead to it.
    fn note_place(&mut self, level: u32, label: Label) -> bool {
        let Some(place) = self.place_here(level) else {
            return false;
        };
        let Some(cycle) = self.pointers.open.last_mut() else {
            return false;
        };
        cycle.nodes.insert(place, label);
        cycle.wanted.contains(&place)
    }

    fn open_labelled(&mut self, label: Label, is_named: bool, around: ScopeAt, desc: &DescText) {
        self.pointers.known.insert(
            label,
            Known {
                desc: Some(desc.clone()),
                has_ended: false,
            },
        );
        self.open.push(Open::Pointer(OpenPointer {
            label,
            desc: desc.clone(),
            is_named,
            is_again: false,
            is_head: false,
            around,
        }));
    }

    /// The content of a pointer ends.
    pub(super) fn end_pointer(&mut self, pointer: OpenPointer) {
        self.decoder.leave_scope(pointer.around);
        let content = self.values.pop().unwrap_or(Value::Unit);
        if let Some(known) = self.pointers.known.get_mut(&pointer.label) {
            known.has_ended = true;
        }
        self.values.push(Value::Pointer(if pointer.is_again {
            PointerValue::copy(pointer.label, pointer.desc, content)
        } else {
            let first = PointerValue::first(pointer.label, pointer.desc, pointer.is_named, content);
            if pointer.is_head {
                first.into_head()
            } else {
                first
            }
        }));
    }

    /// A pointer that was met before, with a copy of its content.
    fn again(&mut self, label: Label, desc: DescText) -> Result<(), Error> {
        if self.desc_of(label).is_some_and(|known| !fits(known, &desc)) {
            return Err(self.another_type());
        }
        if self.decoder.cursor.item() == Item::Part {
            self.refuse_in_key()?;
            // To which node is seen when it is written again: this can be a copy of another's content.
            self.decoder.read_part()?;
        } else if self.pointers.keys > 0 {
            // Keys are compared, so their contents are needed where they stand.
            let around = self.decoder.enter_scope(OverlayScope::EMPTY);
            self.open.push(Open::Pointer(OpenPointer {
                label,
                desc: desc.clone(),
                is_named: true,
                is_again: true,
                is_head: false,
                around,
            }));
            return self.begin_content(desc);
        } else {
            self.decoder.skip(&desc)?;
        }
        self.push_again(label, desc);
        Ok(())
    }

    fn push_again(&mut self, label: Label, desc: DescText) {
        let pointer = PointerValue::again(label, desc);
        self.values.push(Value::Pointer(pointer));
    }

    fn back(&mut self, desc: DescText) -> Result<(), Error> {
        self.refuse_in_key()?;
        self.refuse_in_typed_cycle()?;
        let place = self.decoder.read_back_reference()?;
        let cycle = self.pointers.open.last();
        let label = cycle.and_then(|cycle| cycle.nodes.get(&place)).copied();
        let known = label.and_then(|label| Some((label, self.pointers.known.get(&label)?)));
        match known {
            Some((_, known)) if !known.desc.as_ref().is_some_and(|known| fits(known, &desc)) => {
                Err(self.another_type())
            }
            Some((label, known)) if known.has_ended => {
                self.push_again(label, desc);
                Ok(())
            }
            _ => Err(self
                .decoder
                .cursor
                .malformed("a back reference to where no node has ended")),
        }
    }

    fn part_label(&self, cid: Cid, place: Place) -> Option<Label> {
        self.pointers.read.get(&cid)?.get(&place).copied()
    }

    /// A part that the overlay says nothing about.
    fn part(&mut self, desc: DescText) -> Result<(), Error> {
        self.refuse_in_key()?;
        let (cid, place) = self.decoder.read_part()?;
        if let Some(label) = self.part_label(cid, place) {
            if !self.desc_of(label).is_some_and(|known| fits(known, &desc)) {
                return Err(self.another_type());
            }
            self.push_again(label, desc);
            return Ok(());
        }
        let is_known = self.links != Links::Followed || self.pointers.read.contains_key(&cid);
        if self.links == Links::Followed {
            if self.decoder.cycle_desc(cid)?.is_none() {
                let reason = "a part of what is no cycle";
                return Err(self.decoder.cursor.malformed(reason));
            }
            let parts = self.pointers.parts.entry(cid).or_default();
            if parts
                .insert(place, desc.clone())
                .is_some_and(|known| known != desc)
            {
                return Err(self.another_type());
            }
        }
        self.values
            .push(Value::Part(PartValue::new(cid, place, desc, is_known)));
        Ok(())
    }

    /// A tree in a node that is read with its type cannot lead to such nodes.
    fn refuse_in_typed_cycle(&self) -> Result<(), Error> {
        if !self.pointers.open.is_empty() || !self.decoder.is_in_cycle() {
            return Ok(());
        }
        Err(ErrorKind::Unsupported {
            type_name: std::any::type_name::<Value>(),
            reason: "a pointer in it leads back into the cycle that it is part of: load the whole \
                     value as a `Value`, or give the field its type",
        }
        .into())
    }

    fn hole(&mut self, desc: DescText) -> Result<(), Error> {
        self.refuse_in_key()?;
        self.refuse_in_typed_cycle()?;
        self.decoder.read_hole()?;
        if let Some(cycle) = self.pointers.open.last_mut() {
            cycle.holes.push(desc.clone());
        }
        self.values.push(Value::Cell(CellValue::empty(desc)));
        Ok(())
    }

    fn weak(&mut self) -> Result<(), Error> {
        let entry = self.decoder.entry_here();
        let label = entry.filter(|entry| entry.kind == Kind::Weak);
        self.decoder.cursor.weak()?;
        let label = label.map(|entry| {
            self.decoder.use_entry();
            self.label_of(entry.number)
        });
        self.values.push(Value::Weak(WeakValue { label }));
        Ok(())
    }

    /// Packed numbers, or a byte string, to some of which pointers lead.
    pub(super) fn packed(&mut self, desc: DescText) -> Result<(), Error> {
        let letter = match desc.as_bytes() {
            [b'[', letter] => *letter,
            _ => b'B',
        };
        let sequence = DescRef::Text(desc.as_bytes());
        let read =
            |decoder: &mut Decoder<'_>| Ok((read_leaf(decoder, letter)?, decoder.pointers_here()));
        let items = self.decoder.packed_items_by(sequence, letter, read)?;
        let is_plain = items.iter().all(|(_, pointers)| pointers.is_empty());
        let element = DescText::from_checked(&[letter]);
        let mut values = Vec::with_capacity(items.len());
        for (mut value, pointers) in items {
            for entry in pointers.iter().rev() {
                self.decoder.use_entry();
                let label = match entry.kind {
                    Kind::Pointer => self.fresh_label(),
                    _ => self.label_of(entry.number),
                };
                if self.desc_of(label).is_some_and(|desc| *desc != element) {
                    return Err(self.another_type());
                }
                let known = self.pointers.known.entry(label).or_default();
                known.desc = Some(element.clone());
                known.has_ended = true;
                value = Value::Pointer(match entry.kind {
                    Kind::Same if self.pointers.keys > 0 => {
                        PointerValue::copy(label, element.clone(), value)
                    }
                    Kind::Same => PointerValue::again(label, element.clone()),
                    kind => PointerValue::first(label, element.clone(), kind == Kind::Node, value),
                });
            }
            values.push(value);
        }
        self.values.push(if is_plain && letter == b'B' {
            let bytes = values.iter().filter_map(|value| match value {
                Value::U8(byte) => Some(*byte),
                _ => None,
            });
            Value::Bytes(bytes.collect())
        } else {
            Value::Sequence(SequenceValue(Typed::new(desc, values)))
        });
        Ok(())
    }

    #[cold]
    fn another_type(&self) -> Error {
        let reason = "a pointer leads to a node of another type";
        self.decoder.cursor.malformed(reason)
    }

    fn refuse_in_key(&self) -> Result<(), Error> {
        if self.pointers.keys > 0 {
            let reason = "a key holds a pointer to a node on a cycle";
            return Err(self.decoder.cursor.malformed(reason));
        }
        Ok(())
    }

    /// Enters the block of a cycle and reads its head.
    fn begin_cycle(&mut self, cid: Cid, desc: &DescText, head: &DescText) -> Result<(), Error> {
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
        let head = pieces.into_iter().next().flatten();
        self.values.extend(head);
        Ok(())
    }
}

/// Whether a node of one desc can be led to from a place of another. A hole in the place of an
/// unwrapped option does not say whether it stands for the option or for what is in it.
fn fits(node: &DescText, place: &DescText) -> bool {
    let is_option_of = |option: &DescText, of: &DescText| {
        let inner = option.as_bytes().strip_prefix(b"?");
        is_unwrapped_option(option.as_bytes()) && inner == Some(of.as_bytes())
    };
    node == place || is_option_of(node, place) || is_option_of(place, node)
}

/// Checks that parts of cycles lead to where something of their type begins.
pub(super) fn check_parts(reading: &mut Reading<'_, '_>) -> Result<(), Error> {
    for (cid, parts) in std::mem::take(&mut reading.pointers.parts) {
        let Some(desc) = reading.decoder.cycle_desc(cid)? else {
            continue;
        };
        let mut decoder = reading.decoder.beside();
        decoder.hold_link(cid);
        let mut again = Reading::new(&mut decoder, Links::KeptBelow);
        again.pointers.asked = parts.keys().copied().collect();
        again.read(desc)?;
        let nodes = again.pointers.read.get(&cid);
        for (place, desc) in parts {
            let label = nodes.and_then(|nodes| nodes.get(&place));
            let found = label.and_then(|label| again.desc_of(*label));
            if !found.is_some_and(|found| fits(found, &desc)) {
                let reason = "a part leads to where no node of its cycle begins";
                return Err(decoder.cursor.malformed(reason));
            }
        }
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

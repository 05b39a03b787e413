//! Pointers while a tree is read: what begins where, cycles, and what leads back.
//!
//! Implements docs/format.md section 14.4 for a reader without types. What such a reader cannot see
//! is made up for: a present option is taken to hold the pointer, not the pointer the option.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use super::decode::{Links, Reading, is_unwrapped_option};
use super::decode_cycle::OpenCycle;
use super::decode_leaf::read_leaf;
use super::decode_step::Open;
use super::parts::{SequenceValue, Typed};
use super::pointer::{CellValue, Label, PartValue, PointerValue, WeakValue};
use super::tree::Value;
use crate::cid::Cid;
use crate::codec::{Decoder, Entry, Item, Kind, OverlayScope, Place, ScopeAt};
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;

/// What is known of pointers while a tree is read.
#[derive(Default)]
pub(super) struct Pointers {
    /// The tree that is read, as labels say it.
    tree: Option<u32>,
    /// By label.
    pub(super) known: BTreeMap<Label, Known>,
    /// How many labels were given that are none of the overlay's.
    fresh: u32,
    /// The cycles that are being read, innermost last.
    pub(super) open: Vec<OpenCycle>,
    /// The nodes of each cycle, where it was read first.
    pub(super) read: BTreeMap<Cid, BTreeMap<Place, Label>>,
    /// Where parts lead to that are no known nodes.
    pub(super) parts: BTreeMap<Cid, BTreeMap<Place, DescText>>,
    /// Places in the next cycle that are taken for a node's.
    pub(super) asked: BTreeSet<Place>,
    /// Options that must hold something, as pointers elsewhere lead to what is in them; and where
    /// the first such pointer stands.
    pub(super) present: BTreeMap<Label, usize>,
    /// How many keys are being read, one inside the other.
    pub(super) keys: usize,
}

#[derive(Default)]
pub(super) struct Known {
    desc: Option<DescText>,
    /// All of its item was read.
    pub(super) has_ended: bool,
    /// It is an option that holds nothing.
    is_absent: bool,
}

/// A pointer whose content is being read.
pub(super) struct OpenPointer {
    pub(super) label: Label,
    desc: DescText,
    pub(super) is_named: bool,
    /// It was met before; this is a copy, for keys.
    pub(super) is_again: bool,
    /// It leads to a cycle's head.
    pub(super) is_head: bool,
    around: ScopeAt,
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
        let (mut n_listed, mut is_unnamed) = (0, false);
        while let Some(entry) = self.decoder.entry_here() {
            match entry.kind {
                Kind::Node | Kind::Pointer => {
                    n_listed += 1;
                    is_unnamed = entry.kind == Kind::Pointer;
                    self.open_pointer(entry, level, &desc);
                }
                Kind::Same => {
                    self.decoder.use_entry();
                    return self.again(entry.number, desc);
                }
                Kind::Link | Kind::Weak => break,
            }
            level += 1;
        }
        let is_wanted = self.open_wanted(level, &desc);
        let item = self.decoder.cursor.item();
        if is_wanted && item == Item::Back && self.decoder.has_overlay() {
            // One that begins around another back reference is listed.
            let reason = "a back reference to where no node began";
            return Err(self.decoder.cursor.malformed(reason));
        }
        let cycle = match item {
            Item::Link if self.links != Links::Kept => self.decoder.linked_cycle()?,
            _ => None,
        };
        let is_told_apart = match item {
            Item::Back => true,
            Item::Link => self.links == Links::Kept || (cycle.is_some() && n_listed > 1),
            _ => false,
        };
        if is_unnamed && !is_told_apart {
            return Err(self.needless_entry());
        }
        match item {
            Item::Link => match cycle {
                Some((cid, head)) => self.begin_cycle(cid, &desc, &head),
                None => self.begin_content(desc),
            },
            Item::Back => self.back(desc),
            Item::Part => self.part(desc),
            Item::Hole => self.hole(desc),
            Item::Weak if desc.as_bytes() == b"w" => self.weak(),
            Item::Weak | Item::Other => self.begin_content(desc),
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

    pub(super) fn fresh_label(&mut self) -> Label {
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
        if is_node {
            let cycle = self.pointers.open.last().map(|cycle| cycle.cid);
            self.decoder.note_first(entry.number);
            if let Some((cid, place)) = cycle.zip(self.place_here(level)) {
                self.decoder.place_first(entry.number, cid, place);
            }
        }
        let label = if is_node {
            self.label_of(entry.number)
        } else {
            self.fresh_label()
        };
        let is_wanted = self.note_place(level, label);
        let around = self.decoder.enter_scope(entry.scope);
        self.open_labelled(label, is_node || is_wanted, around, desc);
    }

    /// Pointers begin here that are only named by back references, from a level on. Says whether any
    /// do.
    fn open_wanted(&mut self, from: u32, desc: &DescText) -> bool {
        let Some(place) = self.place_here(from) else {
            return false;
        };
        let last = Place {
            level: u8::MAX,
            ..place
        };
        let cycle = self.pointers.open.last();
        let deepest = cycle.and_then(|cycle| cycle.wanted.range(place..=last).next_back());
        let Some(deepest) = deepest.map(|place| u32::from(place.level)) else {
            return false;
        };
        for level in from..=deepest {
            let label = self.fresh_label();
            let is_wanted = self.note_place(level, label);
            let around = self.decoder.scope();
            self.open_labelled(label, is_wanted, around, desc);
        }
        true
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

    pub(super) fn open_labelled(
        &mut self,
        label: Label,
        is_named: bool,
        around: ScopeAt,
        desc: &DescText,
    ) {
        self.pointers.known.insert(
            label,
            Known {
                desc: Some(desc.clone()),
                ..Known::default()
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
            known.is_absent = is_absent(&content);
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
    fn again(&mut self, number: u32, desc: DescText) -> Result<(), Error> {
        let label = self.label_of(number);
        if self.desc_of(label).is_some() {
            self.check_fits(label, &desc)?;
        }
        if self.decoder.cursor.item() == Item::Part {
            self.refuse_in_key()?;
        }
        if self.pointers.keys > 0 {
            self.decoder.check_same(number, &desc)?;
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
        }
        self.decoder.pass_same(number, &desc)?;
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
        let has_ended = |label: &Label| {
            let known = self.pointers.known.get(label);
            known.is_some_and(|known| known.has_ended)
        };
        let Some(label) = label.filter(has_ended) else {
            let reason = "a back reference to where no node has ended";
            return Err(self.decoder.cursor.malformed(reason));
        };
        self.check_fits(label, &desc)?;
        if let Some(cycle) = self.pointers.open.last_mut() {
            cycle.led_back.insert(label);
        }
        self.push_again(label, desc);
        Ok(())
    }

    /// Checks that a node can be led to from a place with this desc. A hole in the place of an
    /// unwrapped option does not say whether it stands for the option or for what is in it: then it
    /// must turn out that something is.
    pub(super) fn check_fits(&mut self, label: Label, place: &DescText) -> Result<(), Error> {
        let known = self.pointers.known.get(&label);
        let node = known.and_then(|known| known.desc.as_ref());
        let is_absent = known.is_some_and(|known| known.is_absent);
        match node {
            Some(node) if node == place || is_option_of(place, node) => Ok(()),
            Some(node) if is_option_of(node, place) && !is_absent => {
                let at = self.decoder.cursor.at;
                self.pointers.present.entry(label).or_insert(at);
                Ok(())
            }
            _ => Err(self.another_type()),
        }
    }

    pub(super) fn part_label(&self, cid: Cid, place: Place) -> Option<Label> {
        self.pointers.read.get(&cid)?.get(&place).copied()
    }

    /// A part that the overlay says nothing about.
    fn part(&mut self, desc: DescText) -> Result<(), Error> {
        self.refuse_in_key()?;
        let (cid, place) = self.decoder.read_part()?;
        if let Some(label) = self.part_label(cid, place) {
            self.check_fits(label, &desc)?;
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
        let element = DescText::from_checked(&[letter]);
        let mut is_needless = false;
        let read = |decoder: &mut Decoder<'_>| {
            let pointers = decoder.pointers_here();
            let innermost = pointers.last().map(|entry| entry.kind);
            is_needless |= innermost == Some(Kind::Pointer);
            for entry in &pointers {
                match entry.kind {
                    Kind::Node => decoder.note_first(entry.number),
                    Kind::Same => decoder.check_same(entry.number, &element)?,
                    Kind::Link | Kind::Pointer | Kind::Weak => {}
                }
            }
            Ok((read_leaf(decoder, letter)?, pointers))
        };
        let items = self.decoder.packed_items_by(sequence, letter, read)?;
        if is_needless {
            return Err(self.needless_entry());
        }
        let is_plain = items.iter().all(|(_, pointers)| pointers.is_empty());
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
    fn needless_entry(&self) -> Error {
        let reason = "an entry of the overlay for a pointer that is the only one at its place";
        self.decoder.cursor.malformed(reason)
    }

    #[cold]
    pub(super) fn another_type(&self) -> Error {
        let reason = "a pointer leads to a node of another type";
        self.decoder.cursor.malformed(reason)
    }

    pub(super) fn refuse_in_key(&self) -> Result<(), Error> {
        if self.pointers.keys > 0 {
            let reason = "a key holds a pointer to a node on a cycle";
            return Err(self.decoder.cursor.malformed(reason));
        }
        Ok(())
    }
}

/// Whether one desc is that of an unwrapped option of the other.
fn is_option_of(option: &DescText, of: &DescText) -> bool {
    let inner = option.as_bytes().strip_prefix(b"?");
    is_unwrapped_option(option.as_bytes()) && inner == Some(of.as_bytes())
}

pub(super) fn is_absent(value: &Value) -> bool {
    matches!(value, Value::Option(option) if option.get().is_none())
}

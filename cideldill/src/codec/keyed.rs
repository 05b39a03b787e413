//! Maps, sets and heaps: elements in the order of their keys.
//!
//! Where the Rust type has the format's order itself, references are sorted. Else the keys are
//! written whole, ordered by their bytes, and put where they belong; one of the cut's length or more
//! is read back as a tree, whose keys are in order already, and written from that so that it can be
//! cut. So keys inside keys inside keys cost no more than their bytes. Implements docs/format.md
//! section 5.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::any::type_name;
use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use super::batch::Discard;
use super::chunk::{Form, Sequence};
use super::decode::Decoder;
use super::encode::Encoder;
use super::order::{self, EncodedKey, KeyShapes};
use super::profile::Profile;
use super::registry::{Note, Registry};
use super::write;
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::path::Segment;
use crate::reduce::{Reduce, Write};
use crate::shape::DescRef;
use crate::stack::grow;
use crate::value::{Links, Value, read_block};

/// How much of a key an error shows.
const SHOWN_KEY_BYTES: usize = 80;

impl Encoder<'_> {
    /// Writes a map, in whatever order its entries come.
    pub(crate) fn map<'v, K, V>(
        &mut self,
        entries: impl Iterator<Item = (&'v K, &'v V)>,
        desc: &'static Desc,
    ) -> Result<(), Error>
    where
        K: Reduce + 'v,
        V: Reduce + 'v,
    {
        // A loop, and values behind pointers: little is compiled for each type of value.
        let mut all: Entries<'_, K> = Vec::with_capacity(entries.size_hint().0);
        for (key, value) in entries {
            all.push((key, value));
        }
        self.keyed(all, Form::Map, desc)
    }

    /// Writes a set.
    pub(crate) fn set<'v, K: Reduce + 'v>(
        &mut self,
        keys: impl Iterator<Item = &'v K>,
        desc: &'static Desc,
    ) -> Result<(), Error> {
        self.keyed(without_values(keys), Form::Set, desc)
    }

    /// Writes a sequence in ascending order, equal elements kept.
    pub(crate) fn sorted_sequence<'v, T: Reduce + 'v>(
        &mut self,
        items: impl Iterator<Item = &'v T>,
    ) -> Result<(), Error> {
        if let Some(order) = T::KEY_ORDER {
            let mut items: Vec<&T> = items.collect();
            items.sort_by(|a, b| order(a, b));
            return T::reduce_sequence(items.into_iter(), self);
        }
        if let Some(letter) = T::SEQUENCE.packed_letter() {
            return self.sorted_packed_items(letter, items);
        }
        self.keyed(without_values(items), Form::Items, T::SEQUENCE)
    }

    fn keyed<K: Reduce>(
        &mut self,
        entries: Entries<'_, K>,
        form: Form,
        desc: &'static Desc,
    ) -> Result<(), Error> {
        // Known for each type, so that only one of the two is compiled for it.
        if const { K::KEY_ORDER.is_none() } {
            return grow(|| self.keyed_by_bytes(&entries, form, desc));
        }
        grow(|| self.keyed_in_order(entries, form, desc))
    }

    fn keyed_in_order<K: Reduce>(
        &mut self,
        mut entries: Entries<'_, K>,
        form: Form,
        desc: &'static Desc,
    ) -> Result<(), Error> {
        let count = entries.len() as u64;
        if let Some(order) = order_of_keys(&entries) {
            if let Some(key) = first_twice(&order) {
                return Err(Self::duplicate_key(key));
            }
            entries = in_that_order(&entries, &order);
        }
        let before = self.position();
        let mut sequence = self.open_sequence(form, count, DescRef::Constant(desc));
        for (key, value) in entries {
            self.whole_entry(&mut sequence, (key, value), form)?;
        }
        self.close_sequence(&mut sequence);
        self.gather_refused(before)
    }

    /// Writes a key and its value. Returns where the key stands, and its notes.
    fn whole_entry<K: Reduce>(
        &mut self,
        sequence: &mut Sequence<'_>,
        (key, value): (&K, &dyn Write),
        form: Form,
    ) -> Result<(Range<usize>, Range<usize>), Error> {
        let (start, first_note) = (self.buffer.len(), self.notes.len());
        if let Err(error) = key.reduce(self) {
            self.refused(error.within(Segment::Key(key_text(key))))?;
        }
        let bytes = start..self.buffer.len();
        let notes = first_note..self.notes.len();
        self.end_keyed(sequence, start, || key_text(key), value, form)?;
        Ok((bytes, notes))
    }

    /// The key stands in the buffer: writes the value and ends the element.
    fn end_keyed(
        &mut self,
        sequence: &mut Sequence<'_>,
        key_start: usize,
        key_text: impl FnOnce() -> String,
        value: &dyn Write,
        form: Form,
    ) -> Result<(), Error> {
        if form == Form::Map {
            self.end_key(sequence, key_start);
            if let Err(error) = value.write(self) {
                self.refused(error.within(Segment::Key(key_text())))?;
            }
        } else {
            self.note_key(sequence, key_start);
        }
        self.end_element(sequence);
        Ok(())
    }

    fn keyed_by_bytes<K: Reduce>(
        &mut self,
        entries: &[(&K, &dyn Write)],
        form: Form,
        desc: &'static Desc,
    ) -> Result<(), Error> {
        if self.whole > 0 {
            return self.keyed_in_place(entries, form, desc);
        }
        let (before, n_refused) = (self.position(), self.refusals.len());
        let keys = self.whole_keys(entries)?;
        if self.refusals.len() > n_refused {
            // Without all keys there is no order, but there may be more to say. Places are counted
            // on from the keys.
            self.buffer.extend_from_slice(&keys.bytes);
            for (key, value) in entries {
                if let Err(error) = value.write(self) {
                    self.refused(error.within(Segment::Key(key_text(*key))))?;
                }
            }
            return self.gather_refused(before);
        }
        let mut key_desc = Vec::new();
        K::DESC.write(&mut key_desc);
        let registry = &self.memory.registry;
        let permutation = in_order(entries, form, |a, b| {
            let (a, b) = (keys.get(a, registry), keys.get(b, registry));
            order::compare(&key_desc, a, b)
        })?;
        let mut sequence = self.open_sequence(form, entries.len() as u64, DescRef::Constant(desc));
        for number in permutation.unwrap_or_else(|| (0..entries.len()).collect()) {
            let (key, value) = entries[number];
            let key_start = self.buffer.len();
            if keys.hold_pointer {
                // Which pointers are the same shows only where they stand.
                key.reduce(self)?;
            } else if keys.bytes(number).len() < self.profile.cut {
                self.paste(&keys, number);
            } else {
                let tree = self.tree_of(&keys, number, &key_desc)?;
                self.value(&tree, &key_desc);
            }
            let key_text = || key_text(key);
            self.end_keyed(&mut sequence, key_start, key_text, value, form)?;
        }
        self.close_sequence(&mut sequence);
        self.gather_refused(before)
    }

    /// Writes the entries as they come, inside a key that is written whole, and moves them only if
    /// they are not in order: most are, and a move for each level would not be linear.
    fn keyed_in_place<K: Reduce>(
        &mut self,
        entries: &[(&K, &dyn Write)],
        form: Form,
        desc: &'static Desc,
    ) -> Result<(), Error> {
        let (before, n_refused) = (self.position(), self.refusals.len());
        let mut sequence = self.open_sequence(form, entries.len() as u64, DescRef::Constant(desc));
        let start = self.buffer.len();
        let first_note = self.notes.len();
        let mut places = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let written = self.whole_entry(&mut sequence, (*key, *value), form);
            let (key, key_notes) = written?;
            places.push(Entry {
                key,
                key_notes,
                end: self.buffer.len(),
                notes_end: self.notes.len(),
            });
        }
        if self.refusals.len() > n_refused {
            return self.gather_refused(before);
        }
        let mut key_desc = Vec::new();
        K::DESC.write(&mut key_desc);
        let encoded = |entry: &Entry| EncodedKey {
            bytes: &self.buffer[entry.key.clone()],
            shapes: KeyShapes::Noted(&self.notes[entry.key_notes.clone()], &self.memory.registry),
        };
        let permutation = in_order(entries, form, |a, b| {
            order::compare(&key_desc, encoded(&places[a]), encoded(&places[b]))
        })?;
        if let Some(permutation) = permutation {
            let bytes = self.buffer.split_off(start);
            let notes = self.notes.split_off(first_note);
            for number in permutation {
                let entry = &places[number];
                let (from, base) = (entry.key.start, self.buffer.len());
                let range = from - start..entry.end - start;
                self.buffer.extend_from_slice(&bytes[range]);
                let range = entry.key_notes.start - first_note..entry.notes_end - first_note;
                let moved = notes[range].iter().map(|note| Note {
                    at: (note.at as usize - from + base) as u32,
                    shape: note.shape,
                });
                self.notes.extend(moved);
            }
        }
        self.close_sequence(&mut sequence);
        Ok(())
    }

    /// A key that was written whole, as a tree.
    fn tree_of(&mut self, keys: &WholeKeys, number: usize, desc: &[u8]) -> Result<Value, Error> {
        let mut block = vec![Profile::WHOLE.first_byte()];
        write::string_header(&mut block, desc.len() as u64);
        block.extend_from_slice(desc);
        let registry = &mut self.memory.registry;
        registry.start_table();
        let notes = keys.notes(number);
        let indices: Vec<u32> = notes
            .iter()
            .map(|note| registry.index(note.shape))
            .collect();
        write::array_header(&mut block, registry.table().len() as u64);
        registry
            .table()
            .for_each(|shape| block.extend_from_slice(shape));
        let mut from = keys.starts[number];
        for (note, index) in notes.iter().zip(indices) {
            let at = note.at as usize;
            block.extend_from_slice(&keys.bytes[from..at]);
            write::unsigned(&mut block, u64::from(index));
            from = at + 1;
        }
        block.extend_from_slice(&keys.bytes[from..keys.starts[number + 1]]);
        Decoder::new(&NoBlocks, Limits::unlimited()).whole(block, desc)
    }

    /// Writes all keys uncut and takes them out of the buffer again.
    fn whole_keys<K: Reduce, V>(&mut self, entries: &[(&K, V)]) -> Result<WholeKeys, Error> {
        let start = self.buffer.len();
        let first_note = self.notes.len();
        let mut keys = WholeKeys::default();
        self.whole += 1;
        let held_pointer = std::mem::take(&mut self.holds_pointer);
        for (key, _) in entries {
            keys.starts.push(self.buffer.len() - start);
            keys.first_notes.push(self.notes.len() - first_note);
            if let Err(error) = key.reduce(self) {
                self.refused(error.within(Segment::Key(key_text(*key))))?;
            }
        }
        self.whole -= 1;
        keys.hold_pointer = std::mem::replace(&mut self.holds_pointer, held_pointer);
        keys.bytes = self.buffer.split_off(start);
        keys.starts.push(keys.bytes.len());
        keys.notes = self.notes.split_off(first_note);
        keys.first_notes.push(keys.notes.len());
        for note in &mut keys.notes {
            note.at -= start as u32;
        }
        Ok(keys)
    }

    /// Writes an encoded key that needs no cut.
    fn paste(&mut self, keys: &WholeKeys, number: usize) {
        let (start, base) = (keys.starts[number], self.buffer.len());
        self.buffer.extend_from_slice(keys.bytes(number));
        let notes = keys.notes(number).iter().map(|note| Note {
            at: (note.at as usize - start + base) as u32,
            shape: note.shape,
        });
        self.notes.extend(notes);
    }

    #[cold]
    fn duplicate_key<K: Reduce>(key: &K) -> Error {
        ErrorKind::DuplicateKey { key: key_text(key) }.into()
    }
}

/// Keys with their values.
type Entries<'v, K> = Vec<(&'v K, &'v dyn Write)>;

/// Keys of what has none.
fn without_values<'v, K>(keys: impl Iterator<Item = &'v K>) -> Entries<'v, K> {
    keys.map(|key| (key, &() as &dyn Write)).collect()
}

/// The keys with their numbers in ascending order, if that is not the order they come in and keys
/// know it.
fn order_of_keys<'v, K: Reduce, V>(entries: &[(&'v K, V)]) -> Option<Vec<(&'v K, usize)>> {
    let order = K::KEY_ORDER?;
    if entries.is_sorted_by(|a, b| order(a.0, b.0).is_lt()) {
        return None;
    }
    let keys = entries.iter().enumerate();
    let mut keys = keys.map(|(number, (key, _))| (*key, number)).collect();
    sort_keys(&mut keys, order);
    Some(keys)
}

/// Apart from the values, so that it is compiled once for each type of keys.
fn sort_keys<K>(keys: &mut Vec<(&K, usize)>, order: fn(&K, &K) -> Ordering) {
    keys.sort_unstable_by(|a, b| order(a.0, b.0));
}

/// The first key that stands twice in ascending order.
fn first_twice<'v, K: Reduce>(keys: &[(&'v K, usize)]) -> Option<&'v K> {
    let order = K::KEY_ORDER?;
    let mut pairs = keys.windows(2);
    let pair = pairs.find(|pair| order(pair[0].0, pair[1].0).is_eq())?;
    Some(pair[0].0)
}

fn in_that_order<'v, K, V: Copy>(
    entries: &[(&'v K, V)],
    order: &[(&'v K, usize)],
) -> Vec<(&'v K, V)> {
    let numbers = order.iter();
    numbers.map(|(_, number)| entries[*number]).collect()
}

/// Entries in the order of their keys.
pub(crate) fn in_key_order<K: Reduce, V: Copy>(
    entries: Vec<(&K, V)>,
) -> Result<Vec<(&K, V)>, Error> {
    if const { K::KEY_ORDER.is_some() } {
        return Ok(match order_of_keys(&entries) {
            Some(order) => in_that_order(&entries, &order),
            None => entries,
        });
    }
    let mut sink = Discard;
    let mut encoder = Encoder::new(Profile::STANDARD, &mut sink);
    let keys = encoder.whole_keys(&entries)?;
    let mut desc = Vec::new();
    K::DESC.write(&mut desc);
    let registry = &encoder.memory.registry;
    let permutation = in_order(&entries, Form::Map, |a, b| {
        order::compare(&desc, keys.get(a, registry), keys.get(b, registry))
    })?;
    let Some(permutation) = permutation else {
        return Ok(entries);
    };
    let ordered = permutation.into_iter();
    Ok(ordered.map(|number| entries[number]).collect())
}

/// Where an entry stands in the buffer, its shapes in the notes.
struct Entry {
    key: Range<usize>,
    key_notes: Range<usize>,
    end: usize,
    notes_end: usize,
}

/// The numbers of the entries in the order of their keys, if that is not the order they come in.
fn in_order<K: Reduce, V>(
    entries: &[(&K, V)],
    form: Form,
    compare: impl Fn(usize, usize) -> Option<Ordering>,
) -> Result<Option<Vec<usize>>, Error> {
    // A part that is not loaded (`Value::Link`) is a link even in a whole key: nothing can be said.
    let is_hidden = Cell::new(false);
    let compare = |a: &usize, b: &usize| {
        compare(*a, *b).unwrap_or_else(|| {
            is_hidden.set(true);
            Ordering::Equal
        })
    };
    let mut numbers: Vec<usize> = (0..entries.len()).collect();
    if numbers.is_sorted_by(|a, b| compare(a, b).is_lt()) {
        return Ok(None);
    }
    numbers.sort_by(compare);
    let mut pairs = numbers.windows(2);
    let equal = pairs.find(|pair| compare(&pair[0], &pair[1]).is_eq());
    if is_hidden.get() {
        return Err(ErrorKind::Unsupported {
            type_name: type_name::<K>(),
            reason: "a key holds a part that is not loaded, so keys cannot be ordered",
        }
        .into());
    }
    match equal {
        Some(pair) if form != Form::Items => Err(ErrorKind::DuplicateKey {
            key: key_text(entries[pair[0]].0),
        }
        .into()),
        _ => Ok(Some(numbers)),
    }
}

/// Keys written uncut, one after the other.
#[derive(Default)]
struct WholeKeys {
    bytes: Vec<u8>,
    notes: Vec<Note>,
    /// Where each key starts; at last where the last ends.
    starts: Vec<usize>,
    first_notes: Vec<usize>,
    /// There is a shared pointer in one.
    hold_pointer: bool,
}

impl WholeKeys {
    fn bytes(&self, number: usize) -> &[u8] {
        &self.bytes[self.starts[number]..self.starts[number + 1]]
    }

    fn notes(&self, number: usize) -> &[Note] {
        &self.notes[self.first_notes[number]..self.first_notes[number + 1]]
    }

    fn get<'k>(&'k self, number: usize, registry: &'k Registry) -> EncodedKey<'k> {
        EncodedKey {
            bytes: self.bytes(number),
            shapes: KeyShapes::Noted(self.notes(number), registry),
        }
    }
}

/// A key as text for errors.
fn key_text<K: Reduce>(key: &K) -> String {
    crate::value::short_text(key, SHOWN_KEY_BYTES)
}

/// A whole key links to nothing.
struct NoBlocks;

impl BlockSource for NoBlocks {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        match cids.first() {
            Some(cid) => Err(ErrorKind::Missing { cid: *cid }.into()),
            None => Ok(Vec::new()),
        }
    }
}

impl Decoder<'_> {
    /// Reads a block in memory that has no name.
    fn whole(mut self, block: Vec<u8>, desc: &[u8]) -> Result<Value, Error> {
        let (entered, desc) = self.enter_unnamed(Profile::WHOLE, block.into(), desc)?;
        read_block(&mut self, entered, &desc, Links::Followed)
    }
}

#[cfg(test)]
mod tests;

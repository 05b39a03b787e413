//! Maps, sets and heaps: elements in the order of their keys.
//!
//! Where the Rust type has the format's order itself, references are sorted. Else the keys are
//! written whole, ordered by their bytes, and put where they belong; one of the cut's length or more
//! is written a second time so that it can be cut. Implements docs/format.md section 5.

use std::cmp::Ordering;

use super::chunk::{Form, Sequence};
use super::encode::Encoder;
use super::order::{self, EncodedKey, KeyShapes};
use super::registry::{Note, Registry};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::path::Segment;
use crate::reduce::Reduce;
use crate::shape::DescRef;

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
        self.keyed(entries.collect(), Form::Map, desc, |value, encoder| {
            value.reduce(encoder)
        })
    }

    /// Writes a set.
    pub(crate) fn set<'v, K: Reduce + 'v>(
        &mut self,
        keys: impl Iterator<Item = &'v K>,
        desc: &'static Desc,
    ) -> Result<(), Error> {
        let keys = keys.map(|key| (key, ())).collect();
        self.keyed(keys, Form::Set, desc, |(), _| Ok(()))
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
        let items = items.map(|item| (item, ())).collect();
        self.keyed(items, Form::Items, T::SEQUENCE, |(), _| Ok(()))
    }

    fn keyed<'v, K: Reduce + 'v, V>(
        &mut self,
        mut entries: Vec<(&'v K, V)>,
        form: Form,
        desc: &'static Desc,
        write_value: impl Fn(&V, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let count = entries.len() as u64;
        let Some(order) = K::KEY_ORDER else {
            return self.keyed_by_bytes(entries, form, desc, write_value);
        };
        if !entries.is_sorted_by(|a, b| order(a.0, b.0).is_lt()) {
            entries.sort_unstable_by(|a, b| order(a.0, b.0));
            if let Some(pair) = entries.windows(2).find(|p| order(p[0].0, p[1].0).is_eq()) {
                return Err(self.duplicate_key(pair[0].0));
            }
        }
        let mut sequence = self.open_sequence(form, count);
        for (key, value) in &entries {
            let key_start = self.memory.buffer.len();
            key.reduce(self)?;
            self.end_keyed(
                &mut sequence,
                key_start,
                desc,
                || key_text(*key),
                |this| write_value(value, this),
                form,
            )?;
        }
        self.close_sequence(sequence, DescRef::Constant(desc));
        Ok(())
    }

    /// The key stands in the buffer: writes the value and ends the element.
    fn end_keyed(
        &mut self,
        sequence: &mut Sequence,
        key_start: usize,
        desc: &'static Desc,
        key_text: impl FnOnce() -> String,
        write_value: impl FnOnce(&mut Self) -> Result<(), Error>,
        form: Form,
    ) -> Result<(), Error> {
        if form == Form::Map {
            self.end_key(sequence, key_start);
            write_value(self).map_err(|error| error.within(Segment::Key(key_text())))?;
        } else {
            self.note_key(sequence, key_start);
        }
        self.end_element(sequence, DescRef::Constant(desc));
        Ok(())
    }

    fn keyed_by_bytes<'v, K: Reduce + 'v, V>(
        &mut self,
        entries: Vec<(&'v K, V)>,
        form: Form,
        desc: &'static Desc,
        write_value: impl Fn(&V, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let keys = self.whole_keys(&entries)?;
        let mut key_desc = Vec::new();
        K::DESC.write(&mut key_desc);
        let mut permutation: Vec<usize> = (0..entries.len()).collect();
        let registry = &self.memory.registry;
        let compare = |a: &usize, b: &usize| {
            let (a, b) = (keys.get(*a, registry), keys.get(*b, registry));
            // There are no links in whole keys, so there always is an answer.
            order::compare(&key_desc, a, b).unwrap_or(Ordering::Equal)
        };
        if !permutation.is_sorted_by(|a, b| compare(a, b).is_lt()) {
            permutation.sort_by(compare);
            let pairs = permutation.windows(2);
            let mut equal = pairs.filter(|pair| compare(&pair[0], &pair[1]).is_eq());
            if form != Form::Items
                && let Some(pair) = equal.next()
            {
                let key = entries[pair[0]].0;
                return Err(self.duplicate_key(key));
            }
        }
        let mut sequence = self.open_sequence(form, entries.len() as u64);
        for number in permutation {
            let (key, value) = &entries[number];
            let key_start = self.memory.buffer.len();
            if keys.bytes(number).len() < self.profile.cut || self.whole > 0 {
                self.paste(&keys, number);
            } else {
                key.reduce(self)?;
            }
            self.end_keyed(
                &mut sequence,
                key_start,
                desc,
                || key_text(*key),
                |this| write_value(value, this),
                form,
            )?;
        }
        self.close_sequence(sequence, DescRef::Constant(desc));
        Ok(())
    }

    /// Writes all keys uncut and takes them out of the buffer again.
    fn whole_keys<K: Reduce, V>(&mut self, entries: &[(&K, V)]) -> Result<WholeKeys, Error> {
        let start = self.memory.buffer.len();
        let first_note = self.memory.notes.len();
        let mut keys = WholeKeys::default();
        self.whole += 1;
        for (key, _) in entries {
            keys.starts.push(self.memory.buffer.len() - start);
            keys.first_notes.push(self.memory.notes.len() - first_note);
            key.reduce(self)
                .map_err(|error| error.within(Segment::Key(key_text(*key))))?;
        }
        self.whole -= 1;
        keys.bytes = self.memory.buffer.split_off(start);
        keys.starts.push(keys.bytes.len());
        keys.notes = self.memory.notes.split_off(first_note);
        keys.first_notes.push(keys.notes.len());
        for note in &mut keys.notes {
            note.at -= start as u32;
        }
        Ok(keys)
    }

    /// Writes an encoded key that needs no cut.
    fn paste(&mut self, keys: &WholeKeys, number: usize) {
        let (start, base) = (keys.starts[number], self.memory.buffer.len());
        self.memory.buffer.extend_from_slice(keys.bytes(number));
        let notes = keys.notes(number).iter().map(|note| Note {
            at: (note.at as usize - start + base) as u32,
            shape: note.shape,
        });
        self.memory.notes.extend(notes);
    }

    #[cold]
    fn duplicate_key<K: Reduce>(&self, key: &K) -> Error {
        ErrorKind::DuplicateKey { key: key_text(key) }.into()
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

//! Long sequences, maps, sets, strings and byte strings as trees of chunks.
//!
//! Elements are written into the buffer like everything else. When much of them stands there, or
//! when the value ends, the part that is certain is divided into chunks and moved out. The chunks'
//! links form nodes (`nodes`). Implements the first half of docs/format.md section 7.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use super::boundary::{self, STATE_BITS, ends_after};
use super::emit::{Body, Header};
use super::encode::{Encoder, Scope};
use super::nodes::Key;
use super::registry::Note;
use super::write;
use crate::shape::DescRef;

/// Elements leave the buffer when this many bytes of them stand in it.
const STREAM_BYTES: usize = 128 << 10;

/// What kind of value is chunked: it decides headers and the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// An array of elements.
    Items,
    /// Bytes of elements of this width.
    Packed(usize),
    /// A map: an element is a key and a value.
    Map,
    /// A set: an element is a key.
    Set,
}

impl Form {
    fn is_keyed(self) -> bool {
        matches!(self, Self::Map | Self::Set)
    }

    /// Marks a caller sets for each element.
    fn ends_per_element(self) -> usize {
        match self {
            Self::Map => 2,
            _ => 1,
        }
    }

    fn header(self, count: u64) -> Header {
        match self {
            Self::Items | Self::Set => Header::Array(count),
            Self::Map => Header::Map(count),
            Self::Packed(width) => Header::Bytes(count * width as u64),
        }
    }
}

/// An open sequence, map or set.
#[must_use = "an open sequence must be closed"]
#[derive(Debug)]
pub(crate) struct Sequence<'d> {
    scope: Scope,
    /// The desc of its elements, as a sequence, map or set.
    desc: DescRef<'d>,
    form: Form,
    /// Where the elements start: after the header.
    elements: usize,
    /// The first of its marks in `ends`.
    ends: usize,
    /// It is divided into chunks, or will be at its end.
    is_chunked: bool,
    has_list: bool,
    /// A key holds a link, so boundaries need its digest.
    has_linked_key: bool,
}

impl Encoder<'_> {
    /// Opens a sequence, map or set of `count` elements. Each element ends with
    /// [`end_element`](Self::end_element); in a map the key before it with
    /// [`end_key`](Self::end_key).
    #[inline]
    pub(crate) fn open_sequence<'d>(
        &mut self,
        form: Form,
        count: u64,
        desc: DescRef<'d>,
    ) -> Sequence<'d> {
        let scope = self.open();
        self.sequence_header(form, count);
        Sequence {
            form,
            desc,
            elements: self.buffer.len(),
            ends: self.ends.len(),
            is_chunked: self.divided_levels(scope.start) > 0,
            has_list: false,
            has_linked_key: false,
            scope,
        }
    }

    fn sequence_header(&mut self, form: Form, count: u64) {
        match form {
            Form::Items | Form::Set => write::array_header(&mut self.buffer, count),
            Form::Map => write::map_header(&mut self.buffer, count),
            Form::Packed(width) => {
                let len = count.saturating_mul(width as u64);
                write::bytes_header(&mut self.buffer, len);
            }
        }
        if self.whole > 0 && count > u64::from(u32::MAX) {
            self.fail(crate::ErrorKind::TooLarge {
                what: "a sequence, map or set",
            });
        }
    }

    /// Notes the key that was written from here on.
    pub(crate) fn note_key(&self, sequence: &mut Sequence<'_>, key_start: usize) {
        sequence.has_linked_key |= self.first_link(key_start) < self.memory.links.len();
    }

    /// Marks the end of a map's key.
    pub(crate) fn end_key(&mut self, sequence: &mut Sequence<'_>, key_start: usize) {
        self.note_key(sequence, key_start);
        self.mark_end();
    }

    /// Marks the end of an element of a sequence or set, of a map's value.
    #[inline]
    pub(crate) fn end_element(&mut self, sequence: &mut Sequence<'_>) {
        self.mark_end();
        if self.buffer.len() - sequence.elements > STREAM_BYTES {
            self.stream(sequence);
        }
    }

    /// Appends so many packed numbers.
    pub(crate) fn packed_piece<const WIDTH: usize>(
        &mut self,
        sequence: &mut Sequence<'_>,
        numbers: impl Iterator<Item = [u8; WIDTH]>,
        n: usize,
    ) {
        let buffer = &mut self.buffer;
        let start = buffer.len();
        buffer.resize(start + n * WIDTH, 0);
        let (places, _) = buffer[start..].as_chunks_mut();
        for (place, number) in places.iter_mut().zip(numbers) {
            *place = number;
        }
        if buffer.len() - sequence.elements > STREAM_BYTES {
            self.stream(sequence);
        }
    }

    /// Appends packed numbers that are bytes already.
    pub(super) fn packed_bytes(&mut self, sequence: &mut Sequence<'_>, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() - sequence.elements > STREAM_BYTES {
            self.stream(sequence);
        }
    }

    #[inline]
    fn mark_end(&mut self) {
        self.ends.push(self.buffer.len() as u32);
    }

    /// Moves out what is certain, so that the buffer stays small.
    #[cold]
    #[inline(never)]
    pub(super) fn stream(&mut self, sequence: &mut Sequence<'_>) {
        if self.memory.identity.is_dry() {
            // Nothing of this is kept; the header stays.
            let scope = Scope {
                start: sequence.elements,
                notes: sequence.scope.notes,
            };
            self.forget_from(&scope);
            self.ends.truncate(sequence.ends);
            return;
        }
        let is_long = self.buffer.len() - sequence.elements > self.profile.leaf.max;
        // What holds a back reference is not chunked, which only its end can tell.
        if self.whole == 0 && is_long && !self.is_in_cycle() {
            self.divide(sequence, false);
        }
    }

    /// Ends a sequence, map or set. (By reference: to move it just after it was written would be to
    /// wait for it.)
    #[inline]
    pub(crate) fn close_sequence(&mut self, sequence: &mut Sequence<'_>) {
        let len = self.buffer.len() - sequence.scope.start;
        if sequence.is_chunked || (len >= self.profile.cut && self.whole == 0) {
            self.close_long(sequence);
        }
        self.ends.truncate(sequence.ends);
    }

    #[cold]
    #[inline(never)]
    fn close_long(&mut self, sequence: &mut Sequence<'_>) {
        let elements = self.buffer.len() - sequence.elements;
        let identity = &self.memory.identity;
        let stays = identity.is_dry() || identity.is_pinned(sequence.scope.start);
        if !stays && (sequence.is_chunked || elements > self.profile.leaf.max) {
            self.divide(sequence, true);
            let (top, places) = self.close_list(sequence.desc);
            self.replace(&sequence.scope, top, places);
            self.flush_if_full();
        } else {
            self.cut(&sequence.scope, sequence.desc);
        }
    }

    /// Divides the elements in the buffer into chunks; with `to_the_end` all of them, else those
    /// whose end is certain. What is left moves to the front.
    fn divide(&mut self, sequence: &mut Sequence<'_>, to_the_end: bool) {
        let needs_digests = !sequence.form.is_keyed() || sequence.has_linked_key;
        if needs_digests && self.first_link(sequence.elements) < self.memory.links.len() {
            self.flush();
        }
        if !sequence.has_list {
            sequence.is_chunked = true;
            sequence.has_list = true;
            self.open_list(sequence.desc, sequence.scope.start);
        }
        let elements = match sequence.form {
            Form::Packed(width) => {
                let len = self.buffer.len() - sequence.elements;
                let ends = (0..=len / width).map(|i| (sequence.elements + i * width) as u32);
                self.ends.truncate(sequence.ends);
                self.ends.extend(ends);
                Elements::new(sequence.ends, 1)
            }
            form => {
                // Marks are ends; the first element starts where the elements do.
                let start = sequence.elements as u32;
                self.ends.insert(sequence.ends, start);
                Elements::new(sequence.ends, form.ends_per_element())
            }
        };
        let cut_points = self.boundaries(sequence.form, elements, to_the_end);
        let mut first = 0;
        for end in &cut_points {
            self.emit_chunk(sequence, elements, first, *end);
            first = *end;
        }
        self.forget_elements(sequence, elements, first);
        self.flush_if_full();
    }

    /// The numbers of the elements that chunks end before.
    fn boundaries(&self, form: Form, elements: Elements, to_the_end: bool) -> Vec<usize> {
        let sizes = self.profile.leaf;
        let ends = &self.ends;
        let buffer = &self.buffer;
        let n = elements.count(ends);
        let mut found = Vec::new();
        let mut first = 0;
        while first < n {
            let chunk_start = elements.start(ends, first);
            // No chunk ends before its minimum: look for the first element that reaches it, and
            // start the state only as far back as it remembers.
            let mut at = first;
            while at < n && elements.end(ends, at) - chunk_start < sizes.min {
                at += 1;
            }
            let mut state = 0;
            if !form.is_keyed() {
                let mut from = at;
                let mut remembered = 0;
                while from > first && remembered < STATE_BITS {
                    from -= 1;
                    remembered += boundary::shift(elements.len(ends, from));
                }
                for earlier in from..at.min(n) {
                    let element = &buffer[elements.range(ends, earlier)];
                    state = next_state(state, element);
                }
            }
            let end = loop {
                if at == n {
                    break to_the_end.then_some(n);
                }
                let len = elements.len(ends, at);
                let chunk_len = elements.end(ends, at) - chunk_start;
                if chunk_len > sizes.max && at > first {
                    break Some(at);
                }
                state = if form.is_keyed() {
                    boundary::hash(&buffer[elements.key_range(ends, at)])
                } else {
                    next_state(state, &buffer[elements.range(ends, at)])
                };
                at += 1;
                if chunk_len >= sizes.min && ends_after(state, sizes.average, len) {
                    break Some(at);
                }
            };
            let Some(end) = end else { break };
            found.push(end);
            first = end;
        }
        found
    }

    fn emit_chunk(
        &mut self,
        sequence: &Sequence<'_>,
        elements: Elements,
        first: usize,
        end: usize,
    ) {
        let ends = &self.ends;
        let start = elements.start(ends, first);
        let body = self.part(start, elements.start(ends, end));
        let key = if sequence.form.is_keyed() {
            let key = self.part(start, elements.key_range(&self.ends, first).end);
            Some(Box::new(self.copy(&key)))
        } else {
            None
        };
        let count = (end - first) as u64;
        let header = sequence.form.header(count);
        let block = self.emit(sequence.desc, None, header, &body);
        let identity = &mut self.memory.identity;
        let places = identity.scope(body.start, body.end, header.len());
        self.add_to_list(block, count, key, places);
    }

    /// A part of the buffer between two places.
    fn part(&self, start: usize, end: usize) -> Body {
        let note = |at: usize| {
            let notes = &self.notes;
            notes.partition_point(|note| (note.at as usize) < at)
        };
        Body {
            start,
            end,
            notes: (note(start), note(end)),
            links: (self.first_link(start), self.first_link(end)),
        }
    }

    fn copy(&self, part: &Body) -> Key {
        let notes = &self.notes[part.notes.0..part.notes.1];
        Key {
            bytes: self.buffer[part.start..part.end].into(),
            notes: notes
                .iter()
                .map(|note| Note {
                    at: note.at - part.start as u32,
                    shape: note.shape,
                })
                .collect(),
        }
    }

    /// Takes the first elements out of the buffer.
    fn forget_elements(&mut self, sequence: &Sequence<'_>, elements: Elements, first: usize) {
        let kept = elements.start(&self.ends, first);
        let moved = kept - sequence.elements;
        let part = self.part(sequence.elements, kept);
        let memory = &mut self.memory;
        self.buffer.drain(sequence.elements..kept);
        self.notes.drain(part.notes.0..part.notes.1);
        memory.links.drain(part.links.0..part.links.1);
        let distance = moved as u32;
        let notes = self.notes[part.notes.0..].iter_mut();
        notes.for_each(|note| note.at -= distance);
        let links = memory.links[part.links.0..].iter_mut();
        links.for_each(|link| link.at -= distance);
        memory.identity.forget_part(sequence.elements, kept);
        // The mark in front of the first element goes too.
        let marks = sequence.ends..=sequence.ends + first * elements.marks;
        self.ends.drain(marks);
        let ends = self.ends[sequence.ends..].iter_mut();
        ends.for_each(|end| *end -= distance);
    }
}

#[inline]
fn next_state(state: u64, element: &[u8]) -> u64 {
    (state << boundary::shift(element.len())).wrapping_add(boundary::hash(element))
}

/// The marks of a sequence's elements in `ends`: the start of the first, then the ends.
#[derive(Clone, Copy)]
struct Elements {
    base: usize,
    /// Marks an element has.
    marks: usize,
}

impl Elements {
    fn new(base: usize, marks: usize) -> Self {
        Self { base, marks }
    }

    fn count(self, ends: &[u32]) -> usize {
        (ends.len() - 1 - self.base) / self.marks
    }

    fn start(self, ends: &[u32], element: usize) -> usize {
        ends[self.base + element * self.marks] as usize
    }

    fn end(self, ends: &[u32], element: usize) -> usize {
        self.start(ends, element + 1)
    }

    fn len(self, ends: &[u32], element: usize) -> usize {
        self.end(ends, element) - self.start(ends, element)
    }

    fn range(self, ends: &[u32], element: usize) -> std::ops::Range<usize> {
        self.start(ends, element)..self.end(ends, element)
    }

    /// The key of an element of a map or set.
    fn key_range(self, ends: &[u32], element: usize) -> std::ops::Range<usize> {
        let key_end = ends[self.base + element * self.marks + 1] as usize;
        self.start(ends, element)..key_end
    }
}

//! Long sequences, maps, sets, strings and byte strings as trees of chunks.
//!
//! Elements are written into the buffer like everything else. When much of them stands there, or
//! when the value ends, the part that is certain is divided into chunks and moved out. The chunks'
//! links form nodes, level by level, as their digests become known. Implements docs/format.md
//! section 7.

use super::batch::{Batch, BlockNumber, OpenLink};
use super::boundary::{self, STATE_BITS, WINDOW, ends_after, ends_after_window};
use super::encode::{Body, Encoder, Header, Scope};
use super::profile::ChunkSizes;
use super::registry::Note;
use super::write::{self, LINK_LEN};
use crate::desc::Desc;
use crate::digest::Digest;
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
pub(crate) struct Sequence {
    scope: Scope,
    form: Form,
    /// Where the elements start: after the header.
    elements: usize,
    /// The first of its marks in `ends`.
    ends: usize,
    is_chunked: bool,
    /// A key holds a link, so boundaries need its digest.
    has_linked_key: bool,
}

impl Encoder<'_> {
    /// Opens a sequence, map or set of `count` elements. Each element ends with
    /// [`end_element`](Self::end_element); in a map the key before it with
    /// [`end_key`](Self::end_key).
    pub(crate) fn open_sequence(&mut self, form: Form, count: u64) -> Sequence {
        let scope = self.open();
        let memory = &mut self.memory;
        match form {
            Form::Items | Form::Set => write::array_header(&mut memory.buffer, count),
            Form::Map => write::map_header(&mut memory.buffer, count),
            Form::Packed(width) => {
                let len = count.saturating_mul(width as u64);
                write::bytes_header(&mut memory.buffer, len);
            }
        }
        if self.whole > 0 && count > u64::from(u32::MAX) {
            self.fail(crate::ErrorKind::TooLarge {
                what: "a sequence, map or set",
            });
        }
        Sequence {
            scope,
            form,
            elements: self.memory.buffer.len(),
            ends: self.memory.ends.len(),
            is_chunked: false,
            has_linked_key: false,
        }
    }

    /// Notes the key that was written from here on.
    pub(crate) fn note_key(&self, sequence: &mut Sequence, key_start: usize) {
        sequence.has_linked_key |= self.first_link(key_start) < self.memory.links.len();
    }

    /// Marks the end of a map's key.
    pub(crate) fn end_key(&mut self, sequence: &mut Sequence, key_start: usize) {
        self.note_key(sequence, key_start);
        self.mark_end();
    }

    /// Marks the end of an element of a sequence or set, of a map's value.
    #[inline]
    pub(crate) fn end_element(&mut self, sequence: &mut Sequence, desc: DescRef<'_>) {
        self.mark_end();
        if self.memory.buffer.len() - sequence.elements > STREAM_BYTES {
            self.stream(sequence, desc);
        }
    }

    /// Appends so many packed numbers.
    pub(crate) fn packed_piece<const WIDTH: usize>(
        &mut self,
        sequence: &mut Sequence,
        numbers: impl Iterator<Item = [u8; WIDTH]>,
        n: usize,
        desc: DescRef<'_>,
    ) {
        let buffer = &mut self.memory.buffer;
        let start = buffer.len();
        buffer.resize(start + n * WIDTH, 0);
        let (places, _) = buffer[start..].as_chunks_mut();
        for (place, number) in places.iter_mut().zip(numbers) {
            *place = number;
        }
        if buffer.len() - sequence.elements > STREAM_BYTES {
            self.stream(sequence, desc);
        }
    }

    /// Appends packed numbers that are bytes already.
    pub(super) fn packed_bytes(
        &mut self,
        sequence: &mut Sequence,
        bytes: &[u8],
        desc: DescRef<'_>,
    ) {
        self.memory.buffer.extend_from_slice(bytes);
        if self.memory.buffer.len() - sequence.elements > STREAM_BYTES {
            self.stream(sequence, desc);
        }
    }

    #[inline]
    fn mark_end(&mut self) {
        self.memory.ends.push(self.memory.buffer.len() as u32);
    }

    /// Moves out what is certain, so that the buffer stays small.
    #[cold]
    #[inline(never)]
    pub(super) fn stream(&mut self, sequence: &mut Sequence, desc: DescRef<'_>) {
        if self.whole == 0 && self.memory.buffer.len() - sequence.elements > self.profile.leaf.max {
            self.divide(sequence, desc, false);
        }
    }

    /// Ends a sequence, map or set.
    #[inline]
    pub(crate) fn close_sequence(&mut self, mut sequence: Sequence, desc: DescRef<'_>) {
        let len = self.memory.buffer.len() - sequence.scope.start;
        if sequence.is_chunked || (len >= self.profile.cut && self.whole == 0) {
            self.close_long(&mut sequence, desc);
        }
        self.memory.ends.truncate(sequence.ends);
    }

    #[cold]
    #[inline(never)]
    fn close_long(&mut self, sequence: &mut Sequence, desc: DescRef<'_>) {
        let elements = self.memory.buffer.len() - sequence.elements;
        if sequence.is_chunked || elements > self.profile.leaf.max {
            self.divide(sequence, desc, true);
            let top = self.close_list(desc);
            self.replace(&sequence.scope, top);
            self.flush_if_full();
        } else {
            self.cut(&sequence.scope, desc);
        }
    }

    /// Divides the elements in the buffer into chunks; with `to_the_end` all of them, else those
    /// whose end is certain. What is left moves to the front.
    fn divide(&mut self, sequence: &mut Sequence, desc: DescRef<'_>, to_the_end: bool) {
        let needs_digests = !sequence.form.is_keyed() || sequence.has_linked_key;
        if needs_digests && self.first_link(sequence.elements) < self.memory.links.len() {
            self.flush();
        }
        if !sequence.is_chunked {
            sequence.is_chunked = true;
            self.memory.lists.push(ChunkList::new(desc));
        }
        let elements = match sequence.form {
            Form::Packed(width) => {
                let len = self.memory.buffer.len() - sequence.elements;
                let ends = (0..=len / width).map(|i| (sequence.elements + i * width) as u32);
                self.memory.ends.truncate(sequence.ends);
                self.memory.ends.extend(ends);
                Elements::new(sequence.ends, 1)
            }
            form => {
                // Marks are ends; the first element starts where the elements do.
                let start = sequence.elements as u32;
                self.memory.ends.insert(sequence.ends, start);
                Elements::new(sequence.ends, form.ends_per_element())
            }
        };
        let cut_points = self.boundaries(sequence.form, elements, to_the_end);
        let mut first = 0;
        for end in &cut_points {
            self.emit_chunk(sequence, desc, elements, first, *end);
            first = *end;
        }
        self.forget_elements(sequence, elements, first);
        self.flush_if_full();
    }

    /// The numbers of the elements that chunks end before.
    fn boundaries(&self, form: Form, elements: Elements, to_the_end: bool) -> Vec<usize> {
        let sizes = self.profile.leaf;
        let ends = &self.memory.ends;
        let buffer = &self.memory.buffer;
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
        sequence: &Sequence,
        desc: DescRef<'_>,
        elements: Elements,
        first: usize,
        end: usize,
    ) {
        let ends = &self.memory.ends;
        let start = elements.start(ends, first);
        let body = self.part(start, elements.start(ends, end));
        let key = if sequence.form.is_keyed() {
            let key = self.part(start, elements.key_range(&self.memory.ends, first).end);
            self.copy(&key)
        } else {
            Key::default()
        };
        let count = (end - first) as u64;
        let block = self.emit(desc, false, sequence.form.header(count), &body);
        self.add_to_list(0, block, count, key);
    }

    /// A part of the buffer between two places.
    fn part(&self, start: usize, end: usize) -> Body {
        let note = |at: usize| {
            let notes = &self.memory.notes;
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
        let notes = &self.memory.notes[part.notes.0..part.notes.1];
        Key {
            bytes: self.memory.buffer[part.start..part.end].into(),
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
    fn forget_elements(&mut self, sequence: &Sequence, elements: Elements, first: usize) {
        let kept = elements.start(&self.memory.ends, first);
        let moved = kept - sequence.elements;
        let part = self.part(sequence.elements, kept);
        let memory = &mut self.memory;
        memory.buffer.drain(sequence.elements..kept);
        memory.notes.drain(part.notes.0..part.notes.1);
        memory.links.drain(part.links.0..part.links.1);
        let distance = moved as u32;
        let notes = memory.notes[part.notes.0..].iter_mut();
        notes.for_each(|note| note.at -= distance);
        let links = memory.links[part.links.0..].iter_mut();
        links.for_each(|link| link.at -= distance);
        // The mark in front of the first element goes too.
        let marks = sequence.ends..=sequence.ends + first * elements.marks;
        memory.ends.drain(marks);
        let ends = memory.ends[sequence.ends..].iter_mut();
        ends.for_each(|end| *end -= distance);
    }

    fn add_to_list(&mut self, level: usize, block: BlockNumber, count: u64, key: Key) {
        let group = Group::new(block, count, key);
        if let Some(list) = self.memory.lists.last_mut() {
            list.add(level, group);
        }
    }

    // Strings and byte strings come whole and never pass through the buffer.

    /// The block of a long string: one, or the top node of its chunks.
    pub(super) fn text_blocks(&mut self, text: &str) -> BlockNumber {
        let desc = DescRef::Constant(Desc::STRING);
        if text.len() <= self.profile.leaf.max {
            return self.emit_content(desc, text.as_bytes());
        }
        self.memory.lists.push(ChunkList::new(desc));
        let sizes = self.profile.leaf;
        let bytes = text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let len = text_chunk(&text[start..], sizes);
            let block = self.emit_content(desc, &bytes[start..start + len]);
            self.add_to_list(0, block, len as u64, Key::default());
            start += len;
            self.flush_if_full();
        }
        self.close_list(desc)
    }

    /// The block of a long byte string: one, or the top node of its chunks.
    pub(super) fn byte_blocks(&mut self, bytes: &[u8]) -> BlockNumber {
        let desc = DescRef::Constant(Desc::BYTES);
        if bytes.len() <= self.profile.leaf.max {
            return self.emit_content(desc, bytes);
        }
        self.memory.lists.push(ChunkList::new(desc));
        let sizes = self.profile.leaf;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(byte_chunk(rest, sizes));
            let block = self.emit_content(desc, chunk);
            self.add_to_list(0, block, chunk.len() as u64, Key::default());
            rest = after;
            self.flush_if_full();
        }
        self.close_list(desc)
    }

    /// A block of text or bytes.
    fn emit_content(&mut self, desc: DescRef<'_>, content: &[u8]) -> BlockNumber {
        let start = self.start_block(desc, false);
        let arena = &mut self.memory.batch.arena;
        write::array_header(arena, 0);
        let len = content.len() as u64;
        if desc.letter() == b's' {
            write::string_header(arena, len);
        } else {
            write::bytes_header(arena, len);
        }
        arena.extend_from_slice(content);
        self.memory.batch.close(start, std::iter::empty())
    }

    // Nodes.

    /// Ends the innermost list: the block of its top node.
    fn close_list(&mut self, desc: DescRef<'_>) -> BlockNumber {
        let sizes = self.profile.node;
        for level in 0.. {
            let Some(list) = self.memory.lists.last_mut() else {
                break;
            };
            if list.is_one_node(level, sizes) {
                let groups = list.take_level(level);
                self.memory.lists.pop();
                return self.emit_node(desc, &groups);
            }
            // Boundaries between links need their digests. The flush also moves the list on.
            self.flush();
            let Some(list) = self.memory.lists.last_mut() else {
                break;
            };
            let rest = list.take_level(level);
            if !rest.is_empty() {
                self.emit_node_into_list(self.memory.lists.len() - 1, level, &rest);
            }
        }
        BlockNumber(0)
    }

    /// Makes nodes of the groups whose digests became known.
    pub(super) fn advance_lists(&mut self) {
        let sizes = self.profile.node;
        for number in 0..self.memory.lists.len() {
            for level in 0..self.memory.lists[number].levels.len() {
                while let Some(groups) = self.memory.lists[number].next_node(level, sizes) {
                    self.emit_node_into_list(number, level, &groups);
                }
            }
        }
    }

    fn emit_node_into_list(&mut self, number: usize, level: usize, groups: &[Group]) {
        let desc = std::mem::take(&mut self.memory.lists[number].desc);
        let block = self.emit_node(DescRef::Text(&desc), groups);
        let list = &mut self.memory.lists[number];
        list.desc = desc;
        let count = groups.iter().map(|group| group.count).sum();
        let key = groups.first().map(|group| group.key.clone());
        list.add(level + 1, Group::new(block, count, key.unwrap_or_default()));
    }

    fn emit_node(&mut self, desc: DescRef<'_>, groups: &[Group]) -> BlockNumber {
        // The node is written behind everything in the buffer and moved out from there.
        let scope = self.open();
        let is_keyed = matches!(desc.letter(), b'{' | b'<');
        let parts = if is_keyed { 3 } else { 2 };
        let len = (parts * groups.len()) as u64;
        write::array_header(&mut self.memory.buffer, len);
        for group in groups {
            match &group.block {
                Reference::Known(digest) => self.known_link(digest),
                Reference::Waiting(block) => {
                    let at = self.memory.buffer.len() as u32;
                    let block = *block;
                    self.memory.links.push(OpenLink { at, block });
                    self.known_link(&[0; 64]);
                }
            }
            let memory = &mut self.memory;
            write::unsigned(&mut memory.buffer, group.count);
            let base = memory.buffer.len() as u32;
            memory.buffer.extend_from_slice(&group.key.bytes);
            let notes = group.key.notes.iter().map(|note| Note {
                at: note.at + base,
                shape: note.shape,
            });
            memory.notes.extend(notes);
        }
        let body = self.body(&scope);
        let block = self.emit(desc, true, Header::None, &body);
        self.memory.buffer.truncate(body.start);
        self.memory.notes.truncate(body.notes.0);
        self.memory.links.truncate(body.links.0);
        block
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

/// The length of the first chunk of a byte string.
fn byte_chunk(bytes: &[u8], sizes: ChunkSizes) -> usize {
    let longest = bytes.len().min(sizes.max);
    let shortest = sizes.min.max(WINDOW);
    let windows = bytes[..longest].windows(WINDOW).enumerate();
    windows
        .skip(shortest - WINDOW)
        .find(|(_, window)| is_window_end(window, sizes, 1))
        .map_or(longest, |(at, _)| at + WINDOW)
}

/// The length of the first chunk of a string: the same, with characters as elements.
fn text_chunk(text: &str, sizes: ChunkSizes) -> usize {
    let bytes = text.as_bytes();
    let shortest = sizes.min.max(WINDOW);
    let mut start = shortest.min(bytes.len());
    while !text.is_char_boundary(start) || (start > 0 && start + 4 > shortest) {
        start -= 1;
    }
    for c in text[start..].chars() {
        let end = start + c.len_utf8();
        if end > sizes.max {
            return start;
        }
        if end >= shortest && is_window_end(&bytes[end - WINDOW..end], sizes, c.len_utf8()) {
            return end;
        }
        start = end;
    }
    bytes.len()
}

fn is_window_end(window: &[u8], sizes: ChunkSizes, element_len: usize) -> bool {
    window
        .first_chunk()
        .is_some_and(|window| ends_after_window(window, sizes.average, element_len))
}

/// The chunks of one open value: groups that form nodes, level by level.
#[derive(Debug)]
pub(super) struct ChunkList {
    desc: Vec<u8>,
    levels: Vec<Level>,
}

/// The groups of one level that are in no node yet.
#[derive(Debug, Default)]
struct Level {
    groups: std::collections::VecDeque<Group>,
    /// Their length together.
    len: usize,
    /// How many at the front have a digest.
    known: usize,
    /// The level was longer than one node: nodes end by the rule.
    is_divided: bool,
}

impl Level {
    fn fits_one_node(&self, sizes: ChunkSizes) -> bool {
        self.len <= sizes.max || self.groups.len() <= 2
    }
}

/// One element of a node list.
#[derive(Clone, Debug)]
struct Group {
    block: Reference,
    count: u64,
    key: Key,
    /// The bytes it takes in a node.
    len: usize,
}

#[derive(Clone, Debug)]
enum Reference {
    Waiting(BlockNumber),
    Known(Digest),
}

/// A first key with the places of its shape indices.
#[derive(Clone, Debug, Default)]
struct Key {
    bytes: Box<[u8]>,
    notes: Box<[Note]>,
}

impl Group {
    fn new(block: BlockNumber, count: u64, key: Key) -> Self {
        let len = LINK_LEN + write::unsigned_len(count) + key.bytes.len();
        Self {
            block: Reference::Waiting(block),
            count,
            key,
            len,
        }
    }

    fn state(&self) -> u64 {
        if !self.key.bytes.is_empty() {
            return boundary::hash(&self.key.bytes);
        }
        match &self.block {
            Reference::Known(digest) => digest
                .first_chunk()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes)),
            Reference::Waiting(_) => 0,
        }
    }
}

impl ChunkList {
    fn new(desc: DescRef<'_>) -> Self {
        let mut text = Vec::new();
        desc.write(&mut text);
        Self {
            desc: text,
            levels: Vec::new(),
        }
    }

    fn add(&mut self, level: usize, group: Group) {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Level::default);
        }
        let level = &mut self.levels[level];
        level.len += group.len;
        level.groups.push_back(group);
    }

    /// Takes in the digests of a finished batch.
    pub(super) fn resolve(&mut self, batch: &Batch) {
        for level in &mut self.levels {
            for group in level.groups.iter_mut().skip(level.known) {
                if let Reference::Waiting(block) = group.block {
                    group.block = Reference::Known(*batch.digest(block));
                }
            }
            level.known = level.groups.len();
        }
    }

    /// Whether all groups of a level fit one node, with nothing taken from it before.
    fn is_one_node(&self, level: usize, sizes: ChunkSizes) -> bool {
        let level = self.levels.get(level);
        level.is_none_or(|level| !level.is_divided && level.fits_one_node(sizes))
    }

    fn take_level(&mut self, level: usize) -> Vec<Group> {
        let level = self.levels.get_mut(level).map(|level| {
            level.len = 0;
            level.known = 0;
            level.groups.drain(..).collect()
        });
        level.unwrap_or_default()
    }

    /// The groups of the next node whose end is certain, taken from the level.
    fn next_node(&mut self, level: usize, sizes: ChunkSizes) -> Option<Vec<Group>> {
        let level = self.levels.get_mut(level)?;
        level.is_divided |= !level.fits_one_node(sizes);
        if !level.is_divided {
            return None;
        }
        let mut node_len = 0;
        let mut end = None;
        for (at, group) in level.groups.iter().take(level.known).enumerate() {
            node_len += group.len;
            // A node of one group would only repeat the level below: long keys would never end.
            if at == 0 {
                continue;
            }
            if at >= 2 && node_len > sizes.max {
                end = Some(at);
                break;
            }
            if node_len >= sizes.min && ends_after(group.state(), sizes.average, group.len) {
                end = Some(at + 1);
                break;
            }
        }
        let node: Vec<Group> = level.groups.drain(..end?).collect();
        level.len -= node.iter().map(|group| group.len).sum::<usize>();
        level.known -= node.len();
        Some(node)
    }
}

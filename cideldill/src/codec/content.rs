//! Long strings and byte strings.
//!
//! They come whole, so their blocks are made from where they are and never pass through the buffer.
//! Implements docs/format.md section 7 for strings.

use super::batch::BlockNumber;
use super::boundary::{WINDOW, ends_after_window};
use super::emit::Header;
use super::encode::Encoder;
use super::identity::{Place, ScopeNumber};
use super::profile::ChunkSizes;
use super::write;
use crate::desc::Desc;
use crate::shape::DescRef;

impl Encoder<'_> {
    /// The block of a long string: one, or the top node of its chunks.
    pub(super) fn text_blocks(&mut self, text: &str) -> BlockNumber {
        let desc = DescRef::Constant(Desc::STRING);
        let start = self.buffer.len();
        if text.len() <= self.profile.leaf.max && self.divided_levels(start) == 0 {
            return self.emit_content(desc, text.as_bytes());
        }
        self.open_list(desc, start);
        let sizes = self.profile.leaf;
        let bytes = text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let len = text_chunk(&text[start..], sizes);
            let block = self.emit_content(desc, &bytes[start..start + len]);
            self.add_to_list(block, len as u64, None, None);
            start += len;
            self.flush_if_full();
        }
        self.close_list(desc).0
    }

    /// The block of a long byte string, one or the top node of its chunks, and what is to be said
    /// about the pointers to its bytes.
    pub(super) fn byte_blocks(
        &mut self,
        bytes: &[u8],
        pointers: &[Place],
    ) -> (BlockNumber, Option<ScopeNumber>) {
        let desc = DescRef::Constant(Desc::BYTES);
        let place = self.buffer.len();
        if bytes.len() <= self.profile.leaf.max && self.divided_levels(place) == 0 {
            let places = self.scope_of_bytes(pointers, 0, bytes.len());
            return (self.emit_content(desc, bytes), places);
        }
        self.open_list(desc, place);
        let sizes = self.profile.leaf;
        let mut start = 0;
        while start < bytes.len() {
            let rest = &bytes[start..];
            let chunk = &rest[..byte_chunk(rest, sizes)];
            let block = self.emit_content(desc, chunk);
            let places = self.scope_of_bytes(pointers, start, chunk.len());
            self.add_to_list(block, chunk.len() as u64, None, places);
            start += chunk.len();
            self.flush_if_full();
        }
        self.close_list(desc)
    }

    /// The pointers to some bytes of a byte string, which stand in a block of their own.
    fn scope_of_bytes(
        &mut self,
        pointers: &[Place],
        start: usize,
        len: usize,
    ) -> Option<ScopeNumber> {
        let before = |end: usize| pointers.partition_point(|place| (place.at as usize) < end);
        let inside = &pointers[before(start)..before(start + len)];
        let header = Header::Bytes(len as u64).len();
        let identity = &mut self.memory.identity;
        identity.scope_of(inside, start, header)
    }

    /// A block of text or bytes.
    fn emit_content(&mut self, desc: DescRef<'_>, content: &[u8]) -> BlockNumber {
        let start = self.start_block(desc, None);
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
    // The last character that begins before the shortest chunk ends: no end before it counts.
    let mut start = bytes.len().min(shortest - 1);
    while !text.is_char_boundary(start) {
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

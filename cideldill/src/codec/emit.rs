//! What was written becomes blocks: parts of the buffer are moved out, and links take their places.
//!
//! Implements the end of docs/format.md sections 3, 4 and 6: heads of blocks, shape tables, links.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use super::batch::{BlockNumber, OpenLink, fill};
use super::encode::{Encoder, Scope, TOO_LARGE_DESC};
use super::identity::ScopeNumber;
use super::write::{self, LINK_HEADER};
use crate::desc;
use crate::digest::Digest;
use crate::error::ErrorKind;
use crate::shape::DescRef;

/// Waiting blocks are hashed when they have this many bytes together.
const BATCH_BYTES: usize = 512 << 10;

/// A part of the buffer that becomes the body of a block.
pub(super) struct Body {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) notes: (usize, usize),
    pub(super) links: (usize, usize),
}

/// The header a chunk's body needs: its own count.
#[derive(Clone, Copy, Debug)]
pub(super) enum Header {
    /// The body has its header already.
    None,
    Array(u64),
    Map(u64),
    Bytes(u64),
}

impl Header {
    /// The bytes it takes.
    pub(super) fn len(self) -> usize {
        match self {
            Self::None => 0,
            Self::Array(len) | Self::Map(len) => match len {
                0..16 => 1,
                16..0x1_0000 => 3,
                _ => 5,
            },
            Self::Bytes(len) => write::header_len(len) as usize,
        }
    }
}

impl Encoder<'_> {
    #[cold]
    #[inline(never)]
    pub(super) fn cut(&mut self, scope: &Scope, desc: DescRef<'_>) {
        let identity = &mut self.memory.identity;
        if identity.is_dry() {
            self.forget_from(scope);
            self.known_link(&[0; 64]);
            return;
        }
        if identity.is_pinned(scope.start) {
            return;
        }
        let body = self.body(scope);
        let places = self.memory.identity.scope(body.start, body.end, 0);
        let block = self.emit(desc, None, Header::None, &body);
        self.replace(scope, block, places);
        self.flush_if_full();
    }

    /// Takes back all that was written since the scope was opened.
    pub(super) fn forget_from(&mut self, scope: &Scope) {
        let first_link = self.first_link(scope.start);
        let memory = &mut *self.memory;
        self.buffer.truncate(scope.start);
        self.notes.truncate(scope.notes);
        memory.links.truncate(first_link);
        let identity = &mut memory.identity;
        if !identity.places.is_empty() {
            let first_place = identity.first_place(scope.start);
            identity.places.truncate(first_place);
        }
    }

    /// Forgets the blocks that wait: they belong to a value that is written again.
    pub(super) fn discard(&mut self) {
        self.memory.batch.clear();
        self.memory.links.clear();
        self.memory.lists.clear();
        self.memory.identity.places.clear();
        self.sink.discard();
    }

    /// All that was written since the scope was opened.
    pub(super) fn body(&self, scope: &Scope) -> Body {
        Body {
            start: scope.start,
            end: self.buffer.len(),
            notes: (scope.notes, self.notes.len()),
            links: (self.first_link(scope.start), self.memory.links.len()),
        }
    }

    /// The first link without a digest from here on. Found by its place, not remembered by its
    /// number: a flush in between takes earlier ones away.
    pub(super) fn first_link(&self, start: usize) -> usize {
        let links = &self.memory.links;
        links.partition_point(|link| (link.at as usize) < start)
    }

    /// Puts a link in the place of all that was written since the scope was opened, with what is to
    /// be said about identity behind it.
    pub(super) fn replace(
        &mut self,
        scope: &Scope,
        block: BlockNumber,
        places: Option<ScopeNumber>,
    ) {
        self.forget_from(scope);
        self.memory.identity.note_link(scope.start, places);
        self.link(block);
    }

    /// Writes a link to a block that waits for its digest.
    pub(super) fn link(&mut self, block: BlockNumber) {
        let at = self.buffer.len() as u32;
        self.memory.links.push(OpenLink { at, block });
        self.known_link(&[0; 64]);
    }

    /// Writes a link to a block elsewhere.
    pub(crate) fn known_link(&mut self, digest: &Digest) {
        self.buffer.extend_from_slice(&LINK_HEADER);
        self.buffer.extend_from_slice(digest);
    }

    /// Writes the head of a block: first byte, desc, and room for nothing else.
    pub(super) fn start_block(&mut self, desc: DescRef<'_>, prefix: Option<u8>) -> usize {
        let arena = &mut self.memory.batch.arena;
        let start = arena.len();
        arena.push(self.profile.first_byte());
        let header = arena.len();
        arena.push(0);
        arena.extend(prefix);
        desc.write(arena);
        let len = arena.len() - header - 1;
        if let Ok(short @ 0..32) = u8::try_from(len) {
            arena[header] = 0xa0 | short;
        } else {
            let text = arena.split_off(header + 1);
            arena.truncate(header);
            write::string_header(arena, len as u64);
            arena.extend_from_slice(&text);
            // A shorter one is within the limits.
            if !text
                .get(usize::from(prefix.is_some())..)
                .is_some_and(desc::is_desc)
            {
                self.fail(TOO_LARGE_DESC);
            }
        }
        start
    }

    /// Moves a part of the buffer out as a block.
    pub(super) fn emit(
        &mut self,
        desc: DescRef<'_>,
        prefix: Option<u8>,
        header: Header,
        body: &Body,
    ) -> BlockNumber {
        if self.buffer.len() > u32::MAX as usize {
            self.fail(ErrorKind::TooLarge { what: "a value" });
        }
        let start = self.start_block(desc, prefix);
        let memory = &mut self.memory;
        let notes = &self.notes[body.notes.0..body.notes.1];
        memory.registry.start_table();
        let mut largest = 0;
        let mut index = 0;
        let mut last = None;
        for note in notes {
            if last != Some(note.shape) {
                index = memory.registry.index(note.shape);
                last = Some(note.shape);
                largest = largest.max(index);
            }
            // Larger indices take more than this one byte and are written below.
            self.buffer[note.at as usize] = index.to_le_bytes()[0];
        }
        let arena = &mut memory.batch.arena;
        let table = memory.registry.table();
        write::array_header(arena, table.len() as u64);
        table.for_each(|shape| arena.extend_from_slice(shape));
        match header {
            Header::None => {}
            Header::Array(len) => write::array_header(arena, len),
            Header::Map(len) => write::map_header(arena, len),
            Header::Bytes(len) => write::bytes_header(arena, len),
        }
        let links = &memory.links[body.links.0..body.links.1];
        if largest < 128 {
            let base = arena.len();
            arena.extend_from_slice(&self.buffer[body.start..body.end]);
            let links = links.iter().map(|link| OpenLink {
                at: (base + link.at as usize - body.start) as u32,
                block: link.block,
            });
            return memory.batch.close(start, links);
        }
        let mut moved = Vec::with_capacity(links.len());
        let mut links = links.iter().peekable();
        let mut copy = |arena: &mut Vec<u8>, from: usize, to: usize| {
            let base = arena.len();
            arena.extend_from_slice(&self.buffer[from..to]);
            while let Some(link) = links.next_if(|link| (link.at as usize) < to) {
                moved.push(OpenLink {
                    at: (base + link.at as usize - from) as u32,
                    block: link.block,
                });
            }
        };
        let mut from = body.start;
        for note in notes {
            let at = note.at as usize;
            copy(arena, from, at);
            write::unsigned(arena, u64::from(memory.registry.index(note.shape)));
            from = at + 1;
        }
        copy(arena, from, body.end);
        memory.batch.close(start, moved.into_iter())
    }

    pub(super) fn flush_if_full(&mut self) {
        if self.memory.batch.len() >= BATCH_BYTES {
            self.flush();
        }
    }

    /// Hashes the waiting blocks, hands them on, and fills in every link to them. Returns the digest
    /// of the last one.
    pub(super) fn flush(&mut self) -> Option<Digest> {
        if self.memory.batch.is_empty() {
            return None;
        }
        if let Err(error) = self.memory.batch.finish(self.sink) {
            self.fail(error);
        }
        let memory = &mut self.memory;
        for link in memory.links.drain(..) {
            fill(&mut self.buffer, link, memory.batch.digest(link.block));
        }
        for list in &mut memory.lists {
            list.resolve(&memory.batch);
        }
        memory.identity.resolve(&memory.batch);
        let last = memory.batch.last_digest();
        memory.batch.clear();
        self.advance_lists();
        last
    }
}

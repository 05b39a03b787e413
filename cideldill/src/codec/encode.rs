//! The encoder: one pass over a value, bottom up, into blocks.
//!
//! Open composites write into one buffer. When one closes at the cut or above it is moved out into a
//! block and a link takes its place (`emit`); its digest follows later (`batch`). Implements
//! docs/format.md sections 3, 4, 6 and 8; sequences and maps are in `chunk` and `keyed`.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::collections::BTreeSet;

use super::batch::{Batch, OpenLink, Sink};
use super::emit::{Body, Header};
#[cfg(feature = "rpds")]
use super::identity::Versions;
use super::identity::{Identity, NodeKey, Place};
use super::nodes::ChunkList;
use super::overlay_write;
use super::profile::Profile;
use super::registry::{Note, Registry, ShapeNumber};
use super::write::{self, LINK_HEADER, LINK_LEN};
use crate::cid::Cid;
use crate::desc::Desc;
use crate::digest::Digester;
use crate::error::{Error, ErrorKind};
use crate::shape::{DescRef, Shape, ShapeText};

pub(super) const TOO_LARGE_DESC: ErrorKind = ErrorKind::TooLarge {
    what: "a type description",
};

/// Memory kept from one value to the next, at most.
const KEPT_BYTES: usize = 4 << 20;
const KEPT_SHAPES: usize = 4096;

/// Takes a value apart. Made by the functions that encode; values write themselves into it through
/// [`Reduce`](crate::Reduce).
pub struct Encoder<'s> {
    /// The open composites. Not in the box: behind two pointers each length would be read again after
    /// each byte that is written.
    pub(super) buffer: Vec<u8>,
    /// The shapes used in there.
    pub(super) notes: Vec<Note>,
    /// Ends of the elements of open sequences.
    pub(super) ends: Vec<u32>,
    pub(super) memory: Box<Memory>,
    pub(crate) profile: Profile,
    pub(super) sink: &'s mut dyn Sink,
    /// The first failure of the sink or the format's limits; reported at the end, so that writing a
    /// number need not be checked.
    failure: Option<Error>,
    /// Keys being written as a whole, to be ordered before they are cut.
    pub(super) whole: u32,
    /// The nodes that are open where no identity is recorded.
    pub(super) plain_open: BTreeSet<NodeKey>,
    /// The nodes that were met while explaining.
    pub(super) explained: BTreeSet<NodeKey>,
    /// A key that was written whole holds a pointer.
    pub(super) holds_pointer: bool,
    /// Such a pointer is an error.
    pub(super) stops_at_pointers: bool,
    /// The outermost value is part of a longer one, and so are this many levels of its nodes.
    pub(super) divided_levels: usize,
    root_desc: Vec<u8>,
    /// What cannot be recorded is gathered instead of ending the value (`explain`).
    pub(crate) is_explaining: bool,
    /// What was gathered so far in the composites that are open, each with the place in the buffer
    /// where the part ended.
    pub(crate) refusals: Vec<(usize, Error)>,
    #[cfg(feature = "rpds")]
    pub(super) versions: Versions,
}

/// The encoder's buffers, reused from value to value on one thread.
#[derive(Default)]
pub(super) struct Memory {
    /// The encoder's own, between values.
    kept: (Vec<u8>, Vec<Note>, Vec<u32>),
    pub(super) links: Vec<OpenLink>,
    /// Chunked values that are open, outermost first.
    pub(super) lists: Vec<ChunkList>,
    pub(super) batch: Batch,
    pub(super) registry: Registry,
    pub(super) identity: Identity,
}

thread_local! {
    static MEMORY: std::cell::Cell<Option<Box<Memory>>> = const { std::cell::Cell::new(None) };
}

impl Memory {
    /// Leaves the buffers to the next value on this thread.
    fn keep(mut self: Box<Self>, kept: (Vec<u8>, Vec<Note>, Vec<u32>)) {
        let (mut buffer, mut notes, mut ends) = kept;
        let capacity = buffer.capacity() + self.batch.capacity() + self.identity.capacity();
        if capacity > KEPT_BYTES
            || self.registry.len() > KEPT_SHAPES
            || self.registry.has_too_large_desc()
        {
            return;
        }
        self.clear();
        self.batch.reset_counts(false);
        buffer.clear();
        notes.clear();
        ends.clear();
        self.kept = (buffer, notes, ends);
        // While the thread ends there is no value to come.
        let _ = MEMORY.try_with(|kept| kept.set(Some(self)));
    }

    fn clear(&mut self) {
        self.links.clear();
        self.lists.clear();
        self.batch.clear();
        self.identity.clear();
    }
}

/// An open composite: where it starts.
#[must_use = "an open composite must be closed"]
#[derive(Debug)]
pub struct Scope {
    pub(crate) start: usize,
    pub(super) notes: usize,
}

/// What was encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    /// The CID of the value.
    pub(crate) root: Cid,
    /// That of its content, without which pointers are the same.
    pub(crate) content: Cid,
    /// Weak pointers to something outside the value.
    pub(crate) weak_outside: u64,
    pub(crate) hashed: Digester,
}

impl<'s> Encoder<'s> {
    pub(crate) fn new(profile: Profile, sink: &'s mut dyn Sink) -> Self {
        // A thread that ends has none left: destructors may still encode.
        let kept = MEMORY.try_with(std::cell::Cell::take);
        let mut memory = kept.ok().flatten().unwrap_or_default();
        let (buffer, notes, ends) = std::mem::take(&mut memory.kept);
        Self {
            buffer,
            notes,
            ends,
            memory,
            profile,
            sink,
            failure: None,
            whole: 0,
            plain_open: BTreeSet::new(),
            explained: BTreeSet::new(),
            holds_pointer: false,
            stops_at_pointers: false,
            divided_levels: 0,
            root_desc: Vec::new(),
            is_explaining: false,
            refusals: Vec::new(),
            #[cfg(feature = "rpds")]
            versions: Versions::default(),
        }
    }

    /// Leaves every digest zero: to measure what is not hashing.
    pub(crate) fn without_digests(mut self) -> Self {
        self.memory.batch.reset_counts(true);
        self
    }

    /// Stops where a pointer is met that others may lead to: where none is told apart it would be
    /// written as often as it is met.
    pub(crate) fn stopping_at_pointers(mut self) -> Self {
        self.stops_at_pointers = true;
        self
    }

    /// Whether a pointer that others may lead to was met where none is told apart.
    pub(crate) fn holds_pointer(&self) -> bool {
        self.holds_pointer
    }

    /// Starts again: the value has cycles, which are known now.
    pub(crate) fn restart(&mut self) {
        let mut identity = std::mem::take(&mut self.memory.identity);
        identity.restart();
        #[cfg(feature = "rpds")]
        self.versions.clear();
        self.clear();
        self.memory.identity = identity;
        self.root_desc.clear();
    }

    /// Forgets what was written.
    fn clear(&mut self) {
        self.buffer.clear();
        self.notes.clear();
        self.ends.clear();
        self.memory.clear();
    }

    /// Ends the value: what is left becomes the root block, and everything is hashed.
    pub(crate) fn finish(mut self) -> Result<Encoding, Error> {
        let content = self.content_root();
        let (root, weak_outside) = self.root(content);
        if self.memory.registry.has_too_large_desc() {
            self.fail(TOO_LARGE_DESC);
        }
        let hashed = self.memory.batch.counts();
        self.memory.keep((self.buffer, self.notes, self.ends));
        match self.failure {
            Some(error) => Err(error),
            None => Ok(Encoding {
                root,
                content,
                weak_outside,
                hashed,
            }),
        }
    }

    fn content_root(&mut self) -> Cid {
        let len = self.buffer.len();
        let is_link = len == LINK_LEN && self.buffer.starts_with(&LINK_HEADER);
        if !is_link {
            self.memory.identity.close_root();
        }
        let digest = if is_link {
            self.flush();
            self.buffer[LINK_HEADER.len()..].first_chunk().copied()
        } else {
            let body = Body {
                start: 0,
                end: len,
                notes: (0, self.notes.len()),
                links: (0, self.memory.links.len()),
            };
            let desc = std::mem::take(&mut self.root_desc);
            self.emit(DescRef::Text(&desc), None, Header::None, &body);
            self.flush()
        };
        Cid::from_bytes(digest.unwrap_or([0; 64]))
    }

    /// The root: the content, or a block that joins it with the overlay.
    fn root(&mut self, content: Cid) -> (Cid, u64) {
        if self.memory.identity.is_too_large() {
            self.fail(ErrorKind::TooLarge { what: "a value" });
        }
        let (tokens, weak_outside) = self.memory.identity.tokens();
        if tokens.is_empty() {
            return (content, weak_outside);
        }
        let overlay = overlay_write::write(&tokens);
        self.clear();
        let scope = self.open_tuple(2);
        self.known_link(content.as_bytes());
        self.bytes(&overlay);
        let body = self.body(&scope);
        self.emit(DescRef::Text(b"!"), None, Header::None, &body);
        let digest = self.flush();
        (Cid::from_bytes(digest.unwrap_or([0; 64])), weak_outside)
    }

    /// Says what the root block holds.
    #[doc(hidden)]
    pub fn set_root_desc(&mut self, desc: &'static Desc) {
        desc.write(&mut self.root_desc);
    }

    pub(crate) fn set_root_desc_text(&mut self, desc: &[u8]) {
        self.root_desc.extend_from_slice(desc);
    }

    /// Remembers the first failure.
    #[cold]
    pub(crate) fn fail(&mut self, error: impl Into<Error>) {
        if self.failure.is_none() {
            self.failure = Some(error.into());
        }
    }

    /// Whether encoding already failed: long loops end early.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    // Numbers and other small items.

    #[inline]
    pub(crate) fn unsigned(&mut self, number: u64) {
        write::unsigned(&mut self.buffer, number);
    }

    #[inline]
    pub(crate) fn signed(&mut self, number: i64) {
        write::signed(&mut self.buffer, number);
    }

    pub(crate) fn unsigned_128(&mut self, number: u128) {
        write::unsigned_128(&mut self.buffer, number);
    }

    pub(crate) fn signed_128(&mut self, number: i128) {
        write::signed_128(&mut self.buffer, number);
    }

    #[inline]
    pub(crate) fn float_32(&mut self, number: f32) {
        write::float_32(&mut self.buffer, number);
    }

    #[inline]
    pub(crate) fn float_64(&mut self, number: f64) {
        write::float_64(&mut self.buffer, number);
    }

    #[inline]
    pub(crate) fn bool(&mut self, value: bool) {
        self.buffer.push(0xc2 | u8::from(value));
    }

    pub(crate) fn char(&mut self, value: char) {
        write::string(&mut self.buffer, value.encode_utf8(&mut [0; 4]));
    }

    #[inline]
    pub(crate) fn nil(&mut self) {
        self.buffer.push(0xc0);
    }

    /// Opens the array of one around a present option whose inner form may be nil; closed with the
    /// option's desc.
    pub(crate) fn open_wrapped(&mut self) -> Scope {
        let scope = self.open();
        self.buffer.push(0x91);
        scope
    }

    /// Opens an any and writes the desc it carries, which is never cut; the value follows.
    pub(crate) fn open_any(&mut self, desc: &[u8]) -> Scope {
        let scope = self.open_tuple(2);
        write::string_header(&mut self.buffer, desc.len() as u64);
        self.buffer.extend_from_slice(desc);
        scope
    }

    /// How many bytes were written so far, and how many blocks were closed.
    pub(crate) fn written(&self) -> (u64, u64) {
        let (bytes, blocks) = self.memory.batch.closed();
        (bytes + self.buffer.len() as u64, blocks)
    }

    /// Takes the place of a part that is not there.
    pub(crate) fn filler(&mut self) {
        self.buffer.push(0xc0);
    }

    /// Where the next item is written: for the start of a key.
    pub(crate) fn position(&self) -> usize {
        self.buffer.len()
    }

    // Strings and byte strings.

    #[inline]
    pub(crate) fn string(&mut self, text: &str) {
        // The longest header is five bytes; exactness near the cut is left to the slow path.
        if text.len() + 5 < self.profile.cut {
            write::string(&mut self.buffer, text);
        } else {
            self.long_string(text);
        }
    }

    #[cold]
    fn long_string(&mut self, text: &str) {
        let len = text.len() as u64 + write::header_len(text.len() as u64);
        if self.is_kept_whole(len) {
            write::string(&mut self.buffer, text);
            return;
        }
        if self.memory.identity.is_dry() {
            return self.known_link(&[0; 64]);
        }
        let block = self.text_blocks(text);
        self.link(block);
    }

    #[inline]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if bytes.len() + 5 < self.profile.cut {
            write::bytes(&mut self.buffer, bytes);
        } else {
            self.long_bytes(bytes);
        }
    }

    #[cold]
    fn long_bytes(&mut self, bytes: &[u8]) {
        self.bytes_with(bytes, &[]);
    }

    /// Writes a byte string, and the pointers that lead to its bytes, ascending.
    pub(super) fn bytes_with(&mut self, bytes: &[u8], pointers: &[Place]) {
        let header = write::header_len(bytes.len() as u64);
        let start = self.buffer.len();
        if self.is_kept_whole(bytes.len() as u64 + header) {
            let identity = &mut self.memory.identity;
            identity.note_places(pointers, start + header as usize);
            write::bytes(&mut self.buffer, bytes);
            return;
        }
        if self.memory.identity.is_dry() {
            return self.known_link(&[0; 64]);
        }
        let (block, places) = self.byte_blocks(bytes, pointers);
        self.memory.identity.note_link(start, places);
        self.link(block);
    }

    /// Whether a part of this length stays where it is.
    fn is_kept_whole(&mut self, len: u64) -> bool {
        if self.whole == 0 && len >= self.profile.cut as u64 {
            return false;
        }
        if len > u64::from(u32::MAX) {
            self.fail(ErrorKind::TooLarge {
                what: "a string or byte string",
            });
        }
        true
    }

    // Records.

    /// Opens a struct or variant; its fields follow in order.
    #[doc(hidden)]
    #[inline]
    pub fn open_record(&mut self, shape: &'static Shape) -> Scope {
        let number = self.memory.registry.constant(shape);
        self.open_numbered(number, shape.types.len())
    }

    /// The same, compiled once.
    #[inline(never)]
    pub(crate) fn open_large_record(&mut self, shape: &'static Shape) -> Scope {
        self.open_record(shape)
    }

    /// The same with a shape that no constant stands for.
    pub(crate) fn open_record_text(&mut self, shape: &ShapeText) -> Scope {
        let number = self.memory.registry.text(shape);
        self.open_numbered(number, shape.len())
    }

    #[inline]
    fn open_numbered(&mut self, shape: ShapeNumber, n_fields: usize) -> Scope {
        let scope = self.open();
        let buffer = &mut self.buffer;
        match n_fields {
            0 => buffer.push(0),
            // The most common: header and index in one step.
            1..15 => buffer.extend_from_slice(&[0x91 + n_fields.to_le_bytes()[0], 0]),
            _ => {
                write::array_header(buffer, n_fields as u64 + 1);
                buffer.push(0);
            }
        }
        let at = buffer.len() as u32 - 1;
        self.notes.push(Note { at, shape });
        scope
    }

    /// Closes a struct or variant.
    #[doc(hidden)]
    #[inline]
    pub fn close_record(&mut self, scope: Scope) {
        if self.is_long(&scope) {
            self.cut_record(scope);
        }
    }

    /// In registers, so that a record that is not cut writes no arguments for it.
    #[cold]
    #[inline(never)]
    #[expect(clippy::needless_pass_by_value, reason = "in registers")]
    fn cut_record(&mut self, scope: Scope) {
        self.cut(&scope, DescRef::Constant(Desc::RECORD));
    }

    // Scopes, cuts, blocks.

    #[inline]
    pub(crate) fn open(&mut self) -> Scope {
        Scope {
            start: self.buffer.len(),
            notes: self.notes.len(),
        }
    }

    /// Ends a composite: it is cut if it is long enough.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "closing takes the token")]
    pub(crate) fn close(&mut self, scope: Scope, desc: DescRef<'_>) {
        if self.is_long(&scope) {
            self.cut(&scope, desc);
        }
    }

    /// Whether what was written since is long enough to be cut.
    #[inline]
    fn is_long(&self, scope: &Scope) -> bool {
        self.buffer.len() - scope.start >= self.profile.cut && self.whole == 0
    }

    /// Opens a tuple, or any other array of a fixed number of parts.
    pub(crate) fn open_tuple(&mut self, n_parts: usize) -> Scope {
        let scope = self.open();
        write::array_header(&mut self.buffer, n_parts as u64);
        scope
    }
}

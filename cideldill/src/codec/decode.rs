//! The decoder: blocks back to a typed value.
//!
//! Reads one block at a time, enters the linked one at each link, and checks all that can be seen
//! inside a block: what the encoder would not have written is refused. It hashes nothing: a
//! [`BlockSource`] only returns blocks that match their CIDs. Implements docs/format.md sections 3, 8
//! and 11.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::order::{self, EncodedKey, KeyShapes};
use super::overlay::{Kind, Overlay, Scope};
use super::profile::Profile;
use super::read::Cursor;
use super::scopes::{Held, ScopeAt};
use super::table::Shapes;
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::desc::{self, Desc, DescText};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::reconstruct::Reconstruct;
use crate::shape::DescRef;

/// Puts a value together. Made by the functions that decode; values read themselves from it through
/// [`Reconstruct`].
pub struct Decoder<'s> {
    pub(crate) source: &'s dyn BlockSource,
    pub(crate) cursor: Cursor,
    profile: Profile,
    limits: Limits,
    /// The shapes of all open blocks; those of the current one from `open.table` on.
    pub(super) table: Vec<usize>,
    pub(super) shapes: Shapes,
    pub(super) open: Open,
    /// The blocks that wait for the current one, outermost first.
    outer: Vec<(Cursor, Open)>,
    depth: u64,
    items: u64,
    bytes: u64,
    repeated_bytes: u64,
    /// Bytes of blocks that were fetched and not entered yet.
    pub(super) fetched_ahead: usize,
    /// The blocks read so far, by the first bytes of their names.
    met: BTreeSet<u64>,
    pub(super) overlay: Overlay,
    /// What the overlay says about the block whose link was read last.
    pub(super) linked: Scope,
    pub(super) held: Held,
}

/// A root block and the desc it starts with.
type RootBlock = (Arc<[u8]>, Box<[u8]>);

/// What is known of an open block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Open {
    /// Its first shape in the table.
    pub(super) table: usize,
    /// Its shapes met so far.
    pub(super) met: usize,
    /// Where its value starts.
    pub(super) body: usize,
    /// The start of the one composite that may be long enough to be cut: the block's value, unless
    /// that is an unwrapped option, whose root block would have been that of the inner value.
    pub(super) uncut: usize,
    /// Bytes its shape indices take beyond one each.
    pub(super) extra_index_bytes: usize,
    /// What is read now was walked over and checked before.
    pub(super) is_revisit: bool,
    pub(super) place: Place,
    /// What the overlay says about what is read now.
    pub(super) scope: ScopeAt,
    /// It is the block of a cycle.
    pub(super) is_cycle: bool,
    /// Behind the start of the last back reference or hole.
    pub(super) pinned: usize,
}

/// How a block is held by its parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Root,
    /// A part that was cut.
    Cut,
    /// A chunk or node below a node.
    Chunk,
    /// A cycle, however short it is.
    Cycle,
    /// Content and overlay, joined.
    Joint,
}

/// A block that was entered; left with [`Decoder::leave`].
#[must_use = "an entered block must be left"]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entered {
    pub(crate) is_node: bool,
}

/// An open array of a fixed number of parts.
#[must_use = "open parts must be closed"]
pub(crate) struct Parts {
    entered: Option<Entered>,
    start: usize,
}

impl<'s> Decoder<'s> {
    pub(crate) fn new(source: &'s dyn BlockSource, limits: Limits) -> Self {
        Self {
            source,
            cursor: Cursor::new(Arc::default()),
            profile: Profile::STANDARD,
            limits,
            table: Vec::new(),
            shapes: Shapes::default(),
            open: Open::default(),
            outer: Vec::new(),
            depth: 0,
            items: 0,
            bytes: 0,
            repeated_bytes: 0,
            fetched_ahead: 0,
            met: BTreeSet::new(),
            overlay: Overlay::default(),
            linked: Scope::EMPTY,
            held: None,
        }
    }

    /// Reads a whole value.
    pub(crate) fn root<T: Reconstruct>(mut self, cid: Cid) -> Result<T, Error> {
        T::reconstruct_root(&mut self, cid)
    }

    /// Reads a whole value of a type with one desc.
    pub(crate) fn typed_root<T: Reconstruct>(&mut self, cid: Cid) -> Result<T, Error> {
        let (block, written) = self.root_block(cid)?;
        if is_held_by_link(T::DESC, &written) {
            // The root is the block of a part: read it as from a holder with nothing but the link.
            self.cursor = Cursor::new(super::link_to(cid));
            return T::reconstruct(self);
        }
        if let Some(written) = written.strip_prefix(b"%") {
            // Chunks of another type, which may widen to this one.
            self.cursor = Cursor::new(super::link_to(cid));
            return if is_unwrapped_option(T::DESC) {
                T::reconstruct_as(self, &[b"?", written].concat())
            } else {
                T::reconstruct_as(self, written)
            };
        }
        if is_unwrapped_option(T::DESC) && !written.starts_with(b"?") && desc::is_linkable(&written)
        {
            // The same for the inner value of an option, which was cut.
            self.cursor = Cursor::new(super::link_to(cid));
            return T::reconstruct_as(self, &[b"?", &*written].concat());
        }
        let entered = self.enter_block(cid, block, Place::Root, None)?;
        let value = if T::DESC.is(&written) {
            T::reconstruct(self)
        } else {
            T::reconstruct_as(self, &written)
        }?;
        self.leave(entered)?;
        Ok(value)
    }

    /// Enters a root block of whatever desc. A node is not entered: the cursor is at a link to it.
    pub(crate) fn enter_root(&mut self, cid: Cid) -> Result<(Option<Entered>, DescText), Error> {
        let (cid, block, written) = self.content_block(cid)?;
        let is_held = written.starts_with(b"%") || written.starts_with(b"~");
        let is_around = self.entry().is_some_and(|entry| entry.kind != Kind::Link);
        if is_held || is_around {
            if self.open.scope.scope.is_empty() {
                self.cursor = Cursor::new(super::link_to(cid));
            }
            let desc = written.strip_prefix(b"%").or(written.strip_prefix(b"~"));
            let desc = DescText::parse(desc.unwrap_or(&written));
            return desc
                .map(|desc| (None, desc))
                .ok_or_else(|| self.cursor.malformed("the desc is none"));
        }
        self.linked = self.linked_scope();
        self.enter_root_block(cid, block, &written)
            .map(|(entered, desc)| (Some(entered), desc))
    }

    /// Enters a root block that is already here.
    fn enter_root_block(
        &mut self,
        cid: Cid,
        block: Arc<[u8]>,
        written: &[u8],
    ) -> Result<(Entered, DescText), Error> {
        let entered = self.enter_block(cid, block, Place::Root, None)?;
        match DescText::parse(written) {
            Some(desc) if !entered.is_node => Ok((entered, desc)),
            _ => Err(self.cursor.malformed("the desc is none")),
        }
    }

    /// Enters a block that was just made and has no name.
    pub(crate) fn enter_unnamed(
        &mut self,
        profile: Profile,
        block: Arc<[u8]>,
        desc: &[u8],
    ) -> Result<(Entered, DescText), Error> {
        self.profile = profile;
        self.enter_root_block(Cid::from_bytes([0; Cid::LEN]), block, desc)
    }

    /// The root block and the desc it starts with. Its profile is that of all blocks below.
    fn root_block(&mut self, cid: Cid) -> Result<RootBlock, Error> {
        let block = self.load(cid)?;
        self.profile = profile_of(&block)?;
        let mut head = Cursor::new(block.clone());
        head.byte()?;
        let written = head.string_bytes()?.into();
        Ok((block, written))
    }

    /// The root block, or the content block if that is joined with an overlay. The cursor is then
    /// at the imagined link to it.
    fn content_block(&mut self, cid: Cid) -> Result<(Cid, Arc<[u8]>, Box<[u8]>), Error> {
        let (block, written) = self.root_block(cid)?;
        if *written != *b"!" {
            return Ok((cid, block, written));
        }
        let content = self.read_overlay_root(cid, block)?;
        let (block, written) = self.root_block(content)?;
        Ok((content, block, written))
    }

    /// Enters the root block that joins content and overlay.
    pub(super) fn enter_joint(&mut self, cid: Cid, block: Arc<[u8]>) -> Result<Entered, Error> {
        self.enter_block(cid, block, Place::Joint, Some(DescRef::Text(b"!")))
    }

    /// Enters the block of the cycle that is linked here.
    pub(crate) fn enter_cycle(&mut self, desc: &DescText) -> Result<Entered, Error> {
        let cid = self.read_link()?;
        let block = self.load(cid)?;
        self.enter_block(
            cid,
            block,
            Place::Cycle,
            Some(DescRef::Text(desc.as_bytes())),
        )
    }

    // Blocks.

    pub(super) fn load(&mut self, cid: Cid) -> Result<Arc<[u8]>, Error> {
        if let Some((_, block)) = self.held.take_if(|(held, _)| *held == cid) {
            return Ok(block);
        }
        let blocks = self.source.load_many(&[cid])?;
        let block = blocks.into_iter().next();
        block.ok_or_else(|| ErrorKind::Missing { cid }.into())
    }

    /// Enters the linked block at the cursor. Its desc must be the one given.
    #[cold]
    #[inline(never)]
    pub(crate) fn enter_link(&mut self, desc: DescRef<'_>) -> Result<Entered, Error> {
        let cid = self.read_link()?;
        let block = self.load(cid)?;
        self.enter_block(cid, block, Place::Cut, Some(desc))
    }

    /// Enters a block that something holds: as a chunk, or as a part that was cut.
    pub(crate) fn enter_part(
        &mut self,
        cid: Cid,
        desc: &DescText,
        is_chunk: bool,
    ) -> Result<Entered, Error> {
        let block = self.load(cid)?;
        let place = if is_chunk { Place::Chunk } else { Place::Cut };
        self.enter_block(cid, block, place, Some(DescRef::Text(desc.as_bytes())))
    }

    /// The profile of a root block.
    pub(crate) fn profile_of(&mut self, root: Cid) -> Result<Profile, Error> {
        self.root_block(root).map(|_| self.profile)
    }

    /// The profile of the root block read last.
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// Reads a link, which the whole profile has none of.
    pub(crate) fn read_link(&mut self) -> Result<Cid, Error> {
        self.linked = self.linked_scope();
        let cid = self.cursor.link()?;
        if self.profile == Profile::WHOLE {
            return Err(self
                .cursor
                .malformed("a link in a profile that cuts nothing"));
        }
        Ok(cid)
    }

    /// The error for a link in the place of a value that is never cut.
    #[cold]
    pub(crate) fn unexpected_link(&mut self) -> Error {
        match self.cursor.link() {
            Ok(_) => self.cursor.malformed("a link stands where none can be"),
            Err(error) => error,
        }
    }

    /// Enters a chunk or node below a node.
    pub(super) fn enter_chunk(
        &mut self,
        cid: Cid,
        block: Arc<[u8]>,
        desc: DescRef<'_>,
    ) -> Result<Entered, Error> {
        self.enter_block(cid, block, Place::Chunk, Some(desc))
    }

    fn enter_block(
        &mut self,
        cid: Cid,
        block: Arc<[u8]>,
        place: Place,
        expected: Option<DescRef<'_>>,
    ) -> Result<Entered, Error> {
        self.count_block(cid, block.len())?;
        let outer = std::mem::replace(&mut self.cursor, Cursor::new(block));
        let open = Open {
            table: self.table.len(),
            place,
            ..Open::default()
        };
        self.outer
            .push((outer, std::mem::replace(&mut self.open, open)));
        let first_byte = self.cursor.byte()?;
        if first_byte != self.profile.first_byte() {
            return Err(ErrorKind::Version { found: first_byte }.into());
        }
        let start = self.cursor.at;
        let written: &[u8] = self.cursor.string_bytes()?;
        let prefix: &[u8] = if place == Place::Cycle { b"~" } else { b"%" };
        let (is_node, written) = match written.strip_prefix(prefix) {
            Some(written) => (place != Place::Cycle, written),
            None => (false, written),
        };
        let is_some_desc = desc::is_desc(written) || place == Place::Joint;
        if expected.is_some_and(|desc| !desc.is(written)) || !is_some_desc {
            let written = written.to_vec();
            self.cursor.at = start;
            return Err(self.unexpected_desc(expected, &written, is_node));
        }
        if self.profile == Profile::WHOLE && (is_node || place == Place::Cycle) {
            return Err(self
                .cursor
                .malformed("a node or cycle in a profile that has none"));
        }
        if is_node && !matches!(written.first(), Some(b'[' | b'{' | b'<' | b's' | b'y')) {
            return Err(self.cursor.malformed("this desc has no nodes"));
        }
        let is_unwrapped_option =
            written.starts_with(b"?") && !DescRef::Text(written).wraps_in_option();
        self.shapes.read(&mut self.cursor, &mut self.table)?;
        if !is_node && self.cursor.is_link() {
            // Unless it is an ext that is none.
            self.cursor.link()?;
            return Err(self.cursor.malformed("a block is only a link"));
        }
        self.open.body = self.cursor.at;
        self.open.uncut = if is_unwrapped_option {
            usize::MAX
        } else {
            self.cursor.at
        };
        self.open.is_cycle = place == Place::Cycle;
        self.open.scope = ScopeAt {
            scope: std::mem::take(&mut self.linked),
            base: self.cursor.at,
        };
        Ok(Entered { is_node })
    }

    #[cold]
    fn unexpected_desc(
        &self,
        expected: Option<DescRef<'_>>,
        written: &[u8],
        is_node: bool,
    ) -> Error {
        match written.first() {
            Some(b'!') if !is_node => ErrorKind::NotYet {
                form: "a root with an overlay",
            }
            .into(),
            Some(b'~') if !is_node => ErrorKind::NotYet { form: "a cycle" }.into(),
            _ if !desc::is_desc(written) => self.cursor.bad_desc(written, "the desc is none"),
            _ => ErrorKind::WrongKind {
                expected: expected.map_or_else(String::new, |desc| desc.to_string()),
                found: String::from_utf8_lossy(written).into_owned(),
            }
            .into(),
        }
    }

    fn count_block(&mut self, cid: Cid, len: usize) -> Result<(), Error> {
        let len = len as u64;
        self.bytes = self.bytes.saturating_add(len);
        check_limit(self.bytes, self.limits.bytes, "bytes of blocks")?;
        let name = cid.as_bytes().first_chunk().copied().unwrap_or_default();
        if !self.met.insert(u64::from_le_bytes(name)) {
            self.repeated_bytes = self.repeated_bytes.saturating_add(len);
            let limit = self.limits.repeated_bytes;
            check_limit(self.repeated_bytes, limit, "bytes of blocks met again")?;
        }
        Ok(())
    }

    /// Ends the current block and goes on behind the link to it.
    pub(crate) fn leave(&mut self, entered: Entered) -> Result<(), Error> {
        if self.cursor.left() > 0 {
            return Err(self.cursor.malformed("bytes follow the value"));
        }
        if self.open.table + self.open.met != self.table.len() {
            return Err(self
                .cursor
                .malformed("the table has a shape that is not used"));
        }
        let len = self.cursor.at - self.open.body - self.open.extra_index_bytes;
        if self.open.place == Place::Cut && !entered.is_node && len < self.profile.cut {
            return Err(self
                .cursor
                .malformed("a block is too short to have been cut"));
        }
        self.table.truncate(self.open.table);
        if let Some((cursor, open)) = self.outer.pop() {
            self.cursor = cursor;
            self.open = open;
        }
        Ok(())
    }

    // Composites.

    /// One level deeper.
    #[inline]
    pub(crate) fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        check_limit(
            self.depth,
            self.limits.depth,
            "composites inside each other",
        )
    }

    #[inline]
    pub(crate) fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// How many composites are open.
    pub(crate) fn depth(&self) -> u64 {
        self.depth
    }

    /// Counts elements, entries or fields.
    #[inline]
    pub(crate) fn count_items(&mut self, n: u64) -> Result<(), Error> {
        self.items = self.items.saturating_add(n);
        check_limit(self.items, self.limits.items, "items")
    }

    /// Where a composite starts, to check its length at the end.
    #[inline]
    pub(crate) fn start(&self) -> usize {
        self.cursor.at - self.open.extra_index_bytes
    }

    /// Checks that the composite that ends here would not have been cut.
    #[inline]
    pub(crate) fn check_inline(&self, start: usize) -> Result<(), Error> {
        let len = self.start().saturating_sub(start);
        if len >= self.profile.cut
            && start != self.open.uncut
            && !self.open.is_revisit
            && !self.is_pinned(start)
        {
            return Err(self
                .cursor
                .malformed("a part stands inline that is long enough to be cut"));
        }
        Ok(())
    }

    /// Checks that a sequence, map, set or string with elements of this length is not chunked.
    #[inline]
    pub(crate) fn check_unchunked(&self, elements_len: usize) -> Result<(), Error> {
        let is_long = elements_len > self.profile.leaf.max;
        if is_long && !self.is_pinned(self.start().saturating_sub(elements_len)) {
            return Err(self
                .cursor
                .malformed("elements are long enough to be chunked"));
        }
        Ok(())
    }

    pub(crate) fn check_node(&self, n_groups: usize, len: usize) -> Result<(), Error> {
        if len > self.profile.node.max && n_groups > 2 {
            return Err(self.cursor.malformed("a node is too long"));
        }
        Ok(())
    }

    /// Checks that a key is greater than the one before it in the same block, where that can be seen
    /// without what links hide.
    pub(crate) fn check_key_order(
        &self,
        desc: &[u8],
        previous: Option<Range<usize>>,
        key: Range<usize>,
    ) -> Result<(), Error> {
        let Some(previous) = previous else {
            return Ok(());
        };
        let table = self.table.get(self.open.table..).unwrap_or_default();
        let shapes = KeyShapes::Table(table, &self.shapes);
        let encoded = |range| EncodedKey {
            bytes: self.cursor.block.get(range).unwrap_or_default(),
            shapes,
        };
        let order = order::compare(desc, encoded(previous), encoded(key));
        if order.is_some_and(Ordering::is_ge) {
            return Err(self.cursor.malformed("keys are not ascending"));
        }
        Ok(())
    }

    /// Enters the block at a link, if one stands here.
    #[inline]
    pub(crate) fn enter_if_link(&mut self, desc: DescRef<'_>) -> Result<Option<Entered>, Error> {
        if self.cursor.is_link() {
            let entered = self.enter_link(desc)?;
            if entered.is_node {
                return Err(self.cursor.malformed("a node stands where none can be"));
            }
            return Ok(Some(entered));
        }
        Ok(None)
    }

    /// Opens an array of a fixed number of parts: a tuple, a wrapped option, an any.
    pub(crate) fn open_parts(&mut self, desc: DescRef<'_>, n: u64) -> Result<Parts, Error> {
        self.deeper()?;
        let entered = self.enter_if_link(desc)?;
        let start = self.start();
        if self.cursor.array_len()? != n {
            return Err(self
                .cursor
                .malformed("an array has another length than its desc"));
        }
        self.count_items(n)?;
        Ok(Parts { entered, start })
    }

    #[expect(clippy::needless_pass_by_value, reason = "closing takes the token")]
    pub(crate) fn close_parts(&mut self, parts: Parts) -> Result<(), Error> {
        self.shallower();
        self.check_inline(parts.start)?;
        match parts.entered {
            Some(entered) => self.leave(entered),
            None => Ok(()),
        }
    }
}

/// Whether the root block holds what a link in the place of a value of this type leads to.
fn is_held_by_link(desc: &Desc, written: &[u8]) -> bool {
    if let Some(written) = written.strip_prefix(b"%") {
        return linked_desc(desc).is(written);
    }
    let inner = linked_desc(desc);
    !std::ptr::eq(inner, desc) && inner.is(written)
}

fn is_unwrapped_option(desc: &Desc) -> bool {
    matches!(desc, Desc::Option(inner) if !inner.is_wrapped_in_option())
}

#[inline]
fn check_limit(found: u64, limit: u64, what: &'static str) -> Result<(), Error> {
    if found > limit {
        return Err(ErrorKind::Limit { what, limit }.into());
    }
    Ok(())
}

/// What a link leads to in the place of a value with this desc: for an unwrapped option the inner
/// value.
fn linked_desc(mut desc: &Desc) -> &Desc {
    while let Desc::Option(inner) = desc {
        if inner.is_wrapped_in_option() {
            break;
        }
        desc = inner;
    }
    desc
}

fn profile_of(block: &[u8]) -> Result<Profile, Error> {
    let Some(found) = block.first().copied() else {
        let reason = "it ends too early";
        return Err(ErrorKind::Malformed { reason, offset: 0 }.into());
    };
    Profile::from_first_byte(found).ok_or_else(|| ErrorKind::Version { found }.into())
}

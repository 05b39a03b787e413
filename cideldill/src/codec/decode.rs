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

use super::identity::Restoring;
use super::order::{self, EncodedKey, KeyShapes};
use super::overlay::{Overlay, Scope};
use super::profile::Profile;
use super::read::Cursor;
use super::scopes::ScopeAt;
use super::table::Shapes;
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::desc::{self, Desc, DescText};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::reconstruct::Reconstruct;
use crate::shape::DescRef;
use crate::value_store::Loaded;

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
    pub(super) outer: Vec<(Cursor, Open)>,
    pub(super) depth: u64,
    pub(super) items: u64,
    bytes: u64,
    repeated_bytes: u64,
    /// Bytes of blocks that were read only for what was forgotten: they may be read once more.
    forgotten_bytes: u64,
    /// How many bytes had been met when something was forgotten last.
    met_when_forgotten: u64,
    /// Bytes of blocks that were fetched and not entered yet.
    pub(super) fetched_ahead: usize,
    /// The blocks read so far, by the first bytes of their names.
    pub(super) met: BTreeSet<u64>,
    /// Which pointers are the same, where there is anything to say.
    pub(super) identity: Option<Box<Restoring>>,
    /// A block that was looked at and is entered next.
    pub(super) loaded: Option<(Cid, Arc<[u8]>)>,
    /// How many entries of the overlay stood where there is such an item.
    pub(super) used_entries: usize,
    /// Where the number stands that is being read, if it is packed.
    pub(super) packed_place: Option<usize>,
}

/// A root block and the desc it starts with.
pub(super) type RootBlock = (Arc<[u8]>, Box<[u8]>);

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
    /// What the overlay says of this part of the block, and where that part starts.
    pub(super) scope: Scope,
    pub(super) base: usize,
    /// The end of the last back reference or hole: what holds one is neither cut nor chunked.
    pub(super) pins_end: usize,
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
    /// A cycle.
    Cycle,
    /// A root with an overlay.
    Overlay,
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
    around: Option<ScopeAt>,
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
            forgotten_bytes: 0,
            met_when_forgotten: 0,
            fetched_ahead: 0,
            met: BTreeSet::new(),
            identity: None,
            loaded: None,
            used_entries: 0,
            packed_place: None,
        }
    }

    /// Reads a whole value, and says what of its identity could not be restored.
    pub(crate) fn root<T: Reconstruct>(mut self, cid: Cid) -> Result<Loaded<T>, Error> {
        let value = T::reconstruct_root(&mut self, cid)?;
        let weak_lost = self.fill_late(&value)?;
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.keep_cycles();
        }
        let unshared = self.count_unshared();
        Ok(Loaded {
            value,
            weak_lost: weak_lost + self.count_gone(),
            unshared,
        })
    }

    /// Another decoder for the same blocks.
    pub(crate) fn beside(&self) -> Self {
        let mut beside = Self::new(self.source, self.limits);
        beside.profile = self.profile;
        beside
    }

    /// Reads a whole value of a type with one desc.
    pub(crate) fn typed_root<T: Reconstruct>(&mut self, cid: Cid) -> Result<T, Error> {
        let (cid, (block, written)) = self.content_block(cid)?;
        let is_pointer = self.is_root_a_pointer();
        if is_held_by_link(T::DESC, &written) || (is_pointer && T::DESC.is(&written)) {
            // The root is the block of a part: read it as from a holder with nothing but the link.
            self.hold(cid);
            return T::reconstruct(self);
        }
        if let Some(written) = written.strip_prefix(b"~") {
            self.hold(cid);
            return if T::DESC.is(written) || linked_desc(T::DESC).is(written) {
                T::reconstruct(self)
            } else {
                T::reconstruct_as(self, written)
            };
        }
        if let Some(written) = written.strip_prefix(b"%") {
            // Chunks of another type, which may widen to this one.
            self.hold(cid);
            return if is_unwrapped_option(T::DESC) {
                T::reconstruct_as(self, &[b"?", written].concat())
            } else {
                T::reconstruct_as(self, written)
            };
        }
        if is_unwrapped_option(T::DESC) && !written.starts_with(b"?") && desc::is_linkable(&written)
        {
            // The same for the inner value of an option, which was cut.
            self.hold(cid);
            return T::reconstruct_as(self, &[b"?", &*written].concat());
        }
        if is_pointer {
            self.hold(cid);
            return T::reconstruct_as(self, &written);
        }
        let scope = self.behind_root();
        let entered = self.enter_block(cid, block, Place::Root, None, scope)?;
        let value = if T::DESC.is(&written) {
            T::reconstruct(self)
        } else {
            T::reconstruct_as(self, &written)
        }?;
        self.leave(entered)?;
        Ok(value)
    }

    /// Puts a link to the content block before the reader, with nothing around it.
    pub(super) fn hold(&mut self, content: Cid) {
        self.cursor = Cursor::new(super::link_to(content));
        let identity = self.identity.as_deref();
        self.open.scope = identity.map_or(Scope::EMPTY, Restoring::outermost);
        self.open.base = 0;
    }

    /// Whether a pointer stands around the content block.
    fn is_root_a_pointer(&self) -> bool {
        let identity = self.identity.as_deref();
        identity.is_some_and(|identity| identity.behind_root().is_none())
    }

    fn behind_root(&self) -> Scope {
        let scope = self.identity.as_deref().and_then(Restoring::behind_root);
        scope.unwrap_or_default()
    }

    /// The content block of a root, and the desc it starts with.
    fn content_block(&mut self, cid: Cid) -> Result<(Cid, RootBlock), Error> {
        let (block, written) = self.root_block(cid)?;
        if *written != *b"!" {
            return Ok((cid, (block, written)));
        }
        let (content, bytes) = self.read_overlay(cid, block)?;
        self.identity = Some(Box::new(Restoring::new(Overlay::parse(&bytes)?, content)));
        let profile = self.profile;
        let (block, written) = self.root_block(content)?;
        if self.profile != profile {
            let found = self.profile.first_byte();
            return Err(ErrorKind::Version { found }.into());
        }
        Ok((content, (block, written)))
    }

    /// The two parts of a root with an overlay.
    pub(crate) fn read_overlay(
        &mut self,
        cid: Cid,
        block: Arc<[u8]>,
    ) -> Result<(Cid, Vec<u8>), Error> {
        let entered = self.enter_block(cid, block, Place::Overlay, None, Scope::EMPTY)?;
        if self.cursor.array_len()? != 2 {
            return Err(self
                .cursor
                .malformed("a root with an overlay has two parts"));
        }
        let content = self.read_link()?;
        let bytes = <Vec<u8> as Reconstruct>::reconstruct(self)?;
        self.leave(entered)?;
        Ok((content, bytes))
    }

    /// Enters a root block of whatever desc. A node, a cycle or what a pointer leads to is not entered:
    /// the cursor is at a link to it.
    pub(crate) fn enter_root(&mut self, cid: Cid) -> Result<(Option<Entered>, DescText), Error> {
        let (cid, (block, written)) = self.content_block(cid)?;
        let prefixed = written.strip_prefix(b"%").or(written.strip_prefix(b"~"));
        if prefixed.is_some() || self.is_root_a_pointer() {
            self.hold(cid);
            let desc = DescText::parse(prefixed.unwrap_or(&written));
            let desc = desc.ok_or_else(|| self.cursor.malformed("the desc is none"))?;
            return Ok((None, desc));
        }
        self.enter_root_block(cid, block, &written)
            .map(|(entered, desc)| (Some(entered), desc))
    }

    /// Puts the cursor at a link to this block, as a holder with nothing else would have it. Its
    /// desc, without `%`.
    pub(crate) fn at_link_to(&mut self, cid: Cid) -> Result<Option<DescText>, Error> {
        let (_, written) = self.root_block(cid)?;
        self.cursor = Cursor::new(super::link_to(cid));
        Ok(DescText::parse(
            written.strip_prefix(b"%").unwrap_or(&written),
        ))
    }

    /// Enters a root block that is already here.
    fn enter_root_block(
        &mut self,
        cid: Cid,
        block: Arc<[u8]>,
        written: &[u8],
    ) -> Result<(Entered, DescText), Error> {
        let scope = self.behind_root();
        let entered = self.enter_block(cid, block, Place::Root, None, scope)?;
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
    pub(super) fn root_block(&mut self, cid: Cid) -> Result<RootBlock, Error> {
        let block = self.load(cid)?;
        self.profile = profile_of(&block)?;
        let mut head = Cursor::new(block.clone());
        head.byte()?;
        let written = head.string_bytes()?.into();
        Ok((block, written))
    }

    // Blocks.

    pub(super) fn load(&mut self, cid: Cid) -> Result<Arc<[u8]>, Error> {
        if let Some((loaded, block)) = self.loaded.take()
            && loaded == cid
        {
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
        let scope = self.scope_of_link();
        let cid = self.read_link()?;
        let block = self.load(cid)?;
        self.enter_block(cid, block, Place::Cut, Some(desc), scope)
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
        let desc = DescRef::Text(desc.as_bytes());
        self.enter_block(cid, block, place, Some(desc), Scope::EMPTY)
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
        let cid = self.cursor.link()?;
        if self.profile == Profile::WHOLE {
            return Err(self
                .cursor
                .malformed("a link in a profile that cuts nothing"));
        }
        Ok(cid)
    }

    /// Reads a back reference.
    pub(crate) fn read_back_reference(&mut self) -> Result<super::read::Place, Error> {
        if self.open.place != Place::Cycle {
            return Err(self
                .cursor
                .malformed("a back reference stands outside a cycle"));
        }
        let place = self.cursor.back_reference()?;
        self.open.pins_end = self.start();
        Ok(place)
    }

    /// Reads a hole.
    pub(crate) fn read_hole(&mut self) -> Result<(), Error> {
        if self.open.place != Place::Cycle {
            return Err(self.cursor.malformed("a hole stands outside a cycle"));
        }
        self.cursor.hole()?;
        self.open.pins_end = self.start();
        Ok(())
    }

    /// How many blocks are open.
    pub(super) fn depth_of_blocks(&self) -> usize {
        self.outer.len()
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
        scope: Scope,
    ) -> Result<Entered, Error> {
        self.enter_block(cid, block, Place::Chunk, Some(desc), scope)
    }

    pub(super) fn enter_block(
        &mut self,
        cid: Cid,
        block: Arc<[u8]>,
        place: Place,
        expected: Option<DescRef<'_>>,
        scope: Scope,
    ) -> Result<Entered, Error> {
        self.used_entries += usize::from(!scope.is_empty());
        self.count_block(cid, block.len())?;
        let outer = std::mem::replace(&mut self.cursor, Cursor::new(block));
        let open = Open {
            table: self.table.len(),
            place,
            scope,
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
        let prefix = match place {
            Place::Cycle => b'~',
            _ => b'%',
        };
        let (is_prefixed, written) = match written.strip_prefix(&[prefix]) {
            Some(written) => (true, written),
            None => (false, written),
        };
        let is_node = is_prefixed && place != Place::Cycle;
        let is_expected = match place {
            Place::Overlay => written == b"!",
            _ => expected.is_none_or(|desc| desc.is(written)) && desc::is_desc(written),
        };
        if !is_expected {
            let written = written.to_vec();
            self.cursor.at = start;
            return Err(self.unexpected_desc(expected, &written, is_node));
        }
        if is_node && self.profile == Profile::WHOLE {
            return Err(self
                .cursor
                .malformed("a node in a profile that cuts nothing"));
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
        self.open.base = self.cursor.at;
        self.open.uncut = if is_unwrapped_option {
            usize::MAX
        } else {
            self.cursor.at
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
            Some(b'!') if !is_node => self.cursor.malformed("an overlay is only at the root"),
            Some(b'~') if !is_node && self.open.place == Place::Cut => ErrorKind::WrongKind {
                expected: expected.map_or_else(String::new, |desc| desc.to_string()),
                found: "a cycle, to which only a shared pointer leads".into(),
            }
            .into(),
            Some(b'~') if !is_node => self.cursor.malformed("a cycle stands where none can be"),
            _ if !desc::is_desc(written) => self.cursor.malformed("the desc is none"),
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
            let counted = self.repeated_bytes.saturating_sub(self.forgotten_bytes);
            let limit = self.limits.repeated_bytes;
            check_limit(counted, limit, "bytes of blocks met again")?;
        }
        Ok(())
    }

    /// Bytes of the blocks met so far, each counted once.
    pub(super) fn met_bytes(&self) -> u64 {
        self.bytes.saturating_sub(self.repeated_bytes)
    }

    /// What was made since so many bytes had been met is forgotten, to be read again. For no byte more
    /// than once.
    pub(super) fn forget_met_since(&mut self, met_bytes: u64) {
        let now = self.met_bytes();
        let before = self.met_when_forgotten.max(met_bytes);
        self.forgotten_bytes += now.saturating_sub(before);
        self.met_when_forgotten = now;
    }

    /// Ends the current block and goes on behind the link to it.
    pub(crate) fn leave(&mut self, entered: Entered) -> Result<(), Error> {
        self.check_end(entered)?;
        self.table.truncate(self.open.table);
        if let Some((cursor, open)) = self.outer.pop() {
            self.cursor = cursor;
            self.open = open;
        }
        Ok(())
    }

    /// Checks that the current block ends here, and is one that is written.
    pub(super) fn check_end(&self, entered: Entered) -> Result<(), Error> {
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

    /// Whether half of the depth is used.
    pub(super) fn is_half_deep(&self) -> bool {
        self.depth > self.limits.depth / 2
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
        let stays = start == self.open.uncut || start < self.open.pins_end;
        if len >= self.profile.cut && !stays && !self.open.is_revisit {
            return Err(self
                .cursor
                .malformed("a part stands inline that is long enough to be cut"));
        }
        Ok(())
    }

    /// Checks that a sequence, map, set or string with elements of this length is not chunked.
    #[inline]
    pub(crate) fn check_unchunked(&self, elements_len: usize) -> Result<(), Error> {
        let start = self.start().saturating_sub(elements_len);
        if elements_len > self.profile.leaf.max && start >= self.open.pins_end {
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
        let around = self.begin_value();
        let entered = self.enter_if_link(desc)?;
        let start = self.start();
        if self.cursor.array_len()? != n {
            return Err(self
                .cursor
                .malformed("an array has another length than its desc"));
        }
        self.count_items(n)?;
        Ok(Parts {
            entered,
            start,
            around,
        })
    }

    #[expect(clippy::needless_pass_by_value, reason = "closing takes the token")]
    pub(crate) fn close_parts(&mut self, parts: Parts) -> Result<(), Error> {
        self.shallower();
        self.check_inline(parts.start)?;
        if let Some(entered) = parts.entered {
            self.leave(entered)?;
        }
        self.end_value(parts.around);
        Ok(())
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

//! The decoder: blocks back to a typed value.
//!
//! Reads one block at a time, enters the linked one at each link, and checks all that can be seen
//! inside a block: what the encoder would not have written is refused. It hashes nothing: a
//! [`BlockSource`] only returns blocks that match their CIDs. Implements docs/format.md sections 3, 8
//! and 11.

mod blocks;
mod root;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::identity::Restoring;
use super::order::{self, EncodedKey, KeyShapes};
use super::overlay::Scope;
use super::profile::Profile;
use super::read::Cursor;
use super::record::Other;
use super::scopes::ScopeAt;
use super::table::Shapes;
use crate::block::BlockSource;
use crate::cid::Cid;
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
    /// The open records that have another shape than their type, a block of their own, or pointers.
    pub(super) others: Vec<Other>,
    /// Why a value could not be read; said at its end.
    pub(super) failure: Option<Error>,
}

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
            others: Vec::new(),
            failure: None,
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

    /// How many nodes may be begun inside each other for weak pointers: each takes stack.
    pub(super) fn most_begun(&self) -> u64 {
        self.limits.depth.saturating_mul(10)
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

    /// Whether the composite that ends here is too short to be cut, wherever it stands.
    #[inline]
    pub(super) fn is_short(&self, start: usize) -> bool {
        self.start().saturating_sub(start) < self.profile.cut
    }

    /// Checks that the composite that ends here would not have been cut.
    #[inline]
    pub(crate) fn check_inline(&self, start: usize) -> Result<(), Error> {
        let stays = start == self.open.uncut || start < self.open.pins_end;
        if !self.is_short(start) && !stays && !self.open.is_revisit {
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

#[inline]
fn check_limit(found: u64, limit: u64, what: &'static str) -> Result<(), Error> {
    if found > limit {
        return Err(ErrorKind::Limit { what, limit }.into());
    }
    Ok(())
}

//! Where a reader stands in the overlay, and in the block of a cycle.
//!
//! The decoder's position in the content says everything: a scope begins with a block's value or
//! with a pointer's content, offsets count from there. Without an overlay all this is one comparison
//! an item. Implements docs/format.md sections 14.1 and 14.3 for readers.

use std::sync::Arc;

use super::decode::Decoder;
use super::overlay::{Entry, Kind, Overlay, Scope};
use super::profile::Profile;
use super::read::{Cursor, Item, Place};
use crate::cid::Cid;
use crate::desc::{Desc, DescText};
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;

/// A scope, and where it began in the current block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScopeAt {
    pub(super) scope: Scope,
    /// A [`start`](Decoder::start).
    pub(super) base: usize,
}

/// A block that is at hand: loaded to be looked at, and to be entered next.
pub(super) type Held = Option<(Cid, Arc<[u8]>)>;

impl Decoder<'_> {
    /// What the overlay says about the place here.
    #[inline]
    pub(crate) fn entry(&self) -> Option<Entry> {
        let ScopeAt { scope, base } = self.open.scope;
        if scope.is_empty() {
            return None;
        }
        let offset = self.start().checked_sub(base)?;
        self.overlay.entry(scope, offset).copied()
    }

    /// The node that a pointer here leads to, if it was met before.
    pub(crate) fn same_here(&self) -> Option<u32> {
        let mut entry = self.entry()?;
        loop {
            match entry.kind {
                Kind::Same => return Some(entry.number),
                Kind::Node | Kind::Pointer => entry = *self.overlay.entry(entry.scope, 0)?,
                Kind::Link | Kind::Weak => return None,
            }
        }
    }

    /// Whether anything here can have to do with identity: an item of its own, an entry, a cycle.
    #[inline]
    pub(crate) fn has_identity_here(&self) -> bool {
        self.open.is_cycle || !self.open.scope.scope.is_empty() || self.cursor.item() != Item::Other
    }

    /// Enters the scope of the pointer that begins here. Returns the scope around it.
    pub(crate) fn enter_scope(&mut self, scope: Scope) -> ScopeAt {
        let base = self.start();
        std::mem::replace(&mut self.open.scope, ScopeAt { scope, base })
    }

    /// The scope here.
    pub(crate) fn scope(&self) -> ScopeAt {
        self.open.scope
    }

    /// Whether what is read now stands in the block of a cycle.
    pub(crate) fn is_in_cycle(&self) -> bool {
        self.open.is_cycle
    }

    /// Goes back to the scope around a pointer.
    pub(crate) fn leave_scope(&mut self, around: ScopeAt) {
        self.open.scope = around;
    }

    /// What is said about the inside of the block that is linked here.
    pub(super) fn linked_scope(&self) -> Scope {
        match self.entry() {
            Some(entry) if entry.kind == Kind::Link => entry.scope,
            _ => Scope::EMPTY,
        }
    }

    /// How many pointers the overlay knows.
    pub(crate) fn n_nodes(&self) -> u32 {
        self.overlay.nodes().len().try_into().unwrap_or(u32::MAX)
    }

    /// Reads the root block that joins content and overlay, and goes to the imagined link to the
    /// content. Returns the content's CID.
    pub(super) fn read_overlay_root(&mut self, cid: Cid, block: Arc<[u8]>) -> Result<Cid, Error> {
        if self.profile() == Profile::WHOLE {
            let reason = "an overlay in a profile that records no identity";
            return Err(self.cursor.malformed(reason));
        }
        let entered = self.enter_joint(cid, block)?;
        if self.cursor.array_len()? != 2 {
            return Err(self.cursor.malformed("content and overlay are expected"));
        }
        let content = self.read_link()?;
        let mut bytes = Vec::new();
        self.byte_runs(DescRef::Constant(Desc::BYTES), |run| {
            bytes.extend_from_slice(run);
            Some(run.len() as u64)
        })?;
        self.leave(entered)?;
        self.overlay = Overlay::parse(&bytes)?;
        self.cursor = Cursor::new(super::link_to(content));
        self.open.scope = ScopeAt {
            scope: self.overlay.outermost(),
            base: self.start(),
        };
        Ok(content)
    }

    /// The head's desc of the cycle whose block is linked here, if one is.
    pub(crate) fn linked_cycle(&mut self) -> Result<Option<DescText>, Error> {
        let start = self.cursor.at;
        let cid = self.cursor.link()?;
        self.cursor.at = start;
        let block = self.load(cid)?;
        let desc = cycle_desc(&block)?;
        self.held = Some((cid, block));
        Ok(desc)
    }

    /// Whether the block with this name is that of a cycle.
    pub(crate) fn is_cycle(&mut self, cid: Cid) -> Result<bool, Error> {
        let block = self.load(cid)?;
        let is_cycle = cycle_desc(&block)?.is_some();
        self.held = Some((cid, block));
        Ok(is_cycle)
    }

    /// The offset of the item here in the block's value.
    pub(crate) fn offset(&self) -> usize {
        self.start().saturating_sub(self.open.body)
    }

    /// Reads a back reference, which only the block of a cycle holds.
    pub(crate) fn read_back(&mut self) -> Result<Place, Error> {
        self.pin()?;
        self.cursor.back_reference()
    }

    /// Reads a hole, which only the block of a cycle holds.
    pub(crate) fn read_hole(&mut self) -> Result<(), Error> {
        self.pin()?;
        self.cursor.hole()
    }

    /// What holds this item is neither cut nor chunked.
    fn pin(&mut self) -> Result<(), Error> {
        if !self.open.is_cycle {
            let reason = "a back reference or hole outside the block of a cycle";
            return Err(self.cursor.malformed(reason));
        }
        self.open.pinned = self.start() + 1;
        Ok(())
    }

    /// Whether a part that starts here holds a back reference or hole.
    pub(super) fn is_pinned(&self, start: usize) -> bool {
        self.open.pinned > start
    }
}

fn cycle_desc(block: &Arc<[u8]>) -> Result<Option<DescText>, Error> {
    let mut head = Cursor::new(block.clone());
    head.byte()?;
    let written = head.string_bytes()?;
    let Some(desc) = written.strip_prefix(b"~") else {
        return Ok(None);
    };
    let desc = DescText::parse(desc);
    desc.map(Some).ok_or_else(|| {
        let reason = "the desc is none";
        ErrorKind::Malformed { reason, offset: 1 }.into()
    })
}

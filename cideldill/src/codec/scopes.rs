//! What a reader without types needs to know about identity where it stands.
//!
//! The decoder's position in the content says everything: a scope begins with a block's value or
//! with a pointer's content, offsets count from there. Implements docs/format.md sections 14.1 and
//! 14.3 for such readers; typed ones are in `identity`.

use std::sync::Arc;

use super::decode::{Decoder, Entered, Place};
use super::identity::Restoring;
use super::overlay::{Entry, Kind, Scope};
use super::read::{Cursor, Item};
use crate::cid::Cid;
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;

/// A scope, and where it began in the current block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScopeAt {
    scope: Scope,
    base: usize,
}

impl Decoder<'_> {
    /// What is said about the pointers that begin here, outermost first.
    pub(crate) fn pointers_here(&self) -> Vec<Entry> {
        let mut found = Vec::new();
        let mut entry = self.entry_here();
        while let Some(here) = entry {
            entry = match here.kind {
                Kind::Node | Kind::Pointer => self.entry_in(here.scope, 0),
                Kind::Same => None,
                Kind::Link | Kind::Weak => break,
            };
            found.push(here);
        }
        found
    }

    /// Whether the overlay says something about this part of the block.
    pub(crate) fn is_in_scope(&self) -> bool {
        !self.open.scope.is_empty()
    }

    /// The node that a pointer here leads to, if it was met before.
    pub(crate) fn same_here(&self) -> Option<u32> {
        let last = self.pointers_here().pop()?;
        (last.kind == Kind::Same).then_some(last.number)
    }

    /// What is said in a scope about an offset.
    fn entry_in(&self, scope: Scope, offset: usize) -> Option<Entry> {
        self.identity.as_deref()?.entry(scope, offset)
    }

    /// Whether anything here can have to do with identity: an item of its own, an entry, a cycle.
    #[inline]
    pub(crate) fn has_identity_here(&self) -> bool {
        self.is_in_cycle() || !self.open.scope.is_empty() || self.cursor.item() != Item::Other
    }

    /// Whether what is read now stands in the block of a cycle.
    #[inline]
    pub(crate) fn is_in_cycle(&self) -> bool {
        self.open.place == Place::Cycle
    }

    /// The scope here.
    pub(crate) fn scope(&self) -> ScopeAt {
        let (scope, base) = (self.open.scope, self.open.base);
        ScopeAt { scope, base }
    }

    /// A value begins that has parts. Where a pointer was recorded that the type does not have, what
    /// the overlay says of its content holds for the value; returns the scope around it then.
    #[inline]
    pub(crate) fn begin_value(&mut self) -> Option<ScopeAt> {
        if self.open.scope.is_empty() && self.open.place != Place::Cycle {
            return None;
        }
        self.begin_unshared()
    }

    /// The same for a value without parts.
    #[inline]
    pub(crate) fn note_value(&mut self) {
        if !self.open.scope.is_empty()
            && let Some(around) = self.begin_unshared()
        {
            self.leave_scope(around);
        }
    }

    /// The value that began so ends.
    #[inline]
    pub(crate) fn end_value(&mut self, around: Option<ScopeAt>) {
        if let Some(around) = around {
            self.leave_scope(around);
        }
    }

    /// Enters the scope of the pointer that begins here. Returns the scope around it.
    pub(crate) fn enter_scope(&mut self, scope: Scope) -> ScopeAt {
        let around = self.scope();
        self.open.scope = scope;
        self.open.base = self.start();
        around
    }

    /// Goes back to the scope around a pointer.
    pub(crate) fn leave_scope(&mut self, around: ScopeAt) {
        self.open.scope = around.scope;
        self.open.base = around.base;
    }

    /// An entry of the overlay stands where there is such an item.
    pub(crate) fn use_entry(&mut self) {
        self.used_entries += 1;
    }

    /// Checks that all entries of the overlay did, after the whole value was read.
    pub(crate) fn check_entries(&self) -> Result<(), Error> {
        let n = self.identity.as_deref().map_or(0, Restoring::n_entries);
        if self.used_entries != n && self.identity.is_some() {
            let reason = "an entry of the overlay stands where there is no such item";
            return Err(ErrorKind::Malformed { reason, offset: 0 }.into());
        }
        Ok(())
    }

    /// Whether anything is said beside the content.
    pub(crate) fn has_overlay(&self) -> bool {
        let identity = self.identity.as_deref();
        identity.is_some_and(|identity| identity.n_entries() > 0)
    }

    /// How many pointers the overlay numbers.
    pub(crate) fn n_nodes(&self) -> u32 {
        let n = self.identity.as_deref().map_or(0, Restoring::n_nodes);
        n.try_into().unwrap_or(u32::MAX)
    }

    /// The content of a value: its root, without the overlay if there is one.
    pub(crate) fn content_of(&mut self, root: Cid) -> Result<Cid, Error> {
        let (block, written) = self.root_block(root)?;
        if *written != *b"!" {
            return Ok(root);
        }
        self.read_overlay(root, block).map(|(content, _)| content)
    }

    /// Puts a link before the reader, with nothing around it.
    pub(crate) fn hold_link(&mut self, cid: Cid) {
        self.cursor = Cursor::new(super::link_to(cid));
    }

    /// The offset of the item here in the block's value.
    pub(crate) fn offset(&self) -> usize {
        self.start().saturating_sub(self.open.body)
    }

    /// The head's desc of the cycle whose block is linked here, if one is, and that block's name.
    pub(crate) fn linked_cycle(&mut self) -> Result<Option<(Cid, DescText)>, Error> {
        let start = self.cursor.at;
        let cid = self.read_link()?;
        self.cursor.at = start;
        Ok(self.cycle_desc(cid)?.map(|desc| (cid, desc)))
    }

    /// The head's desc of the cycle whose block this is, if it is one.
    pub(crate) fn cycle_desc(&mut self, cid: Cid) -> Result<Option<DescText>, Error> {
        let block = self.load(cid)?;
        let desc = cycle_desc(&block)?;
        self.loaded = Some((cid, block));
        Ok(desc)
    }

    /// Enters the block of the cycle that is linked here.
    pub(crate) fn enter_linked_cycle(&mut self, desc: &DescText) -> Result<Entered, Error> {
        let scope = self.scope_of_link();
        let cid = self.read_link()?;
        let block = self.load(cid)?;
        let desc = DescRef::Text(desc.as_bytes());
        self.enter_block(cid, block, Place::Cycle, Some(desc), scope)
    }
}

/// The same for the bytes of a block.
pub(super) fn cycle_desc(block: &Arc<[u8]>) -> Result<Option<DescText>, Error> {
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

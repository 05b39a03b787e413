//! The root of a value: its content block, the overlay beside it, and what type it was.

use std::sync::Arc;

use super::super::identity::Restoring;
use super::super::link_to;
use super::super::overlay::{Overlay, Scope};
use super::super::profile::Profile;
use super::super::read::Cursor;
use super::{Decoder, Entered, Place};
use crate::cid::Cid;
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;

/// A root block and the desc it starts with.
type RootBlock = (Arc<[u8]>, Box<[u8]>);

impl Decoder<'_> {
    /// Reads a whole value of a type with one desc.
    pub(crate) fn typed_root<T: Reconstruct>(&mut self, cid: Cid) -> Result<T, Error> {
        let (cid, (block, written)) = self.content_block(cid)?;
        let prefixed = written.strip_prefix(b"%").or(written.strip_prefix(b"~"));
        if prefixed.is_some() || self.is_root_a_pointer() {
            // Read as from a holder with nothing but the link.
            self.hold(cid);
            return self.written_as(prefixed.unwrap_or(&written));
        }
        let scope = self.behind_root();
        let entered = self.enter_block(cid, block, Place::Root, None, scope)?;
        let value = self.written_as(&written)?;
        self.leave(entered)?;
        Ok(value)
    }

    /// Reads a value that was written with this desc.
    fn written_as<T: Reconstruct>(&mut self, written: &[u8]) -> Result<T, Error> {
        if T::DESC.is(written) {
            T::reconstruct(self)
        } else {
            T::reconstruct_as(self, written)
        }
    }

    /// Puts a link to the content block before the reader, with nothing around it.
    pub(in crate::codec) fn hold(&mut self, content: Cid) {
        self.cursor = Cursor::new(link_to(content));
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
        self.cursor = Cursor::new(link_to(cid));
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
    pub(in crate::codec) fn root_block(&mut self, cid: Cid) -> Result<RootBlock, Error> {
        let block = self.load(cid)?;
        self.profile = profile_of(&block)?;
        let mut head = Cursor::new(block.clone());
        head.byte()?;
        let written = head.string_bytes()?.into();
        Ok((block, written))
    }
}

fn profile_of(block: &[u8]) -> Result<Profile, Error> {
    let Some(found) = block.first().copied() else {
        let reason = "it ends too early";
        return Err(ErrorKind::Malformed { reason, offset: 0 }.into());
    };
    Profile::from_first_byte(found).ok_or_else(|| ErrorKind::Version { found }.into())
}

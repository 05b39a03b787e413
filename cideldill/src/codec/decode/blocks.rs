//! Blocks are entered where a link to them stands, counted, checked, and left.

use std::sync::Arc;

use super::super::overlay::Scope;
use super::super::profile::Profile;
use super::super::read::Cursor;
use super::{Decoder, Entered, Open, Place, check_limit};
use crate::cid::Cid;
use crate::desc::{self, DescText};
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;

impl Decoder<'_> {
    pub(in crate::codec) fn load(&mut self, cid: Cid) -> Result<Arc<[u8]>, Error> {
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
    pub(crate) fn read_back_reference(&mut self) -> Result<super::super::read::Place, Error> {
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
    pub(in crate::codec) fn depth_of_blocks(&self) -> usize {
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
    pub(in crate::codec) fn enter_chunk(
        &mut self,
        cid: Cid,
        block: Arc<[u8]>,
        desc: DescRef<'_>,
        scope: Scope,
    ) -> Result<Entered, Error> {
        self.enter_block(cid, block, Place::Chunk, Some(desc), scope)
    }

    pub(in crate::codec) fn enter_block(
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
    pub(in crate::codec) fn met_bytes(&self) -> u64 {
        self.bytes.saturating_sub(self.repeated_bytes)
    }

    /// What was made since so many bytes had been met is forgotten, to be read again. For no byte more
    /// than once.
    pub(in crate::codec) fn forget_met_since(&mut self, met_bytes: u64) {
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
    pub(in crate::codec) fn check_end(&self, entered: Entered) -> Result<(), Error> {
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
}

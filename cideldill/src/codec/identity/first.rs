//! What stands where a node is met first, compared with what stands where it is met again.
//!
//! An overlay says that two pointers lead to one node, and the content stands at both. An encoder
//! writes what it wrote before, so the bytes are the same but for the numbers of shapes, which are
//! those of each block. Implements docs/format.md section 14.4: content that differs is refused.

use std::sync::Arc;

use super::restoring::Restoring;
use crate::cid::Cid;
use crate::codec::decode::Decoder;
use crate::codec::read::{Cursor, Item, Place};
use crate::codec::skip::ShapeNote;
use crate::desc::DescText;
use crate::error::Error;

/// Where a node's item stands that was met first.
pub(crate) struct First {
    item: Cursor,
    /// The shapes of that block.
    table: Arc<[usize]>,
    /// Its place in the block of a cycle.
    on_cycle: Option<Box<(Cid, Place)>>,
}

impl First {
    /// Whether the same item stands there.
    fn is(&self, item: &[u8], start: usize, notes: &[ShapeNote]) -> bool {
        let mut there = self.item.clone();
        let mut at = start;
        for note in notes {
            let index = self.table_index(&mut there, item, at - start..note.at - start);
            if index != Some(note.shape) {
                return false;
            }
            at = note.end;
        }
        let rest = item.get(at - start..).unwrap_or_default();
        there.take(rest.len()).is_ok_and(|there| there == rest)
    }

    /// The shape whose index stands there behind these bytes, if they do.
    fn table_index(
        &self,
        there: &mut Cursor,
        item: &[u8],
        range: std::ops::Range<usize>,
    ) -> Option<usize> {
        let bytes = item.get(range)?;
        if there.take(bytes.len()).ok()? != bytes {
            return None;
        }
        let index = usize::try_from(there.unsigned().ok()?).ok()?;
        self.table.get(index).copied()
    }
}

impl Decoder<'_> {
    /// Notes that the node with this number is met first here.
    #[inline(never)]
    pub(crate) fn note_first(&mut self, number: u32) {
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        let item = self.cursor.clone();
        let table = self.table.get(self.open.table..).unwrap_or_default();
        // A number needs none, and its cursor is not at a block.
        let table = if self.packed_place.is_some() {
            Arc::default()
        } else {
            identity.table_of(&item.block, table)
        };
        let first = First {
            item,
            table,
            on_cycle: None,
        };
        identity.firsts.insert(number, first);
    }

    /// The node with this number stands in the block of a cycle, where a part can lead to it.
    pub(crate) fn place_first(&mut self, number: u32, cid: Cid, place: Place) {
        let identity = self.identity.as_deref_mut();
        if let Some(first) = identity.and_then(|identity| identity.firsts.get_mut(&number)) {
            first.on_cycle = Some(Box::new((cid, place)));
        }
    }

    /// Goes behind the item of a pointer to a node that was met before: it must be the node's.
    pub(crate) fn pass_same(&mut self, number: u32, desc: &DescText) -> Result<(), Error> {
        let start = self.cursor.at;
        let mut part = None;
        if self.cursor.item() == Item::Part {
            part = Some(self.cursor.part()?);
            self.cursor.at = start;
        }
        let pins_end = self.open.pins_end;
        let notes = self.skip_noting(desc)?;
        if self.open.pins_end > pins_end {
            let reason = "what leads back into a cycle is said to stand outside of it";
            return Err(self.cursor.malformed(reason));
        }
        let identity = self.identity.as_deref();
        let Some(first) = identity.and_then(|identity| identity.firsts.get(&number)) else {
            return Ok(());
        };
        let item = self.cursor.block.get(start..self.cursor.at);
        let is_part = part.is_some() && part.as_ref() == first.on_cycle.as_deref();
        if is_part || first.is(item.unwrap_or_default(), start, &notes) {
            return Ok(());
        }
        let reason = "a pointer that is said to lead to a node has other content";
        Err(self.cursor.malformed(reason))
    }

    /// The same, and goes back.
    pub(crate) fn check_same(&mut self, number: u32, desc: &DescText) -> Result<(), Error> {
        let (at, open) = (self.cursor.at, self.open);
        self.pass_same(number, desc)?;
        self.cursor.at = at;
        self.open = open;
        Ok(())
    }
}

impl Restoring {
    /// The shapes of a block, kept once a block.
    fn table_of(&mut self, block: &Arc<[u8]>, table: &[usize]) -> Arc<[usize]> {
        // The block is kept, so that no other has its address.
        let address = block.as_ptr().addr();
        let keep = || (Arc::clone(block), table.into());
        let (_, table) = self.tables.entry(address).or_insert_with(keep);
        Arc::clone(table)
    }
}

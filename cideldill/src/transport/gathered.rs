//! Blocks as they were encoded, in memory until the other side has them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError};

use super::walk::Walk;
use crate::cid::Cid;
use crate::codec::{Profile, Sink};
use crate::encoded::encode_into;
use crate::error::Error;
use crate::link::links;
use crate::reduce::Reduce;
use crate::sync::{Mutex, MutexGuard};

/// One buffer for all blocks: sending a value again that the other side has costs a copy of its
/// bytes, not an allocation a block.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    bytes: Vec<u8>,
    blocks: Vec<Place>,
    /// The same to search in; made when the first block is asked for.
    by_cid: OnceLock<Vec<Place>>,
}

/// A block, and where it stands in the buffer.
#[derive(Clone, Copy, Debug)]
struct Place {
    cid: Cid,
    start: usize,
    end: usize,
}

impl Sink for Gathered {
    fn accept(&mut self, blocks: &[(Cid, &[u8])]) -> Result<(), Error> {
        for (cid, bytes) in blocks {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(bytes);
            let end = self.bytes.len();
            let cid = *cid;
            self.blocks.push(Place { cid, start, end });
        }
        Ok(())
    }

    fn discard(&mut self) {
        self.bytes.clear();
        self.blocks.clear();
        self.by_cid = OnceLock::new();
    }
}

/// A buffer that is kept for the next value: fresh memory costs more than copying blocks into it.
#[derive(Debug, Default)]
pub(super) struct Spare(Mutex<Option<Gathered>>);

/// Larger buffers are not kept.
const KEPT_BYTES: usize = 32 << 20;

impl Spare {
    /// An empty buffer, which comes back when it is dropped.
    pub(super) fn take(self: &Arc<Self>) -> Lent {
        let spare = self.lock().take();
        Lent {
            gathered: spare.unwrap_or_default(),
            home: Arc::clone(self),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Gathered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer from a [`Spare`].
#[derive(Debug)]
pub(super) struct Lent {
    gathered: Gathered,
    home: Arc<Spare>,
}

impl Deref for Lent {
    type Target = Gathered;

    fn deref(&self) -> &Gathered {
        &self.gathered
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut gathered = std::mem::take(&mut self.gathered);
        if gathered.bytes.capacity() <= KEPT_BYTES {
            gathered.discard();
            *self.home.lock() = Some(gathered);
        }
    }
}

/// Gathers blocks as long as they are few, and else none.
struct AtMost {
    bytes: usize,
    lent: Option<Lent>,
}

impl Sink for AtMost {
    fn accept(&mut self, blocks: &[(Cid, &[u8])]) -> Result<(), Error> {
        let new: usize = blocks.iter().map(|(_, bytes)| bytes.len()).sum();
        match &mut self.lent {
            Some(lent) if lent.len().saturating_add(new) <= self.bytes => {
                lent.gathered.accept(blocks)
            }
            _ => {
                self.lent = None;
                Ok(())
            }
        }
    }

    fn discard(&mut self) {
        if let Some(lent) = &mut self.lent {
            lent.gathered.discard();
        }
    }
}

impl Lent {
    /// A value's CID and all its blocks.
    pub(super) fn encode<T: Reduce + ?Sized>(mut self, value: &T) -> Result<(Cid, Self), Error> {
        let encoding = encode_into(value, Profile::STANDARD, &mut self.gathered)?;
        Ok((encoding.root, self))
    }

    /// The same, without the blocks if they have more bytes than these.
    pub(super) fn encode_at_most<T: Reduce + ?Sized>(
        self,
        value: &T,
        bytes: usize,
    ) -> Result<(Cid, Option<Self>), Error> {
        let lent = Some(self);
        let mut at_most = AtMost { bytes, lent };
        let encoding = encode_into(value, Profile::STANDARD, &mut at_most)?;
        Ok((encoding.root, at_most.lent))
    }
}

impl Gathered {
    /// The bytes of all blocks.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Every block, some perhaps twice.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (Cid, &[u8])> {
        self.blocks.iter().map(|place| (place.cid, self.at(place)))
    }

    /// A block's bytes.
    pub(super) fn get(&self, cid: &Cid) -> Option<&[u8]> {
        let by_cid = self.by_cid.get_or_init(|| {
            let mut by_cid = self.blocks.clone();
            by_cid.sort_unstable_by_key(|place| place.cid);
            by_cid
        });
        let at = by_cid.binary_search_by_key(cid, |place| place.cid);
        Some(self.at(by_cid.get(at.ok()?)?))
    }

    fn at(&self, place: &Place) -> &[u8] {
        self.bytes.get(place.start..place.end).unwrap_or_default()
    }

    /// The blocks that no other of these links to.
    pub(super) fn tops(&self) -> Result<Vec<Cid>, Error> {
        let mut linked = BTreeSet::new();
        for (_, bytes) in self.blocks() {
            linked.extend(links(bytes)?);
        }
        let tops = self.blocks.iter().map(|place| place.cid);
        Ok(tops.filter(|cid| !linked.contains(cid)).collect())
    }

    /// These roots and what lies below them, without what is known and all below that: leaves first,
    /// what is nearest the roots last, each once.
    ///
    /// By height, so that a cache that remembers only the last of them remembers the top of the tree:
    /// where a walk of the next, slightly different value stops.
    pub(super) fn unknown(
        &self,
        roots: &[Cid],
        mut is_known: impl FnMut(&Cid) -> bool,
    ) -> Result<Vec<Cid>, Error> {
        let get = |cid: &Cid| Ok(if is_known(cid) { None } else { self.get(cid) });
        let mut heights = BTreeMap::new();
        let mut unknown = Vec::new();
        for step in Walk::new(roots.iter().copied(), get) {
            let (cid, bytes) = step?;
            let links = links(bytes)?;
            let below = links.iter().filter_map(|cid| heights.get(cid));
            let height = below.max().map_or(0_u32, |height| height + 1);
            heights.insert(cid, height);
            unknown.push((height, cid));
        }
        unknown.sort_by_key(|(height, _)| *height);
        Ok(unknown.into_iter().map(|(_, cid)| cid).collect())
    }
}

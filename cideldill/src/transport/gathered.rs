//! The blocks of one value, as they were encoded, in memory until the other side has them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::walk::Walk;
use crate::cid::Cid;
use crate::codec::{Profile, Sink};
use crate::encoded::encode_into;
use crate::error::Error;
use crate::link::links;
use crate::reduce::Reduce;

/// One buffer for all blocks: sending a value again that the other side has costs a copy of its
/// bytes, not an allocation a block.
#[derive(Debug)]
pub(super) struct Gathered {
    root: Cid,
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
}

impl Gathered {
    pub(super) fn encode<T: Reduce + ?Sized>(value: &T) -> Result<Self, Error> {
        let mut gathered = Self {
            root: Cid::from_bytes([0; Cid::LEN]),
            bytes: Vec::new(),
            blocks: Vec::new(),
            by_cid: OnceLock::new(),
        };
        gathered.root = encode_into(value, Profile::STANDARD, &mut gathered)?.root;
        Ok(gathered)
    }

    pub(super) fn root(&self) -> Cid {
        self.root
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

    /// The root and what lies below it, without what is known and all below that: leaves first, what
    /// is nearest the root last.
    ///
    /// By height, so that a cache that remembers only the last of them remembers the top of the tree:
    /// where a walk of the next, slightly different value stops.
    pub(super) fn unknown(
        &self,
        mut is_known: impl FnMut(&Cid) -> bool,
    ) -> Result<Vec<Cid>, Error> {
        let get = |cid: &Cid| Ok(if is_known(cid) { None } else { self.get(cid) });
        let mut heights = BTreeMap::new();
        let mut unknown = Vec::new();
        for step in Walk::new([self.root], get) {
            let (cid, bytes) = step?;
            let below = links(bytes)?
                .into_iter()
                .filter_map(|cid| heights.get(&cid));
            let height = below.max().map_or(0_u32, |height| height + 1);
            heights.insert(cid, height);
            unknown.push((height, cid));
        }
        unknown.sort_by_key(|(height, _)| *height);
        Ok(unknown.into_iter().map(|(_, cid)| cid).collect())
    }
}

//! Blocks nobody's encoder wrote, and the ways to read them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use cideldill::{
    Block, BlockSource, BlockStore, Cid, Encoded, Error, ErrorKind, Limits, MemoryStore, PutReport,
    Reconstruct, Store, Value, decode_with,
};

/// The header of a link.
pub(crate) const LINK: &[u8] = b"\xc7\x40\x01";

pub(crate) fn link(to: Cid) -> Vec<u8> {
    [LINK, to.as_bytes()].concat()
}

/// A store that got its blocks without a check of what they say. It keeps what it is given; reading
/// verifies digests, as every store's does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planted {
    blocks: BTreeMap<Cid, Arc<[u8]>>,
    /// What it knows beside its blocks.
    nothing: Arc<MemoryStore>,
}

impl Planted {
    pub(crate) fn of(encoded: &Encoded) -> Self {
        let blocks = encoded.blocks();
        Self {
            blocks: blocks
                .map(|block| (block.cid(), block.bytes().clone()))
                .collect(),
            ..Self::default()
        }
    }

    /// Adds a block under its true CID.
    pub(crate) fn add(&mut self, bytes: impl Into<Arc<[u8]>>) -> Cid {
        let bytes = bytes.into();
        let cid = Cid::of(&bytes);
        self.blocks.insert(cid, bytes);
        cid
    }

    /// Puts bytes under a CID that is not theirs.
    pub(crate) fn forge(&mut self, cid: Cid, bytes: impl Into<Arc<[u8]>>) {
        self.blocks.insert(cid, bytes.into());
    }

    pub(crate) fn remove(&mut self, cid: Cid) {
        self.blocks.remove(&cid);
    }

    pub(crate) fn bytes(&self, cid: Cid) -> &[u8] {
        &self.blocks[&cid]
    }

    /// The same graph with other bytes in the place of a block, all links to it patched, and the new
    /// root.
    pub(crate) fn replaced(&self, root: Cid, victim: Cid, bytes: &[u8]) -> (Cid, Self) {
        let mut copy = self.clone();
        let mut new_root = root;
        let mut changed = vec![(victim, bytes.to_vec())];
        while let Some((old, bytes)) = changed.pop() {
            let new = copy.add(bytes);
            if old == new_root {
                new_root = new;
            }
            let holders: Vec<(Cid, Vec<u8>)> = copy
                .blocks
                .iter()
                .filter(|(cid, _)| **cid != new)
                .filter_map(|(cid, block)| Some((*cid, with_link(block, old, new)?)))
                .collect();
            for (cid, _) in &holders {
                copy.blocks.remove(cid);
            }
            changed.extend(holders);
        }
        (new_root, copy)
    }
}

/// A block with one link exchanged, if it has it.
fn with_link(block: &[u8], old: Cid, new: Cid) -> Option<Vec<u8>> {
    let at = block
        .windows(Cid::LEN)
        .position(|part| part == old.as_bytes())?;
    let mut bytes = block.to_vec();
    bytes[at..at + Cid::LEN].copy_from_slice(new.as_bytes());
    Some(with_link(&bytes, old, new).unwrap_or(bytes))
}

impl BlockStore for Planted {
    delegate!(nothing: metadata, stats, names, refs, flush);

    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        Ok(cids
            .iter()
            .map(|cid| self.blocks.get(cid).cloned())
            .collect())
    }

    fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        let absent = |cid: &&Cid| !self.blocks.contains_key(*cid);
        Ok(cids.iter().filter(absent).copied().collect())
    }

    fn put_many(&self, _: &[Block]) -> Result<PutReport, Error> {
        Err(ErrorKind::Backend { action: "write" }.into())
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_> {
        Box::new(self.blocks.keys().copied().map(Ok))
    }
}

/// A source that returns what it was told to, whatever the CID: it breaks its promise.
pub(crate) struct Liar<'f>(pub(crate) &'f dyn Fn(Cid) -> Arc<[u8]>);

impl BlockSource for Liar<'_> {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        Ok(cids.iter().map(|cid| self.0(*cid)).collect())
    }
}

/// What each way of reading says: with and without the type, from blocks and through a store.
pub(crate) fn read_every_way<T: Reconstruct>(
    root: Cid,
    blocks: &Planted,
    limits: Limits,
) -> [(&'static str, Result<(), Error>); 4] {
    let store = Store::new(blocks.clone());
    [
        ("typed", decode_with::<T>(root, blocks, limits).map(drop)),
        (
            "without type",
            decode_with::<Value>(root, blocks, limits).map(drop),
        ),
        (
            "typed from a store",
            store.load_with::<T>(root, limits).map(drop),
        ),
        (
            "without type from a store",
            store.load_with::<Value>(root, limits).map(drop),
        ),
    ]
}

/// All ways must refuse, with an error this accepts.
#[track_caller]
pub(crate) fn assert_refused<T: Reconstruct>(
    what: &dyn Debug,
    (root, blocks): (Cid, &Planted),
    is_right: impl Fn(&Error) -> bool,
) {
    for (way, result) in read_every_way::<T>(root, blocks, Limits::default()) {
        match result {
            Ok(()) => panic!("{way}: {what:?} was accepted"),
            Err(error) => assert!(is_right(&error), "{way}: {what:?}: {error}"),
        }
    }
}

/// The same for a single block.
#[track_caller]
pub(crate) fn assert_block_refused<T: Reconstruct>(
    what: &dyn Debug,
    block: &[u8],
    is_right: impl Fn(&Error) -> bool,
) {
    let mut planted = Planted::default();
    let root = planted.add(block);
    assert_refused::<T>(what, (root, &planted), is_right);
}

/// All ways must accept: the check of a test's own bytes.
#[track_caller]
pub(crate) fn assert_accepted<T: Reconstruct>(root: Cid, blocks: &Planted) {
    for (way, result) in read_every_way::<T>(root, blocks, Limits::default()) {
        result.unwrap_or_else(|error| panic!("{way}: {error}"));
    }
}

pub(crate) fn is_malformed(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Malformed { .. })
}

pub(crate) fn is_limit(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Limit { .. })
}

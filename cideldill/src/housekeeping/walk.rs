//! Through everything that some roots lead to.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{OnProgress, Ticker};
use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::link::links;
use crate::store::BlockStore;

/// How many blocks are read, and verified side by side, at a time.
pub(super) const BLOCKS_PER_READ: usize = 256;

/// Bytes of blocks that are kept while what they link to is visited; others are read twice.
const HELD_BYTES: usize = 16 << 20;

/// Visits blocks once each, after everything they link to. Never recursive.
pub(super) struct Walk<'s> {
    store: &'s dyn BlockStore,
    met: BTreeSet<Cid>,
    held: usize,
}

/// A block whose links are being visited.
struct Level {
    cid: Cid,
    bytes: Option<Arc<[u8]>>,
    links: std::vec::IntoIter<Cid>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(store: &'s dyn BlockStore) -> Self {
        Self {
            store,
            met: BTreeSet::new(),
            held: 0,
        }
    }

    /// Visits what this block leads to and was not visited yet, and then the block.
    pub(super) fn visit(
        &mut self,
        root: Cid,
        each: &mut dyn FnMut(Block) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut open: Vec<Level> = Vec::new();
        let mut next = Some(root);
        loop {
            if let Some(cid) = next.take()
                && self.met.insert(cid)
            {
                let bytes = load(self.store, cid)?;
                let links = links(&bytes)?;
                if links.is_empty() {
                    each(Block::trusted(cid, bytes))?;
                } else {
                    let is_held = self.held + bytes.len() <= HELD_BYTES;
                    let bytes = is_held.then_some(bytes);
                    self.held += bytes.as_ref().map_or(0, |bytes| bytes.len());
                    let links = links.into_iter();
                    open.push(Level { cid, bytes, links });
                }
            }
            let Some(level) = open.last_mut() else {
                return Ok(());
            };
            next = level.links.next();
            if next.is_none()
                && let Some(Level { cid, bytes, .. }) = open.pop()
            {
                self.held -= bytes.as_ref().map_or(0, |bytes| bytes.len());
                let bytes = match bytes {
                    Some(bytes) => bytes,
                    None => load(self.store, cid)?,
                };
                each(Block::trusted(cid, bytes))?;
            }
        }
    }
}

fn load(store: &dyn BlockStore, cid: Cid) -> Result<Arc<[u8]>, Error> {
    store
        .get(&cid)?
        .ok_or_else(|| ErrorKind::Missing { cid }.into())
}

/// Adds everything that these roots lead to, the roots too. Order does not matter, so many blocks are
/// read at a time.
pub(super) fn mark(
    store: &dyn BlockStore,
    roots: impl IntoIterator<Item = Cid>,
    marked: &mut BTreeSet<Cid>,
    ticker: &mut Ticker<'_, '_>,
) -> Result<(), Error> {
    let mut waiting: Vec<Cid> = roots
        .into_iter()
        .filter(|cid| marked.insert(*cid))
        .collect();
    while !waiting.is_empty() {
        let some = waiting.split_off(waiting.len().saturating_sub(BLOCKS_PER_READ));
        for bytes in store.load_many(&some)? {
            ticker.tick();
            let new = links(&bytes)?;
            waiting.extend(new.into_iter().filter(|cid| marked.insert(*cid)));
        }
    }
    Ok(())
}

/// Every CID that a block of the store links to.
pub(super) fn linked(
    store: &dyn BlockStore,
    progress: &mut OnProgress<'_>,
) -> Result<BTreeSet<Cid>, Error> {
    let mut ticker = Ticker::new(progress, "finding roots", Some(store.stats().blocks));
    let mut linked = BTreeSet::new();
    for_each_page(store, |page| {
        for bytes in store.get_many(page)?.into_iter().flatten() {
            ticker.tick();
            linked.extend(links(&bytes)?);
        }
        Ok(())
    })?;
    ticker.end();
    Ok(linked)
}

/// Calls with all CIDs of the store, some at a time.
pub(super) fn for_each_page(
    store: &dyn BlockStore,
    mut each: impl FnMut(&[Cid]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut page = Vec::with_capacity(BLOCKS_PER_READ);
    for cid in store.iter() {
        page.push(cid?);
        if page.len() == BLOCKS_PER_READ {
            each(&page)?;
            page.clear();
        }
    }
    each(&page)
}

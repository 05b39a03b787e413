//! Blocks in memory: for tests, and for values that need not outlive the process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

use super::batch::{self, Batch};
use super::watch::Watch;
use super::{BlockStore, Choose, Epoch, Metadata, PutReport, Stats, Swept, expect_ref};
use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::link::links;

/// A [`BlockStore`] in memory. Blocks are shared with their readers, not copied.
#[derive(Debug)]
pub struct MemoryStore {
    contents: RwLock<Contents>,
    watch: Watch,
}

#[derive(Debug)]
struct Contents {
    epoch: Epoch,
    blocks: BTreeMap<Cid, Entry>,
    stats: Stats,
    refs: BTreeMap<String, Cid>,
}

#[derive(Debug)]
struct Entry {
    bytes: Arc<[u8]>,
    stored_at: SystemTime,
}

/// How many CIDs [`BlockStore::iter`] copies each time it takes the lock.
const CIDS_PER_LOCK: usize = 1_024;

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        let contents = Contents {
            epoch: Epoch::random(),
            blocks: BTreeMap::new(),
            stats: Stats::default(),
            refs: BTreeMap::new(),
        };
        Self {
            contents: RwLock::new(contents),
            watch: Watch::default(),
        }
    }

    // No code that can panic runs between two changes that belong together, so what a poisoned lock
    // holds is whole.
    fn read(&self) -> RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Contents> {
        self.contents
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockStore for MemoryStore {
    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        let contents = self.read();
        let found = |cid| {
            contents
                .blocks
                .get(cid)
                .map(|entry| Arc::clone(&entry.bytes))
        };
        Ok(cids.iter().map(found).collect())
    }

    fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        let contents = self.read();
        // Before the lock is let go, so that a sweep that has not begun begins after the answer.
        self.watch.note(cids.iter().copied());
        batch::missing(cids, |cid| Ok(contents.blocks.contains_key(cid)))
    }

    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error> {
        let mut contents = self.write();
        let batch = Batch::check(blocks, |cid| Ok(contents.blocks.contains_key(cid)))?;
        self.watch.note(batch.used);
        let stored_at = SystemTime::now();
        for block in batch.new {
            let bytes = Arc::clone(block.bytes());
            let entry = Entry { bytes, stored_at };
            contents.blocks.insert(block.cid(), entry);
        }
        contents.stats.blocks += batch.report.new_blocks;
        contents.stats.bytes += batch.report.new_bytes;
        Ok(batch.report)
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_> {
        let mut after = Bound::Unbounded;
        let pages = std::iter::from_fn(move || {
            let contents = self.read();
            let rest = contents.blocks.range((after, Bound::Unbounded));
            let page: Vec<Cid> = rest.map(|(cid, _)| *cid).take(CIDS_PER_LOCK).collect();
            after = Bound::Excluded(*page.last()?);
            Some(page)
        });
        Box::new(pages.flatten().map(Ok))
    }

    fn metadata(&self, cid: &Cid) -> Result<Option<Metadata>, Error> {
        Ok(self.read().blocks.get(cid).map(|entry| Metadata {
            bytes: entry.bytes.len() as u64,
            stored_at: entry.stored_at,
        }))
    }

    fn stats(&self) -> Stats {
        self.read().stats
    }

    fn epoch(&self) -> Epoch {
        self.read().epoch
    }

    fn compare_and_set_ref(
        &self,
        name: &str,
        expected: Option<Cid>,
        cid: Option<Cid>,
    ) -> Result<(), Error> {
        let mut contents = self.write();
        expect_ref(name, expected, contents.refs.get(name).copied(), cid)?;
        match cid {
            Some(cid) if !contents.blocks.contains_key(&cid) => {
                return Err(ErrorKind::Missing { cid }.into());
            }
            Some(cid) => {
                self.watch.note([cid]);
                contents.refs.insert(name.to_owned(), cid)
            }
            None => contents.refs.remove(name),
        };
        Ok(())
    }

    fn get_ref(&self, name: &str) -> Result<Option<Cid>, Error> {
        Ok(self.read().refs.get(name).copied())
    }

    fn refs(&self) -> Result<BTreeMap<String, Cid>, Error> {
        Ok(self.read().refs.clone())
    }

    fn sweep(&self, choose: &mut Choose<'_>) -> Result<Swept, Error> {
        let watching = {
            let _contents = self.write();
            self.watch.begin()?
        };
        let chosen = choose()?;
        let mut contents = self.write();
        let links_of = |cid: &Cid| match contents.blocks.get(cid) {
            Some(entry) => links(&entry.bytes),
            None => Ok(Vec::new()),
        };
        let (unused, spared) = watching.unused(chosen, links_of)?;
        let mut removed = Stats::default();
        for cid in unused {
            if let Some(entry) = contents.blocks.remove(&cid) {
                removed.blocks += 1;
                removed.bytes += entry.bytes.len() as u64;
            }
        }
        if removed.blocks > 0 {
            contents.epoch = Epoch::random();
            contents.stats.blocks -= removed.blocks;
            contents.stats.bytes -= removed.bytes;
        }
        Ok(Swept { removed, spared })
    }

    fn flush(&self) -> Result<(), Error> {
        Ok(())
    }
}

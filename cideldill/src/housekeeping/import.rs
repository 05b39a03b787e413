//! An archive into a store.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::batches::Batches;
use super::car::Reader;
use super::names::Unsound;
use super::{OnProgress, Ticker, names};
use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::link::links;
use crate::store::{BlockStore, PutReport};

/// What an import may cost, and whether it sets references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import {
    /// Set the references that the archive names; one of the same name then stands for another block.
    /// Default true.
    pub refs: bool,
    /// Bytes of blocks that wait for something they link to. Default 256 MiB. Nothing waits in an
    /// archive that [`export`](super::export) wrote.
    pub waiting_bytes: u64,
    /// Bytes of the largest block. Default 256 MiB.
    pub block_bytes: u64,
}

impl Default for Import {
    fn default() -> Self {
        Self {
            refs: true,
            waiting_bytes: 256 << 20,
            block_bytes: 256 << 20,
        }
    }
}

/// What was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The blocks of the archive, and those that were new.
    pub report: PutReport,
    /// The roots that the archive names.
    pub roots: Vec<Cid>,
    /// References that were set.
    pub refs: BTreeMap<String, Cid>,
}

/// Reads an archive (CAR version 1, docs/archive.md) into a store.
///
/// Every block is verified, and stored in batches of at most 1,000, each atomic and closed under
/// links. Blocks may come in any order: one that comes before what it links to waits in memory, up to
/// [`Import::waiting_bytes`]. References are set at the end, when every root is there. The reader
/// should buffer.
///
/// Example: see [`export`](super::export).
///
/// # Errors
/// - [`Archive`](crate::ErrorKind::Archive): not an archive, or cut off, with the place; references that
///   cannot be read, or one whose name is not [a name](crate::is_reference_name).
/// - [`ForeignBlock`](crate::ErrorKind::ForeignBlock): a block under another hash, or of a codec.
/// - [`Corrupt`](crate::ErrorKind::Corrupt): bytes that do not match.
/// - [`Malformed`](crate::ErrorKind::Malformed) and its neighbours: bytes that are not a block of ours.
/// - [`Missing`](crate::ErrorKind::Missing): a root or link that is neither in the archive nor in the
///   store.
/// - [`Limit`](crate::ErrorKind::Limit): more waits than allowed, or a block is larger.
/// - [`Io`](crate::ErrorKind::Io) with what the reader says; what the store says.
///
/// Batches that were stored before stay; they are whole, and no reference leads to them, unless the store
/// fails while references are set: those before the failure then are. Importing the archive again goes
/// on.
pub fn import(
    store: &dyn BlockStore,
    input: &mut dyn Read,
    options: &Import,
    progress: &mut OnProgress<'_>,
) -> Result<Imported, Error> {
    let (mut reader, mut roots) = Reader::new(input, options.block_bytes)?;
    let mut ticker = Ticker::new(progress, "importing blocks", None);
    let mut ordered = Ordered::new(store, options.waiting_bytes);
    let mut refs = BTreeMap::new();
    let last = roots.last().copied();
    let mut has_names = false;
    while let Some(block) = reader.block()? {
        ticker.tick();
        // Names are data about the archive, and no block of the store.
        if names::is_names(&block) {
            refs = read_names(&block, last).map_err(|unsound| reader.unsound(unsound))?;
            has_names = true;
            continue;
        }
        ordered.push(block)?;
    }
    if has_names {
        roots.pop();
    }
    let report = ordered.end()?;
    let wanted: Vec<Cid> = roots.iter().chain(refs.values()).copied().collect();
    if let Some(cid) = store.missing(&wanted)?.first() {
        return Err(ErrorKind::Missing { cid: *cid }.into());
    }
    if !options.refs {
        refs.clear();
    }
    for (name, cid) in &refs {
        store.set_ref(name, Some(*cid))?;
    }
    ticker.end();
    Ok(Imported {
        report,
        roots,
        refs,
    })
}

/// The references in a block of them, which the last root names.
fn read_names(block: &Block, last_root: Option<Cid>) -> Result<BTreeMap<String, Cid>, Unsound> {
    if last_root != Some(block.cid()) {
        return Err("its references are not its last root".into());
    }
    names::read(block)
}

/// Puts blocks after what they link to.
struct Ordered<'s> {
    store: &'s dyn BlockStore,
    batches: Batches<'s>,
    /// What can be linked to: handed to the batches.
    ready: BTreeSet<Cid>,
    waiting: BTreeMap<Cid, Waiting>,
    waiting_bytes: u64,
    max_waiting_bytes: u64,
    /// Who waits for a block.
    holders: BTreeMap<Cid, Vec<Cid>>,
}

struct Waiting {
    block: Block,
    /// Links that are not there yet.
    n: usize,
}

impl<'s> Ordered<'s> {
    fn new(store: &'s dyn BlockStore, max_waiting_bytes: u64) -> Self {
        Self {
            store,
            batches: Batches::new(store),
            ready: BTreeSet::new(),
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            max_waiting_bytes,
            holders: BTreeMap::new(),
        }
    }

    fn push(&mut self, block: Block) -> Result<(), Error> {
        let cid = block.cid();
        if self.ready.contains(&cid) || self.waiting.contains_key(&cid) {
            return Ok(());
        }
        let links: BTreeSet<Cid> = links(block.bytes())
            .map_err(|error| error.with_source(format!("in block {cid}")))?
            .into_iter()
            .collect();
        let links: Vec<Cid> = links
            .into_iter()
            .filter(|link| !self.ready.contains(link))
            .collect();
        let links = self.store.missing(&links)?;
        if links.is_empty() {
            return self.accept(block);
        }
        self.waiting_bytes += block.bytes().len() as u64;
        if self.waiting_bytes > self.max_waiting_bytes {
            return Err(ErrorKind::Limit {
                what: "bytes of blocks that come before what they link to",
                limit: self.max_waiting_bytes,
            }
            .into());
        }
        let n = links.len();
        for link in links {
            self.holders.entry(link).or_default().push(cid);
        }
        self.waiting.insert(cid, Waiting { block, n });
        Ok(())
    }

    /// Hands a block on, and all that waited for it alone.
    fn accept(&mut self, block: Block) -> Result<(), Error> {
        let mut accepted = vec![block];
        while let Some(block) = accepted.pop() {
            let cid = block.cid();
            self.ready.insert(cid);
            self.batches.push(block)?;
            for holder in self.holders.remove(&cid).unwrap_or_default() {
                let Some(waiting) = self.waiting.get_mut(&holder) else {
                    continue;
                };
                waiting.n -= 1;
                if waiting.n == 0
                    && let Some(Waiting { block, .. }) = self.waiting.remove(&holder)
                {
                    self.waiting_bytes -= block.bytes().len() as u64;
                    accepted.push(block);
                }
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<PutReport, Error> {
        self.batches.flush()?;
        match self
            .holders
            .keys()
            .find(|cid| !self.waiting.contains_key(cid))
        {
            Some(cid) => {
                let holder = self.holders.get(cid).and_then(|holders| holders.first());
                let holder = holder.map_or_else(String::new, ToString::to_string);
                Err(Error::new(ErrorKind::Missing { cid: *cid })
                    .with_source(format!("block {holder} links to it")))
            }
            None => Ok(self.batches.report),
        }
    }
}

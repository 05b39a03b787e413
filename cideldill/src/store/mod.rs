//! Block stores: where blocks are kept, under their CIDs, next to a few named roots.
//!
//! [`BlockStore`] says what a store promises, whatever it is built on; one suite of tests
//! (`tests/store`) shows it for every backend. A store knows bytes and links, not values: it does not
//! decode. Nothing here knows of protocols and sockets.

mod batch;
#[cfg(any(feature = "sled", feature = "redb"))]
mod disk;
mod epoch;
mod memory;
mod name;
#[cfg(feature = "redb")]
mod redb;
#[cfg(feature = "sled")]
mod sled;
mod watch;

use std::collections::BTreeMap;
#[cfg(any(feature = "sled", feature = "redb"))]
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

#[cfg(any(feature = "sled", feature = "redb"))]
pub use disk::Recovered;
pub use epoch::{Epoch, ParseEpochError};
pub use memory::MemoryStore;
pub use name::is_reference_name;
pub(crate) use name::shown;
#[cfg(feature = "redb")]
pub use redb::RedbStore;
#[cfg(feature = "sled")]
pub use sled::SledStore;

use crate::block::{Block, BlockSource};
use crate::cid::Cid;
use crate::digest::Digester;
use crate::error::{Error, ErrorKind};

/// How much a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Blocks.
    pub blocks: u64,
    /// The length of all their bytes together, without what the store adds.
    pub bytes: u64,
}

/// What a batch brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PutReport {
    /// Different blocks in the batch.
    pub blocks: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those of them that were not in the store before.
    pub new_blocks: u64,
    /// The bytes of these.
    pub new_bytes: u64,
}

/// What a store knows about a block beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The length of its bytes.
    pub bytes: u64,
    /// When it was first stored, by this machine's clock, to the millisecond.
    pub stored_at: SystemTime,
}

/// What a sweep took out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// The blocks that were taken out, and their bytes.
    pub removed: Stats,
    /// Chosen blocks that stayed, because they were used while others were chosen.
    pub spared: u64,
}

/// Finds out which blocks a sweep shall take out.
pub type Choose<'c> = dyn FnMut() -> Result<Vec<Cid>, Error> + 'c;

/// A place that keeps blocks under their CIDs, next to a few named roots.
///
/// - *Content is checked.* What goes in is hashed, and what comes out is hashed again. A block that
///   is not there ([`ErrorKind::Missing`], or `None`) and one whose bytes are wrong
///   ([`ErrorKind::Corrupt`]) are never confused.
/// - *Closed under links.* A block is only accepted together with, or after, everything it links to;
///   so a block that is there can be read to its last leaf.
/// - *All or nothing.* A batch is kept whole, and durably where the store is on a disk, when
///   [`put_many`](Self::put_many) returns; or not at all.
/// - *Nothing goes away by itself.*
///
/// When a block came and how long it is are kept beside it, so that they never change a CID.
///
/// # What an implementor guarantees
///
/// - [`put_many`](Self::put_many) is atomic, durable on return, and closed under links; its check of
///   what is there, the statistics and the commit are one critical section per store.
/// - A batch becomes visible to readers at once, or with its leaves before what links to them.
/// - [`read_unverified`](Self::read_unverified) returns the bytes as they are kept. The provided
///   methods verify them; do not override these without doing so.
/// - Nothing is removed, except by an operation that also changes the [`epoch`](Self::epoch).
///
/// `Send + Sync` because one store serves all threads of a program.
///
/// ```
/// use cideldill::{Block, BlockStore, MemoryStore};
/// let store = MemoryStore::new();
/// let block = Block::new(*b"\x10\xa1n\x90\xc0"); // the value ()
/// store.put_many(&[block.clone()])?;
/// assert_eq!(store.get(&block.cid())?.as_ref(), Some(block.bytes()));
/// assert_eq!(store.stats().blocks, 1);
/// # Ok::<(), cideldill::Error>(())
/// ```
pub trait BlockStore: BlockSource + Send + Sync {
    /// The bytes kept under these CIDs, in the same order, **without a check that they match**.
    ///
    /// # Errors
    /// What the backend says. Not for a block that is not there: that is `None`.
    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error>;

    /// Those of these CIDs that are not in the store, in the order given, each once.
    ///
    /// # Errors
    /// What the backend says.
    fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error>;

    /// Keeps all of these blocks, or none; they are durable when this returns.
    ///
    /// The order within a batch does not matter. A block that is there already is left as it is.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] for a link to a block that is neither in the store nor in the batch;
    /// [`ErrorKind::Malformed`] or [`ErrorKind::Version`] for bytes that are not a block, see [`links`](crate::links); [`ErrorKind::NoSpace`] and what the backend says.
    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error>;

    /// The CIDs of all blocks, ascending. Blocks that arrive meanwhile may or may not be among them.
    ///
    /// # Errors
    /// The iterator yields what the backend says, and then ends.
    fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_>;

    /// What is known about a block beside its bytes.
    ///
    /// # Errors
    /// What the backend says.
    fn metadata(&self, cid: &Cid) -> Result<Option<Metadata>, Error>;

    /// How much there is. Costs the same however much that is.
    fn stats(&self) -> Stats;

    /// Which life of the store this is; see [`Epoch`].
    fn epoch(&self) -> Epoch;

    /// Makes a name stand for a block, or (`None`) for nothing, if it stands for `expected` (`None`:
    /// for nothing) at that moment. Durable on return.
    ///
    /// Of many who expect the same at once, and set something else, one succeeds: the comparison is
    /// in the same critical section as the commit.
    ///
    /// Names are as [`is_reference_name`] says. Another one that a store holds all the same can be
    /// read and removed.
    ///
    /// # Errors
    /// [`ErrorKind::ReferenceName`] for another name, unless the store holds it and it is to be removed;
    /// [`ErrorKind::ReferenceConflict`], with what it stands for, if that is something else;
    /// [`ErrorKind::Missing`] if the block is not in the store; what the backend says.
    fn compare_and_set_ref(
        &self,
        name: &str,
        expected: Option<Cid>,
        cid: Option<Cid>,
    ) -> Result<(), Error>;

    /// The block that a name stands for.
    ///
    /// # Errors
    /// What the backend says.
    fn get_ref(&self, name: &str) -> Result<Option<Cid>, Error>;

    /// All names that stand for a block.
    ///
    /// # Errors
    /// What the backend says.
    fn refs(&self) -> Result<BTreeMap<String, Cid>, Error>;

    /// Takes out the blocks that `choose` chooses; only for
    /// [`gc`](crate::housekeeping::gc) and [`fsck`](crate::housekeeping::fsck).
    ///
    /// `choose` gives them with what links before what it links to. It runs while others read and write. A chosen block stays if it was put again, linked to
    /// by a new block, named by a reference or reported to be there since `choose` was called, and so
    /// does everything it leads to. The check of that and the removal are the same critical section
    /// as [`put_many`](Self::put_many)'s, so a block that is there stays readable to its last leaf,
    /// as long as no block that is not chosen links to one that is.
    ///
    /// Taking anything out changes the [`epoch`](Self::epoch). Many blocks go in several steps, each
    /// durable by itself, what links before what it links to: if the program ends half way, the rest
    /// is still there and whole.
    ///
    /// # Errors
    /// What `choose` says; [`ErrorKind::Backend`] while another sweep is under way, and from a store
    /// that keeps everything, as one does that does not implement this; what the backend says.
    fn sweep(&self, choose: &mut Choose<'_>) -> Result<Swept, Error> {
        let _ = choose;
        Err(Error::new(ErrorKind::Backend { action: "sweep" })
            .with_source("this kind of store keeps everything"))
    }

    /// Counts the blocks again, and corrects what [`stats`](Self::stats) says if it is wrong.
    ///
    /// # Errors
    /// What the backend says.
    fn recount(&self) -> Result<Stats, Error> {
        Ok(self.stats())
    }

    /// Returns when everything accepted so far is durable.
    ///
    /// Blocks and names are durable already when the methods that set them return, so this is for
    /// wrappers that buffer.
    ///
    /// # Errors
    /// What the backend says.
    fn flush(&self) -> Result<(), Error>;

    /// The bytes of a block, verified; `None` if it is not there.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] if the bytes kept do not match; what the backend says.
    fn get(&self, cid: &Cid) -> Result<Option<Arc<[u8]>>, Error> {
        Ok(self.get_many(&[*cid])?.pop().flatten())
    }

    /// The bytes of these blocks, in the same order, verified side by side; `None` for each that is
    /// not there.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] for the first whose bytes kept do not match; what the backend says.
    fn get_many(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        let found = self.read_unverified(cids)?;
        verify(
            cids.iter()
                .zip(&found)
                .filter_map(|(cid, bytes)| Some((*cid, bytes.as_deref()?))),
        )?;
        Ok(found)
    }

    /// Whether the block is in the store. Does not read it.
    ///
    /// # Errors
    /// What the backend says.
    fn contains(&self, cid: &Cid) -> Result<bool, Error> {
        Ok(self.missing(&[*cid])?.is_empty())
    }

    /// Makes a name stand for a block, or (`None`) for nothing, whatever it stands for. Durable on
    /// return.
    ///
    /// # Errors
    /// As [`compare_and_set_ref`](Self::compare_and_set_ref), but for a conflict.
    fn set_ref(&self, name: &str, cid: Option<Cid>) -> Result<(), Error> {
        let mut expected = self.get_ref(name)?;
        loop {
            let set = self.compare_and_set_ref(name, expected, cid);
            match set.as_ref().map_err(Error::kind) {
                // Somebody else was faster, so it is not everybody who tries in vain.
                Err(ErrorKind::ReferenceConflict { found, .. }) => expected = *found,
                _ => return set,
            }
        }
    }

    /// As [`put_many`](Self::put_many), for bytes somebody else named: they are verified first.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] for the first pair that does not match, and nothing is kept; what
    /// `put_many` says.
    fn put_pairs(&self, pairs: &[(Cid, Arc<[u8]>)]) -> Result<PutReport, Error> {
        verify(pairs.iter().map(|(cid, bytes)| (*cid, &**bytes)))?;
        let blocks: Vec<Block> = pairs
            .iter()
            .map(|(cid, bytes)| Block::trusted(*cid, Arc::clone(bytes)))
            .collect();
        self.put_many(&blocks)
    }
}

/// Opens a store of whatever kind lies in the directory.
#[cfg(any(feature = "sled", feature = "redb"))]
pub(crate) fn open(path: &Path) -> Result<Arc<dyn BlockStore>, Error> {
    Ok(match kind_of(path) {
        #[cfg(feature = "sled")]
        Kind::Sled => Arc::new(SledStore::open(path)?),
        #[cfg(feature = "redb")]
        Kind::Redb => Arc::new(RedbStore::open(path)?),
    })
}

/// Recovers a store of whatever kind lies in the directory.
#[cfg(any(feature = "sled", feature = "redb"))]
pub(crate) fn recover(path: &Path) -> Result<Recovered, Error> {
    match kind_of(path) {
        #[cfg(feature = "sled")]
        Kind::Sled => SledStore::recover(path),
        #[cfg(feature = "redb")]
        Kind::Redb => RedbStore::recover(path),
    }
}

/// The kinds of store on disk that this program has.
#[cfg(any(feature = "sled", feature = "redb"))]
enum Kind {
    #[cfg(feature = "sled")]
    Sled,
    #[cfg(feature = "redb")]
    Redb,
}

/// What the marker in the directory says; the default where there is none.
#[cfg(any(feature = "sled", feature = "redb"))]
fn kind_of(path: &Path) -> Kind {
    match disk::place::layout_of(path) {
        #[cfg(feature = "redb")]
        Some(layout) if layout.starts_with("redb-") => Kind::Redb,
        #[cfg(feature = "sled")]
        _ => Kind::Sled,
        #[cfg(not(feature = "sled"))]
        _ => Kind::Redb,
    }
}

/// Whether a name that stands for `found` may be changed from `expected` to `cid`.
fn expect_ref(
    name: &str,
    expected: Option<Cid>,
    found: Option<Cid>,
    cid: Option<Cid>,
) -> Result<(), Error> {
    let is_removal = found.is_some() && cid.is_none();
    if !is_removal {
        expect_name(name)?;
    }
    if found == expected {
        return Ok(());
    }
    let name = name.to_owned();
    Err(ErrorKind::ReferenceConflict { name, found }.into())
}

/// Refuses what is not a name of a reference.
pub(crate) fn expect_name(name: &str) -> Result<(), Error> {
    if is_reference_name(name) {
        return Ok(());
    }
    let name = name.to_owned();
    Err(ErrorKind::ReferenceName { name }.into())
}

/// Hashes all of these as one batch; the first that does not match its CID is the error.
fn verify<'a>(pairs: impl Iterator<Item = (Cid, &'a [u8])>) -> Result<(), Error> {
    let (cids, messages): (Vec<Cid>, Vec<&[u8]>) = pairs.unzip();
    let mut digests = Vec::with_capacity(cids.len());
    Digester::default().digest_many(&messages, &mut digests);
    for (expected, actual) in cids.into_iter().zip(digests) {
        let actual = Cid::from_bytes(actual);
        if expected != actual {
            return Err(ErrorKind::Corrupt { expected, actual }.into());
        }
    }
    Ok(())
}

/// Every store is a source of verified blocks; one that is not there is
/// [`Missing`](ErrorKind::Missing).
impl<S: BlockStore + ?Sized> BlockSource for S {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let found = self.get_many(cids)?;
        cids.iter()
            .zip(found)
            .map(|(cid, bytes)| bytes.ok_or_else(|| ErrorKind::Missing { cid: *cid }.into()))
            .collect()
    }
}

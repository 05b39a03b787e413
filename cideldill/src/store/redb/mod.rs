//! Blocks on disk, in redb.

mod engine;

use std::path::Path;

use self::engine::RedbEngine;
use super::disk::{Disk, Recovered};
use crate::error::Error;

/// A [`BlockStore`](super::BlockStore) in a directory, built on redb (feature `redb`). One process at
/// a time has it open.
///
/// It keeps the same promises as `SledStore` and differs in cost: docs/benchmarks.md has a table.
///
/// ```
/// use cideldill::{Block, BlockStore, RedbStore};
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("orders.cid");
/// let block = Block::new(*b"\x10\xa1n\x90\xc0"); // the value ()
/// let store = RedbStore::open(&path)?;
/// store.put_many(&[block.clone()])?; // on the disk when this returns
/// drop(store);
/// let store = RedbStore::open(&path)?;
/// assert_eq!(store.get(&block.cid())?.as_ref(), Some(block.bytes()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Limits
///
/// Writers wait for the disk, which is synced once a batch; those that come while one writes share the
/// next sync. After a program was killed, opening reads the whole file once. redb does not check its
/// index when it reads: where a disk changes a bit in it a block may seem absent, until
/// [`fsck`](crate::housekeeping::fsck) finds it; bytes of blocks are always verified.
#[derive(Debug)]
pub struct RedbStore(Disk<RedbEngine>);

impl RedbStore {
    /// Opens the store in this directory; makes one if the directory is absent or empty.
    ///
    /// Never moves anything, and changes nothing in a directory that is not a store.
    ///
    /// # Errors
    /// - [`NotAStore`](crate::ErrorKind::NotAStore): a file, or a directory with something else in it.
    /// - [`Locked`](crate::ErrorKind::Locked): open elsewhere; the error says in which process.
    /// - [`NoSpace`](crate::ErrorKind::NoSpace): full, read-only or forbidden.
    /// - [`Unreadable`](crate::ErrorKind::Unreadable): damaged, or of another layout (a `SledStore`).
    ///   [`recover`](Self::recover) saves what is sound.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Disk::open(path.as_ref()).map(Self)
    }

    /// Makes a new store from what is sound in a damaged one, and moves the damaged one aside.
    ///
    /// Only in a directory that has our marker. Every block is verified; a block is saved if
    /// everything it links to is, too. The new store takes the old one's place, in the same
    /// directory, under a new [`Epoch`](crate::Epoch); the old one's files are moved to a directory
    /// beside it ([`Recovered::moved_to`]) and kept. If this is interrupted, call it again.
    ///
    /// Works on the bytes of redb's file without redb, so also where redb cannot open it. Reads
    /// everything once; needs memory for the links of all blocks and disk space for a second store.
    /// Blocks that were swept out may come back, until the next sweep.
    ///
    /// # Errors
    /// [`NotAStore`](crate::ErrorKind::NotAStore), [`Locked`](crate::ErrorKind::Locked) and
    /// [`NoSpace`](crate::ErrorKind::NoSpace) as for [`open`](Self::open);
    /// [`Unreadable`](crate::ErrorKind::Unreadable) if there is no data file to read. Nothing was
    /// moved then.
    pub fn recover(path: impl AsRef<Path>) -> Result<Recovered, Error> {
        Disk::<RedbEngine>::recover(path.as_ref())
    }
}

super::disk::delegate!(RedbStore);

//! Blocks on disk, in sled: the default store.
//!
//! What it adds to sled: a commit that survives a power cut ([`engine`]), and a copy of what sled may
//! destroy when it opens a damaged file ([`preimage`]).

mod engine;
mod preimage;

use std::path::Path;

use self::engine::SledEngine;
use super::disk::{Disk, Recovered};
use crate::error::Error;

/// A [`BlockStore`](super::BlockStore) in a directory, built on sled. One process at a time has it
/// open.
///
/// ```
/// use cideldill::{Block, BlockStore, SledStore};
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("orders.cid");
/// let block = Block::new(*b"\x10\xa1n\x90\xc0"); // the value ()
/// let store = SledStore::open(&path)?;
/// store.put_many(&[block.clone()])?; // on the disk when this returns
/// drop(store);
/// let store = SledStore::open(&path)?;
/// assert_eq!(store.get(&block.cid())?.as_ref(), Some(block.bytes()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Limits
///
/// Writers wait for the disk, which is synced once a batch and every 128 KiB; those that come while
/// one writes share the next sync. Put many blocks at a time, but not more than about 1,000: their
/// entries are one write however many they are, and sled survives a power cut surely only while what
/// is not synced is less than a segment of its log (512 KiB).
/// A program built with `panic = "abort"` ends where sled panics on a broken directory.
#[derive(Debug)]
pub struct SledStore(Disk<SledEngine>);

impl SledStore {
    /// Opens the store in this directory; makes one if the directory is absent or empty.
    ///
    /// Never moves anything, and changes nothing in a directory that is not a store.
    ///
    /// # Errors
    /// - [`NotAStore`](crate::ErrorKind::NotAStore): a file, or a directory with something else in it.
    /// - [`Locked`](crate::ErrorKind::Locked): open elsewhere; the error says in which process.
    /// - [`NoSpace`](crate::ErrorKind::NoSpace): full, read-only or forbidden.
    /// - [`Unreadable`](crate::ErrorKind::Unreadable): damaged, or of another layout.
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
    /// Works on the bytes of sled's file without sled, so also where sled cannot open it. Reads
    /// everything once; needs memory for the links of all blocks and disk space for a second store.
    /// Blocks that were swept out may come back, until the next sweep.
    ///
    /// # Errors
    /// [`NotAStore`](crate::ErrorKind::NotAStore), [`Locked`](crate::ErrorKind::Locked) and
    /// [`NoSpace`](crate::ErrorKind::NoSpace) as for [`open`](Self::open);
    /// [`Unreadable`](crate::ErrorKind::Unreadable) if there is no data file to read. Nothing was
    /// moved then.
    pub fn recover(path: impl AsRef<Path>) -> Result<Recovered, Error> {
        Disk::<SledEngine>::recover(path.as_ref())
    }
}

super::disk::delegate!(SledStore);

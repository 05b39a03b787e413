//! A store of values: what most programs use.
//!
//! Joins the two layers below: values are taken apart by the codec, and their blocks kept by a
//! [`BlockStore`].

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::block::Block;
use crate::cid::Cid;
use crate::codec::{Decoder, Profile, Sink};
use crate::differences::{Change, differences};
use crate::encoded::{decode_with, encode_into};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::store::{BlockStore, MemoryStore, PutReport};
use crate::value::Value;

/// New blocks are gathered up to so many bytes before any is written, so that a value that turns out
/// not to be recordable leaves nothing behind.
const GATHERED_BYTES: usize = 8 << 20;

/// A batch for the backend has at most so many blocks: sled survives a power cut in the middle of
/// one only while its log entries fit a segment.
const BATCH_BLOCKS: usize = 1000;

/// Keeps values under their content identifiers, each part once.
///
/// Cheap to clone; clones share the store.
///
/// ```
/// use cideldill::Store;
/// let store = Store::in_memory();
/// let words = vec!["to be", "or not", "to be"];
/// let cid = store.put(&words)?;
/// assert_eq!(store.load::<Vec<String>>(cid)?, words);
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone)]
pub struct Store {
    blocks: Arc<dyn BlockStore>,
}

/// What [`Store::put_reporting`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Put {
    /// The CID of the value.
    pub cid: Cid,
    /// The CID of its content, as of [`content_cid`](crate::content_cid).
    pub content: Cid,
    /// The value's blocks, each counted once, and those of them that are new.
    pub report: PutReport,
    /// Weak pointers to something that is not in the value: they will lead to nothing.
    pub weak_outside: u64,
}

/// What [`Store::load_reporting`] read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loaded<T> {
    /// The value.
    pub value: T,
    /// Weak pointers that lead to something in the value, but could not be made so: they stand in
    /// no cell and what they lead to was read after them, or the type has no field any more that
    /// keeps it.
    pub weak_lost: u64,
    /// Values that are copies: a pointer was recorded there that leads to the same as others, and
    /// the type has no pointer there any more.
    pub unshared: u64,
}

impl Store {
    /// Opens the store in a directory, of whatever kind it is, or makes one there if it is empty or
    /// absent (on sled, unless the feature is off).
    ///
    /// # Errors
    /// [`NotAStore`](crate::ErrorKind::NotAStore), [`Locked`](crate::ErrorKind::Locked),
    /// [`NoSpace`](crate::ErrorKind::NoSpace) or [`Unreadable`](crate::ErrorKind::Unreadable);
    /// nothing in the directory is moved or lost.
    #[cfg(any(feature = "sled", feature = "redb"))]
    pub fn open(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let blocks = crate::store::open(path.as_ref())?;
        Ok(Self { blocks })
    }

    /// Saves what is sound in the store in a directory, of whatever kind it is, and moves the damaged
    /// files aside: see `SledStore::recover` and `RedbStore::recover`.
    ///
    /// # Errors
    /// [`NotAStore`](crate::ErrorKind::NotAStore), [`Locked`](crate::ErrorKind::Locked),
    /// [`NoSpace`](crate::ErrorKind::NoSpace), [`Unreadable`](crate::ErrorKind::Unreadable) where
    /// nothing can be read. Nothing was moved then.
    #[cfg(any(feature = "sled", feature = "redb"))]
    pub fn recover(path: impl AsRef<std::path::Path>) -> Result<crate::Recovered, Error> {
        crate::store::recover(path.as_ref())
    }

    /// A store that ends with the program.
    pub fn in_memory() -> Self {
        Self::new(MemoryStore::new())
    }

    /// A store of values on any store of blocks.
    pub fn new(blocks: impl BlockStore + 'static) -> Self {
        Self {
            blocks: Arc::new(blocks),
        }
    }

    /// The store of blocks below: single blocks, statistics, named roots.
    pub fn blocks(&self) -> &(dyn BlockStore + 'static) {
        &*self.blocks
    }

    /// Keeps a value and returns its CID. Only blocks that are not there yet are written; they are
    /// durable on return.
    ///
    /// # Errors
    /// What in the value cannot be recorded, with the path to it, or what the store says. Then
    /// nothing is kept; of a value with more than 8 MiB of new blocks, or if writing fails, some
    /// blocks may be, without a root that leads to them.
    pub fn put<T: Reduce + ?Sized>(&self, value: &T) -> Result<Cid, Error> {
        self.put_reporting(value).map(|put| put.cid)
    }

    /// The same, and says how much was new.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn put_reporting<T: Reduce + ?Sized>(&self, value: &T) -> Result<Put, Error> {
        loop {
            let epoch = self.blocks.epoch();
            match self.put_once(value) {
                // A sweep took blocks that were there when this looked: put them again.
                Err(error)
                    if matches!(error.kind(), ErrorKind::Missing { .. })
                        && self.blocks.epoch() != epoch => {}
                outcome => return outcome,
            }
        }
    }

    fn put_once<T: Reduce + ?Sized>(&self, value: &T) -> Result<Put, Error> {
        let mut sink = StoreSink::new(&*self.blocks);
        let encoding = encode_into(value, Profile::STANDARD, &mut sink)?;
        sink.write()?;
        if sink.report.blocks == 0 && !self.blocks.contains(&encoding.root)? {
            // A dynamic value that is only a link has no block of its own to bring.
            return Err(ErrorKind::Missing { cid: encoding.root }.into());
        }
        Ok(Put {
            cid: encoding.root,
            content: encoding.content,
            report: sink.report,
            weak_outside: encoding.weak_outside,
        })
    }

    /// One block, if it is there.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) if its bytes do not match, or what the store says.
    pub fn get(&self, cid: Cid) -> Result<Option<Block>, Error> {
        let bytes = self.blocks.get(&cid)?;
        Ok(bytes.map(|bytes| Block::trusted(cid, bytes)))
    }

    /// Puts a value together again, within the default [`Limits`].
    ///
    /// # Errors
    /// A missing or corrupt block, data that is not a `T` with the path to what differs, or what the
    /// store says.
    pub fn load<T: Reconstruct>(&self, cid: Cid) -> Result<T, Error> {
        self.load_with(cid, Limits::default())
    }

    /// The same within other limits.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with<T: Reconstruct>(&self, cid: Cid, limits: Limits) -> Result<T, Error> {
        decode_with(cid, &*self.blocks, limits)
    }

    /// The same as [`load`](Self::load), and says what could not be restored.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_reporting<T: Reconstruct>(&self, cid: Cid) -> Result<Loaded<T>, Error> {
        Decoder::new(&*self.blocks, Limits::default()).root(cid)
    }

    /// A value without its Rust type, to print, look into and compare.
    ///
    /// ```
    /// use cideldill::Store;
    /// let store = Store::in_memory();
    /// let cid = store.put(&vec![("tea", 100), ("milk", 80)])?;
    /// let tree = store.value(cid)?;
    /// assert_eq!(tree.to_string(), "[(\"tea\", 100), (\"milk\", 80)]");
    /// assert_eq!(store.put(&tree)?, cid);
    /// # Ok::<(), cideldill::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn value(&self, cid: Cid) -> Result<Value, Error> {
        self.load(cid)
    }

    /// What changed from one value to another. Reads only blocks that differ.
    ///
    /// ```
    /// use cideldill::Store;
    /// let store = Store::in_memory();
    /// let before = store.put(&vec![1, 2, 3])?;
    /// let after = store.put(&vec![1, 5, 3])?;
    /// let changes = store.differences(before, after)?;
    /// assert_eq!(changes[0].to_string(), "[1]: 2 -> 5");
    /// # Ok::<(), cideldill::Error>(())
    /// ```
    ///
    /// # Errors
    /// A missing or corrupt block, or what the store says.
    pub fn differences(&self, old: Cid, new: Cid) -> Result<Vec<Change>, Error> {
        differences(old, new, &*self.blocks)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("stats", &self.blocks.stats())
            .finish_non_exhaustive()
    }
}

/// Gathers a value's new blocks into batches for the backend.
struct StoreSink<'s> {
    blocks: &'s dyn BlockStore,
    waiting: Vec<Block>,
    waiting_bytes: usize,
    /// The blocks met so far, by the first bytes of their CIDs: enough to count them.
    met: BTreeSet<[u8; 8]>,
    report: PutReport,
}

impl<'s> StoreSink<'s> {
    fn new(blocks: &'s dyn BlockStore) -> Self {
        Self {
            blocks,
            waiting: Vec::new(),
            waiting_bytes: 0,
            met: BTreeSet::new(),
            report: PutReport::default(),
        }
    }

    /// Hands the gathered blocks to the backend.
    fn write(&mut self) -> Result<(), Error> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        // Children come before parents, so each batch is closed under links.
        for batch in waiting.chunks(BATCH_BLOCKS) {
            let report = self.blocks.put_many(batch)?;
            self.report.new_blocks += report.new_blocks;
            self.report.new_bytes += report.new_bytes;
        }
        Ok(())
    }
}

impl Sink for StoreSink<'_> {
    fn discard(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.met.clear();
        self.report = PutReport::default();
    }

    fn accept(&mut self, blocks: &[(Cid, &[u8])]) -> Result<(), Error> {
        for (cid, bytes) in blocks {
            let name = cid.as_bytes().first_chunk().copied().unwrap_or_default();
            if self.met.insert(name) {
                self.report.blocks += 1;
                self.report.bytes += bytes.len() as u64;
            }
        }
        // Only what the backend lacks is copied.
        let cids: Vec<Cid> = blocks.iter().map(|(cid, _)| *cid).collect();
        let missing: BTreeSet<Cid> = self.blocks.missing(&cids)?.into_iter().collect();
        for (cid, bytes) in blocks {
            if missing.contains(cid) {
                self.waiting_bytes += bytes.len();
                self.waiting.push(Block::trusted(*cid, *bytes));
            }
        }
        if self.waiting_bytes >= GATHERED_BYTES {
            self.write()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_an_absent_block_is_no_value() {
        let text = "a text that is long enough to be cut ".repeat(40);
        let full = Store::in_memory();
        let cid = full.put(&vec![text]).unwrap();
        let part = Value::shallow(cid, full.blocks()).unwrap();
        assert_eq!(full.put(&part).unwrap(), cid);

        let empty = Store::in_memory();
        let refused = empty.put(&part).unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Missing { .. }));
        assert_eq!(empty.blocks().stats().blocks, 0);
    }

    #[test]
    fn a_value_that_is_only_a_link_is_what_it_leads_to() {
        let full = Store::in_memory();
        let cid = full.put(&vec!["text".repeat(400)]).unwrap();
        let list = Value::shallow(cid, full.blocks()).unwrap();
        let link = list.at_str("[0]").unwrap().unwrap();
        assert!(matches!(link, Value::Link(_)), "{link}");
        let put = full.put_reporting(link).unwrap();
        assert_eq!(put.cid, full.put(&"text".repeat(400)).unwrap());
        assert_eq!(put.report.blocks, 0);

        let refused = Store::in_memory().put(link).unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == put.cid));
    }

    #[test]
    fn a_value_that_cannot_be_recorded_leaves_nothing_behind() {
        let held = std::cell::RefCell::new(1);
        let guard = held.borrow_mut();
        let store = Store::in_memory();
        let values = (vec!["long enough to be cut ".repeat(100); 10], &held);
        let refused = store.put(&values).unwrap_err();
        drop(guard);
        assert!(matches!(refused.kind(), ErrorKind::InUse { .. }));
        assert_eq!(refused.path().to_string(), ".1");
        assert_eq!(store.blocks().stats().blocks, 0);
    }
}

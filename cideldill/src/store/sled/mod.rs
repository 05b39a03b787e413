//! Blocks on disk, in sled.
//!
//! [`SledStore`] is the default store. What it adds to sled: a commit that survives a power cut
//! (`engine`), a directory that is never taken for something it is not (`place`), records that say
//! by themselves what they are (`record`), and a way to save what is sound in a store that sled
//! cannot read any more (`recover`).

mod engine;
mod place;
mod record;
mod recover;
mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

pub use recover::Recovered;

use self::engine::{Engine, FILE, Failure};
use self::place::{Place, Progress, SLED};
use self::record::{Head, LONGEST_NAME, Piece, Reference, State};
use super::batch::{self, Batch};
use super::{BlockStore, Epoch, Metadata, PutReport, Stats};
use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};

/// Room that a write leaves on the disk beside twice its own bytes, so that the store can still be
/// opened when the disk is full: opening writes a little.
const SPACE_TO_LEAVE: u64 = 2 << 20;

/// A [`BlockStore`] in a directory, built on sled. One process at a time has it open.
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
/// Writers wait for each other, and each batch for one sync of the disk: put many blocks at a time.
/// After a write that failed half way (a disk that breaks) the store only reads; open it again to
/// write. A program built with `panic = "abort"` ends where sled panics on a broken directory.
#[derive(Debug)]
pub struct SledStore {
    // Before the place, so that sled lets go of its files before the lock is.
    engine: Engine,
    epoch: Epoch,
    writer: Mutex<Writer>,
    published: RwLock<Published>,
    place: Arc<Place>,
}

/// What only the one who writes may touch.
#[derive(Debug)]
struct Writer {
    sequence: u64,
    has_failed: bool,
}

/// What readers see, changed after each commit.
#[derive(Debug)]
struct Published {
    stats: Stats,
    refs: BTreeMap<String, Cid>,
    /// Blocks of a batch that failed: sled may hold them in memory, but they are not on the disk.
    hidden: BTreeSet<Cid>,
}

impl SledStore {
    /// Opens the store in this directory; makes one if the directory is absent or empty.
    ///
    /// Never moves anything, and changes nothing in a directory that is not a store.
    ///
    /// # Errors
    /// - [`ErrorKind::NotAStore`]: a file, or a directory with something else in it.
    /// - [`ErrorKind::Locked`]: open elsewhere; the error says in which process.
    /// - [`ErrorKind::NoSpace`]: full, read-only or forbidden.
    /// - [`ErrorKind::Unreadable`]: damaged, or of another layout. [`recover`](Self::recover) saves
    ///   what is sound.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let (mut place, progress) = Place::open(path.as_ref())?;
        let directory = place.sled();
        if progress == Progress::Making {
            place::remove_unfinished(&place, SLED)?;
        } else if !directory.join(FILE).is_file() {
            return Err(place.unreadable("its data file is gone"));
        }
        let held = place.held();
        let store = Self::start(Arc::new(place), &directory, progress)?;
        if let Some((epoch, stats)) = held
            && epoch == store.epoch
            && (store.stats().blocks < stats.blocks || store.stats().bytes < stats.bytes)
        {
            let reason = format!(
                "it held {} blocks and now holds {}",
                stats.blocks,
                store.stats().blocks
            );
            return Err(store.place.unreadable(reason));
        }
        if progress == Progress::Making {
            store.place.mark(Progress::Ready)?;
        }
        store.place.sign(store.epoch, store.stats())?;
        Ok(store)
    }

    /// Opens sled in this directory, and makes or reads the store's own records in it.
    fn start(place: Arc<Place>, directory: &Path, progress: Progress) -> Result<Self, Error> {
        let engine = Engine::open(directory).map_err(|failure| opening(&place, failure))?;
        let state = if progress == Progress::Making {
            let state = State {
                epoch: Epoch::random(),
                stats: Stats::default(),
                sequence: 0,
            };
            let mut batch = ::sled::Batch::default();
            batch.insert(record::STATE_KEY, state.write());
            engine
                .commit(batch)
                .map_err(|failure| opening(&place, failure))?;
            state
        } else {
            let state = engine.get(record::STATE_KEY);
            let state = state.map_err(|failure| opening(&place, failure))?;
            let state = state.and_then(|state| State::read(&state));
            state.ok_or_else(|| place.unreadable("its state record is missing or damaged"))?
        };
        // sled made and renamed files without syncing the directories they are in.
        place.sync()?;
        let mut refs = BTreeMap::new();
        for record in engine.scan(record::REF_KEYS) {
            let (_, value) = record.map_err(|failure| opening(&place, failure))?;
            let reference = Reference::read(&value)
                .ok_or_else(|| place.unreadable("the record of a reference is damaged"))?;
            if let Some(cid) = reference.cid {
                refs.insert(reference.name, cid);
            }
        }
        Ok(Self {
            engine,
            epoch: state.epoch,
            writer: Mutex::new(Writer {
                sequence: state.sequence,
                has_failed: false,
            }),
            published: RwLock::new(Published {
                stats: state.stats,
                refs,
                hidden: BTreeSet::new(),
            }),
            place,
        })
    }

    /// Makes a new store from what is sound in a damaged one, and moves the damaged one aside.
    ///
    /// Only in a directory that has our marker. Every block is verified; a block is saved if
    /// everything it links to is, too. The new store takes the old one's place, in the same
    /// directory, under a new [`Epoch`]; the old one's files are moved to a directory beside it
    /// ([`Recovered::moved_to`]) and kept. If this is interrupted, call it again.
    ///
    /// Works on the bytes of sled's file without sled, so also where sled cannot open it. Reads
    /// everything once; needs memory for the links of all blocks and disk space for a second store.
    ///
    /// # Errors
    /// [`ErrorKind::NotAStore`], [`ErrorKind::Locked`] and [`ErrorKind::NoSpace`] as for
    /// [`open`](Self::open); [`ErrorKind::Unreadable`] if there is no data file to read. Nothing was
    /// moved then.
    pub fn recover(path: impl AsRef<Path>) -> Result<Recovered, Error> {
        recover::recover(path.as_ref())
    }

    // What the locks hold is changed only after a commit and in steps that cannot panic, so what a
    // poisoned lock holds is whole.
    fn write(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn published(&self) -> RwLockReadGuard<'_, Published> {
        self.published
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self) -> RwLockWriteGuard<'_, Published> {
        self.published
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn is_hidden(&self, cid: &Cid) -> bool {
        self.published().hidden.contains(cid)
    }

    fn failed(&self, action: &'static str, failure: Failure) -> Error {
        match failure {
            Failure::Io(error) => match place::space_error(self.place.path(), &error) {
                Some(kind) => Error::new(kind).with_source(error),
                None => Error::new(ErrorKind::Backend { action }).with_source(error),
            },
            failure => Error::new(ErrorKind::Backend { action }).with_source(failure),
        }
    }

    fn is_there(&self, cid: &Cid) -> Result<bool, Error> {
        let is_there = self.engine.contains(&record::block_key(cid));
        Ok(
            is_there.map_err(|failure| self.failed("look up a block", failure))?
                && !self.is_hidden(cid),
        )
    }

    fn head(&self, cid: &Cid) -> Result<Option<::sled::IVec>, Error> {
        if self.is_hidden(cid) {
            return Ok(None);
        }
        let head = self.engine.get(&record::block_key(cid));
        head.map_err(|failure| self.failed("read a block", failure))
    }

    /// The bytes under a CID. Records that make no sense give bytes that do not match the CID.
    fn read(&self, cid: &Cid) -> Result<Option<Arc<[u8]>>, Error> {
        let Some(record) = self.head(cid)? else {
            return Ok(None);
        };
        let Some(head) = Head::read(&record) else {
            return Ok(Some(Arc::from(&*record)));
        };
        let more = head.more().unwrap_or(0);
        if more == 0 {
            return Ok(Some(Arc::from(head.piece)));
        }
        let mut bytes = head.piece.to_vec();
        for number in 0..more {
            let record = self.engine.get(&record::piece_key(cid, number));
            let record = record.map_err(|failure| self.failed("read a block", failure))?;
            let Some(record) = record else { break };
            let Some(piece) = Piece::read(&record) else {
                break;
            };
            bytes.extend_from_slice(piece.bytes);
        }
        Ok(Some(bytes.into()))
    }

    /// Commits these records, the store's state with them.
    fn commit(
        &self,
        writer: &mut Writer,
        mut batch: ::sled::Batch,
        state: State,
        bytes: u64,
    ) -> Result<(), Error> {
        if writer.has_failed {
            let action = "write: an earlier write failed, open the store again";
            return Err(ErrorKind::Backend { action }.into());
        }
        let needed = bytes.saturating_mul(2).saturating_add(SPACE_TO_LEAVE);
        if self.place.space_left()? < needed {
            return Err(place::no_space(self.place.path()));
        }
        batch.insert(record::STATE_KEY, state.write());
        self.engine.commit(batch).map_err(|failure| {
            writer.has_failed = true;
            self.failed("write", failure)
        })
    }

    /// As [`put_many`](BlockStore::put_many), with the time each block is said to have come.
    fn put_at(
        &self,
        blocks: &[Block],
        stored_at: impl Fn(&Cid) -> SystemTime,
    ) -> Result<PutReport, Error> {
        let mut writer = self.write();
        let batch = Batch::check(blocks, |cid| self.is_there(cid))?;
        if batch.new.is_empty() {
            return Ok(batch.report);
        }
        let mut records = ::sled::Batch::default();
        for block in &batch.new {
            let at = stored_at(&block.cid()).duration_since(SystemTime::UNIX_EPOCH);
            let ms = u64::try_from(at.unwrap_or_default().as_millis()).unwrap_or(u64::MAX);
            for (key, value) in record::block_records(&block.cid(), block.bytes(), ms) {
                records.insert(key, value);
            }
        }
        let mut after = self.stats();
        after.blocks += batch.report.new_blocks;
        after.bytes += batch.report.new_bytes;
        let state = State {
            epoch: self.epoch,
            stats: after,
            sequence: writer.sequence,
        };
        let had_failed = writer.has_failed;
        let done = self.commit(&mut writer, records, state, batch.report.new_bytes);
        let mut published = self.publish();
        match done {
            Ok(()) => {
                published.stats = after;
                Ok(batch.report)
            }
            Err(error) => {
                if writer.has_failed && !had_failed {
                    let new = batch.new.iter().map(|block| block.cid());
                    published.hidden.extend(new);
                }
                Err(error)
            }
        }
    }
}

/// The error for a store that sled does not open.
fn opening(place: &Place, failure: Failure) -> Error {
    match failure {
        Failure::Io(error) => place.error(error),
        Failure::Locked => place::locked(place.path(), "a program that uses sled directly"),
        failure => place.unreadable(failure.to_string()).with_source(failure),
    }
}

impl BlockStore for SledStore {
    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        cids.iter().map(|cid| self.read(cid)).collect()
    }

    fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        batch::missing(cids, |cid| self.is_there(cid))
    }

    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error> {
        let now = SystemTime::now();
        self.put_at(blocks, |_| now)
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_> {
        let mut records = self.engine.scan(record::BLOCK_KEYS);
        let mut has_ended = false;
        Box::new(std::iter::from_fn(move || {
            while !has_ended {
                match records.next()? {
                    Err(failure) => {
                        has_ended = true;
                        return Some(Err(self.failed("list the blocks", failure)));
                    }
                    Ok((key, _)) => match record::cid_of_key(&key) {
                        Some(cid) if !self.is_hidden(&cid) => return Some(Ok(cid)),
                        _ => {}
                    },
                }
            }
            None
        }))
    }

    fn metadata(&self, cid: &Cid) -> Result<Option<Metadata>, Error> {
        let Some(record) = self.head(cid)? else {
            return Ok(None);
        };
        match Head::read(&record) {
            Some(head) => Ok(Some(Metadata {
                bytes: head.len,
                stored_at: head.stored_at,
            })),
            // A record that makes no sense: reading the block says how it is corrupt.
            None => self.get(cid).map(|_| None),
        }
    }

    fn stats(&self) -> Stats {
        self.published().stats
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// # Errors
    /// Also [`ErrorKind::TooLarge`] for a name of more than 4,096 bytes.
    fn set_ref(&self, name: &str, cid: Option<Cid>) -> Result<(), Error> {
        if name.len() > LONGEST_NAME {
            let what = "the name of a reference";
            return Err(ErrorKind::TooLarge { what }.into());
        }
        let mut writer = self.write();
        if let Some(cid) = cid
            && !self.is_there(&cid)?
        {
            return Err(ErrorKind::Missing { cid }.into());
        }
        let sequence = writer.sequence + 1;
        let mut batch = ::sled::Batch::default();
        let record = record::ref_record(sequence, name, cid);
        let bytes = record.len() as u64;
        batch.insert(record::ref_key(name), record);
        let state = State {
            epoch: self.epoch,
            stats: self.stats(),
            sequence,
        };
        self.commit(&mut writer, batch, state, bytes)?;
        writer.sequence = sequence;
        let mut published = self.publish();
        match cid {
            Some(cid) => published.refs.insert(name.to_owned(), cid),
            None => published.refs.remove(name),
        };
        Ok(())
    }

    fn get_ref(&self, name: &str) -> Result<Option<Cid>, Error> {
        Ok(self.published().refs.get(name).copied())
    }

    fn refs(&self) -> Result<BTreeMap<String, Cid>, Error> {
        Ok(self.published().refs.clone())
    }

    fn flush(&self) -> Result<(), Error> {
        let _writer = self.write();
        let flushed = self.engine.flush();
        flushed.map_err(|failure| self.failed("flush", failure))
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        // Only a check for the next opening: without it the store is as good.
        let _ = self.place.sign(self.epoch, self.stats());
    }
}

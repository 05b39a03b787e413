//! Blocks on disk, in sled.
//!
//! [`SledStore`] is the default store. What it adds to sled: a commit that survives a power cut
//! (`engine`), a directory that is never taken for something it is not (`place`), records that say
//! by themselves what they are (`record`), and a way to save what is sound in a store that sled
//! cannot read any more (`recover`).

mod engine;
mod place;
mod preimage;
mod record;
mod recover;
mod scan;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

pub use recover::Recovered;

use self::engine::{Engine, FILE, Failure};
use self::place::{Place, Progress, SLED};
use self::record::{Entry, Head, LONGEST_NAME, Piece, Reference, State};
use super::batch::{self, Batch};
use super::{BlockStore, Epoch, Metadata, PutReport, Stats};
use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};

/// Room that a write leaves on the disk beside twice its own bytes, so that the store can still be
/// opened when the disk is full: opening writes a little.
const SPACE_TO_LEAVE: u64 = 2 << 20;

/// How many bytes are handed to sled between two syncs.
///
/// sled takes a part of its log for stable when it was written, before it is synced, and says so in
/// the header of a later segment. If a power cut keeps that header and loses an earlier segment, sled
/// takes its whole log for torn: everything is lost, not only the batch. Seen in 4 of 28 simulated
/// power cuts while 5 MB were written without a sync; never with syncs so close that what is not
/// synced is less than a segment. It also bounds memory: sled copies a page for each record and frees
/// the copies when the batch ends.
const BYTES_PER_SYNC: usize = 128 << 10;

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
/// Writers wait for each other and for the disk, which is synced once a batch and every 128 KiB: put
/// many blocks at a time, but not more than about 1,000. Their entries are one write however many they
/// are, and sled survives a power cut surely only while what is not synced is less than a segment of
/// its log (512 KiB).
/// A program built with `panic = "abort"` ends where sled panics on a broken directory.
#[derive(Debug)]
pub struct SledStore {
    /// `None` after a write that failed, until sled can be opened again.
    ///
    /// Before the place, so that sled lets go of its files before the lock is.
    engine: RwLock<Option<Engine>>,
    directory: PathBuf,
    epoch: Epoch,
    writer: Mutex<Writer>,
    published: RwLock<Published>,
    /// Whether the store was found to hold what it must, so that closing it may say what it holds.
    is_whole: bool,
    place: Arc<Place>,
}

/// What only the one who writes may touch; also what makes the presence check, the statistics and the
/// commit one critical section.
#[derive(Debug)]
struct Writer {
    sequence: u64,
}

/// What readers see, changed after each commit.
#[derive(Debug)]
struct Published {
    stats: Stats,
    refs: BTreeMap<String, Cid>,
}

/// How many blocks [`BlockStore::iter`] looks at each time it asks sled.
const RECORDS_PER_PAGE: usize = 256;

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
        if progress == Progress::Ready {
            preimage::keep(&place, SPACE_TO_LEAVE).map_err(|error| place.error(error))?;
        }
        let mut store = Self::start(Arc::new(place), directory, progress)?;
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
        preimage::forget(&store.place).map_err(|error| store.place.error(error))?;
        if progress == Progress::Making {
            store.place.mark(Progress::Ready)?;
        }
        store.place.sign(store.epoch, store.stats())?;
        store.is_whole = true;
        Ok(store)
    }

    /// Opens sled in this directory, and makes or reads the store's own records in it.
    fn start(place: Arc<Place>, directory: PathBuf, progress: Progress) -> Result<Self, Error> {
        let engine = Engine::open(&directory).map_err(|failure| opening(&place, failure))?;
        if progress == Progress::Making {
            let state = State {
                epoch: Epoch::random(),
                stats: Stats::default(),
                sequence: 0,
            };
            let mut batch = ::sled::Batch::default();
            batch.insert(record::STATE_KEY, state.write());
            let made = engine.commit(batch);
            made.map_err(|failure| opening(&place, failure))?;
        }
        let (state, refs) = load(&place, &engine)?;
        Ok(Self {
            engine: RwLock::new(Some(engine)),
            directory,
            epoch: state.epoch,
            writer: Mutex::new(Writer {
                sequence: state.sequence,
            }),
            published: RwLock::new(Published {
                stats: state.stats,
                refs,
            }),
            is_whole: false,
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

    /// Asks sled.
    fn ask<T>(
        &self,
        action: &'static str,
        question: impl FnOnce(&Engine) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let answer = engine.as_ref().ok_or(Failure::Closed).and_then(question);
        answer.map_err(|failure| self.failed(action, failure))
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

    /// After a write that failed sled has in memory what is not on the disk, and does not write any
    /// more. Opens it again, so that readers see what is on the disk: the store as it was before the
    /// batch, or, if only the last sync failed, after it.
    fn reopen(&self, writer: &mut Writer) -> Result<(), Error> {
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        *engine = None;
        let opened =
            Engine::open(&self.directory).map_err(|failure| opening(&self.place, failure))?;
        let (state, refs) = load(&self.place, &opened)?;
        *engine = Some(opened);
        writer.sequence = state.sequence;
        let mut published = self.publish();
        published.stats = state.stats;
        published.refs = refs;
        Ok(())
    }

    fn is_there(&self, cid: &Cid) -> Result<bool, Error> {
        self.ask("look up a block", |sled| {
            sled.contains(&record::entry_key(cid))
        })
    }

    /// The bytes under a CID. Records that make no sense give bytes that do not match the CID.
    fn read(&self, cid: &Cid) -> Result<Option<Arc<[u8]>>, Error> {
        self.ask("read a block", |sled| {
            let Some(entry) = sled.get(&record::entry_key(cid))? else {
                return Ok(None);
            };
            let first = Entry::read(&entry).map(|entry| entry.first);
            let record = match first {
                Some(first) => sled.get(&record::bytes_key(first))?,
                None => None,
            };
            let record = record.unwrap_or_default();
            let Some(head) = Head::read(&record) else {
                return Ok(Some(Arc::from(&*record)));
            };
            let more = head.more().unwrap_or(0);
            if more == 0 {
                return Ok(Some(Arc::from(head.piece)));
            }
            let mut bytes = head.piece.to_vec();
            for number in 1..=u64::from(more) {
                let number = first.and_then(|first| first.checked_add(number));
                let record = match number {
                    Some(number) => sled.get(&record::bytes_key(number))?,
                    None => None,
                };
                let record = record.unwrap_or_default();
                let Some(piece) = Piece::read(&record) else {
                    break;
                };
                bytes.extend_from_slice(piece.bytes);
            }
            Ok(Some(bytes.into()))
        })
    }

    /// The right to write, if sled is open or can be opened again.
    fn ready(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        let mut writer = self.write();
        if self.ask("write", |_| Ok(())).is_err() {
            self.reopen(&mut writer)?;
        }
        Ok(writer)
    }

    /// Refuses to start a write that the disk has no room for.
    fn expect_room(&self, bytes: u64) -> Result<(), Error> {
        let needed = bytes.saturating_mul(2).saturating_add(SPACE_TO_LEAVE);
        if self.place.space_left()? < needed {
            return Err(place::no_space(self.place.path()));
        }
        Ok(())
    }

    /// Commits these records.
    fn commit(&self, writer: &mut Writer, batch: ::sled::Batch) -> Result<(), Error> {
        let written = self.ask("write", |sled| sled.commit(batch));
        if written.is_err() {
            // If this fails, too, the next write tries it again.
            let _ = self.reopen(writer);
        }
        written
    }

    /// As [`put_many`](BlockStore::put_many), with the time each block is said to have come.
    ///
    /// Bytes go first, a few at a time, each part synced ([`BYTES_PER_SYNC`]). Without their entries
    /// nobody sees them; the entries and the state come last, in one batch. If it comes to nothing,
    /// the next write uses the same numbers.
    fn put_at(
        &self,
        blocks: &[Block],
        stored_at: impl Fn(&Cid) -> SystemTime,
    ) -> Result<PutReport, Error> {
        let mut writer = self.ready()?;
        let Batch { new, report, .. } = Batch::check(blocks, |cid| self.is_there(cid))?;
        if new.is_empty() {
            return Ok(report);
        }
        self.expect_room(report.new_bytes)?;
        let mut sequence = writer.sequence;
        let mut entries = Vec::with_capacity(new.len());
        let mut records = ::sled::Batch::default();
        let mut waiting = 0;
        for block in &new {
            let at = stored_at(&block.cid()).duration_since(SystemTime::UNIX_EPOCH);
            let ms = u64::try_from(at.unwrap_or_default().as_millis()).unwrap_or(u64::MAX);
            let cid = block.cid();
            let (entry, pieces) = record::block_records(&cid, block.bytes(), ms, sequence);
            entries.push(entry);
            sequence += record::pieces(block.bytes());
            for (key, value) in pieces {
                waiting += value.len();
                records.insert(key, value);
                if waiting >= BYTES_PER_SYNC {
                    waiting = 0;
                    let records = std::mem::take(&mut records);
                    self.commit(&mut writer, records)?;
                }
            }
        }
        for (key, value) in entries {
            records.insert(key, value);
        }
        let mut after = self.stats();
        after.blocks += report.new_blocks;
        after.bytes += report.new_bytes;
        let state = State {
            epoch: self.epoch,
            stats: after,
            sequence,
        };
        records.insert(record::STATE_KEY, state.write());
        self.commit(&mut writer, records)?;
        writer.sequence = sequence;
        self.publish().stats = after;
        Ok(report)
    }
}

/// Syncs what opening has changed, and reads the store's own records.
fn load(place: &Place, engine: &Engine) -> Result<(State, BTreeMap<String, Cid>), Error> {
    let failed = |failure| opening(place, failure);
    // sled made and renamed files without syncing the directories they are in.
    place.sync()?;
    let state = engine.get(record::STATE_KEY).map_err(failed)?;
    let state = state.and_then(|state| State::read(&state));
    let state = state.ok_or_else(|| place.unreadable("its state record is missing or damaged"))?;
    let mut refs = BTreeMap::new();
    let records = engine.page(record::REF_KEYS, record::REF_KEYS, usize::MAX);
    let mut records = records.map_err(failed)?;
    // The range is open below, and a name may be empty.
    if let Some(value) = engine.get(record::REF_KEYS).map_err(failed)? {
        records.push((record::REF_KEYS.into(), value));
    }
    for (_, value) in records {
        let reference = Reference::read(&value)
            .ok_or_else(|| place.unreadable("the record of a reference is damaged"))?;
        if let Some(cid) = reference.cid {
            refs.insert(reference.name, cid);
        }
    }
    Ok((state, refs))
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
        let mut after = record::ENTRY_KEYS.to_vec();
        let mut has_ended = false;
        let pages = std::iter::from_fn(move || {
            if has_ended {
                return None;
            }
            let page = self.ask("list the blocks", |sled| {
                sled.page(record::ENTRY_KEYS, &after, RECORDS_PER_PAGE)
            });
            has_ended = match &page {
                Ok(records) => records.len() < RECORDS_PER_PAGE,
                Err(_) => true,
            };
            if let Ok([.., (last, _)]) = page.as_deref() {
                after = last.to_vec();
            }
            Some(page)
        });
        Box::new(pages.flat_map(|page| {
            let (records, error) = match page {
                Ok(records) => (records, None),
                Err(error) => (Vec::new(), Some(error)),
            };
            let cids = records
                .into_iter()
                .filter_map(|(key, _)| record::cid_of_key(&key));
            cids.map(Ok).chain(error.map(Err))
        }))
    }

    fn metadata(&self, cid: &Cid) -> Result<Option<Metadata>, Error> {
        let entry = self.ask("look up a block", |sled| sled.get(&record::entry_key(cid)))?;
        entry
            .map(|entry| {
                let damaged = || self.place.unreadable("the entry of a block is damaged");
                let entry = Entry::read(&entry).ok_or_else(damaged)?;
                Ok(Metadata {
                    bytes: entry.len,
                    stored_at: entry.stored_at,
                })
            })
            .transpose()
    }

    fn stats(&self) -> Stats {
        self.published().stats
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// # Errors
    /// Also [`ErrorKind::TooLarge`] for a name of more than 255 bytes.
    fn set_ref(&self, name: &str, cid: Option<Cid>) -> Result<(), Error> {
        if name.len() > LONGEST_NAME {
            let what = "the name of a reference";
            return Err(ErrorKind::TooLarge { what }.into());
        }
        let mut writer = self.ready()?;
        if let Some(cid) = cid
            && !self.is_there(&cid)?
        {
            return Err(ErrorKind::Missing { cid }.into());
        }
        let sequence = writer.sequence + 1;
        let mut batch = ::sled::Batch::default();
        let record = record::ref_record(writer.sequence, name, cid);
        self.expect_room(record.len() as u64)?;
        batch.insert(record::ref_key(name), record);
        let state = State {
            epoch: self.epoch,
            stats: self.stats(),
            sequence,
        };
        batch.insert(record::STATE_KEY, state.write());
        self.commit(&mut writer, batch)?;
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
        let _writer = self.ready()?;
        self.ask("flush", Engine::flush)
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        if self.is_whole {
            // Only a check for the next opening: without it the store is as good.
            let _ = self.place.sign(self.epoch, self.stats());
        }
    }
}

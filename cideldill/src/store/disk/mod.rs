//! Blocks on disk, in an ordered map ([`engine`]).
//!
//! What all stores on disk share: a directory that is never taken for something it is not
//! ([`place`]), records that say by themselves what they are ([`record`], [`bytes`]), questions
//! ([`ask`]), commits that many writers
//! share ([`put`]), sweeping ([`sweep`]), and a way to save what is sound in a store that its engine
//! cannot read any more ([`recover`], [`scan`]).

mod ask;
mod bytes;
pub(super) mod engine;
pub(super) mod place;
mod put;
mod record;
mod recover;
mod scan;
mod sweep;
#[cfg(test)]
mod tests;
mod unsettled;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use recover::Recovered;

use self::engine::{Changes, Engine, Failure, Records as _};
use self::place::{Place, Progress};
use self::put::Queue;
use self::record::{Reference, State};
use self::unsettled::Unsettled;
use super::watch::Watch;
use super::{Epoch, Stats, expect_ref};
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};

/// Room that a write leaves on the disk beside twice its own bytes, so that the store can still be
/// opened when the disk is full: opening writes a little.
const SPACE_TO_LEAVE: u64 = 2 << 20;

/// A store in a directory. One process at a time has it open.
#[derive(Debug)]
pub(super) struct Disk<E: Engine> {
    /// `None` after a write that failed, until the engine can be opened again.
    ///
    /// Before the place, so that the engine lets go of its files before the lock is.
    engine: RwLock<Option<E>>,
    directory: PathBuf,
    writer: Mutex<Writer>,
    /// Batches that wait for the writer.
    queue: Queue,
    published: RwLock<Published>,
    /// What a sweep must leave.
    watch: Watch,
    /// What is being added or taken out.
    unsettled: Unsettled,
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
    epoch: Epoch,
    stats: Stats,
    refs: BTreeMap<String, Cid>,
}

impl<E: Engine> Disk<E> {
    /// Opens the store in this directory; makes one if the directory is absent or empty.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let (mut place, progress) = Place::open(path, E::LAYOUT)?;
        let directory = place.data();
        if progress == Progress::Making {
            place::remove_unfinished(&place, E::LAYOUT.directory)?;
        } else if !directory.join(E::LAYOUT.file).is_file() {
            return Err(place.unreadable("its data file is gone"));
        }
        let held = place.held();
        if progress == Progress::Ready {
            E::before_open(&place, SPACE_TO_LEAVE)?;
        }
        let mut store = Self::start(Arc::new(place), directory, progress)?;
        if let Some((epoch, stats)) = held
            && epoch == store.epoch()
            && (store.stats().blocks < stats.blocks || store.stats().bytes < stats.bytes)
        {
            let reason = format!(
                "it held {} blocks and now holds {}",
                stats.blocks,
                store.stats().blocks
            );
            return Err(store.place.unreadable(reason));
        }
        E::after_open(&store.place)?;
        if progress == Progress::Making {
            store.place.mark(Progress::Ready)?;
        }
        store.place.sign(store.epoch(), store.stats())?;
        store.is_whole = true;
        Ok(store)
    }

    /// Opens the engine in this directory, and makes or reads the store's own records in it.
    fn start(place: Arc<Place>, directory: PathBuf, progress: Progress) -> Result<Self, Error> {
        let engine = E::open(&directory).map_err(|failure| opening(&place, failure))?;
        if progress == Progress::Making {
            let state = State {
                epoch: Epoch::random(),
                stats: Stats::default(),
                sequence: 0,
            };
            let mut changes = Changes::default();
            changes.insert(record::STATE_KEY, state.write());
            let made = engine.commit(&changes);
            made.map_err(|failure| opening(&place, failure))?;
        }
        let (state, refs) = load(&place, &engine)?;
        Ok(Self {
            engine: RwLock::new(Some(engine)),
            directory,
            writer: Mutex::new(Writer {
                sequence: state.sequence,
            }),
            queue: Queue::default(),
            published: RwLock::new(Published {
                epoch: state.epoch,
                stats: state.stats,
                refs,
            }),
            watch: Watch::default(),
            unsettled: Unsettled::default(),
            is_whole: false,
            place,
        })
    }

    /// Makes a new store from what is sound in a damaged one, and moves the damaged one aside.
    pub(super) fn recover(path: &Path) -> Result<Recovered, Error> {
        recover::recover::<E>(path)
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

    /// Asks the engine.
    fn ask<T>(
        &self,
        action: &'static str,
        question: impl FnOnce(&E) -> Result<T, Failure>,
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

    /// After a write that failed the engine has in memory what is not on the disk, and does not write
    /// any more. Opens it again, so that readers see what is on the disk: the store as it was before
    /// the batch, or, if only the last sync failed, after it.
    fn reopen(&self, writer: &mut Writer) -> Result<(), Error> {
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        *engine = None;
        let opened = E::open(&self.directory).map_err(|failure| opening(&self.place, failure))?;
        let (state, refs) = load(&self.place, &opened)?;
        *engine = Some(opened);
        writer.sequence = state.sequence;
        let mut published = self.publish();
        published.epoch = state.epoch;
        published.stats = state.stats;
        published.refs = refs;
        Ok(())
    }

    /// The right to write, if the engine is open or can be opened again.
    fn ready(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        let mut writer = self.write();
        self.make_ready(&mut writer)?;
        Ok(writer)
    }

    fn make_ready(&self, writer: &mut Writer) -> Result<(), Error> {
        if self.ask("write", |_| Ok(())).is_err() {
            self.reopen(writer)?;
        }
        Ok(())
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
    fn commit(&self, writer: &mut Writer, changes: &Changes) -> Result<(), Error> {
        let written = self.ask("write", |engine| engine.commit(changes));
        if written.is_err() {
            // If this fails, too, the next write tries it again.
            let _ = self.reopen(writer);
        }
        written
    }

    pub(super) fn compare_and_set_ref(
        &self,
        name: &str,
        expected: Option<Cid>,
        cid: Option<Cid>,
    ) -> Result<(), Error> {
        let mut writer = self.ready()?;
        expect_ref(name, expected, self.get_ref(name), cid)?;
        if let Some(cid) = cid {
            if !self.look_up(&[cid])?.is_empty() {
                return Err(ErrorKind::Missing { cid }.into());
            }
            self.watch.note([cid]);
        }
        self.commit_ref(&mut writer, name, cid)
    }

    /// Takes over a reference that another store held, whatever its name. The block must be there.
    pub(super) fn keep_ref(&self, name: &str, cid: Cid) -> Result<(), Error> {
        let mut writer = self.ready()?;
        self.commit_ref(&mut writer, name, Some(cid))
    }

    fn commit_ref(&self, writer: &mut Writer, name: &str, cid: Option<Cid>) -> Result<(), Error> {
        let sequence = writer.sequence + 1;
        let mut changes = Changes::default();
        let record = record::ref_record(writer.sequence, name, cid);
        self.expect_room(record.len() as u64)?;
        changes.insert(record::ref_key(name), record);
        let state = State {
            epoch: self.epoch(),
            stats: self.stats(),
            sequence,
        };
        changes.insert(record::STATE_KEY, state.write());
        self.commit(writer, &changes)?;
        writer.sequence = sequence;
        let mut published = self.publish();
        match cid {
            Some(cid) => published.refs.insert(name.to_owned(), cid),
            None => published.refs.remove(name),
        };
        Ok(())
    }

    pub(super) fn get_ref(&self, name: &str) -> Option<Cid> {
        self.published().refs.get(name).copied()
    }

    pub(super) fn refs(&self) -> BTreeMap<String, Cid> {
        self.published().refs.clone()
    }

    pub(super) fn flush(&self) -> Result<(), Error> {
        let _writer = self.ready()?;
        self.ask("flush", Engine::flush)
    }
}

/// Syncs what opening has changed, and reads the store's own records.
fn load<E: Engine>(place: &Place, engine: &E) -> Result<(State, BTreeMap<String, Cid>), Error> {
    let failed = |failure| opening(place, failure);
    // Engines make and rename files without syncing the directories they are in.
    place.sync()?;
    let records = engine.snapshot().map_err(failed)?;
    let state = records.with(record::STATE_KEY, |state| State::read(state?));
    let state = state.map_err(failed)?;
    let state = state.ok_or_else(|| place.unreadable("its state record is missing or damaged"))?;
    let mut refs = BTreeMap::new();
    let page = records.page(record::REF_KEYS, record::REF_KEYS, usize::MAX);
    let mut page = page.map_err(failed)?;
    // The range is open below, and a name may be empty.
    let nameless = records.with(record::REF_KEYS, |value| value.map(<[u8]>::to_vec));
    if let Some(value) = nameless.map_err(failed)? {
        page.push((record::REF_KEYS.into(), value));
    }
    for (_, value) in page {
        let reference = Reference::read(&value)
            .ok_or_else(|| place.unreadable("the record of a reference is damaged"))?;
        if let Some(cid) = reference.cid {
            refs.insert(reference.name, cid);
        }
    }
    Ok((state, refs))
}

/// The error for a store that its engine does not open.
fn opening(place: &Place, failure: Failure) -> Error {
    match failure {
        Failure::Io(error) => place.error(error),
        Failure::Locked => {
            let engine = place.layout().directory;
            place::locked(
                place.path(),
                &format!("a program that uses {engine} directly"),
            )
        }
        failure => place.unreadable(failure.to_string()).with_source(failure),
    }
}

impl<E: Engine> Drop for Disk<E> {
    fn drop(&mut self) {
        if self.is_whole {
            // Only a check for the next opening: without it the store is as good.
            let _ = self.place.sign(self.epoch(), self.stats());
        }
    }
}

/// Makes a store of a type that holds a [`Disk`].
macro_rules! delegate {
    ($store:ident) => {
        impl $crate::store::BlockStore for $store {
            fn read_unverified(
                &self,
                cids: &[$crate::Cid],
            ) -> Result<Vec<Option<std::sync::Arc<[u8]>>>, $crate::Error> {
                self.0.read_unverified(cids)
            }

            fn missing(&self, cids: &[$crate::Cid]) -> Result<Vec<$crate::Cid>, $crate::Error> {
                self.0.missing(cids)
            }

            fn put_many(
                &self,
                blocks: &[$crate::Block],
            ) -> Result<$crate::PutReport, $crate::Error> {
                self.0.put_many(blocks)
            }

            fn iter(&self) -> Box<dyn Iterator<Item = Result<$crate::Cid, $crate::Error>> + '_> {
                self.0.iter()
            }

            fn metadata(
                &self,
                cid: &$crate::Cid,
            ) -> Result<Option<$crate::Metadata>, $crate::Error> {
                self.0.metadata(cid)
            }

            fn stats(&self) -> $crate::Stats {
                self.0.stats()
            }

            fn epoch(&self) -> $crate::Epoch {
                self.0.epoch()
            }

            fn compare_and_set_ref(
                &self,
                name: &str,
                expected: Option<$crate::Cid>,
                cid: Option<$crate::Cid>,
            ) -> Result<(), $crate::Error> {
                self.0.compare_and_set_ref(name, expected, cid)
            }

            fn get_ref(&self, name: &str) -> Result<Option<$crate::Cid>, $crate::Error> {
                Ok(self.0.get_ref(name))
            }

            fn refs(
                &self,
            ) -> Result<std::collections::BTreeMap<String, $crate::Cid>, $crate::Error> {
                Ok(self.0.refs())
            }

            fn sweep(
                &self,
                choose: &mut $crate::Choose<'_>,
            ) -> Result<$crate::Swept, $crate::Error> {
                self.0.sweep(choose)
            }

            fn recount(&self) -> Result<$crate::Stats, $crate::Error> {
                self.0.recount()
            }

            fn flush(&self) -> Result<(), $crate::Error> {
                self.0.flush()
            }
        }
    };
}

pub(super) use delegate;

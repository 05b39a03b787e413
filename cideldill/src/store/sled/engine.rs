//! sled, guarded.
//!
//! Measured in simulated power cuts (docs/testing.md), sled 0.34.7 alone loses what it acknowledged:
//! `flush` ends in `sync_file_range`, which does not wait for the device nor for the file's length.
//! Here every commit ends in a sync of the file itself, and its background flusher is off. sled also panics on files it does not understand; here that is an error,
//! where the program unwinds (with `panic = "abort"` it cannot be).

use std::fs::{File, OpenOptions};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ::sled::{Batch, Config, Db};

use super::preimage;
use crate::error::Error;
use crate::store::disk::engine::{Changes, Engine, Failure, Pair, Records, unwinding};
use crate::store::disk::place::{Layout, Place};

/// sled's cache of pages. The system's own file cache is behind it, so a small one is enough.
const CACHE_BYTES: u64 = 16 << 20;

/// sled lets go of its lock a moment after the store is dropped, on a thread of its own.
const LOCK_TRIES: u32 = 400;
const BETWEEN_TRIES: Duration = Duration::from_millis(5);

/// The length of a segment of sled's log; the default, which cannot be changed for a store that is
/// there.
pub(super) const SEGMENT: u32 = 512 * 1_024;

const NAME: &str = "sled";

/// The name of sled's data file in its directory.
pub(super) const FILE: &str = "db";

/// How many bytes are handed to sled between two syncs.
///
/// sled takes a part of its log for stable when it was written, before it is synced, and says so in
/// the header of a later segment. If a power cut keeps that header and loses an earlier segment, sled
/// takes its whole log for torn: everything is lost, not only the batch. Seen in 4 of 28 simulated
/// power cuts while 5 MB were written without a sync; never with syncs so close that what is not
/// synced is less than a segment. It also bounds memory: sled copies a page for each record and frees
/// the copies when the batch ends.
const BYTES_PER_SYNC: usize = 128 << 10;

impl From<::sled::Error> for Failure {
    fn from(error: ::sled::Error) -> Self {
        match error {
            ::sled::Error::Io(error) if error.to_string().starts_with("could not acquire lock") => {
                Self::Locked
            }
            ::sled::Error::Io(error) => Self::Io(error),
            error => Self::Engine {
                name: NAME,
                error: error.into(),
            },
        }
    }
}

/// Calls into sled and turns a panic into an error.
fn calling<T>(sled: impl FnOnce() -> Result<T, ::sled::Error>) -> Result<T, Failure> {
    unwinding(NAME, || sled().map_err(Failure::from))
}

/// An open database of sled.
#[derive(Debug)]
pub(super) struct SledEngine {
    db: Db,
    /// sled's data file once more, to sync it.
    file: File,
}

impl Engine for SledEngine {
    const LAYOUT: Layout = Layout {
        word: "1",
        directory: "sled",
        file: FILE,
    };
    const BYTES_PER_COMMIT: usize = BYTES_PER_SYNC;
    const HAS_SNAPSHOTS: bool = false;

    type Snapshot<'e> = &'e Self;

    fn open(directory: &Path) -> Result<Self, Failure> {
        let config = Config::new()
            .path(directory)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None);
        let mut tries = LOCK_TRIES;
        let db = loop {
            match calling(|| config.open()) {
                Err(Failure::Locked) if tries > 0 => {
                    tries -= 1;
                    thread::sleep(BETWEEN_TRIES);
                }
                opened => break opened?,
            }
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(directory.join(FILE))?;
        Ok(Self { db, file })
    }

    fn snapshot(&self) -> Result<&Self, Failure> {
        Ok(self)
    }

    fn commit(&self, changes: &Changes) -> Result<(), Failure> {
        let mut batch = Batch::default();
        for (key, value) in changes.iter() {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        calling(|| self.db.apply_batch(batch))?;
        self.flush()
    }

    fn flush(&self) -> Result<(), Failure> {
        calling(|| self.db.flush())?;
        Ok(self.file.sync_all()?)
    }

    fn before_open(place: &Place, room_to_leave: u64) -> Result<(), Error> {
        preimage::keep(place, room_to_leave).map_err(|error| place.error(error))
    }

    fn after_open(place: &Place) -> Result<(), Error> {
        preimage::forget(place).map_err(|error| place.error(error))
    }

    fn preimage(place: &Place) -> Option<PathBuf> {
        preimage::path(place)
    }
}

impl Records for &SledEngine {
    fn with<T>(&self, key: &[u8], read: impl FnOnce(Option<&[u8]>) -> T) -> Result<T, Failure> {
        let value = calling(|| self.db.get(key))?;
        Ok(read(value.as_deref()))
    }

    fn contains(&self, key: &[u8]) -> Result<bool, Failure> {
        calling(|| self.db.contains_key(key))
    }

    fn page(&self, prefix: &[u8], after: &[u8], limit: usize) -> Result<Vec<Pair>, Failure> {
        calling(|| {
            let bounds = (Bound::Excluded(after), Bound::Unbounded);
            let records = self.db.range::<&[u8], _>(bounds);
            let ours = |record: &Result<(::sled::IVec, ::sled::IVec), _>| match record {
                Ok((key, _)) => key.starts_with(prefix),
                Err(_) => true,
            };
            let pair = |record: Result<(::sled::IVec, ::sled::IVec), ::sled::Error>| {
                let (key, value) = record?;
                Ok((key.to_vec(), value.to_vec()))
            };
            records.take_while(ours).take(limit).map(pair).collect()
        })
    }
}

//! sled, guarded.
//!
//! Measured in simulated power cuts (docs/testing.md), sled 0.34.7 alone loses what it acknowledged:
//! `flush` ends in `sync_file_range`, which does not wait for the device nor for the file's length.
//! Here every commit ends in a sync of the file itself, and its background flusher is off. sled also panics on files it does not understand; here that is an error,
//! where the program unwinds (with `panic = "abort"` it cannot be).

use std::any::Any;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;
use std::time::Duration;

use ::sled::{Batch, Config, Db, IVec};

/// sled's cache of pages. The system's own file cache is behind it, so a small one is enough.
const CACHE_BYTES: u64 = 16 << 20;

/// sled lets go of its lock a moment after the store is dropped, on a thread of its own.
const LOCK_TRIES: u32 = 400;
const BETWEEN_TRIES: Duration = Duration::from_millis(5);

/// The length of a segment of sled's log; the default, which cannot be changed for a store that is
/// there.
pub(super) const SEGMENT: u32 = 512 * 1_024;

/// The name of sled's data file in its directory.
pub(super) const FILE: &str = "db";

/// Why sled did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("another user of its files has them locked")]
    Locked,
    #[error("sled is closed: an earlier write failed and it could not be opened again")]
    Closed,
    #[error("sled: {0}")]
    Sled(::sled::Error),
    #[error("sled panicked: {0}")]
    Panic(String),
}

impl From<::sled::Error> for Failure {
    fn from(error: ::sled::Error) -> Self {
        match error {
            ::sled::Error::Io(error) if error.to_string().starts_with("could not acquire lock") => {
                Self::Locked
            }
            ::sled::Error::Io(error) => Self::Io(error),
            error => Self::Sled(error),
        }
    }
}

/// Calls into sled and turns a panic into an error.
///
/// What sled leaves behind after a panic is only looked at again through sled, and a failed write
/// ends all writing, so nothing of ours can see a half-made state.
fn calling<T>(sled: impl FnOnce() -> Result<T, ::sled::Error>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(sled)) {
        Ok(result) => result.map_err(Failure::from),
        Err(panic) => Err(Failure::Panic(message(panic.as_ref()))),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

/// An open database of sled.
#[derive(Debug)]
pub(super) struct Engine {
    db: Db,
    /// sled's data file once more, to sync it.
    file: File,
}

impl Engine {
    /// Opens sled's directory, made if it is not there. The caller holds the store's lock and syncs
    /// the file system afterwards.
    pub(super) fn open(directory: &Path) -> Result<Self, Failure> {
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

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Failure> {
        calling(|| self.db.get(key))
    }

    pub(super) fn contains(&self, key: &[u8]) -> Result<bool, Failure> {
        calling(|| self.db.contains_key(key))
    }

    /// Up to `limit` records whose key starts with `prefix` and comes after `after`, ascending.
    pub(super) fn page(
        &self,
        prefix: &[u8],
        after: &[u8],
        limit: usize,
    ) -> Result<Vec<(IVec, IVec)>, Failure> {
        calling(|| {
            let bounds = (Bound::Excluded(after), Bound::Unbounded);
            let records = self.db.range::<&[u8], _>(bounds);
            let ours = |record: &Result<(IVec, IVec), _>| match record {
                Ok((key, _)) => key.starts_with(prefix),
                Err(_) => true,
            };
            records.take_while(ours).take(limit).collect()
        })
    }

    /// Writes the batch: when this returns all of it is on the disk, and if the program or the
    /// machine stops before, all of it or nothing.
    pub(super) fn commit(&self, batch: Batch) -> Result<(), Failure> {
        calling(|| self.db.apply_batch(batch))?;
        self.flush()
    }

    pub(super) fn flush(&self) -> Result<(), Failure> {
        calling(|| self.db.flush())?;
        Ok(self.file.sync_all()?)
    }
}

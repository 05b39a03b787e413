//! What a store on disk needs of the database it is built on.

use std::any::Any;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::place::{Layout, Place};
use crate::error::{Error, Source};

/// A key and its value.
pub(in crate::store) type Pair = (Vec<u8>, Vec<u8>);

/// Records to write (or, without a value, to remove) together.
#[derive(Debug, Default)]
pub(in crate::store) struct Changes {
    records: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    bytes: usize,
}

impl Changes {
    pub(super) fn insert(&mut self, key: impl Into<Vec<u8>>, value: Vec<u8>) {
        self.bytes += value.len();
        self.records.push((key.into(), Some(value)));
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.records.push((key, None));
    }

    pub(super) fn append(&mut self, others: Self) {
        self.bytes += others.bytes;
        self.records.extend(others.records);
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The bytes of the values.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let records = self.records.iter();
        records.map(|(key, value)| (&**key, value.as_deref()))
    }
}

/// An ordered map on disk. One thread at a time commits; any number read.
pub(in crate::store) trait Engine:
    fmt::Debug + Send + Sync + Sized + 'static
{
    const LAYOUT: Layout;
    /// Bytes of values in one commit at most, if that can be chosen.
    const BYTES_PER_COMMIT: usize;
    /// Whether what one [`Snapshot`](Self::Snapshot) reads is of one moment.
    const HAS_SNAPSHOTS: bool;

    type Snapshot<'e>: Records;

    /// Opens the engine's directory, made if it is not there. The caller holds the store's lock and
    /// syncs the file system afterwards.
    fn open(directory: &Path) -> Result<Self, Failure>;

    /// What can be read now.
    fn snapshot(&self) -> Result<Self::Snapshot<'_>, Failure>;

    /// Writes the changes: when this returns all of them are on the disk, and if the program or the
    /// machine stops before, all of them or nothing.
    fn commit(&self, changes: &Changes) -> Result<(), Failure>;

    fn flush(&self) -> Result<(), Failure>;

    /// Keeps what opening may destroy.
    fn before_open(_place: &Place, _room_to_leave: u64) -> Result<(), Error> {
        Ok(())
    }

    /// Called when the store was opened and holds what it must.
    fn after_open(_place: &Place) -> Result<(), Error> {
        Ok(())
    }

    /// What [`before_open`](Self::before_open) kept, if it is there.
    fn preimage(_place: &Place) -> Option<PathBuf> {
        None
    }
}

/// Records, to be read.
pub(in crate::store) trait Records {
    /// Reads the value under a key.
    fn with<T>(&self, key: &[u8], read: impl FnOnce(Option<&[u8]>) -> T) -> Result<T, Failure>;

    fn contains(&self, key: &[u8]) -> Result<bool, Failure>;

    /// Up to `limit` records whose key starts with `prefix` and comes after `after`, ascending.
    fn page(&self, prefix: &[u8], after: &[u8], limit: usize) -> Result<Vec<Pair>, Failure>;
}

/// Why an engine did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum Failure {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("another user of its files has them locked")]
    Locked,
    #[error("it is closed: an earlier write failed and it could not be opened again")]
    Closed,
    #[error("{name}: {error}")]
    Engine { name: &'static str, error: Source },
    #[error("{name} panicked: {message}")]
    Panic { name: &'static str, message: String },
}

/// Calls into an engine and turns a panic into an error.
///
/// What an engine leaves behind after a panic is only looked at again through it, and a failed write
/// ends all writing, so nothing of ours can see a half-made state.
pub(in crate::store) fn unwinding<T>(
    name: &'static str,
    call: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result,
        Err(panic) => Err(Failure::Panic {
            name,
            message: message(panic.as_ref()),
        }),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

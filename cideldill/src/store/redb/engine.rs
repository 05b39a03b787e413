//! redb, behind the same guard as sled: it says what is wrong with a damaged file in most cases, and
//! a panic is an error where the program unwinds.

use std::ops::Bound;
use std::path::Path;

use ::redb::{
    CommitError, Database, DatabaseError, ReadOnlyTable, ReadableDatabase as _, StorageError,
    TableDefinition, TableError, TransactionError,
};

use crate::store::disk::engine::{Changes, Engine, Failure, Pair, Records, unwinding};
use crate::store::disk::place::Layout;

const NAME: &str = "redb";
const FILE: &str = "db";

/// redb's cache of pages. The system's own file cache is behind it.
const CACHE_BYTES: usize = 64 << 20;

/// All records. Numbers of byte records only grow, so they are appended to the tree's right edge.
const RECORDS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("records");

/// An open database of redb.
#[derive(Debug)]
pub(super) struct RedbEngine {
    db: Database,
}

impl Engine for RedbEngine {
    const LAYOUT: Layout = Layout {
        word: "redb-1",
        directory: "redb",
        file: FILE,
    };
    /// redb writes nothing over what is committed, so a commit of any size is safe; this bounds the
    /// memory for its pages.
    const BYTES_PER_COMMIT: usize = 32 << 20;
    const HAS_SNAPSHOTS: bool = true;

    type Snapshot<'e> = Snapshot;

    fn open(directory: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(directory)?;
        unwinding(NAME, || {
            let mut builder = Database::builder();
            builder.set_cache_size(CACHE_BYTES);
            let file = directory.join(FILE);
            // Opening an empty file would make a new database of it.
            let db = if file.exists() {
                builder.open(file)
            } else {
                builder.create(file)
            };
            let db = db.map_err(opening)?;
            // So that there is a table to read.
            let transaction = db.begin_read().map_err(begun)?;
            if let Err(TableError::TableDoesNotExist(_)) = transaction.open_table(RECORDS) {
                let transaction = db.begin_write().map_err(begun)?;
                transaction.open_table(RECORDS).map_err(opened)?;
                transaction.commit().map_err(committed)?;
            }
            Ok(Self { db })
        })
    }

    fn snapshot(&self) -> Result<Snapshot, Failure> {
        unwinding(NAME, || {
            let transaction = self.db.begin_read().map_err(begun)?;
            let records = transaction.open_table(RECORDS).map_err(opened)?;
            Ok(Snapshot { records })
        })
    }

    fn commit(&self, changes: &Changes) -> Result<(), Failure> {
        unwinding(NAME, || {
            // Immediate durability is redb's default.
            let transaction = self.db.begin_write().map_err(begun)?;
            {
                let mut records = transaction.open_table(RECORDS).map_err(opened)?;
                for (key, value) in changes.iter() {
                    match value {
                        Some(value) => drop(records.insert(key, value).map_err(stored)?),
                        None => drop(records.remove(key).map_err(stored)?),
                    }
                }
            }
            transaction.commit().map_err(committed)
        })
    }

    fn flush(&self) -> Result<(), Failure> {
        // Every commit is durable.
        Ok(())
    }
}

/// The records of one moment.
pub(super) struct Snapshot {
    records: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

impl Records for Snapshot {
    fn with<T>(&self, key: &[u8], read: impl FnOnce(Option<&[u8]>) -> T) -> Result<T, Failure> {
        unwinding(NAME, || {
            let value = self.records.get(key).map_err(stored)?;
            Ok(read(value.as_ref().map(::redb::AccessGuard::value)))
        })
    }

    fn contains(&self, key: &[u8]) -> Result<bool, Failure> {
        self.with(key, |value| value.is_some())
    }

    fn page(&self, prefix: &[u8], after: &[u8], limit: usize) -> Result<Vec<Pair>, Failure> {
        unwinding(NAME, || {
            let bounds = (Bound::Excluded(after), Bound::Unbounded);
            let records = self.records.range::<&[u8]>(bounds).map_err(stored)?;
            let mut page = Vec::new();
            for record in records.take(limit) {
                let (key, value) = record.map_err(stored)?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                page.push((key.value().to_vec(), value.value().to_vec()));
            }
            Ok(page)
        })
    }
}

fn other(error: impl Into<crate::error::Source>) -> Failure {
    let error = error.into();
    Failure::Engine { name: NAME, error }
}

fn stored(error: StorageError) -> Failure {
    match error {
        StorageError::Io(error) => Failure::Io(error),
        error => other(error),
    }
}

fn opening(error: DatabaseError) -> Failure {
    match error {
        DatabaseError::DatabaseAlreadyOpen => Failure::Locked,
        DatabaseError::Storage(error) => stored(error),
        error => other(error),
    }
}

fn begun(error: TransactionError) -> Failure {
    match error {
        TransactionError::Storage(error) => stored(error),
        error => other(error),
    }
}

fn opened(error: TableError) -> Failure {
    match error {
        TableError::Storage(error) => stored(error),
        error => other(error),
    }
}

fn committed(error: CommitError) -> Failure {
    match error {
        CommitError::Storage(error) => stored(error),
        error => other(error),
    }
}

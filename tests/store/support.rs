//! Blocks to store, and stores to keep them in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use cideldill::{
    Block, BlockStore, Cid, Error, MemoryStore, Recovered, RedbStore, Reduce, SledStore,
};
use tempfile::TempDir;

use crate::raw::{RECORDS, Raw};

/// The block of a string.
pub(crate) fn text(text: &str) -> Block {
    let len = u32::try_from(text.len()).unwrap();
    let mut bytes = b"\x10\xa1s\x90".to_vec();
    match len {
        0..32 => bytes.push(0xa0 | u8::try_from(len).unwrap()),
        32..256 => bytes.extend([0xd9, u8::try_from(len).unwrap()]),
        256..0x1_0000 => {
            bytes.push(0xda);
            bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        _ => {
            bytes.push(0xdb);
            bytes.extend(len.to_be_bytes());
        }
    }
    bytes.extend_from_slice(text.as_bytes());
    Block::new(bytes)
}

/// A block of a string of this length that differs from those with other numbers.
pub(crate) fn long_text(number: usize, len: usize) -> Block {
    let words = (0..).map(|word: usize| format!("{number}.{word} "));
    let mut whole = String::new();
    for word in words {
        if whole.len() >= len {
            break;
        }
        whole.push_str(&word);
    }
    whole.truncate(len);
    text(&whole)
}

/// The block of a sequence of strings that are blocks of their own.
pub(crate) fn holder(children: &[&Block]) -> Block {
    let mut bytes = b"\x10\xa2[s\x90".to_vec();
    let len = u16::try_from(children.len()).unwrap();
    if let Ok(len @ 0..16) = u8::try_from(len) {
        bytes.push(0x90 | len);
    } else {
        bytes.push(0xdc);
        bytes.extend(len.to_be_bytes());
    }
    for child in children {
        bytes.extend_from_slice(b"\xc7\x40\x01");
        bytes.extend_from_slice(child.cid().as_bytes());
    }
    Block::new(bytes)
}

/// Keeps a value, and gives its CID.
pub(crate) fn keep<T: Reduce + ?Sized>(store: &dyn BlockStore, value: &T) -> Cid {
    let encoded = cideldill::encode(value).unwrap();
    let blocks: Vec<Block> = encoded.blocks().collect();
    store.put_many(&blocks).unwrap();
    encoded.root()
}

/// Values of every kind, with parts that are cut, chunks, nodes of nodes, and keys that are cut.
pub(crate) fn values(store: &dyn BlockStore) -> Vec<Cid> {
    let long = |n: usize| format!("{n} is the number of this text ").repeat(50);
    let cut_keys: BTreeMap<String, u32> = (0..30).map(|n| (long(n), 7)).collect();
    let nested: Vec<BTreeMap<String, Vec<Option<String>>>> = (0..20)
        .map(|n| {
            let entry = |m: usize| (format!("{n}.{m}"), vec![Some(long(n + m)), None]);
            (0..30).map(entry).collect()
        })
        .collect();
    vec![
        keep(store, &()),
        keep(store, "short"),
        keep(store, &long(1).repeat(40)),
        keep(store, &vec![7_u8; 50_000]),
        keep(store, &(0..60_000).collect::<Vec<u64>>()),
        keep(store, &cut_keys),
        keep(store, &cut_keys.keys().collect::<BTreeSet<_>>()),
        keep(store, &nested),
        keep(store, &Some(long(200))),
        keep(
            store,
            &(1, 'x', Some(Some(long(3))), Ok::<_, ()>(vec![long(4); 3])),
        ),
    ]
}

/// A kind of store that the contract is shown on.
pub(crate) trait Backend {
    fn fresh(&self) -> Box<dyn BlockStore>;
}

pub(crate) struct Memory;

impl Backend for Memory {
    fn fresh(&self) -> Box<dyn BlockStore> {
        Box::new(MemoryStore::new())
    }
}

/// A kind of store that has a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sled,
    Redb,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sled => "sled",
            Self::Redb => "redb",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "sled" => Self::Sled,
            "redb" => Self::Redb,
            other => panic!("no such kind of store: {other}"),
        }
    }

    pub(crate) fn open(self, path: impl AsRef<Path>) -> Result<Opened, Error> {
        Ok(Opened(match self {
            Self::Sled => Box::new(SledStore::open(path)?),
            Self::Redb => Box::new(RedbStore::open(path)?),
        }))
    }

    pub(crate) fn recover(self, path: impl AsRef<Path>) -> Result<Recovered, Error> {
        match self {
            Self::Sled => SledStore::recover(path),
            Self::Redb => RedbStore::recover(path),
        }
    }

    /// The marker of a store, with this word for its layout and its progress.
    pub(crate) fn marker(self, progress: &str) -> String {
        match self {
            Self::Sled => format!("cideldill store 1 {progress}\n"),
            Self::Redb => format!("cideldill store redb-1 {progress}\n"),
        }
    }

    /// The file that everything is kept in.
    pub(crate) fn data_file(self, store: &Path) -> PathBuf {
        store.join(self.name()).join("db")
    }

    /// Changes the records behind the store's back, while it is closed.
    pub(crate) fn meddle(self, store: &Path, change: impl FnOnce(&dyn Raw)) {
        match self {
            Self::Sled => {
                // sled lets go of its lock a moment after it is dropped.
                let open = || sled::open(store.join("sled")).ok();
                let db = std::iter::repeat_with(open).flatten().next().unwrap();
                change(&db);
                db.flush().unwrap();
            }
            Self::Redb => change(&redb::Database::open(self.data_file(store)).unwrap()),
        }
    }

    /// Makes a database of the engine alone.
    pub(crate) fn foreign(self, directory: &Path) {
        match self {
            Self::Sled => drop(sled::open(directory).unwrap()),
            Self::Redb => {
                std::fs::create_dir(directory).unwrap();
                let db = redb::Database::create(directory.join("db")).unwrap();
                let transaction = db.begin_write().unwrap();
                transaction.open_table(RECORDS).unwrap();
                transaction.commit().unwrap();
            }
        }
    }
}

/// An open store.
pub(crate) struct Opened(Box<dyn BlockStore>);

impl Opened {
    pub(crate) fn boxed(self) -> Box<dyn BlockStore> {
        self.0
    }

    pub(crate) fn shared(self) -> std::sync::Arc<dyn BlockStore> {
        self.0.into()
    }
}

impl Deref for Opened {
    type Target = dyn BlockStore;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a store of {:?}", self.stats())
    }
}

/// Stores on disk, in directories that go away with this.
pub(crate) struct Disk {
    pub(crate) kind: Kind,
    directory: TempDir,
}

impl Disk {
    pub(crate) fn new(kind: Kind) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { kind, directory }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    pub(crate) fn open(&self) -> Opened {
        self.kind.open(self.path()).unwrap()
    }
}

impl Backend for Disk {
    fn fresh(&self) -> Box<dyn BlockStore> {
        let another = tempfile::tempdir_in(self.directory.path()).unwrap();
        self.kind.open(another.keep().join("store")).unwrap().0
    }
}

/// The key of a block's entry.
pub(crate) fn entry_key(block: &Block) -> Vec<u8> {
    [b"b", block.cid().as_bytes().as_slice()].concat()
}

/// The key of one of the records of a block's bytes, the first of which is 0. A short block shares its
/// only one with its neighbours.
pub(crate) fn bytes_key(db: &dyn Raw, block: &Block, number: u64) -> Vec<u8> {
    let entry = db.get(&entry_key(block)).unwrap();
    let first = u64::from_le_bytes(entry[16..24].try_into().unwrap());
    [b"d", (first + number).to_be_bytes().as_slice()].concat()
}

/// Every block is there with its own bytes.
pub(crate) fn assert_holds<'a>(
    store: &dyn BlockStore,
    blocks: impl IntoIterator<Item = &'a Block>,
) {
    for block in blocks {
        let found = store.get(&block.cid()).unwrap();
        assert_eq!(found.as_ref(), Some(block.bytes()), "{:?}", block.cid());
    }
}

/// The statistics are those of the blocks that are listed.
pub(crate) fn assert_counted(store: &dyn BlockStore) {
    let cids: Vec<Cid> = store.iter().map(Result::unwrap).collect();
    let bytes = store.get_many(&cids).unwrap();
    let bytes = bytes
        .iter()
        .map(|bytes| bytes.as_ref().unwrap().len() as u64);
    assert_eq!(store.stats().blocks, cids.len() as u64);
    assert_eq!(store.stats().bytes, bytes.sum::<u64>());
}

/// Says why a test shows nothing on this machine.
pub(crate) fn notice(text: &str) {
    let text = format!("skipped: {text}\n");
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

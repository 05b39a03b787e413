//! Blocks to store, and stores to keep them in.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use cideldill::{Block, BlockStore, Cid, MemoryStore, SledStore};
use tempfile::TempDir;

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
    let mut bytes = b"\x10\xa2[s\x90\xdc".to_vec();
    bytes.extend(u16::try_from(children.len()).unwrap().to_be_bytes());
    for child in children {
        bytes.extend_from_slice(b"\xc7\x40\x01");
        bytes.extend_from_slice(child.cid().as_bytes());
    }
    Block::new(bytes)
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

/// Stores on disk, in directories that go away with this.
pub(crate) struct Sled {
    directory: TempDir,
}

impl Sled {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    pub(crate) fn open(&self) -> SledStore {
        SledStore::open(self.path()).unwrap()
    }
}

impl Backend for Sled {
    fn fresh(&self) -> Box<dyn BlockStore> {
        let another = tempfile::tempdir_in(self.directory.path()).unwrap();
        Box::new(SledStore::open(another.keep().join("store")).unwrap())
    }
}

/// The file that sled keeps everything in.
pub(crate) fn data_file(store: &Path) -> PathBuf {
    store.join("sled/db")
}

/// The key of a block's entry in sled.
pub(crate) fn entry_key(block: &Block) -> Vec<u8> {
    [b"b", block.cid().as_bytes().as_slice()].concat()
}

/// The key of one of the records of a block's bytes in sled, the first of which is 0.
pub(crate) fn bytes_key(db: &sled::Db, block: &Block, number: u64) -> Vec<u8> {
    let entry = db.get(entry_key(block)).unwrap().unwrap();
    let first = u64::from_le_bytes(entry[16..24].try_into().unwrap());
    [b"d", (first + number).to_be_bytes().as_slice()].concat()
}

/// Changes sled's records behind the store's back, while it is closed.
pub(crate) fn meddle(store: &Path, change: impl FnOnce(&sled::Db)) {
    // sled lets go of its lock a moment after it is dropped.
    let open = || sled::open(store.join("sled")).ok();
    let db = std::iter::repeat_with(open).flatten().next().unwrap();
    change(&db);
    db.flush().unwrap();
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

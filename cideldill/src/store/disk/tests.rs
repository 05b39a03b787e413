//! What is answered while a write is under way, on an engine whose commits can be held up between
//! being seen and being on the disk, as sled's can.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::Disk;
use super::engine::{Changes, Engine, Failure, Pair, Records};
use super::place::Layout;
use super::record::{Entry, bytes_key};
use crate::block::Block;
use crate::cid::Cid;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// What is in the directories of this engine.
static DISKS: Mutex<BTreeMap<PathBuf, Arc<Mutex<Files>>>> = Mutex::new(BTreeMap::new());

#[derive(Debug, Default)]
struct Files {
    seen: Map,
    synced: Map,
    gate: Option<Gate>,
    /// Whether the next commit that needs no gate panics.
    panics: bool,
    /// What happens before the next record of bytes is read.
    meanwhile: Option<fn(&mut Map)>,
}

/// Where a commit waits: it says that it is seen, and hears whether the disk takes it.
#[derive(Debug)]
struct Gate {
    seen: Sender<()>,
    takes: Receiver<bool>,
}

#[derive(Debug)]
struct HeldUp(Arc<Mutex<Files>>);

fn files(directory: &Path) -> Arc<Mutex<Files>> {
    let mut disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(disks.entry(directory.to_owned()).or_default())
}

impl Engine for HeldUp {
    const LAYOUT: Layout = Layout {
        word: "held-up",
        directory: "held-up",
        file: "db",
    };
    const BYTES_PER_COMMIT: usize = 1 << 20;
    const HAS_SNAPSHOTS: bool = false;

    type Snapshot<'e> = &'e Self;

    fn open(directory: &Path) -> Result<Self, Failure> {
        let files = files(directory);
        let mut open = files.lock().unwrap();
        open.seen = open.synced.clone();
        drop(open);
        Ok(Self(files))
    }

    fn snapshot(&self) -> Result<&Self, Failure> {
        Ok(self)
    }

    fn commit(&self, changes: &Changes) -> Result<(), Failure> {
        let mut files = self.0.lock().unwrap();
        if files.gate.is_none() && std::mem::take(&mut files.panics) {
            drop(files);
            panic!("in the engine");
        }
        for (key, value) in changes.iter() {
            match value {
                Some(value) => files.seen.insert(key.to_vec(), value.to_vec()),
                None => files.seen.remove(key),
            };
        }
        let gate = files.gate.take();
        drop(files);
        let takes = gate.is_none_or(|gate| {
            gate.seen.send(()).unwrap();
            gate.takes.recv().unwrap()
        });
        let mut files = self.0.lock().unwrap();
        if !takes {
            return Err(io::Error::other("the disk is gone").into());
        }
        files.synced = files.seen.clone();
        Ok(())
    }

    fn flush(&self) -> Result<(), Failure> {
        Ok(())
    }
}

impl Records for &HeldUp {
    fn with<T>(&self, key: &[u8], read: impl FnOnce(Option<&[u8]>) -> T) -> Result<T, Failure> {
        let mut files = self.0.lock().unwrap();
        if key.starts_with(b"d")
            && let Some(meanwhile) = files.meanwhile.take()
        {
            meanwhile(&mut files.seen);
        }
        Ok(read(files.seen.get(key).map(Vec::as_slice)))
    }

    fn contains(&self, key: &[u8]) -> Result<bool, Failure> {
        Ok(self.0.lock().unwrap().seen.contains_key(key))
    }

    fn page(&self, prefix: &[u8], after: &[u8], limit: usize) -> Result<Vec<Pair>, Failure> {
        let files = self.0.lock().unwrap();
        let records = files
            .seen
            .range(after.to_vec()..)
            .skip_while(|(key, _)| *key == after);
        let ours = records.take_while(|(key, _)| key.starts_with(prefix));
        let pairs = ours.map(|(key, value)| (key.clone(), value.clone()));
        Ok(pairs.take(limit).collect())
    }
}

/// Makes the next commit of a store wait: when it is seen, somebody asks whether a block is missing;
/// then the disk takes the commit or does not. Returns what the asker was told.
fn asked_during(
    store: &Disk<HeldUp>,
    cid: Cid,
    takes: bool,
    write: impl FnOnce() + Send,
) -> Vec<Cid> {
    let (seen, is_seen) = channel();
    let (decide, decided) = channel();
    let files = files(&store.directory);
    files.lock().unwrap().gate = Some(Gate {
        seen,
        takes: decided,
    });
    thread::scope(|scope| {
        scope.spawn(write);
        is_seen.recv().unwrap();
        let (tell, told) = channel();
        scope.spawn(move || tell.send(store.missing(&[cid]).unwrap()).unwrap());
        // An answer may come before it is decided; a right one waits, or needs not to.
        let early = told.recv_timeout(Duration::from_millis(100)).ok();
        decide.send(takes).unwrap();
        early.unwrap_or_else(|| told.recv().unwrap())
    })
}

fn block() -> Block {
    Block::new(*b"\x10\xa1n\x90\xc0")
}

#[test]
fn a_block_that_is_not_on_the_disk_yet_is_not_reported_to_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let store = Disk::<HeldUp>::open(directory.path()).unwrap();
    let block = block();
    let told = asked_during(&store, block.cid(), false, || {
        store.put_many(std::slice::from_ref(&block)).unwrap_err();
    });
    assert_eq!(told, [block.cid()]);
    let told = asked_during(&store, block.cid(), true, || {
        store.put_many(std::slice::from_ref(&block)).unwrap();
    });
    assert_eq!(told, []);
}

#[test]
fn who_waits_for_a_writer_that_panics_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let store = Disk::<HeldUp>::open(directory.path()).unwrap();
    let blocks = [0x40, 0x41, 0x42_u8].map(|n| Block::new([b"\x10\xa1y\x90", &[n][..]].concat()));
    let (seen, is_seen) = channel();
    let (decide, decided) = channel();
    {
        let files = files(&store.directory);
        let mut files = files.lock().unwrap();
        files.gate = Some(Gate {
            seen,
            takes: decided,
        });
        files.panics = true;
    }
    thread::scope(|scope| {
        let [first, second, third] = [0, 1, 2].map(|n| {
            let (store, block) = (&store, &blocks[n]);
            let put = scope.spawn(move || store.put_many(std::slice::from_ref(block)));
            if n == 0 {
                is_seen.recv().unwrap();
            }
            put
        });
        while store.queue.0.lock().unwrap().len() < 2 {
            thread::yield_now();
        }
        decide.send(true).unwrap();
        first.join().unwrap().unwrap();
        let (panicked, told): (Vec<_>, Vec<_>) = [second, third]
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .partition(Result::is_err);
        assert_eq!((panicked.len(), told.len()), (1, 1));
        assert!(told.into_iter().all(|told| told.unwrap().is_err()));
    });
    store.put_many(&blocks).unwrap();
    assert_eq!(store.stats().blocks, 3);
}

#[test]
fn a_block_that_goes_and_comes_back_elsewhere_while_it_is_read_is_not_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let store = Disk::<HeldUp>::open(directory.path()).unwrap();
    let block = block();
    store.put_many(std::slice::from_ref(&block)).unwrap();
    let read = |meanwhile: fn(&mut Map)| {
        files(&store.directory).lock().unwrap().meanwhile = Some(meanwhile);
        let found = store.read_unverified(&[block.cid()]).unwrap();
        found[0].as_deref().map(<[u8]>::to_vec)
    };
    let elsewhere = read(|records| {
        let bytes = records.remove(&bytes_key(0)).unwrap();
        records.insert(bytes_key(9), bytes);
        for entry in records.range_mut(b"b".to_vec()..b"c".to_vec()) {
            let mut moved = Entry::read(entry.1).unwrap();
            moved.first = 9;
            *entry.1 = moved.write();
        }
    });
    assert_eq!(elsewhere.as_deref(), Some(&**block.bytes()));
    let damaged = read(|records| records.get_mut(&bytes_key(9)).unwrap().clear());
    assert_ne!(damaged.as_deref(), Some(&**block.bytes()));
    assert!(damaged.is_some(), "corrupt is not missing");
    let gone = read(|records| records.retain(|key, _| !key.starts_with(b"b")));
    assert_eq!(gone, None);
}

#[test]
fn a_block_that_a_sweep_is_taking_out_is_not_reported_to_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let store = Disk::<HeldUp>::open(directory.path()).unwrap();
    // More than a step of a sweep takes: the last one is there until the second step.
    let blocks: Vec<Block> = (0..600_u16)
        .map(|n| Block::new([&b"\x10\xa1t\x90\xcd"[..], &n.to_be_bytes()].concat()))
        .collect();
    store.put_many(&blocks).unwrap();
    let cids: Vec<Cid> = blocks.iter().map(Block::cid).collect();
    let last = *cids.last().unwrap();
    let told = asked_during(&store, last, true, || {
        store.sweep(&mut || Ok(cids.clone())).unwrap();
    });
    assert_eq!(told, [last]);
    assert_eq!(store.stats().blocks, 0);
}

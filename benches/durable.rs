//! What it costs to keep blocks on disk: durable batches against the engines alone, with the same
//! syncs, and writers that share syncs. In the system's temporary directory, which must be on a disk.
//!
//! `cargo run --release -p cideldill-benches --example durable`

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cideldill::{Block, BlockStore, RedbStore, SledStore};
use redb::ReadableDatabase as _;

const ROUNDS: usize = 8;
const IN_A_ROW: usize = 6;
const BLOCKS: usize = 1_000;
/// As the store does: docs of `SledStore`.
const BYTES_PER_SYNC: usize = 128 << 10;
const RECORDS: redb::TableDefinition<'static, &[u8], &[u8]> = redb::TableDefinition::new("records");

/// Blocks of 200 B to 4 KiB that do not compress.
fn batch(number: usize) -> Vec<Block> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ (number as u64 + 1);
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let block = |_| {
        let len = 200 + usize::try_from(next() % 3_896).expect("small");
        let mut bytes = b"\x10\xa1y\x90\xc5".to_vec();
        bytes.extend(u16::try_from(len).expect("small").to_be_bytes());
        while bytes.len() < 7 + len {
            bytes.extend(next().to_le_bytes());
        }
        bytes.truncate(7 + len);
        Block::new(bytes)
    };
    (0..BLOCKS).map(block).collect()
}

/// sled alone: block under CID, synced as the store does.
struct RawSled {
    db: sled::Db,
    file: File,
}

impl RawSled {
    fn open(path: &Path) -> Self {
        let config = sled::Config::new().path(path).cache_capacity(16 << 20);
        let db = config.flush_every_ms(None).open().expect("a new database");
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).open(path.join("db"));
        let file = file.expect("its file");
        Self { db, file }
    }

    fn put(&self, blocks: &[Block]) {
        let mut batch = sled::Batch::default();
        let mut bytes = 0;
        for block in blocks {
            batch.insert(&block.cid().as_bytes()[..], &block.bytes()[..]);
            bytes += block.bytes().len();
            if bytes >= BYTES_PER_SYNC {
                bytes = 0;
                self.commit(std::mem::take(&mut batch));
            }
        }
        self.commit(batch);
    }

    fn commit(&self, batch: sled::Batch) {
        self.db.apply_batch(batch).expect("a write");
        self.db.flush().expect("a flush");
        self.file.sync_all().expect("a sync");
    }
}

/// redb alone: block under CID, one transaction a batch.
fn put_redb(db: &redb::Database, blocks: &[Block]) {
    let transaction = db.begin_write().expect("a transaction");
    {
        let mut records = transaction.open_table(RECORDS).expect("a table");
        for block in blocks {
            let (cid, bytes) = (block.cid(), block.bytes());
            records
                .insert(&cid.as_bytes()[..], &bytes[..])
                .expect("a write");
        }
    }
    transaction.commit().expect("a commit");
}

fn timed(action: impl FnOnce()) -> Duration {
    let start = Instant::now();
    action();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Batches a second with so many writers, each of 10 blocks.
fn together(store: &dyn BlockStore, writers: usize, from: usize) -> f64 {
    let batches: Vec<Vec<Block>> = (from..from + 4).map(batch).collect();
    let batches: Vec<&[Block]> = batches.iter().flat_map(|batch| batch.chunks(10)).collect();
    let next = AtomicUsize::new(0);
    let time = timed(|| {
        thread::scope(|scope| {
            for _ in 0..writers {
                scope.spawn(|| {
                    while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                        store.put_many(batch).expect("a write");
                    }
                });
            }
        });
    });
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let n = batches.len() as f64;
    n / time.as_secs_f64()
}

fn main() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    let sled_store = SledStore::open(at("sled store")).expect("a new store");
    let redb_store = RedbStore::open(at("redb store")).expect("a new store");
    let raw_sled = RawSled::open(&at("sled"));
    let raw_redb = redb::Database::create(at("redb")).expect("a new database");

    let mut times: [Vec<Duration>; 4] = Default::default();
    let mut reads: [Vec<Duration>; 4] = Default::default();
    for round in 0..ROUNDS {
        let from = round * IN_A_ROW;
        let batches: Vec<Vec<Block>> = (from..from + IN_A_ROW).map(batch).collect();
        for turn in 0..4 {
            // Another one first in each round. Several batches in a row, the first not counted: its
            // syncs also write what the others' files left behind.
            let which = (turn + round) % 4;
            for (number, blocks) in batches.iter().enumerate() {
                let time = timed(|| match which {
                    0 => drop(sled_store.put_many(blocks).expect("a write")),
                    1 => raw_sled.put(blocks),
                    2 => drop(redb_store.put_many(blocks).expect("a write")),
                    _ => put_redb(&raw_redb, blocks),
                });
                if number > 0 {
                    times[which].push(time);
                }
            }
            for blocks in &batches {
                let cids: Vec<_> = blocks.iter().map(Block::cid).collect();
                reads[which].push(timed(|| match which {
                    0 => drop(sled_store.read_unverified(&cids).expect("blocks")),
                    1 => cids.iter().for_each(|cid| {
                        drop(raw_sled.db.get(cid.as_bytes()).expect("a block"));
                    }),
                    2 => drop(redb_store.read_unverified(&cids).expect("blocks")),
                    _ => {
                        let transaction = raw_redb.begin_read().expect("a transaction");
                        let records = transaction.open_table(RECORDS).expect("a table");
                        for cid in &cids {
                            drop(records.get(&cid.as_bytes()[..]).expect("a block"));
                        }
                    }
                }));
            }
        }
    }
    let mut report = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| writeln!(report, "{text}").expect("a string");
    let names = ["sled store", "sled alone", "redb store", "redb alone"];
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let (times, reads) = (times.map(median), reads.map(median));
    let n = ROUNDS * (IN_A_ROW - 1);
    line(format_args!(
        "1,000 blocks of 200 B to 4 KiB, median of {n} batches:"
    ));
    for (name, (time, read)) in names.iter().zip(times.iter().zip(&reads)) {
        let (time, read) = (milliseconds(*time), milliseconds(*read));
        line(format_args!("{name}: put {time:.1} ms, get {read:.2} ms"));
    }
    for (store, alone) in [(0, 1), (2, 3)] {
        let ratio = milliseconds(times[alone]) / milliseconds(times[store]);
        line(format_args!(
            "{} against {}: {ratio:.2} x",
            names[store], names[alone]
        ));
    }
    let stores: [(&str, &dyn BlockStore); 2] =
        [("sled store", &sled_store), ("redb store", &redb_store)];
    for (name, store) in stores {
        for (turn, writers) in [1, 2, 4, 8, 16].into_iter().enumerate() {
            let rate = together(store, writers, 1_000 + 10 * turn);
            line(format_args!(
                "{name}, {writers} writers: {rate:.0} batches of 10 blocks a second"
            ));
        }
    }
    let _ = std::io::stdout().write_all(report.as_bytes());
}

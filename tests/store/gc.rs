//! Sweeping: what nobody needs goes when it is asked for, and nothing else ever does.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use cideldill::housekeeping::{Gc, GcReport, gc};
use cideldill::{Block, BlockStore, Cid, Error, ErrorKind, Store};

use crate::archive_bounds::Watched;
use crate::child::{CHURN, Child};
use crate::fsck::assert_whole;
use crate::support::{
    Backend, Disk, Kind, assert_counted, assert_holds, bytes_key, holder, keep, long_text, text,
    values,
};

#[test]
fn what_is_old_stays_as_long_as_something_young_leads_to_it() {
    let [kept, old, leaf] = ["kept", "old", "the leaf"].map(text);
    let young = holder(&[&leaf]);
    let mut store = Watched::default();
    let all = [&kept, &old, &leaf, &young].map(Clone::clone);
    store.put_many(&all).unwrap();
    store.set_ref("kept", Some(kept.cid())).unwrap();
    store.old = [&kept, &old, &leaf].map(Block::cid).to_vec();
    let report = gc(&store, &Gc::default(), &mut |_| {}).unwrap();
    let counted = |blocks: &[&Block]| {
        let bytes = blocks.iter().map(|block| block.bytes().len() as u64);
        (blocks.len() as u64, bytes.sum::<u64>())
    };
    assert_eq!((report.kept.blocks, report.kept.bytes), counted(&[&kept]));
    assert_eq!(
        (report.young.blocks, report.young.bytes),
        counted(&[&leaf, &young])
    );
    assert_eq!(
        (report.garbage.blocks, report.garbage.bytes),
        counted(&[&old])
    );
}

#[test]
fn a_store_that_cannot_take_out_says_so() {
    let store = Watched::default();
    keep(&store, "garbage");
    let refused = gc(&store, &at_once(), &mut |_| {}).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Backend { action: "sweep" }),
        "{refused}"
    );
    assert_eq!(store.stats().blocks, 1);
    assert_eq!(store.recount().unwrap(), store.stats());
}

/// Sweeps for good, without grace.
fn sweep(store: &dyn BlockStore) -> GcReport {
    gc(store, &at_once(), &mut |_| {}).unwrap()
}

pub(crate) fn at_once() -> Gc {
    let mut options = Gc::default();
    options.grace = Duration::ZERO;
    options.is_dry_run = false;
    options
}

fn all(store: &dyn BlockStore) -> BTreeSet<Cid> {
    store.iter().map(Result::unwrap).collect()
}

pub(crate) fn nothing_is_taken_out_unless_asked(backend: &dyn Backend) {
    let store = backend.fresh();
    let roots = values(&*store);
    store.set_ref("kept", Some(roots[7])).unwrap();
    let (before, epoch) = (all(&*store), store.epoch());
    let mut options = Gc::default();
    options.grace = Duration::ZERO;
    let report = gc(&*store, &options, &mut |_| {}).unwrap();
    assert!(report.garbage.blocks > 10 && report.kept.blocks > 10);
    assert_eq!(report.removed.blocks, 0, "a dry run is the default");
    let report = gc(&*store, &Gc::default(), &mut |_| {}).unwrap();
    assert_eq!(report.garbage.blocks, 0, "and a day of grace");
    assert_eq!((all(&*store), store.epoch()), (before, epoch));
}

pub(crate) fn what_no_reference_leads_to_goes(backend: &dyn Backend) {
    let store = backend.fresh();
    let roots = values(&*store);
    let garbage = keep(
        &*store,
        &vec!["garbage".repeat(400), "more of it".repeat(400)],
    );
    for (number, root) in roots.iter().skip(1).enumerate() {
        store.set_ref(&number.to_string(), Some(*root)).unwrap();
    }
    let before = store.stats();
    let mut options = at_once();
    options.roots = vec![roots[0]];
    options.is_dry_run = true;
    let expected = gc(&*store, &options, &mut |_| {}).unwrap().garbage;
    assert_eq!(expected.blocks, 3);
    options.is_dry_run = false;
    let report = gc(&*store, &options, &mut |_| {}).unwrap();
    assert_eq!((report.garbage, report.removed), (expected, expected));
    assert_eq!(report.kept.blocks, before.blocks - 3);
    assert_eq!(store.stats(), report.kept);
    assert!(!store.contains(&garbage).unwrap());
    assert_eq!(store.get(&garbage).unwrap(), None);
    assert_eq!(store.metadata(&garbage).unwrap(), None);
    assert_counted(&*store);
    assert_whole(&*store);
    // What went can come again.
    keep(
        &*store,
        &vec!["garbage".repeat(400), "more of it".repeat(400)],
    );
    assert_eq!(store.stats(), before);
    assert_whole(&*store);
}

pub(crate) fn what_is_young_stays_with_all_it_leads_to(backend: &dyn Backend) {
    let store = backend.fresh();
    let roots = values(&*store);
    store.set_ref("kept", Some(roots[2])).unwrap();
    let before = store.stats();
    let mut options = at_once();
    options.grace = Duration::from_secs(3_600);
    let report = gc(&*store, &options, &mut |_| {}).unwrap();
    assert_eq!(report.garbage.blocks, 0);
    assert_eq!(report.young.blocks + report.kept.blocks, before.blocks);
    assert_eq!(report.young.bytes + report.kept.bytes, before.bytes);
    assert_eq!(store.stats(), before);
}

pub(crate) fn what_is_used_while_a_sweep_chooses_stays(backend: &dyn Backend) {
    let store = backend.fresh();
    let leaves: Vec<Block> = (0..6).map(|n| text(&format!("leaf {n}"))).collect();
    let holders: Vec<Block> = leaves.iter().map(|leaf| holder(&[leaf])).collect();
    store.put_many(&leaves).unwrap();
    store.put_many(&holders).unwrap();
    let linked = holder(&[&holders[0]]);
    let swept = store.sweep(&mut || {
        // Linked to by a new block, put again, named, asked for; the last two are left alone.
        store.put_many(std::slice::from_ref(&linked)).unwrap();
        store.put_many(&[holders[1].clone()]).unwrap();
        store.set_ref("name", Some(holders[2].cid())).unwrap();
        assert!(store.contains(&holders[3].cid()).unwrap());
        let chosen = holders.iter().chain(&leaves);
        Ok(chosen.map(Block::cid).collect())
    });
    let swept = swept.unwrap();
    assert_eq!((swept.removed.blocks, swept.spared), (4, 8));
    assert_holds(&*store, holders[..4].iter().chain(&leaves[..4]));
    assert_holds(&*store, [&linked]);
    for gone in holders[4..].iter().chain(&leaves[4..]) {
        assert!(!store.contains(&gone.cid()).unwrap());
    }
    assert_counted(&*store);
}

pub(crate) fn a_sweep_changes_the_epoch_and_nothing_else_does(backend: &dyn Backend) {
    let store = backend.fresh();
    let root = keep(&*store, "kept");
    store.set_ref("name", Some(root)).unwrap();
    let epoch = store.epoch();
    let report = sweep(&*store);
    assert_eq!(report.removed.blocks, 0);
    assert_eq!(store.epoch(), epoch, "nothing was taken out");
    keep(&*store, "garbage");
    sweep(&*store);
    assert_ne!(store.epoch(), epoch);
}

pub(crate) fn a_second_sweep_at_once_is_refused(backend: &dyn Backend) {
    let store = backend.fresh();
    keep(&*store, "garbage");
    let mut refused = None;
    let swept = store.sweep(&mut || {
        refused = store.sweep(&mut || Ok(Vec::new())).err();
        let failed = ErrorKind::Io { action: "choose" };
        Err(failed.into())
    });
    assert!(matches!(swept.unwrap_err().kind(), ErrorKind::Io { .. }));
    let refused = refused.unwrap();
    assert!(
        matches!(refused.kind(), ErrorKind::Backend { .. }),
        "{refused}"
    );
    assert_eq!(store.stats().blocks, 1);
    assert_eq!(sweep(&*store).removed.blocks, 1, "the next may");
}

pub(crate) fn a_damaged_store_is_not_swept(backend: &dyn Backend) {
    let store = backend.fresh();
    let root = keep(&*store, &vec!["a part".repeat(300)]);
    keep(&*store, "garbage");
    store.set_ref("name", Some(root)).unwrap();
    let part = cideldill::links(&store.get(&root).unwrap().unwrap()).unwrap()[0];
    let lost = store.sweep(&mut || Ok(vec![part])).unwrap();
    assert_eq!(lost.removed.blocks, 1);
    let refused = gc(&*store, &at_once(), &mut |_| {}).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == part),
        "{refused}"
    );
    assert_eq!(store.stats().blocks, 2);
}

/// The blocks are there when the value's links are checked first, and gone when they are needed.
pub(crate) fn a_value_put_while_its_blocks_are_swept_is_whole(backend: &dyn Backend) {
    struct Sweeping {
        store: Box<dyn BlockStore>,
        left: AtomicUsize,
    }
    impl Sweeping {
        fn sweep_once(&self) {
            let left = self.left.load(Ordering::Relaxed);
            if left > 0 {
                self.left.store(left - 1, Ordering::Relaxed);
                sweep(&*self.store);
            }
        }
    }
    impl BlockStore for Sweeping {
        delegate!(store: read_unverified, missing, iter, metadata, stats, names, refs, flush);

        fn put_many(&self, blocks: &[Block]) -> Result<cideldill::PutReport, Error> {
            self.sweep_once();
            self.store.put_many(blocks)
        }
    }
    let store = backend.fresh();
    let part = "a part that was there before".repeat(100);
    keep(&*store, &part);
    let store = Store::new(Sweeping {
        store,
        left: AtomicUsize::new(1),
    });
    let value = vec![part, "a new one".repeat(200)];
    let cid = store.put(&value).unwrap();
    assert_eq!(store.load::<Vec<String>>(cid).unwrap(), value);
    assert_whole(store.blocks());
}

pub(crate) fn puts_and_sweeps_of_many_threads_leave_a_whole_store(backend: &dyn Backend) {
    let store = &*backend.fresh();
    let is_done = &AtomicBool::new(false);
    let removed = thread::scope(|scope| {
        let sweeper = scope.spawn(|| {
            let mut removed = 0;
            while !is_done.load(Ordering::Relaxed) {
                removed += sweep(store).removed.blocks;
            }
            removed
        });
        let writers: Vec<_> = (0..3)
            .map(|thread| scope.spawn(move || write_and_forget(store, thread)))
            .collect();
        let ends: Vec<_> = writers.into_iter().map(ScopedJoinHandle::join).collect();
        // First of all, or a writer that failed would leave the sweeper running for ever.
        is_done.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok));
        sweeper.join().unwrap()
    });
    assert_whole(store);
    assert_counted(store);
    let removed = removed + sweep(store).removed.blocks;
    assert!(removed > 0, "the sweeps came to nothing");
    let kept: BTreeSet<Cid> = (0..3)
        .flat_map(|thread| blocks_of(thread, 24))
        .map(|block| block.cid())
        .collect();
    assert_eq!(all(store), kept, "what each thread named last is left");
    assert_whole(store);
}

/// Parts shared by all threads and half of the numbers, held by a part of their own, and one of this
/// thread and number; each after what it links to.
fn blocks_of(thread: usize, number: usize) -> Vec<Block> {
    let text = |n: usize| format!("the text of number {n}, and ").repeat(50);
    let shared: Vec<String> = (0..20).map(|n| text(n + number % 2 * 10)).collect();
    let own = text(1_000 * (thread + 1) + number);
    let encoded = cideldill::encode(&(shared, own)).unwrap();
    let mut blocks: Vec<Block> = encoded.blocks().collect();
    assert_eq!(blocks.len(), 23);
    blocks.sort_by_key(
        |block| match cideldill::links(block.bytes()).unwrap().len() {
            // The top holds the fewest links, but for the leaves.
            2 => usize::MAX,
            n => n,
        },
    );
    blocks
}

/// Puts blocks, in several batches, and names the last. A sweep may take what has no name yet: that is
/// a typed error, and it is put again.
fn write_and_forget(store: &dyn BlockStore, thread: usize) {
    for number in 0..25 {
        let blocks = blocks_of(thread, number);
        loop {
            let stored = store.put_many(&blocks[..12]).and_then(|_| {
                store.put_many(&blocks[12..])?;
                store.set_ref(&format!("thread {thread}"), Some(blocks[22].cid()))
            });
            match stored {
                Ok(()) => break,
                Err(error) if matches!(error.kind(), ErrorKind::Missing { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_holds(store, &blocks);
    }
}

pub(crate) fn blocks_of_many_records_go_whole(backend: &dyn Backend) {
    let store = backend.fresh();
    // One has more records than a step of a sweep.
    let large = [long_text(0, 100_000), long_text(1, 6_500_000)];
    let small: Vec<Block> = (10..1_510).map(|n| text(&n.to_string())).collect();
    store.put_many(&large[..1]).unwrap();
    for batch in small.chunks(1_000) {
        store.put_many(batch).unwrap();
    }
    store.put_many(&large[1..]).unwrap();
    store.set_ref("kept", Some(small[7].cid())).unwrap();
    assert_eq!(sweep(&*store).removed.blocks, 1_501);
    assert_eq!(all(&*store), BTreeSet::from([small[7].cid()]));
    assert_counted(&*store);
}

/// Short blocks share records: some go, and their neighbours are read all the time.
pub(crate) fn neighbours_of_what_goes_stay(backend: &dyn Backend) {
    let store = backend.fresh();
    let lens = [3_000, 50, 700, 7_000, 1_200];
    let blocks: Vec<Block> = (0..1_500)
        .map(|n| long_text(n, lens[n % lens.len()]))
        .collect();
    store.put_many(&blocks[..800]).unwrap();
    store.put_many(&blocks[800..]).unwrap();
    let is_kept = |n: usize| !n.is_multiple_of(3) && !(300..400).contains(&n);
    let (kept, gone): (Vec<usize>, Vec<usize>) = (0..blocks.len()).partition(|n| is_kept(*n));
    let of =
        |numbers: &[usize]| -> Vec<Block> { numbers.iter().map(|n| blocks[*n].clone()).collect() };
    let (kept, gone) = (of(&kept), of(&gone));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                assert_holds(&*store, &kept);
            }
        });
        let cids = || gone.iter().chain(&gone).map(Block::cid).collect();
        let swept = store.sweep(&mut || Ok(cids()));
        is_over.store(true, Ordering::Relaxed);
        let removed = swept.unwrap().removed;
        let bytes: usize = gone.iter().map(|block| block.bytes().len()).sum();
        assert_eq!(
            (removed.blocks, removed.bytes),
            (gone.len() as u64, bytes as u64)
        );
    });
    assert_holds(&*store, &kept);
    assert_counted(&*store);
    store.put_many(&gone).unwrap();
    assert_holds(&*store, &blocks);
    assert_counted(&*store);
}

/// What is left of a record holds nothing of what went.
pub(crate) fn what_was_swept_takes_no_room(kind: Kind) {
    let disk = Disk::new(kind);
    let blocks: Vec<Block> = (0..4).map(|n| long_text(n, 800)).collect();
    let store = disk.open();
    store.put_many(&blocks).unwrap();
    let gone = || vec![blocks[0].cid(), blocks[2].cid()];
    store.sweep(&mut || Ok(gone())).unwrap();
    drop(store);
    kind.meddle(&disk.path(), |db| {
        let record = db.get(&bytes_key(db, &blocks[1], 0)).unwrap();
        assert!((1_600..1_800).contains(&record.len()), "{}", record.len());
    });
    let left = || vec![blocks[1].cid(), blocks[3].cid()];
    let mut key = Vec::new();
    kind.meddle(&disk.path(), |db| key = bytes_key(db, &blocks[1], 0));
    disk.open().sweep(&mut || Ok(left())).unwrap();
    kind.meddle(&disk.path(), |db| assert_eq!(db.get(&key), None));
    assert_eq!(disk.open().stats().blocks, 0);
}

/// What was taken out stays out, and what was kept is kept, also on the disk.
pub(crate) fn a_swept_store_is_opened_again(kind: Kind) {
    let disk = Disk::new(kind);
    let store = disk.open();
    let roots = values(&*store);
    store.set_ref("kept", Some(roots[7])).unwrap();
    sweep(&*store);
    let (left, epoch, stats) = (all(&*store), store.epoch(), store.stats());
    drop(store);
    let store = disk.open();
    assert_eq!(
        (all(&*store), store.epoch(), store.stats()),
        (left, epoch, stats)
    );
    assert_whole(&*store);
    for (number, block) in (0..40).map(|n| (n, long_text(n, 3_000))) {
        store.put_many(&[block]).unwrap();
        store.set_ref(&number.to_string(), None).unwrap();
    }
    sweep(&*store);
    assert_eq!(store.stats(), stats);
    drop(store);
    assert_whole(&*disk.open());
    // Remains of what was swept may come back, but nothing that is named is lost.
    let recovered = kind.recover(disk.path()).unwrap();
    assert_eq!((recovered.saved_refs, recovered.lost_refs), (1, vec![]));
    assert_whole(&*disk.open());
}

pub(crate) fn a_process_killed_while_it_sweeps_leaves_a_whole_store(kind: Kind) {
    let disk = Disk::new(kind);
    for round in 0..3 {
        let mut child = Child::start(CHURN, kind, &disk.path());
        for _ in 0..5 + 4 * round {
            child.next_line().unwrap();
        }
        child.kill();
        assert_whole(&*disk.open());
        assert_counted(&*disk.open());
    }
}

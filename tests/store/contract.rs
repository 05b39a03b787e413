//! The promises that every store keeps, as functions of a backend.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, SystemTime};

use allocation_counter::measure;
use cideldill::{
    Block, BlockSource, BlockStore, Cid, Epoch, Error, ErrorKind, Metadata, PutReport, Stats,
};

use crate::support::{Backend, assert_counted, assert_holds, holder, long_text, text};

fn put(store: &dyn BlockStore, blocks: &[&Block]) -> Result<PutReport, Error> {
    let blocks: Vec<Block> = blocks.iter().map(|block| (*block).clone()).collect();
    store.put_many(&blocks)
}

pub(crate) fn store_and_retrieve(backend: &dyn Backend) {
    let store = backend.fresh();
    let (a, b) = (text("a"), text("b"));
    put(&*store, &[&a]).unwrap();
    assert_eq!(store.get(&a.cid()).unwrap().as_ref(), Some(a.bytes()));
    put(&*store, &[&b]).unwrap();
    assert_holds(&*store, [&a, &b]);
}

pub(crate) fn store_verifies_cid(backend: &dyn Backend) {
    let store = backend.fresh();
    let a = text("a");
    let report = store
        .put_pairs(&[(a.cid(), Arc::clone(a.bytes()))])
        .unwrap();
    assert_eq!(report.new_blocks, 1);
    assert_holds(&*store, [&a]);
}

pub(crate) fn store_mismatch_raises(backend: &dyn Backend) {
    let store = backend.fresh();
    let (a, b, c) = (text("a"), text("b"), text("c"));
    let pairs = [
        (a.cid(), Arc::clone(a.bytes())),
        (b.cid(), Arc::clone(c.bytes())),
    ];
    let refused = store.put_pairs(&pairs).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Corrupt { expected, actual }
            if *expected == b.cid() && *actual == c.cid()),
        "{refused}"
    );
    assert_eq!(
        store.stats(),
        Stats::default(),
        "nothing of the batch is kept"
    );
    assert_eq!(
        store.missing(&[a.cid(), b.cid(), c.cid()]).unwrap().len(),
        3
    );
}

pub(crate) fn store_duplicate_ignored(backend: &dyn Backend) {
    let store = backend.fresh();
    let (a, b) = (text("a"), text("bb"));
    let first = put(&*store, &[&a, &b, &a]).unwrap();
    let len = |block: &Block| block.bytes().len() as u64;
    assert_eq!((first.blocks, first.bytes), (2, len(&a) + len(&b)));
    assert_eq!((first.new_blocks, first.new_bytes), (2, len(&a) + len(&b)));
    let (before, came) = (store.stats(), store.metadata(&a.cid()).unwrap());
    let again = put(&*store, &[&a]).unwrap();
    assert_eq!((again.blocks, again.bytes), (1, len(&a)));
    assert_eq!((again.new_blocks, again.new_bytes), (0, 0));
    assert_eq!(store.stats(), before);
    assert_eq!(store.metadata(&a.cid()).unwrap(), came);
}

pub(crate) fn get_nonexistent_returns_none(backend: &dyn Backend) {
    let store = backend.fresh();
    put(&*store, &[&text("a")]).unwrap();
    let absent = text("b").cid();
    assert_eq!(store.get(&absent).unwrap(), None);
    assert_eq!(store.metadata(&absent).unwrap(), None);
    assert_eq!(store.get_ref("nothing").unwrap(), None);
}

pub(crate) fn exists_true(backend: &dyn Backend) {
    let store = backend.fresh();
    put(&*store, &[&text("a")]).unwrap();
    assert!(store.contains(&text("a").cid()).unwrap());
}

pub(crate) fn exists_false(backend: &dyn Backend) {
    let store = backend.fresh();
    put(&*store, &[&text("a")]).unwrap();
    assert!(!store.contains(&text("b").cid()).unwrap());
}

pub(crate) fn store_thread_safety(backend: &dyn Backend) {
    let store = &*backend.fresh();
    let shared = long_text(0, 20_000);
    let blocks_of = |thread: usize| -> Vec<Vec<Block>> {
        let batch = |number: usize| {
            let leaf = text(&format!("{thread} {number}"));
            vec![holder(&[&leaf, &shared]), leaf, shared.clone()]
        };
        (0..20).map(batch).collect()
    };
    let new_blocks: u64 = thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|thread| {
                scope.spawn(move || {
                    let mut new_blocks = 0;
                    for batch in blocks_of(thread) {
                        new_blocks += store.put_many(&batch).unwrap().new_blocks;
                        assert_holds(store, &batch);
                    }
                    new_blocks
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .sum()
    });
    // Two threads that bring the same block at once must not both count it.
    assert_eq!(new_blocks, 4 * 20 * 2 + 1);
    assert_eq!(store.stats().blocks, new_blocks);
    assert_counted(store);
    for thread in 0..4 {
        assert_holds(store, blocks_of(thread).iter().flatten());
    }
}

pub(crate) fn store_many_atomic(backend: &dyn Backend) {
    let store = backend.fresh();
    let old = text("old");
    put(&*store, &[&old]).unwrap();
    let (good, absent) = (text("good"), text("absent"));
    let bad = holder(&[&absent]);
    let refused = put(&*store, &[&good, &bad, &text("after")]).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == absent.cid()));
    assert_eq!(store.stats().blocks, 1);
    // Nor does a later batch make it durable.
    put(&*store, &[&text("later")]).unwrap();
    let asked = [old.cid(), good.cid(), bad.cid(), text("after").cid()];
    assert_eq!(store.missing(&asked).unwrap(), asked[1..]);
}

pub(crate) fn get_many(backend: &dyn Backend) {
    let store = backend.fresh();
    let blocks: Vec<Block> = (0..50).map(|n| long_text(n, n * 400)).collect();
    store.put_many(&blocks).unwrap();
    let absent = text("absent").cid();
    let mut asked: Vec<Cid> = blocks.iter().rev().map(Block::cid).collect();
    asked.insert(7, absent);
    asked.push(blocks[0].cid());
    let found = store.get_many(&asked).unwrap();
    assert_eq!(found.len(), asked.len());
    assert_eq!(found[7], None);
    for (cid, bytes) in asked.iter().zip(&found).filter(|(cid, _)| **cid != absent) {
        assert_eq!(Cid::of(bytes.as_ref().unwrap()), *cid);
    }
}

pub(crate) fn missing(backend: &dyn Backend) {
    let store = backend.fresh();
    let (a, b, c) = (text("a"), text("b"), text("c"));
    put(&*store, &[&b]).unwrap();
    let asked = [c.cid(), b.cid(), a.cid(), c.cid()];
    let missing = store.missing(&asked).unwrap();
    assert_eq!(missing, [c.cid(), a.cid()], "in the order asked, each once");
    assert_eq!(store.missing(&[b.cid()]).unwrap(), []);
}

pub(crate) fn stats(backend: &dyn Backend) {
    let store = backend.fresh();
    assert_eq!(store.stats(), Stats::default());
    let blocks: Vec<Block> = (0..30).map(|n| long_text(n, n * n * 10)).collect();
    for batch in blocks.chunks(7) {
        store.put_many(batch).unwrap();
        assert_counted(&*store);
    }
    assert_eq!(store.stats().blocks, 30);
    // Nothing is looked for in the store, however much it holds.
    let cost = measure(|| {
        black_box(store.stats());
    });
    assert_eq!(cost.count_total, 0);
}

pub(crate) fn store_no_eviction(backend: &dyn Backend) {
    let store = backend.fresh();
    let blocks: Vec<Block> = (0..3_000).map(|n| long_text(n, 1_200)).collect();
    for batch in blocks.chunks(500) {
        store.put_many(batch).unwrap();
    }
    assert_eq!(store.stats().blocks, 3_000);
    assert_holds(&*store, &blocks);
}

pub(crate) fn store_128_char_cids(backend: &dyn Backend) {
    let store = backend.fresh();
    let a = text("a");
    put(&*store, &[&a]).unwrap();
    let printed = a.cid().to_string();
    assert_eq!(printed.len(), 128);
    assert!(store.contains(&printed.parse().unwrap()).unwrap());
    // Every digit counts, the last as much as the first.
    for at in [0, 63] {
        let mut bytes = *a.cid().as_bytes();
        bytes[at] ^= 1;
        assert!(!store.contains(&Cid::from_bytes(bytes)).unwrap());
    }
}

pub(crate) fn empty_batch(backend: &dyn Backend) {
    let store = backend.fresh();
    assert_eq!(store.put_many(&[]).unwrap(), PutReport::default());
    assert_eq!(store.put_pairs(&[]).unwrap(), PutReport::default());
    assert_eq!(store.get_many(&[]).unwrap(), []);
    assert_eq!(store.missing(&[]).unwrap(), []);
    assert_eq!(store.iter().count(), 0);
    store.flush().unwrap();
}

pub(crate) fn three_hundred_thousand_cids(backend: &dyn Backend) {
    let store = backend.fresh();
    let here: Vec<Block> = (0..10).map(|n| text(&n.to_string())).collect();
    store.put_many(&here).unwrap();
    let absent = |n: u32| {
        let mut bytes = [0; Cid::LEN];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        Cid::from_bytes(bytes)
    };
    let asked: Vec<Cid> = (0..300_000)
        .map(|n| match n % 3 {
            0 => here[n as usize % 10].cid(),
            _ => absent(n),
        })
        .collect();
    assert_eq!(store.missing(&asked).unwrap().len(), 200_000);
    let found = store.get_many(&asked).unwrap();
    assert_eq!(found.iter().flatten().count(), 100_000);
    assert_eq!(found[3].as_ref(), Some(here[3].bytes()));
    assert_eq!(found[4], None);
}

pub(crate) fn a_parent_before_its_child_is_refused(backend: &dyn Backend) {
    let store = backend.fresh();
    let leaf = text("leaf");
    let middle = holder(&[&leaf]);
    let top = holder(&[&leaf, &middle]);
    for early in [vec![&middle], vec![&top, &middle], vec![&top, &leaf]] {
        let refused = put(&*store, &early).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Missing { .. }),
            "{refused}"
        );
        assert_eq!(store.stats().blocks, 0);
        assert_eq!(store.iter().count(), 0);
    }
    put(&*store, &[&leaf]).unwrap();
    put(&*store, &[&middle]).unwrap();
    put(&*store, &[&top]).unwrap();
    assert_holds(&*store, [&leaf, &middle, &top]);
}

pub(crate) fn a_batch_may_be_in_any_order(backend: &dyn Backend) {
    let (a, b) = (text("a"), text("b"));
    let middle = holder(&[&a, &b, &a]);
    let top = holder(&[&middle, &b]);
    for order in [[&top, &middle, &a, &b], [&b, &a, &middle, &top]] {
        let store = backend.fresh();
        assert_eq!(put(&*store, &order).unwrap().new_blocks, 4);
        assert_holds(&*store, order);
    }
}

pub(crate) fn what_is_not_a_block_is_refused(backend: &dyn Backend) {
    let store = backend.fresh();
    let good = text("good");
    for bytes in [
        &b""[..],
        b"plain text",
        b"\x10\xa1s\x90\xa5cut",
        b"\x10\xa1n\x90\xc0\xc0",
        b"\x10\xa1*\x90\xd4\x02\x00",
    ] {
        let refused = put(&*store, &[&good, &Block::new(bytes)]).unwrap_err();
        let kind = refused.kind();
        let is_typed = matches!(
            kind,
            ErrorKind::Malformed { .. } | ErrorKind::Version { .. }
        );
        assert!(is_typed, "{refused}");
    }
    assert_eq!(store.stats(), Stats::default());
}

pub(crate) fn blocks_of_every_size(backend: &dyn Backend) {
    let store = backend.fresh();
    let mut blocks = vec![Block::new(*b"\x10\xa1n\x90\xc0")];
    let edges = [
        6_144,
        2 * 6_144,
        64 << 10,
        128 << 10,
        1 << 20,
        (2 << 20) + 17,
    ];
    for (number, edge) in edges.into_iter().enumerate() {
        for len in edge - 12..edge + 3 {
            if edge < 1 << 17 || len == edge {
                blocks.push(long_text(number, len));
            }
        }
    }
    store.put_many(&blocks[..blocks.len() / 2]).unwrap();
    store.put_many(&blocks).unwrap();
    assert_holds(&*store, &blocks);
    assert_counted(&*store);
    for block in &blocks {
        let metadata = store.metadata(&block.cid()).unwrap().unwrap();
        assert_eq!(metadata.bytes, block.bytes().len() as u64);
    }
}

pub(crate) fn iteration_is_in_byte_order(backend: &dyn Backend) {
    let store = backend.fresh();
    let mut blocks: Vec<Block> = (0..2_500).map(|n| text(&n.to_string())).collect();
    blocks.extend((0..5).map(|n| long_text(n, 30_000)));
    store.put_many(&blocks).unwrap();
    put(&*store, &[&text("x")]).unwrap();
    store.set_ref("name", Some(blocks[0].cid())).unwrap();
    blocks.push(text("x"));
    let mut expected: Vec<Cid> = blocks.iter().map(Block::cid).collect();
    expected.sort_unstable();
    let listed: Vec<Cid> = store.iter().map(Result::unwrap).collect();
    assert_eq!(listed, expected);
}

pub(crate) fn metadata_is_beside_the_block(backend: &dyn Backend) {
    let store = backend.fresh();
    let block = long_text(1, 10_000);
    let before = SystemTime::now() - Duration::from_millis(1);
    put(&*store, &[&block]).unwrap();
    let Metadata {
        bytes, stored_at, ..
    } = store.metadata(&block.cid()).unwrap().unwrap();
    assert_eq!(bytes, block.bytes().len() as u64);
    assert!(before <= stored_at && stored_at <= SystemTime::now());
}

pub(crate) fn references(backend: &dyn Backend) {
    let store = backend.fresh();
    let (a, b) = (text("a"), text("b"));
    put(&*store, &[&a, &b]).unwrap();
    let odd_name = "r\u{e9}sum\u{e9}/ with spaces";
    let longest = "x".repeat(255);
    store.set_ref("main", Some(a.cid())).unwrap();
    store.set_ref(&longest, Some(b.cid())).unwrap();
    store.set_ref(odd_name, Some(b.cid())).unwrap();
    assert_eq!(store.get_ref("main").unwrap(), Some(a.cid()));
    store.set_ref("main", Some(b.cid())).unwrap();
    assert_eq!(store.get_ref("main").unwrap(), Some(b.cid()));
    assert_eq!(store.get_ref("mai").unwrap(), None);
    store.set_ref("main", None).unwrap();
    store.set_ref("never there", None).unwrap();
    assert_eq!(store.get_ref("main").unwrap(), None);
    let left = BTreeMap::from([(longest, b.cid()), (odd_name.to_owned(), b.cid())]);
    assert_eq!(store.refs().unwrap(), left);
    assert_eq!(store.stats().blocks, 2, "names are not blocks");
}

pub(crate) fn what_is_not_a_name_of_a_reference_is_refused(backend: &dyn Backend) {
    let store = backend.fresh();
    let block = text("a");
    put(&*store, &[&block]).unwrap();
    for name in [
        "",
        "a\0b",
        "two\nlines",
        "\u{1b}[31m",
        "\u{85}",
        &"x".repeat(256),
    ] {
        assert!(!cideldill::is_reference_name(name));
        for cid in [Some(block.cid()), None] {
            let refused = store.set_ref(name, cid).unwrap_err();
            assert!(
                matches!(refused.kind(), ErrorKind::ReferenceName { name: n } if n == name),
                "{refused}"
            );
            assert!(!refused.to_string().contains(char::is_control), "{refused}");
        }
        assert_eq!(store.get_ref(name).unwrap(), None);
    }
    assert!(store.refs().unwrap().is_empty());
}

pub(crate) fn a_reference_is_set_only_where_it_stands_for_what_was_expected(backend: &dyn Backend) {
    let store = backend.fresh();
    let (a, b, absent) = (text("a"), text("b"), text("absent").cid());
    put(&*store, &[&a, &b]).unwrap();
    let (a, b) = (a.cid(), b.cid());
    let set = |expected, cid| store.compare_and_set_ref("main", expected, cid);
    let conflict = |answer: Result<(), Error>| match answer.unwrap_err().kind() {
        ErrorKind::ReferenceConflict { name, found } if name == "main" => *found,
        other => panic!("{other}"),
    };
    // Each row: what is expected, what is to be set, and what it stands for that is in the way.
    assert_eq!(conflict(set(Some(a), Some(b))), None);
    set(None, None).unwrap();
    set(None, Some(a)).unwrap();
    assert_eq!(conflict(set(None, Some(b))), Some(a));
    assert_eq!(conflict(set(Some(b), Some(b))), Some(a));
    assert_eq!(conflict(set(Some(b), None)), Some(a));
    assert_eq!(conflict(set(None, Some(absent))), Some(a));
    assert_eq!(store.get_ref("main").unwrap(), Some(a));
    let refused = set(Some(a), Some(absent)).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == absent));
    set(Some(a), Some(b)).unwrap();
    assert_eq!(store.get_ref("main").unwrap(), Some(b));
    set(Some(b), None).unwrap();
    assert_eq!(store.refs().unwrap(), BTreeMap::new());
}

/// Each of four threads moves a name one block on, from where it found it. If two ever moved it from
/// the same place, there were more moves than places.
pub(crate) fn of_those_who_move_a_reference_at_once_one_succeeds(backend: &dyn Backend) {
    let store = &*backend.fresh();
    let places: Vec<Block> = (0..30).map(|n| text(&n.to_string())).collect();
    store.put_many(&places).unwrap();
    let cids: Vec<Cid> = places.iter().map(Block::cid).collect();
    store.set_ref("main", Some(cids[0])).unwrap();
    let (cids, barrier) = (&cids, &Barrier::new(4));
    let move_on = move || {
        barrier.wait();
        let mut moved = 0;
        loop {
            let found = store.get_ref("main").unwrap();
            let at = cids.iter().position(|cid| Some(*cid) == found).unwrap();
            let Some(next) = cids.get(at + 1) else {
                return moved;
            };
            match store.compare_and_set_ref("main", found, Some(*next)) {
                Ok(()) => moved += 1,
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::ReferenceConflict { .. }));
                }
            }
        }
    };
    let moved: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(move_on)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!(moved, cids.len() - 1);
    // Whoever expects nothing sets it in any case, also beside others.
    let set = move |cids: &[Cid]| {
        for cid in cids {
            store.set_ref("main", Some(*cid)).unwrap();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| set(&cids[..5]));
        set(&cids[5..10]);
    });
}

pub(crate) fn a_reference_to_a_missing_block_is_refused(backend: &dyn Backend) {
    let store = backend.fresh();
    let (here, absent) = (text("here"), text("absent"));
    put(&*store, &[&here]).unwrap();
    store.set_ref("main", Some(here.cid())).unwrap();
    let refused = store.set_ref("main", Some(absent.cid())).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == absent.cid()));
    assert_eq!(store.get_ref("main").unwrap(), Some(here.cid()));
}

pub(crate) fn each_store_has_an_epoch_of_its_own(backend: &dyn Backend) {
    let (one, other) = (backend.fresh(), backend.fresh());
    assert_ne!(one.epoch(), other.epoch());
    let before = one.epoch();
    put(&*one, &[&text("a")]).unwrap();
    assert_eq!(one.epoch(), before, "storing does not change it");
    assert_eq!(before.to_string().parse::<Epoch>(), Ok(before));
    assert!("x".parse::<Epoch>().is_err());
}

pub(crate) fn a_store_is_a_source_of_verified_blocks(backend: &dyn Backend) {
    let store = backend.fresh();
    let (a, b) = (text("a"), text("b"));
    put(&*store, &[&a, &b]).unwrap();
    let loaded = store.load_many(&[b.cid(), a.cid(), b.cid()]).unwrap();
    assert_eq!(loaded, [b.bytes(), a.bytes(), b.bytes()].map(Arc::clone));
    let absent = text("absent").cid();
    let refused = store.load_many(&[a.cid(), absent]).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == absent));
}

/// A store whose disk gives other bytes back for one block.
pub(crate) struct Lying {
    store: Box<dyn BlockStore>,
    about: Cid,
}

impl BlockStore for Lying {
    delegate!(store: missing, put_many, iter, metadata, stats, names, refs, flush);

    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        let mut found = self.store.read_unverified(cids)?;
        for (cid, bytes) in cids.iter().zip(&mut found) {
            if let (true, Some(bytes)) = (*cid == self.about, bytes) {
                let mut flipped = bytes.to_vec();
                *flipped.last_mut().unwrap() ^= 1;
                *bytes = flipped.into();
            }
        }
        Ok(found)
    }
}

pub(crate) fn wrong_bytes_are_corrupt_not_missing(backend: &dyn Backend) {
    let (a, b, absent) = (text("a"), text("b"), text("absent"));
    let store = Lying {
        store: backend.fresh(),
        about: b.cid(),
    };
    put(&store, &[&a, &b]).unwrap();
    assert_holds(&store, [&a]);
    assert_eq!(store.get(&absent.cid()).unwrap(), None);
    let asked = [a.cid(), absent.cid(), b.cid()];
    let refusals = [
        store.get(&b.cid()).unwrap_err(),
        store.get_many(&asked).unwrap_err(),
        store.load_many(&[a.cid(), b.cid()]).unwrap_err(),
    ];
    for refused in refusals {
        assert!(
            matches!(refused.kind(), ErrorKind::Corrupt { expected, actual }
                if *expected == b.cid() && actual != expected),
            "{refused}"
        );
    }
    let unverified = store.read_unverified(&[b.cid()]).unwrap();
    assert_ne!(unverified[0].as_ref(), Some(b.bytes()));
}

//! D13: a batch with one bad item kept the good ones, and the next write made them durable. Here a
//! batch, and a value, is kept whole or not at all.

use cideldill::transport::{Code, Offer, Offered, RequestLimits, Serializer, receive};
use cideldill::{Block, BlockStore, MemoryStore, SledStore, Store, encode};

use crate::support::{cid, long_text};

/// Good blocks before and after one that is bad for another reason each time.
fn bad_batches() -> Vec<Vec<Block>> {
    let good = |from: usize| -> Vec<Block> {
        let texts: Vec<String> = (from..from + 5).map(|n| long_text(2_000 + n)).collect();
        encode(&texts).unwrap().blocks().collect()
    };
    let orphan = encode(&(long_text(9_000), 1_u8)).unwrap();
    let orphan = orphan
        .blocks()
        .find(|block| block.cid() == orphan.root())
        .unwrap();
    let bad = [
        Block::new(*b"no block"),
        Block::new(*b"\x10\xa1s\x90\xa5cut"),
        orphan,
    ];
    bad.into_iter()
        .map(|bad| [good(0), vec![bad], good(50)].concat())
        .collect()
}

fn assert_nothing_is_kept(store: &dyn BlockStore) {
    for batch in bad_batches() {
        assert!(store.put_many(&batch).is_err());
        assert_eq!((store.stats().blocks, store.iter().count()), (0, 0));
    }
}

#[test]
fn a_batch_with_one_bad_block_keeps_none_in_memory() {
    assert_nothing_is_kept(&MemoryStore::new());
}

#[test]
fn a_batch_with_one_bad_block_keeps_none_on_disk_not_even_after_the_next_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (text, number) = (long_text(3_000), 7_u8);
    {
        let store = SledStore::open(&path).unwrap();
        assert_nothing_is_kept(&store);
        let good: Vec<Block> = encode(&(&text, number)).unwrap().blocks().collect();
        store.put_many(&good).unwrap();
        assert_eq!(store.stats().blocks, 2);
    }
    let store = SledStore::open(&path).unwrap();
    assert_eq!((store.stats().blocks, store.iter().count()), (2, 2));
    let store = Store::new(store);
    let back: (String, u8) = store.load(cid(&(&text, number))).unwrap();
    assert_eq!(back, (text, number));
}

#[test]
fn a_value_with_one_bad_part_keeps_none() {
    let store = Store::in_memory();
    // Long enough that many blocks are finished before the bad part is met.
    let parts: Vec<_> = (0..300)
        .map(|n| std::cell::RefCell::new(long_text(10_000 + n)))
        .collect();
    let borrowed = parts[299].borrow_mut();
    assert!(store.put(&parts).is_err());
    assert_eq!(store.blocks().stats().blocks, 0);
    drop(borrowed);
    store.put(&parts).unwrap();
}

#[test]
fn a_refused_request_keeps_none_not_even_after_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [&dyn BlockStore; 2] = [
        &MemoryStore::new(),
        &SledStore::open(folder.path().join("store")).unwrap(),
    ];
    let limits = RequestLimits::default();
    for store in stores {
        for batch in bad_batches() {
            // Each block an object of its own: the good ones would do alone.
            let object = |block: &Block| Offered {
                cid: block.cid(),
                data: Some(block.bytes().clone()),
                components: Vec::new(),
            };
            let objects = batch.iter().map(object).collect();
            let refusal = receive(store, &Offer { objects }, &limits).unwrap_err();
            let codes = [Code::InvalidBlock, Code::CidNotFound];
            assert!(codes.contains(&refusal.code()), "{refusal}");
            assert_eq!((store.stats().blocks, store.iter().count()), (0, 0));
        }
        let good = Serializer::default().serialize(&7_u8).unwrap().offered();
        receive(store, &good.into(), &limits).unwrap();
        assert_eq!((store.stats().blocks, store.iter().count()), (1, 1));
    }
}

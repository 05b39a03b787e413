//! What the client remembers of the other side: the least recently used goes first, and *sent* means
//! acknowledged.

use std::sync::Barrier;
use std::thread;

use cideldill::transport::CidCache;
use cideldill::{Cid, Epoch};

fn cid(n: usize) -> Cid {
    Cid::of(&n.to_le_bytes())
}

#[test]
fn cache_initially_empty() {
    let cache = CidCache::new();
    assert!(cache.is_empty() && !cache.is_sent(&cid(1)));
    assert_eq!((cache.len(), cache.capacity()), (0, 10_000));
}

#[test]
fn cache_mark_sent() {
    let cache = CidCache::new();
    cache.mark_sent(cid(1));
    cache.mark_sent(cid(1));
    assert_eq!(cache.len(), 1);
}

#[test]
fn cache_is_sent_returns_true() {
    let cache = CidCache::new();
    cache.mark_sent(cid(1));
    assert!(cache.is_sent(&cid(1)));
}

#[test]
fn cache_is_sent_returns_false() {
    let cache = CidCache::new();
    cache.mark_sent(cid(1));
    assert!(!cache.is_sent(&cid(2)));
    assert_eq!(cache.len(), 1, "to ask is not to mark");
}

#[test]
fn cache_max_size_enforced() {
    let cache = CidCache::new();
    (0..25_000).for_each(|n| cache.mark_sent(cid(n)));
    assert_eq!(cache.len(), 10_000);
    let none = CidCache::with_capacity(0);
    none.mark_sent(cid(1));
    assert!(none.is_empty() && !none.is_sent(&cid(1)));
}

#[test]
fn cache_lru_eviction() {
    let cache = CidCache::with_capacity(3);
    (0..5).for_each(|n| cache.mark_sent(cid(n)));
    let left: Vec<bool> = (0..5).map(|n| cache.is_sent(&cid(n))).collect();
    assert_eq!(left, [false, false, true, true, true]);
}

#[test]
fn cache_lru_access_updates_order() {
    let cache = CidCache::with_capacity(3);
    (0..3).for_each(|n| cache.mark_sent(cid(n)));
    assert!(cache.is_sent(&cid(0)));
    cache.mark_sent(cid(1));
    cache.mark_sent(cid(3));
    let left: Vec<bool> = (0..4).map(|n| cache.is_sent(&cid(n))).collect();
    assert_eq!(left, [true, true, false, true]);
}

#[test]
fn cache_clear() {
    let cache = CidCache::with_capacity(3);
    (0..3).for_each(|n| cache.mark_sent(cid(n)));
    cache.clear();
    assert!(cache.is_empty() && !cache.is_sent(&cid(2)));
    (0..5).for_each(|n| cache.mark_sent(cid(n)));
    assert_eq!(cache.len(), 3);
}

#[test]
fn cache_thread_safety() {
    let cache = CidCache::with_capacity(500);
    let start = Barrier::new(4);
    thread::scope(|scope| {
        for thread in 0..4 {
            let (cache, start) = (&cache, &start);
            scope.spawn(move || {
                start.wait();
                for n in 0..2_000 {
                    cache.mark_sent(cid(thread * 1_000 + n));
                    cache.forget(&[cid(n)]);
                }
            });
        }
    });
    assert!(cache.len() <= 500);
    (0..500).for_each(|n| cache.mark_sent(cid(90_000 + n)));
    assert!((0..500).all(|n| cache.is_sent(&cid(90_000 + n))));
    assert_eq!(cache.len(), 500);
}

#[test]
fn cache_thread_safety_mark_and_check() {
    let cache = CidCache::new();
    thread::scope(|scope| {
        for thread in 0..4 {
            let cache = &cache;
            scope.spawn(move || {
                for n in 0..1_000 {
                    let cid = cid(thread * 1_000 + n);
                    assert!(!cache.is_sent(&cid));
                    cache.mark_sent(cid);
                    assert!(cache.is_sent(&cid), "what is marked is sent at once");
                }
            });
        }
    });
    assert_eq!(cache.len(), 4_000);
}

#[test]
fn cache_128_char_cids() {
    let cache = CidCache::new();
    let text = cid(7).to_string();
    assert_eq!(text.len(), 128);
    cache.mark_sent(text.parse().unwrap());
    assert!(cache.is_sent(&cid(7)));
    // CIDs with the same first bytes are still different ones.
    let mut bytes = *cid(7).as_bytes();
    bytes[63] ^= 1;
    assert!(!cache.is_sent(&Cid::from_bytes(bytes)));
}

#[test]
fn what_is_reserved_is_not_sent_until_it_is_acknowledged() {
    let cache = CidCache::new();
    let lost = cache.reserve([cid(1), cid(2)]);
    assert!(!cache.is_sent(&cid(1)) && cache.is_empty());
    cache.release(lost);
    assert!(
        !cache.is_sent(&cid(1)),
        "a request that was lost is sent again"
    );
    let arrived = cache.reserve([cid(1), cid(2)]);
    cache.commit(arrived);
    assert!(cache.is_sent(&cid(1)) && cache.is_sent(&cid(2)));
    drop(cache.reserve([cid(3)]));
    assert_eq!(cache.len(), 2);
}

#[test]
fn two_senders_of_one_block_both_send_it_and_either_answer_counts() {
    let cache = CidCache::new();
    let (a, b) = (cache.reserve([cid(1)]), cache.reserve([cid(1)]));
    cache.release(a);
    assert!(!cache.is_sent(&cid(1)));
    cache.commit(b);
    assert!(cache.is_sent(&cid(1)));
    let (a, b) = (cache.reserve([cid(2)]), cache.reserve([cid(2)]));
    cache.commit(a);
    cache.release(b);
    assert!(
        cache.is_sent(&cid(2)),
        "one that fails takes nothing from the other"
    );
}

#[test]
fn what_is_missing_is_not_sent() {
    let cache = CidCache::new();
    (0..3).for_each(|n| cache.mark_sent(cid(n)));
    cache.forget(&[cid(1), cid(9)]);
    let left: Vec<bool> = (0..3).map(|n| cache.is_sent(&cid(n))).collect();
    assert_eq!(left, [true, false, true]);
}

#[test]
fn another_epoch_empties_the_cache_and_what_is_under_way() {
    let cache = CidCache::new();
    let epoch = |n| Epoch::from_bytes([n; 16]);
    assert!(!cache.note_epoch(epoch(1)), "the first is no change");
    cache.mark_sent(cid(1));
    let under_way = cache.reserve([cid(2)]);
    assert!(!cache.note_epoch(epoch(1)));
    assert!(cache.is_sent(&cid(1)));
    assert!(cache.note_epoch(epoch(2)));
    cache.commit(under_way);
    assert!(
        cache.is_empty(),
        "an answer of the old store says nothing of the new one"
    );
}

#[test]
fn parents_are_forgotten_after_their_children() {
    let cache = CidCache::with_capacity(10);
    let reservation = cache.reserve((0..50).map(cid));
    cache.commit(reservation);
    assert_eq!(cache.len(), 10);
    assert!(
        (40..50).all(|n| cache.is_sent(&cid(n))),
        "the last are nearest the root"
    );
}

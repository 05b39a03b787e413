//! The cache by itself.

use std::sync::Arc;

use cideldill::transport::CidCache;
use cideldill::{Cid, Epoch};
use loom::sync::atomic::{AtomicBool, Ordering};

use crate::{in_every_order, spawn};

fn cid(n: u8) -> Cid {
    Cid::of(&[n])
}

fn epoch(n: u8) -> Epoch {
    Epoch::from_bytes([n; 16])
}

fn sent(cache: &CidCache, cids: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let is_sent = |n: &u8| cache.is_sent(&cid(*n));
    cids.into_iter().filter(is_sent).collect()
}

#[test]
fn a_block_is_sent_only_after_it_was_acknowledged() {
    in_every_order("sent means acknowledged", None, || {
        let cache = Arc::new(CidCache::new());
        let is_acknowledged = Arc::new(AtomicBool::new(false));
        let (theirs, acknowledged) = (Arc::clone(&cache), Arc::clone(&is_acknowledged));
        let sender = spawn(move || {
            let reservation = theirs.reserve([cid(1), cid(2)]);
            acknowledged.store(true, Ordering::SeqCst);
            theirs.commit(reservation);
        });
        let theirs = Arc::clone(&cache);
        let loser = spawn(move || {
            let reservation = theirs.reserve([cid(1), cid(3)]);
            theirs.release(reservation);
        });
        if cache.is_sent(&cid(1)) {
            assert!(is_acknowledged.load(Ordering::SeqCst));
        }
        sender.join().unwrap();
        loser.join().unwrap();
        assert_eq!(sent(&cache, 1..4), [1, 2], "what was released is not");
    });
}

#[test]
fn what_is_committed_together_is_sent_and_put_out_together() {
    in_every_order("commits are whole", None, || {
        let cache = Arc::new(CidCache::with_capacity(2));
        let threads = [[1, 2], [3, 4]].map(|pair| {
            let theirs = Arc::clone(&cache);
            spawn(move || {
                let reservation = theirs.reserve(pair.map(cid));
                theirs.commit(reservation);
            })
        });
        let len = cache.len();
        assert!(len == 0 || len == 2, "{len} of a commit of 2");
        for thread in threads {
            thread.join().unwrap();
        }
        let last = sent(&cache, 1..5);
        assert!(last == [1, 2] || last == [3, 4], "{last:?} of two threads");
    });
}

#[test]
fn three_threads_keep_the_cache_within_its_bound() {
    in_every_order("eviction", None, || {
        let cache = Arc::new(CidCache::with_capacity(1));
        let theirs = Arc::clone(&cache);
        let first = spawn(move || theirs.mark_sent(cid(1)));
        let theirs = Arc::clone(&cache);
        let second = spawn(move || {
            let reservation = theirs.reserve([cid(2)]);
            theirs.commit(reservation);
        });
        cache.forget(&[cid(1)]);
        assert!(cache.len() <= 1);
        first.join().unwrap();
        second.join().unwrap();
        assert_eq!(sent(&cache, 1..3).len(), cache.len());
        assert!(cache.len() <= 1);
        // It goes on as before.
        cache.mark_sent(cid(3));
        assert_eq!(sent(&cache, 1..4), [3]);
    });
}

#[test]
fn what_was_on_its_way_when_everything_was_forgotten_is_not_sent() {
    in_every_order("forgetting", None, || {
        let cache = Arc::new(CidCache::new());
        let reservation = cache.reserve([cid(1)]);
        let theirs = Arc::clone(&cache);
        let sender = spawn(move || theirs.commit(reservation));
        let theirs = Arc::clone(&cache);
        let other = spawn(move || theirs.clear());
        sender.join().unwrap();
        other.join().unwrap();
        assert!(!cache.is_sent(&cid(1)));
    });
}

#[test]
fn an_acknowledgement_of_the_old_store_never_outlives_it() {
    in_every_order("epochs", None, || {
        let cache = Arc::new(CidCache::new());
        cache.note_epoch(epoch(1));
        let old = cache.reserve([cid(1)]);
        let new = cache.reserve([cid(2)]);
        let theirs = Arc::clone(&cache);
        let first = spawn(move || theirs.commit_in(old, epoch(1)));
        let theirs = Arc::clone(&cache);
        let second = spawn(move || theirs.commit_in(new, epoch(2)));
        let theirs = Arc::clone(&cache);
        let third = spawn(move || {
            theirs.is_sent(&cid(1));
            theirs.is_sent(&cid(2));
        });
        for thread in [first, second, third] {
            thread.join().unwrap();
        }
        assert_eq!(sent(&cache, 1..3), [2]);
    });
}

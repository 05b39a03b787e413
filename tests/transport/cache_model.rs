//! The cache against a list: whatever is done, both hold the same CIDs in the same order.

use cideldill::transport::{CidCache, Reservation};
use cideldill::{Cid, Epoch};
use proptest::prelude::*;

/// The plainest LRU there is, newest last.
struct Naive {
    capacity: usize,
    cids: Vec<Cid>,
}

impl Naive {
    fn is_sent(&mut self, cid: Cid) -> bool {
        let Some(at) = self.cids.iter().position(|known| *known == cid) else {
            return false;
        };
        let cid = self.cids.remove(at);
        self.cids.push(cid);
        true
    }

    fn mark_sent(&mut self, cid: Cid) {
        if !self.is_sent(cid) {
            self.cids.push(cid);
            if self.cids.len() > self.capacity {
                self.cids.remove(0);
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Ask(u8),
    Mark(u8),
    Forget(u8),
    Reserve(Vec<u8>),
    Commit(usize),
    Release(usize),
    Clear,
    Epoch(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0_u8..24;
    prop_oneof![
        6 => n.clone().prop_map(Step::Ask),
        6 => n.clone().prop_map(Step::Mark),
        2 => n.clone().prop_map(Step::Forget),
        4 => prop::collection::vec(n, 0..12).prop_map(Step::Reserve),
        4 => (0_usize..4).prop_map(Step::Commit),
        2 => (0_usize..4).prop_map(Step::Release),
        1 => Just(Step::Clear),
        1 => (0_u8..3).prop_map(Step::Epoch),
    ]
}

fn cid(n: u8) -> Cid {
    Cid::of(&[n])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_cache_does_what_a_list_does(
        capacity in 0_usize..9,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let cache = CidCache::with_capacity(capacity);
        let mut naive = Naive { capacity, cids: Vec::new() };
        // A reservation, and whether everything was forgotten after it.
        let mut reserved: Vec<(Reservation, bool)> = Vec::new();
        let mut epoch = None;
        for step in steps {
            match step {
                Step::Ask(n) => prop_assert_eq!(cache.is_sent(&cid(n)), naive.is_sent(cid(n))),
                Step::Mark(n) => {
                    cache.mark_sent(cid(n));
                    naive.mark_sent(cid(n));
                }
                Step::Forget(n) => {
                    cache.forget(&[cid(n)]);
                    naive.cids.retain(|known| *known != cid(n));
                }
                Step::Reserve(cids) => {
                    reserved.push((cache.reserve(cids.into_iter().map(cid)), false));
                }
                Step::Commit(at) if at < reserved.len() => {
                    let (reservation, is_stale) = reserved.swap_remove(at);
                    if !is_stale {
                        reservation.cids().iter().for_each(|cid| naive.mark_sent(*cid));
                    }
                    cache.commit(reservation);
                }
                Step::Release(at) if at < reserved.len() => {
                    cache.release(reserved.swap_remove(at).0);
                }
                Step::Commit(_) | Step::Release(_) => {}
                Step::Clear => {
                    cache.clear();
                    naive.cids.clear();
                    for (_, is_stale) in &mut reserved {
 *is_stale = true;
 }
                }
                Step::Epoch(n) => {
                    let is_other = epoch.replace(n).is_some_and(|old| old != n);
                    prop_assert_eq!(cache.note_epoch(Epoch::from_bytes([n; 16])), is_other);
                    if is_other {
                        naive.cids.clear();
                        for (_, is_stale) in &mut reserved {
 *is_stale = true;
 }
                    }
                }
            }
            prop_assert_eq!(cache.len(), naive.cids.len());
        }
        // The order too: each new one puts out the oldest.
        for n in 100..100 + u8::try_from(capacity).unwrap() {
            cache.mark_sent(cid(n));
            naive.mark_sent(cid(n));
            let mut left = naive.cids.clone();
            left.retain(|known| *known != cid(n));
            for known in left {
                // In their order, so that to ask changes nothing in the end.
                prop_assert!(cache.is_sent(&known));
            }
            prop_assert!(cache.is_sent(&cid(n)));
        }
    }
}

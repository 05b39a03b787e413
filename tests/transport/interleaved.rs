//! The cache between threads, as a model: each of its operations is one critical section, so whatever
//! threads do is one of the orders of their operations. All orders are tried.

use std::collections::BTreeSet;

use cideldill::transport::{CidCache, Reservation};
use cideldill::{Cid, Epoch};

/// One client thread sends one block: it looks, sends if it must, and commits what was acknowledged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Look,
    Reserve,
    /// The server answers.
    Exchange,
    /// Commits what was accepted, forgets what was missing, releases what was lost.
    Conclude,
}

const STEPS: [Step; 4] = [Step::Look, Step::Reserve, Step::Exchange, Step::Conclude];

/// What happens at a thread's exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    IsLost,
}

#[derive(Default)]
struct Thread {
    at: usize,
    knows_it: bool,
    reservation: Option<Reservation>,
    /// The answer: the epoch, and whether the server has the block.
    answer: Option<(u8, bool)>,
}

/// A server with one block, which may start again with an empty store.
struct Server {
    epoch: u8,
    has: bool,
}

fn cid() -> Cid {
    Cid::of(b"the block")
}

fn epoch(n: u8) -> Epoch {
    Epoch::from_bytes([n; 16])
}

/// Does the next step of a thread.
fn advance(thread: &mut Thread, fate: Fate, cache: &CidCache, server: &mut Server) {
    match STEPS[thread.at] {
        Step::Look => thread.knows_it = cache.is_sent(&cid()),
        Step::Reserve => {
            // With its data or by its name alone: either is acknowledged.
            thread.reservation = Some(cache.reserve([cid()]));
        }
        Step::Exchange if fate == Fate::Arrives => {
            server.has |= !thread.knows_it;
            thread.answer = Some((server.epoch, server.has));
        }
        Step::Exchange => {}
        Step::Conclude => {
            let reservation = thread.reservation.take().unwrap();
            match thread.answer {
                Some((n, true)) => cache.commit_in(reservation, epoch(n)),
                Some((n, false)) => {
                    cache.release(reservation);
                    cache.note_epoch(epoch(n));
                    cache.forget(&[cid()]);
                }
                None => cache.release(reservation),
            }
        }
    }
    thread.at += 1;
}

/// Every order of `a` steps of one thread, `b` of another, and one restart of the server.
fn orders(a: usize, b: usize, restart: usize) -> Vec<Vec<u8>> {
    if a + b + restart == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    let mut first = |who: u8, rest: Vec<Vec<u8>>| {
        all.extend(rest.into_iter().map(|rest| [vec![who], rest].concat()));
    };
    if a > 0 {
        first(0, orders(a - 1, b, restart));
    }
    if b > 0 {
        first(1, orders(a, b - 1, restart));
    }
    if restart > 0 {
        first(2, orders(a, b, restart - 1));
    }
    all
}

#[test]
fn in_every_order_of_two_senders_and_a_restart_sent_means_acknowledged() {
    let fates = [Fate::Arrives, Fate::IsLost];
    let mut ends = BTreeSet::new();
    let orders = orders(STEPS.len(), STEPS.len(), 1);
    assert_eq!(orders.len(), 630);
    for (first, second) in fates.into_iter().flat_map(|a| fates.map(|b| (a, b))) {
        for order in &orders {
            let cache = CidCache::new();
            let mut server = Server {
                epoch: 1,
                has: false,
            };
            cache.note_epoch(epoch(1));
            let mut threads = [Thread::default(), Thread::default()];
            // Each epoch in which the block was acknowledged.
            let mut acknowledged = BTreeSet::new();
            for who in order {
                match who {
                    0 => advance(&mut threads[0], first, &cache, &mut server),
                    1 => advance(&mut threads[1], second, &cache, &mut server),
                    _ => {
                        server = Server {
                            epoch: 2,
                            has: false,
                        }
                    }
                }
                if server.has {
                    acknowledged.insert(server.epoch);
                }
                let is_sent = cache.is_sent(&cid());
                assert!(
                    !is_sent || !acknowledged.is_empty(),
                    "never before an answer"
                );
            }
            // Whoever comes next gets it there with at most one retry, because a name the server
            // does not know is missing, and missing is forgotten.
            let mut attempts = 0;
            loop {
                attempts += 1;
                let mut thread = Thread::default();
                while thread.at < STEPS.len() {
                    advance(&mut thread, Fate::Arrives, &cache, &mut server);
                }
                if thread.answer == Some((server.epoch, true)) {
                    break;
                }
                assert!(attempts < 2, "one retry suffices");
            }
            assert!(server.has && cache.is_sent(&cid()));
            ends.insert(attempts);
        }
    }
    assert_eq!(ends, BTreeSet::from([1, 2]), "both ends were reached");
}

#[test]
fn an_acknowledgement_of_the_old_store_never_outlives_it() {
    // Among the orders: the new epoch is noted between another's answer and its commit, and the
    // answer of the old store is noted after that of the new one.
    for order in orders(STEPS.len(), STEPS.len(), 1) {
        let cache = CidCache::new();
        cache.note_epoch(epoch(1));
        let mut server = Server {
            epoch: 1,
            has: false,
        };
        let mut threads = [Thread::default(), Thread::default()];
        for who in order {
            match who {
                2 => {
                    server = Server {
                        epoch: 2,
                        has: false,
                    }
                }
                who => {
                    let thread = &mut threads[usize::from(who)];
                    advance(thread, Fate::Arrives, &cache, &mut server);
                }
            }
        }
        let is_noticed = threads
            .iter()
            .any(|thread| matches!(thread.answer, Some((2, _))));
        assert!(!is_noticed || !cache.is_sent(&cid()) || server.has);
    }
}

//! Senders that share a cache and a buffer, and a server that is not always there.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cideldill::transport::Sender;
use cideldill::{Cid, compute_cid};

use crate::far::{Far, Way, cids, note};
use crate::{in_every_order, spawn};

/// A server, a sender of all threads, and the CIDs of the values 1 and 2, which share a block.
fn start() -> (Arc<Far>, Arc<Sender<Way>>, Vec<Cid>) {
    let far = Arc::new(Far::default());
    let sender = Arc::new(Sender::new(Way(Arc::clone(&far))));
    (far, sender, [cids(&note(1)), cids(&note(2))].concat())
}

#[test]
fn two_that_send_values_with_a_block_in_common_are_both_acknowledged() {
    in_every_order("two senders", Some(3), || {
        let (far, sender, all) = start();
        let threads = [1, 2].map(|number| {
            let sender = Arc::clone(&sender);
            spawn(move || sender.send(&note(number)).unwrap())
        });
        far.assert_told(sender.serializer().cache(), &all);
        for thread in threads {
            thread.join().unwrap();
        }
        far.assert_has(&note(1));
        far.assert_has(&note(2));
        let (requests, carried) = far.requests();
        assert_eq!(requests, 2, "nothing was missing");
        assert!((3..=4).contains(&carried), "each block once, or by both");
        // From now on its name is enough.
        sender.send(&note(1)).unwrap();
        sender.send(&note(2)).unwrap();
        assert_eq!(far.requests(), (2, 0));
    });
}

/// One request does not arrive, or one answer; whose, depends on the order.
fn one_is_lost(name: &str, lose: fn(&Far)) {
    in_every_order(name, Some(3), move || {
        let (far, sender, all) = start();
        lose(&far);
        let threads = [1, 2].map(|number| {
            let sender = Arc::clone(&sender);
            spawn(move || sender.send(&note(number)).is_ok())
        });
        far.assert_told(sender.serializer().cache(), &all);
        let sent = threads.map(|thread| thread.join().unwrap());
        assert_eq!(sent.iter().filter(|is_sent| **is_sent).count(), 1);
        let cache = sender.serializer().cache();
        far.assert_told(cache, &all);
        for (number, was_sent) in [1, 2].into_iter().zip(sent) {
            let root = compute_cid(&note(number)).unwrap();
            assert_eq!(cache.is_sent(&root), was_sent, "a failure sends nothing");
            far.requests();
            sender.send(&note(number)).unwrap();
            let (requests, carried) = far.requests();
            assert_eq!(requests, 1);
            assert_eq!(carried > 0, !was_sent, "and nothing stays reserved");
            far.assert_has(&note(number));
        }
    });
}

#[test]
fn a_lost_request_is_sent_again_with_its_data() {
    one_is_lost("a lost request", |far| {
        far.lost_requests.store(1, Ordering::Relaxed);
    });
}

#[test]
fn a_lost_answer_acknowledges_nothing() {
    one_is_lost("a lost answer", |far| {
        far.lost_answers.store(1, Ordering::Relaxed);
    });
}

#[test]
fn one_retry_suffices_whenever_the_server_starts_again() {
    in_every_order("a restart", Some(3), || {
        let (far, sender, all) = start();
        let threads = [1, 2].map(|number| {
            let sender = Arc::clone(&sender);
            spawn(move || sender.send(&note(number)).unwrap())
        });
        far.restart_empty();
        far.assert_told(sender.serializer().cache(), &all);
        for thread in threads {
            thread.join().unwrap();
        }
        let (requests, _) = far.requests();
        assert!(requests <= 4, "{requests} requests for two values");
        // What was acknowledged before the restart is noticed with the next request.
        for number in [1, 2] {
            sender.send(&note(number)).unwrap();
            assert!(far.requests().0 <= 2);
            far.assert_has(&note(number));
        }
    });
}

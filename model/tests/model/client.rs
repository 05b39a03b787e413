//! The client's queue: a thread that empties it, and threads that wait for room.
//!
//! Here a wait never ends by the clock, so that whoever waits for another is woken by it or fails the
//! model.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cideldill::transport::client::{Client, ClientOptions, ServerState};

use crate::far::{Far, Way, note};
use crate::{in_every_order, spawn};

const NEVER: Duration = Duration::from_secs(1_000_000);

/// A server, and a client whose queue has room for one value.
fn start() -> (Arc<Far>, Arc<Client>) {
    let far = Arc::new(Far::default());
    let mut options = ClientOptions::default();
    options.queue_bytes = 2_000;
    options.max_wait = NEVER;
    options.linger = NEVER;
    options.min_backoff = NEVER;
    options.max_backoff = NEVER;
    let client = Client::start(Way(Arc::clone(&far)), options).unwrap();
    (far, Arc::new(client))
}

#[test]
fn who_waits_for_room_gets_it_and_everything_arrives() {
    in_every_order("a full queue", Some(3), || {
        let (far, client) = start();
        let theirs = Arc::clone(&client);
        let other = spawn(move || theirs.send(&note(1)).unwrap());
        client.send(&note(2)).unwrap();
        other.join().unwrap();
        let client = Arc::into_inner(client).unwrap();
        let report = client.close(NEVER);
        assert_eq!((report.sent, report.dropped, report.waiting), (2, 0, 0));
        far.assert_has(&note(1));
        far.assert_has(&note(2));
    });
}

#[test]
fn nobody_waits_for_a_server_that_is_gone() {
    in_every_order("a server that is gone", Some(3), || {
        let (far, client) = start();
        far.lost_requests.store(usize::MAX, Ordering::Relaxed);
        let theirs = Arc::clone(&client);
        let other = spawn(move || theirs.send(&note(1)).unwrap());
        client.send(&note(2)).unwrap();
        other.join().unwrap();
        let report = client.report();
        assert_eq!((report.sent, report.dropped, report.waiting), (0, 1, 1));
        assert_eq!(report.server, ServerState::Gone);
        let client = Arc::into_inner(client).unwrap();
        assert_eq!(client.close(Duration::ZERO).waiting, 1);
    });
}

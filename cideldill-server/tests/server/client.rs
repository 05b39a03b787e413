//! The client on a thread of its own: what becomes of values when the server does not answer.

use std::net::TcpListener;
use std::time::Duration;

use cideldill::transport::client::{Client, ClientOptions, Http, ServerState};
use cideldill::{Store, compute_cid};
use cideldill_server::{Port, Running};

use crate::support::{FOREVER, start, start_with, texts};

fn client(url: &str) -> Client {
    let mut options = ClientOptions::default();
    options.min_backoff = Duration::from_millis(1);
    options.max_backoff = Duration::from_millis(20);
    Client::start(Http::new(url, None).unwrap(), options).unwrap()
}

fn restart(store: &Store, port: u16) -> Running {
    start_with(store, |config| config.port = Port::Exactly(port))
}

#[test]
fn what_is_sent_arrives_later() {
    let store = Store::in_memory();
    let running = start(&store);
    let client = client(&running.url());
    let cids: Vec<_> = (0..300)
        .map(|n| client.send(&texts(n, n + 2)).unwrap())
        .collect();
    assert!(client.flush(FOREVER));
    for (n, cid) in cids.into_iter().enumerate() {
        assert_eq!(store.load::<Vec<String>>(cid).unwrap(), texts(n, n + 2));
    }
    let report = client.close(FOREVER);
    assert_eq!((report.sent, report.dropped, report.refused), (300, 0, 0));
    assert_eq!(report.server, ServerState::Answering);
}

/// A server that is gone is a state, and what waits is sent when there is one again.
#[test]
fn what_was_sent_while_no_server_was_there_arrives_when_one_is() {
    let store = Store::in_memory();
    let port = {
        let running = start(&store);
        running.address().port()
    };
    let client = client(&format!("http://127.0.0.1:{port}"));
    let cid = client.send(&texts(0, 5)).unwrap();
    assert!(!client.flush(Duration::from_millis(50)));
    while client.report().server != ServerState::Gone {
        std::thread::yield_now();
    }
    let report = client.report();
    assert!(report.failures > 0);
    assert!(report.last_error.is_some());
    assert_eq!((report.sent, report.waiting), (0, 1));
    let _running = restart(&store, port);
    assert!(client.flush(FOREVER), "{:?}", client.report());
    assert_eq!(store.load::<Vec<String>>(cid).unwrap(), texts(0, 5));
    assert_eq!(client.report().server, ServerState::Answering);
}

/// The queue is bounded in bytes; what there is no room for is dropped and counted.
#[test]
fn no_more_waits_than_may_and_what_is_dropped_is_counted() {
    // Nobody answers here: it is bound, and nothing is ever accepted or read.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = ClientOptions::default();
    options.queue_bytes = 20_000;
    options.max_wait = Duration::ZERO;
    options.linger = Duration::ZERO;
    let url = format!("http://{}", silent.local_addr().unwrap());
    let client = Client::start(Http::new(&url, None).unwrap(), options).unwrap();
    for n in 0..100 {
        let cid = client.send(&texts(n, n + 1)).unwrap();
        assert_eq!(cid, compute_cid(&texts(n, n + 1)).unwrap());
    }
    client.send(&texts(0, 30)).unwrap(); // more than the whole queue
    let report = client.report();
    assert!(report.waiting_bytes <= 20_000);
    assert_eq!(report.waiting + report.dropped, 101);
    assert!(report.waiting > 5);
}

#[test]
fn what_is_refused_is_counted_and_the_rest_arrives() {
    let store = Store::in_memory();
    let running = start(&store);
    let client = client(&running.url());
    let nobody_has = {
        let full = Store::in_memory();
        let cid = full.put(&texts(0, 3)).unwrap();
        cideldill::Value::shallow(cid, full.blocks()).unwrap()
    };
    let before = client.send(&1).unwrap();
    client.send(&nobody_has).unwrap();
    let after = client.send(&2).unwrap();
    assert!(client.flush(FOREVER));
    let report = client.report();
    assert_eq!((report.sent, report.refused), (2, 1));
    assert!(report.last_error.unwrap().contains("cid_not_found"));
    assert!(store.get(before).unwrap().is_some() && store.get(after).unwrap().is_some());
}

/// What cannot be recorded is the caller's to know; nothing of it waits.
#[test]
fn what_cannot_be_recorded_is_an_error_of_send() {
    let client = client("http://127.0.0.1:9");
    let held = std::cell::RefCell::new(1);
    let guard = held.borrow_mut();
    assert!(client.send(&held).is_err());
    drop(guard);
    assert_eq!(client.report().waiting, 0);
}

/// Neither blocking nor dropping panics inside an asynchronous program.
#[test]
fn a_client_works_inside_an_asynchronous_program() {
    let store = Store::in_memory();
    let running = start(&store);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cid = runtime.block_on(async {
        let client = client(&running.url());
        let cid = client.send(&texts(0, 3)).unwrap();
        tokio::task::yield_now().await;
        assert!(client.flush(FOREVER));
        let http = Http::new(&running.url(), None).unwrap();
        let back: Vec<String> = cideldill::decode(cid, &http).unwrap();
        assert_eq!(back, texts(0, 3));
        drop(client);
        cid
    });
    assert!(store.get(cid).unwrap().is_some());
}

#[test]
fn an_address_that_is_none_is_refused() {
    for url in [
        "",
        "http://",
        "https://localhost",
        "localhost:1",
        "http://a/b",
        "http://a@b",
    ] {
        assert!(Http::new(url, None).is_err(), "{url}");
    }
}

//! How a server ends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use cideldill::Store;
use cideldill::transport::Serializer;

use crate::support::{connect, get, read_answer, request, start, start_with};

/// What is under way is answered, and kept; connections that wait for nothing are closed at once.
#[test]
fn what_is_under_way_is_answered_before_the_end() {
    let store = Store::in_memory();
    let running = start(&store);
    let address = running.address();
    let mut idle = connect(address);
    idle.write_all(&request("GET", "/v1/health", &[], &[]))
        .unwrap();
    assert_eq!(read_answer(&mut idle).status, 200);

    let offer = Serializer::default().to_json_dict(&7).unwrap().to_string();
    let headers = [("content-type", "application/json")];
    let whole = request("POST", "/v1/objects", &headers, offer.as_bytes());
    let (first, rest) = whole.split_at(whole.len() - 5);
    let mut under_way = connect(address);
    under_way.write_all(first).unwrap();
    // Answered on another connection after it came: the server has begun to read the first.
    assert_eq!(get(&running, "/v1/health").status, 200);

    let stopping = std::thread::spawn(move || running.stop());
    let mut nothing = Vec::new();
    idle.read_to_end(&mut nothing).unwrap();
    assert!(nothing.is_empty());
    under_way.write_all(rest).unwrap();
    assert_eq!(read_answer(&mut under_way).status, 200);
    stopping.join().unwrap().unwrap();
    assert_eq!(store.blocks().stats().blocks, 1);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_request_that_does_not_end_holds_up_nobody_for_ever() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| config.grace = Duration::from_millis(50));
    let headers = [
        ("content-type", "application/json"),
        ("content-length", "100"),
    ];
    let mut endless = connect(running.address());
    endless
        .write_all(&request("POST", "/v1/objects", &headers, b"{"))
        .unwrap();
    assert_eq!(get(&running, "/v1/health").status, 200);
    running.stop().unwrap();
    assert_eq!(store.blocks().stats().blocks, 0);
}

#[test]
fn a_server_that_never_answered_removes_its_port_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("port");
    let mut config = cideldill_server::Config::default();
    config.port = cideldill_server::Port::Exactly(0);
    config.port_file = Some(file.clone());
    let server = cideldill_server::Server::bind(Store::in_memory(), config).unwrap();
    let port = cideldill::transport::discovery::read_port(&file);
    assert_eq!(port, Some(server.address().port()));
    drop(server);
    assert!(!file.exists());
}

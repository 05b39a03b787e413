//! Group 14 of the requirements: values go to a server in another process and come back, also when it
//! was restarted, killed or cut off between.

use std::time::Duration;

use cideldill::transport::client::{Client, ClientOptions, Http, ServerState};
use cideldill::transport::{Sender, Serializer};
use cideldill::{Cid, Debuggable, compute_cid, decode};

use crate::cut::Way;
use crate::server::{ServerProcess, command, said, store_path};

/// Nothing waits longer than this; no test waits for it to pass.
const FOREVER: Duration = Duration::from_secs(60);

#[derive(Debuggable, Debug, Clone, PartialEq)]
struct Order {
    id: u64,
    lines: Vec<(String, u32)>,
    note: Option<String>,
}

fn text(n: u32) -> String {
    let words: Vec<String> = (n..n + 300).map(|n| n.to_string()).collect();
    words.join(" ")
}

fn order(id: u64) -> Order {
    let lines = (0..20).map(|n| (text(n), n + 1)).collect();
    Order {
        id,
        lines,
        note: Some(text(1_000)),
    }
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn full_workflow_new_object() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let cid = Sender::new(server.http()).send(&order(1)).unwrap();
    assert_eq!(cid, compute_cid(&order(1)).unwrap());
    assert_eq!(decode::<Order>(cid, &server.http()).unwrap(), order(1));
    server.stop();
    let shown = said(
        home.path(),
        &["show", "--items", "3", "--text", "10", &cid.to_string()],
    );
    assert!(shown.starts_with("Order {\n    id: 1,\n"), "{shown}");
}

#[test]
fn full_workflow_cached_object() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let way = Way::to(server.port(), |_| None);
    let sender = Sender::new(Http::new(&way.url, None).unwrap());
    let cid = sender.send(&order(1)).unwrap();
    assert!(way.sent() > 20_000);
    assert_eq!(sender.send(&order(1)).unwrap(), cid);
    assert!(way.sent() < 1_000, "one request, with its head");
}

#[test]
fn full_workflow_cid_not_found_recovery() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let sender = Sender::new(server.http());
    let cid = sender.send(&order(1)).unwrap();
    let port = server.port();
    server.stop();
    std::fs::remove_dir_all(store_path(home.path())).unwrap();
    let server = ServerProcess::start_at(home.path(), port);
    assert_eq!(sender.send(&order(1)).unwrap(), cid);
    assert_eq!(decode::<Order>(cid, &server.http()).unwrap(), order(1));
}

#[test]
fn full_workflow_multiple_objects() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let sender = Sender::new(server.http());
    let serialized: Vec<_> = (0..5)
        .map(|id| sender.serializer().serialize(&order(id)).unwrap())
        .collect();
    sender.upload(&serialized).unwrap();
    for (id, serialized) in (0..).zip(&serialized) {
        let back: Order = decode(serialized.cid(), &server.http()).unwrap();
        assert_eq!(back, order(id));
    }
    // What they share is there once: their own blocks, and the blocks of one.
    let one = cideldill::encode(&order(0)).unwrap().blocks().count() as u64;
    assert!(server.http().stats().unwrap().blocks < one + 4 * 3);
}

#[test]
fn full_workflow_decomposed_object() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let sender = Sender::new(server.http());
    let whole = sender.send(&order(1)).unwrap();
    // Its parts are values of their own.
    let note = compute_cid(&order(1).note.unwrap()).unwrap();
    assert_eq!(decode::<String>(note, &server.http()).unwrap(), text(1_000));
    let changed = Order { id: 2, ..order(1) };
    let before = server.http().stats().unwrap().blocks;
    sender.send(&changed).unwrap();
    assert_eq!(server.http().stats().unwrap().blocks, before + 1);
    assert_eq!(decode::<Order>(whole, &server.http()).unwrap(), order(1));
}

#[test]
fn client_server_roundtrip() {
    let home = home();
    let mut server = ServerProcess::start(home.path());
    let sender = Sender::new(server.http());
    for id in 0..3 {
        let cid = sender.send(&order(id)).unwrap();
        server = server.restart(home.path());
        assert_eq!(decode::<Order>(cid, &server.http()).unwrap(), order(id));
        assert_eq!(sender.send(&order(id)).unwrap(), cid);
    }
    server.stop();
    assert!(said(home.path(), &["fsck"]).contains("all whole"));
}

#[test]
fn roundtrip_with_decomposition() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let mut cids = Vec::new();
    for decompose in [true, false] {
        let serializer = Serializer::default().with_decompose(decompose);
        let sender = Sender::with_serializer(server.http(), serializer);
        let value = (order(1), decompose, vec![text(7); 3]);
        let cid = sender.send(&value).unwrap();
        assert_eq!(cid, compute_cid(&value).unwrap());
        let back: (Order, bool, Vec<String>) = decode(cid, &server.http()).unwrap();
        assert_eq!(back, value);
        cids.push(cid);
    }
    server.stop();
    let known: Vec<Cid> = cids;
    for cid in known {
        said(home.path(), &["show", &cid.to_string()]);
    }
}

/// What a killed server acknowledged is there, and what it did not is sent again.
#[test]
fn a_killed_server_loses_nothing_it_acknowledged() {
    let home = home();
    let mut server = ServerProcess::start(home.path());
    let sender = Sender::new(server.http());
    let mut acknowledged = Vec::new();
    for id in 0..4 {
        acknowledged.push((id, sender.send(&order(id)).unwrap()));
        let port = server.port();
        server.kill();
        assert!(sender.send(&order(100 + id)).is_err());
        server = ServerProcess::start_at(home.path(), port);
        let late = sender.send(&order(100 + id)).unwrap();
        acknowledged.push((100 + id, late));
    }
    for (id, cid) in acknowledged {
        assert_eq!(decode::<Order>(cid, &server.http()).unwrap(), order(id));
    }
    server.stop();
    assert!(said(home.path(), &["fsck"]).contains("all whole"));
}

/// Connections are closed in the middle of requests and answers, each a bit later than the one before.
#[test]
fn a_network_that_breaks_loses_and_invents_nothing() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let way = Way::to(server.port(), |n| (n < 60).then_some(n * 701));
    let mut options = ClientOptions::default();
    options.min_backoff = Duration::from_millis(1);
    options.max_backoff = Duration::from_millis(10);
    let client = Client::start(Http::new(&way.url, None).unwrap(), options).unwrap();
    let cids: Vec<Cid> = (0..6).map(|id| client.send(&order(id)).unwrap()).collect();
    assert!(client.flush(FOREVER), "{:?}", client.report());
    let report = client.report();
    assert_eq!((report.sent, report.dropped, report.refused), (6, 0, 0));
    assert!(report.failures > 3, "{report:?}");
    for (id, cid) in (0..).zip(&cids) {
        assert_eq!(decode::<Order>(*cid, &server.http()).unwrap(), order(id));
    }
    let blocks = server.http().stats().unwrap().blocks;
    let own = (0..6).flat_map(|id| {
        cideldill::encode(&order(id))
            .unwrap()
            .blocks()
            .map(|b| b.cid())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        blocks,
        own.collect::<std::collections::BTreeSet<_>>().len() as u64
    );
    server.stop();
    assert!(said(home.path(), &["fsck"]).contains("all whole"));
}

/// A download that is cut off is noticed, and leaves no half value.
#[test]
fn a_download_that_is_cut_off_is_an_error() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let cid = Sender::new(server.http()).send(&order(1)).unwrap();
    for cut_after in [0, 300, 700, 5_000, 20_000] {
        let way = Way::to(server.port(), move |_| Some(cut_after));
        let into = cideldill::MemoryStore::new();
        let http = Http::new(&way.url, None).unwrap();
        assert!(http.fetch_into(cid, &into).is_err());
        let into = cideldill::Store::new(into);
        assert!(into.get(cid).unwrap().is_none());
        assert!(decode::<Order>(cid, &http).is_err());
    }
}

/// The program goes on, and says what was lost, when its server is gone for good.
#[test]
fn a_program_outlives_its_server() {
    let home = home();
    let server = ServerProcess::start(home.path());
    let mut options = ClientOptions::default();
    options.queue_bytes = 60_000;
    options.linger = Duration::ZERO;
    let client = Client::start(server.http(), options).unwrap();
    client.send(&order(0)).unwrap();
    assert!(client.flush(FOREVER));
    server.kill();
    client.send(&order(1)).unwrap();
    while client.report().server != ServerState::Gone {
        std::thread::yield_now();
    }
    for id in 0..20 {
        client
            .send(&(order(id), text(5_000 + u32::try_from(id).unwrap())))
            .unwrap();
    }
    let report = client.close(Duration::ZERO);
    assert_eq!(report.sent, 1);
    assert!(report.waiting > 0 && report.dropped > 0);
    assert_eq!(report.waiting + report.dropped, 21);
}

/// A client finds the server by the file, also one that came to another port later.
#[test]
fn a_client_finds_the_server_by_its_port_file() {
    let home = home();
    let file = home.path().join("port");
    let port_in_file = || {
        std::fs::read_to_string(&file)
            .unwrap()
            .trim()
            .parse::<u16>()
            .unwrap()
    };
    let first = ServerProcess::start(home.path());
    assert_eq!(port_in_file(), first.port());
    let other_home = tempfile::tempdir().unwrap();
    // Another server writes its own port into the same file.
    let second = {
        let child = command(other_home.path())
            .args(["serve", "--port", "0", "--port-file"])
            .arg(&file)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        ServerProcess::of(child)
    };
    assert_eq!(port_in_file(), second.port());
    first.stop();
    assert_eq!(
        port_in_file(),
        second.port(),
        "it was not the first one's any more"
    );
    second.stop();
    assert!(!file.exists());
}

/// The default port, and the next one if it is taken. Nobody else may use them meanwhile, so this
/// only looks at how they relate.
#[test]
fn a_second_server_takes_the_next_port() {
    let homes = [home(), home()];
    let servers = homes.each_ref().map(|home| {
        let child = command(home.path())
            .arg("serve")
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        ServerProcess::of(child)
    });
    assert!(servers[0].port() >= 5_174);
    assert!(servers[1].port() > servers[0].port());
    assert!(servers[1].port() < 5_174 + 100);
    let taken = command(homes[0].path())
        .args(["serve", "--store"])
        .arg(homes[1].path().join("third"))
        .args(["--port", &servers[0].port().to_string()])
        .output()
        .unwrap();
    assert_eq!(
        taken.status.code(),
        Some(3),
        "a port that was named is not exchanged"
    );
}

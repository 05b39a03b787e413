//! Values of any size go through both programs in little memory.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use cideldill::transport::Sender;
use cideldill::transport::client::Http;
use cideldill::{SledStore, Store, compute_cid};

use crate::server::ServerProcess;

/// What a client process is told: the server, and what to do there.
const URL: &str = "CIDELDILL_TEST_URL";
const TASK: &str = "CIDELDILL_TEST_TASK";
const MEGABYTES: &str = "CIDELDILL_TEST_MEGABYTES";
const REPORT: &str = "CIDELDILL_TEST_REPORT";

/// What either side may use above what it used before; of the server, with what sled keeps in memory.
const CLIENT_KIB: u64 = 68 << 10;
const SERVER_KIB: u64 = 90 << 10;

/// So many megabytes, no two parts alike.
fn value(megabytes: u64) -> Vec<Vec<u8>> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33).to_le_bytes()
    };
    let mut megabyte = || (0..250_000).flat_map(|_| next()[..4].to_vec()).collect();
    (0..megabytes).map(|_| megabyte()).collect()
}

/// The most memory that a process has used, where the system says so.
fn peak_kib(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Run by [`client`] in a process of its own; alone it has nothing to do.
#[test]
fn task_of_a_client_process() {
    let told = [URL, TASK, MEGABYTES, REPORT].map(std::env::var);
    let [Ok(url), Ok(task), Ok(megabytes), Ok(report)] = told else {
        return;
    };
    let value = value(megabytes.parse().unwrap());
    let cid = compute_cid(&value).unwrap();
    let peak = || peak_kib("self").unwrap_or(0);
    let before = peak();
    if task == "send" {
        let sent = Sender::new(Http::new(&url, None).unwrap()).send(&value);
        assert_eq!(sent.unwrap(), cid);
        std::fs::write(report, (peak() - before).to_string()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let local = SledStore::open(folder.path().join("store")).unwrap();
    let server = Http::new(&url, None).unwrap();
    server.fetch_into(cid, &local).unwrap();
    std::fs::write(report, (peak() - before).to_string()).unwrap();
    let last = value.last().unwrap();
    let back: Vec<u8> = Store::new(local).load(compute_cid(last).unwrap()).unwrap();
    assert_eq!(&back, last);
}

/// How many KiB a client process has used for a task.
fn client(task: &str, url: &str, megabytes: u64, report: &Path) -> u64 {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::task_of_a_client_process"])
        .env(URL, url)
        .env(TASK, task)
        .env(MEGABYTES, megabytes.to_string())
        .env(REPORT, report)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}");
    let used = std::fs::read_to_string(report).unwrap();
    std::fs::remove_file(report).unwrap();
    used.parse().unwrap()
}

/// A side that holds all of the value uses more than it may.
fn goes_through(megabytes: u64, home: &Path) {
    let server = ServerProcess::start(home);
    let peak = || peak_kib(&server.pid().to_string());
    let (before, report) = (peak(), home.join("report"));
    let [sent, fetched] =
        ["send", "fetch"].map(|task| client(task, &server.url, megabytes, &report));
    let of_server = peak().zip(before);
    let of_server = of_server.map_or(0, |(after, before)| after - before);
    let used = format!("KiB to send: {sent}, to fetch: {fetched}, of the server: {of_server}");
    assert!(sent.max(fetched) < CLIENT_KIB, "{used}");
    assert!(of_server < SERVER_KIB, "{used}");
    assert!(server.http().stats().unwrap().bytes > megabytes * 1_000_000);
}

#[test]
fn a_large_value_goes_both_ways_in_little_memory() {
    let home = tempfile::tempdir().unwrap();
    goes_through(48, home.path());
}

/// Takes about a minute.
#[test]
#[ignore = "soak: a value of 100 MB"]
fn a_value_of_100_megabytes_goes_both_ways_in_little_memory() {
    let home = tempfile::tempdir().unwrap();
    goes_through(100, home.path());
}

/// Offers of a gigabyte, all at once, each sent as far as the server takes it.
#[test]
fn gigabytes_thrown_at_a_server_take_little_of_its_memory() {
    const GIGABYTE: usize = 1 << 30;
    const CHUNK: usize = 1 << 16;
    let home = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(home.path());
    let before = peak_kib(&server.pid().to_string());
    let throw = |head: &str, is_chunked: bool| {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        let mut reading = stream.try_clone().unwrap();
        let answer = thread::spawn(move || {
            let mut answer = Vec::new();
            // The connection may be reset, with what was not taken on its way.
            let _ = reading.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        });
        let mut sent = 0;
        let spaces = vec![b' '; CHUNK];
        let mut write = |bytes: &[u8]| stream.write_all(bytes).is_ok();
        let mut is_taken = write(head.as_bytes());
        is_taken &= !is_chunked || write(format!("{CHUNK:x}\r\n").as_bytes());
        while is_taken && sent < GIGABYTE {
            is_taken = write(&spaces);
            is_taken &= !is_chunked || write(format!("\r\n{CHUNK:x}\r\n").as_bytes());
            sent += CHUNK;
        }
        let _ = stream.shutdown(Shutdown::Both);
        (sent, answer.join().unwrap())
    };
    let head = "POST /v1/objects HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let heads = [
        format!("{head}content-length: {GIGABYTE}\r\n\r\n"),
        format!("{head}transfer-encoding: chunked\r\n\r\n"),
    ];
    thread::scope(|scope| {
        for number in 0..12 {
            let (head, throw) = (&heads[number % 2], &throw);
            scope.spawn(move || {
                let (sent, answer) = throw(head, number % 2 == 1);
                assert!(sent < GIGABYTE / 4, "{sent} bytes were taken");
                // Where an answer came through, it is this one.
                assert!(
                    answer.is_empty() || answer.contains("too_large"),
                    "{answer}"
                );
            });
        }
    });
    let after = peak_kib(&server.pid().to_string());
    let used = after
        .zip(before)
        .map_or(0, |(after, before)| after - before);
    assert!(used < SERVER_KIB, "{used} KiB");
    let stats = server.http().stats().unwrap();
    assert_eq!(stats.blocks, 0, "nothing was stored");
}

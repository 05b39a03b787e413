//! Servers on any free port, and requests byte by byte.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use cideldill::Store;
pub(crate) use cideldill_data::text::texts;
use cideldill_server::{Config, Port, Running, Server};

/// Nothing in a test waits longer than this; no test waits for it to pass.
pub(crate) const FOREVER: Duration = Duration::from_secs(60);

pub(crate) fn start(store: &Store) -> Running {
    start_with(store, |_| ())
}

pub(crate) fn start_with(store: &Store, change: impl FnOnce(&mut Config)) -> Running {
    let mut config = Config::default();
    config.port = Port::Exactly(0);
    change(&mut config);
    Server::bind(store.clone(), config)
        .unwrap()
        .start()
        .unwrap()
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error"].as_str().unwrap_or("none").to_owned()
    }
}

/// Sends these bytes and reads one answer.
pub(crate) fn raw(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = connect(address);
    // A server that has refused already may not take all of it.
    let _ = stream.write_all(request);
    read_answer(&mut stream)
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(FOREVER)).unwrap();
    stream.set_write_timeout(Some(FOREVER)).unwrap();
    stream
}

pub(crate) fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        let n = stream.read(&mut byte).unwrap();
        assert_eq!(
            n,
            1,
            "the connection ended: {:?}",
            String::from_utf8_lossy(&head)
        );
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut body = Vec::new();
    if let Some(len) = headers.get("content-length") {
        body = vec![0; len.parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
    } else if headers.contains_key("transfer-encoding") {
        body = read_chunked(stream);
    }
    Answer {
        status: status.parse().unwrap(),
        headers,
        body,
    }
}

fn read_chunked(stream: &mut TcpStream) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\r\n") {
            stream.read_exact(&mut byte).unwrap();
            line.push(byte[0]);
        }
        let text = std::str::from_utf8(&line).unwrap().trim();
        let len = usize::from_str_radix(text, 16).unwrap();
        let mut chunk = vec![0; len + 2];
        stream.read_exact(&mut chunk).unwrap();
        if len == 0 {
            return body;
        }
        body.extend_from_slice(&chunk[..len]);
    }
}

/// A request with a `Host` of this machine.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str("host: localhost\r\n");
    }
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-length") {
        write!(head, "content-length: {}\r\n", body.len()).unwrap();
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

pub(crate) fn get(running: &Running, path: &str) -> Answer {
    raw(running.address(), &request("GET", path, &[], &[]))
}

pub(crate) fn send_json(running: &Running, method: &str, path: &str, body: &str) -> Answer {
    let headers = [("content-type", "application/json")];
    raw(
        running.address(),
        &request(method, path, &headers, body.as_bytes()),
    )
}

/// Whether this process may open so many files; raises what it may as far as it can.
pub(crate) fn may_open(files: u64) -> bool {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let allows = |limit: Option<u64>| limit.is_none_or(|most| most >= files);
    if !allows(limit.current) && allows(limit.maximum) {
        limit.current = Some(files);
        return setrlimit(Resource::Nofile, limit).is_ok();
    }
    allows(limit.current)
}

/// Says what was skipped, also where the output of tests that pass is not shown.
pub(crate) fn notice(reason: &str) {
    let text = format!("skipped: {reason}\n");
    let _ = std::io::stderr().write_all(text.as_bytes());
}

//! 10,000 lines of a web server's log.

use cideldill::Debuggable;
use serde::{Deserialize, Serialize};

use crate::random::Random;

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Address {
    pub x0: u8,
    pub x1: u8,
    pub x2: u8,
    pub x3: u8,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Log {
    pub address: Address,
    pub identity: String,
    pub userid: String,
    pub date: String,
    pub request: String,
    pub code: u16,
    pub size: u64,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Logs {
    pub logs: Vec<Log>,
}

const USERS: &[&str] = &[
    "-", "alice", "bob", "carmen", "david", "eric", "frank", "george", "harry",
];
const PATHS: &[&str] = &[
    "/",
    "/index.html",
    "/apache_pb.gif",
    "/cart/items",
    "/api/v1/users",
    "/favicon.ico",
];
const METHODS: &[&str] = &["GET", "POST", "PUT", "HEAD"];
const AGENTS: &[&str] = &[
    "Mozilla/5.0+(X11;+Linux+x86_64;+rv:128.0)+Gecko/20100101",
    "curl/8.9.1",
    "Mozilla/5.0+(Macintosh;+Intel+Mac+OS+X+10_15_7)+AppleWebKit/605.1.15",
];
const CODES: &[u16] = &[200, 200, 200, 204, 301, 304, 403, 404, 500];

pub fn logs(n: usize) -> Logs {
    let mut random = Random::new(1);
    let logs = (0..n).map(|_| line(&mut random)).collect();
    Logs { logs }
}

fn line(random: &mut Random) -> Log {
    Log {
        address: Address {
            x0: random.below(256) as u8,
            x1: random.below(256) as u8,
            x2: random.below(256) as u8,
            x3: random.below(256) as u8,
        },
        identity: "-".into(),
        userid: (*random.pick(USERS)).into(),
        date: format!(
            "{:02}/Oct/20{:02}:{:02}:{:02}:{:02} +0000",
            1 + random.below(28),
            random.below(25),
            random.below(24),
            random.below(60),
            random.below(60)
        ),
        request: format!(
            "{} {}?session={:016x}{:016x}&from={:016x}&agent={} HTTP/1.1",
            random.pick(METHODS),
            random.pick(PATHS),
            random.bits(),
            random.bits(),
            random.bits(),
            random.pick(AGENTS)
        ),
        code: *random.pick(CODES),
        size: random.below(100_000_000),
    }
}

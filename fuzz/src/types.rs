//! Types that between them use every kind, attribute and way of reading.

use std::collections::{BTreeMap, BTreeSet};

use cideldill::{Cid, Debuggable, Value};

/// Every kind of field.
#[derive(Debuggable, Debug)]
pub struct All {
    pub bits: (u8, u16, u32, u64, u128),
    pub signed: (i8, i16, i32, i64, i128),
    pub floats: (f32, f64, bool, char, ()),
    pub text: String,
    pub bytes: Vec<u8>,
    pub packed: Vec<u16>,
    pub maybe: Option<Option<u8>>,
    pub kinds: Vec<Kind>,
    pub map: BTreeMap<String, Vec<Option<i64>>>,
    pub set: BTreeSet<(u8, String)>,
    pub array: [bool; 3],
    pub next: Option<Box<All>>,
}

/// Every kind of variant.
#[derive(Debuggable, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Unit,
    Tuple(u8, String),
    Named {
        left: Box<Kind>,
        right: Option<Box<Kind>>,
    },
    Keyed(BTreeMap<Box<Kind>, u8>),
    Many(Vec<Kind>),
}

/// A list and a tree: depth.
#[derive(Debuggable, Debug)]
pub struct List {
    pub value: u8,
    pub next: Option<Box<List>>,
    pub children: Vec<List>,
}

/// A changed type: old data has other fields.
#[derive(Debuggable, Debug)]
pub struct Changed {
    #[debuggable(alias = "old")]
    pub new: u64,
    #[debuggable(default)]
    pub added: Vec<String>,
    pub wider: Vec<i64>,
    #[debuggable(skip)]
    pub scratch: u8,
    #[debuggable(extra)]
    pub others: BTreeMap<String, Value>,
}

/// Fields of which the data says the type.
#[derive(Debuggable, Debug)]
pub struct Foreign {
    #[debuggable(serde)]
    pub serde: Serde,
    pub any: Value,
}

/// A type that only serde knows.
#[derive(serde::Serialize, serde::Deserialize, Debug)]
pub enum Serde {
    Unit,
    Tuple(u8, Option<String>),
    Named {
        map: BTreeMap<String, f64>,
        list: Vec<Serde>,
    },
}

/// Types of the standard library with rules of their own.
pub type Std = (
    std::time::Duration,
    std::time::SystemTime,
    std::path::PathBuf,
    std::net::SocketAddr,
    Result<std::ops::Range<u8>, std::ops::Bound<i128>>,
    std::cmp::Ordering,
    Cid,
    Box<str>,
);

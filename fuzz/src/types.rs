//! Types that between them use every kind, attribute and way of reading.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

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

/// A node of a graph, with pointers in every place that tells them apart.
#[derive(Debuggable, Default)]
pub struct Node {
    pub name: String,
    pub plain: Vec<Rc<Node>>,
    pub next: RefCell<Option<Rc<Node>>>,
    pub inner: RefCell<Vec<RefCell<Option<Rc<Rc<Node>>>>>>,
    pub once: OnceCell<Rc<Node>>,
    pub parent: RefCell<Weak<Node>>,
    pub by_name: BTreeMap<Rc<String>, Weak<Node>>,
    pub numbers: Vec<Rc<u64>>,
}

impl Node {
    /// Opens every cycle that can be opened, so that all memory is given back.
    pub fn take_apart(mut nodes: Vec<Rc<Self>>) {
        let mut seen = BTreeSet::new();
        let mut kept = Vec::new();
        while let Some(node) = nodes.pop() {
            if seen.insert(Rc::as_ptr(&node)) {
                nodes.extend(node.plain.iter().cloned());
                nodes.extend(node.next.take());
                let inner = node.inner.take();
                nodes.extend(
                    inner
                        .iter()
                        .filter_map(RefCell::take)
                        .map(|node| (*node).clone()),
                );
                nodes.extend(node.once.get().cloned());
                kept.push(node);
            }
        }
    }

    /// Graphs of a few nodes, with each kind of pointer.
    pub fn examples() -> Vec<Vec<Rc<Self>>> {
        let mut examples = Vec::new();
        for len in [1, 2, 5] {
            for kinds in 0..32_u8 {
                let node = |n: usize| Self {
                    name: format!("node {n}"),
                    inner: RefCell::new(vec![RefCell::default()]),
                    numbers: vec![Rc::new(7); usize::from(kinds & 1)],
                    ..Self::default()
                };
                let mut nodes: Vec<Rc<Self>> = Vec::new();
                for n in 0..len {
                    let mut node = node(n);
                    if kinds & 2 != 0 {
                        node.plain = nodes.iter().chain(&nodes).cloned().collect();
                    }
                    if let (true, Some(last)) = (kinds & 16 != 0, nodes.last()) {
                        let name = Rc::new("name".to_owned());
                        node.by_name = BTreeMap::from([(name, Rc::downgrade(last))]);
                    }
                    nodes.push(Rc::new(node));
                }
                for n in 0..len {
                    let next = &nodes[(n + 1) % len];
                    if kinds & 4 != 0 {
                        nodes[n].next.replace(Some(Rc::clone(next)));
                        nodes[n].parent.replace(Rc::downgrade(next));
                    }
                    if kinds & 8 != 0 {
                        let pointer = Rc::new(Rc::clone(next));
                        nodes[n].inner.borrow()[0].replace(Some(pointer));
                    }
                    if kinds & 20 == 20 {
                        let _ = nodes[n].once.set(Rc::clone(&nodes[0]));
                    }
                }
                examples.push(nodes);
            }
        }
        examples
    }
}

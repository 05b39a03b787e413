//! What shared pointers cost: a tree of pointers against the same in boxes, and graphs of a million
//! nodes with and without cycles against cloning a tree of as many boxes.
//!
//! A graph is also only walked, with a set of the addresses met: what any way of telling pointers
//! apart costs at least.
//!
//! `cargo run --release -p cideldill-benches --example graphs`; with `tree`, `acyclic` or `cyclic`
//! behind it only that.

#![expect(
    clippy::disallowed_types,
    reason = "a set of addresses, as one would take to walk a graph; its order is never seen"
)]

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use cideldill::{Debuggable, Encoded, Error, Limits, compute_cid, decode_with, encode};

const NODES: usize = 1_000_000;
const RUNS: usize = 3;

#[derive(Clone, Debuggable)]
struct Boxed {
    number: u64,
    left: Option<Box<Boxed>>,
    right: Option<Box<Boxed>>,
}

#[derive(Debuggable)]
struct Shared {
    number: u64,
    left: Option<Rc<Shared>>,
    right: Option<Rc<Shared>>,
}

#[derive(Debuggable)]
struct Cyclic {
    number: u64,
    edges: RefCell<Vec<Rc<Cyclic>>>,
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % n
    }
}

fn boxed(first: usize, n: usize) -> Option<Box<Boxed>> {
    let rest = n.checked_sub(1)?;
    let left = rest / 2;
    Some(Box::new(Boxed {
        number: first as u64,
        left: boxed(first + 1, left),
        right: boxed(first + 1 + left, rest - left),
    }))
}

fn shared(tree: &Boxed) -> Rc<Shared> {
    Rc::new(Shared {
        number: tree.number,
        left: tree.left.as_deref().map(shared),
        right: tree.right.as_deref().map(shared),
    })
}

/// Each node leads to the one made before it and to another of the last thousand.
fn acyclic(random: &mut Random) -> Rc<Shared> {
    let mut nodes: Vec<Rc<Shared>> = Vec::with_capacity(NODES);
    for number in 0..NODES {
        let back = random.below(1000) + 1;
        let node = |back: usize| Some(Rc::clone(&nodes[number.checked_sub(back)?]));
        nodes.push(Rc::new(Shared {
            number: number as u64,
            left: node(1),
            right: node(back),
        }));
    }
    let top = Rc::clone(&nodes[NODES - 1]);
    // The end of a chain of a million nodes would be a recursion.
    std::mem::forget(nodes);
    top
}

/// Each node leads to the next and to any other.
fn cyclic(random: &mut Random) -> Rc<Cyclic> {
    let edges = |_| RefCell::default();
    let nodes = (0..NODES).map(|number| (number, edges(number)));
    let nodes: Vec<Rc<Cyclic>> = nodes
        .map(|(number, edges)| {
            let number = number as u64;
            Rc::new(Cyclic { number, edges })
        })
        .collect();
    for (number, node) in nodes.iter().enumerate() {
        let next = Rc::clone(&nodes[(number + 1) % NODES]);
        let other = Rc::clone(&nodes[random.below(NODES)]);
        *node.edges.borrow_mut() = vec![next, other];
    }
    Rc::clone(&nodes[0])
}

/// Calls `next` with each node once, which adds those it leads to.
fn walk<T>(top: &Rc<T>, next: impl Fn(&T, &mut Vec<Rc<T>>)) -> usize {
    let mut met = HashSet::new();
    let mut waiting = vec![Rc::clone(top)];
    while let Some(node) = waiting.pop() {
        if met.insert(Rc::as_ptr(&node)) {
            next(&node, &mut waiting);
        }
    }
    met.len()
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = run();
    (start.elapsed(), made)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

/// Encodes and decodes a graph a few times.
fn measure<T: Debuggable>(graph: &T) -> Result<(Duration, Duration, u64), Error> {
    let (mut written, mut read, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        let (time, encoded) = timed(|| encode(graph));
        let encoded: Encoded = encoded?;
        written.push(time);
        bytes = encoded.len();
        let (time, again) =
            timed(|| decode_with::<T>(encoded.root(), &encoded, Limits::unlimited()));
        std::mem::forget(again?);
        read.push(time);
    }
    Ok((median(written), median(read), bytes))
}

fn main() -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let mut say = |line: String| drop(writeln!(out, "{line}"));
    let Some(tree) = boxed(0, NODES) else {
        return Ok(());
    };
    let only = std::env::args().nth(1);
    let wants = |kind: &str| only.as_deref().is_none_or(|only| only == kind);
    let clone = median((0..5).map(|_| timed(|| tree.clone()).0).collect());
    say(format!("clone of a tree of {NODES} boxes: {clone:.1?}"));
    if wants("tree") {
        let pointers = shared(&tree);
        let mut ratios: Vec<f64> = (0..5)
            .map(|_| {
                let (boxes, _) = timed(|| compute_cid(&tree));
                let (pointers, _) = timed(|| compute_cid(&pointers));
                pointers.as_secs_f64() / boxes.as_secs_f64()
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        say(format!(
            "CID of the same tree, every node an Rc: {:.2} x boxes",
            ratios[ratios.len() / 2]
        ));
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let times = |time: Duration| time.as_secs_f64() / clone.as_secs_f64();
    let mut tell = |kind: &str, walk: Duration, (written, read, bytes)| {
        say(format!(
            "{NODES} nodes, two pointers each, {kind}: walk {walk:.0?} ({:.1} x clone), \
             encode {written:.1?} ({:.1} x clone), decode {read:.1?} ({:.1} x clone), \
             {bytes} bytes of blocks, peak {} MiB",
            times(walk),
            times(written),
            times(read),
            peak_mib()
        ));
    };
    if wants("acyclic") {
        let graph = acyclic(&mut random);
        let next = |node: &Shared, waiting: &mut Vec<_>| {
            waiting.extend(node.left.clone());
            waiting.extend(node.right.clone());
        };
        let walked = median((0..RUNS).map(|_| timed(|| walk(&graph, next)).0).collect());
        tell("without cycles", walked, measure(&graph)?);
        std::mem::forget(graph);
    }
    if wants("cyclic") {
        let graph = cyclic(&mut random);
        let next = |node: &Cyclic, waiting: &mut Vec<_>| {
            waiting.extend(node.edges.borrow().iter().cloned());
        };
        let walked = median((0..RUNS).map(|_| timed(|| walk(&graph, next)).0).collect());
        tell("with cycles", walked, measure(&graph)?);
    }
    Ok(())
}

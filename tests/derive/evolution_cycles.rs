//! Old data with cycles in changed types: a node that stands whole in a field that is gone, or that
//! comes later in the type, is read from there when a pointer of the type leads to it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex};

use cideldill::{Debuggable, ErrorKind, Reconstruct, Store, compute_cid, decode, encode};

use crate::support::load_as;

/// Short and long enough to be cut.
const LENGTHS: [usize; 3] = [1, 600, 3_000];

/// What was recorded: a hub that holds all nodes in a field before those that lead to some of them.
mod v1 {
    use super::{Debuggable, Rc, RefCell, Weak};

    #[derive(Debuggable)]
    pub(crate) struct Hub {
        pub(crate) nodes: Vec<Rc<Node>>,
        pub(crate) best: Rc<Node>,
        pub(crate) worst: Option<Rc<Node>>,
        pub(crate) seen: RefCell<Weak<Node>>,
    }

    #[derive(Debuggable)]
    pub(crate) struct Node {
        pub(crate) before: Option<Rc<Node>>,
        pub(crate) hub: RefCell<Option<Rc<Hub>>>,
        pub(crate) name: String,
        pub(crate) note: Rc<String>,
        pub(crate) next: RefCell<Vec<Rc<Node>>>,
    }
}

/// So many nodes in a ring, each also leading to the one before it. Without a hub in them the nodes
/// are on a cycle of their own, which the hub is not on.
fn hub(n: usize, len: usize, is_closed: bool) -> Rc<v1::Hub> {
    let note = Rc::new("n".repeat(len));
    let mut nodes: Vec<Rc<v1::Node>> = Vec::new();
    for number in 0..n {
        nodes.push(Rc::new(v1::Node {
            before: nodes.last().cloned(),
            hub: RefCell::default(),
            name: format!("node {number}"),
            note: Rc::clone(&note),
            next: RefCell::default(),
        }));
    }
    for (number, node) in nodes.iter().enumerate() {
        let next = &nodes[(number + 1) % n];
        *node.next.borrow_mut() = vec![Rc::clone(next), Rc::clone(node)];
    }
    let hub = Rc::new(v1::Hub {
        best: Rc::clone(&nodes[n / 2]),
        worst: Some(Rc::clone(&nodes[n - 1])),
        seen: RefCell::new(Rc::downgrade(&nodes[0])),
        nodes,
    });
    if is_closed {
        for node in &hub.nodes {
            *node.hub.borrow_mut() = Some(Rc::clone(&hub));
        }
    }
    hub
}

/// Defines a hub and its nodes as a later version has them.
macro_rules! later {
    ($hub:ident { $($hub_field:ident: $hub_type:ty),* $(,)? } $node:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Debuggable)]
        #[debuggable(rename = "Hub")]
        struct $hub {
            $($hub_field: $hub_type,)*
        }

        #[derive(Debuggable)]
        #[debuggable(rename = "Node")]
        struct $node {
            $($field: $type,)*
        }
    };
}

later! {
    Dropped { best: Rc<DroppedNode>, worst: Option<Rc<DroppedNode>>, seen: RefCell<Weak<DroppedNode>> }
    DroppedNode {
        before: Option<Rc<DroppedNode>>,
        hub: RefCell<Option<Rc<Dropped>>>,
        name: String,
        note: Rc<String>,
        next: RefCell<Vec<Rc<DroppedNode>>>,
    }
}

later! {
    Reordered {
        seen: RefCell<Weak<ReorderedNode>>,
        worst: Option<Rc<ReorderedNode>>,
        best: Rc<ReorderedNode>,
        nodes: Vec<Rc<ReorderedNode>>,
    }
    ReorderedNode {
        next: RefCell<Vec<Rc<ReorderedNode>>>,
        note: Rc<String>,
        name: String,
        hub: RefCell<Option<Rc<Reordered>>>,
        before: Option<Rc<ReorderedNode>>,
    }
}

/// Checks the ring from one of its nodes on.
macro_rules! assert_ring {
    ($from:expr, $number:expr, $n:expr, $len:expr) => {
        let mut node = Rc::clone($from);
        for step in 0..$n {
            let number = ($number + step) % $n;
            assert_eq!(node.name, format!("node {number}"));
            assert_eq!(node.note.len(), $len);
            assert!(Rc::ptr_eq(&node.note, &$from.note));
            let (next, itself) = {
                let next = node.next.borrow();
                (Rc::clone(&next[0]), Rc::clone(&next[1]))
            };
            assert!(Rc::ptr_eq(&itself, &node));
            match &next.before {
                Some(before) => assert!(Rc::ptr_eq(before, &node)),
                None => assert_eq!(number, $n - 1),
            }
            node = next;
        }
        assert!(Rc::ptr_eq(&node, $from));
    };
}

#[test]
fn nodes_in_a_field_that_is_gone_are_read_from_there() {
    for (len, is_closed) in LENGTHS.map(|len| [(len, true), (len, false)]).concat() {
        for n in [1, 2, 5] {
            let now: Rc<Dropped> = load_as(&hub(n, len, is_closed)).unwrap();
            let worst = now.worst.clone().unwrap();
            assert_ring!(&now.best, n / 2, n, len);
            assert_ring!(&worst, n - 1, n, len);
            let first = Rc::clone(&worst.next.borrow()[0]);
            assert!(Rc::ptr_eq(&now.seen.borrow().upgrade().unwrap(), &first));
            let held = now.best.hub.borrow().clone();
            assert_eq!(held.is_some(), is_closed);
            assert!(held.is_none_or(|held| Rc::ptr_eq(&held, &now)));
            assert_eq!(
                Rc::strong_count(&now),
                1 + if is_closed { n } else { 0 },
                "{n} {len}"
            );
            // And it is a value like any other.
            let encoded = encode(&now).unwrap();
            let again: Rc<Dropped> = decode(encoded.root(), &encoded).unwrap();
            assert_eq!(compute_cid(&again).unwrap(), encoded.root());
        }
    }
}

#[test]
fn nodes_in_a_field_that_comes_later_are_read_once() {
    for (len, is_closed) in LENGTHS.map(|len| [(len, true), (len, false)]).concat() {
        for n in [1, 2, 5] {
            let now: Rc<Reordered> = load_as(&hub(n, len, is_closed)).unwrap();
            assert_ring!(&now.nodes[0], 0, n, len);
            assert!(Rc::ptr_eq(&now.best, &now.nodes[n / 2]));
            assert!(Rc::ptr_eq(now.worst.as_ref().unwrap(), &now.nodes[n - 1]));
            for (number, node) in now.nodes.iter().enumerate() {
                assert_eq!(node.name, format!("node {number}"));
                let held = node.hub.borrow();
                assert!(held.as_ref().is_none_or(|held| Rc::ptr_eq(held, &now)));
                assert_eq!(held.is_some(), is_closed);
            }
            let seen = now.seen.borrow().upgrade().unwrap();
            assert!(Rc::ptr_eq(&seen, &now.nodes[0]));
        }
    }
}

/// Not in an `Rc` itself, the hub is met first as a value.
#[test]
fn a_field_can_be_renamed_and_moved_as_well() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Hub")]
    struct Moved {
        #[debuggable(alias = "worst")]
        last: Option<Rc<ReorderedNode>>,
        #[debuggable(alias = "nodes")]
        all: Vec<Rc<ReorderedNode>>,
    }

    for len in LENGTHS {
        let old = Rc::into_inner(hub(5, len, false)).unwrap();
        let now: Moved = load_as(&old).unwrap();
        assert_ring!(&now.all[0], 0, 5, len);
        assert!(Rc::ptr_eq(now.last.as_ref().unwrap(), &now.all[4]));
    }
}

/// Two rings of equal content are two, whichever of their nodes are asked for.
#[test]
fn two_rings_of_one_block_stay_two() {
    #[derive(Debuggable)]
    struct Pair {
        first: Vec<Rc<v1::Node>>,
        second: Vec<Rc<v1::Node>>,
        of_first: Rc<v1::Node>,
        of_second: Rc<v1::Node>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Pair")]
    struct Neither {
        of_second: Rc<DroppedNode>,
        of_first: Rc<DroppedNode>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Pair")]
    struct Later {
        of_first: Rc<ReorderedNode>,
        of_second: Rc<ReorderedNode>,
        second: Vec<Rc<ReorderedNode>>,
    }

    for len in LENGTHS {
        let nodes = || Rc::into_inner(hub(4, len, false)).unwrap().nodes;
        let (first, second) = (nodes(), nodes());
        let old = Pair {
            of_first: Rc::clone(&first[2]),
            of_second: Rc::clone(&second[2]),
            first,
            second,
        };
        let now: Neither = load_as(&old).unwrap();
        assert_ring!(&now.of_first, 2, 4, len);
        assert_ring!(&now.of_second, 2, 4, len);
        assert!(!Rc::ptr_eq(&now.of_first, &now.of_second));
        let now: Later = load_as(&old).unwrap();
        assert_ring!(&now.of_first, 2, 4, len);
        assert_ring!(&now.second[0], 0, 4, len);
        assert!(Rc::ptr_eq(&now.of_second, &now.second[2]));
        assert!(!Rc::ptr_eq(&now.of_first, &now.of_second));
    }
}

/// The same across threads.
#[test]
fn arcs_and_locks_are_no_different() {
    #[derive(Debuggable)]
    struct Hub {
        nodes: Vec<Arc<Node>>,
        best: Arc<Node>,
    }

    #[derive(Debuggable)]
    struct Node {
        name: String,
        hub: Mutex<Option<Arc<Hub>>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Hub")]
    struct Later {
        best: Arc<LaterNode>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Node")]
    struct LaterNode {
        hub: Mutex<Option<Arc<Later>>>,
        name: String,
    }

    let node = |name: &str| {
        Arc::new(Node {
            name: name.into(),
            hub: Mutex::default(),
        })
    };
    let nodes = vec![node("a"), node("b")];
    let hub = Arc::new(Hub {
        best: Arc::clone(&nodes[1]),
        nodes,
    });
    for node in &hub.nodes {
        *node.hub.lock().unwrap() = Some(Arc::clone(&hub));
    }
    let now: Arc<Later> = load_as(&hub).unwrap();
    assert_eq!(now.best.name, "b");
    let held = now.best.hub.lock().unwrap().clone().unwrap();
    assert!(Arc::ptr_eq(&held, &now));
}

/// A weak pointer keeps nothing: what only a field that is gone held is not there, and that is counted.
#[test]
fn a_weak_pointer_to_what_is_gone_leads_nowhere_and_is_counted() {
    #[derive(Debuggable)]
    struct Old {
        all: Vec<Rc<String>>,
        seen: RefCell<Vec<Weak<String>>>,
        plain: Weak<String>,
        kept: Rc<String>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Old")]
    struct New {
        seen: RefCell<Vec<Weak<String>>>,
        plain: Weak<String>,
        kept: Rc<String>,
    }

    for len in LENGTHS {
        let all: Vec<_> = (0..3).map(|n| Rc::new("x".repeat(len + n))).collect();
        let old = Old {
            seen: RefCell::new(all.iter().map(Rc::downgrade).collect()),
            plain: Rc::downgrade(&all[1]),
            kept: Rc::clone(&all[2]),
            all,
        };
        let store = Store::in_memory();
        let cid = store.put(&old).unwrap();
        let loaded = store.load_reporting::<New>(cid).unwrap();
        let seen = loaded.value.seen.borrow();
        assert!(seen[0].upgrade().is_none() && seen[1].upgrade().is_none());
        assert!(Rc::ptr_eq(&seen[2].upgrade().unwrap(), &loaded.value.kept));
        assert!(loaded.value.plain.upgrade().is_none());
        assert_eq!(loaded.weak_lost, 3, "{len}");
        let whole = store.load_reporting::<Old>(cid).unwrap();
        assert_eq!(whole.weak_lost, 0);
        assert_eq!(whole.value.plain.upgrade().unwrap().len(), len + 1);
    }
}

/// A ring of many nodes, met in a field that is gone, is read in time that follows its length.
#[test]
fn a_large_graph_in_a_field_that_is_gone() {
    for is_closed in [true, false] {
        let n = 2_000;
        let old = hub(n, 3, is_closed);
        let now: Rc<Reordered> = load_as(&old).unwrap();
        assert_ring!(&now.nodes[0], 0, n, 3);
        let now: Rc<Dropped> = load_as(&old).unwrap();
        assert_ring!(&now.best, n / 2, n, 3);
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % n as u64).unwrap()
    }
}

mod any {
    use super::{Debuggable, Rc, RefCell, Weak};

    #[derive(Debuggable)]
    pub(crate) struct Root {
        pub(crate) first: Vec<Rc<Node>>,
        pub(crate) second: Vec<Rc<Node>>,
        pub(crate) third: Vec<Rc<Node>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Any")]
    pub(crate) struct Node {
        pub(crate) plain: Vec<Rc<Node>>,
        pub(crate) pad: String,
        pub(crate) open: RefCell<Vec<Rc<Node>>>,
        pub(crate) name: u32,
        pub(crate) more: RefCell<Vec<Rc<Node>>>,
        pub(crate) seen: RefCell<Vec<Weak<Node>>>,
    }
}

/// Some nodes, and pointers among them of all kinds; those in plain sight lead to earlier nodes.
fn any(seed: u64) -> any::Root {
    let mut random = Random(seed);
    let n = 1 + random.below(8);
    let mut nodes: Vec<Rc<any::Node>> = Vec::new();
    for name in 0..n {
        let some = |random: &mut Random, nodes: &[Rc<any::Node>], most: usize| {
            let count = if nodes.is_empty() {
                0
            } else {
                random.below(most)
            };
            (0..count)
                .map(|_| Rc::clone(&nodes[random.below(nodes.len())]))
                .collect::<Vec<_>>()
        };
        let pad = [0, 0, 300, 1_200][random.below(4)];
        nodes.push(Rc::new(any::Node {
            plain: some(&mut random, &nodes, 3),
            pad: "p".repeat(pad),
            open: RefCell::default(),
            name: name.try_into().unwrap(),
            more: RefCell::default(),
            seen: RefCell::default(),
        }));
    }
    let mut some = |most: usize| -> Vec<Rc<any::Node>> {
        let count = random.below(most);
        (0..count)
            .map(|_| Rc::clone(&nodes[random.below(n)]))
            .collect()
    };
    for node in &nodes {
        *node.open.borrow_mut() = some(3);
        *node.more.borrow_mut() = some(3);
        *node.seen.borrow_mut() = some(3).iter().map(Rc::downgrade).collect();
    }
    any::Root {
        first: some(5),
        second: some(5),
        third: some(5),
    }
}

/// The pointers in a field, new and old.
type Pointers<T> = (Vec<Rc<T>>, Vec<Rc<any::Node>>);

/// What a later version reads of them.
trait Later: Reconstruct + 'static {
    /// The pointers in it that the old one has too, field by field.
    fn pairs(&self, old: &any::Node) -> Vec<Pointers<Self>>;
    fn seen(&self) -> Vec<Option<Rc<Self>>>;
    fn name(&self) -> u32;
}

/// Walks both from some nodes on: the same nodes, as often as they are, and no more.
fn assert_same<T: Later>(new: &[Rc<T>], old: &[Rc<any::Node>], seed: u64) {
    assert_eq!(new.len(), old.len(), "{seed}");
    let mut waiting: Vec<_> = new.iter().cloned().zip(old.iter().cloned()).collect();
    let mut by_old: BTreeMap<*const any::Node, Rc<T>> = BTreeMap::new();
    let mut by_new: BTreeMap<*const T, Rc<any::Node>> = BTreeMap::new();
    while let Some((new, old)) = waiting.pop() {
        let known = by_old.insert(Rc::as_ptr(&old), Rc::clone(&new));
        let back = by_new.insert(Rc::as_ptr(&new), Rc::clone(&old));
        assert!(back.is_none_or(|back| Rc::ptr_eq(&back, &old)), "{seed}");
        if let Some(known) = known {
            assert!(Rc::ptr_eq(&known, &new), "{seed}");
            continue;
        }
        assert_eq!(new.name(), old.name, "{seed}");
        for (new, old) in new.pairs(&old) {
            assert_eq!(new.len(), old.len(), "{seed}");
            waiting.extend(new.into_iter().zip(old));
        }
    }
    // Weak pointers lead to what is there, and to nothing else.
    for (old, new) in by_old.values().map(|new| (&by_new[&Rc::as_ptr(new)], new)) {
        let targets = new.seen();
        assert_eq!(targets.len(), old.seen.borrow().len(), "{seed}");
        for (new, old) in targets.iter().zip(&*old.seen.borrow()) {
            let expected = old.upgrade().and_then(|old| by_old.get(&Rc::as_ptr(&old)));
            match (new, expected) {
                (None, None) => {}
                (Some(new), Some(expected)) => assert!(Rc::ptr_eq(new, expected), "{seed}"),
                (new, _) => panic!("{seed}: {}", new.is_some()),
            }
        }
    }
}

/// A version of the node: its fields, and which of them hold pointers.
macro_rules! later_any {
    ($name:ident { $($field:ident: $type:ty),* $(,)? } $($pointers:ident),*) => {
        #[derive(Debuggable)]
        #[debuggable(rename = "Any")]
        struct $name {
            $($field: $type,)*
        }

        impl Later for $name {
            fn pairs(&self, old: &any::Node) -> Vec<Pointers<Self>> {
                vec![$((later_any!(@ $pointers self), later_any!(@ $pointers old)),)*]
            }

            fn seen(&self) -> Vec<Option<Rc<Self>>> {
                self.seen.borrow().iter().map(Weak::upgrade).collect()
            }

            fn name(&self) -> u32 {
                self.name.into()
            }
        }
    };
    (@ plain $node:ident) => { $node.plain.clone() };
    (@ $cell:ident $node:ident) => { $node.$cell.borrow().clone() };
}

later_any! {
    Backwards {
        seen: RefCell<Vec<Weak<Backwards>>>,
        more: RefCell<Vec<Rc<Backwards>>>,
        name: u32,
        open: RefCell<Vec<Rc<Backwards>>>,
        plain: Vec<Rc<Backwards>>,
    } plain, open, more
}

later_any! {
    WithoutPlain {
        open: RefCell<Vec<Rc<WithoutPlain>>>,
        name: u32,
        more: RefCell<Vec<Rc<WithoutPlain>>>,
        seen: RefCell<Vec<Weak<WithoutPlain>>>,
    } open, more
}

later_any! {
    WithoutOpen {
        name: u32,
        plain: Vec<Rc<WithoutOpen>>,
        seen: RefCell<Vec<Weak<WithoutOpen>>>,
        more: RefCell<Vec<Rc<WithoutOpen>>>,
    } plain, more
}

later_any! {
    OnlyMore {
        seen: RefCell<Vec<Weak<OnlyMore>>>,
        more: RefCell<Vec<Rc<OnlyMore>>>,
        name: u32,
    } more
}

#[derive(Debuggable)]
struct Root<T: Debuggable + 'static> {
    third: Vec<Rc<T>>,
    second: Vec<Rc<T>>,
    first: Vec<Rc<T>>,
}

#[derive(Debuggable)]
#[debuggable(rename = "Root")]
struct Third<T: Debuggable + 'static> {
    third: Vec<Rc<T>>,
}

#[derive(Debuggable)]
#[debuggable(rename = "Root")]
struct Two<T: Debuggable + 'static> {
    second: Vec<Rc<T>>,
    third: Vec<Rc<T>>,
}

fn check<T: Later + Debuggable>(old: &any::Root, seed: u64) {
    let now: Root<T> = load_as(old).unwrap_or_else(|error| panic!("{seed}: {error}"));
    let all = [now.first, now.second, now.third].concat();
    let expected = [&old.first[..], &old.second, &old.third].concat();
    assert_same(&all, &expected, seed);
    let now: Two<T> = load_as(old).unwrap_or_else(|error| panic!("{seed}: {error}"));
    let all = [now.second, now.third].concat();
    assert_same(&all, &[&old.second[..], &old.third].concat(), seed);
    let now: Third<T> = load_as(old).unwrap_or_else(|error| panic!("{seed}: {error}"));
    assert_same(&now.third, &old.third, seed);
}

#[test]
fn any_graph_is_read_as_far_as_a_changed_type_asks() {
    for seed in 0..1_000 {
        let old = any(seed);
        check::<Backwards>(&old, seed);
        check::<WithoutPlain>(&old, seed);
        check::<WithoutOpen>(&old, seed);
        check::<OnlyMore>(&old, seed);
    }
}

/// Bytes that no encoder writes are refused as before, also where the type has other fields.
#[test]
fn a_back_reference_to_what_comes_later_is_refused() {
    let encoded = encode(&hub(2, 1, true)).unwrap();
    let root = encoded
        .blocks()
        .find(|block| block.bytes().get(..4) == Some(&b"\x10\xa2~@"[..]));
    let bytes = root.unwrap().bytes().to_vec();
    let header = b"\xc7\x05\x02";
    let found = bytes.windows(3).position(|window| window == header);
    let at = found.unwrap() + 3;
    let mut forged = bytes.clone();
    let len = u32::try_from(bytes.len()).unwrap();
    let mut refused = 0;
    for offset in 0..len {
        forged[at..at + 4].copy_from_slice(&offset.to_be_bytes());
        let block = cideldill::Block::new(forged.clone());
        let store = Store::in_memory();
        let Ok(cid) = store
            .blocks()
            .put_many(std::slice::from_ref(&block))
            .map(|_| block.cid())
        else {
            refused += 1;
            continue;
        };
        for result in [
            store.load::<Rc<Reordered>>(cid).map(drop),
            store.load::<Rc<Dropped>>(cid).map(drop),
        ] {
            if let Err(error) = result {
                assert!(
                    matches!(
                        error.kind(),
                        ErrorKind::Malformed { .. } | ErrorKind::WrongKind { .. }
                    ),
                    "{error}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > len, "{refused} of {len}");
}

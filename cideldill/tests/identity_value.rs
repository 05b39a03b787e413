//! Pointers in trees: loaded, printed, indexed, compared and written again without the types.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use cideldill::{
    BlockSource, Cid, Debuggable, Encoded, Error, ErrorKind, Profile, Store, Value, compute_cid,
    decode, differences, encode, encode_with,
};

#[derive(Debuggable, Default)]
struct Node {
    name: String,
    plain: Vec<Rc<Node>>,
    cells: Vec<RefCell<Option<Rc<Node>>>>,
    parent: RefCell<Weak<Node>>,
}

fn node(name: &str) -> Rc<Node> {
    Rc::new(Node {
        name: name.into(),
        ..Node::default()
    })
}

#[derive(Debuggable)]
struct Link {
    name: String,
    next: RefCell<Option<Rc<Link>>>,
}

fn link(name: &str) -> Rc<Link> {
    Rc::new(Link {
        name: name.into(),
        next: RefCell::new(None),
    })
}

/// A ring of links with these names.
fn ring(names: &[&str]) -> Vec<Rc<Link>> {
    let links: Vec<_> = names.iter().map(|name| link(name)).collect();
    for (a, b) in links.iter().zip(links.iter().cycle().skip(1)) {
        *a.next.borrow_mut() = Some(Rc::clone(b));
    }
    links
}

fn load<T: Debuggable>(value: &T) -> Value {
    let encoded = encode(value).unwrap();
    decode(encoded.root(), &encoded).unwrap()
}

#[test]
fn a_pointer_met_twice_is_marked_where_it_stands_and_where_it_is_met_again() {
    let shared = Rc::new("tea".to_owned());
    let tree = load(&(Rc::clone(&shared), 7_u8, Some(shared)));
    assert_eq!(tree.to_string(), r#"(&1 "tea", 7, Some(*1))"#);
    let plain = load(&(Rc::new("tea".to_owned()), 7_u8));
    assert_eq!(plain.to_string(), r#"("tea", 7)"#);
}

#[test]
fn a_ring_prints_finitely_and_is_walked_around_by_paths() {
    let ring = ring(&["a", "b", "c"]);
    let tree = load(&ring[0]);
    assert_eq!(
        tree.display().width(usize::MAX).to_string(),
        r#"&1 Link { name: "a", next: Some(Link { name: "b", next: Some(Link { name: "c", next: Some(*1) }) }) }"#
    );
    let name = tree.at_str(".next.next.next.next.name").unwrap();
    assert_eq!(name, Some(&Value::from("b")));
}

/// The value's tree is written again as it was, and is equal to itself loaded again.
fn survives<T: Debuggable>(value: &T) -> Value {
    let encoded = encode(value).unwrap();
    let tree: Value = decode(encoded.root(), &encoded).unwrap();
    let again = encode(&tree).unwrap();
    assert_eq!(again.root(), encoded.root(), "{tree}");
    assert_eq!(again, encoded, "{tree}");
    assert_eq!(compute_cid(&tree).unwrap(), encoded.root());
    assert_eq!(tree, decode(encoded.root(), &encoded).unwrap());
    assert_eq!(tree.clone(), tree);
    tree
}

#[test]
fn what_is_loaded_is_written_again_with_the_same_root() {
    for len in [1, 50, 2000, 10_000] {
        let shared = Rc::new("x".repeat(len));
        survives(&vec![
            Rc::clone(&shared),
            shared.clone(),
            Rc::new("x".repeat(len)),
        ]);
        survives(&(Some(shared.clone()), Rc::new(shared.clone()), shared));
    }
    let nested = Rc::new(Rc::new(5_u8));
    survives(&(nested.clone(), Rc::clone(&*nested), nested));
}

#[test]
fn cycles_are_written_again_from_wherever_they_were_entered() {
    for names in [&["a"][..], &["a", "b"], &["a", "b", "c", "d"]] {
        let ring = ring(names);
        survives(&ring[0]);
        survives(&ring);
        survives(&(ring.last().cloned(), ring[0].clone(), 7_u8));
        let long = "x".repeat(3000);
        survives(&(vec![long.clone(), long], ring));
    }
}

#[test]
fn weak_pointers_say_where_they_lead() {
    let (parent, child) = (node("parent"), node("child"));
    *child.parent.borrow_mut() = Rc::downgrade(&parent);
    let root = Rc::new(Node {
        name: "root".into(),
        plain: vec![parent, child],
        ..Node::default()
    });
    let tree = survives(&root);
    assert!(tree.to_string().contains("parent: weak *1"), "{tree}");
    assert!(tree.to_string().contains("parent: weak,"), "{tree}");
}

/// A node of a random graph, with pointers in every place that tells them apart.
#[expect(
    clippy::redundant_allocation,
    clippy::type_complexity,
    reason = "pointers to pointers are what is tested"
)]
#[derive(Debuggable, Default)]
struct Any {
    text: String,
    plain: Vec<Rc<Any>>,
    option: Option<Rc<Any>>,
    double: Option<Rc<Rc<Any>>>,
    cell: RefCell<Option<Rc<Any>>>,
    cells: Vec<RefCell<Option<Rc<Any>>>>,
    in_cell: RefCell<Vec<RefCell<Option<Rc<Rc<Any>>>>>>,
    whole: Option<Rc<RefCell<Option<Rc<Any>>>>>,
    weak: RefCell<Weak<Any>>,
    by_name: BTreeMap<Rc<String>, Option<Rc<Any>>>,
    numbers: Vec<Rc<u64>>,
    bytes: Vec<Rc<u8>>,
}

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 33) as usize) % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Some node of a list, if it has one.
fn some(random: &mut Random, nodes: &[Rc<Any>]) -> Option<Rc<Any>> {
    let empty = nodes.is_empty() || random.one_in(3);
    (!empty).then(|| Rc::clone(&nodes[random.below(nodes.len())]))
}

fn graph(seed: u64) -> Vec<Rc<Any>> {
    let random = &mut Random(seed);
    let n = 1 + random.below(9);
    let texts: Vec<_> = (0..2).map(|n| Rc::new(format!("key {n}"))).collect();
    let number = Rc::new(7);
    let (byte, holder) = (Rc::new(3), Rc::new(RefCell::new(None)));
    let mut doubles: Vec<Rc<Rc<Any>>> = Vec::new();
    let mut nodes: Vec<Rc<Any>> = Vec::new();
    for _ in 0..n {
        let len = [1, 1, 90, 1200][random.below(4)];
        let mut node = Any {
            text: "t".repeat(len),
            ..Any::default()
        };
        for _ in 0..random.below(3) {
            node.plain.extend(some(random, &nodes));
            node.cells.push(RefCell::default());
            node.in_cell.borrow_mut().push(RefCell::default());
        }
        node.option = some(random, &nodes);
        if random.one_in(2) && !doubles.is_empty() {
            node.double = Some(Rc::clone(&doubles[random.below(doubles.len())]));
        }
        if random.one_in(4) {
            node.whole = Some(Rc::clone(&holder));
        }
        for text in &texts {
            if random.one_in(5) {
                node.by_name.insert(Rc::clone(text), some(random, &nodes));
            }
        }
        if random.one_in(4) {
            node.numbers = vec![Rc::new(7), Rc::clone(&number), Rc::clone(&number)];
            node.bytes = vec![Rc::clone(&byte), Rc::new(9), Rc::clone(&byte)];
        }
        let node = Rc::new(node);
        if random.one_in(2) {
            doubles.push(Rc::new(Rc::clone(&node)));
        }
        nodes.push(node);
    }
    for node in &nodes {
        *node.cell.borrow_mut() = some(random, &nodes);
        for cell in &node.cells {
            *cell.borrow_mut() = some(random, &nodes);
        }
        for cell in node.in_cell.borrow().iter() {
            if random.one_in(2) && !doubles.is_empty() {
                *cell.borrow_mut() = Some(Rc::clone(&doubles[random.below(doubles.len())]));
            }
        }
        if let Some(target) = some(random, &nodes) {
            *node.weak.borrow_mut() = Rc::downgrade(&target);
        }
    }
    *holder.borrow_mut() = some(random, &nodes);
    nodes.swap(0, random.below(n));
    nodes.truncate(1 + random.below(n));
    nodes
}

#[test]
fn random_graphs_are_written_again_with_the_same_root() {
    for seed in 0..300 {
        let graph = graph(seed);
        for profile in [Profile::STANDARD, Profile::SMALL] {
            let encoded = encode_with(&graph, profile).unwrap();
            let tree: Value = decode(encoded.root(), &encoded)
                .unwrap_or_else(|error| panic!("{seed}: {error:?}"));
            let again = encode_with(&tree, profile).unwrap();
            assert_eq!(again.root(), encoded.root(), "{seed}: {tree}");
            assert_eq!(again, encoded);
            let loaded: Value = decode(again.root(), &again).unwrap();
            assert_eq!(loaded, tree, "{seed}");
            assert!(tree.to_string().len() < 200_000);
        }
    }
}

#[test]
fn the_tree_of_a_typed_value_is_the_one_that_is_loaded() {
    let ring = ring(&["a", "b"]);
    assert_eq!(Value::of(&ring).unwrap(), load(&ring));
    let shared = Rc::new(5_u8);
    let pair = (shared.clone(), shared);
    assert_eq!(Value::of(&pair).unwrap(), load(&pair));
    assert_ne!(Value::of(&pair).unwrap(), load(&(5_u8, 5_u8)));
    assert_eq!(
        Value::of(&(Rc::new(5_u8), 5_u8)).unwrap(),
        load(&(5_u8, 5_u8))
    );
    let mut diamond = node("bottom");
    for _ in 0..60 {
        diamond = Rc::new(Node {
            plain: vec![Rc::clone(&diamond), diamond],
            ..Node::default()
        });
    }
    assert_eq!(Value::of(&diamond).unwrap(), load(&diamond));
}

fn changes<T: Debuggable, U: Debuggable>(old: &T, new: &U) -> Vec<String> {
    let store = Store::in_memory();
    let (old, new) = (store.put(old).unwrap(), store.put(new).unwrap());
    let changes = differences(old, new, store.blocks()).unwrap();
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn where_only_pointers_differ_one_change_says_which() {
    let (a, b) = (Rc::new(5_u8), Rc::new(5_u8));
    let one = (Rc::clone(&a), Rc::clone(&b), Rc::clone(&a), 7_u8);
    let other = (Rc::clone(&a), Rc::clone(&a), Rc::clone(&b), 7_u8);
    let none = (5_u8, 5_u8, 5_u8, 7_u8);
    assert_eq!(
        changes(&one, &other),
        ["root: .0, .2 were one; .0, .1 are one"]
    );
    assert_eq!(changes(&one, &none), ["root: .0, .2 were one"]);
    assert_eq!(changes(&none, &other), ["root: .0, .1 are one"]);
    assert_eq!(changes(&one, &one), [""; 0]);
    let changed = (Rc::clone(&a), Rc::clone(&b), Rc::clone(&a), 8_u8);
    assert_eq!(changes(&none, &changed), [".3: 7 -> 8"]);
    let weak = |to: &Rc<u8>| (Rc::clone(&a), Rc::clone(&b), Rc::downgrade(to));
    assert_eq!(
        changes(&weak(&a), &weak(&b)),
        ["root: .0, .2 were one; .1, .2 are one"]
    );
}

#[test]
fn cycles_are_compared_node_by_node_and_to_an_end() {
    let abc = ring(&["a", "b", "c"]);
    let abd = ring(&["a", "b", "d"]);
    assert_eq!(
        changes(&abc[0], &abd[0]),
        [r#".next.next.name: "c" -> "d""#]
    );
    assert_eq!(changes(&abc[2], &abd[2]), [r#".name: "c" -> "d""#]);
    // The same names, around a ring of another length: only what is one differs.
    let (two, four) = (ring(&["a", "b"]), ring(&["a", "b", "a", "b"]));
    let found = changes(&two[0], &four[0]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("root:"), "{found:?}");
    // Entered one step earlier, the pointers of the two do not meet.
    let before = Link {
        name: "b".into(),
        next: RefCell::new(Some(Rc::clone(&two[0]))),
    };
    let found = changes(&Rc::new(before), &two[1]);
    assert_eq!(found.len(), 1, "{found:?}");
    let found = changes(&(abc[0].clone(), 1_u8), &(abd[0].clone(), 2_u8));
    assert_eq!(found, [r#".0.next.next.name: "c" -> "d""#, ".1: 1 -> 2"]);
    for seed in 0..200 {
        let found = changes(&graph(seed), &graph(seed + 1));
        assert!(!found.is_empty(), "{seed}");
        assert_eq!(changes(&graph(seed), &graph(seed)), [""; 0]);
    }
}

/// One node of many differs: one change, with the way to it, and no way around twice.
#[test]
fn one_number_in_a_ring_of_a_thousand_is_one_change() {
    #[derive(Debuggable)]
    struct Count {
        number: u32,
        next: RefCell<Option<Rc<Count>>>,
        start: RefCell<Option<Rc<Count>>>,
    }

    let ring = |changed: usize| {
        let nodes: Vec<_> = (0..1_000)
            .map(|n| {
                Rc::new(Count {
                    number: n + if n as usize == changed { 7_000 } else { 0 },
                    next: RefCell::default(),
                    start: RefCell::default(),
                })
            })
            .collect();
        for (n, node) in nodes.iter().enumerate() {
            *node.next.borrow_mut() = Some(Rc::clone(&nodes[(n + 1) % 1_000]));
            *node.start.borrow_mut() = Some(Rc::clone(&nodes[0]));
        }
        nodes
    };
    let (same, other) = (ring(1_000), ring(600));
    let found = changes(&same[0], &other[0]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(".next.next."), "{found:?}");
    assert!(found[0].ends_with(".next.number: 600 -> 7600"), "{found:?}");
    assert_eq!(changes(&same[0], &ring(1_000)[0]), [""; 0]);
    // Entered elsewhere, the same node differs.
    let found = changes(&(1_u8, same[590].clone()), &(1_u8, other[590].clone()));
    assert_eq!(
        found,
        [format!(".1{}.number: 600 -> 7600", ".next".repeat(10))]
    );
    for node in same.iter().chain(&other) {
        node.next.take();
        node.start.take();
    }
}

/// All the same but for where one pointer leads: what is seen through it differs.
#[test]
fn one_pointer_that_leads_elsewhere_is_found() {
    #[derive(Debuggable)]
    struct Crossed {
        name: u32,
        next: RefCell<Option<Rc<Crossed>>>,
        across: RefCell<Option<Rc<Crossed>>>,
    }

    let graph = |len: u32, from: usize, to: usize| {
        let nodes: Vec<_> = (0..len)
            .map(|name| {
                Rc::new(Crossed {
                    name,
                    next: RefCell::default(),
                    across: RefCell::default(),
                })
            })
            .collect();
        for (n, node) in nodes.iter().enumerate() {
            *node.next.borrow_mut() = Some(Rc::clone(&nodes[(n + 1) % nodes.len()]));
        }
        *nodes[from].across.borrow_mut() = Some(Rc::clone(&nodes[to]));
        nodes
    };
    let found = changes(&graph(5, 4, 1)[0], &graph(5, 4, 2)[0]);
    let through = ".next.next.next.next.across";
    assert!(
        found.contains(&format!("{through}.name: 1 -> 2")),
        "{found:?}"
    );
    assert!(found.iter().all(|change| change.starts_with(through)));
    // Each pair of nodes is looked at once, so there are no more changes than such pairs.
    assert!(found.len() <= 10, "{found:?}");
    // An equal node is led to: only which one it is differs, and that is said at the root.
    let twins = |to: usize| {
        let twin = |next| Link {
            name: "twin".into(),
            next: RefCell::new(next),
        };
        let (a, b) = (Rc::new(twin(None)), Rc::new(twin(None)));
        (Rc::clone([&a, &b][to]), a, b)
    };
    let found = changes(&twins(0), &twins(1));
    assert_eq!(found, ["root: .0, .1 were one; .0, .2 are one"]);
    let n = 300;
    let found = changes(&graph(n, 299, 1)[0], &graph(n, 299, 2)[0]);
    assert!(
        !found.is_empty() && found.len() <= 2 * n as usize,
        "{}",
        found.len()
    );
}

/// What is known of identity without looking behind links.
#[test]
fn a_shallow_value_says_which_pointers_of_its_block_are_the_same() {
    let short = Rc::new("short".to_owned());
    let long = Rc::new("long ".repeat(1_000));
    let value = (
        Rc::clone(&short),
        Rc::clone(&short),
        Rc::clone(&long),
        (Rc::clone(&long), "x".repeat(1_100)),
        Rc::downgrade(&short),
        short,
    );
    let encoded = encode(&value).unwrap();
    let shallow = Value::shallow(encoded.root(), &encoded).unwrap();
    let whole: Value = decode(encoded.root(), &encoded).unwrap();
    let label = |value: &Value, path: &str| match value.at_str(path).unwrap() {
        Some(Value::Pointer(pointer)) => Some(pointer.label()),
        Some(Value::Weak(weak)) => weak.label(),
        _ => None,
    };
    // Pointers in the block are marked as in the whole value.
    for path in [".0", ".1", ".2", ".4", ".5"] {
        assert!(label(&whole, path).is_some(), "{path}");
        assert_eq!(label(&shallow, path), label(&whole, path), "{path}");
    }
    assert_eq!(label(&shallow, ".0"), label(&shallow, ".5"));
    // Parts behind links stay links, also those that pointers lead to.
    let Some(Value::Pointer(pointer)) = shallow.at_str(".2").unwrap() else {
        panic!("{shallow}");
    };
    assert!(matches!(pointer.content(), Some(Value::Link(_))));
    // A cycle is one block, and the link to it stays one.
    let ring = ring(&["a", "b"]);
    let encoded = encode(&(Rc::clone(&ring[0]), Rc::clone(&ring[1]))).unwrap();
    let shallow = Value::shallow(encoded.root(), &encoded).unwrap();
    let whole: Value = decode(encoded.root(), &encoded).unwrap();
    assert!(label(&shallow, ".1").is_some(), "{shallow}");
    assert_eq!(label(&shallow, ".1"), label(&whole, ".1"));
    ring[0].next.take();
}

#[test]
fn a_long_ring_takes_no_stack() {
    let names: Vec<String> = (0..30_000).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let ring = ring(&names);
    let tree = survives(&ring[0]);
    assert!(tree.to_string().starts_with("&1 Link {"));
    assert_eq!(tree.clone(), tree);
    *ring[29_999].next.borrow_mut() = None;
}

/// Blocks as they are, by their names.
struct Blocks(BTreeMap<Cid, Arc<[u8]>>);

impl BlockSource for Blocks {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let load = |cid: &Cid| self.0.get(cid).cloned();
        let missing = |cid: &Cid| ErrorKind::Missing { cid: *cid }.into();
        cids.iter()
            .map(|cid| load(cid).ok_or_else(|| missing(cid)))
            .collect()
    }
}

/// A value with other bytes in one of its blocks; the blocks above link to the new ones.
fn forged(encoded: &Encoded, changed: Cid, bytes: Vec<u8>) -> (Cid, Blocks) {
    let blocks = encoded.blocks();
    let mut blocks: BTreeMap<Cid, Vec<u8>> = blocks
        .map(|block| (block.cid(), block.bytes().to_vec()))
        .collect();
    let mut names = BTreeMap::new();
    blocks.insert(changed, bytes);
    let mut waiting = vec![changed];
    while let Some(old) = waiting.pop() {
        let before = names.get(&old).copied().unwrap_or(old);
        let name = Cid::of(&blocks[&old]);
        names.insert(old, name);
        let [from, to] = [before, name].map(|cid| *cid.as_bytes());
        for (cid, bytes) in &mut blocks {
            let places: Vec<usize> = bytes
                .windows(64)
                .enumerate()
                .filter_map(|(at, window)| (window == from).then_some(at))
                .collect();
            for at in &places {
                bytes[*at..*at + 64].copy_from_slice(&to);
            }
            if !places.is_empty() {
                waiting.push(*cid);
            }
        }
    }
    let root = names.get(&encoded.root()).copied();
    let blocks = blocks.into_values();
    let blocks = blocks.map(|bytes| (Cid::of(&bytes), bytes.into()));
    (root.unwrap_or(encoded.root()), Blocks(blocks.collect()))
}

#[test]
fn every_changed_byte_is_refused_or_makes_a_tree_that_is_written_as_it_was_read() {
    let (mut refused, mut others) = (0, 0);
    for seed in 0..3 {
        let encoded = encode_with(&graph(seed), Profile::SMALL).unwrap();
        let random = &mut Random(seed);
        for block in encoded.blocks() {
            let is_identity = block.bytes().windows(3).any(|window| {
                matches!(window, [0xc7, 5, 2] | [0xc7, 69, 3] | [0xc7, 0, 5])
                    || window[..2] == *b"\xa1!"
            });
            if !is_identity {
                continue;
            }
            for at in 1..block.bytes().len() {
                let mut bytes = block.bytes().to_vec();
                bytes[at] ^= 1 << random.below(8);
                let (root, blocks) = forged(&encoded, block.cid(), bytes);
                let Ok(tree) = decode::<Value>(root, &blocks) else {
                    refused += 1;
                    continue;
                };
                let _ = tree.to_string();
                let again = encode_with(&tree, Profile::SMALL).unwrap();
                assert_eq!(again.root(), root);
                others += 1;
            }
        }
    }
    assert!(refused > 0 && others > 0);
}

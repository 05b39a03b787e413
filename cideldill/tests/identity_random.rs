//! Any graph comes back as it was: the same nodes, the same pointers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use cideldill::{Debuggable, compute_cid, content_cid, decode, encode};

#[derive(Debuggable, Default)]
struct Node {
    name: u32,
    pad: String,
    plain: Vec<Rc<Node>>,
    cells: Vec<RefCell<Option<Rc<Node>>>>,
    nested: RefCell<Vec<RefCell<Option<Rc<Node>>>>>,
    weak: Vec<Weak<Node>>,
    weak_cells: RefCell<Vec<Weak<Node>>>,
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

fn graph(random: &mut Random, plain_weak: bool, acyclic: bool) -> Vec<Rc<Node>> {
    let n = 1 + random.below(9);
    let mut nodes: Vec<Rc<Node>> = Vec::new();
    for _ in 0..n {
        let some = |random: &mut Random, nodes: &Vec<Rc<Node>>, most: usize| {
            let count = if nodes.is_empty() {
                0
            } else {
                random.below(most)
            };
            (0..count)
                .map(|_| Rc::clone(&nodes[random.below(nodes.len())]))
                .collect::<Vec<_>>()
        };
        let pad = [0, 0, 0, 300, 1200][random.below(5)];
        nodes.push(Rc::new(Node {
            // Few names: equal contents on purpose.
            name: [0, 1, 2][random.below(3)],
            pad: "p".repeat(pad),
            plain: some(random, &nodes, 3),
            weak: if plain_weak {
                some(random, &nodes, 2).iter().map(Rc::downgrade).collect()
            } else {
                Vec::new()
            },
            ..Node::default()
        }));
    }
    let dense = 1 + random.below(3);
    for node in &mut nodes {
        let count = random.below(dense + 1);
        if let Some(node) = Rc::get_mut(node) {
            node.cells.resize_with(count, RefCell::default);
        }
    }
    for node in &nodes {
        if acyclic {
            break;
        }
        for cell in &node.cells {
            *cell.borrow_mut() = Some(Rc::clone(&nodes[random.below(n)]));
        }
        for _ in 0..random.below(dense) {
            let target = Rc::clone(&nodes[random.below(n)]);
            node.nested.borrow_mut().push(RefCell::new(Some(target)));
        }
        for _ in 0..random.below(3) {
            let target = Rc::downgrade(&nodes[random.below(n)]);
            node.weak_cells.borrow_mut().push(target);
        }
    }
    (0..=random.below(3))
        .map(|_| Rc::clone(&nodes[random.below(n)]))
        .collect()
}

fn reachable(roots: &[Rc<Node>]) -> BTreeMap<*const Node, usize> {
    let mut found = BTreeMap::new();
    let mut open: Vec<Rc<Node>> = roots.to_vec();
    while let Some(node) = open.pop() {
        if found.insert(Rc::as_ptr(&node), found.len()).is_none() {
            open.extend(node.plain.iter().cloned());
            open.extend(node.cells.iter().filter_map(|cell| cell.borrow().clone()));
            let nested = node.nested.borrow();
            open.extend(nested.iter().filter_map(|cell| cell.borrow().clone()));
        }
    }
    found
}

/// Walks both graphs side by side; each node must go with one of the other.
#[expect(clippy::many_single_char_names, reason = "one graph's and the other's")]
fn assert_same(a: &[Rc<Node>], b: &[Rc<Node>], seed: u64) {
    let (mut to_b, mut to_a) = (BTreeMap::new(), BTreeMap::new());
    let mut open: Vec<(Rc<Node>, Rc<Node>)> = Vec::new();
    let (in_a, in_b) = (reachable(a), reachable(b));
    assert_eq!(a.len(), b.len());
    let mut weak: Vec<(Weak<Node>, Weak<Node>)> = Vec::new();
    open.extend(a.iter().cloned().zip(b.iter().cloned()));
    while let Some((x, y)) = open.pop() {
        let (p, q) = (Rc::as_ptr(&x), Rc::as_ptr(&y));
        let (known_y, known_x) = (to_b.insert(p, q), to_a.insert(q, p));
        assert!(known_y.is_none_or(|known| known == q), "split, seed {seed}");
        assert!(
            known_x.is_none_or(|known| known == p),
            "joined, seed {seed}"
        );
        if known_y.is_some() {
            continue;
        }
        assert_eq!((x.name, &x.pad), (y.name, &y.pad), "seed {seed}");
        assert_eq!(x.plain.len(), y.plain.len(), "seed {seed}");
        assert_eq!(x.cells.len(), y.cells.len(), "seed {seed}");
        open.extend(x.plain.iter().cloned().zip(y.plain.iter().cloned()));
        let pairs = |x: &[RefCell<Option<Rc<Node>>>], y: &[RefCell<Option<Rc<Node>>>]| {
            assert_eq!(x.len(), y.len(), "seed {seed}");
            let pairs = x.iter().zip(y).filter_map(|(x, y)| {
                let (x, y) = (x.borrow(), y.borrow());
                assert_eq!(x.is_some(), y.is_some(), "seed {seed}");
                Some((Rc::clone(x.as_ref()?), Rc::clone(y.as_ref()?)))
            });
            pairs.collect::<Vec<_>>()
        };
        open.extend(pairs(&x.cells, &y.cells));
        open.extend(pairs(&x.nested.borrow(), &y.nested.borrow()));
        assert_eq!(x.weak.len(), y.weak.len(), "seed {seed}");
        weak.extend(x.weak.iter().cloned().zip(y.weak.iter().cloned()));
        let (xs, ys) = (x.weak_cells.borrow(), y.weak_cells.borrow());
        assert_eq!(xs.len(), ys.len(), "seed {seed}");
        weak.extend(xs.iter().cloned().zip(ys.iter().cloned()));
    }
    assert_eq!(in_a.len(), in_b.len(), "seed {seed}");
    for (x, y) in weak {
        let x = x.upgrade().map(|x| Rc::as_ptr(&x));
        let x = x.filter(|x| in_a.contains_key(x));
        let y = y.upgrade().map(|y| Rc::as_ptr(&y));
        assert_eq!(x.map(|x| to_b[&x]), y, "weak, seed {seed}");
    }
}

fn open_up(roots: &[Rc<Node>]) {
    let mut open: Vec<Rc<Node>> = roots.to_vec();
    let mut seen = std::collections::BTreeSet::new();
    let mut all = Vec::new();
    while let Some(node) = open.pop() {
        if seen.insert(Rc::as_ptr(&node)) {
            open.extend(node.plain.iter().cloned());
            open.extend(node.cells.iter().filter_map(|cell| cell.borrow().clone()));
            let nested = node.nested.borrow();
            open.extend(nested.iter().filter_map(|cell| cell.borrow().clone()));
            drop(nested);
            all.push(node);
        }
    }
    for node in all {
        node.cells.iter().for_each(|cell| drop(cell.take()));
        drop(node.nested.take());
    }
}

fn check(seeds: std::ops::Range<u64>, plain_weak: bool) {
    check_with(seeds, plain_weak, false);
}

fn check_with(seeds: std::ops::Range<u64>, plain_weak: bool, acyclic: bool) {
    for seed in seeds {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let value = graph(&mut random, plain_weak, acyclic);
        let encoded = encode(&value).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let loaded: Vec<Rc<Node>> = decode(encoded.root(), &encoded)
            .unwrap_or_else(|error| panic!("decode, seed {seed}: {error} {encoded:?}"));
        assert_same(&value, &loaded, seed);
        assert_eq!(compute_cid(&loaded).unwrap(), encoded.root(), "seed {seed}");
        assert_eq!(
            content_cid(&loaded).unwrap(),
            content_cid(&value).unwrap(),
            "seed {seed}"
        );
        open_up(&value);
        open_up(&loaded);
    }
}

#[test]
fn any_graph_comes_back_as_it_was() {
    check(1..100_001, false);
}

#[test]
fn weak_pointers_in_plain_fields_lead_further_on_too() {
    check_with(1..20_001, true, true);
}

//! Any graph comes back as it was: the same nodes, the same pointers. Its content does not say them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use cideldill::{Cid, Debuggable, compute_cid, content_cid, decode, encode};

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

/// What its cells hold, behind all fields that do.
fn below(node: &Node) -> Vec<Rc<Node>> {
    let mut below = node.plain.clone();
    below.extend(node.cells.iter().filter_map(|cell| cell.borrow().clone()));
    let nested = node.nested.borrow();
    below.extend(nested.iter().filter_map(|cell| cell.borrow().clone()));
    below
}

/// Each node that leads to no cycle, once.
fn acyclic(roots: &[Rc<Node>]) -> Vec<Rc<Node>> {
    let mut nodes: BTreeMap<*const Node, Rc<Node>> = BTreeMap::new();
    let mut open: Vec<Rc<Node>> = roots.to_vec();
    while let Some(node) = open.pop() {
        open.extend(
            below(&node)
                .into_iter()
                .filter(|next| !nodes.contains_key(&Rc::as_ptr(next))),
        );
        nodes.insert(Rc::as_ptr(&node), node);
    }
    // What leads only to nodes that are known is known, until there is no more.
    let mut known = BTreeSet::new();
    loop {
        let before = known.len();
        for node in nodes.values() {
            if below(node)
                .iter()
                .all(|next| known.contains(&Rc::as_ptr(next)))
            {
                known.insert(Rc::as_ptr(node));
            }
        }
        if known.len() == before {
            break;
        }
    }
    nodes.retain(|node, _| known.contains(node));
    nodes.into_values().collect()
}

/// A copy in which each pointer has a node of its own and every weak one leads nowhere; none if that
/// were more than so many nodes.
fn apart(node: &Node, room: &mut usize) -> Option<Node> {
    *room = room.checked_sub(1)?;
    let mut pointer = |next: &Rc<Node>| apart(next, room).map(Rc::new);
    let plain: Option<_> = node.plain.iter().map(&mut pointer).collect();
    let mut cells = |cells: &[RefCell<Option<Rc<Node>>>]| -> Option<Vec<_>> {
        let cells = cells.iter().map(|cell| {
            let held = cell.borrow();
            let held = held.as_ref().map(&mut pointer);
            Some(RefCell::new(match held {
                None => None,
                Some(held) => Some(held?),
            }))
        });
        cells.collect()
    };
    Some(Node {
        name: node.name,
        pad: node.pad.clone(),
        cells: cells(&node.cells)?,
        nested: RefCell::new(cells(&node.nested.borrow())?),
        plain: plain?,
        weak: node.weak.iter().map(|_| Weak::new()).collect(),
        weak_cells: RefCell::new(
            node.weak_cells
                .borrow()
                .iter()
                .map(|_| Weak::new())
                .collect(),
        ),
    })
}

fn open_up(roots: &[Rc<Node>]) {
    let mut open: Vec<Rc<Node>> = roots.to_vec();
    let mut seen = BTreeSet::new();
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

/// A block with one shape table and this many bytes is longer than the cut wherever it stands.
const SURELY_CUT: usize = 1_024 + 200;

/// However the nodes of a part without cycles are shared, how many pointers lead to them and where it
/// is entered: its content has one CID, alone and in the whole.
#[test]
fn the_content_of_what_has_no_cycle_is_the_same_however_it_is_shared() {
    let (mut compared, mut shared, mut found_whole) = (0, 0, 0);
    for seed in 1..100_001_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let value = graph(&mut random, seed % 3 == 0, seed % 2 == 0);
        let parts = acyclic(&value);
        let whole = encode(&value).unwrap();
        let whole: BTreeSet<Cid> = whole.blocks().map(|block| block.cid()).collect();
        // One of them a graph; which one is as good as random.
        if let Some(part) = parts.get(random.below(parts.len().max(1)))
            && let Some(apart) = apart(part, &mut 60)
        {
            let encoded = encode(part).unwrap();
            let content = content_cid(part).unwrap();
            let apart = Rc::new(apart);
            assert_eq!(content, compute_cid(&apart).unwrap(), "seed {seed}");
            // More pointers to the same, and another way in.
            let more = (Rc::clone(part), vec![Rc::clone(part); 2]);
            let tree = (Rc::clone(&apart), vec![apart; 2]);
            assert_eq!(content_cid(&more).unwrap(), content_cid(&tree).unwrap());
            shared += u32::from(encoded.root() != content);
            let block = encoded.blocks().find(|block| block.cid() == content);
            if block.expect("its content is a block").bytes().len() >= SURELY_CUT {
                assert!(whole.contains(&content), "seed {seed}");
                found_whole += 1;
            }
            compared += 1;
        }
        open_up(&value);
    }
    assert!(
        compared > 80_000 && shared > 10_000 && found_whole > 100,
        "{compared} {shared} {found_whole}"
    );
}

#[test]
fn any_graph_comes_back_as_it_was() {
    check(1..100_001, false);
}

#[test]
fn weak_pointers_in_plain_fields_lead_further_on_too() {
    check_with(1..20_001, true, true);
}

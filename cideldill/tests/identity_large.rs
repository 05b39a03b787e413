//! Large and deep graphs: work that grows with the graph, and no stack that grows with it.

use std::cell::RefCell;
use std::rc::Rc;

use cideldill::{
    Debuggable, Limits, Reconstruct, Store, Value, compute_cid, decode, decode_with,
    differences_with, encode,
};

#[derive(Debuggable)]
struct Link {
    number: u32,
    next: RefCell<Option<Rc<Link>>>,
}

#[derive(Debuggable)]
struct Plain {
    number: u32,
    next: Option<Rc<Plain>>,
}

#[derive(Debuggable)]
struct Diamond {
    level: u32,
    pad: String,
    left: Option<Rc<Diamond>>,
    right: Option<Rc<Diamond>>,
}

fn small_stack(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap();
    });
}

fn ring(len: u32) -> Vec<Rc<Link>> {
    let link = |number| {
        Rc::new(Link {
            number,
            next: RefCell::default(),
        })
    };
    let links: Vec<_> = (0..len).map(link).collect();
    for (link, next) in links.iter().zip(links.iter().cycle().skip(1)) {
        *link.next.borrow_mut() = Some(Rc::clone(next));
    }
    links
}

/// A ring of so many; a ring is never freed, so it is opened and goes node by node.
fn assert_ring(first: &Rc<Link>, len: u32) {
    let mut at = Rc::clone(first);
    for number in 0..len {
        assert_eq!(at.number, number);
        let next = at.next.borrow().clone().unwrap();
        at = next;
    }
    assert!(Rc::ptr_eq(&at, first));
    drop(at);
    let mut next = first.next.take();
    while let Some(node) = next {
        next = node.next.take();
    }
}

#[test]
fn a_ring_of_300_000_nodes_is_one_block() {
    small_stack(|| {
        let nodes = ring(300_000);
        let encoded = encode(&nodes[0]).unwrap();
        assert_eq!(encoded.blocks().len(), 1);
        let loaded: Rc<Link> = decode(encoded.root(), &encoded).unwrap();
        assert_ring(&loaded, 300_000);
        for node in &nodes {
            drop(node.next.take());
        }
    });
}

#[test]
fn a_ring_of_300_000_nodes_is_kept_on_a_disk() {
    small_stack(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let nodes = ring(300_000);
        let cid = Store::open(&path).unwrap().put(&nodes[0]).unwrap();
        let store = Store::open(&path).unwrap();
        assert_eq!(store.blocks().stats().blocks, 1);
        let block = store.get(cid).unwrap().unwrap();
        assert!(block.bytes().len() > 2 << 20, "{}", block.bytes().len());
        assert_ring(&store.load(cid).unwrap(), 300_000);
        // One number changed, and found without the type.
        nodes[200_000].next.take();
        let changed = Rc::new(Link {
            number: 7,
            next: RefCell::new(Some(Rc::clone(&nodes[200_001]))),
        });
        *nodes[199_999].next.borrow_mut() = Some(changed);
        let other = store.put(&nodes[0]).unwrap();
        let found = store.differences(cid, other).unwrap();
        assert_eq!(found.len(), 1);
        assert!(
            found[0].to_string().ends_with("200000 -> 7"),
            "{}",
            found[0]
        );
        assert_ne!(cid, other);
        let last = nodes[199_999].next.take();
        for node in &nodes {
            drop(node.next.take());
        }
        drop(last);
    });
}

#[test]
fn sixty_levels_of_diamonds_are_sixty_levels_of_work() {
    for pad in [0, 300, 1200] {
        let mut top = None;
        for level in 0..60 {
            top = Some(Rc::new(Diamond {
                level,
                pad: "p".repeat(pad),
                left: top.clone(),
                right: top,
            }));
        }
        let encoded = encode(&top).unwrap();
        let loaded: Option<Rc<Diamond>> = decode(encoded.root(), &encoded).unwrap();
        let mut at = loaded;
        let mut levels = 0;
        while let Some(node) = at {
            if let (Some(left), Some(right)) = (&node.left, &node.right) {
                assert!(Rc::ptr_eq(left, right));
            }
            levels += 1;
            at = node.left.clone();
        }
        assert_eq!(levels, 60);
        assert!(encoded.blocks().len() < 130, "{}", encoded.blocks().len());
    }
}

const MILLION: u32 = 1_000_000;

/// Encodes, decodes with and without the type, compares and prints two lists of a million nodes that
/// differ in the last one.
fn every_way<T: Debuggable>(old: &T, new: &T) -> T {
    let (old, new) = (encode(old).unwrap(), encode(new).unwrap());
    let limits = Limits::unlimited();
    let tree: Value = decode_with(old.root(), &old, limits).unwrap();
    assert_eq!(compute_cid(&tree).unwrap(), old.root());
    assert!(tree == tree.clone());
    let other: Value = decode_with(new.root(), &new, limits).unwrap();
    assert!(tree != other);
    let shown = tree.to_string();
    assert!(shown.len() < 1 << 20, "{}", shown.len());
    let whole = tree.display().depth(usize::MAX).items(usize::MAX);
    let whole = whole.bytes(usize::MAX).width(usize::MAX).to_string();
    assert_eq!(whole.matches("number: ").count(), MILLION as usize);
    drop((tree, other, whole));
    let store = Store::in_memory();
    for blocks in [&old, &new] {
        let blocks: Vec<_> = blocks.blocks().collect();
        store.blocks().put_many(&blocks).unwrap();
    }
    let changes = differences_with(old.root(), new.root(), store.blocks(), limits).unwrap();
    assert_eq!(changes.len(), 1);
    assert!(changes[0].to_string().ends_with("0 -> 7"));
    typed(&old, limits)
}

fn typed<T: Reconstruct>(encoded: &cideldill::Encoded, limits: Limits) -> T {
    decode_with(encoded.root(), encoded, limits).unwrap()
}

#[test]
fn a_list_of_a_million_pointers() {
    small_stack(|| {
        let list = |last| {
            let mut list = None;
            for number in 0..MILLION {
                let number = if number == 0 { last } else { number };
                list = Some(Rc::new(Plain { number, next: list }));
            }
            list
        };
        let (old, new) = (list(0), list(7));
        let loaded = every_way(&old, &new);
        let mut numbers = (0..MILLION).rev();
        let mut at = loaded.clone();
        while let Some(node) = at {
            assert_eq!(numbers.next(), Some(node.number));
            at = node.next.clone();
        }
        assert_eq!(numbers.next(), None);
        for list in [old, new, loaded] {
            let mut next = list;
            while let Some(node) = next {
                next = Rc::try_unwrap(node).ok().and_then(|node| node.next);
            }
        }
    });
}

#[derive(Debuggable)]
struct Boxed {
    number: u32,
    next: Option<Box<Boxed>>,
}

#[test]
fn a_list_of_a_million_boxes() {
    small_stack(|| {
        let list = |last| {
            let mut list = None;
            for number in 0..MILLION {
                let number = if number == 0 { last } else { number };
                list = Some(Box::new(Boxed { number, next: list }));
            }
            list
        };
        let (old, new) = (list(0), list(7));
        let loaded = every_way(&old, &new);
        let mut numbers = (0..MILLION).rev();
        let mut next = loaded;
        while let Some(node) = next {
            assert_eq!(numbers.next(), Some(node.number));
            next = node.next;
        }
        assert_eq!(numbers.next(), None);
        for mut next in [old, new] {
            while let Some(node) = next {
                next = node.next;
            }
        }
    });
}

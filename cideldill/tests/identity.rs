//! Shared pointers, cycles and weak pointers survive.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use cideldill::{Debuggable, Encoded, Error, compute_cid, content_cid, decode, encode};

fn again<T: Debuggable>(value: &T) -> Result<T, Error> {
    let encoded: Encoded = encode(value)?;
    decode(encoded.root(), &encoded)
}

#[derive(Debuggable, Default, Debug)]
struct Node {
    name: String,
    plain: Vec<Rc<Node>>,
    cells: Vec<RefCell<Option<Rc<Node>>>>,
    parent: RefCell<Weak<Node>>,
}

#[test]
fn a_pointer_met_twice_comes_back_as_one() {
    for len in [1, 50, 2000, 10_000] {
        let shared = Rc::new("x".repeat(len));
        let value = vec![Rc::clone(&shared), shared, Rc::new("x".repeat(len))];
        let loaded = again(&value).unwrap();
        assert_eq!(loaded, value);
        assert!(Rc::ptr_eq(&loaded[0], &loaded[1]));
        assert!(!Rc::ptr_eq(&loaded[0], &loaded[2]));
    }
}

/// Content that is written again is the same, however many blocks were finished in between.
#[test]
fn what_stands_between_two_pointers_changes_no_content() {
    let long = |n: u64, len: usize| (n, "x".repeat(len) + &n.to_string());
    for len in [10, 2_000, 70_000] {
        let shared = Rc::new((long(1, len), long(2, len), 3_u8));
        for n_between in [0, 10, 1_000] {
            let between: Vec<_> = (0..n_between).map(|n| long(n, 2_500)).collect();
            let one = (Rc::clone(&shared), &between, Rc::clone(&shared), 7_u8);
            let equal = (&*shared, &between, &*shared, 7_u8);
            assert_eq!(content_cid(&one).unwrap(), compute_cid(&equal).unwrap());
            let encoded = encode(&one).unwrap();
            let loaded = decode::<(Rc<Pair>, Vec<Long>, Rc<Pair>, u8)>(encoded.root(), &encoded);
            let loaded = loaded.unwrap();
            assert!(loaded.0 == shared && loaded.1 == between);
            assert!(Rc::ptr_eq(&loaded.0, &loaded.2));
        }
    }
}

type Long = (u64, String);
type Pair = (Long, Long, u8);

/// Also where a chunk ends between two of them.
#[test]
fn every_number_of_a_long_sequence_may_be_shared() {
    let numbers: Vec<Rc<u8>> = (0..3_000_u32)
        .map(|n| Rc::new(n.to_le_bytes()[0]))
        .collect();
    let value: Vec<Rc<u8>> = numbers
        .iter()
        .chain(numbers.iter().rev())
        .cloned()
        .collect();
    let loaded = again(&value).unwrap();
    assert_eq!(loaded, value);
    for (first, second) in loaded.iter().zip(loaded.iter().rev()) {
        assert!(Rc::ptr_eq(first, second));
    }
    assert!(!Rc::ptr_eq(&loaded[0], &loaded[256]));
}

#[test]
fn sharing_is_not_content() {
    let (s, t) = (Rc::new(5_u32), Rc::new(5_u32));
    let (same, equal) = (
        vec![Some(Rc::clone(&s)), Some(Rc::clone(&s))],
        vec![Some(s), Some(t)],
    );
    assert_eq!(content_cid(&same).unwrap(), content_cid(&equal).unwrap());
    assert_ne!(compute_cid(&same).unwrap(), compute_cid(&equal).unwrap());
    assert_eq!(compute_cid(&equal).unwrap(), content_cid(&equal).unwrap());
}

#[test]
fn a_parent_is_led_to_by_its_children() {
    let parent = Rc::new(Node {
        name: "parent".into(),
        ..Node::default()
    });
    let child = Rc::new(Node {
        name: "child".into(),
        ..Node::default()
    });
    *child.parent.borrow_mut() = Rc::downgrade(&parent);
    let root = Rc::new(Node {
        name: "root".into(),
        plain: vec![parent, child],
        ..Node::default()
    });
    *root.plain[0].parent.borrow_mut() = Rc::downgrade(&root);
    let loaded = again(&root).unwrap();
    let parent = loaded.plain[1].parent.borrow().upgrade().unwrap();
    assert!(Rc::ptr_eq(&parent, &loaded.plain[0]));
    assert!(Rc::ptr_eq(
        &parent.parent.borrow().upgrade().unwrap(),
        &loaded
    ));
}

#[test]
fn rings_come_back_as_rings() {
    for len in [1, 2, 3, 50] {
        let nodes: Vec<Rc<Node>> = (0..len)
            .map(|n| {
                Rc::new(Node {
                    name: format!("node {n}"),
                    cells: vec![RefCell::new(None)],
                    ..Node::default()
                })
            })
            .collect();
        for (n, node) in nodes.iter().enumerate() {
            *node.cells[0].borrow_mut() = Some(Rc::clone(&nodes[(n + 1) % len]));
        }
        let loaded = again(&nodes).unwrap();
        for (n, node) in loaded.iter().enumerate() {
            assert_eq!(node.name, format!("node {n}"));
            let next = node.cells[0].borrow();
            assert!(Rc::ptr_eq(next.as_ref().unwrap(), &loaded[(n + 1) % len]));
        }
        for node in nodes.iter().chain(&loaded) {
            *node.cells[0].borrow_mut() = None;
        }
    }
}

#[test]
fn a_pointer_to_a_pointer_keeps_its_level() {
    let inner = Rc::new("inner".to_owned());
    let outer = Rc::new(Rc::clone(&inner));
    let value = (vec![Rc::clone(&outer), outer], inner);
    let (outers, inner) = again(&value).unwrap();
    assert!(Rc::ptr_eq(&outers[0], &outers[1]));
    assert!(Rc::ptr_eq(&*outers[0], &inner));
}

#[test]
fn numbers_are_shared_in_packed_sequences() {
    for len in [3, 5000] {
        let counter = Rc::new(std::cell::Cell::new(7_u64));
        let mut counters: Vec<_> = (0..len).map(|n| Rc::new(std::cell::Cell::new(n))).collect();
        counters[1] = Rc::clone(&counter);
        counters.push(counter);
        let loaded = again(&counters).unwrap();
        assert!(Rc::ptr_eq(&loaded[1], loaded.last().unwrap()));
        let bytes: Vec<Rc<u8>> = (0..len).map(|n| Rc::new(n.to_le_bytes()[0])).collect();
        let bytes = vec![bytes.clone(), bytes];
        let loaded = again(&bytes).unwrap();
        assert_eq!(loaded, bytes);
        assert!(Rc::ptr_eq(&loaded[0][2], &loaded[1][2]));
    }
}

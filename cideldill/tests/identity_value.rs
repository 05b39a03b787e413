//! Pointers in trees: loaded, printed, indexed, compared and written again without the types.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use cideldill::{Debuggable, Value, compute_cid, decode, encode};

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
        survives(&vec![Rc::clone(&shared), shared.clone(), Rc::new("x".repeat(len))]);
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

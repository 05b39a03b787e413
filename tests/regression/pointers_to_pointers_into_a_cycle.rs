//! Where a pointer leads to a pointer into a cycle, the item is the same whichever of the two is on
//! the cycle; the overlay says it.

#![expect(
    clippy::redundant_allocation,
    clippy::rc_clone_in_vec_init,
    reason = "pointers to pointers, and the same one twice, are what is tested"
)]

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use cideldill::{Debuggable, Value, compute_cid, content_cid, decode, encode};

#[derive(Debuggable, Default)]
struct Node {
    a: RefCell<Option<Rc<Rc<Node>>>>,
    b: RefCell<Option<Rc<Node>>>,
}

type Outer = Rc<Rc<Node>>;

/// The node leads to an outer pointer of its own.
fn apart() -> Outer {
    let node = Rc::new(Node::default());
    *node.a.borrow_mut() = Some(Rc::new(Rc::clone(&node)));
    Rc::new(node)
}

/// The node leads to the outer pointer that leads to it.
fn together() -> Outer {
    let node = Rc::new(Node::default());
    let outer = Rc::new(Rc::clone(&node));
    *node.a.borrow_mut() = Some(Rc::clone(&outer));
    outer
}

fn is_together(outer: &Outer) -> bool {
    let inside = outer.a.borrow();
    let inside = inside.as_ref().unwrap();
    assert!(Rc::ptr_eq(outer, inside) || Rc::ptr_eq(&**outer, &**inside));
    Rc::ptr_eq(outer, inside)
}

fn open(outer: &Outer) {
    outer.a.take();
    outer.b.take();
}

#[test]
fn which_of_two_pointers_is_on_the_cycle_makes_another_value() {
    let (apart, together) = (apart(), together());
    assert_ne!(
        compute_cid(&apart).unwrap(),
        compute_cid(&together).unwrap()
    );
    assert_eq!(
        content_cid(&apart).unwrap(),
        content_cid(&together).unwrap()
    );
    for (value, expected) in [(&apart, false), (&together, true)] {
        let encoded = encode(value).unwrap();
        let back: Outer = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(is_together(&back), expected);
        assert_eq!(encode(&back).unwrap(), encoded);
        let tree: Value = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode(&tree).unwrap(), encoded);
        open(&back);
    }
    open(&apart);
    open(&together);
}

#[test]
fn a_pointer_around_the_head_of_a_cycle_comes_back() {
    let node = Rc::new(Node::default());
    *node.b.borrow_mut() = Some(Rc::clone(&node));
    for (value, is_named) in [
        (vec![Rc::new(Rc::clone(&node))], false),
        (vec![Rc::new(Rc::clone(&node)); 2], true),
        (
            vec![Rc::new(Rc::clone(&node)), Rc::new(Rc::clone(&node))],
            false,
        ),
    ] {
        let encoded = encode(&value).unwrap();
        let back: Vec<Outer> = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode(&back).unwrap(), encoded);
        let (first, last) = (&back[0], &back[back.len() - 1]);
        assert!(Rc::ptr_eq(&**first, &**last));
        assert!(Rc::ptr_eq(&**first, back[0].b.borrow().as_ref().unwrap()));
        assert_eq!(Rc::ptr_eq(first, last), is_named || back.len() == 1);
        let tree: Value = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode(&tree).unwrap(), encoded);
        open(first);
    }
    node.b.take();
}

#[test]
fn a_root_around_the_head_of_a_cycle_comes_back() {
    let node = Rc::new(Node::default());
    *node.b.borrow_mut() = Some(Rc::clone(&node));
    let value = Rc::new(Rc::new(Rc::clone(&node)));
    let encoded = encode(&value).unwrap();
    assert_ne!(encoded.root(), encode(&*value).unwrap().root());
    let back: Rc<Outer> = decode(encoded.root(), &encoded).unwrap();
    assert!(Rc::ptr_eq(&**back, back.b.borrow().as_ref().unwrap()));
    assert_eq!(encode(&back).unwrap(), encoded);
    let tree: Value = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(encode(&tree).unwrap(), encoded);
    open(&back);
    open(&value);
}

#[test]
fn a_pointer_to_a_pointer_back_into_a_cycle_comes_back() {
    // In a cell of the cycle: the outer pointer is met there first, twice.
    let node = Rc::new(Node::default());
    let other = Rc::new(Node::default());
    let outer = Rc::new(Rc::clone(&node));
    *node.a.borrow_mut() = Some(Rc::clone(&outer));
    *node.b.borrow_mut() = Some(Rc::clone(&other));
    *other.a.borrow_mut() = Some(Rc::clone(&outer));
    *other.b.borrow_mut() = Some(Rc::clone(&node));
    let encoded = encode(&node).unwrap();
    let back: Rc<Node> = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(encode(&back).unwrap(), encoded);
    {
        let outer = back.a.borrow();
        let other = back.b.borrow();
        let other = other.as_ref().unwrap();
        assert!(Rc::ptr_eq(
            outer.as_ref().unwrap(),
            other.a.borrow().as_ref().unwrap()
        ));
        assert!(Rc::ptr_eq(&back, outer.as_ref().unwrap()));
        assert!(Rc::ptr_eq(&back, other.b.borrow().as_ref().unwrap()));
    }
    let tree: Value = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(encode(&tree).unwrap(), encoded);
    for node in [&node, &other, &back] {
        open(&Rc::new(Rc::clone(node)));
    }
}

#[derive(Debuggable)]
#[debuggable(rename = "Ring")]
struct Before {
    head: Rc<Node>,
    first: Outer,
    again: Outer,
}

fn ring_of_two() -> Rc<Node> {
    let (head, other) = (Rc::new(Node::default()), Rc::new(Node::default()));
    *head.b.borrow_mut() = Some(Rc::clone(&other));
    *other.b.borrow_mut() = Some(Rc::clone(&head));
    head
}

/// The same without the place where the outer pointer is met first.
#[derive(Debuggable)]
#[debuggable(rename = "Ring")]
struct After {
    head: Rc<Node>,
    again: Outer,
}

#[test]
fn a_pointer_to_a_part_is_made_where_it_is_met_again() {
    for is_head in [true, false] {
        let head = ring_of_two();
        let other = Rc::clone(head.b.borrow().as_ref().unwrap());
        let first = Rc::new(if is_head { Rc::clone(&head) } else { other });
        let again = Rc::clone(&first);
        let value = Before { head, first, again };
        let encoded = encode(&value).unwrap();
        let back: After = decode(encoded.root(), &encoded).unwrap();
        let other = Rc::clone(back.head.b.borrow().as_ref().unwrap());
        let expected = if is_head { &back.head } else { &other };
        assert!(Rc::ptr_eq(&*back.again, expected));
        open(&value.first);
        open(&back.again);
    }
}

/// The weak pointer's node is made first, and the outer pointer in it.
#[derive(Debuggable)]
struct Seen {
    watched: Weak<Watched>,
    outer: Outer,
    all: Vec<Rc<Watched>>,
}

#[derive(Debuggable)]
struct Watched {
    outer: Outer,
}

#[derive(Debuggable)]
struct Watching {
    head: Rc<Node>,
    seen: Rc<Seen>,
}

#[test]
fn a_pointer_to_a_part_is_made_before_its_turn() {
    let head = ring_of_two();
    let outer = Rc::new(Rc::clone(head.b.borrow().as_ref().unwrap()));
    let watched = Rc::new(Watched {
        outer: Rc::clone(&outer),
    });
    let seen = Rc::new(Seen {
        watched: Rc::downgrade(&watched),
        outer,
        all: vec![watched],
    });
    let value = Watching { head, seen };
    let encoded = encode(&value).unwrap();
    let back: Watching = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(encode(&back).unwrap(), encoded);
    assert!(Rc::ptr_eq(&back.seen.outer, &back.seen.all[0].outer));
    open(&value.seen.outer);
    open(&back.seen.outer);
}

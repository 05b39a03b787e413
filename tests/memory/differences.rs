//! What the differences of two values take: memory that grows with the changes, also where each is one
//! level deeper than the one before.

use std::cell::RefCell;
use std::rc::Rc;

use allocation_counter::measure;
use cideldill::{Change, Debuggable, Limits, Reduce, Store, differences_with};

use super::assert_linear;

#[derive(Debuggable)]
struct Node {
    number: u64,
    next: Option<Box<Node>>,
}

/// A list of boxed nodes.
fn list(numbers: impl DoubleEndedIterator<Item = u64>) -> Option<Box<Node>> {
    let node = |next, number| Some(Box::new(Node { number, next }));
    numbers.rev().fold(None, node)
}

/// Frees it node by node: by itself it is a recursion.
fn free(mut list: Option<Box<Node>>) {
    while let Some(mut node) = list {
        list = node.next.take();
    }
}

/// The start of a list that leads back to it: it is one cycle, which is one block whatever its length.
#[derive(Debuggable)]
struct Start<N: 'static> {
    first: RefCell<Option<N>>,
}

/// Only the last node leads back.
#[derive(Debuggable)]
struct Boxed<N: 'static> {
    number: N,
    next: Option<Box<Boxed<N>>>,
    again: Option<Rc<Boxed<N>>>,
    start: Option<Rc<Start<Boxed<N>>>>,
}

/// The same as data, but each node is one that two pointers lead to.
#[derive(Debuggable)]
#[debuggable(rename = "Boxed")]
struct Shared {
    number: u32,
    next: Option<Rc<Shared>>,
    again: Option<Rc<Shared>>,
    start: Option<Rc<Start<Shared>>>,
}

fn boxed<N: 'static>(numbers: impl DoubleEndedIterator<Item = N>) -> Rc<Start<Boxed<N>>> {
    let start = Rc::new(Start {
        first: RefCell::new(None),
    });
    let mut last = Some(Rc::clone(&start));
    let first = numbers.rev().fold(None, |next, number| {
        Some(Boxed {
            number,
            next: next.map(Box::new),
            again: None,
            start: last.take(),
        })
    });
    *start.first.borrow_mut() = first;
    start
}

fn shared(numbers: impl DoubleEndedIterator<Item = u32>) -> Rc<Start<Shared>> {
    let start = Rc::new(Start {
        first: RefCell::new(None),
    });
    let mut last = Some(Rc::clone(&start));
    let first = numbers.rev().fold(None, |next, number| {
        let next = next.map(Rc::new);
        Some(Shared {
            number,
            again: next.clone(),
            next,
            start: last.take(),
        })
    });
    *start.first.borrow_mut() = first;
    start
}

/// The most bytes that finding the changes took, with them.
fn peak<A: Reduce, B: Reduce>(old: &A, new: &B, check: impl FnOnce(&[Change])) -> u64 {
    let store = Store::in_memory();
    let (old, new) = (store.put(old).unwrap(), store.put(new).unwrap());
    let mut changes = Vec::new();
    let used = measure(|| {
        let limits = Limits::unlimited();
        changes = differences_with(old, new, store.blocks(), limits).unwrap();
    });
    check(&changes);
    used.bytes_max
}

#[test]
fn a_list_in_which_every_node_changed() {
    assert_linear([8_000, 16_000, 128_000], 1_000, |n| {
        let (old, new) = (list(0..n), list(n..2 * n));
        let peak = peak(&old, &new, |changes| {
            assert_eq!(changes.len() as u64, n);
            let last = changes.last().unwrap();
            assert_eq!(last.path.segments().len() as u64, n);
            assert!(
                last.to_string()
                    .ends_with(&format!(": {} -> {}", n - 1, 2 * n - 1))
            );
        });
        free(old);
        free(new);
        peak
    });
}

#[test]
fn a_cycle_in_which_every_node_changed() {
    assert_linear([1_000, 2_000, 4_000], 2_000, |n| {
        let n = u32::try_from(n).unwrap();
        peak(&boxed(0..n), &boxed(n..2 * n), |changes| {
            assert_eq!(changes.len(), n as usize);
        })
    });
}

#[test]
fn a_cycle_in_which_every_node_has_another_type() {
    assert_linear([125, 250, 500], 2_000, |n| {
        let n = u32::try_from(n).unwrap();
        peak(&boxed(0..n), &boxed(0..u64::from(n)), |changes| {
            assert_eq!(changes.len(), n as usize);
            assert!(changes[1].to_string().ends_with(": 1: u32 -> 1: u64"));
        })
    });
}

#[test]
fn a_cycle_of_boxes_beside_one_of_pointers() {
    assert_linear([1_000, 2_000, 4_000], 4_000, |n| {
        let n = u32::try_from(n).unwrap();
        peak(&boxed(0..n), &shared(0..n), |changes| {
            assert_eq!(changes.len(), n as usize - 1);
        })
    });
}

//! Numbers of a packed sequence that pointers lead to are read from a place of their own, and their
//! places in the block were counted from there: below zero, in the block of a cycle and in one of many
//! shapes. A build that looks for overflow panicked.

use std::cell::RefCell;
use std::rc::Rc;

use cideldill::{Debuggable, Store, Value};

#[derive(Debuggable)]
struct Node {
    numbers: Vec<Rc<u16>>,
    bytes: Vec<Rc<u8>>,
    next: RefCell<Option<Rc<Node>>>,
}

#[test]
fn shared_numbers_come_back_from_a_cycle() {
    let (number, byte) = (Rc::new(300), Rc::new(7));
    let node = Rc::new(Node {
        numbers: vec![Rc::clone(&number), number],
        bytes: vec![Rc::clone(&byte), byte],
        next: RefCell::default(),
    });
    node.next.replace(Some(Rc::clone(&node)));
    let store = Store::in_memory();
    let cid = store.put(&node).unwrap();
    let back: Rc<Node> = store.load(cid).unwrap();
    assert!(Rc::ptr_eq(&back.numbers[0], &back.numbers[1]));
    assert!(Rc::ptr_eq(&back.bytes[0], &back.bytes[1]));
    assert_eq!((*back.numbers[0], *back.bytes[0]), (300, 7));
    assert_eq!(store.put(&back).unwrap(), cid);
    drop((node.next.take(), back.next.take()));
}

#[test]
fn shared_numbers_come_back_from_a_block_of_many_shapes() {
    // The index of a shape takes more than one byte from the 129th on.
    let shapes: Vec<_> = (0..140)
        .map(|number| Value::tuple_record(&format!("Shape{number}"), []))
        .collect();
    let number = Rc::new(300_u16);
    let value = (shapes, vec![Rc::clone(&number), Rc::clone(&number), number]);
    let store = Store::in_memory();
    let cid = store.put(&value).unwrap();
    let (_, back): (Vec<Value>, Vec<Rc<u16>>) = store.load(cid).unwrap();
    assert!(Rc::ptr_eq(&back[0], &back[2]));
}

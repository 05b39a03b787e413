//! A weak pointer in a cell may lead to a node further on; then the cell is read again when everything
//! is there. A cell around the whole value was not counted: another one's content was put into it. A
//! cell that can be set once was set already.

use std::cell::{OnceCell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, OnceLock};

use cideldill::adapter::Same;
use cideldill::{Debuggable, Store, Value};

use crate::support::again;

#[derive(Debuggable)]
struct Item {
    number: u64,
}

#[derive(Debuggable)]
struct Tree {
    number: u64,
    seen: Vec<Weak<Item>>,
    inner: Option<Box<RefCell<Tree>>>,
    items: Vec<Rc<Item>>,
}

fn tree() -> Tree {
    let item = Rc::new(Item { number: 9 });
    let inner = Tree {
        number: 2,
        seen: vec![Rc::downgrade(&item)],
        inner: None,
        items: Vec::new(),
    };
    Tree {
        number: 1,
        seen: Vec::new(),
        inner: Some(Box::new(RefCell::new(inner))),
        items: vec![item],
    }
}

#[test]
fn a_cell_around_the_whole_value_keeps_its_own_content() {
    let back = again(&RefCell::new(tree())).into_inner();
    assert_eq!(back.number, 1);
    let inner = back.inner.unwrap().into_inner();
    assert_eq!(inner.number, 2);
    assert_eq!(inner.seen[0].upgrade().unwrap().number, 9);
    let back = again(&Box::new(Mutex::new(tree()))).into_inner().unwrap();
    assert_eq!(back.number, 1);
}

#[test]
fn such_a_cell_is_a_tree_without_a_type_too() {
    let store = Store::in_memory();
    let cid = store.put(&RefCell::new(tree())).unwrap();
    let value: Mutex<Value> = store.load(cid).unwrap();
    assert_eq!(store.put(&value).unwrap(), cid);
}

#[derive(Debuggable)]
struct Early {
    first: OnceCell<Weak<Item>>,
    #[debuggable(as = "OnceCell<Same>")]
    second: OnceCell<Weak<Item>>,
    items: Vec<Rc<Item>>,
}

#[test]
fn a_cell_that_is_set_once_leads_further_on() {
    let items: Vec<_> = (0..3).map(|number| Rc::new(Item { number })).collect();
    let back = again(&Early {
        first: Rc::downgrade(&items[1]).into(),
        second: Rc::downgrade(&items[2]).into(),
        items,
    });
    assert_eq!(back.first.get().unwrap().upgrade().unwrap().number, 1);
    let second = back.second.get().unwrap().upgrade().unwrap();
    assert!(Rc::ptr_eq(&second, &back.items[2]));
}

#[derive(Debuggable)]
struct Ring {
    next: OnceLock<(std::sync::Weak<Item>, Arc<Ring>)>,
}

#[test]
fn also_one_that_closes_a_cycle() {
    let items = vec![Arc::new(Item { number: 5 })];
    let ring = Arc::new(Ring {
        next: OnceLock::new(),
    });
    let next = (Arc::downgrade(&items[0]), Arc::clone(&ring));
    assert!(ring.next.set(next).is_ok());
    let (ring, items) = again(&(ring, items));
    let (seen, next) = ring.next.get().unwrap();
    assert!(Arc::ptr_eq(&seen.upgrade().unwrap(), &items[0]));
    assert!(Arc::ptr_eq(next, &ring));
}

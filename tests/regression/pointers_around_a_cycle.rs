//! A pointer to an option that holds a pointer into a cycle: the one outside begins where the one inside
//! does, and was taken for it.

use std::cell::RefCell;
use std::rc::Rc;

use cideldill::{Debuggable, Store, Value};

#[derive(Debuggable, Default)]
struct Node {
    next: RefCell<Option<Rc<Node>>>,
    /// Each a pointer of its own, or the same.
    outer: RefCell<Vec<Rc<Option<Rc<Node>>>>>,
}

type Outer = Rc<Option<Rc<Node>>>;

fn node() -> Rc<Node> {
    let node = Rc::new(Node::default());
    node.next.replace(Some(Rc::clone(&node)));
    node
}

fn again<T: cideldill::Reconstruct>(value: &T) -> T {
    let store = Store::in_memory();
    let cid = store.put(value).unwrap();
    let tree: Value = store.load(cid).unwrap();
    assert_eq!(store.put(&tree).unwrap(), cid);
    let back: T = store.load(cid).unwrap();
    assert_eq!(store.put(&back).unwrap(), cid);
    back
}

fn open_up(node: &Node) {
    drop((node.next.take(), node.outer.take()));
}

#[test]
fn around_its_head() {
    let value: (u8, Outer, Outer) = {
        let outer = Rc::new(Some(node()));
        (1, Rc::clone(&outer), outer)
    };
    let back = again(&value);
    assert!(Rc::ptr_eq(&back.1, &back.2));
    let alone: Outer = Rc::clone(&value.1);
    let root = again(&alone);
    for outer in [&value.1, &back.1, &root] {
        open_up(outer.as_ref().as_ref().unwrap());
    }
}

#[test]
fn around_what_leads_back() {
    let value = node();
    let shared = Rc::new(Some(Rc::clone(&value)));
    let own = Rc::new(Some(Rc::clone(&value)));
    value.outer.replace(vec![Rc::clone(&shared), own, shared]);
    let back = again(&value);
    {
        let outer = back.outer.borrow();
        assert!(Rc::ptr_eq(&outer[0], &outer[2]));
        assert!(!Rc::ptr_eq(&outer[0], &outer[1]));
        for outer in outer.iter() {
            assert!(Rc::ptr_eq(outer.as_ref().as_ref().unwrap(), &back));
        }
    }
    open_up(&value);
    open_up(&back);
}

#[test]
fn around_a_node_of_a_cycle_elsewhere() {
    let (first, second) = (node(), node());
    first.next.replace(Some(Rc::clone(&second)));
    second.next.replace(Some(Rc::clone(&first)));
    let outer = Rc::new(Some(Rc::clone(&second)));
    let value = (
        Rc::clone(&first),
        Rc::clone(&outer),
        Rc::new(Some(second)),
        outer,
    );
    let back = again(&value);
    assert!(Rc::ptr_eq(&back.1, &back.3) && !Rc::ptr_eq(&back.1, &back.2));
    let second = back.0.next.borrow().clone().unwrap();
    assert!(Rc::ptr_eq(back.2.as_ref().as_ref().unwrap(), &second));
    open_up(&value.0);
    open_up(&back.0);
}

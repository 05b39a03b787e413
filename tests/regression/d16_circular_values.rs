//! D16: a list of more than 1 KB that held itself, and an object that referred to itself, ended in an
//! overflown stack. Here a cycle is one block, at every size, on the way out and on the way in.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use cideldill::transport::{RequestLimits, Serializer, receive};
use cideldill::{Debuggable, Store, Value, decode, encode};

use crate::support::long_text;

/// A list whose elements can be the list.
#[derive(Debuggable)]
enum Item {
    Text(String),
    List(Rc<RefCell<Vec<Item>>>),
}

/// An object that refers to itself twice.
#[derive(Debuggable)]
struct Object {
    name: String,
    me: RefCell<Option<Rc<Object>>>,
    seen: RefCell<Weak<Object>>,
}

fn list(texts: usize) -> Rc<RefCell<Vec<Item>>> {
    let texts = (0..texts).map(|n| Item::Text(format!("text {n}")));
    let list = Rc::new(RefCell::new(texts.collect::<Vec<_>>()));
    list.borrow_mut().push(Item::List(Rc::clone(&list)));
    list
}

fn object(len: usize) -> Rc<Object> {
    let object = Rc::new(Object {
        name: long_text(len),
        me: RefCell::default(),
        seen: RefCell::default(),
    });
    *object.me.borrow_mut() = Some(Rc::clone(&object));
    *object.seen.borrow_mut() = Rc::downgrade(&object);
    object
}

#[track_caller]
fn assert_list(list: &Rc<RefCell<Vec<Item>>>, texts: usize) {
    let items = list.borrow();
    assert_eq!(items.len(), texts + 1);
    for (n, item) in items.iter().enumerate() {
        match item {
            Item::Text(text) => assert_eq!(*text, format!("text {n}")),
            Item::List(me) => assert!(n == texts && Rc::ptr_eq(me, list)),
        }
    }
}

#[track_caller]
fn assert_object(object: &Rc<Object>, len: usize) {
    assert_eq!(object.name, long_text(len));
    assert!(Rc::ptr_eq(object.me.borrow().as_ref().unwrap(), object));
    let seen = object.seen.borrow().upgrade();
    assert!(Rc::ptr_eq(&seen.unwrap(), object));
}

#[test]
fn what_holds_itself_is_recorded_and_comes_back_at_every_size() {
    for size in [1, 200, 20_000] {
        let encoded = encode(&list(size)).unwrap();
        assert_list(&decode(encoded.root(), &encoded).unwrap(), size);
        let tree: Value = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode(&tree).unwrap(), encoded);
        let encoded = encode(&object(size)).unwrap();
        assert_object(&decode(encoded.root(), &encoded).unwrap(), size);
        let tree: Value = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode(&tree).unwrap(), encoded);
    }
}

#[test]
fn what_holds_itself_is_sent_and_received_at_every_size() {
    for size in [1, 200, 20_000] {
        let far = Store::in_memory();
        let limits = RequestLimits::default();
        let message = Serializer::default().serialize(&list(size)).unwrap();
        let accepted = receive(far.blocks(), &message.offered().into(), &limits).unwrap();
        assert_list(&far.load(accepted.cids[0]).unwrap(), size);
        let message = Serializer::default().serialize(&object(size)).unwrap();
        let accepted = receive(far.blocks(), &message.offered().into(), &limits).unwrap();
        assert_object(&far.load(accepted.cids[0]).unwrap(), size);
        assert_eq!(
            accepted.cids[0],
            cideldill::compute_cid(&object(size)).unwrap()
        );
    }
}

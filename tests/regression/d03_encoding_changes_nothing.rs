//! D3: decomposing an instance replaced the attributes of the live object by references. Here a
//! value is only looked at: also what is changeable behind a shared reference stays as it was.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Mutex;

use cideldill::transport::{BodyForm, InProcess, Sender};
use cideldill::{Debuggable, Store};

use crate::support::{cid, long_text};

#[derive(Debuggable, Debug)]
struct Holder {
    big: Vec<String>,
    map: BTreeMap<String, Vec<u8>>,
    cell: Cell<u8>,
    shared: RefCell<Vec<u64>>,
    locked: Mutex<String>,
    later: OnceCell<u8>,
}

#[test]
fn the_object_is_the_same_after_it_was_recorded() {
    let holder = Holder {
        big: (0..50).map(|n| long_text(500 + n)).collect(),
        map: BTreeMap::from([("key".into(), vec![7; 5_000])]),
        cell: Cell::new(3),
        shared: RefCell::new((0..2_000).collect()),
        locked: Mutex::new(long_text(2_000)),
        later: OnceCell::new(),
    };
    let before = format!("{holder:?}");
    let places = |holder: &Holder| {
        let texts = holder.big.iter().map(|text| text.as_ptr().addr());
        let shared = holder.shared.borrow().as_ptr().addr();
        texts.chain([shared]).collect::<Vec<_>>()
    };
    let places_before = places(&holder);
    let store = Store::in_memory();
    let first = store.put(&holder).unwrap();
    assert_eq!(format!("{holder:?}"), before);
    assert_eq!(places(&holder), places_before);
    assert!(holder.later.get().is_none());
    assert!(holder.shared.try_borrow_mut().is_ok());
    assert!(holder.locked.try_lock().is_ok());
    assert_eq!(cid(&holder), first);
}

#[test]
fn the_object_is_the_same_after_it_was_sent() {
    let holder = Holder {
        big: (0..50).map(|n| long_text(500 + n)).collect(),
        map: BTreeMap::from([("key".into(), vec![7; 5_000])]),
        cell: Cell::new(3),
        shared: RefCell::new((0..2_000).collect()),
        locked: Mutex::new(long_text(2_000)),
        later: OnceCell::new(),
    };
    let before = format!("{holder:?}");
    let far = std::sync::Arc::new(cideldill::MemoryStore::new());
    let sender = Sender::new(InProcess::new(far, BodyForm::Json));
    assert_eq!(sender.send(&holder).unwrap(), cid(&holder));
    assert_eq!(format!("{holder:?}"), before);
}

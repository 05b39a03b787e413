//! D19: loading ran constructors, and a setter that refused lost its field without an error. Here a
//! struct is filled in; what a type itself asked to be run may refuse, and that is the error.

use std::cell::Cell;
use std::error::Error as _;

use cideldill::{Debuggable, ErrorKind, Store};

use crate::support::load_as;

thread_local! {
    static RUN: Cell<u32> = const { Cell::new(0) };
}

#[derive(Debuggable, Debug, PartialEq)]
struct Plain {
    value: u8,
}

impl Plain {
    fn new(value: u8) -> Self {
        RUN.set(RUN.get() + 1);
        Self { value }
    }
}

impl Default for Plain {
    fn default() -> Self {
        Self::new(0)
    }
}

impl From<u8> for Plain {
    fn from(value: u8) -> Self {
        Self::new(value)
    }
}

#[test]
fn no_constructor_runs() {
    let plain = vec![Plain::new(1), Plain::new(2)];
    RUN.set(0);
    let store = Store::in_memory();
    let root = store.put(&plain).unwrap();
    assert_eq!(store.load::<Vec<Plain>>(root).unwrap(), plain);
    store.value(root).unwrap();
    assert_eq!(RUN.get(), 0);
}

#[derive(Debuggable, Debug)]
#[debuggable(constructor = "Checked::new(value)")]
struct Checked {
    value: u8,
}

impl Checked {
    fn new(value: u8) -> Result<Self, String> {
        if value > 100 {
            return Err(format!("{value} is too much"));
        }
        Ok(Self { value })
    }
}

#[test]
fn what_refuses_is_an_error_and_not_half_a_value() {
    assert_eq!(load_as::<Checked>(&Checked { value: 9 }).unwrap().value, 9);
    let bad = vec![Checked { value: 9 }, Checked { value: 200 }];
    let error = load_as::<Vec<Checked>>(&bad).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
    assert_eq!(error.source().unwrap().to_string(), "200 is too much");
    assert!(error.to_string().contains("root[1]"), "{error}");
    // Without the type there is nothing to refuse: the data is there to look at.
    let store = Store::in_memory();
    let root = store.put(&bad).unwrap();
    let tree = store.value(root).unwrap();
    assert_eq!(tree.at_str("[1].value").unwrap(), Some(&200_u8.into()));
}

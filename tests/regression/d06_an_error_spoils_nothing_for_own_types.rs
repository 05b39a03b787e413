//! D6: one bad instance of a library or user type gave later, good ones other bytes that could not
//! be loaded. Here how a type is taken apart is fixed at compile time, or by its registration.

use std::cell::RefCell;
use std::collections::VecDeque;

use cideldill::{Debuggable, ErrorKind, Registration, Registry, compute_cid, encode};

use crate::support::{cid, load_as};

#[derive(Debuggable, Debug, PartialEq)]
struct Session {
    name: String,
    events: RefCell<VecDeque<u32>>,
}

fn session(name: &str) -> Session {
    Session {
        name: name.into(),
        events: RefCell::new((0..2_000).collect()),
    }
}

#[test]
fn good_values_of_a_type_are_recorded_alike_before_and_after_a_bad_one() {
    let before = encode(&session("good")).unwrap();
    let bad = session("bad");
    let borrowed = bad.events.borrow_mut();
    assert!(compute_cid(&vec![&bad, &bad]).is_err());
    assert_eq!(encode(&session("good")).unwrap(), before);
    assert_eq!(
        load_as::<Session>(&session("good")).unwrap(),
        session("good")
    );
    drop(borrowed);
    assert_eq!(load_as::<Session>(&bad).unwrap(), bad);
}

#[derive(Debug, PartialEq)]
struct Foreign(u32);

#[derive(Debuggable, Debug, PartialEq)]
struct Holder(#[debuggable(reducer)] Foreign);

/// The same for a type with a reducer that refuses one value and panics over another.
#[test]
fn a_reducer_that_failed_once_still_works() {
    let registry = Registry::new();
    let reduce = |foreign: &Foreign| {
        assert_ne!(foreign.0, 13, "on purpose");
        foreign.0
    };
    let again = |number| {
        if number == 7 {
            Err("seven")
        } else {
            Ok(Foreign(number))
        }
    };
    registry
        .register(Registration::new("foreign", reduce, again))
        .unwrap();
    registry.enter(|| {
        let before = cid(&Holder(Foreign(1)));
        assert!(load_as::<Holder>(&Holder(Foreign(7))).is_err());
        let panics = compute_cid(&Holder(Foreign(13))).unwrap_err();
        assert!(matches!(panics.kind(), ErrorKind::Panicked { .. }));
        assert_eq!(cid(&Holder(Foreign(1))), before);
        assert_eq!(
            load_as::<Holder>(&Holder(Foreign(1))).unwrap(),
            Holder(Foreign(1))
        );
    });
}

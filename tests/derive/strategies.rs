//! How a type is taken apart and put together, chosen at compile time.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use cideldill::{Debuggable, ErrorKind, Strategy, Value, type_info};

use crate::support::{again, assert_comes_back, load_as, text};

thread_local! {
    static CONSTRUCTED: Cell<u32> = const { Cell::new(0) };
}

/// A counter that knows how often it was made.
#[derive(Debuggable)]
#[debuggable(state = "Counter::state", restore = "Counter::restore")]
struct Counter {
    hits: AtomicU64,
    label: String,
}

impl Counter {
    fn new(hits: u64) -> Self {
        CONSTRUCTED.set(CONSTRUCTED.get() + 1);
        Self {
            hits: AtomicU64::new(hits),
            label: format!("{hits} hits"),
        }
    }

    fn state(&self) -> (u64, char) {
        (self.hits.load(Ordering::Relaxed), 'c')
    }

    fn restore((hits, mark): (u64, char)) -> Result<Self, String> {
        if hits == 13 {
            return Err("thirteen is refused".into());
        }
        assert_eq!(mark, 'c');
        Ok(Self {
            hits: AtomicU64::new(hits),
            label: "restored".into(),
        })
    }
}

#[test]
fn reconstruct_with_setstate() {
    let back = again(&Counter::new(5));
    assert_eq!(back.state(), (5, 'c'));
    assert_eq!(back.label, "restored");
}

#[test]
fn only_the_state_is_in_the_data() {
    let shown = text(&Counter::new(5));
    assert!(
        !shown.contains("label") && !shown.contains("hits"),
        "{shown}"
    );
}

#[test]
fn a_state_that_restore_refuses_is_an_error_and_not_half_a_value() {
    let error = load_as::<_, Counter>(&Counter::new(13))
        .map(|_| ())
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Refused { what, .. } if what.contains("restore")),
        "{error}"
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "thirteen is refused");
    let error = load_as::<_, Vec<Counter>>(&vec![Counter::new(1), Counter::new(13)]);
    let error = error.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("root[1]"), "{error}");
}

#[test]
fn restoring_runs_no_constructor() {
    let counter = Counter::new(5);
    CONSTRUCTED.set(0);
    again(&counter);
    assert_eq!(CONSTRUCTED.get(), 0);
}

#[derive(Debuggable, Debug, PartialEq)]
struct Plain {
    value: u8,
    checked: bool,
}

impl Plain {
    /// Computed, not stored.
    fn double(&self) -> u8 {
        self.value * 2
    }

    fn new(value: u8) -> Self {
        CONSTRUCTED.set(CONSTRUCTED.get() + 1);
        Self {
            value,
            checked: value < 100,
        }
    }
}

#[test]
fn reconstruct_from_slots() {
    let plain = Plain::new(7);
    CONSTRUCTED.set(0);
    assert_comes_back(&plain);
    assert_eq!(
        CONSTRUCTED.get(),
        0,
        "fields are filled in, nothing is called"
    );
}

#[derive(Debuggable, Debug, PartialEq)]
struct Outer {
    base: Plain,
    more: u8,
}

#[test]
fn reconstruct_from_slots_with_inheritance() {
    assert_comes_back(&Outer {
        base: Plain::new(1),
        more: 2,
    });
}

#[test]
fn pickle_registry_handles_nested_slots() {
    assert_comes_back(&vec![Some(Outer {
        base: Plain::new(1),
        more: 2,
    })]);
}

#[derive(Debuggable, Debug, PartialEq)]
struct Mixed {
    base: Plain,
    #[debuggable(extra)]
    other: BTreeMap<String, Value>,
}

#[derive(Debuggable)]
#[debuggable(rename = "Mixed")]
struct Newer {
    base: Plain,
    color: String,
}

#[test]
fn pickle_registry_handles_mixed_state() {
    let mixed: Mixed = load_as(&Newer {
        base: Plain::new(1),
        color: "red".into(),
    })
    .unwrap();
    assert_eq!(mixed.other.len(), 1);
    assert_comes_back(&mixed);
}

/// A value that is checked whenever it is made.
#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(constructor = "Percent::new(value)")]
struct Percent {
    note: String,
    value: u8,
    #[debuggable(skip)]
    made: bool,
}

impl Percent {
    fn new(value: u8) -> Result<Self, std::fmt::Error> {
        CONSTRUCTED.set(CONSTRUCTED.get() + 1);
        if value > 100 {
            return Err(std::fmt::Error);
        }
        Ok(Self {
            note: "new".into(),
            value,
            made: true,
        })
    }
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(constructor = Both::new(1, 0))]
struct Both(u8, u16);

impl Both {
    fn new(second: u16, first: u8) -> Self {
        Self(first, second)
    }
}

#[test]
fn a_constructor_gets_its_fields_and_the_rest_is_set_after() {
    CONSTRUCTED.set(0);
    let back = again(&Percent {
        note: "half".into(),
        value: 50,
        made: false,
    });
    assert_eq!((back.note.as_str(), back.value), ("half", 50));
    assert!(
        back.made,
        "what is skipped stays as the constructor made it"
    );
    assert_eq!(CONSTRUCTED.get(), 1);
    assert_comes_back(&Both(1, 2));
}

#[test]
fn a_constructor_that_refuses_is_an_error() {
    let percent = Percent {
        note: String::new(),
        value: 101,
        made: false,
    };
    let error = load_as::<_, Percent>(&percent).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Refused { what, .. } if what.contains("constructor")),
        "{error}"
    );
}

#[derive(Debuggable, Debug)]
#[debuggable(placeholder(reason = "holds a lock"))]
struct Guard<T> {
    _inner: Cell<*const T>,
}

#[derive(Debuggable, Debug)]
#[debuggable(placeholder(name = "Any", debug))]
enum Named {
    One,
}

#[test]
fn a_type_can_be_a_placeholder_wherever_it_stands() {
    let guards = || {
        let guard = Guard::<u8> {
            _inner: Cell::new(&raw const *"x".as_bytes().first().unwrap()),
        };
        (vec![guard], Named::One)
    };
    let shown = text(&guards());
    assert!(
        shown.contains("Guard<T>") && shown.contains("holds a lock"),
        "{shown}"
    );
    assert!(shown.contains("Any") && shown.contains("One"), "{shown}");
    let error = load_as::<_, (Vec<Guard<u8>>, Named)>(&guards()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Placeholder { type_name, reason }
            if type_name == "Guard<T>" && reason == "holds a lock"),
        "{error}"
    );
}

#[derive(Debuggable)]
#[debuggable(reduce_only, state = "length")]
struct Text<'a>(&'a str);

fn length(text: &Text<'_>) -> usize {
    text.0.len()
}

#[test]
fn a_state_alone_is_enough_where_nothing_is_loaded() {
    assert_eq!(
        crate::support::cid(&Text("ab")),
        crate::support::cid(&Text("cd"))
    );
    assert_ne!(
        crate::support::cid(&Text("ab")),
        crate::support::cid(&Text("abc"))
    );
}

#[test]
fn create_auto_reducer_prefers_getstate() {
    let info = type_info::<Counter>();
    assert_eq!(info.strategy(), Strategy::SetState);
    assert!(info.to_string().contains("setstate"), "{info}");
}

#[test]
fn create_auto_reducer_uses_slots() {
    assert_eq!(type_info::<Plain>().strategy(), Strategy::Slots);
    let info = type_info::<Outer>().to_string();
    assert!(info.ends_with("Outer { base: @, more: B }"), "{info}");
}

#[test]
fn create_auto_reducer_uses_dict() {
    assert_eq!(type_info::<Mixed>().strategy(), Strategy::Dict);
}

#[test]
fn the_other_strategies_are_visible_too() {
    assert_eq!(type_info::<Percent>().strategy(), Strategy::Constructor);
    assert_eq!(type_info::<Guard<u8>>().strategy(), Strategy::Placeholder);
    assert_eq!(type_info::<u8>().strategy(), Strategy::Builtin);
}

#[test]
fn pickle_registry_register_simple_class() {
    assert_comes_back(&Plain::new(1));
}

#[test]
fn pickle_registry_register_slots_class() {
    let tags: Vec<_> = type_info::<Plain>().tags().collect();
    assert_eq!(tags, ["Plain"]);
}

#[test]
fn pickle_registry_register_getstate_class() {
    assert_eq!(again(&Counter::new(3)).state(), (3, 'c'));
}

#[test]
fn handles_properties() {
    let plain = Plain::new(21);
    assert!(!text(&plain).contains("42"));
    assert_eq!(again(&plain).double(), 42);
}

#[test]
fn different_instances_same_type_share_reducer() {
    let first = type_info::<Plain>().tags().next().unwrap();
    let second = type_info::<Plain>().tags().next().unwrap();
    assert!(
        std::ptr::eq(first, second),
        "one description a type, made at compile time"
    );
}

//! Values of foreign types through registered reducers.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use cideldill::{
    Debuggable, Encoded, Error, ErrorKind, Reconstruct, Registration, Registry, compute_cid,
    decode, encode, register_reducer,
};

/// Types of another crate, as it were.
mod foreign {
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Celsius(pub(crate) f64);

    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Even(u32);

    impl Even {
        pub(crate) fn new(number: u32) -> Result<Self, String> {
            match number % 2 {
                0 => Ok(Self(number)),
                _ => Err(format!("{number} is odd")),
            }
        }

        pub(crate) fn get(&self) -> u32 {
            self.0
        }
    }
}
use foreign::{Celsius, Even};

#[derive(Debuggable, Debug, PartialEq)]
struct Reading {
    sensor: u32,
    #[debuggable(reducer)]
    value: Celsius,
}

#[derive(Debuggable, Debug, PartialEq)]
struct Pairs {
    #[debuggable(reducer)]
    even: Even,
}

fn reading() -> Reading {
    Reading {
        sensor: 7,
        value: Celsius(1.5),
    }
}

fn celsius() -> Registration<Celsius> {
    let again = |degrees: f64| Ok::<_, String>(Celsius(degrees));
    Registration::new("celsius", |c: &Celsius| c.0, again)
}

fn even() -> Registration<Even> {
    Registration::new("even", Even::get, Even::new)
}

fn loaded<T: Reconstruct>(encoded: &Encoded) -> Result<T, Error> {
    decode(encoded.root(), encoded)
}

/// A registry with one reducer.
fn with<T: 'static>(reducer: Registration<T>) -> Registry {
    let registry = Registry::new();
    registry.register(reducer).unwrap();
    registry
}

#[test]
fn a_foreign_type_comes_back_through_the_global_registry() {
    #[derive(Debug, PartialEq)]
    struct Foreign(String);
    #[derive(Debuggable, Debug, PartialEq)]
    struct Holder {
        #[debuggable(reducer)]
        held: Foreign,
    }
    let holder = Holder {
        held: Foreign("text ".repeat(500)),
    };
    assert!(matches!(
        compute_cid(&holder).unwrap_err().kind(),
        ErrorKind::NoReducer { .. }
    ));
    let again = |text| Ok::<_, Error>(Foreign(text));
    register_reducer::<Foreign, String, Error>("global-foreign", |f| f.0.clone(), again).unwrap();
    assert_eq!(loaded::<Holder>(&encode(&holder).unwrap()).unwrap(), holder);
    assert!(Registry::global().remove::<Foreign>());
    assert!(!Registry::global().can_encode::<Foreign>());
}

#[test]
fn the_bytes_are_a_record_with_the_name_and_version() {
    let block = |reducer: Registration<Celsius>| {
        let encoded = with(reducer).enter(|| encode(&reading())).unwrap();
        encoded.blocks().next().unwrap().bytes().to_vec()
    };
    let holder = b"\x10\xa1@\x92\x94\xa7Reading\xa2I@\xa6sensor\xa5value";
    let value = b"\x93\0\x07\x92\x01\xcb\x3f\xf8\0\0\0\0\0\0";
    let plain = [&holder[..], b"\x92\xb5std::reducer::celsius\xa1d", value].concat();
    assert_eq!(block(celsius()), plain);
    let versioned = b"\x92\x92\xb5std::reducer::celsius\x03\xa1d";
    let versioned = [&holder[..], versioned, value].concat();
    assert_eq!(block(celsius().version(3)), versioned);
}

#[test]
fn pickle_registry_custom_reducer() {
    // What the reducer says is what is recorded and loaded, whatever the value was.
    let zero = Registration::new(
        "zero",
        |_: &Celsius| 0_u8,
        |_| Ok::<_, String>(Celsius(0.0)),
    );
    let registry = with(zero);
    let back: Reading = registry
        .enter(|| loaded(&encode(&reading()).unwrap()))
        .unwrap();
    assert_eq!(back.value, Celsius(0.0));
}

#[test]
fn pickle_registry_caches_reducers() {
    let registry = with(celsius());
    let second = Registration::new(
        "other",
        |_: &Celsius| (),
        |()| Ok::<_, String>(Celsius(0.0)),
    );
    let error = registry.register(second).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::ReducerConflict { name, .. } if name == "celsius"),
        "{error}"
    );
    // The first is still the one in use.
    let cid = registry.enter(|| compute_cid(&reading())).unwrap();
    assert_eq!(
        cid,
        with(celsius()).enter(|| compute_cid(&reading())).unwrap()
    );
    let second = Registration::new(
        "other",
        |_: &Celsius| (),
        |()| Ok::<_, String>(Celsius(0.0)),
    );
    registry.register(second.replace()).unwrap();
    assert_ne!(cid, registry.enter(|| compute_cid(&reading())).unwrap());
    assert_eq!(registry.len(), 1);
}

#[test]
fn a_name_is_one_types_alone() {
    let registry = with(celsius().alias("degrees"));
    let number = |name: &str| Registration::new(name, Even::get, Even::new);
    for name in ["celsius", "degrees"] {
        let error = registry.register(number(name)).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::ReducerConflict { .. }),
            "{error}"
        );
        let error = registry.register(number("even").alias(name)).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::ReducerConflict { .. }),
            "{error}"
        );
    }
    assert!(!registry.can_encode::<Even>());
    // Replacing takes the other type's reducer out, with all its names.
    registry.register(number("degrees").replace()).unwrap();
    assert!(registry.can_encode::<Even>());
    assert!(!registry.can_encode::<Celsius>());
    registry.register(celsius()).unwrap();
}

#[test]
fn dropping_a_registry_undoes_it() {
    let registry = with(celsius());
    let encoded = registry.enter(|| encode(&reading())).unwrap();
    assert!(registry.can_encode::<Celsius>());
    drop(registry);
    let error = compute_cid(&reading()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".value");
    assert!(error.to_string().contains("Celsius"), "{error}");
    let error = loaded::<Reading>(&encoded).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { .. }),
        "{error}"
    );
    let empty = Registry::new();
    assert!(empty.is_empty());
    assert!(empty.enter(|| compute_cid(&reading())).is_err());
}

#[test]
fn what_a_registry_owns_is_dropped_with_it() {
    let owned = std::sync::Arc::new(());
    let held = owned.clone();
    let reduce = move |c: &Celsius| {
        let _ = &held;
        c.0
    };
    let reducer = Registration::new("owning", reduce, |degrees| {
        Ok::<_, String>(Celsius(degrees))
    });
    let registry = with(reducer);
    let result = registry.enter(|| compute_cid(&reading()));
    assert!(result.is_ok());
    assert_eq!(std::sync::Arc::strong_count(&owned), 2);
    drop(registry);
    assert_eq!(std::sync::Arc::strong_count(&owned), 1);
}

#[test]
fn registries_nest_and_are_left_by_a_panic() {
    let (outer, inner) = (with(celsius()), with(even()));
    outer.enter(|| {
        assert!(compute_cid(&reading()).is_ok());
        let panics = catch_unwind(AssertUnwindSafe(|| {
            inner.enter(|| {
                assert!(compute_cid(&reading()).is_err());
                panic!("on purpose");
            })
        }));
        assert!(panics.is_err());
        assert!(compute_cid(&reading()).is_ok());
    });
    assert!(compute_cid(&reading()).is_err());
}

#[test]
fn a_reducer_that_panics_spoils_nothing() {
    let registry = Registry::new();
    let panics = |c: &Celsius| {
        assert!(c.0 > 0.0, "below zero");
        c.0
    };
    let reducer = Registration::new("panics", panics, |degrees| {
        Ok::<_, String>(Celsius(degrees))
    });
    registry.register(reducer).unwrap();
    let cold = Reading {
        sensor: 1,
        value: Celsius(-1.0),
    };
    let error = registry.enter(|| compute_cid(&cold)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Panicked { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".value");
    let said = std::error::Error::source(&error).unwrap().to_string();
    assert!(said.contains("below zero"), "{said}");
    let back: Reading = registry
        .enter(|| loaded(&encode(&reading()).unwrap()))
        .unwrap();
    assert_eq!(back, reading());
    registry.register(even()).unwrap();
}

/// The same on the way back, also while pointers are open around it.
#[test]
fn a_reducer_that_panics_while_it_loads_spoils_nothing() {
    type Shelf = Vec<(Rc<Reading>, RefCell<Option<Rc<Reading>>>)>;
    let again = |degrees: f64| {
        assert!(degrees > 0.0, "below zero");
        Ok::<_, String>(Celsius(degrees))
    };
    let registry = with(Registration::new("celsius", |c: &Celsius| c.0, again));
    let shelf = |degrees| -> Shelf {
        let reading = |degrees| {
            Rc::new(Reading {
                sensor: 1,
                value: Celsius(degrees),
            })
        };
        let (warm, other) = (reading(1.0), reading(degrees));
        vec![
            (Rc::clone(&warm), RefCell::new(Some(Rc::clone(&other)))),
            (other, RefCell::new(Some(warm))),
        ]
    };
    registry.enter(|| {
        let cold = encode(&shelf(-1.0)).unwrap();
        for _ in 0..2 {
            let error = loaded::<Shelf>(&cold).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Panicked { .. }),
                "{error}"
            );
            assert_eq!(error.path().to_string(), "[0].1.value");
            let said = std::error::Error::source(&error).unwrap().to_string();
            assert!(said.contains("below zero"), "{said}");
        }
        let back: Shelf = loaded(&encode(&shelf(2.0)).unwrap()).unwrap();
        assert_eq!(back, shelf(2.0));
        assert!(Rc::ptr_eq(&back[0].0, back[1].1.borrow().as_ref().unwrap()));
    });
}

#[test]
fn a_reducer_may_use_the_registry_it_is_in() {
    let registry = Registry::new();
    let own = registry.clone();
    let reduce = move |c: &Celsius| {
        own.register(even().replace()).unwrap();
        let pairs = Pairs {
            even: Even::new(if c.0 > 0.0 { 2 } else { 0 }).unwrap(),
        };
        (c.0, compute_cid(&pairs).unwrap())
    };
    let reducer = Registration::new("reentrant", reduce, |(degrees, _)| {
        Ok::<_, String>(Celsius(degrees))
    });
    registry.register(reducer).unwrap();
    let back: Reading = registry
        .enter(|| loaded(&encode(&reading()).unwrap()))
        .unwrap();
    assert_eq!(back, reading());
    // It holds itself through the closure, so it is emptied by hand.
    assert!(registry.remove::<Celsius>());
}

#[test]
fn what_a_reducer_refuses_is_an_error_with_its_cause() {
    let lenient = Registration::new("even", Even::get, |n: u32| Even::new(n * 2));
    let pairs = Pairs {
        even: Even::new(4).unwrap(),
    };
    let encoded = with(lenient).enter(|| encode(&pairs)).unwrap();
    let strict = Registration::new("even", Even::get, |n: u32| Even::new(n + 1));
    let error = with(strict)
        .enter(|| loaded::<Pairs>(&encoded))
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
    assert_eq!(error.path().to_string(), ".even");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "5 is odd");
}

#[test]
fn data_of_another_reducer_or_version_is_refused_and_both_are_named() {
    let encoded = with(celsius()).enter(|| encode(&reading())).unwrap();
    let load = |reducer| with(reducer).enter(|| loaded::<Reading>(&encoded));
    let other = || Registration::new("kelvin", |c: &Celsius| c.0, |k| Ok::<_, String>(Celsius(k)));
    let text = load(other()).unwrap_err().to_string();
    assert!(text.contains("std::reducer::kelvin"), "{text}");
    assert!(text.contains("std::reducer::celsius"), "{text}");
    assert_eq!(load(other().alias("celsius")).unwrap(), reading());
    let text = load(celsius().version(2)).unwrap_err().to_string();
    assert!(text.contains("std::reducer::celsius version 2"), "{text}");
    // What it reduces to may widen, and may not be of another kind.
    let narrow = Registration::new(
        "even",
        |e: &Even| e.get().to_le_bytes()[0],
        |n: u8| Even::new(n.into()),
    );
    let pairs = Pairs {
        even: Even::new(4).unwrap(),
    };
    let encoded = with(narrow).enter(|| encode(&pairs)).unwrap();
    assert_eq!(
        with(even()).enter(|| loaded::<Pairs>(&encoded)).unwrap(),
        pairs
    );
    let text = Registration::new(
        "even",
        |e: &Even| e.get().to_string(),
        |n: String| Even::new(n.parse().unwrap()),
    );
    let error = with(text).enter(|| loaded::<Pairs>(&encoded)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".even.0");
}

#[test]
fn manual_registration_takes_precedence() {
    // A reducer acts where a field says so; a derive is never overridden by one.
    let own = Registration::new(
        "reading",
        |r: &Reading| r.sensor,
        |sensor| {
            Ok::<_, String>(Reading {
                sensor,
                value: Celsius(0.0),
            })
        },
    );
    let registry = with(celsius());
    let cid = registry.enter(|| compute_cid(&reading())).unwrap();
    registry.register(own).unwrap();
    assert_eq!(registry.enter(|| compute_cid(&reading())).unwrap(), cid);
    assert_eq!(
        registry
            .enter(|| loaded::<Reading>(&encode(&reading()).unwrap()))
            .unwrap(),
        reading()
    );
}

#[test]
fn of_many_threads_that_register_at_once_one_succeeds() {
    let registry = Registry::new();
    let barrier = Barrier::new(10);
    let succeeded = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                barrier.wait();
                match registry.register(celsius()) {
                    Ok(()) => succeeded.fetch_add(1, Ordering::Relaxed),
                    Err(error) => {
                        assert!(matches!(error.kind(), ErrorKind::ReducerConflict { .. }));
                        0
                    }
                };
                let back: Reading = registry
                    .enter(|| loaded(&encode(&reading()).unwrap()))
                    .unwrap();
                assert_eq!(back, reading());
            });
        }
    });
    assert_eq!(succeeded.into_inner(), 1);
    assert_eq!(registry.len(), 1);
}

#[test]
fn ten_thousand_values_share_one_reducer() {
    let registry = with(celsius());
    let readings: Vec<Reading> = (0..10_000)
        .map(|sensor| Reading {
            sensor,
            value: Celsius(f64::from(sensor)),
        })
        .collect();
    let back: Vec<Reading> = registry
        .enter(|| loaded(&encode(&readings).unwrap()))
        .unwrap();
    assert_eq!(back, readings);
    assert_eq!(registry.len(), 1);
    assert!(format!("{registry:?}").contains("celsius"));
}

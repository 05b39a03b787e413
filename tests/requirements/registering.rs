//! Reducers, functions and names of types behind traits are registered alike: a second one is an
//! error unless it replaces the first, each can be removed, and threads may do it all at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use cideldill::{
    Debuggable, DynRegistration, Erased, Error, ErrorKind, Event, Function, FunctionRegistration,
    Registration, Registry, Value, debuggable, encode,
};

use crate::support::loaded;

/// One of the three, with two registrations that are in each other's way.
struct Kind {
    /// Registers the first or the second, in the place of others or not.
    register: fn(&Registry, second: bool, replaces: bool) -> Result<(), Error>,
    remove: fn(&Registry) -> bool,
    /// Which of the two acts.
    acts: fn(&Registry) -> Option<u8>,
    is_conflict: fn(&ErrorKind) -> bool,
}

struct Foreign;

#[debuggable(dyn)]
trait Number {}

#[debuggable(dyn)]
trait Other {}

#[derive(Debuggable)]
struct One(u8);
#[derive(Debuggable)]
struct Two(u8);

impl Number for One {}
impl Number for Two {}
impl Other for One {}

fn kinds() -> [Kind; 3] {
    let reducers = Kind {
        register: |registry, second, replaces| {
            let reduce = move |_: &Foreign| if second { 2_u8 } else { 1 };
            let reducer = Registration::new("foreign", reduce, |_: u8| Ok::<_, String>(Foreign));
            registry.register(if replaces { reducer.replace() } else { reducer })
        },
        remove: Registry::remove::<Foreign>,
        acts: |registry| {
            let encoded = registry.enter(|| encode(&Erased::new(Foreign))).ok()?;
            let tree: Value = loaded(&encoded).unwrap();
            match tree.at_str(".0").unwrap() {
                Some(Value::U8(number)) => Some(*number),
                other => panic!("{other:?}"),
            }
        },
        is_conflict: |kind| matches!(kind, ErrorKind::ReducerConflict { name, .. } if name == "foreign"),
    };
    let functions = Kind {
        register: |registry, second, replaces| {
            let function: fn() -> u8 = if second { || 2 } else { || 1 };
            let function = FunctionRegistration::new("number", function);
            let function = if replaces {
                function.replace()
            } else {
                function
            };
            registry.register(function).map(drop)
        },
        remove: |registry| registry.remove_function("number"),
        acts: |registry| {
            let number = registry.enter(|| Function::<fn() -> u8>::named("number"));
            number.ok().map(|number| number())
        },
        is_conflict: |kind| matches!(kind, ErrorKind::FunctionConflict { name } if name == "number"),
    };
    let names = Kind {
        register: |registry, second, replaces| {
            if second {
                let two = DynRegistration::<dyn Number, Two>::new("number");
                registry.register(if replaces { two.replace() } else { two })
            } else {
                let one = DynRegistration::<dyn Number, One>::new("number");
                registry.register(if replaces { one.replace() } else { one })
            }
        },
        remove: |registry| {
            let one = registry.remove_dyn::<dyn Number, One>();
            registry.remove_dyn::<dyn Number, Two>() || one
        },
        acts: |registry| {
            let numbers: [(u8, Box<dyn Number>); 2] =
                [(1, Box::new(One(1))), (2, Box::new(Two(2)))];
            let known = |number: &dyn Number| registry.enter(|| encode(number)).is_ok();
            let known: Vec<u8> = numbers
                .iter()
                .filter(|(_, n)| known(&**n))
                .map(|(n, _)| *n)
                .collect();
            assert!(known.len() < 2, "both have the name");
            known.first().copied()
        },
        is_conflict: |kind| matches!(kind, ErrorKind::DynConflict { name, .. } if name == "number"),
    };
    [reducers, functions, names]
}

#[test]
fn a_second_registration_is_an_error_and_changes_nothing() {
    for kind in kinds() {
        let registry = Registry::new();
        (kind.register)(&registry, false, false).unwrap();
        for second in [true, false] {
            let error = (kind.register)(&registry, second, false).unwrap_err();
            assert!((kind.is_conflict)(error.kind()), "{error}");
        }
        assert_eq!((kind.acts)(&registry), Some(1));
    }
}

#[test]
fn one_that_replaces_takes_the_place_and_is_told_as_that() {
    for kind in kinds() {
        let registry = Registry::new();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = told.clone();
        registry.observe(move |event| {
            if let Event::Registered { is_replacement, .. } = event {
                heard.lock().unwrap().push(*is_replacement);
            }
        });
        // Where there is nothing it is a first one.
        (kind.register)(&registry, false, true).unwrap();
        assert_eq!((kind.acts)(&registry), Some(1));
        (kind.register)(&registry, true, true).unwrap();
        assert_eq!((kind.acts)(&registry), Some(2));
        assert!((kind.register)(&registry, false, false).is_err());
        assert_eq!(*told.lock().unwrap(), [false, true]);
    }
}

#[test]
fn what_was_removed_is_unknown_and_its_place_is_free() {
    for kind in kinds() {
        let registry = Registry::new();
        assert!(!(kind.remove)(&registry));
        (kind.register)(&registry, false, false).unwrap();
        assert!((kind.remove)(&registry));
        assert_eq!((kind.acts)(&registry), None);
        assert!(!(kind.remove)(&registry));
        (kind.register)(&registry, true, false).unwrap();
        assert_eq!((kind.acts)(&registry), Some(2));
    }
}

#[test]
fn of_ten_threads_that_register_at_once_one_succeeds() {
    for kind in kinds() {
        for _ in 0..20 {
            let (registry, barrier) = (Registry::new(), Barrier::new(10));
            let succeeded = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                for number in 0..10 {
                    let (registry, barrier, kind) = (&registry, &barrier, &kind);
                    let succeeded = &succeeded;
                    scope.spawn(move || {
                        barrier.wait();
                        match (kind.register)(registry, number % 2 == 1, false) {
                            Ok(()) => {
                                succeeded.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(error) => assert!((kind.is_conflict)(error.kind()), "{error}"),
                        }
                        // Whoever it was, all have one now.
                        assert!((kind.acts)(registry).is_some());
                    });
                }
            });
            assert_eq!(succeeded.into_inner(), 1);
        }
    }
}

/// Records a value of each kind, and says what was in the way.
fn record_all() -> [Option<Error>; 4] {
    let function = Function::<fn() -> u8>::named("number");
    let numbers: [Box<dyn Number>; 2] = [Box::new(One(1)), Box::new(Two(2))];
    let [one, two] = numbers.map(|number| encode(&number).err());
    let function = function.and_then(|function| encode(&function));
    [
        encode(&Erased::new(Foreign)).err(),
        function.err(),
        one,
        two,
    ]
}

fn is_refusal(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NoReducer { .. } | ErrorKind::UnknownFunction { .. } | ErrorKind::NoDyn { .. }
    )
}

#[test]
fn ten_threads_may_replace_remove_and_record_at_once() {
    for kind in kinds() {
        let (registry, barrier) = (Registry::new(), Barrier::new(10));
        std::thread::scope(|scope| {
            for number in 0..10 {
                let (registry, barrier, kind) = (&registry, &barrier, &kind);
                scope.spawn(move || {
                    barrier.wait();
                    for round in 0..50 {
                        (kind.register)(registry, (number + round) % 2 == 1, true).unwrap();
                        // Recorded by one of the two, or refused: never half, and no panic.
                        for recorded in registry.enter(record_all) {
                            assert!(recorded.is_none_or(|error| is_refusal(error.kind())));
                        }
                        if round % 7 == 0 {
                            (kind.remove)(registry);
                        }
                    }
                });
            }
        });
        (kind.register)(&registry, true, true).unwrap();
        assert_eq!((kind.acts)(&registry), Some(2));
    }
}

/// The name is of one type behind whatever traits, so it is taken behind all of them.
#[test]
fn a_name_that_is_replaced_is_taken_from_its_type_behind_all_traits() {
    let registry = Registry::new();
    registry.register_dyn::<dyn Number, One>("one").unwrap();
    registry.register_dyn::<dyn Other, One>("one").unwrap();
    let other: Box<dyn Other> = Box::new(One(1));
    assert!(registry.enter(|| encode(&other)).is_ok());
    let two = DynRegistration::<dyn Number, Two>::new("one");
    registry.register(two.replace()).unwrap();
    let error = registry.enter(|| encode(&other)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoDyn { .. }), "{error}");
    // A type that gets another name leaves its old one, if it has it behind no other trait.
    registry.register_dyn::<dyn Other, One>("other").unwrap();
    let renamed = DynRegistration::<dyn Other, One>::new("third");
    registry.register(renamed.replace()).unwrap();
    registry.register_dyn::<dyn Number, One>("other").unwrap();
}

/// A function that was made before the one that replaces it, and has another type, is refused.
#[test]
fn a_replaced_function_of_another_type_is_no_longer_recorded() {
    let registry = Registry::new();
    let old = registry
        .register_function("f", (|n| n) as fn(u8) -> u8)
        .unwrap();
    let new = FunctionRegistration::new("f", (|n| n) as fn(u16) -> u16);
    let new = registry.register(new.replace()).unwrap();
    assert!(registry.enter(|| encode(&new)).is_ok());
    let error = registry.enter(|| encode(&old)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongSignature { .. }),
        "{error}"
    );
}

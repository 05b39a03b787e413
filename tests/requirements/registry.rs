//! Registries: factories, policies, counters, events, and what an erased value gets.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use cideldill::{
    AnyRegistration, Debuggable, Encoded, Erased, ErrorKind, Event, Function, OnRefusal, Policy,
    ReducerSource, Registration, Registry, compute_cid, encode,
};

use crate::support::{assert_comes_back, cid, loaded};

/// Types of another crate, as it were.
#[derive(Clone, Debug, PartialEq)]
struct Meters<T>(T);
#[derive(Clone, Debug, PartialEq)]
struct Foreign(String);

#[derive(Debuggable, Debug, PartialEq)]
struct Own {
    id: u64,
}

#[derive(Debuggable, Debug, PartialEq)]
struct Track {
    #[debuggable(reducer)]
    length: Meters<u32>,
    #[debuggable(reducer)]
    width: Meters<i8>,
}

fn track() -> Track {
    Track {
        length: Meters(400),
        width: Meters(-3),
    }
}

fn foreign() -> Registration<Foreign> {
    let again = |text| Ok::<_, String>(Foreign(text));
    Registration::new("foreign", |foreign: &Foreign| foreign.0.clone(), again)
}

/// Knows every `Meters<T>` of numbers, and counts how often it was asked.
#[derive(Clone, Default)]
struct Units(Arc<AtomicUsize>);

fn meters<T: Debuggable + Copy + 'static>(of: &str) -> AnyRegistration {
    let again = |number| Ok::<_, String>(Meters(number));
    Registration::new(format!("meters of {of}"), |m: &Meters<T>| m.0, again).into()
}

impl ReducerSource for Units {
    fn for_type(&self, wanted: TypeId, type_name: &'static str) -> Option<AnyRegistration> {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert!(!type_name.contains("Cursed"), "on purpose");
        if wanted == TypeId::of::<Meters<u32>>() {
            Some(meters::<u32>("u32"))
        } else if wanted == TypeId::of::<Meters<i8>>() {
            Some(meters::<i8>("i8"))
        } else {
            None
        }
    }

    fn for_name(&self, wanted: &str) -> Option<AnyRegistration> {
        (wanted == "meters of u32").then(|| meters::<u32>("u32"))
    }
}

#[test]
fn auto_register_returns_true_if_already_picklable() {
    // A derived type needs no registration anywhere.
    let empty = Registry::new();
    empty.enter(|| assert_comes_back(&Own { id: 1 }));
    assert!(empty.is_empty());
    // Where its type is erased, it is registered as itself.
    assert!(!empty.can_encode::<Own>());
    empty.register(Registration::<Own>::own("own")).unwrap();
    assert!(empty.can_encode::<Own>());
    empty.register(foreign()).unwrap();
    assert!(empty.can_encode::<Foreign>());
}

#[test]
fn auto_register_returns_false_on_failure() {
    fn can_encode<T: 'static>(registry: &Registry, _: &T) -> bool {
        registry.can_encode::<T>()
    }
    let registry = Registry::new();
    registry.add_source(Units::default());
    let closure = |n: u32| n + 1;
    assert_eq!(closure(1), 2);
    assert!(!can_encode(&registry, &closure));
    assert!(!registry.can_encode::<std::net::TcpStream>());
    assert!(!registry.can_encode::<Meters<String>>());
    assert!(registry.is_empty());
    // A function that captures nothing has a name once it is registered, and then it can be.
    let next = registry.register_function("next", (|n| n + 1) as fn(u32) -> u32);
    let next = next.unwrap();
    assert!(Registry::new().enter(|| encode(&next)).is_err());
    let back: Function<fn(u32) -> u32> =
        registry.enter(|| loaded(&encode(&next).unwrap()).unwrap());
    assert_eq!(back(1), 2);
    assert!(
        !registry.can_encode::<Function<fn(u32) -> u32>>(),
        "erased it needs one more"
    );
    let own = Registration::<Function<fn(u32) -> u32>>::own("numeric");
    registry.register(own).unwrap();
    assert!(registry.can_encode::<Function<fn(u32) -> u32>>());
}

#[test]
fn auto_register_caches_type() {
    let (registry, units) = (Registry::new(), Units::default());
    registry.add_source(units.clone());
    registry.enter(|| (0..1_000).for_each(|_| assert_comes_back(&track())));
    assert_eq!(registry.len(), 2);
    assert_eq!(units.0.load(Ordering::Relaxed), 2);
    let length = registry.counts::<Meters<u32>>().unwrap();
    assert!(length.encoded >= 1_000 && length.loaded == 1_000);
}

#[test]
fn sources_are_asked_in_their_order_and_only_for_what_is_unknown() {
    struct Named(&'static str);
    impl ReducerSource for Named {
        fn for_type(&self, _: TypeId, _: &'static str) -> Option<AnyRegistration> {
            let again = |text| Ok::<_, String>(Foreign(text));
            let reduce = |foreign: &Foreign| foreign.0.clone();
            Some(Registration::new(self.0, reduce, again).into())
        }
    }
    let registry = Registry::new();
    registry.add_source(Named("first"));
    registry.add_source(Named("second"));
    assert!(registry.can_encode::<Foreign>());
    assert!(format!("{registry:?}").contains("first"), "{registry:?}");
    // An answer for another type than the one asked for is not used.
    assert!(!registry.can_encode::<Own>());
    assert_eq!(registry.len(), 1);
    // What was registered by hand goes before all sources.
    let by_hand = Registry::new();
    by_hand.register(foreign()).unwrap();
    by_hand.add_source(Named("first"));
    assert!(by_hand.can_encode::<Foreign>());
    assert!(
        format!("{by_hand:?}").contains("\"foreign\""),
        "{by_hand:?}"
    );
    // A name that is taken is a conflict, not a second meaning.
    let taken = Registry::new();
    taken.register(Registration::<Own>::own("first")).unwrap();
    taken.add_source(Named("first"));
    let error = taken
        .enter(|| encode(&Erased::new(Foreign(String::new()))))
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::ReducerConflict { .. }),
        "{error}"
    );
}

#[test]
fn a_source_that_panics_is_an_error_with_the_path() {
    struct Cursed;
    let registry = Registry::new();
    registry.add_source(Units::default());
    let error = registry
        .enter(|| encode(&[Erased::new(Cursed)]))
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Panicked { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), "[0]");
    registry.enter(|| assert_comes_back(&track()));
}

/// Ten threads meet the same types at once: all succeed, and each type is registered once.
#[test]
fn concurrent_auto_registration() {
    for _ in 0..20 {
        let registry = Registry::new();
        registry.add_source(Units::default());
        let barrier = Barrier::new(10);
        let expected = {
            let other = Registry::new();
            other.add_source(Units::default());
            other.enter(|| cid(&track()))
        };
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| {
                    barrier.wait();
                    registry.enter(|| {
                        assert_eq!(cid(&track()), expected);
                        assert_comes_back(&track());
                    });
                });
            }
        });
        assert_eq!(registry.len(), 2);
    }
}

/// A value of any type, held without its type, is recorded by what is registered for the type.
#[test]
fn safe_dumps_auto_registers_unpicklable() {
    let registry = Registry::new();
    registry.add_source(Units::default());
    registry.register(foreign()).unwrap();
    registry.register(Registration::<Own>::own("own")).unwrap();
    let long = "long ".repeat(1_000);
    let encoded = registry.enter(|| {
        encode(&BTreeMap::from([
            ("length", Erased::new(Meters(7_u32))),
            ("name", Erased::new(Foreign(long.clone()))),
            ("own", Erased::new(Own { id: 9 })),
        ]))
    });
    let encoded: Encoded = encoded.unwrap();
    // Another process, as it were: only the names in the data say what is what.
    let other = Registry::new();
    other.add_source(Units::default());
    other.register(foreign()).unwrap();
    other.register(Registration::<Own>::own("own")).unwrap();
    let mut back: BTreeMap<String, Erased> = other.enter(|| loaded(&encoded)).unwrap();
    assert_eq!(back["length"].downcast_ref(), Some(&Meters(7_u32)));
    assert_eq!(back["name"].downcast_ref(), Some(&Foreign(long)));
    assert!(back["own"].downcast_ref::<Foreign>().is_none());
    let own = back.remove("own").unwrap();
    assert!(own.type_name().ends_with("Own"));
    let own = own.downcast::<Foreign>().unwrap_err();
    assert_eq!(own.downcast::<Own>().unwrap(), Own { id: 9 });
    // The same data without the registrations: the name is said, the dynamic reader needs none.
    let error = loaded::<BTreeMap<String, Erased>>(&encoded).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::UnknownReducer { name } if name == "meters of u32"),
        "{error}"
    );
    assert!(loaded::<cideldill::Value>(&encoded).is_ok());
    // A value that is no reducer's is not taken for one.
    let plain = encode(&Own { id: 1 }).unwrap();
    let error = loaded::<Erased>(&plain).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
}

#[test]
fn auto_registration_failure_raises_error() {
    struct Unknown;
    let items = vec![
        ("a", Some(Erased::new(Own { id: 1 }))),
        ("b", Some(Erased::new(Unknown))),
    ];
    let registry = Registry::new();
    registry.register(Registration::<Own>::own("own")).unwrap();
    let error = registry.enter(|| encode(&items)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { type_name } if type_name.ends_with("Unknown")),
        "{error}"
    );
    assert_eq!(error.path().to_string(), "[1].1");
}

/// What a registry tells, as text.
fn heard(registry: &Registry) -> Arc<Mutex<Vec<String>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = heard.clone();
    registry.observe(move |event: &Event<'_>| {
        sink.lock().unwrap().push(event.to_string());
    });
    heard
}

#[test]
fn auto_register_logs_success() {
    let registry = Registry::new();
    let heard = heard(&registry);
    registry.register(foreign()).unwrap();
    registry.register(foreign().replace()).unwrap();
    registry.add_source(Units::default());
    registry.enter(|| assert_comes_back(&track()));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 4, "{heard:?}");
    let module = module_path!();
    assert_eq!(
        heard[0],
        format!("registered `foreign` for {module}::Foreign")
    );
    assert!(heard[1].ends_with("replacing another"), "{heard:?}");
    assert_eq!(
        heard[2],
        format!("registered `meters of u32` from a source for {module}::Meters<u32>")
    );
}

#[test]
fn auto_register_logs_failure() {
    let registry = Registry::new();
    let heard = heard(&registry);
    assert!(registry.enter(|| compute_cid(&track())).is_err());
    assert_eq!(
        *heard.lock().unwrap(),
        [format!(
            "refused {}::Meters<u32>: no reducer is registered",
            module_path!()
        )]
    );
}

#[test]
fn an_observer_may_use_the_registry() {
    let registry = Registry::new();
    let own = registry.clone();
    registry.observe(move |event| {
        if matches!(event, Event::Refused { .. }) {
            own.register(foreign().replace()).unwrap();
        }
    });
    assert!(registry.enter(|| encode(&Erased::new(1_u8))).is_err());
    assert!(registry.can_encode::<Foreign>());
}

#[test]
fn a_policy_decides_before_any_function_runs() {
    let calls = Arc::new(AtomicUsize::new(0));
    let (reduced, made) = (calls.clone(), calls.clone());
    let reduce = move |foreign: &Foreign| {
        reduced.fetch_add(1, Ordering::Relaxed);
        foreign.0.clone()
    };
    let again = move |text| {
        made.fetch_add(1, Ordering::Relaxed);
        Ok::<_, String>(Foreign(text))
    };
    let registry = Registry::new();
    registry
        .register(Registration::new("foreign", reduce, again))
        .unwrap();
    let value = || Erased::new(Foreign("x".into()));
    let encoded = registry.enter(|| encode(&value())).unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    for policy in [
        Policy::allow_all().deny("foreign"),
        Policy::allow_only(["own"]),
        Policy::allow_only(["foreign"]).deny("foreign"),
    ] {
        registry.set_policy(policy);
        assert!(!registry.can_encode::<Foreign>());
        registry.enter(|| {
            let recorded = encode(&value()).unwrap_err();
            let read = loaded::<Erased>(&encoded).unwrap_err();
            for error in [recorded, read] {
                assert!(
                    matches!(error.kind(), ErrorKind::Denied { name, .. } if name == "foreign"),
                    "{error}"
                );
            }
        });
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    registry.set_policy(Policy::allow_only(["foreign"]));
    assert!(registry.enter(|| loaded::<Erased>(&encoded)).is_ok());
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn a_policy_holds_for_what_sources_answer() {
    let registry = Registry::new();
    registry.add_source(Units::default());
    registry.set_policy(Policy::allow_all().deny("meters of i8"));
    let error = registry.enter(|| compute_cid(&track())).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Denied { .. }), "{error}");
    assert_eq!(error.path().to_string(), ".width");
}

#[test]
fn values_bytes_and_blocks_are_counted_by_type() {
    let registry = Registry::new();
    registry.register(foreign()).unwrap();
    assert_eq!(registry.counts::<Own>(), None);
    let counts = || registry.counts::<Foreign>().unwrap();
    assert_eq!(counts().encoded, 0);
    registry.enter(|| {
        encode(&Erased::new(Foreign("short".into()))).unwrap();
        let short = counts();
        // The record around the text, and the text.
        assert_eq!((short.encoded, short.bytes, short.blocks), (1, 8, 0));
        let numbers = (0..30_000).map(|n: u32| n.to_string());
        let long = Erased::new(Foreign(numbers.collect()));
        let encoded = encode(&long).unwrap();
        let both = counts();
        assert_eq!(both.encoded, 2);
        assert!(both.bytes > 100_000, "{both:?}");
        // All but the root, which is closed when the value ends.
        assert_eq!(both.blocks, encoded.blocks().len() as u64 - 1);
        loaded::<Erased>(&encoded).unwrap();
        assert_eq!((counts().loaded, counts().encoded), (1, 2));
    });
}

#[test]
fn time_is_measured_only_when_asked_and_never_in_the_data() {
    let registry = Registry::new();
    registry.register(foreign()).unwrap();
    let value = Erased::new(Foreign("x".repeat(1 << 20)));
    registry.enter(|| {
        let before = cid(&value);
        assert_eq!(registry.counts::<Foreign>().unwrap().time, Duration::ZERO);
        registry.measure_time(true);
        assert_eq!(cid(&value), before);
        assert!(registry.counts::<Foreign>().unwrap().time > Duration::ZERO);
    });
}

#[test]
fn a_reducer_needs_a_name() {
    let registry = Registry::new();
    let error = registry.register(Registration::<Own>::own("")).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
}

/// With the feature `log`, what happens is in the log too, each with the type's name.
#[test]
fn events_are_logged() {
    struct Lines(Mutex<Vec<(log::Level, String)>>);
    impl log::Log for Lines {
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.target() == "cideldill"
        }
        fn log(&self, record: &log::Record<'_>) {
            let line = (record.level(), record.args().to_string());
            self.0.lock().unwrap().push(line);
        }
        fn flush(&self) {}
    }
    struct Logged;
    static LINES: Lines = Lines(Mutex::new(Vec::new()));
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Info);
    let registry = Registry::new();
    let logged = || Registration::new("logged", |_: &Logged| 1_u8, |_| Ok::<_, String>(Logged));
    registry.enter(|| assert!(encode(&Erased::new(Logged)).is_err()));
    registry.enter(|| {
        OnRefusal::StandIn.enter(|| assert!(encode(&Erased::new(Logged)).is_ok()));
    });
    registry.register(logged()).unwrap();
    let lines = LINES.0.lock().unwrap();
    let own = lines.iter().filter(|(_, line)| line.contains("::Logged"));
    let own: Vec<_> = own.map(|(level, line)| (*level, line.as_str())).collect();
    let name = std::any::type_name::<Logged>();
    assert_eq!(
        own,
        [
            (
                log::Level::Warn,
                &*format!("refused {name}: no reducer is registered")
            ),
            (
                log::Level::Warn,
                &*format!("a placeholder stands for {name}: no reducer is registered")
            ),
            (
                log::Level::Info,
                &*format!("registered `logged` for {name}")
            ),
        ]
    );
}

/// Handles that the compiler refuses in a derived type are a typed error where the type is erased.
#[test]
fn erased_handles_are_refused() {
    static LOCK: Mutex<u8> = Mutex::new(1);
    let (sender, _receiver) = std::sync::mpsc::channel::<u8>();
    let values = [
        Erased::new(tempfile::tempfile().unwrap()),
        Erased::new(std::net::UdpSocket::bind(("127.0.0.1", 0)).unwrap()),
        Erased::new(std::thread::spawn(|| ())),
        Erased::new(LOCK.lock().unwrap()),
        Erased::new((0..3).map(|n| n + 1)),
        Erased::new(sender),
    ];
    for (value, name) in values.iter().zip([
        "File",
        "UdpSocket",
        "JoinHandle",
        "MutexGuard",
        "Map",
        "Sender",
    ]) {
        let error = encode(value).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::NoReducer { type_name } if type_name.contains(name)),
            "{error}"
        );
    }
}

//! Long, deep and unusual values (requirements, group 12, and the edge file).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::rc::{Rc, Weak};

use cideldill::{Cid, Debuggable, ErrorKind, Store, Value, encode};

use crate::support::{assert_comes_back, cid, loaded, long_text};

#[test]
fn very_long_string() {
    let text = "\u{fc}ber \u{4e00} and ascii; ".repeat(60_000);
    assert!(text.chars().count() > 1_000_000);
    let encoded = encode(&text).unwrap();
    assert!(encoded.blocks().all(|block| block.bytes().len() < 5_000));
    assert_comes_back(&text);
    assert_comes_back(&"x".repeat(1_000_000));
    // One block of equal text, however often it occurs, and the nodes above.
    assert!(encode(&"x".repeat(1_000_000)).unwrap().len() < 30_000);
}

#[test]
fn very_large_list() {
    let list: Vec<(u32, Option<bool>)> = (0..100_000).map(|n| (n, Some(n % 2 == 0))).collect();
    assert_comes_back(&list);
    let store = Store::in_memory();
    let before = store.put(&list).unwrap();
    let mut edited = list;
    edited[50_000].0 = 7;
    let put = store.put_reporting(&edited).unwrap();
    assert!(put.report.new_blocks < 8, "{put:?}");
    let changes = store.differences(before, put.cid).unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].to_string(), "[50000].0: 50000 -> 7");
}

#[test]
fn very_large_dict() {
    let map: HashMap<String, u64> = (0..100_000).map(|n| (format!("key {n}"), n)).collect();
    let sorted: BTreeMap<String, u64> = map.clone().into_iter().collect();
    assert_eq!(cid(&map), cid(&sorted));
    assert_comes_back(&map);
}

/// Its order is that of its fields, which the crate finds out from their bytes.
#[expect(clippy::option_option, reason = "a wrapped option in a key")]
#[derive(Debuggable, Clone, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
struct Key(Vec<String>, Option<Option<i128>>);

/// Keys are compared whole, however long they and their parts are.
#[test]
fn very_long_keys_have_one_order() {
    let many = |n: usize, last: &str| -> Key {
        let parts = (1..n).map(|_| String::new());
        Key(parts.chain([last.into()]).collect(), None)
    };
    let long = |n: usize, last: &str| Key(vec!["x".repeat(n) + last], Some(None));
    let last = |n: usize, last: &str| {
        let number = i128::from(last.as_bytes()[0]) - 98;
        Key(vec!["x".repeat(n)], Some(Some(number << n.min(120))))
    };
    let lasts = ["e", "b", "d", "a", "c", "f"];
    for n in [1, 10, 20, 300, 70_000] {
        for key in [&many as &dyn Fn(usize, &str) -> Key, &long, &last] {
            let entries = lasts.iter().zip(0_usize..);
            let map: HashMap<Key, usize> = entries.map(|(last, at)| (key(n, last), at)).collect();
            let sorted: BTreeMap<_, _> = map.clone().into_iter().collect();
            assert_eq!(cid(&map), cid(&sorted));
            let Value::Map(tree) = Value::of(&map).unwrap() else {
                panic!("not a map");
            };
            let values = tree.entries().map(|(_, value)| value.as_u64().unwrap());
            assert_eq!(values.collect::<Vec<_>>(), [3, 1, 4, 2, 0, 5]);
            assert_comes_back(&map);
        }
    }
}

/// All weak pointers are equal in the content.
#[derive(Debuggable, Debug)]
struct Watched {
    watcher: Weak<u8>,
    number: i64,
}

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Watched {}

impl Hash for Watched {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

#[test]
fn keys_with_weak_pointers_have_the_order_of_the_rest() {
    let watcher = Rc::new(7);
    let numbers = [70_000, -1, 300, i64::MIN, 0, 5];
    let keys = numbers.map(|number| Watched {
        watcher: Rc::downgrade(&watcher),
        number,
    });
    let held = (watcher, keys.into_iter().collect::<HashSet<_>>());
    let Some(Value::Set(set)) = Value::of(&held).unwrap().at_str(".1").unwrap().cloned() else {
        panic!("not a set");
    };
    let ordered = set
        .items()
        .iter()
        .map(|key| key.at_str(".number").unwrap().cloned());
    let expected = [i64::MIN, -1, 0, 5, 300, 70_000].map(|number| Some(Value::I64(number)));
    assert_eq!(ordered.collect::<Vec<_>>(), expected);
    let encoded = encode(&held).unwrap();
    let (watcher, back): (Rc<u8>, HashSet<Watched>) = loaded(&encoded).unwrap();
    assert_eq!(back, held.1);
    let leads = |key: &Watched| Weak::ptr_eq(&key.watcher, &Rc::downgrade(&watcher));
    assert!(back.iter().all(leads));
}

#[derive(Debuggable, Debug, PartialEq)]
struct Level {
    number: u8,
    inner: Option<Box<Level>>,
}

#[test]
fn deeply_nested_100_levels() {
    let mut level = Level {
        number: 0,
        inner: None,
    };
    for number in 1..100 {
        level = Level {
            number,
            inner: Some(Box::new(level)),
        };
    }
    assert_comes_back(&level);
    let mut lists = Value::from(1_u8);
    for _ in 0..60 {
        lists = Value::sequence([lists]).unwrap();
    }
    assert_comes_back(&lists);
}

#[derive(Debuggable, Debug, PartialEq)]
enum Expression {
    Number(i64),
    Sum(Box<Expression>, Box<Expression>),
    Call {
        name: String,
        arguments: Vec<Expression>,
    },
}

#[test]
fn recursive_class_definition() {
    use Expression::{Call, Number, Sum};
    let sum = |a, b| Sum(Box::new(a), Box::new(b));
    let mut tree = Number(0);
    for n in 0..200 {
        tree = sum(
            tree,
            Call {
                name: format!("f{n}"),
                arguments: vec![Number(n), Number(-n)],
            },
        );
    }
    assert_comes_back(&tree);
}

#[derive(Debuggable, Debug, PartialEq)]
struct Slots {
    a: u8,
    b: String,
}

#[test]
fn object_with_slots() {
    assert_comes_back(&Slots {
        a: 1,
        b: "x".into(),
    });
}

#[test]
fn handles_objects_with_no_dict() {
    let slots = Slots {
        a: 1,
        b: "x".into(),
    };
    let tree: Value = loaded(&encode(&slots).unwrap()).unwrap();
    let Value::Record(record) = &tree else {
        panic!("{tree}")
    };
    assert!(
        record.names().eq(["a", "b"]),
        "declared fields, and no others"
    );
}

/// A type that says itself what of it is recorded.
#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(state = "Interval::state", restore = "Interval::restore")]
struct Interval {
    from: u32,
    to: u32,
    /// Follows from the others.
    width: u32,
}

impl Interval {
    fn new(from: u32, to: u32) -> Option<Self> {
        let width = to.checked_sub(from)?;
        Some(Self { from, to, width })
    }

    fn state(&self) -> (u32, u32) {
        (self.from, self.to)
    }

    fn restore((from, to): (u32, u32)) -> Result<Self, String> {
        Self::new(from, to).ok_or_else(|| format!("{to} is before {from}"))
    }
}

#[test]
fn object_with_custom_reduce() {
    assert_comes_back(&Interval::new(3, 8).unwrap());
    let backwards = Interval {
        from: 8,
        to: 3,
        width: 0,
    };
    let error = loaded::<Interval>(&encode(&backwards).unwrap()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
}

#[test]
fn namedtuple() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Point(f64, f64);
    assert_comes_back(&Point(1.0, -2.0));
    // It keeps its type: a tuple is not a `Point`.
    assert_ne!(cid(&Point(1.0, -2.0)), cid(&(1.0, -2.0)));
    assert!(loaded::<Point>(&encode(&(1.0, -2.0)).unwrap()).is_err());
}

#[test]
fn dataclass() {
    #[derive(Debuggable, Debug, PartialEq, Default)]
    struct Settings {
        name: String,
        #[debuggable(default)]
        retries: u32,
        #[debuggable(skip)]
        cache: Option<u64>,
    }
    let settings = Settings {
        name: "x".into(),
        retries: 3,
        cache: None,
    };
    assert_comes_back(&settings);
    let used = Settings {
        name: "x".into(),
        retries: 3,
        cache: Some(1),
    };
    assert_eq!(cid(&used), cid(&settings));
}

#[test]
fn r#enum() {
    #[derive(Debuggable, Debug, PartialEq)]
    enum Event {
        Unit,
        Tuple(u8, String),
        Struct { from: i32, to: Option<Box<Event>> },
        Empty {},
    }
    let all = vec![
        Event::Unit,
        Event::Tuple(1, long_text(2_000)),
        Event::Struct {
            from: -1,
            to: Some(Box::new(Event::Unit)),
        },
        Event::Struct { from: 0, to: None },
        Event::Empty {},
    ];
    assert_comes_back(&all);
    for event in &all {
        assert_comes_back(event);
    }
    assert_ne!(cid(&all[0]), cid(&all[4]));
}

/// A counting map is a type of its own, and stays one.
#[test]
fn counter() {
    #[derive(Debuggable, Debug, PartialEq, Default)]
    struct Counter(BTreeMap<String, u64>);
    let mut counter = Counter::default();
    for word in "the cat and the dog and the bird".split(' ') {
        *counter.0.entry(word.to_owned()).or_default() += 1;
    }
    assert_comes_back(&counter);
    assert_ne!(cid(&counter), cid(&counter.0));
    assert!(loaded::<Counter>(&encode(&counter.0).unwrap()).is_err());
}

#[test]
fn cidref_in_various_contexts() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Places {
        field: Cid,
        option: Option<Cid>,
        list: Vec<Cid>,
        keys: BTreeMap<Cid, u8>,
        hashed: HashMap<Cid, Cid>,
        set: HashSet<Cid>,
        nested: (Cid, [Cid; 2]),
    }
    let store = Store::in_memory();
    // Blocks with these names are in the store, and are still not read for them.
    let cids: Vec<Cid> = (0..40)
        .map(|n| store.put(&long_text(2_000 + n)).unwrap())
        .collect();
    let places = Places {
        field: cids[0],
        option: Some(cids[1]),
        list: cids.clone(),
        keys: cids.iter().map(|cid| (*cid, 1)).collect(),
        hashed: cids.iter().map(|cid| (*cid, cids[3])).collect(),
        set: cids.iter().copied().collect(),
        nested: (cids[4], [cids[5], cids[6]]),
    };
    assert_comes_back(&places);
    let root = store.put(&places).unwrap();
    assert_eq!(store.load::<Places>(root).unwrap(), places);
    let sorted: BTreeSet<Cid> = cids.iter().copied().collect();
    assert_eq!(cid(&sorted), cid(&places.set));
}

/// Getters and setters are no data; a type with a checked setter loads without it.
#[test]
fn handles_objects_with_descriptors() {
    mod thermometer {
        use cideldill::Debuggable;

        #[derive(Debuggable, Debug, PartialEq)]
        pub(super) struct Thermometer {
            celsius: f64,
        }

        impl Thermometer {
            pub(super) fn new(celsius: f64) -> Self {
                let mut new = Self { celsius: 0.0 };
                new.set(celsius);
                new
            }

            pub(super) fn set(&mut self, celsius: f64) {
                assert!(celsius >= -273.15);
                self.celsius = celsius;
            }

            pub(super) fn fahrenheit(&self) -> f64 {
                self.celsius * 1.8 + 32.0
            }
        }
    }
    let thermometer = thermometer::Thermometer::new(100.0);
    let encoded = encode(&thermometer).unwrap();
    let back: thermometer::Thermometer = loaded(&encoded).unwrap();
    assert!((back.fahrenheit() - 212.0).abs() < 1e-9);
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(tree.to_string(), "Thermometer { celsius: 100.0 }");
}

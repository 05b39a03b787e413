//! Each attribute of a field.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use cideldill::{Debuggable, ErrorKind, Value};

use crate::support::{again, assert_comes_back, cid, load_as, text};

#[derive(Debuggable, Debug, PartialEq)]
struct Session {
    user: String,
    #[debuggable(skip)]
    hits: u64,
    #[debuggable(skip, default = "forty_two")]
    answer: u64,
}

fn forty_two() -> u64 {
    42
}

fn session(hits: u64) -> Session {
    Session {
        user: "ann".into(),
        hits,
        answer: 7,
    }
}

#[test]
fn skipped_fields_are_not_in_the_data() {
    assert_eq!(cid(&session(1)), cid(&session(2)));
    assert!(!text(&session(1)).contains("hits"));
}

#[test]
fn skipped_fields_come_back_as_their_default() {
    let back = again(&session(1));
    assert_eq!((back.hits, back.answer), (0, 42));
}

#[derive(Debuggable, Debug, PartialEq)]
struct SkipsInTuple(#[debuggable(skip)] u8, u16, #[debuggable(skip)] u8, u32);

#[derive(Debuggable, Debug, PartialEq)]
enum SkipsInVariants {
    Named {
        #[debuggable(skip)]
        a: u8,
        b: u16,
    },
    Tuple(#[debuggable(skip)] u8, u16),
    All(#[debuggable(skip)] u8),
}

#[test]
fn fields_are_skipped_in_every_kind_of_type() {
    assert_comes_back(&SkipsInTuple(0, 1, 0, 2));
    assert_comes_back(&SkipsInVariants::Named { a: 0, b: 1 });
    assert_comes_back(&SkipsInVariants::Tuple(0, 1));
    assert_comes_back(&SkipsInVariants::All(0));
}

#[derive(Debuggable, Debug, PartialEq)]
struct Temperature {
    #[debuggable(with = "celsius")]
    kelvin: f64,
    #[debuggable(with = "Short")]
    name: &'static str,
    #[debuggable(with = "even", default)]
    even: u32,
}

mod celsius {
    pub(crate) fn reduce(kelvin: &f64) -> f64 {
        kelvin - 273.0
    }

    pub(crate) fn reconstruct(celsius: f64) -> f64 {
        celsius + 273.0
    }
}

/// A type can stand for the module.
struct Short;

impl Short {
    fn reduce(name: &&'static str) -> Option<char> {
        name.chars().next()
    }

    fn reconstruct(first: Option<char>) -> Result<&'static str, String> {
        match first {
            Some('i') => Ok("inside"),
            Some('o') => Ok("outside"),
            other => Err(format!("nothing starts with {other:?}")),
        }
    }
}

mod even {
    pub(crate) fn reduce(even: &u32) -> u32 {
        even / 2
    }

    pub(crate) fn reconstruct(half: u32) -> Result<u32, std::num::TryFromIntError> {
        half.checked_mul(2)
            .map_or_else(|| u32::try_from(u64::MAX), Ok)
    }
}

#[test]
fn with_records_what_the_module_makes_of_the_value() {
    let temperature = |name| Temperature {
        kelvin: 293.0,
        name,
        even: 10,
    };
    assert_comes_back(&temperature("inside"));
    let shown = text(&temperature("inside"));
    assert!(shown.contains("20") && shown.contains('i'), "{shown}");
    assert!(!shown.contains("293"), "{shown}");
}

#[test]
fn with_may_refuse_and_says_where() {
    let temperature = Temperature {
        kelvin: 0.0,
        name: "elsewhere",
        even: 2,
    };
    let error = load_as::<_, Temperature>(&temperature).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
    assert_eq!(error.path().to_string(), ".name");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "nothing starts with Some('e')");
}

#[derive(Debuggable)]
struct Client {
    name: String,
    #[debuggable(placeholder)]
    connection: std::net::Ipv4Addr,
    #[debuggable(placeholder(name = "Log", reason = "a file", debug), default)]
    log: RefCell<Vec<u8>>,
}

fn client() -> Client {
    Client {
        name: "ann".into(),
        connection: std::net::Ipv4Addr::LOCALHOST,
        log: RefCell::new(vec![1, 2]),
    }
}

#[test]
fn reconstruct_placeholder() {
    let shown = text(&client());
    assert!(shown.contains("std::net::Ipv4Addr"), "{shown}");
    assert!(
        shown.contains("a file") && shown.contains("[1, 2]"),
        "{shown}"
    );
    assert!(!shown.contains("127"), "{shown}");
    let error = load_as::<_, Client>(&client()).map(|_| ()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Placeholder { type_name, .. }
            if type_name == "std::net::Ipv4Addr"),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".connection");
}

#[test]
fn a_placeholder_does_not_depend_on_the_value() {
    let mut other = client();
    other.connection = std::net::Ipv4Addr::BROADCAST;
    assert_eq!(cid(&client()), cid(&other));
    other.log = RefCell::default();
    assert_ne!(cid(&client()), cid(&other), "its debug text was asked for");
}

/// docs/format.md sections 3, 4 and 10, by hand: nothing in it depends on this process.
#[test]
fn a_placeholder_has_the_bytes_that_the_format_says() {
    #[derive(Debuggable)]
    struct S(
        #[debuggable(placeholder)]
        #[expect(dead_code)]
        std::cell::Cell<*const u8>,
    );

    let value = cideldill::encode(&S(std::cell::Cell::new(std::ptr::null()))).unwrap();
    let block = value.blocks().next().unwrap();
    let mut expected = b"\x10\xa1@\x92\x92\xa1S\xa1@".to_vec();
    expected.extend(b"\x94\xb0std::Placeholder\xa2ss\xa4type\xa6reason");
    expected.extend(b"\x92\x00\x93\x01\xbastd::cell::Cell<*const u8>");
    expected.extend(b"\xacnot recorded");
    assert_eq!(block.bytes().to_vec(), expected);
}

#[derive(Debuggable, Debug, PartialEq)]
struct Job {
    id: u8,
    #[debuggable(placeholder, default)]
    started: Option<std::time::Instant>,
    #[debuggable(placeholder, default = "forty_two")]
    ticks: u64,
    last: u8,
}

#[test]
fn a_placeholder_with_a_default_can_be_loaded() {
    let job = Job {
        id: 1,
        started: Some(std::time::Instant::now()),
        ticks: 5,
        last: 2,
    };
    let back = again(&job);
    assert_eq!(
        back,
        Job {
            id: 1,
            started: None,
            ticks: 42,
            last: 2
        }
    );
}

#[derive(Debuggable, Debug, PartialEq, Default)]
struct Settings {
    name: String,
    #[debuggable(extra)]
    other: BTreeMap<String, Value>,
    size: u8,
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(rename = "Settings")]
struct FullSettings {
    name: String,
    size: u8,
    color: String,
    depth: Vec<u16>,
}

fn full() -> FullSettings {
    FullSettings {
        name: "x".into(),
        size: 3,
        color: "red".into(),
        depth: vec![1; 2_000],
    }
}

#[test]
fn reconstruct_from_dict() {
    let settings: Settings = load_as(&full()).unwrap();
    assert_eq!((settings.name.as_str(), settings.size), ("x", 3));
    let keys: Vec<_> = settings.other.keys().map(String::as_str).collect();
    assert_eq!(keys, ["color", "depth"]);
}

#[test]
fn reconstruct_from_dict_with_additional_state() {
    let settings: Settings = load_as(&full()).unwrap();
    assert_eq!(load_as::<_, FullSettings>(&settings).unwrap(), full());
    assert_eq!(cid(&settings), cid(&full()), "nothing was lost");
}

#[test]
fn extra_entries_survive_twice() {
    let settings: Settings = load_as(&full()).unwrap();
    assert_comes_back(&settings);
    assert_comes_back(&Settings::default());
}

#[derive(Debuggable)]
struct HashSettings {
    #[debuggable(extra)]
    other: HashMap<String, Value>,
}

#[test]
fn extra_entries_have_one_order() {
    #[derive(Debuggable)]
    #[debuggable(rename = "HashSettings")]
    struct Sorted {
        #[debuggable(extra)]
        other: BTreeMap<String, Value>,
    }

    let settings: Settings = load_as(&full()).unwrap();
    let sorted = Sorted {
        other: settings.other,
    };
    let hashed: HashSettings = load_as(&sorted).unwrap();
    assert_eq!(hashed.other.len(), 2);
    assert_eq!(cid(&hashed), cid(&sorted));
}

#[test]
fn an_extra_entry_cannot_have_the_name_of_a_field() {
    let mut settings: Settings = load_as(&full()).unwrap();
    let value = settings.other.values().next().unwrap().clone();
    settings.other.insert("size".into(), value);
    let error = cideldill::compute_cid(&settings).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::DuplicateField { name } if name == "size"),
        "{error}"
    );
}

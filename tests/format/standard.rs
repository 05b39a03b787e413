//! Section 10 against the crate: each of its rows as a Rust value has the bytes of its vector, and
//! derived types have the blocks that the slow encoder makes of their models.

#![allow(
    clippy::disallowed_types,
    reason = "hash maps and sets are recorded too"
)]
#![allow(clippy::too_many_lines, reason = "they are tables")]

mod convert;
mod derived;

use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::error::Error;
use std::ffi::OsString;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, ParseIntError, Saturating, Wrapping};
use std::ops::Bound;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::{Duration, SystemTime};

use cideldill::{
    CapturedError, Cid, Closure, Debuggable, Partial, Reduce, Registration, Registry,
    TypeDescription, Value, compute_cid, debuggable, decode, encode, encode_with, type_info,
};
use cideldill_reference::model::{Bits, Model, Shape};
use cideldill_reference::notation::to_hex;
use cideldill_reference::profile;
use cideldill_reference::random::Random;
use cideldill_reference::reference;
use convert::{model_of, ours};
use serde_json::Value as Json;

/// The vectors' CIDs by their names.
struct Vectors {
    cids: BTreeMap<String, String>,
    met: BTreeSet<String>,
}

impl Vectors {
    fn of(files: &[&str]) -> Self {
        let mut cids = BTreeMap::new();
        for file in files {
            let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "vectors", file]
                .iter()
                .collect();
            let entries: Vec<Json> =
                serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            for entry in entries {
                let text = |key: &str| entry[key].as_str().unwrap().to_owned();
                cids.insert(text("name"), text("cid"));
            }
        }
        Self {
            cids,
            met: BTreeSet::new(),
        }
    }

    /// The value has the CID of the vector with this name.
    fn reduces<T: Reduce + ?Sized>(&mut self, name: &str, value: &T) {
        let cid = compute_cid(value).unwrap();
        assert_eq!(to_hex(cid.as_bytes()), self.cids[name], "{name}");
        self.met.insert(name.to_owned());
    }

    /// A vector that is not a value of a Rust type by itself.
    fn passes(&mut self, name: &str) {
        assert!(self.cids.contains_key(name), "{name}");
        self.met.insert(name.to_owned());
    }

    /// The same, and it comes back as a value that has it too.
    fn row<T: Debuggable>(&mut self, name: &str, value: &T) {
        self.reduces(name, value);
        let encoded = encode(value).unwrap();
        let back: T = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode(&back).unwrap(), encoded, "{name}");
    }
}

#[derive(Debuggable)]
struct Message {
    id: u64,
    data: Value,
}

#[derive(Debuggable)]
#[allow(dead_code, reason = "the value of a placeholder is not looked at")]
struct Handle {
    #[debuggable(placeholder(name = "std::fs::File", reason = "a handle"))]
    file: u8,
    #[debuggable(placeholder(name = "u8", reason = "a number", debug))]
    shown: u8,
}

/// A type of another crate.
struct Url(String);

#[derive(Debuggable)]
struct Page {
    #[debuggable(reducer)]
    url: Url,
}

#[test]
fn every_row_of_section_10_has_its_vector() {
    let mut v = Vectors::of(&["std.json", "scalars.json", "containers.json"]);
    let text = || OsString::from("a/b");
    let (v4, v6) = (Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
    let (socket_v4, socket_v6) = (
        SocketAddrV4::new(v4, 8080),
        SocketAddrV6::new(v6, 8080, 1, 2),
    );
    v.row("3usize", &3_usize);
    v.row("-3isize", &-3_isize);
    v.row("vec![1u32, 2]", &vec![1_u32, 2]);
    v.row("vec![1u32, 2]", &[1_u32, 2]);
    v.row("vec![1u32, 2]", &VecDeque::from([1_u32, 2]));
    v.row("vec![1u32, 2]", &LinkedList::from([1_u32, 2]));
    v.row("vec![1u32, 2]", &vec![Wrapping(1_u32), Wrapping(2)]);
    v.reduces("vec![1u32, 2]", [1_u32, 2].as_slice());
    v.row("vec![1u8, 2]", &vec![1_u8, 2]);
    v.row("vec![1u8, 2]", &[1_u8, 2]);
    v.row(
        "vec![1u8, 2]",
        &VecDeque::from([Box::new(1_u8), Box::new(2)]),
    );
    v.row("vec![\"a\"]", &vec!["a".to_owned()]);
    v.reduces("vec![\"a\"]", &["a"]);
    v.row(
        "BinaryHeap::from([2u16, 1, 2])",
        &BinaryHeap::from([2_u16, 1, 2]),
    );
    v.row(
        "BinaryHeap::from([2u16, 1, 2])",
        &BinaryHeap::from([Reverse(2_u16), Reverse(1), Reverse(2)]),
    );
    let entry = ("a".to_owned(), 1_u8);
    v.row(
        "BTreeMap::from([(\"a\", 1u8)])",
        &BTreeMap::from([entry.clone()]),
    );
    v.row("BTreeMap::from([(\"a\", 1u8)])", &HashMap::from([entry]));
    v.row("BTreeSet::from([2u8, 1])", &BTreeSet::from([2_u8, 1]));
    v.row("BTreeSet::from([2u8, 1])", &HashSet::from([2_u8, 1]));
    v.row("(1u8,)", &(1_u8,));
    v.row("(1u8, true)", &(1_u8, true));
    v.row("Ok::<u8, String>(1)", &Ok::<u8, String>(1));
    v.row("Err::<u8, String>", &Err::<u8, String>("no".to_owned()));
    v.row("Ordering::Less", &Ordering::Less);
    v.row("Ordering::Equal", &Ordering::Equal);
    v.row("Ordering::Greater", &Ordering::Greater);
    v.row("Bound::Included(1u8)", &Bound::Included(1_u8));
    v.row("Bound::Excluded(1u8)", &Bound::Excluded(1_u8));
    v.row("Bound::<u8>::Unbounded", &Bound::<u8>::Unbounded);
    v.row("1u8..5", &(1_u8..5));
    v.row("1u8..=5", &(1_u8..=5));
    v.row("1u8..", &(1_u8..));
    v.row("..5u8", &(..5_u8));
    v.row("..=5u8", &(..=5_u8));
    v.row("..", &(..));
    v.row(
        "Duration::new(1, 999_999_999)",
        &Duration::new(1, 999_999_999),
    );
    v.row("UNIX_EPOCH", &SystemTime::UNIX_EPOCH);
    v.row(
        "UNIX_EPOCH - 1ns",
        &(SystemTime::UNIX_EPOCH - Duration::from_nanos(1)),
    );
    v.row("Ipv4Addr::LOCALHOST", &v4);
    v.row("Ipv6Addr::LOCALHOST", &v6);
    v.row("IpAddr::V4", &IpAddr::V4(v4));
    v.row("IpAddr::V6", &IpAddr::V6(v6));
    v.row("SocketAddrV4", &socket_v4);
    v.row("SocketAddrV6", &socket_v6);
    v.row("SocketAddr::V4", &SocketAddr::V4(socket_v4));
    v.row("SocketAddr::V6", &SocketAddr::V6(socket_v6));
    v.row("OsString of text", &text());
    v.row("PathBuf::from(\"a/b\")", &PathBuf::from(text()));
    v.reduces("PathBuf::from(\"a/b\")", PathBuf::from(text()).as_path());
    v.row("Cid as data", &Cid::from_bytes([0xab; 64]));
    v.row(
        "a struct with a dynamic field",
        &Message {
            id: 1,
            data: Value::from("x"),
        },
    );
    adds_nothing(&mut v);
    described(&mut v);
    registered(&mut v).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let name = OsString::from_vec(vec![0x61, 0xff]);
        v.row("OsString of Unix bytes", &name);
    }
    #[cfg(not(unix))]
    v.passes("OsString of Unix bytes");
    // No type of every platform is written so, or only inside another: those are tested below.
    for name in [
        "OsString of a lone surrogate",
        "a value under a reducer of version 3",
        "a placeholder",
        "a placeholder with its text",
        "a captured error with its backtrace",
        "a serde map of mixed values",
        "an empty serde sequence",
        "a serde unit struct",
        "what could be confused, side by side",
    ] {
        v.passes(name);
    }
    let std = Vectors::of(&["std.json"]);
    let missing: Vec<_> = std
        .cids
        .keys()
        .filter(|name| !v.met.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Captured errors, descriptions of types, interned values.
fn described(v: &mut Vectors) {
    let cause = "x".parse::<u8>().unwrap_err();
    let captured = CapturedError::of(&BadLimit(cause)).with_type_name("BadLimit");
    v.row("a captured error", &captured);
    v.reduces("a description of a type", &type_info::<Line>());
    v.row(
        "a description of a type",
        &TypeDescription::from(type_info::<Line>()),
    );
    v.reduces("an interned value", &Color("red"));
}

/// Functions, and values behind a trait.
fn registered(v: &mut Vectors) -> Result<(), cideldill::Error> {
    let registry = Registry::new();
    let double = |number: u32| 2 * number;
    let double = registry.register_function("double", double as fn(u32) -> u32)?;
    // The same name in another program, of another function.
    let other = Registry::new();
    let of = |discount: &Discount, price: u32| price - discount.percent;
    let closed = other.register_function("double", of as fn(&Discount, u32) -> u32)?;
    registry.register_dyn::<dyn Figure, Circle>("circle")?;
    registry.register_dyn::<dyn Figure, u32>("number")?;
    registry.enter(|| {
        v.row("a function", &double);
        v.row(
            "a partial application",
            &Partial::new(double.clone(), (2_u32,)),
        );
        let shapes: [(&str, Rc<dyn Figure>); 2] = [
            ("a trait object", Rc::new(Circle { radius: 2 })),
            ("a number behind a trait", Rc::new(7_u32)),
        ];
        for (name, shape) in shapes {
            v.row(name, &shape);
        }
        v.row(
            "a trait object",
            &(Box::new(Circle { radius: 2 }) as Box<dyn Figure>),
        );
    });
    let closure = Closure::new(closed, Discount { percent: 10 });
    other.enter(|| v.row("a closure", &closure));
    Ok(())
}

#[derive(Debuggable)]
struct Discount {
    percent: u32,
}

#[debuggable(dyn)]
trait Figure {}

#[derive(Debuggable)]
struct Circle {
    radius: u32,
}

impl Figure for Circle {}
impl Figure for u32 {}

#[derive(Debug)]
struct BadLimit(ParseIntError);

impl Display for BadLimit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("bad limit")
    }
}

impl Error for BadLimit {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[derive(Debuggable)]
#[allow(dead_code, reason = "only described")]
enum Line {
    Article { name: String, price: u32 },
    Discount(Option<u8>),
}

#[derive(Debuggable)]
#[debuggable(state = "Color::name", intern = "Color::find")]
struct Color(&'static str);

impl Color {
    fn name(&self) -> String {
        self.0.to_owned()
    }

    fn find(_: String) -> Option<Arc<Self>> {
        None
    }
}

/// What adds nothing to what it holds, and what could be confused.
fn adds_nothing(v: &mut Vectors) {
    v.row("u8 1", &1_u8);
    v.row("u8 1", &Box::new(Box::new(1_u8)));
    v.row("u8 1", &Cell::new(1_u8));
    v.row("u8 1", &RefCell::new(1_u8));
    v.row("u8 1", &Mutex::new(1_u8));
    v.row("u8 1", &RwLock::new(1_u8));
    v.row("u8 1", &NonZero::new(1_u8).unwrap());
    v.row("u8 1", &Wrapping(1_u8));
    v.row("u8 1", &Saturating(1_u8));
    v.row("u8 1", &Reverse(1_u8));
    v.reduces("u8 1", &&1_u8);
    v.row("u64 1", &AtomicU64::new(1));
    v.row("true", &AtomicBool::new(true));
    v.row("u64 1", &1_u64);
    v.row("i32 1", &1_i32);
    v.row("f64 1.0", &1.0_f64);
    v.row("f32 -0.0", &-0.0_f32);
    v.row("char U+0031", &'1');
    v.row("str 1", &"1".to_owned());
    v.reduces("str 1", "1");
    v.row("unit", &());
    v.row("unit", &PhantomData::<String>);
    v.row("None::<u8>", &None::<u8>);
    v.row("None::<u64>", &None::<u64>);
    v.row("None::<()>", &None::<()>);
    v.row("Some(None::<()>)", &Some(None::<()>));
    v.row("Some(None::<u8>)", &Some(None::<u8>));
    v.row("Some(1u8)", &OnceCell::from(1_u8));
    v.row("Some(1u8)", &OnceLock::from(1_u8));
    v.row("None::<u8>", &OnceCell::<u8>::new());
}

/// The crate makes the slow encoder's blocks of the model from the value, in each profile.
fn is_modelled<T: Reduce>(value: &T, model: &Model) {
    for profile in profile::Profile::ALL {
        let (root, blocks) = reference::encode(model, profile).unwrap();
        let encoded = encode_with(value, ours(profile)).unwrap();
        assert_eq!(*encoded.root().as_bytes(), root, "{model:?}");
        let made = encoded
            .blocks()
            .map(|block| (*block.cid().as_bytes(), block.bytes().to_vec()));
        assert!(made.collect::<reference::Blocks>() == blocks, "{model:?}");
    }
}

/// The same, it comes back, and as a dynamic value it is the model.
fn agrees<T: Debuggable>(value: &T, model: &Model) {
    is_modelled(value, model);
    for profile in profile::Profile::ALL {
        let encoded = encode_with(value, ours(profile)).unwrap();
        let back: T = decode(encoded.root(), &encoded).unwrap();
        assert!(
            encode_with(&back, ours(profile)).unwrap() == encoded,
            "{model:?}"
        );
        let dynamic: Value = decode(encoded.root(), &encoded).unwrap();
        assert!(model_of(&dynamic) == model.sorted().unwrap(), "{model:?}");
    }
}

fn text(text: &str) -> Model {
    Model::Text(text.to_owned())
}

fn record(tag: &str, version: u64, names: &[&str], fields: Vec<Model>) -> Model {
    let shape = Shape {
        tag: tag.to_owned(),
        version,
        types: fields.iter().map(Model::desc).collect(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    Model::Record(Rc::new(shape), fields)
}

#[test]
fn reducers_placeholders_and_anys_have_the_blocks_of_their_models() {
    let url = |text: &str| Url(text.to_owned());
    let reducer = Registration::new(
        "url",
        |url: &Url| url.0.clone(),
        |text| Ok::<_, String>(Url(text)),
    );
    let registry = Registry::new();
    registry.register(reducer.version(3)).unwrap();
    registry.enter(|| {
        for length in [20, 60, 1_100, 5_000] {
            let address = "u".repeat(length);
            let held = record("std::reducer::url", 3, &[], vec![text(&address)]);
            let model = record("Page", 0, &["url"], vec![held]);
            agrees(&Page { url: url(&address) }, &model);
        }
    });
    let names = ["type", "reason", "debug"];
    let file = record(
        "std::Placeholder",
        0,
        &names[..2],
        vec![text("std::fs::File"), text("a handle")],
    );
    let shown = vec![text("u8"), text("a number"), text("2")];
    let shown = record("std::Placeholder", 0, &names, shown);
    let model = record("Handle", 0, &["file", "shown"], vec![file, shown]);
    is_modelled(&Handle { file: 1, shown: 2 }, &model);
    let mut random = Random::new(10);
    for _ in 0..2_000 {
        let desc = random.desc(3);
        let any = random.value(&desc, 300);
        if let Some(data) = convert::by_hand(&any) {
            let any = match any {
                any @ Model::Any(_) => any,
                value => Model::Any(Box::new(value)),
            };
            let fields = vec![Model::Unsigned(Bits::B64, 7), any];
            let model = record("Message", 0, &["id", "data"], fields);
            agrees(&Message { id: 7, data }, &model);
        }
    }
}

//! Fields recorded through their serde implementations.

#![allow(
    clippy::disallowed_types,
    reason = "hash maps are recorded in the order of their keys"
)]

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use cideldill::{
    Debuggable, Error, ErrorKind, Limits, Profile, Value, compute_cid, decode, decode_with, encode,
    encode_with,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A type that has one field of a serde type.
#[derive(Debuggable, Debug, PartialEq, Clone)]
struct Held<T> {
    #[debuggable(serde)]
    it: T,
}

fn held<T>(it: T) -> Held<T> {
    Held { it }
}

/// Comes back equal in every profile, and is printed so without its type.
#[track_caller]
fn is_kept<T: Serialize + DeserializeOwned + PartialEq + Debug + Clone>(it: T, printed: &str) {
    let value = held(it.clone());
    comes_back(it);
    // On one line.
    let lines: Vec<String> = tree(&value)
        .to_string()
        .lines()
        .map(|l| l.trim().into())
        .collect();
    let text = lines.join(" ").replace("[ ", "[").replace(", ]", "]");
    assert_eq!(text, printed);
}

#[track_caller]
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug + Clone>(it: T) {
    let value = held(it);
    for profile in [Profile::STANDARD, Profile::WHOLE, Profile::SMALL] {
        let encoded = encode_with(&value, profile).unwrap();
        let back: Held<T> = decode_with(encoded.root(), &encoded, Limits::default()).unwrap();
        assert_eq!(back, value, "{profile:?}");
        let many = vec![value.clone(); 30];
        let encoded = encode_with(&many, profile).unwrap();
        let back: Vec<Held<T>> = decode_with(encoded.root(), &encoded, Limits::default()).unwrap();
        assert_eq!(back, many, "{profile:?}");
    }
}

fn tree<T: Serialize + DeserializeOwned>(value: &Held<T>) -> Value {
    let Value::Record(record) = Value::of(value).unwrap() else {
        panic!("a struct is a record");
    };
    record.get("it").unwrap().clone()
}

/// The type description of what is recorded.
fn desc<T: Serialize + DeserializeOwned>(it: T) -> String {
    tree(&held(it)).desc().to_owned()
}

fn failure<T: Serialize + DeserializeOwned>(it: T) -> Error {
    compute_cid(&held(it)).unwrap_err()
}

#[test]
fn every_kind_of_serdes_data_model_has_its_kind_here() {
    assert_eq!(desc(1_u8), "B");
    assert_eq!(desc(1_u16), "H");
    assert_eq!(desc(1_u32), "I");
    assert_eq!(desc(1_u64), "L");
    assert_eq!(desc(1_u128), "Q");
    assert_eq!(desc(1_i8), "b");
    assert_eq!(desc(1_i16), "h");
    assert_eq!(desc(1_i32), "i");
    assert_eq!(desc(1_i64), "l");
    assert_eq!(desc(1_i128), "q");
    assert_eq!(desc(1.0_f32), "f");
    assert_eq!(desc(1.0_f64), "d");
    assert_eq!(desc(true), "t");
    assert_eq!(desc('x'), "c");
    assert_eq!(desc(String::new()), "s");
    assert_eq!(desc(Bytes(vec![])), "y");
    assert_eq!(desc(()), "n");
    assert_eq!(desc(Unit), "@");
    assert_eq!(desc(Some(1_u8)), "?B");
    assert_eq!(desc(None::<u8>), "?*");
    assert_eq!(desc(Some(Some('x'))), "??c");
    assert_eq!(desc((1_u8, 'x')), "(Bc)");
    assert_eq!(desc(vec!['x', 'y']), "[c");
    assert_eq!(desc(vec![1_u8]), "y");
    assert_eq!(desc(Vec::<u8>::new()), "[*");
    assert_eq!(desc(vec![Some('x'), None]), "[*");
    assert_eq!(desc(BTreeMap::from([(1_u8, 'x')])), "{Bc");
    assert_eq!(desc(BTreeMap::<u8, u8>::new()), "{**");
}

/// Bytes in serde's sense.
#[derive(Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.into()))
            }
        }
        deserializer.deserialize_byte_buf(Visitor)
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Unit;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Empty {}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Newtype(Option<u8>);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Pair(u8, String);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
struct Named {
    small: u8,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    more: Option<Box<Named>>,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Shape {
    Nothing,
    Circle(u32),
    Square(u32, u32),
    Polygon { corners: Vec<(i8, i8)> },
}

fn polygon() -> Shape {
    Shape::Polygon {
        corners: vec![(1, -1), (2, -2)],
    }
}

#[test]
fn plain_items_come_back() {
    is_kept(u128::MAX, &u128::MAX.to_string());
    is_kept(i128::MIN, &i128::MIN.to_string());
    is_kept(-1_i8, "-1");
    is_kept(1.5_f32, "1.5");
    is_kept('\u{4e00}', "'\u{4e00}'");
    is_kept(String::from("text"), "\"text\"");
    is_kept((), "()");
    is_kept((1_u8, true, 'x'), "(1, true, 'x')");
    is_kept(vec![1_u64, 2], "[1, 2]");
    is_kept(vec![vec![1_i32], vec![]], "[[1], []]");
    comes_back("x".repeat(3000));
}

#[test]
fn options_come_back_however_deep() {
    is_kept(None::<u8>, "None");
    is_kept(Some(1_u8), "Some(1)");
    is_kept(Some(None::<u8>), "Some(None)");
    is_kept(Some(Some(())), "Some(Some(()))");
    is_kept(Some(()), "Some(())");
    is_kept(vec![Some(1_u8), None], "[Some(1), None]");
    is_kept(
        vec![Some(Some(1_u8)), Some(None), None],
        "[Some(Some(1)), Some(None), None]",
    );
}

#[test]
fn structs_come_back() {
    is_kept(Unit, "Unit");
    is_kept(Empty {}, "Empty");
    is_kept(Newtype(Some(1)), "Newtype(Some(1))");
    is_kept(Newtype(None), "Newtype(None)");
    is_kept(Pair(1, "x".into()), "Pair(1, \"x\")");
    let inner = Named {
        small: 2,
        ..Named::default()
    };
    let outer = Named {
        small: 1,
        text: "t".into(),
        more: Some(Box::new(inner)),
    };
    is_kept(
        outer,
        "Named { small: 1, text: \"t\", more: Some(Named { small: 2, text: \"\" }) }",
    );
}

#[test]
fn variants_of_every_kind_come_back() {
    is_kept(Shape::Nothing, "Shape::Nothing");
    is_kept(Shape::Circle(1), "Shape::Circle(1)");
    is_kept(Shape::Square(1, 2), "Shape::Square(1, 2)");
    is_kept(polygon(), "Shape::Polygon { corners: [(1, -1), (2, -2)] }");
    is_kept(
        vec![Shape::Nothing, Shape::Circle(1), polygon()],
        "[Shape::Nothing, Shape::Circle(1), Shape::Polygon { corners: [(1, -1), (2, -2)] }]",
    );
    is_kept(Some(Newtype(None)), "Some(Newtype(None))");
    is_kept(Ok::<u8, String>(1), "Result::Ok(1)");
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "type")]
enum InternallyTagged {
    One { number: u8 },
    Two(Named),
    Three,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "t", content = "c")]
enum AdjacentlyTagged {
    One(u8),
    Two(u8, String),
    Three { number: u8 },
    Four,
}

/// As with every format, the first variant that fits is loaded.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Number(u64),
    Shape(Shape),
    Text(String),
    Pair(Pair),
    Many(Vec<Untagged>),
    Named(Named),
    Nothing,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Flat {
    number: u8,
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    others: BTreeMap<String, Untagged>,
}

#[test]
fn other_representations_of_enums_come_back() {
    is_kept(
        vec![
            InternallyTagged::One { number: 1 },
            InternallyTagged::Two(Named::default()),
            InternallyTagged::Three,
        ],
        "[InternallyTagged { type: \"One\", number: 1 }, \
         Named { type: \"Two\", small: 0, text: \"\" }, InternallyTagged { type: \"Three\" }]",
    );
    is_kept(
        vec![
            AdjacentlyTagged::One(1),
            AdjacentlyTagged::Two(1, "x".into()),
            AdjacentlyTagged::Three { number: 3 },
            AdjacentlyTagged::Four,
        ],
        "[AdjacentlyTagged { t: AdjacentlyTagged::One, c: 1 }, \
         AdjacentlyTagged { t: AdjacentlyTagged::Two, c: (1, \"x\") }, \
         AdjacentlyTagged { t: AdjacentlyTagged::Three, c: Three { number: 3 } }, \
         AdjacentlyTagged { t: AdjacentlyTagged::Four }]",
    );
    is_kept(
        vec![
            Untagged::Number(1),
            Untagged::Text("x".into()),
            Untagged::Shape(Shape::Nothing),
            Untagged::Shape(Shape::Square(1, 2)),
            Untagged::Shape(polygon()),
            Untagged::Many(vec![Untagged::Number(2), Untagged::Nothing]),
            Untagged::Pair(Pair(1, "x".into())),
            Untagged::Named(Named::default()),
            Untagged::Nothing,
        ],
        "[1, \"x\", Shape::Nothing, Shape::Square(1, 2), \
         Shape::Polygon { corners: [(1, -1), (2, -2)] }, [2, ()], Pair(1, \"x\"), \
         Named { small: 0, text: \"\" }, ()]",
    );
}

#[test]
fn flattened_fields_come_back() {
    let others = [
        ("a", Untagged::Number(1)),
        ("b", Untagged::Shape(Shape::Circle(2))),
    ];
    let others = others.map(|(name, value)| (name.to_owned(), value));
    let flat = Flat {
        number: 1,
        named: Named::default(),
        others: others.into_iter().collect(),
    };
    is_kept(
        flat,
        "{\"a\": 1, \"b\": Shape::Circle(2), \"number\": 1, \"small\": 0, \"text\": \"\"}",
    );
}

#[test]
fn maps_are_sorted_and_any_key_will_do() {
    let numbers = [300_u32, 2, 70_000, 1];
    let hashed: HashMap<u32, u32> = numbers.iter().map(|n| (*n, *n)).collect();
    let sorted: BTreeMap<u32, u32> = numbers.iter().map(|n| (*n, *n)).collect();
    assert_eq!(
        compute_cid(&held(hashed.clone())).unwrap(),
        compute_cid(&held(sorted)).unwrap()
    );
    is_kept(hashed, "{1: 1, 2: 2, 300: 300, 70000: 70000}");
    let shapes = [polygon(), Shape::Circle(1), Shape::Nothing].map(|shape| (shape, 1_u8));
    is_kept(
        HashMap::from(shapes),
        "{Shape::Circle(1): 1, Shape::Nothing: 1, \
         Shape::Polygon { corners: [(1, -1), (2, -2)] }: 1}",
    );
    let long: BTreeMap<String, Named> = (0..2000)
        .map(|i| (format!("key {i}"), Named::default()))
        .collect();
    let value = held(long);
    let encoded = encode(&value).unwrap();
    assert!(encoded.blocks().len() > 2);
    assert_eq!(
        decode::<Held<BTreeMap<String, Named>>>(encoded.root(), &encoded).unwrap(),
        value
    );
}

#[test]
fn bytes_and_sequences_of_bytes_load_as_either() {
    is_kept(Bytes(vec![1, 2]), r#"b"\x01\x02""#);
    is_kept(Bytes(vec![]), "b\"\"");
    is_kept(vec![1_u8, 2], r#"b"\x01\x02""#);
    is_kept(Vec::<u8>::new(), "[]");
    is_kept([1_u8, 2, 3], "(1, 2, 3)");
}

#[test]
fn serde_data_has_the_bytes_of_the_format() {
    let encoded = encode(&held(vec![Some(1_u8), None])).unwrap();
    let block = encoded.blocks().next().unwrap();
    // Differing options: a sequence of any, in an any.
    let expected = b"\x10\xa1@\x91\x93\xa4Held\xa1*\xa2it\
                     \x92\0\x92\xa2[*\x92\x92\xa2?B\x01\x92\xa2?*\xc0";
    assert_eq!(&**block.bytes(), &expected[..]);
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "std::Duration")]
struct Forged(u8);

#[derive(Serialize, Deserialize)]
#[serde(rename = "std")]
enum ForgedToo {
    Cid(u8),
}

#[test]
fn a_name_that_is_reserved_is_an_error() {
    let error = failure((1, Forged(1)));
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".it.1");
    let error = failure(ForgedToo::Cid(1));
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
}

/// Refuses to be serialized or deserialized.
#[derive(Debug, PartialEq)]
struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("not today"))
    }
}

impl<'de> Deserialize<'de> for Refuses {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("nor tomorrow"))
    }
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Wraps<T> {
    list: Vec<BTreeMap<String, T>>,
}

fn wraps<T>(it: T) -> Wraps<T> {
    Wraps {
        list: vec![BTreeMap::from([("key".to_owned(), it)])],
    }
}

#[track_caller]
fn is_refusal(error: &Error, source: &str, type_name: &str, path: &str) {
    let ErrorKind::Refused { type_name: of, .. } = error.kind() else {
        panic!("{error:?}");
    };
    assert!(of.contains(type_name), "{error}");
    let cause = std::error::Error::source(error).unwrap();
    assert_eq!(cause.to_string(), source);
    assert_eq!(error.path().to_string(), path);
}

#[test]
fn what_an_implementation_refuses_is_an_error_with_its_cause_and_place() {
    is_refusal(&failure(Refuses), "not today", "Refuses", ".it");
    is_refusal(
        &failure(wraps(Refuses)),
        "not today",
        "Refuses",
        ".it.list[0][\"key\"]",
    );
    let encoded = encode(&held(wraps(1_u8))).unwrap();
    let error = decode::<Held<Wraps<Refuses>>>(encoded.root(), &encoded).unwrap_err();
    is_refusal(&error, "nor tomorrow", "Refuses", ".it.list[0][\"key\"]");
    let error = decode::<Held<Wraps<char>>>(encoded.root(), &encoded).unwrap_err();
    let text = "invalid type: integer `1`, expected a character";
    is_refusal(&error, text, "char", ".it.list[0][\"key\"]");
    let error = decode::<Held<Pair>>(encoded.root(), &encoded).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
}

#[test]
fn nothing_is_dropped_silently() {
    let encoded = encode(&held((1_u8, 2_u8, 3_u8))).unwrap();
    let error = decode::<Held<(u8, u8)>>(encoded.root(), &encoded).unwrap_err();
    is_refusal(&error, "1 elements too many", "(u8, u8)", ".it");
}

#[derive(Serialize, Deserialize)]
struct Twice(Vec<(u8, u8)>);

/// A map that gives one key twice.
struct Doubled;

impl Serialize for Doubled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(1, 2), (1, 3)])
    }
}

impl<'de> Deserialize<'de> for Doubled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Twice::deserialize(deserializer).map(|_| Self)
    }
}

#[test]
fn equal_keys_of_a_map_are_an_error() {
    let error = failure(Doubled);
    assert!(
        matches!(error.kind(), ErrorKind::DuplicateKey { .. }),
        "{error}"
    );
}

#[test]
fn data_that_did_not_go_through_serde_before_loads_into_a_serde_field() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Held")]
    struct Before {
        it: Vec<String>,
    }
    let before = Before {
        it: vec!["x".into()],
    };
    let encoded = encode(&before).unwrap();
    let now: Held<Vec<String>> = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(now.it, before.it);
}

#[derive(Serialize, Deserialize)]
struct List(Option<Box<List>>);

#[test]
fn deep_serde_data_does_not_overflow_the_stack() {
    let mut list = List(None);
    for _ in 0..3000 {
        list = List(Some(Box::new(list)));
    }
    let encoded = encode(&held(list)).unwrap();
    let mut back: &List = &decode::<Held<List>>(encoded.root(), &encoded).unwrap().it;
    let mut depth = 0;
    while let Some(next) = &back.0 {
        back = next;
        depth += 1;
    }
    assert_eq!(depth, 3000);
}

/// Lists in lists, as JSON has them: the desc of each holds that of the next.
#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
#[serde(untagged)]
enum Nested {
    Leaf(u8),
    List(Vec<Nested>),
}

#[test]
fn lists_nested_deeper_than_a_desc_can_be() {
    let mut nested = Nested::Leaf(1);
    for _ in 0..200 {
        nested = Nested::List(vec![nested, Nested::List(vec![])]);
    }
    let value = held(nested);
    let encoded = encode(&value).unwrap();
    assert_eq!(
        decode::<Held<Nested>>(encoded.root(), &encoded).unwrap(),
        value
    );

    let mut single = Nested::Leaf(1);
    for _ in 0..200 {
        single = Nested::List(vec![single]);
    }
    let value = held(single);
    let encoded = encode(&value).unwrap();
    assert_eq!(
        decode::<Held<Nested>>(encoded.root(), &encoded).unwrap(),
        value
    );
}

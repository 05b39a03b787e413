//! Laws of trees: what any value, of any kind and depth, must keep.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{
    Cid, ErrorKind, Limits, Path, Profile, Reduce, Segment, compute_cid, decode, decode_with,
    encode_with,
};

const PROFILES: [Profile; 3] = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL];

/// The tree of a typed value encodes as the value does, in every profile.
fn agrees<T: Reduce + ?Sized>(value: &T) {
    for profile in PROFILES {
        let encoded = encode_with(value, profile).unwrap();
        let tree: Value = decode_with(encoded.root(), &encoded, Limits::unlimited())
            .unwrap_or_else(|error| panic!("{profile:?} {error}"));
        let again = encode_with(&tree, profile).unwrap();
        assert_eq!(again, encoded, "{profile:?} {tree}");
        let shallow = Value::shallow(encoded.root(), &encoded).unwrap();
        let again = encode_with(&shallow, profile).unwrap();
        assert_eq!(again.root(), encoded.root(), "{profile:?} {shallow}");
    }
}

#[test]
fn every_kind_encodes_as_its_type() {
    agrees(&());
    agrees(&(true, 'x', 1_u8, 2_u16, 3_u32, 4_u64, u128::MAX, 7_usize));
    agrees(&(-1_i8, i16::MIN, i32::MIN, i64::MIN, i128::MIN, -7_isize));
    agrees(&(1.5_f32, f64::NAN, -0.0_f64, f32::from_bits(0x7fc0_0001)));
    agrees("text");
    agrees(&vec![1_u8, 2]);
    agrees(&(None::<u8>, Some(1_u8), Some(Some(())), Some(None::<String>)));
    agrees(&Vec::<String>::new());
    agrees(&(vec![1_u16], vec![-1_i8], vec![u128::MAX], vec![i128::MIN]));
    agrees(&(vec![1.0_f32], vec![-0.0_f64], vec![1_u32], vec![1_u64]));
    agrees(&(vec![-1_i16], vec![-1_i32], vec![-1_i64], vec!['c', 'd']));
    agrees(&BTreeMap::from([
        ("a".to_owned(), vec![1]),
        ("b".into(), vec![]),
    ]));
    agrees(&BTreeSet::from([(1, 'a'), (1, 'b')]));
}

#[test]
fn values_of_every_length_encode_as_their_types() {
    for n in [1_usize, 15, 16, 100, 1100, 5000, 70_000] {
        agrees(&"x".repeat(n));
        agrees(&Some("x".repeat(n)));
        agrees(&Some(Some("\u{4e00}".repeat(n))));
        agrees(&vec![7_u8; n]);
        agrees(&(0..n).map(|i| i as u64 * 77).collect::<Vec<_>>());
        agrees(&(0..n).map(|i| "y".repeat(i % 90)).collect::<Vec<_>>());
        agrees(
            &(0..n.min(9000))
                .map(|i| (i, i.to_string()))
                .collect::<BTreeMap<_, _>>(),
        );
        agrees(
            &(0..n.min(9000))
                .map(|i| vec![Some(i % 7); i % 50])
                .collect::<BTreeSet<_>>(),
        );
        let long_keys = (0..n.min(40)).map(|i| ("k".repeat(2000) + &i.to_string(), i));
        agrees(&long_keys.collect::<BTreeMap<_, _>>());
    }
}

#[test]
fn a_value_as_a_field_may_be_of_any_type() {
    for n in [1, 30, 2000] {
        let any = vec![Value::from("x".repeat(n)), Value::U8(1), Value::Unit];
        agrees(&any);
        agrees(&Some(Value::from("x".repeat(n))));
        for profile in PROFILES {
            let encoded = encode_with(&any, profile).unwrap();
            let limits = Limits::default();
            let back: Vec<Value> = decode_with(encoded.root(), &encoded, limits).unwrap();
            assert_eq!(back, any);
            let tree: Value = decode_with(encoded.root(), &encoded, limits).unwrap();
            assert_eq!(tree.at_str("[0]").unwrap(), any.first());
        }
    }
    let boxed = Box::new(Value::U8(1));
    assert_eq!(compute_cid(&boxed).unwrap(), compute_cid(&1_u8).unwrap());
}

/// The block of an any in the small profile, read as a root.
fn cut_any(long: Value) -> Value {
    let long = Some(long);
    let encoded = encode_with(&(&long, 1_u8), Profile::SMALL).unwrap();
    let shallow = Value::shallow(encoded.root(), &encoded).unwrap();
    let Some(Value::Option(option)) = shallow.at_str(".0").unwrap() else {
        panic!("{shallow}");
    };
    let Some(Value::Link(link)) = option.get() else {
        panic!("{shallow}");
    };
    assert_eq!(link.desc(), "*");
    assert_eq!(shallow, shallow.clone());
    let any: Value = decode(link.cid(), &encoded).unwrap();
    assert!(matches!(any, Value::Any(_)));
    assert_eq!(any.to_string(), long.as_ref().unwrap().to_string());
    assert_eq!(
        encode_with(&any, Profile::SMALL).unwrap().root(),
        link.cid()
    );
    assert_eq!(any, any.clone());
    any
}

#[test]
fn the_root_of_a_cut_any_is_a_tree_of_its_own() {
    let text = cut_any(Value::from("x".repeat(2000)));
    let numbers = cut_any(Value::sequence((0..100).map(Value::U16)).unwrap());
    assert_ne!(text, numbers);
    assert_eq!(numbers.at_str("[70]").unwrap(), Some(&Value::U16(70)));
    assert_eq!(numbers.at_str("[100]").unwrap(), None);
}

/// A chain of nodes, each in the one before.
fn chain(n: usize) -> Value {
    let mut value = Value::none("@").unwrap();
    for _ in 0..n {
        value = Value::some(Value::record("Node", [("next", value)]).unwrap()).unwrap();
    }
    value
}

#[test]
fn a_million_levels_need_no_stack() {
    let deep = || {
        let value = chain(1_000_000);
        let copy = value.clone();
        assert!(copy == value);
        assert!(compare(&copy, &value) == Some(std::cmp::Ordering::Equal));
        assert!(value.to_string().len() < 100_000);
        assert!(value.display().depth(usize::MAX).to_string().len() < 200_000);
        for profile in [Profile::STANDARD, Profile::WHOLE] {
            let encoded = encode_with(&value, profile).unwrap();
            let back: Value = decode_with(encoded.root(), &encoded, Limits::unlimited()).unwrap();
            assert!(back == value || profile == Profile::STANDARD);
            assert_eq!(encode_with(&back, profile).unwrap().root(), encoded.root());
            let error = decode::<Value>(encoded.root(), &encoded).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread.spawn(deep).unwrap().join().unwrap();
}

#[test]
fn trees_made_by_hand_follow_their_types() {
    let wrong = Value::sequence_of("L", [Value::U64(1), Value::U8(1)]).unwrap_err();
    assert_eq!(wrong.to_string(), "expected L, found B at root[1]");
    let wrong = Value::map_of("s", "L", [(Value::from("a"), Value::Unit)]).unwrap_err();
    assert_eq!(wrong.to_string(), "expected L, found n at root[\"a\"]");
    let twice = Value::map([
        (Value::F64(0.0), Value::Unit),
        (Value::F64(0.0), Value::Unit),
    ]);
    assert!(matches!(
        twice.unwrap_err().kind(),
        ErrorKind::DuplicateKey { .. }
    ));
    let zeros = Value::set([Value::F64(0.0), Value::F64(-0.0), Value::F64(f64::NAN)]).unwrap();
    assert_eq!(zeros.to_string(), "{-0.0, 0.0, NaN}");
    let twice = Value::record("A", [("x", Value::Unit), ("x", Value::Unit)]).unwrap_err();
    assert!(matches!(twice.kind(), ErrorKind::DuplicateField { name } if name == "x"));
    assert!(Value::none("z").is_err() && Value::none("").is_err());
    let mut deep = Value::Unit;
    let error = loop {
        match Value::tuple([deep.clone()]) {
            Ok(deeper) => deep = deeper,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge { .. }),
        "{error}"
    );
    assert_eq!(Value::sequence([Value::U8(1)]).unwrap(), Value::bytes([1]));
    let mixed = Value::sequence([Value::U8(1), Value::Unit]).unwrap();
    assert_eq!(mixed.desc(), "[*");
}

#[test]
fn made_by_hand_or_recorded_is_the_same() {
    let by_hand = Value::tuple([
        Value::map([
            (Value::from("b"), Value::U8(2)),
            (Value::from("a"), Value::U8(1)),
        ])
        .unwrap(),
        Value::some(Value::some(Value::from(1.5)).unwrap()).unwrap(),
    ]);
    let typed = (BTreeMap::from([("a", 1_u8), ("b", 2)]), Some(Some(1.5)));
    assert_eq!(by_hand.unwrap(), Value::of(&typed).unwrap());
}

#[test]
fn floats_are_equal_by_their_bits() {
    assert_eq!(Value::F64(f64::NAN), Value::F64(f64::NAN));
    assert_ne!(Value::F64(0.0), Value::F64(-0.0));
    assert_ne!(Value::U8(1), Value::U16(1));
    assert_ne!(Value::none("B").unwrap(), Value::none("L").unwrap());
}

#[test]
fn names_print_so_that_they_are_taken_for_nothing_else() {
    let record = |tag: &'static str, field: &'static str| {
        let record = Value::record(tag, [(field, Value::from(1_u8))]).unwrap();
        let path: Path = [Segment::Field(field.into())].into_iter().collect();
        assert_eq!(path.to_string().parse(), Ok(path.clone()));
        assert!(record.at(&path).is_some());
        format!("{record} at {path}")
    };
    let plain = "Caf\u{e9} { na\u{ef}ve: 1 } at .na\u{ef}ve";
    assert_eq!(record("Caf\u{e9}", "na\u{ef}ve"), plain);
    assert_eq!(record("shop.Order", "a-b"), "shop.Order { a-b: 1 } at .a-b");
    for (odd, shown) in [
        ("\u{1b}[2J", r"\u{1b}[2J"),
        ("\u{202e}x", r"\u{202e}x"),
        ("a\nb", r"a\nb"),
        ("\u{9b}1m", r"\u{9b}1m"),
    ] {
        let expected = format!(r#""{shown}" {{ "{shown}": 1 }} at .["{shown}"]"#);
        assert_eq!(record(odd, odd), expected);
    }
    let expected = r#"A { "b: 2, c": 1 } at .["b: 2, c"]"#;
    assert_eq!(record("A", "b: 2, c"), expected);
}

#[test]
fn short_values_print_on_one_line_and_long_ones_on_several() {
    let line = |price: u32| Value::record("Line", [("price", Value::U32(price))]).unwrap();
    let order = |n: u32| {
        let lines = Value::sequence((0..n).map(line)).unwrap();
        let note = Value::some(Value::from("a \"note\"")).unwrap();
        Value::record(
            "Order",
            [("id", Value::U64(7)), ("lines", lines), ("note", note)],
        )
        .unwrap()
    };
    assert_eq!(
        order(1).to_string(),
        r#"Order { id: 7, lines: [Line { price: 0 }], note: Some("a \"note\"") }"#
    );
    assert_eq!(
        order(9).display().items(5).to_string(),
        "Order {
    id: 7,
    lines: [
        Line { price: 0 },
        Line { price: 1 },
        Line { price: 2 },
        Line { price: 3 },
        Line { price: 4 },
        ..
    ],
    note: Some(\"a \\\"note\\\"\"),
}"
    );
    let shown = order(9)
        .display()
        .items(2)
        .depth(1)
        .text(3)
        .width(usize::MAX)
        .to_string();
    assert_eq!(shown, "Order { id: 7, lines: [..], .. }");
    assert!(
        order(100_000)
            .display()
            .items(usize::MAX)
            .bytes(1000)
            .to_string()
            .len()
            < 1200
    );
    let map = Value::of(&BTreeMap::from([("k", "v".repeat(300))])).unwrap();
    assert_eq!(map.display().text(5).to_string(), r#"{"k": "vvvvv"..}"#);
    let one = Value::tuple([Value::Char('\'')]).unwrap();
    assert_eq!(one.to_string(), r"('\'',)");
}

#[test]
fn text_for_errors_keeps_its_length_and_closes_its_brackets() {
    let value = vec![
        (
            "name".repeat(50),
            BTreeMap::from([("key", vec![1_u64; 100])])
        );
        10
    ];
    for max in [20, 40, 80, 200] {
        let text = short_text(&value, max);
        assert!(text.len() <= max, "{text}");
        let path = format!("[{text}]");
        assert!(path.parse::<Path>().is_ok(), "{path}");
    }
    assert_eq!(short_text(&(1, "x"), 80), "(1, \"x\")");
}

#[test]
fn a_path_finds_fields_elements_keys_and_what_is_in_options() {
    let value = Value::record(
        "A",
        [
            ("list", Value::of(&vec![Some((1_u8, "x"))]).unwrap()),
            (
                "odd name",
                Value::of(&BTreeMap::from([(7_i32, 'a'), (-7, 'b')])).unwrap(),
            ),
            (
                "keys",
                Value::of(&BTreeMap::from([((1, "a ] b"), 'c')])).unwrap(),
            ),
            ("set", Value::of(&BTreeSet::from(["x", "y"])).unwrap()),
        ],
    )
    .unwrap();
    for (path, found) in [
        (".list[0].1", Some(Value::from("x"))),
        (".list[1]", None),
        (".[\"odd name\"][7]", Some(Value::Char('a'))),
        (".[\"odd name\"][-7]", Some(Value::Char('b'))),
        (".keys[(1, \"a ] b\")]", Some(Value::Char('c'))),
        (".set[1]", Some(Value::from("y"))),
        (".set[\"x\"]", Some(Value::from("x"))),
        (".none", None),
        ("", Some(value.clone())),
    ] {
        assert_eq!(value.at_str(path).unwrap(), found.as_ref(), "{path}");
    }
    for wrong in ["x", ".", "[", "[]", "[1", ".a..b", ".[a]", "[1)", " .a"] {
        assert!(value.at_str(wrong).is_err(), "{wrong}");
    }
}

struct One(crate::Block);
impl crate::BlockSource for One {
    fn load_many(&self, _: &[Cid]) -> Result<Vec<std::sync::Arc<[u8]>>, crate::Error> {
        Ok(vec![self.0.bytes().clone()])
    }
}

#[test]
fn an_error_says_where_in_the_tree() {
    let value = Value::record("A", [("x", Value::of(&(1_u8, vec!["a", "b"])).unwrap())]).unwrap();
    let encoded = encode_with(&value, Profile::WHOLE).unwrap();
    let block = encoded.blocks().next().unwrap();
    let mut bytes = block.bytes().to_vec();
    // The last character becomes half of one.
    *bytes.last_mut().unwrap() = 0xff;
    let broken = crate::Block::new(bytes);
    let cid = broken.cid();
    let error = decode::<Value>(cid, &One(broken)).unwrap_err();
    assert_eq!(error.path().to_string(), ".x.1[1]");
}

#[test]
fn packed_numbers_count_as_items_in_a_tree() {
    for n in [10, 100_000] {
        let encoded = encode_with(&vec![1_i8; n], Profile::STANDARD).unwrap();
        let limits = |items| Limits::default().with_items(items);
        let read = |items| decode_with::<Value>(encoded.root(), &encoded, limits(items));
        assert!(read(n as u64).is_ok());
        let error = read(n as u64 - 1).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
    }
}

/// Any tree of moderate size.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Unit),
        any::<bool>().prop_map(Value::from),
        any::<char>().prop_map(Value::from),
        any::<u8>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<u128>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        any::<i128>().prop_map(Value::from),
        any::<u32>().prop_map(|bits| Value::F32(f32::from_bits(bits))),
        any::<u64>().prop_map(|bits| Value::F64(f64::from_bits(bits))),
        ".{0,90}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..90).prop_map(Value::bytes),
        prop::collection::vec(any::<i32>(), 0..40).prop_map(|numbers| Value::of(&numbers).unwrap()),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let many = || prop::collection::vec(inner.clone(), 0..6);
        prop_oneof![
            inner.clone().prop_map(|value| Value::some(value).unwrap()),
            inner
                .clone()
                .prop_map(|value| Value::none(value.desc()).unwrap()),
            many().prop_map(|values| Value::sequence(values).unwrap()),
            inner
                .clone()
                .prop_map(|value| Value::sequence(vec![value; 9]).unwrap()),
            many().prop_map(|values| Value::tuple(values).unwrap()),
            many().prop_map(|values| Value::tuple_record("Tuple", values)),
            many().prop_map(|values| {
                let names = ('a'..).map(String::from);
                Value::record("Enum::Variant", names.zip(values)).unwrap()
            }),
            (many(), many()).prop_map(|(keys, values)| {
                Value::map(keys.into_iter().zip(values)).unwrap_or(Value::Unit)
            }),
            many().prop_map(|values| Value::set(values).unwrap_or(Value::Unit)),
        ]
    })
}

proptest! {
    #[test]
    fn any_tree_comes_back_equal_and_with_the_same_blocks(value in any_value()) {
        for profile in PROFILES {
            let encoded = encode_with(&value, profile).unwrap();
            let back: Value = decode_with(encoded.root(), &encoded, Limits::default()).unwrap();
            // An option around a part that was cut is recorded as the part alone.
            let is_bare = matches!(value, Value::Option(_)) && back.desc() != value.desc();
            prop_assert!(back == value || is_bare, "{} {}", back, value);
            prop_assert_eq!(&encode_with(&back, profile).unwrap(), &encoded);
            prop_assert_eq!(value.clone(), value.clone());
        }
        prop_assert!(value.to_string().len() < 100_000);
    }

    #[test]
    fn the_order_of_trees_is_that_of_their_bytes(a in any_value(), b in any_value()) {
        // Sets are written in the order found on trees and read with checks on bytes.
        if let Ok(set) = Value::set_of("*", [a.clone(), b.clone()]) {
            let encoded = encode_with(&set, Profile::WHOLE).unwrap();
            let back = decode::<Value>(encoded.root(), &encoded).unwrap();
            prop_assert_eq!(back, set);
        } else {
            prop_assert_eq!(a, b);
        }
    }

    #[test]
    fn a_path_comes_back_from_its_text(
        fields in prop::collection::vec("\\PC{1,5}|.{1,3}|[a-z]{1,4}", 0..5),
        key in any_value(),
        index in any::<u64>(),
    ) {
        let mut path = Path::root();
        for field in fields {
            path.push(crate::Segment::Field(field.into()));
        }
        path.push(crate::Segment::Index(index));
        let text = key_text(&key);
        let key = match text.parse::<u64>() {
            Ok(number) => crate::Segment::Index(number),
            Err(_) => crate::Segment::Key(text),
        };
        path.push(key);
        let text = path.to_string();
        prop_assert_eq!(text.parse::<Path>(), Ok(path), "{}", text);
    }
}

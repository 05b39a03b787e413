//! Reading (requirements, group 6): with the type and without it.

use std::collections::{BTreeMap, BTreeSet};

use cideldill::{Debuggable, Encoded, Profile, Reconstruct, Value, decode, encode, encode_with};
use proptest::prelude::*;

use crate::support::{assert_comes_back, cid, loaded, long_text};

/// What is loaded as the type of the first value.
fn loaded_like<T: Reconstruct>(_: &T, encoded: &Encoded) -> T {
    loaded(encoded).unwrap()
}

#[test]
fn deserialize_basic_types() {
    macro_rules! reads {
        ($($value:expr => $tree:expr),* $(,)?) => {$(
            let encoded = encode(&$value).unwrap();
            assert_eq!(loaded_like(&$value, &encoded), $value);
            assert_eq!(loaded::<Value>(&encoded).unwrap(), $tree);
        )*};
    }
    reads! {
        7_u8 => Value::U8(7),
        -7_i16 => Value::I16(-7),
        u64::MAX => Value::U64(u64::MAX),
        i128::MIN => Value::I128(i128::MIN),
        true => Value::Bool(true),
        'x' => Value::Char('x'),
        () => Value::Unit,
        "text".to_owned() => Value::from("text"),
    }
    let encoded = encode(&1.5_f32).unwrap();
    assert_eq!(
        loaded::<f32>(&encoded).unwrap().to_bits(),
        1.5_f32.to_bits()
    );
    assert_eq!(loaded::<Value>(&encoded).unwrap(), Value::F32(1.5));
    // A whole number reads as a wider one, and never as a narrower one.
    let encoded = encode(&300_u16).unwrap();
    assert_eq!(loaded::<u64>(&encoded).unwrap(), 300);
    assert!(loaded::<u8>(&encoded).is_err());
    assert!(loaded::<String>(&encoded).is_err());
}

#[test]
fn deserialize_collections() {
    let list = vec![Some("a".to_owned()), None];
    assert_comes_back(&list);
    let tree: Value = loaded(&encode(&list).unwrap()).unwrap();
    assert_eq!(tree.to_string(), "[Some(\"a\"), None]");
    let map = BTreeMap::from([
        ("k".to_owned(), BTreeSet::from([1_u8, 2])),
        (String::new(), BTreeSet::new()),
    ]);
    assert_comes_back(&map);
    let tree: Value = loaded(&encode(&map).unwrap()).unwrap();
    assert_eq!(
        tree.at_str("[\"k\"]").unwrap(),
        Some(&Value::of(&BTreeSet::from([1_u8, 2])).unwrap())
    );
}

#[derive(Debuggable, Debug, PartialEq, Clone)]
struct Instance {
    id: u64,
    kind: Kind,
    parts: BTreeMap<String, Instance>,
}

#[derive(Debuggable, Debug, PartialEq, Clone)]
enum Kind {
    Plain,
    Numbered(i32, f64),
    Named { name: String },
}

#[test]
fn deserialize_class_instance() {
    let leaf = |id, kind| Instance {
        id,
        kind,
        parts: BTreeMap::new(),
    };
    let mut instance = leaf(1, Kind::Named { name: "top".into() });
    instance.parts.insert("a".into(), leaf(2, Kind::Plain));
    instance
        .parts
        .insert("b".into(), leaf(3, Kind::Numbered(-1, 0.5)));
    assert_comes_back(&instance);
    let tree: Value = loaded(&encode(&instance).unwrap()).unwrap();
    let Some(Value::Record(kind)) = tree.at_str(".parts[\"b\"].kind").unwrap() else {
        panic!("{tree}");
    };
    assert_eq!(kind.tag(), "Kind::Numbered");
    assert_eq!(kind.fields(), [Value::I32(-1), Value::F64(0.5)]);
}

fn instance() -> impl Strategy<Value = Instance> {
    let kind = prop_oneof![
        Just(Kind::Plain),
        (any::<i32>(), -1e9..1e9).prop_map(|(a, b)| Kind::Numbered(a, b)),
        (any::<String>(), 0_usize..120).prop_map(|(text, n)| Kind::Named {
            name: text.repeat(n)
        }),
    ];
    let leaf = (any::<u64>(), kind.clone()).prop_map(|(id, kind)| Instance {
        id,
        kind,
        parts: BTreeMap::new(),
    });
    leaf.prop_recursive(4, 60, 6, move |inner| {
        let parts = proptest::collection::btree_map("[a-z]{0,40}", inner, 0..12);
        (any::<u64>(), kind.clone(), parts).prop_map(|(id, kind, parts)| Instance {
            id,
            kind,
            parts,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn roundtrip_equality(value in instance()) {
        for profile in [Profile::STANDARD, Profile::WHOLE, Profile::SMALL] {
            let encoded = encode_with(&value, profile).unwrap();
            let back: Instance = decode(encoded.root(), &encoded).unwrap();
            prop_assert_eq!(&back, &value);
            prop_assert_eq!(encode_with(&back, profile).unwrap(), encoded.clone());
            let tree: Value = decode(encoded.root(), &encoded).unwrap();
            prop_assert_eq!(encode_with(&tree, profile).unwrap(), encoded);
        }
    }
}

/// A value of many blocks, several levels deep, through a store on disk.
#[test]
fn roundtrip_with_decomposition() {
    let part = |n: u64| Instance {
        id: n,
        kind: Kind::Named {
            name: long_text(n as usize * 20),
        },
        parts: BTreeMap::new(),
    };
    let mut value = part(0);
    for level in 0..5_u64 {
        let mut outer = part(level);
        outer.parts = (0..40).map(|n| (format!("part {n}"), part(n))).collect();
        outer.parts.insert("inner".into(), value);
        value = outer;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = {
        let store = cideldill::Store::open(folder.path().join("store")).unwrap();
        let put = store.put_reporting(&value).unwrap();
        assert!(put.report.blocks > 20, "{put:?}");
        put.cid
    };
    assert_eq!(root, cid(&value));
    let store = cideldill::Store::open(folder.path().join("store")).unwrap();
    assert_eq!(store.load::<Instance>(root).unwrap(), value);
    assert_comes_back(&value);
}

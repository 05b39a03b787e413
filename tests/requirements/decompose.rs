//! What is taken apart, and what is not (requirements, group 4). Sizes at the cut are in [`dag`].
//!
//! [`dag`]: crate::dag

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cideldill::{Cid, Debuggable, Encoded, Profile, Store, Value, encode, encode_with};

use crate::support::{assert_comes_back, assert_dag, bytes_of, cid, dag, long_text};

/// Asserts that a long value is many blocks, none of them long, and comes back; and that a small
/// change makes few new ones.
#[track_caller]
fn assert_taken_apart<T: Debuggable + PartialEq + Debug>(value: &T, changed: &T) {
    let encoded = encode(value).unwrap();
    let n = encoded.blocks().len();
    assert!(n > 20, "{n} blocks");
    for block in encoded.blocks() {
        assert!(block.bytes().len() < 6_000, "{}", block.bytes().len());
    }
    assert_comes_back(value);
    let before: BTreeSet<Cid> = encoded.blocks().map(|block| block.cid()).collect();
    let after = encode(changed).unwrap();
    let new = after
        .blocks()
        .filter(|block| !before.contains(&block.cid()));
    let new = new.count();
    assert!((1..=8).contains(&new), "{new} of {n} blocks are new");
}

#[test]
fn decompose_small_object_unchanged() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Small {
        id: u64,
        names: Vec<String>,
    }
    let small = Small {
        id: 1,
        names: vec!["a".into(), "b".into()],
    };
    let encoded = encode(&small).unwrap();
    assert_eq!(encoded.blocks().len(), 1);
    assert!(
        cideldill::links(&bytes_of(&encoded, encoded.root()))
            .unwrap()
            .is_empty()
    );
    assert_comes_back(&small);
}

#[test]
fn decompose_large_list() {
    let list: Vec<String> = (0..2_000)
        .map(|n| format!("element {n} {}", n * n))
        .collect();
    let mut changed = list.clone();
    changed[1_000].push('!');
    assert_taken_apart(&list, &changed);
    let mut longer = list.clone();
    longer.insert(1_000, "new".into());
    assert_taken_apart(&list, &longer);
}

#[test]
fn decompose_large_dict() {
    let map: BTreeMap<String, u64> = (0..5_000).map(|n| (format!("key {n}"), n * n)).collect();
    let mut changed = map.clone();
    *changed.get_mut("key 777").unwrap() += 1;
    assert_taken_apart(&map, &changed);
    changed.remove("key 778");
    changed.insert("key 777 and a half".into(), 0);
    assert_taken_apart(&map, &changed);
}

#[test]
fn decompose_large_tuple() {
    let text = |n: usize| long_text(1_200 + n);
    let tuple = (text(0), text(1), (text(2), text(3)), 5_u8);
    assert_dag(
        &tuple,
        "(ss(ss)B) 283
           s 1207
           s 1208
           s 1209
           s 1210",
    );
}

#[test]
fn decompose_large_set() {
    let set: BTreeSet<String> = (0..5_000).map(|n| format!("element {n}")).collect();
    let mut changed = set.clone();
    changed.remove("element 777");
    assert_taken_apart(&set, &changed);
}

#[derive(Debuggable, Debug, PartialEq, Clone)]
struct Holder {
    name: String,
    big: Vec<u64>,
    small: (u8, u8),
    note: Option<String>,
}

fn holder() -> Holder {
    Holder {
        name: "h".into(),
        big: (0..400).map(|n| n * 1_000_003).collect(),
        small: (1, 2),
        note: Some(long_text(3_000)),
    }
}

#[test]
fn decompose_class_instance() {
    assert_dag(
        &holder(),
        "@ 183
           [L 3208
           s 3007",
    );
}

#[test]
fn decompose_nested_structure() {
    let nested: BTreeMap<String, Vec<Holder>> = ["a", "b"]
        .map(|key| (key.to_owned(), vec![holder(); 9]))
        .into();
    let shown = dag(&encode(&nested).unwrap());
    assert!(
        shown.contains("again") || shown.lines().count() < 10,
        "{shown}"
    );
    assert_comes_back(&nested);
    // Only what lies on the way to a change is new.
    let mut changed = nested.clone();
    changed.get_mut("b").unwrap()[3].big[7] += 1;
    let all = |value| -> BTreeSet<Cid> {
        encode(value)
            .unwrap()
            .blocks()
            .map(|block| block.cid())
            .collect()
    };
    let new = all(&changed).difference(&all(&nested)).count();
    assert_eq!(new, 3, "the numbers, the sequence that holds them, the map");
}

/// Parts below the cut are in their holder's bytes, as they are.
#[test]
fn decompose_preserves_small_values() {
    let value = vec![
        ("small text".to_owned(), long_text(2_000)),
        ("other".into(), String::new()),
    ];
    let encoded = encode(&value).unwrap();
    let root = bytes_of(&encoded, encoded.root());
    for small in ["small text", "other"] {
        assert!(
            root.windows(small.len())
                .any(|bytes| bytes == small.as_bytes())
        );
    }
    assert_eq!(encoded.blocks().len(), 2);
    let shallow = Value::shallow(encoded.root(), &encoded).unwrap();
    assert_eq!(
        shallow.at_str("[0].0").unwrap(),
        Some(&Value::from("small text"))
    );
    assert!(matches!(
        shallow.at_str("[0].1").unwrap(),
        Some(Value::Link(_))
    ));
}

/// The blocks are all there is: each reached from the root, each named by its bytes, and enough for
/// a store that had nothing.
#[test]
fn decompose_generates_components() {
    let value = vec![holder(); 3];
    let encoded = encode(&value).unwrap();
    for block in encoded.blocks() {
        assert_eq!(Cid::of(block.bytes()), block.cid());
    }
    dag(&encoded);
    let store = Store::in_memory();
    let blocks: Vec<_> = encoded.blocks().collect();
    store.blocks().put_many(&blocks).unwrap();
    assert_eq!(store.load::<Vec<Holder>>(encoded.root()).unwrap(), value);
}

#[test]
fn decompose_cidref_serializable() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Bookmark {
        target: Cid,
        more: Vec<Cid>,
    }
    let target = cid(&long_text(5_000));
    let bookmark = Bookmark {
        target,
        more: (0..200_u8).map(|n| cid(&n)).collect(),
    };
    let encoded = encode(&bookmark).unwrap();
    // A CID that stands in a value is data: no block is linked by it, and none is missed.
    let links: Vec<Cid> = encoded
        .blocks()
        .flat_map(|block| cideldill::links(block.bytes()).unwrap())
        .collect();
    assert!(!links.contains(&target));
    assert_comes_back(&bookmark);
}

#[test]
fn decompose_shared_component_deduped() {
    let text = long_text(3_000);
    let (once, hundred) = (vec![&text], vec![&text; 14]);
    let blocks = |encoded: &Encoded| encoded.blocks().len();
    assert_eq!(blocks(&encode(&once).unwrap()), 2);
    assert_eq!(blocks(&encode(&hundred).unwrap()), 2);
    let store = Store::in_memory();
    let first = store.put_reporting(&once).unwrap().report;
    assert_eq!((first.blocks, first.new_blocks), (2, 2));
    let second = store.put_reporting(&hundred).unwrap().report;
    assert_eq!(
        (second.blocks, second.new_blocks),
        (2, 1),
        "only the sequence is new"
    );
    assert_eq!(
        store.load::<Vec<String>>(cid(&hundred)).unwrap(),
        vec![text.clone(); 14]
    );
}

/// The cut belongs to the profile, and the profile is the first byte.
#[test]
fn decompose_threshold_configurable() {
    let blocks = |profile, length: usize| {
        let part = ("x".repeat(length - 3), 0_u8);
        encode_with(&part, profile).unwrap().blocks().len()
    };
    assert_eq!(
        [1_023, 1_024, 1_025].map(|n| blocks(Profile::STANDARD, n)),
        [1, 2, 2]
    );
    assert_eq!(
        [1_023, 1_024, 1_025].map(|n| blocks(Profile::WHOLE, n)),
        [1, 1, 1]
    );
    assert_eq!(
        encode_with(&long_text(1 << 20), Profile::WHOLE)
            .unwrap()
            .blocks()
            .len(),
        1
    );
    // A string of 61 bytes has a header of two.
    let small = |length: usize| {
        let part = ("x".repeat(length - 2), 0_u8);
        encode_with(&part, Profile::SMALL).unwrap().blocks().len()
    };
    assert_eq!([63, 64, 65].map(small), [1, 2, 2]);
}

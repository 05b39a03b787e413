//! D14: sets and slots were never split, large keys raised, and named tuples, counters and ordered
//! maps came back as other types. Here every kind of container is split and comes back as what it
//! was. (Shared pointers: with `Rc` and `Arc`.)

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::Debug;

use cideldill::{Debuggable, encode};

use crate::support::{load_as, long_text};

/// A container of 200 different texts of about 200 bytes: 40 KB.
fn texts() -> Vec<String> {
    (0..200)
        .map(|n| format!("{n} {}", long_text(200)))
        .collect()
}

#[track_caller]
fn assert_taken_apart<T: Debuggable + PartialEq + Debug>(value: &T) {
    let name = std::any::type_name::<T>();
    let encoded = encode(value).unwrap();
    assert!(
        encoded.blocks().len() > 5,
        "{name}: {} blocks",
        encoded.blocks().len()
    );
    for block in encoded.blocks() {
        assert!(
            block.bytes().len() < 6_000,
            "{name}: {}",
            block.bytes().len()
        );
    }
    assert!(load_as::<T>(value).unwrap() == *value, "{name}");
}

#[derive(Debuggable, Debug, PartialEq)]
struct Named {
    first: Vec<String>,
    second: BTreeSet<String>,
}

#[derive(Debuggable, Debug, PartialEq)]
struct Point(String, Vec<String>);

#[derive(Debuggable, Debug, PartialEq)]
struct Counter(BTreeMap<String, u64>);

#[derive(Debuggable, Debug, PartialEq)]
enum Either {
    Left(Vec<String>),
    Right { set: HashSet<String> },
}

#[test]
fn every_kind_of_container() {
    assert_taken_apart(&texts());
    assert_taken_apart(&VecDeque::from(texts()));
    assert_taken_apart(&texts().into_iter().collect::<LinkedList<_>>());
    assert_taken_apart(&<[String; 200]>::try_from(texts()).unwrap());
    assert_taken_apart(&texts().into_iter().collect::<BTreeSet<_>>());
    assert_taken_apart(&texts().into_iter().collect::<HashSet<_>>());
    let pairs = || texts().into_iter().zip(0_u64..);
    assert_taken_apart(&pairs().collect::<BTreeMap<_, _>>());
    assert_taken_apart(&pairs().collect::<HashMap<_, _>>());
    assert_taken_apart(&Counter(pairs().collect()));
    assert_taken_apart(&BTreeMap::from([(texts(), texts())]));
    assert_taken_apart(&Some(texts()));
    assert_taken_apart(&(texts(), 1_u8));
    assert_taken_apart(&Ok::<Vec<String>, u8>(texts()));
    assert_taken_apart(&Named {
        first: texts(),
        second: texts().into_iter().collect(),
    });
    assert_taken_apart(&Point(long_text(9_000), texts()));
    assert_taken_apart(&Either::Left(texts()));
    assert_taken_apart(&Either::Right {
        set: texts().into_iter().collect(),
    });
    assert_taken_apart(&long_text(40_000));
    assert_taken_apart(&long_text(40_000).into_bytes());
    assert_taken_apart(&(0..10_000).collect::<Vec<u64>>());
    let heap = BinaryHeap::from(texts());
    let back: BinaryHeap<String> = load_as(&heap).unwrap();
    assert_eq!(back.into_sorted_vec(), heap.into_sorted_vec());
}

#[test]
fn keys_of_any_length() {
    let key = |n: usize| (texts().split_off(n), long_text(2_000 + n));
    let map: BTreeMap<_, u8> = (0..12).map(|n| (key(n * 15), 1)).collect();
    assert_taken_apart(&map);
    let set: HashSet<_> = map.keys().cloned().collect();
    assert_taken_apart(&set);
}

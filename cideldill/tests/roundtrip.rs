//! Values come back equal from their blocks, in every profile.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "any values will do"
)]
#![expect(clippy::disallowed_types, reason = "hash maps are under test")]

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::fmt::Debug;

use cideldill::{Limits, Profile, Reconstruct, compute_cid, decode_with, encode_with};

fn comes_back<T: Reconstruct + PartialEq + Debug>(value: &T) {
    for profile in [Profile::STANDARD, Profile::WHOLE, Profile::SMALL] {
        let encoded = encode_with(value, profile).unwrap();
        let back: T =
            decode_with(encoded.root(), &encoded, Limits::default()).unwrap_or_else(|error| {
                panic!("{profile:?} {:?}: {error}", std::any::type_name::<T>())
            });
        assert!(&back == value, "{profile:?} {}", std::any::type_name::<T>());
    }
    let encoded = encode_with(value, Profile::STANDARD).unwrap();
    assert_eq!(compute_cid(value).unwrap(), encoded.root());
}

#[test]
fn sequences_of_every_length() {
    for n in [0_u64, 1, 15, 16, 17, 100, 1000, 5000, 100_000] {
        comes_back(&(0..n).collect::<Vec<_>>());
        comes_back(&(0..n).map(|i| i.to_string()).collect::<Vec<_>>());
        comes_back(&(0..n).map(|i| i as u8).collect::<Vec<_>>());
        comes_back(&(0..n).map(|i| Some(i as i32)).collect::<VecDeque<_>>());
        comes_back(&(0..n).map(|i| (i % 3 == 0, i as f32)).collect::<Vec<_>>());
    }
}

#[test]
fn maps_and_sets_of_every_length() {
    for n in [0_u64, 1, 15, 16, 17, 100, 1000, 50_000] {
        comes_back(
            &(0..n)
                .map(|i| (i, i.to_string()))
                .collect::<BTreeMap<_, _>>(),
        );
        comes_back(
            &(0..n)
                .map(|i| (i.to_string(), i))
                .collect::<HashMap<_, _>>(),
        );
        comes_back(&(0..n).map(|i| vec![i.to_string()]).collect::<BTreeSet<_>>());
    }
}

/// Longer than what waits in memory at a time, and each value a block of its own.
#[test]
fn long_maps_of_long_values() {
    let map: BTreeMap<u32, String> = (0..3_000).map(|i| (i, format!("{i:>1100}"))).collect();
    comes_back(&map);
}

#[test]
fn text_of_every_length() {
    for n in [
        0, 1, 31, 32, 255, 256, 1020, 1021, 1022, 16_000, 17_000, 200_000,
    ] {
        comes_back(&"a".repeat(n));
        comes_back(&"\u{fc}\u{4e00}x".repeat(n / 4));
        comes_back(
            &(0..n)
                .map(|i| char::from((i * i % 91) as u8 + 32))
                .collect::<String>(),
        );
        comes_back(&vec!["x".repeat(n); 3]);
        comes_back(&Some(Some("x".repeat(n))));
        comes_back(&Some("x".repeat(n)));
    }
}

#[test]
fn parts_that_are_cut_inside_parts_that_are_chunked() {
    let record = |i: usize| {
        (
            i as u32,
            "some text ".repeat(i % 200),
            vec![i as u64; i % 300],
        )
    };
    comes_back(&(0..2000).map(record).collect::<Vec<_>>());
    let map: BTreeMap<String, Vec<(u32, String, Vec<u64>)>> = (0..300)
        .map(|i| {
            (
                format!("{i:->width$}", width = i * 7),
                (0..i % 20).map(record).collect(),
            )
        })
        .collect();
    comes_back(&map);
}

#[test]
fn heaps_are_sorted() {
    let heap: BinaryHeap<u32> = [3, 1, 2, 3].into();
    let encoded = encode_with(&heap, Profile::STANDARD).unwrap();
    let sorted: Vec<u32> = decode_with(encoded.root(), &encoded, Limits::default()).unwrap();
    assert_eq!(sorted, [1, 2, 3, 3]);
}

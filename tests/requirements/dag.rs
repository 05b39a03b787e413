//! What becomes a block of its own, for each kind of composite at the cut (B12): one byte below
//! 1,024 it stays in place, from 1,024 on it is moved out. One line a block: desc and length.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cideldill::{Debuggable, encode};

use crate::support::{assert_dag, cid, dag, long_text};

/// `part` gives a part whose length is the number given.
#[track_caller]
fn assert_cut_at_1_024<T: Debuggable + PartialEq + Debug>(part: impl Fn(usize) -> T) {
    let blocks = |length| encode(&(part(length), 0_u8)).unwrap().blocks().len();
    assert_eq!(blocks(1_023), 1);
    assert_eq!(blocks(1_024), 2);
    assert_eq!(blocks(1_025), 2);
    // The block of the part is the part's own.
    let held = encode(&(part(1_024), 0_u8)).unwrap();
    assert!(held.blocks().any(|block| block.cid() == cid(&part(1_024))));
    for length in [1_023, 1_024, 1_025] {
        crate::support::assert_comes_back(&(part(length), 0_u8));
    }
}

fn x(length: usize) -> String {
    "x".repeat(length)
}

/// Ten strings in a sequence of this length: a header, nine of 102 bytes, and the last.
fn ten(length: usize) -> Vec<String> {
    let mut strings: Vec<String> = (0..9).map(|n| format!("{n}{}", x(99))).collect();
    strings.push(x(length - 1 - 9 * 102 - 2));
    strings
}

#[test]
fn dag_of_vec() {
    assert_cut_at_1_024(ten);
    assert_dag(&(ten(1_023), 0_u8), "([sB) 1033");
    assert_dag(
        &(ten(1_024), 0_u8),
        "([sB) 77
           [s 1029",
    );
}

#[test]
fn dag_of_array() {
    assert_cut_at_1_024(|length| <[String; 10]>::try_from(ten(length)).unwrap());
}

#[test]
fn dag_of_set() {
    assert_cut_at_1_024(|length| ten(length).into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn dag_of_map() {
    // One byte a key more than the sequence.
    let map = |length: usize| -> BTreeMap<u8, String> { (0..).zip(ten(length - 10)).collect() };
    assert_cut_at_1_024(map);
    assert_dag(
        &(map(1_024), 0_u8),
        "({BsB) 78
           {Bs 1030",
    );
}

#[test]
fn dag_of_tuple() {
    let tuple = |length: usize| (x(500), x(length - 1 - 503 - 3));
    assert_cut_at_1_024(tuple);
    assert_dag(
        &(tuple(1_024), 0_u8),
        "((ss)B) 79
           (ss) 1031",
    );
}

#[derive(Debuggable, Debug, PartialEq)]
struct Pair {
    a: String,
    b: String,
}

#[test]
fn dag_of_struct() {
    let pair = |length: usize| Pair {
        a: x(500),
        b: x(length - 2 - 503 - 3),
    };
    assert_cut_at_1_024(pair);
    // The table of shapes stays with the struct.
    assert_dag(
        &(pair(1_024), 0_u8),
        "(@B) 76
           @ 1041",
    );
    assert_dag(&(pair(1_023), 0_u8), "(@B) 1045");
}

#[derive(Debuggable, Debug, PartialEq)]
enum Shape {
    Named { a: String, b: String },
    Plain(String, String),
    Empty,
}

#[test]
fn dag_of_enum() {
    assert_cut_at_1_024(|length| Shape::Named {
        a: x(500),
        b: x(length - 2 - 503 - 3),
    });
    assert_cut_at_1_024(|length| Shape::Plain(x(500), x(length - 2 - 503 - 3)));
    assert_dag(
        &vec![
            Shape::Plain(x(600), x(600)),
            Shape::Empty,
            Shape::Plain(x(600), x(600)),
        ],
        "[@ 156
           @ 1229
           @ 1229 again",
    );
}

#[test]
fn dag_of_nested_option() {
    // A wrapped option has a header of its own; what is cut inside it makes it short again.
    let option = |length: usize| Some(Some(x(length - 1 - 3)));
    let blocks = |length| encode(&(option(length), 0_u8)).unwrap().blocks().len();
    assert_eq!([1_023, 1_024, 1_025].map(blocks), [1, 2, 2]);
    assert_dag(
        &(option(1_024), 0_u8),
        "(??sB) 78
           ??s 1030",
    );
    assert_dag(
        &(option(1_025), 0_u8),
        "(??sB) 79
           s 1028",
    );
    // A plain one adds nothing: the link is that of what it holds.
    assert_cut_at_1_024(|length| Some(x(length - 3)));
    assert_eq!(cid(&Some(x(2_000))), cid(&x(2_000)));
}

#[test]
fn dag_of_strings_and_bytes() {
    assert_cut_at_1_024(|length| x(length - 3));
    assert_cut_at_1_024(|length| vec![7_u8; length - 3]);
    assert_cut_at_1_024(|length| {
        ten(length - 20)
            .into_iter()
            .map(Some)
            .zip(0_u8..)
            .collect::<Vec<_>>()
    });
}

#[test]
fn dag_of_three_levels() {
    // A sequence whose parts were cut is short itself, and stays where it is.
    let inner = || vec![long_text(1_500), long_text(2_500)];
    assert_dag(
        &vec![(inner(), x(1_000)), (inner(), x(1_001))],
        "[([ss) 144
           ([ss) 1147
             s 1507
             s 2507
           ([ss) 1148
             s 1507 again
             s 2507 again",
    );
}

/// Long values become trees: a node lists links and counts.
#[test]
fn dag_of_a_chunked_sequence() {
    let numbers: Vec<u32> = (0..3_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761))
        .collect();
    let shown = dag(&encode(&numbers).unwrap());
    assert_eq!(shown.lines().next().unwrap().split(' ').next(), Some("%[I"));
    let chunks = shown
        .lines()
        .skip(1)
        .filter(|line| line.trim().starts_with("[I "))
        .count();
    assert!((4..=20).contains(&chunks), "{shown}");
    crate::support::assert_comes_back(&numbers);
}

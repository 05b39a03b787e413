//! Differences are few, in the right place, and cost few blocks.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{BlockSource, Cid, Encoded, Error, Limits, Profile, Reduce, Value, encode_with};

/// The blocks of two values, and how many were read.
struct Blocks {
    both: [Encoded; 2],
    reads: Cell<u64>,
}

impl Blocks {
    fn of<A: Reduce + ?Sized, B: Reduce + ?Sized>(old: &A, new: &B, profile: Profile) -> Self {
        let both = [
            encode_with(old, profile).unwrap(),
            encode_with(new, profile).unwrap(),
        ];
        let reads = Cell::new(0);
        Self { both, reads }
    }

    fn differences(&self) -> Vec<Change> {
        let [old, new] = &self.both;
        differences_with(old.root(), new.root(), self, Limits::unlimited()).unwrap()
    }
}

impl BlockSource for Blocks {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        self.reads.set(self.reads.get() + cids.len() as u64);
        let [old, new] = &self.both;
        let load = |cid: &Cid| old.load_many(&[*cid]).or_else(|_| new.load_many(&[*cid]));
        let blocks: Result<Vec<_>, _> = cids.iter().map(load).collect();
        Ok(blocks?.into_iter().flatten().collect())
    }
}

fn lines<A: Reduce + ?Sized, B: Reduce + ?Sized>(old: &A, new: &B) -> Vec<String> {
    let mut all = [Profile::STANDARD, Profile::SMALL, Profile::WHOLE]
        .map(|profile| Blocks::of(old, new, profile).differences())
        .map(|changes| changes.iter().map(Change::to_string).collect::<Vec<_>>());
    // What is shown of parts in other blocks depends on the profile, the places do not.
    let places = |lines: &[String]| -> Vec<String> {
        let places = lines
            .iter()
            .map(|line| line.split(": ").next().unwrap_or_default());
        places.map(str::to_owned).collect()
    };
    assert_eq!(places(&all[0]), places(&all[1]));
    assert_eq!(all[0], all[2]);
    std::mem::take(&mut all[0])
}

fn record(tag: &str, fields: &[(&str, Value)]) -> Value {
    Value::record(tag, fields.iter().cloned()).unwrap()
}

#[test]
fn structs_are_compared_by_field() {
    let line = |price: u32| record("Line", &[("price", Value::U32(price))]);
    let order = |prices: &[u32], note: Option<&str>| {
        let lines = prices.iter().map(|price| line(*price));
        let note = match note {
            Some(note) => Value::some(note.into()).unwrap(),
            None => Value::none("s").unwrap(),
        };
        let lines = Value::sequence(lines).unwrap();
        record(
            "Order",
            &[("id", Value::U64(7)), ("lines", lines), ("note", note)],
        )
    };
    let old = order(&[1, 2, 3, 100], None);
    assert_eq!(
        lines(&old, &order(&[1, 2, 3, 101], Some("x"))),
        [".lines[3].price: 100 -> 101", ".note: None -> Some(\"x\")"]
    );
    assert_eq!(
        lines(&old, &order(&[1, 9, 2, 3, 100], None)),
        [".lines[1]: added Line { price: 9 }"]
    );
    assert_eq!(
        lines(&old, &order(&[1, 3, 100], None)),
        [".lines[1]: removed Line { price: 2 }"]
    );
    let renamed = record("Other", &[("id", Value::U64(7))]);
    let text = lines(&record("Order", &[("id", Value::U64(7))]), &renamed);
    assert_eq!(text, ["root: Order { id: 7 } -> Other { id: 7 }"]);
    let both_differ = record("Other", &[("id", Value::U64(8))]);
    let text = lines(&record("Order", &[("id", Value::U64(7))]), &both_differ);
    assert_eq!(text, ["root: Order { id: 7 } -> Other { id: 8 }"]);
    let more = record("A", &[("y", Value::Unit), ("x", Value::U8(2))]);
    let less = record("A", &[("x", Value::U8(1)), ("z", Value::Unit)]);
    let expected = [".x: 1 -> 2", ".z: removed ()", ".y: added ()"];
    assert_eq!(lines(&less, &more), expected);
}

#[test]
fn what_differs_only_in_type_is_said() {
    assert_eq!(lines(&1_u8, &1_u16), ["root: 1: u8 -> 1: u16"]);
    assert_eq!(
        lines(&vec![Some(1_u8)], &vec![Some(1_u16)]),
        ["[0]: 1: u8 -> 1: u16"]
    );
    let empty = (Vec::<String>::new(), Vec::<Vec<u8>>::new());
    assert_eq!(
        lines(&empty.0, &empty.1),
        ["root: []: [string] -> []: [bytes]"]
    );
    let any = vec![Value::from("x")];
    assert_eq!(
        lines(&any, &vec!["x"]),
        ["root: [\"x\"]: [any] -> [\"x\"]: [string]"]
    );
    let swapped = [["a", "b"], ["b", "a"]];
    let [old, new] = swapped.map(|names| record("A", &names.map(|name| (name, Value::U8(1)))));
    assert_eq!(
        lines(&old, &new),
        ["root: A { a: 1, b: 1 } -> A { b: 1, a: 1 }"]
    );
    assert_eq!(
        lines(&None::<u8>, &None::<u16>),
        ["root: None: Option<u8> -> None: Option<u16>"]
    );
    assert_eq!(lines(&f64::NAN, &-f64::NAN).len(), 1);
}

#[test]
fn maps_are_compared_by_key_and_sets_by_element() {
    let old = BTreeMap::from([("a", 1_u8), ("b", 2), ("d", 4)]);
    let new = BTreeMap::from([("b", 3_u8), ("c", 3), ("d", 4)]);
    assert_eq!(
        lines(&old, &new),
        ["[\"a\"]: removed 1", "[\"b\"]: 2 -> 3", "[\"c\"]: added 3"]
    );
    let sets = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
    assert_eq!(lines(&sets.0, &sets.1), ["[1]: removed 1", "[3]: added 3"]);
    let long = |key: &str| format!("{}{key}", "k".repeat(3000));
    let map = |keys: &[&str]| -> BTreeMap<Vec<String>, u8> {
        keys.iter().map(|key| (vec![long(key)], 1)).collect()
    };
    let found = Blocks::of(
        &map(&["a", "b", "d"]),
        &map(&["a", "c", "d"]),
        Profile::STANDARD,
    );
    let found = found.differences();
    assert_eq!(found.len(), 2);
    assert!(matches!(found[0].kind, ChangeKind::Removed(_)));
    assert!(matches!(found[1].kind, ChangeKind::Added(_)));
}

#[test]
fn one_changed_element_in_a_million_reads_a_handful_of_blocks() {
    let old: Vec<u64> = (0..1_000_000).map(|i| i * i % 1_000_003).collect();
    for at in [0, 123_456, 999_999] {
        let mut new = old.clone();
        new[at] += 5_000_000;
        let blocks = Blocks::of(&old, &new, Profile::STANDARD);
        let found = blocks.differences();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path.to_string(), format!("[{at}]"));
        assert!(blocks.reads.get() < 100, "{}", blocks.reads.get());
    }
    for at in [1, 500_000] {
        let mut new = old.clone();
        new.insert(at, 7_000_000);
        new.remove(900_000);
        let blocks = Blocks::of(&old, &new, Profile::STANDARD);
        let found: Vec<String> = blocks.differences().iter().map(Change::to_string).collect();
        let removed = format!("[899999]: removed {}", old[899_999]);
        assert_eq!(found, [format!("[{at}]: added 7000000"), removed]);
        assert!(blocks.reads.get() < 400, "{}", blocks.reads.get());
    }
}

#[test]
fn one_changed_entry_in_a_large_map_reads_a_handful_of_blocks() {
    let old: BTreeMap<String, Vec<u32>> = (0..30_000_u32)
        .map(|i| (format!("key {i}"), vec![i; 5]))
        .collect();
    let mut new = old.clone();
    new.get_mut("key 777").unwrap()[2] = 0;
    new.remove("key 29");
    new.insert("key 9x".into(), vec![]);
    let blocks = Blocks::of(&old, &new, Profile::STANDARD);
    let found: Vec<String> = blocks.differences().iter().map(Change::to_string).collect();
    assert_eq!(
        found,
        [
            "[\"key 29\"]: removed [29, 29, 29, 29, 29]",
            "[\"key 777\"][2]: 777 -> 0",
            "[\"key 9x\"]: added []",
        ]
    );
    assert!(blocks.reads.get() < 200, "{}", blocks.reads.get());
}

#[test]
fn values_of_different_profiles_are_compared_by_what_they_say() {
    let value = |last: u64| {
        (
            "x".repeat(500),
            (0..2000).chain([last]).collect::<Vec<u64>>(),
        )
    };
    let profiles = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL];
    for (old, new) in profiles.iter().flat_map(|a| profiles.map(|b| (*a, b))) {
        for (last, n_changes) in [(1, 0), (2, 1)] {
            let both = [
                encode_with(&value(1), old).unwrap(),
                encode_with(&value(last), new).unwrap(),
            ];
            let reads = Cell::new(0);
            assert_eq!(Blocks { both, reads }.differences().len(), n_changes);
        }
    }
}

#[test]
fn keys_in_blocks_of_their_own_count_against_the_limits() {
    let map = |last: &str| -> BTreeMap<Vec<String>, u8> {
        (0..50)
            .map(|i| (vec!["k".repeat(2000) + &format!("{i:02}{last}")], 1))
            .collect()
    };
    let blocks = Blocks::of(&map("a"), &map("b"), Profile::STANDARD);
    assert_eq!(blocks.differences().len(), 100);
    let [old, new] = &blocks.both;
    let limits = Limits::default().with_bytes(50_000);
    let error = differences_with(old.root(), new.root(), &blocks, limits).unwrap_err();
    assert!(
        matches!(error.kind(), crate::ErrorKind::Limit { .. }),
        "{error}"
    );
}

#[test]
fn text_changes_as_a_whole() {
    let [old, new] = ["a", "b"].map(|end| ("x".repeat(5000) + end, "y".repeat(90_000) + end));
    let found = lines(&old, &new);
    assert_eq!(found.len(), 2);
    assert_eq!(
        found[0],
        ".0: ..\"xxxxxxxxxxxxxxxxa\" -> ..\"xxxxxxxxxxxxxxxxb\""
    );
    assert!(found[1].starts_with(".1: <string in "), "{}", found[1]);
    let umlauts = [
        "\u{fc}".repeat(40) + "\u{e4}",
        "\u{fc}".repeat(40) + "\u{e5}",
    ];
    assert_eq!(lines(&umlauts[0], &umlauts[1]).len(), 1);
    // What is shown starts between two characters, at the last place early enough.
    let odd = |end: &str| format!("a{}b{end}", "\u{fc}".repeat(19));
    let shown = "\u{fc}".repeat(8);
    assert_eq!(
        lines(&odd("1"), &odd("2")),
        [format!("root: ..\"{shown}b1\" -> ..\"{shown}b2\"")]
    );
    // So much in common that it is not worth showing, and one character less.
    let common = |n: usize| ["1", "2"].map(|end| "x".repeat(n) + end);
    let [old, new] = common(32);
    let x = "x".repeat(16);
    assert_eq!(
        lines(&old, &new),
        [format!("root: ..\"{x}1\" -> ..\"{x}2\"")]
    );
    let [old, new] = common(31);
    assert_eq!(lines(&old, &new), [format!("root: \"{old}\" -> \"{new}\"")]);
}

#[test]
fn what_was_put_between_others_moves_none_of_them() {
    let list = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
    let found = |old: &str, new: &str| lines(&list(old), &list(new));
    assert_eq!(
        found("a b c d", "x a b y c d"),
        ["[0]: added \"x\"", "[3]: added \"y\""]
    );
    assert_eq!(
        found("x a b y c d z", "a b c d"),
        [
            "[0]: removed \"x\"",
            "[3]: removed \"y\"",
            "[6]: removed \"z\""
        ]
    );
    // What moved is removed in one place and added in the other; what changed in place is changed.
    assert_eq!(
        found("a b c d e", "b c d e a"),
        ["[0]: removed \"a\"", "[4]: added \"a\""]
    );
    assert_eq!(
        found("a b c d", "x b y d"),
        ["[0]: \"a\" -> \"x\"", "[2]: \"c\" -> \"y\""]
    );
}

/// All lists of up to four of three elements.
fn short_lists() -> Vec<Vec<u16>> {
    let mut all = vec![vec![]];
    for shorter in 0..1 + 3 + 9 + 27 {
        let longer = (0..3).map(|element| [&all[shorter][..], &[element]].concat());
        let longer: Vec<_> = longer.collect();
        all.extend(longer);
    }
    all
}

/// The length of the longest list that can be had from both by leaving elements out.
fn most_in_common(old: &[u16], new: &[u16]) -> usize {
    match (old, new) {
        ([], _) | (_, []) => 0,
        ([a, old @ ..], [b, new @ ..]) if a == b => 1 + most_in_common(old, new),
        ([_, fewer_old @ ..], [_, fewer_new @ ..]) => {
            most_in_common(fewer_old, new).max(most_in_common(old, fewer_new))
        }
    }
}

#[test]
fn of_two_short_lists_as_much_stays_as_can() {
    let lists = short_lists();
    for (old, new) in lists.iter().flat_map(|a| lists.iter().map(move |b| (a, b))) {
        let changes = Blocks::of(old, new, Profile::WHOLE).differences();
        let gone = |change: &&Change| !matches!(change.kind, ChangeKind::Added(_));
        let stays = old.len() - changes.iter().filter(gone).count();
        let in_place = old.iter().zip(new).filter(|(a, b)| a == b).count();
        let expected = match most_in_common(old, new) {
            most if old.len() == new.len() => most.max(in_place),
            most => most,
        };
        assert_eq!(old == new, changes.is_empty());
        assert_eq!(stays, expected, "{old:?} to {new:?}: {changes:?}");
    }
}

#[test]
fn of_a_long_list_only_the_run_that_moved_has_changed() {
    let run = |number: u64| -> Vec<u64> { (0..4_000).map(|n| n * n + (number << 40)).collect() };
    for order in [[3, 0, 1, 2], [1, 2, 3, 0], [0, 2, 1, 3]] {
        let old: Vec<u64> = (0..4).flat_map(run).collect();
        let new: Vec<u64> = order.into_iter().flat_map(run).collect();
        let n_changes = Blocks::of(&old, &new, Profile::STANDARD)
            .differences()
            .len();
        assert_eq!(n_changes, 8_000, "{order:?}");
    }
}

#[test]
fn what_only_one_map_or_set_has_is_all_listed() {
    let map = |range: std::ops::Range<u32>| -> BTreeMap<u32, String> {
        range.map(|n| (n, format!("entry {n}"))).collect()
    };
    let set = |range| -> BTreeSet<String> { map(range).into_values().collect() };
    for few in [0..0, 0..10, 300..310, 590..600] {
        let (many, n) = (0..600, 600 - few.len());
        for (old, new, word) in [
            (few.clone(), many.clone(), ": added "),
            (many, few, ": removed "),
        ] {
            for found in [
                lines(&map(old.clone()), &map(new.clone())),
                lines(&set(old), &set(new)),
            ] {
                assert_eq!(found.len(), n);
                assert!(found.iter().all(|line| line.contains(word)), "{found:#?}");
                assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), n);
            }
        }
    }
}

#[test]
fn a_hundred_thousand_levels_need_no_stack() {
    let chain = |last: u8| {
        let mut value = Value::some(Value::tuple_record("End", [Value::U8(last)])).unwrap();
        for _ in 0..100_000 {
            // Moved, never cloned: that would be a walk for each level.
            value = Value::some(Value::record("Node", [("next", value)]).unwrap()).unwrap();
        }
        value
    };
    let deep = move || {
        for profile in [Profile::STANDARD, Profile::WHOLE] {
            let found = Blocks::of(&chain(1), &chain(2), profile).differences();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].path.segments().len(), 100_001);
            assert!(found[0].to_string().ends_with(".next.0: 1 -> 2"));
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread.spawn(deep).unwrap().join().unwrap();
}

struct Many(Vec<Encoded>);
impl BlockSource for Many {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let load = |cid: &Cid| {
            let mut found = self.0.iter().filter_map(|e| e.load_many(&[*cid]).ok());
            found.next().and_then(|mut blocks| blocks.pop())
        };
        let missing = |cid: &Cid| crate::ErrorKind::Missing { cid: *cid }.into();
        cids.iter()
            .map(|cid| load(cid).ok_or_else(|| missing(cid)))
            .collect()
    }
}

#[test]
fn hostile_sharing_ends_at_a_limit() {
    fn desc(n: usize) -> &'static [u8] {
        if n == 1 { b"s" } else { b"@" }
    }
    // Each level holds the one below twice: the tree has 2^60 leaves, the graph 60 blocks a side.
    let graph = |leaf: &str| {
        let mut encoded = vec![encode_with(&leaf.repeat(2000), Profile::STANDARD).unwrap()];
        let root = |encoded: &[Encoded]| encoded.last().map(Encoded::root).unwrap();
        for _ in 0..60 {
            let desc = crate::desc::DescText::parse(desc(encoded.len())).unwrap();
            let part = || Value::link(root(&encoded), desc.clone());
            let padded = Value::tuple_record("Pad", [part(), part(), "p".repeat(950).into()]);
            encoded.push(encode_with(&padded, Profile::STANDARD).unwrap());
        }
        encoded
    };
    let (mut old, new) = (graph("a"), graph("b"));
    let roots = [&old, &new].map(|side| side.last().unwrap().root());
    old.extend(new);
    let limits = Limits::default().with_repeated_bytes(1 << 20);
    let error = differences_with(roots[0], roots[1], &Many(old), limits).unwrap_err();
    assert!(
        matches!(error.kind(), crate::ErrorKind::Limit { .. }),
        "{error}"
    );
}

/// A list, map and nested record that two edits of one another share much of.
fn state() -> impl Strategy<Value = (Vec<u16>, BTreeMap<u8, Vec<String>>, Option<String>)> {
    (
        prop::collection::vec(0_u16..40, 0..300),
        prop::collection::btree_map(
            any::<u8>(),
            prop::collection::vec("[ab]{0,40}", 0..4),
            0..40,
        ),
        prop::option::of("[ab]{0,300}"),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn there_are_no_differences_exactly_if_the_cids_are_equal(
        old in state(),
        new in state(),
        take_list: bool,
        take_map: bool,
        take_text: bool,
    ) {
        let mut mixed = old.clone();
        if take_list { mixed.0 = new.0; }
        if take_map { mixed.1 = new.1; }
        if take_text { mixed.2 = new.2; }
        for profile in [Profile::STANDARD, Profile::SMALL] {
            let blocks = Blocks::of(&old, &mixed, profile);
            let [a, b] = [0, 1].map(|side: usize| blocks.both[side].root());
            prop_assert_eq!(blocks.differences().is_empty(), a == b);
            let same = Blocks::of(&old, &old, profile);
            prop_assert!(same.differences().is_empty());
            prop_assert_eq!(same.reads.get(), 0);
        }
    }

    #[test]
    fn edits_of_a_list_give_it_back(
        old in prop::collection::vec(0_u16..2000, 0..400),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..4),
    ) {
        let mut new = old.clone();
        for (at, inserts) in edits {
            if inserts {
                new.insert(at.index(new.len() + 1), 9999);
            } else if !new.is_empty() {
                new.remove(at.index(new.len()));
            }
        }
        for profile in [Profile::STANDARD, Profile::SMALL] {
            let changes = Blocks::of(&old, &new, profile).differences();
            // Each index of a removal counts in the old list, of an addition in the new one.
            let mut kept: Vec<Option<Value>> = old.iter().map(|n| Some(Value::U16(*n))).collect();
            let mut added = BTreeMap::new();
            for change in changes {
                let [crate::Segment::Index(index)] = change.path.segments()[..] else { panic!() };
                let index = usize::try_from(*index).unwrap();
                match change.kind {
                    ChangeKind::Changed { old, new } => {
                        prop_assert_eq!(kept[index].replace(new), Some(old));
                    }
                    ChangeKind::Removed(value) => prop_assert_eq!(kept[index].take(), Some(value)),
                    ChangeKind::Added(value) => { added.insert(index, value); }
                    ChangeKind::Pointers { .. } => panic!("numbers have none"),
                }
            }
            let mut result: Vec<Value> = kept.into_iter().flatten().collect();
            for (index, value) in added {
                result.insert(index, value);
            }
            let expected: Vec<Value> = new.iter().map(|n| Value::U16(*n)).collect();
            prop_assert_eq!(result, expected);
        }
    }
}

//! Keys whose Rust type has no order that is known to be the format's.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::*;
use crate::shape::Shape;
use crate::{decode_with, encode_with};

thread_local! {
    static REDUCED: Cell<u64> = const { Cell::new(0) };
}

/// A key that holds keys, without an order that is known to be the format's. Its own order is
/// the reverse one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Deep {
    text: std::cmp::Reverse<String>,
    inner: BTreeSet<Deep>,
}

const SHAPE: &Shape = &Shape {
    tag: "Deep",
    version: 0,
    types: &[Desc::STRING, &Desc::Set(Desc::RECORD)],
    names: &["text", "inner"],
    tag_aliases: &[],
    aliases: &[],
};

impl Reduce for Deep {
    const DESC: &'static Desc = Desc::RECORD;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        REDUCED.set(REDUCED.get() + 1);
        let scope = encoder.open_record(SHAPE);
        self.text.0.reduce(encoder)?;
        self.inner.reduce(encoder)?;
        encoder.close_record(scope);
        Ok(())
    }
}

fn deep(levels: usize) -> Deep {
    let leaf = |text: String| Deep {
        text: std::cmp::Reverse(text),
        inner: BTreeSet::new(),
    };
    (0..levels).fold(leaf("end".into()), |inner, level| Deep {
        text: std::cmp::Reverse(format!("{level}{}", "x".repeat(1100))),
        inner: [inner, leaf("a".into()), leaf("zz".into())].into(),
    })
}

#[test]
fn keys_in_keys_are_taken_apart_once_however_deep() {
    for levels in [1, 3, 200] {
        let keys: BTreeSet<Deep> = [deep(levels)].into();
        REDUCED.set(0);
        let encoded = encode_with(&keys, Profile::STANDARD).unwrap();
        assert_eq!(REDUCED.get(), 3 * levels as u64 + 1);
        // The tree knows nothing of the type and finds the same order and cuts.
        let tree: Value = decode_with(encoded.root(), &encoded, Limits::default()).unwrap();
        assert_eq!(encode_with(&tree, Profile::STANDARD).unwrap(), encoded);
    }
}

#[test]
fn equal_keys_in_keys_are_an_error() {
    /// Never equal in Rust, always in the bytes.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Same(u8);
    impl Reduce for Same {
        const DESC: &'static Desc = Desc::STRING;

        fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
            encoder.string("same");
            Ok(())
        }
    }
    let keys = BTreeSet::from([BTreeSet::from([Same(1), Same(2)])]);
    let error = encode_with(&keys, Profile::STANDARD).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DuplicateKey { key } if key == "\"same\""));
}

/// Read as a tree and written again, a value has the same blocks.
fn assert_written_as_its_tree<T: Reduce>(value: &T, profile: Profile) {
    let encoded = encode_with(value, profile).unwrap();
    let tree: Value = decode_with(encoded.root(), &encoded, Limits::default()).unwrap();
    assert!(encode_with(&tree, profile).unwrap() == encoded);
}

fn key(text: String) -> Deep {
    Deep {
        text: std::cmp::Reverse(text),
        inner: BTreeSet::new(),
    }
}

/// Also those that are just short enough not to be, and those behind others, whose places are counted
/// from where the map starts.
#[test]
fn keys_are_cut_as_they_are_anywhere() {
    for profile in [Profile::SMALL, Profile::STANDARD] {
        for len in profile.cut - 10..profile.cut + 3 {
            let keys: BTreeSet<Deep> = [key("x".repeat(len)), key("short".into())].into();
            assert_written_as_its_tree(&keys, profile);
            assert_written_as_its_tree(&(7_u8, "before", &keys, &keys), profile);
        }
    }
}

#[test]
fn keys_with_shapes_stand_in_nodes_too() {
    let map: BTreeMap<Deep, u32> = (0..500).map(|n| (key(format!("{n:03}")), n)).collect();
    for profile in [Profile::SMALL, Profile::STANDARD, Profile::WHOLE] {
        let encoded = encode_with(&map, profile).unwrap();
        let n_nodes = encoded.blocks().filter(|block| block.bytes()[2] == b'%');
        assert_eq!(n_nodes.count() > 0, profile != Profile::WHOLE);
        assert_written_as_its_tree(&map, profile);
        assert_written_as_its_tree(&("before", &map), profile);
    }
}

#[test]
fn a_heap_keeps_what_is_in_it_twice() {
    let heap = |texts: &[&str]| -> BinaryHeap<Deep> {
        texts.iter().map(|text| key((*text).into())).collect()
    };
    let encoded = encode_with(&heap(&["b", "a", "b"]), Profile::STANDARD).unwrap();
    let tree: Value = decode_with(encoded.root(), &encoded, Limits::default()).unwrap();
    let texts: Vec<_> = tree
        .children()
        .iter()
        .map(|item| item.children()[0].clone())
        .collect();
    assert_eq!(texts, ["a", "b", "b"].map(Value::from));
}

//! Blocks that are not there, and blocks whose bytes are not theirs: two errors, each with the CIDs
//! and the place in the value.

use cideldill::{
    BlockStore, Cid, Debuggable, Encoded, Error, ErrorKind, MemoryStore, Store, Value, decode,
    encode,
};

use crate::support::{Planted, read_every_way};

#[derive(Debuggable)]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

#[derive(Debuggable)]
struct Line {
    text: String,
}

fn order() -> Encoded {
    let line = |number: u8| Line {
        text: format!("line {number} ").repeat(300),
    };
    let order = Order {
        id: 7,
        lines: (0..5).map(line).collect(),
    };
    encode(&order).unwrap()
}

/// The block of the text of a line.
fn text_of(encoded: &Encoded, number: usize) -> Cid {
    let order: Order = decode(encoded.root(), encoded).unwrap();
    encode(&order.lines[number].text).unwrap().root()
}

#[track_caller]
fn assert_every_way(root: Cid, planted: &Planted, is_right: impl Fn(&Error)) {
    for (way, result) in read_every_way::<Order>(root, planted, cideldill::Limits::default()) {
        is_right(&result.expect_err(way));
    }
}

#[test]
fn a_missing_part_is_named_with_its_place() {
    let encoded = order();
    let gone = text_of(&encoded, 3);
    let mut planted = Planted::of(&encoded);
    planted.remove(gone);
    assert_every_way(encoded.root(), &planted, |error| {
        assert!(
            matches!(error.kind(), ErrorKind::Missing { cid } if *cid == gone),
            "{error}"
        );
        assert_eq!(error.path().to_string(), ".lines[3].text", "{error}");
        assert!(error.to_string().contains(&gone.to_string()), "{error}");
    });
}

#[test]
fn a_missing_root_is_named() {
    let encoded = order();
    let mut planted = Planted::of(&encoded);
    planted.remove(encoded.root());
    assert_every_way(encoded.root(), &planted, |error| {
        let is_right = matches!(error.kind(), ErrorKind::Missing { cid } if *cid == encoded.root());
        assert!(is_right, "{error}");
        assert!(error.path().is_root());
    });
}

#[test]
fn a_part_whose_bytes_are_not_its_own_is_corrupt_with_both_cids_and_its_place() {
    let encoded = order();
    let (victim, other) = (text_of(&encoded, 3), text_of(&encoded, 4));
    let planted = Planted::of(&encoded);
    let mut flipped = planted.bytes(victim).to_vec();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    for bytes in [flipped, planted.bytes(other).to_vec(), Vec::new()] {
        let mut planted = planted.clone();
        planted.forge(victim, bytes.as_slice());
        assert_every_way(encoded.root(), &planted, |error| {
            assert!(
                matches!(error.kind(), ErrorKind::Corrupt { expected, actual }
                    if *expected == victim && *actual == Cid::of(&bytes)),
                "{error}"
            );
            assert_eq!(error.path().to_string(), ".lines[3].text", "{error}");
        });
    }
}

#[test]
fn a_corrupt_root_is_named() {
    let encoded = order();
    let mut planted = Planted::of(&encoded);
    let bytes = [planted.bytes(encoded.root()), b"\0"].concat();
    planted.forge(encoded.root(), bytes.as_slice());
    assert_every_way(encoded.root(), &planted, |error| {
        let is_right = matches!(error.kind(), ErrorKind::Corrupt { expected, actual }
            if *expected == encoded.root() && *actual == Cid::of(&bytes));
        assert!(is_right, "{error}");
    });
}

#[test]
fn a_missing_or_corrupt_chunk_is_named() {
    let words: Vec<String> = (0..20_000).map(|n| format!("word {n}")).collect();
    let encoded = encode(&words).unwrap();
    let victims: Vec<Cid> = encoded.blocks().map(|block| block.cid()).collect();
    for victim in victims.into_iter().step_by(17) {
        let mut planted = Planted::of(&encoded);
        planted.remove(victim);
        let store = Store::new(planted.clone());
        for refused in [
            decode::<Vec<String>>(encoded.root(), &planted).map(drop),
            decode::<Value>(encoded.root(), &planted).map(drop),
            store.load::<Vec<String>>(encoded.root()).map(drop),
        ] {
            let error = refused.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Missing { cid } if *cid == victim),
                "{error}"
            );
        }
        planted.forge(victim, *b"\x10\xa1n\x90\xc0");
        let error = decode::<Vec<String>>(encoded.root(), &planted).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Corrupt { expected, .. } if *expected == victim),
            "{error}"
        );
    }
}

#[test]
fn a_store_refuses_a_block_without_what_it_links_to_and_keeps_nothing() {
    let encoded = order();
    let store = MemoryStore::new();
    let root = encoded.blocks().find(|block| block.cid() == encoded.root());
    let error = store.put_many(&[root.unwrap()]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }), "{error}");
    assert_eq!(store.stats().blocks, 0);
}

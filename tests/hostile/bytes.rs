//! Bytes that no encoder writes: cut short, too long, of another version, not canonical.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use cideldill::{Cid, Debuggable, ErrorKind, Profile, compute_cid, decode, encode_with};
use cideldill_reference::notation::hex;
use serde_json::Value as Json;

use crate::support::{
    Planted, assert_accepted, assert_block_refused, assert_refused, is_malformed, link,
};

#[derive(Debuggable)]
struct Order {
    id: u64,
    lines: Vec<Line>,
    note: Option<String>,
    tags: BTreeMap<String, Option<Option<u8>>>,
    weights: Vec<f64>,
    state: State,
    pair: (i32, char, bool, f32, u128, ()),
}

#[derive(Debuggable)]
struct Line {
    text: String,
    data: Vec<u8>,
}

#[derive(Debuggable)]
enum State {
    Open,
    Paid { at: i64, by: Vec<State> },
}

/// Each field is written, and in the small profile many are blocks of their own.
fn order(n: usize) -> Order {
    let line = |number| Line {
        text: format!("line {number}"),
        data: vec![7; 40 + number],
    };
    Order {
        id: 70_000,
        lines: (0..n).map(line).collect(),
        note: Some("to be left at the door".into()),
        tags: (0..n)
            .map(|n| (format!("tag {n:03}"), Some(Some(7))))
            .collect(),
        weights: vec![1.5, -0.0],
        state: State::Paid {
            at: -5,
            by: vec![State::Open],
        },
        pair: (-70_000, 'x', true, 0.5, u128::MAX, ()),
    }
}

/// A text that stands in a block of its own.
fn long_text() -> String {
    "x".repeat(2_000)
}

/// Reads the value with a byte string in the place of the long text.
#[track_caller]
fn assert_says_what_stands_there<T: Debuggable>(value: &T, path: &str) {
    let encoded = encode_with(value, Profile::STANDARD).unwrap();
    let other = encode_with(&vec![7_u8; 2_000], Profile::STANDARD).unwrap();
    let other = Planted::of(&other).bytes(other.root()).to_vec();
    let text = compute_cid(&long_text()).unwrap();
    let (root, blocks) = Planted::of(&encoded).replaced(encoded.root(), text, &other);
    assert_refused::<T>(&path, (root, &blocks), |error| {
        let ErrorKind::WrongKind { expected, found } = error.kind() else {
            return false;
        };
        expected == "s" && found == "y" && error.to_string().ends_with(&format!(" at {path}"))
    });
}

#[test]
fn a_link_to_a_block_of_another_type_says_what_stands_there() {
    let short = || "a".to_owned();
    assert_says_what_stands_there(&(5_u8, long_text()), "root.1");
    assert_says_what_stands_there(&vec![short(), short(), long_text()], "root[2]");
    assert_says_what_stands_there(&BTreeSet::from([short(), long_text()]), "root[1]");
    let values = BTreeMap::from([(1_u8, short()), (7, long_text())]);
    assert_says_what_stands_there(&values, "root[7]");
    let keys = BTreeMap::from([(short(), 1_u8), (long_text(), 7)]);
    assert_says_what_stands_there(&keys, "root[1]");
    let line = Line {
        text: long_text(),
        data: vec![1],
    };
    assert_says_what_stands_there(&line, "root.text");
}

#[test]
fn a_block_cut_short_at_any_byte_is_refused() {
    let encoded = encode_with(&order(2), Profile::WHOLE).unwrap();
    let whole = Planted::of(&encoded).bytes(encoded.root()).to_vec();
    for end in 0..whole.len() {
        assert_block_refused::<Order>(
            &end,
            &whole[..end],
            |error| matches!(error.kind(), ErrorKind::Malformed { offset, .. } if *offset <= end),
        );
    }
}

#[test]
fn a_part_or_chunk_or_node_cut_short_at_any_byte_is_refused() {
    let encoded = encode_with(&order(24), Profile::SMALL).unwrap();
    let (root, blocks) = (encoded.root(), Planted::of(&encoded));
    assert_accepted::<Order>(root, &blocks);
    let mut kinds = BTreeMap::new();
    for block in encoded.blocks() {
        let desc_end = 2 + usize::from(block.bytes()[1] & 0x1f);
        kinds.insert(block.bytes()[..desc_end].to_vec(), block.cid());
    }
    assert!(kinds.keys().any(|head| head[2] == b'%'), "there are nodes");
    assert!(kinds.len() >= 5, "there are blocks of many kinds");
    for (head, victim) in kinds {
        let whole = blocks.bytes(victim).to_vec();
        for end in 0..whole.len() {
            let (root, cut) = blocks.replaced(root, victim, &whole[..end]);
            let what = (String::from_utf8_lossy(&head).into_owned(), end);
            assert_refused::<Order>(&what, (root, &cut), is_malformed);
        }
    }
}

#[test]
fn bytes_after_the_value_are_refused() {
    let encoded = encode_with(&order(24), Profile::SMALL).unwrap();
    let (root, blocks) = (encoded.root(), Planted::of(&encoded));
    for block in encoded.blocks().step_by(3) {
        for more in [
            &b"\0"[..],
            b"\xc0",
            b"\xc1",
            b"\x10\xa1n\x90\xc0",
            &[0xff; 70],
        ] {
            let long = [block.bytes(), more].concat();
            let (root, blocks) = blocks.replaced(root, block.cid(), &long);
            assert_refused::<Order>(&more, (root, &blocks), is_malformed);
        }
    }
}

#[test]
fn every_other_first_byte_is_another_version() {
    let encoded = encode_with(&order(2), Profile::WHOLE).unwrap();
    let mut block = Planted::of(&encoded).bytes(encoded.root()).to_vec();
    for first in (0..=0xff).filter(|first| !(0x10..=0x12).contains(first)) {
        block[0] = first;
        assert_block_refused::<Order>(
            &first,
            &block,
            |error| matches!(error.kind(), ErrorKind::Version { found } if *found == first),
        );
    }
}

#[test]
fn every_other_first_byte_behind_a_link_is_another_version() {
    let encoded = encode_with(&order(3), Profile::SMALL).unwrap();
    let (root, blocks) = (encoded.root(), Planted::of(&encoded));
    let part = encoded.blocks().find(|block| block.cid() != root).unwrap();
    let mut bytes = part.bytes().to_vec();
    for first in (0..=0xff).filter(|first| *first != 0x12) {
        bytes[0] = first;
        let (root, blocks) = blocks.replaced(root, part.cid(), &bytes);
        assert_refused::<Order>(
            &first,
            (root, &blocks),
            |error| matches!(error.kind(), ErrorKind::Version { found } if *found == first),
        );
    }
}

/// Blocks in `tests/vectors/refused.json`, with what is wrong and the clause it breaks.
fn refusals() -> Vec<(String, String, Vec<Vec<u8>>)> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "vectors", "refused.json"]
        .iter()
        .collect();
    let entries: Vec<Json> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let on_read = entries.iter().filter(|entry| entry["on"] == "read");
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    on_read
        .map(|entry| {
            let blocks = entry["blocks"].as_array().unwrap().iter();
            let blocks = blocks.map(|block| hex(block.as_str().unwrap())).collect();
            (text(&entry["name"]), text(&entry["rule"]), blocks)
        })
        .collect()
}

#[test]
fn every_refused_vector_is_refused() {
    let refusals = refusals();
    assert!(refusals.len() > 300);
    for (name, rule, blocks) in refusals {
        if name.starts_with("identity: ") {
            // In `format/identity_values.rs`.
            continue;
        }
        let mut planted = Planted::default();
        for block in &blocks {
            planted.add(block.as_slice());
        }
        // The type is of no matter: another one is refused too, but these are refused without one.
        let root = Cid::of(&blocks[0]);
        assert_refused::<cideldill::Value>(&name, (root, &planted), |error| match error.kind() {
            ErrorKind::Version { .. } => rule == "11.1",
            ErrorKind::WrongKind { .. } => rule == "11.4",
            ErrorKind::Limit { .. } => name.contains("claims"),
            // It could have led to a cycle, which can stand anywhere.
            ErrorKind::Missing { .. } => name.starts_with("a link "),
            kind => matches!(kind, ErrorKind::Malformed { .. }),
        });
    }
}

/// What remains of a record when one of its fields is not asked for.
#[derive(Debuggable)]
struct Held {
    kept: u8,
}

/// A record of two fields around the value of a block that has no records of its own.
fn held(block: &[u8]) -> Option<Vec<u8>> {
    let &[0x10, header @ 0xa1..=0xbf, ref rest @ ..] = block else {
        return None;
    };
    let (desc, rest) = rest.split_at_checked(usize::from(header - 0xa0))?;
    let value = rest.strip_prefix(b"\x90")?;
    let types = [desc, b"B"].concat();
    let types = [&[0xa0 + u8::try_from(types.len()).ok()?][..], &types].concat();
    let shape = [&b"\x94\xa4Held"[..], &types, b"\xa4gone\xa4kept"].concat();
    Some([&b"\x10\xa1@\x91"[..], &shape, b"\x93\0", value, b"\x07"].concat())
}

#[test]
fn what_is_passed_over_is_refused_like_what_is_read() {
    let mut n_refused = 0;
    for (name, _, blocks) in refusals() {
        let Some(block) = held(&blocks[0]) else {
            continue;
        };
        let mut planted = Planted::default();
        let root = planted.add(block);
        for block in &blocks[1..] {
            planted.add(block.as_slice());
        }
        let read = decode::<cideldill::Value>(root, &planted).map(drop);
        let passed_over = decode::<Held>(root, &planted).map(|held| assert_eq!(held.kept, 7));
        // What only a link leads to is never looked at.
        if read.is_err() && blocks.len() == 1 {
            n_refused += 1;
            assert!(passed_over.is_err(), "{name}");
        } else if read.is_ok() {
            assert!(passed_over.is_ok(), "{name}: {passed_over:?}");
        }
    }
    assert!(n_refused > 100, "{n_refused}");
}

/// The first block is read, the others are not.
#[track_caller]
fn refused<T: Debuggable>(accepted: &[u8], others: &[&[u8]]) {
    let mut planted = Planted::default();
    let root = planted.add(accepted);
    assert_accepted::<T>(root, &planted);
    for other in others {
        assert_block_refused::<T>(other, other, |error| {
            // A type says itself what it cannot hold.
            is_malformed(error) || matches!(error.kind(), ErrorKind::OutOfRange { .. })
        });
    }
}

#[test]
fn a_number_in_another_form_is_refused_where_a_type_reads_it() {
    refused::<u64>(
        b"\x10\xa1L\x90\x05",
        &[
            b"\x10\xd9\x01L\x90\x05",
            b"\x10\xa1L\xdc\0\0\x05",
            b"\x10\xa1L\x90\xcc\x05",
            b"\x10\xa1L\x90\xcd\0\x05",
            b"\x10\xa1L\x90\xce\0\0\0\x05",
            b"\x10\xa1L\x90\xcf\0\0\0\0\0\0\0\x05",
            b"\x10\xa1L\x90\xd0\x05",
            b"\x10\xa1L\x90\xca\0\0\0\0",
            b"\x10\xa1L\x90\xc1",
            b"\x10\xa1L\x90\xff",
        ],
    );
    refused::<i16>(
        b"\x10\xa1h\x90\xff",
        &[
            b"\x10\xa1h\x90\xd0\xff",
            b"\x10\xa1h\x90\xd1\xff\xff",
            b"\x10\xa1h\x90\xd2\xff\xff\xff\xff",
            b"\x10\xa1h\x90\xcd\x80\0",
            b"\x10\xa1h\x90\xd2\xff\xff\x7f\xff",
        ],
    );
    refused::<u128>(
        b"\x10\xa1Q\x90\xc4\x10\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0",
        &[
            b"\x10\xa1Q\x90\xc4\x10\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x10\xa1Q\x90\xc4\x11\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0",
            b"\x10\xa1Q\x90\xc5\0\x10\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0",
        ],
    );
}

#[test]
fn text_and_containers_in_another_form_are_refused_where_a_type_reads_them() {
    refused::<String>(
        b"\x10\xa1s\x90\xa1x",
        &[
            b"\x10\xa1s\x90\xd9\x01x",
            b"\x10\xa1s\x90\xda\0\x01x",
            b"\x10\xa1s\x90\xdb\0\0\0\x01x",
            b"\x10\xa1s\x90\xc4\x01x",
        ],
    );
    refused::<Vec<u8>>(
        b"\x10\xa1y\x90\xc4\x01x",
        &[
            b"\x10\xa1y\x90\xa1x",
            b"\x10\xa1y\x90\xc5\0\x01x",
            b"\x10\xa1y\x90\xc6\0\0\0\x01x",
            b"\x10\xa1y\x90\x91\x01",
        ],
    );
    refused::<Vec<u32>>(
        b"\x10\xa2[I\x90\xc4\x04\x01\0\0\0",
        &[
            b"\x10\xa2[I\x90\xc4\x03\x01\0\0",
            b"\x10\xa2[I\x90\x91\x01",
            b"\x10\xa2[I\x90\xc5\0\x04\x01\0\0\0",
        ],
    );
    refused::<Vec<bool>>(
        b"\x10\xa2[t\x90\x91\xc3",
        &[
            b"\x10\xa2[t\x90\xdc\0\x01\xc3",
            b"\x10\xa2[t\x90\xdd\0\0\0\x01\xc3",
            b"\x10\xa2[t\x90\x81\xc3\xc3",
            b"\x10\xa2[t\x90\x91\x01",
        ],
    );
    refused::<BTreeMap<bool, ()>>(
        b"\x10\xa3{tn\x90\x81\xc3\xc0",
        &[
            b"\x10\xa3{tn\x90\xde\0\x01\xc3\xc0",
            b"\x10\xa3{tn\x90\xdf\0\0\0\x01\xc3\xc0",
            b"\x10\xa3{tn\x90\x92\xc3\xc0",
        ],
    );
    refused::<Option<Option<bool>>>(
        b"\x10\xa3??t\x90\x91\xc3",
        &[b"\x10\xa3??t\x90\xc3", b"\x10\xa3??t\x90\x92\xc3\xc3"],
    );
    refused::<Option<bool>>(b"\x10\xa2?t\x90\xc3", &[b"\x10\xa2?t\x90\x91\xc3"]);
    refused::<f64>(
        b"\x10\xa1d\x90\xcb\0\0\0\0\0\0\0\0",
        &[b"\x10\xa1d\x90\xca\0\0\0\0", b"\x10\xa1d\x90\0"],
    );
    refused::<(u8, u8)>(
        b"\x10\xa4(BB)\x90\x92\x01\x02",
        &[
            b"\x10\xa4(BB)\x90\x91\x01",
            b"\x10\xa4(BB)\x90\x93\x01\x02\x03",
        ],
    );
}

#[test]
fn a_link_where_none_can_stand_is_refused() {
    let mut planted = Planted::default();
    let number = planted.add(*b"\x10\xa1L\x90\x05");
    let block = [&b"\x10\xa3(L)\x90\x91"[..], &link(number)].concat();
    let root = planted.add(block);
    assert_refused::<(u64,)>(&"a linked number", (root, &planted), is_malformed);
}

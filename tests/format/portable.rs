//! The vectors on any machine: no files, no threads, no store, so that it also runs where the order of
//! bytes or the width of pointers is another one (docs/testing.md says how).
//!
//! The slow encoder has no part in it: the bytes and CIDs are those of `tests/vectors/`.

mod convert;
mod stored;

use std::collections::BTreeMap;

use cideldill::{Cid, Debuggable, Encoded, Profile, Value, compute_cid, decode, encode_with};
use cideldill_reference::notation::{hex, model, to_hex};
use convert::by_hand;
use serde_json::Value as Json;
use stored::Stored;

const SCALARS: &str = include_str!("../vectors/scalars.json");
const CONTAINERS: &str = include_str!("../vectors/containers.json");
const KEYS: &str = include_str!("../vectors/keys.json");
const RECORDS: &str = include_str!("../vectors/records.json");
const STD: &str = include_str!("../vectors/std.json");
const CUT: &str = include_str!("../vectors/cut.json");
const CHUNKS: &str = include_str!("../vectors/chunks.json");
const IDENTITY: &str = include_str!("../vectors/identity.json");
const REFUSED: &str = include_str!("../vectors/refused.json");

/// An interpreter takes a second for what a processor does in a millisecond: there values that repeat
/// something more often than this are left out. Chunks of every kind are left, in the small profile.
const MAX_REPEATS: u64 = if cfg!(miri) { 260 } else { 5_000 };
/// And values of more bytes than this, which have hundreds of blocks.
const MAX_BYTES: u64 = if cfg!(miri) { 10_000 } else { u64::MAX };

fn entries(file: &str) -> Vec<Json> {
    serde_json::from_str(file).unwrap()
}

fn profile_of(entry: &Json) -> Profile {
    let number = entry["profile"].as_u64().unwrap_or(0);
    [Profile::STANDARD, Profile::WHOLE, Profile::SMALL][usize::try_from(number).unwrap()]
}

/// How many items the rules of a description stand for at most.
fn repeats(value: &Json) -> u64 {
    match value {
        Json::Array(list) => list.iter().map(repeats).sum(),
        Json::Object(object) => match (object.get("for"), object.get("each")) {
            (Some(count), Some(each)) => count.as_u64().unwrap() * repeats(each).max(1),
            _ => object.values().map(repeats).sum(),
        },
        _ => 0,
    }
}

/// The CID of all CIDs, as the vectors have it for values of many blocks.
fn digest_of_cids(encoded: &Encoded) -> String {
    let all: Vec<u8> = encoded
        .blocks()
        .flat_map(|block| *block.cid().as_bytes())
        .collect();
    to_hex(Cid::of(&all).as_bytes())
}

/// The bytes of all blocks, the root's first, if the entry has them.
fn all_blocks(entry: &Json) -> Option<Vec<Vec<u8>>> {
    let digits = |block: &Json| block.as_str().map(hex);
    match (entry.get("blocks"), entry.get("cids")) {
        (Some(blocks), _) => blocks.as_array()?.iter().map(digits).collect(),
        (None, Some(_)) => None,
        (None, None) => digits(&entry["block"]).map(|block| vec![block]),
    }
}

/// How many vectors of a file there are, how many are read from their bytes, and how many are written.
fn check(file: &str) -> [usize; 3] {
    let (entries, mut read, mut written) = (entries(file), 0, 0);
    for entry in &entries {
        let bytes = entry["cids"]["bytes"].as_u64();
        if repeats(&entry["value"]) > MAX_REPEATS || bytes > Some(MAX_BYTES) {
            continue;
        }
        let (name, profile) = (&entry["name"], profile_of(entry));
        if let Some(blocks) = all_blocks(entry) {
            let (root, stored) = (Cid::of(&blocks[0]), Stored::of(&blocks));
            assert_eq!(to_hex(root.as_bytes()), entry["cid"], "{name}");
            let value: Value = decode(root, &stored).unwrap();
            let again = encode_with(&value, profile).unwrap();
            assert_eq!(again.root(), root, "{name}");
            read += 1;
        }
        let has_pointers = entry["value"].get("shared").is_some();
        let value = (!has_pointers).then(|| by_hand(&model(&entry["value"])));
        let Some(value) = value.flatten() else {
            continue;
        };
        let encoded = encode_with(&value, profile).unwrap();
        assert_eq!(to_hex(encoded.root().as_bytes()), entry["cid"], "{name}");
        let digest = &entry["cids"]["sha512_of_cids"];
        assert!(
            digest.is_null() || digest_of_cids(&encoded) == *digest,
            "{name}"
        );
        let back: Value = decode(encoded.root(), &encoded).unwrap();
        let again = encode_with(&back, profile).unwrap();
        assert!(again == encoded, "{name}");
        written += 1;
    }
    [entries.len(), read, written]
}

/// One test a file, so that an interpreter says how far it came; how many are read and written at
/// least, also there.
macro_rules! files {
    ($($test:ident: $file:ident, $least:expr;)*) => {$(
        #[test]
        fn $test() {
            let [all, read, written] = check($file);
            let [least_read, least_written]: [usize; 2] = $least;
            assert!(
                read >= least_read && written >= least_written,
                "of {all} vectors {read} were read, {written} written"
            );
        }
    )*};
}

files! {
    scalars_are_as_everywhere: SCALARS, [300, 300];
    containers_are_as_everywhere: CONTAINERS, [100, 50];
    keys_are_as_everywhere: KEYS, [40, 10];
    records_are_as_everywhere: RECORDS, [25, 5];
    types_of_the_standard_library_are_as_everywhere: STD, [50, 10];
    cuts_are_as_everywhere: CUT, [30, 10];
    chunks_are_as_everywhere: CHUNKS, [20, 10];
    pointers_and_cycles_are_as_everywhere: IDENTITY, [60, 0];
}

#[test]
fn refused_blocks_are_refused_as_everywhere() {
    let mut refused = 0;
    for entry in serde_json::from_str::<Vec<Json>>(REFUSED).unwrap() {
        let blocks = entry["blocks"].as_array().unwrap().iter();
        let blocks: Vec<_> = blocks.map(|block| hex(block.as_str().unwrap())).collect();
        let size: usize = blocks.iter().map(Vec::len).sum();
        if entry["on"] == "read" && (size < 400 || !cfg!(miri)) {
            let root = Cid::of(&blocks[0]);
            let result = decode::<Value>(root, &Stored::of(&blocks));
            assert!(result.is_err(), "{}", entry["name"]);
            refused += 1;
        }
    }
    assert!(refused > 250, "{refused}");
}

/// Packed numbers are copied as they lie in memory where that is the order of the bytes.
#[test]
fn typed_values_have_the_vectors_cids() {
    let files = [STD, CONTAINERS, CHUNKS].map(entries);
    let vectors: BTreeMap<String, (String, Profile)> = files
        .iter()
        .flatten()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            (text("name"), (text("cid"), profile_of(entry)))
        })
        .collect();
    let has = |name: &str, cid: Cid| assert_eq!(to_hex(cid.as_bytes()), vectors[name].0, "{name}");
    has("3usize", compute_cid(&3_usize).unwrap());
    has("-3isize", compute_cid(&-3_isize).unwrap());
    has("[H of 3, packed", compute_cid(&[0_u16, 1, 2]).unwrap());
    has("[I of 3, packed", compute_cid(&[0_u32, 1, 2]).unwrap());
    has("[L of 3, packed", compute_cid(&[0_u64, 1, 2]).unwrap());
    has("[L of 3, packed", compute_cid(&[0_usize, 1, 2]).unwrap());
    has("[l of 3, packed", compute_cid(&[0_isize, 1, 2]).unwrap());
    has("[Q of 3, packed", compute_cid(&[0_u128, 1, 2]).unwrap());
    let ends = [i16::MIN, -1, i16::MAX];
    has("[h of both ends, packed", compute_cid(&ends).unwrap());
    let ends = [i64::MIN, -1, i64::MAX];
    has("[l of both ends, packed", compute_cid(&ends).unwrap());
    has(
        "[q of both ends, packed",
        compute_cid(&[i128::MIN, -2, 1]).unwrap(),
    );
    let floats = [0x4000_0000, 0x4000_0001, 0x4000_0002].map(f32::from_bits);
    has("[f of 3, packed", compute_cid(&floats).unwrap());
    let (shorts, longs): (Vec<u16>, Vec<u64>) = ((0..200).collect(), (0..200).collect());
    let chunked = [
        ("small: packed H, 200", both_ways(&shorts)),
        ("small: packed L, 200", both_ways(&longs)),
        (
            "small: packed q, 200",
            both_ways(&(0..200).collect::<Vec<i128>>()),
        ),
    ];
    for (name, root) in chunked {
        assert_eq!(vectors[name].1, Profile::SMALL);
        has(name, root);
    }
    let strings: Vec<_> = (0..200).map(|i| format!("item {i}")).collect();
    has("small: 200 strings", both_ways(&strings));
    let entries = (0..200_u32).map(|i| (format!("key {i}"), i));
    has(
        "small: map of 200",
        both_ways(&entries.collect::<BTreeMap<_, _>>()),
    );
    let numbers: Vec<_> = (0..200).map(|i| format!("{i} ")).collect();
    has("small: text of 200 numbers", both_ways(&numbers.concat()));
}

/// The root in the small profile of a value that comes back equal.
fn both_ways<T: Debuggable + PartialEq>(value: &T) -> Cid {
    let encoded = encode_with(value, Profile::SMALL).unwrap();
    assert!(decode::<T>(encoded.root(), &encoded).unwrap() == *value);
    encoded.root()
}

//! The crate's dynamic values against the slow encoder and the strict reader: the same blocks and the
//! same values, for all vectors and for random ones; and the same bytes refused.

mod convert;
mod stored;

use std::fs;
use std::path::PathBuf;

use cideldill::{Cid, Encoded, ErrorKind, Value, decode, encode_with};
use cideldill_reference::model::Model;
use cideldill_reference::notation::{hex, model};
use cideldill_reference::profile::Profile;
use cideldill_reference::random::{Random, case};
use cideldill_reference::reference::{self, Blocks, cid_of};
use convert::{by_hand, model_of, ours};
use serde_json::Value as Json;
use stored::Stored;

fn file(name: &str) -> Vec<Json> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "vectors", name]
        .iter()
        .collect();
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn is(encoded: &Encoded, root: &reference::Cid, blocks: &Blocks) -> bool {
    encoded.root().as_bytes() == root
        && encoded.blocks().len() == blocks.len()
        && encoded.blocks().all(|block| {
            blocks
                .get(block.cid().as_bytes())
                .is_some_and(|b| **b == **block.bytes())
        })
}

/// The value as the crate reads and writes it is the one the slow encoder wrote. Says whether it was
/// also made by hand.
fn agrees(value: &Model, profile: Profile) -> Result<bool, String> {
    let (root, blocks) = reference::encode(value, profile).unwrap();
    let stored = Stored::of(blocks.values());
    let read: Value =
        decode(Cid::from_bytes(root), &stored).map_err(|error| format!("reading: {error}"))?;
    let expected = match value.sorted().unwrap() {
        // Some(x) and x have one CID if x was cut (section 8): without the type it is x.
        Model::Option(of, Some(inner)) if of == read.desc() => *inner,
        sorted => sorted,
    };
    if model_of(&read) != expected {
        return Err(format!("read as {read}"));
    }
    let again = encode_with(&read, ours(profile)).map_err(|error| format!("writing: {error}"))?;
    if !is(&again, &root, &blocks) {
        return Err("the value that was read is written otherwise".to_owned());
    }
    let Some(made) = by_hand(value) else {
        return Ok(false);
    };
    let again = encode_with(&made, ours(profile)).map_err(|error| format!("by hand: {error}"))?;
    if !is(&again, &root, &blocks) {
        return Err("the value made by hand is written otherwise".to_owned());
    }
    Ok(true)
}

#[test]
fn dynamic_values_have_the_blocks_of_the_vectors() {
    let mut failed = Vec::new();
    let mut made = 0;
    let files = [
        "scalars",
        "containers",
        "keys",
        "records",
        "std",
        "cut",
        "chunks",
    ];
    let entries = files.iter().flat_map(|name| file(&format!("{name}.json")));
    for entry in entries {
        let value = model(&entry["value"]);
        let profile = Profile::numbered(entry["profile"].as_u64().unwrap_or(0)).unwrap();
        match agrees(&value, profile) {
            Ok(by_hand) => made += u32::from(by_hand),
            Err(error) => failed.push(format!("{}: {error:.200}", entry["name"])),
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(made > 500, "{made}");
}

#[test]
fn dynamic_and_slow_encoder_agree_on_random_values() {
    let mut made = 0;
    for seed in 0..100_000 {
        let case = case(seed);
        match agrees(&case.model, case.profile) {
            Ok(by_hand) => made += u32::from(by_hand),
            Err(error) => panic!("seed {seed}, profile {}: {error:.300}", case.profile.number),
        }
    }
    assert!(made > 50_000, "{made}");
}

#[test]
fn refused_bytes_are_refused_by_the_crate() {
    let mut failed = Vec::new();
    let mut refused = 0;
    for entry in file("refused.json") {
        if entry["name"].as_str().unwrap().starts_with("identity: ") {
            // In `identity_values.rs`.
            continue;
        }
        let blocks = entry["blocks"].as_array().unwrap().iter();
        let blocks: Vec<_> = blocks.map(|block| hex(block.as_str().unwrap())).collect();
        let root = Cid::from_bytes(cid_of(&blocks[0]));
        let result = decode::<Value>(root, &Stored::of(&blocks));
        match result {
            Ok(value) if entry["on"] == "read" => {
                failed.push(format!(
                    "{} ({}): read as {value}",
                    entry["name"], entry["rule"]
                ));
            }
            // What is left to writing it again.
            Ok(value) => {
                let profile = Profile::numbered(u64::from(blocks[0][0] & 15)).unwrap();
                let again = encode_with(&value, ours(profile)).unwrap();
                if again.root() == root {
                    failed.push(format!("{}: written so again", entry["name"]));
                }
                refused += 1;
            }
            Err(error) => {
                // A link could have led to a cycle, which can stand anywhere.
                let is_link = entry["name"].as_str().unwrap().starts_with("a link ");
                let is_missing = matches!(error.kind(), ErrorKind::Missing { .. });
                if is_missing && !is_link {
                    failed.push(format!("{} ({}): {error}", entry["name"], entry["rule"]));
                }
                refused += 1;
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(refused > 300, "{refused}");
}

/// Every changed byte of a small block is refused, or it makes exactly the block of another value.
#[test]
fn changed_bytes_are_refused_or_make_another_value() {
    let (mut refused, mut accepted) = (0_u32, 0_u32);
    let mut blocks_changed = 0;
    for seed in 0..4_000 {
        let case = case(seed);
        let (_, blocks) = reference::encode(&case.model, case.profile).unwrap();
        let [block] = blocks.values().collect::<Vec<_>>()[..] else {
            continue;
        };
        if block.len() > 40 {
            continue;
        }
        blocks_changed += 1;
        let mut random = Random::new(seed);
        // All changes of each byte for some blocks, some changes of each for the others.
        let step = if blocks_changed % 20 == 0 { 1 } else { 16 };
        for at in 0..block.len() {
            for by in (1 + random.below(step)..256).step_by(step) {
                let mut changed = block.clone();
                changed[at] ^= u8::try_from(by).unwrap();
                let stored = Stored::of([&changed]);
                let root = Cid::from_bytes(cid_of(&changed));
                let ours_says = decode::<Value>(root, &stored);
                let alone = Blocks::from([(*root.as_bytes(), changed)]);
                let theirs = cideldill_reference::reader::decode(root.as_bytes(), &alone);
                match (ours_says, theirs) {
                    (Err(_), Err(_)) => refused += 1,
                    (Ok(value), Ok(model)) => {
                        accepted += 1;
                        assert_eq!(model_of(&value), model, "seed {seed}");
                        let profile = Profile::numbered(u64::from(alone[root.as_bytes()][0] & 15));
                        let again = encode_with(&value, ours(profile.unwrap())).unwrap();
                        assert!(is(&again, root.as_bytes(), &alone), "seed {seed}: {value}");
                    }
                    (ours_says, theirs) => panic!(
                        "seed {seed}, byte {at}: {:02x?}: {ours_says:?}, the slow reader: {theirs:?}",
                        alone[root.as_bytes()]
                    ),
                }
            }
        }
    }
    assert!(
        refused > 100_000 && accepted > 10_000,
        "{refused} refused, {accepted} accepted"
    );
}

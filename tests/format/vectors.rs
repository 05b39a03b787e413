//! The committed values of `tests/vectors/` are what the slow encoder makes of them, and the strict
//! reader makes the values of the blocks again.
//!
//! After a change of the page, `cargo test -p cideldill-tests --test format_vectors -- --ignored`
//! writes them anew.

mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use cideldill_reference::model::Model;
use cideldill_reference::notation::{hex, shared, to_hex};
use cideldill_reference::profile::Profile;
use cideldill_reference::reader::{fsck_shared, overlay_of};
use cideldill_reference::reference::{Blocks, Cid, Encoded, cid_of, encode_shared};
use serde_json::{Value as Json, json};
use values::Vector;

/// A block with more bytes is described by its ends.
const MAX_HEX_BYTES: usize = 400;
/// Blocks with more bytes together are named by their CIDs.
const MAX_BLOCK_BYTES: usize = 4_096;
/// More blocks are named by one digest of all their CIDs.
const MAX_CIDS: usize = 24;

fn path(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "vectors", file]
        .iter()
        .collect()
}

/// What the file says about a vector.
fn entry(vector: &Vector) -> Json {
    let profile = Profile::numbered(vector.profile).unwrap();
    let Encoded {
        root,
        content,
        blocks,
    } = encode_shared(&shared(&vector.value), profile).unwrap();
    let block = &blocks[&root];
    let mut entry = json!({
        "name": vector.name,
        "value": vector.value,
        "block": if block.len() <= MAX_HEX_BYTES {
            json!(to_hex(block))
        } else {
            let (start, end) = (&block[..80], &block[block.len() - 16..]);
            json!({"bytes": block.len(), "starts": to_hex(start), "ends": to_hex(end)})
        },
        "cid": to_hex(&root),
    });
    if vector.profile != 0 {
        entry["profile"] = json!(vector.profile);
    }
    let bytes: usize = blocks.values().map(Vec::len).sum();
    let is_told = blocks.len() == 1 && bytes <= MAX_HEX_BYTES;
    if !is_told && bytes <= MAX_BLOCK_BYTES {
        let below = blocks.iter().filter(|(cid, _)| **cid != root);
        let all = [block].into_iter().chain(below.map(|(_, block)| block));
        entry["blocks"] = all.map(|block| to_hex(block)).collect();
    } else if blocks.len() > 1 {
        entry["cids"] = cids(&blocks, bytes);
    }
    if content != root {
        entry["content"] = json!(to_hex(&content));
        let overlay = overlay_of(&root, &blocks).unwrap();
        if overlay.len() <= MAX_HEX_BYTES {
            entry["overlay"] = json!(to_hex(&overlay));
        }
    }
    entry
}

fn cids(blocks: &Blocks, bytes: usize) -> Json {
    if blocks.len() <= MAX_CIDS {
        return blocks.keys().map(|cid| to_hex(cid)).collect();
    }
    let all: Vec<u8> = blocks.keys().flatten().copied().collect();
    json!({"count": blocks.len(), "bytes": bytes, "sha512_of_cids": to_hex(&cid_of(&all))})
}

/// One entry a line.
fn file_text(vectors: &[Vector]) -> String {
    let lines: Vec<_> = vectors
        .iter()
        .map(|vector| entry(vector).to_string())
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn committed_vectors_are_what_the_reference_encoder_writes() {
    for (file, vectors) in values::files() {
        let committed = fs::read_to_string(path(file)).unwrap();
        assert!(
            committed == file_text(&vectors),
            "{file} is not what would be generated"
        );
    }
}

#[test]
#[ignore = "writes the files"]
fn regenerate_vectors() {
    for (file, vectors) in values::files() {
        fs::write(path(file), file_text(&vectors)).unwrap();
    }
}

fn committed() -> Vec<Json> {
    let mut entries = Vec::new();
    for (file, _) in values::files() {
        let text = fs::read_to_string(path(file)).unwrap();
        let list: Vec<Json> = serde_json::from_str(&text).unwrap();
        entries.extend(list);
    }
    entries
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

#[test]
fn every_committed_block_reads_back_as_its_value() {
    for entry in committed() {
        let name = entry["name"].as_str().unwrap();
        let value = shared(&entry["value"]).sorted().unwrap();
        let profile = Profile::numbered(entry["profile"].as_u64().unwrap_or(0)).unwrap();
        let encoded = encode_shared(&value, profile).unwrap();
        let (root, mut blocks) = (encoded.root, encoded.blocks);
        assert_eq!(to_hex(&root), entry["cid"], "{name}");
        if let Some(committed) = all_blocks(&entry) {
            blocks = committed
                .into_iter()
                .map(|block| (cid_of(&block), block))
                .collect();
        }
        let (read, _) = fsck_shared(&root, &blocks).unwrap_or_else(|bad| panic!("{name}: {bad:?}"));
        if !value.nodes.is_empty() {
            // Pointers about which there is nothing to say are not seen; fsck compared the rest.
            continue;
        }
        let (read, value) = (read.root, value.root);
        // Some(x) and x have one CID if x was cut (section 8).
        let is_inner =
            |value: &Model| matches!(value, Model::Option(_, Some(inner)) if **inner == read);
        assert!(read == value || is_inner(&value), "{name}");
    }
}

#[test]
fn different_values_have_different_cids_but_for_options_that_were_cut() {
    let mut cids = BTreeSet::new();
    let mut names = BTreeSet::new();
    for entry in committed() {
        assert!(
            names.insert(entry["name"].to_string()),
            "{} stands twice",
            entry["name"]
        );
        let is_new = cids.insert(entry["cid"].to_string());
        let is_same = entry["name"].as_str().unwrap().starts_with("same: ");
        assert_eq!(is_new, !is_same, "{}", entry["name"]);
    }
}

#[test]
fn the_vectors_stay_under_a_megabyte() {
    let files = fs::read_dir(path("")).unwrap();
    let bytes: u64 = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(bytes < 1 << 20, "{bytes} bytes");
}

/// The CID of a block is what `sha512sum` prints for its bytes.
#[test]
fn a_cid_is_the_digest_of_the_committed_block() {
    let mut given = 0;
    for entry in committed() {
        let name = &entry["name"];
        let Some(blocks) = all_blocks(&entry) else {
            continue;
        };
        let cids: Vec<Cid> = blocks.iter().map(|block| cid_of(block)).collect();
        assert_eq!(to_hex(&cids[0]), entry["cid"], "{name}");
        assert!(cids[1..].is_sorted(), "{name}");
        if let Some(content) = entry["content"].as_str() {
            assert!(cids[1..].iter().any(|cid| to_hex(cid) == content), "{name}");
        }
        given += 1;
    }
    assert!(given > 800, "{given}");
}

/// Who writes only a reader has chunks, cycles and overlays to read.
#[test]
fn all_blocks_are_given_of_small_values_of_every_kind() {
    let mut given = BTreeMap::<&str, usize>::new();
    for entry in committed() {
        let blocks = all_blocks(&entry).unwrap_or_default();
        let starts = |desc: &[u8]| {
            let is_one = |block: &Vec<u8>| block[2..].starts_with(desc);
            blocks.iter().any(is_one)
        };
        let is_of = [
            ("links", blocks.len() > 1),
            ("chunks", starts(b"%")),
            ("cycles", starts(b"~")),
            ("overlays", starts(b"!\x90")),
        ];
        for (kind, is_of) in is_of {
            *given.entry(kind).or_default() += usize::from(is_of);
        }
    }
    assert!(given.values().all(|&count| count >= 20), "{given:?}");
}

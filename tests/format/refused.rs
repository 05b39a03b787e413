//! `tests/vectors/refused.json`: bytes that no encoder writes, and the clause of section 11, 12 or
//! 14.4 they break.
//!
//! The first of an entry's blocks is the root. `"on"` is `"read"` for what every read refuses and
//! `"fsck"` for what is found when the value is encoded again.

mod refusals;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use cideldill_reference::notation::{hex, to_hex};
use cideldill_reference::reader::{Refused, Rule, decode, fsck};
use cideldill_reference::reference::{Blocks, Cid, cid_of};
use refusals::Refusal;
use serde_json::{Value as Json, json};

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "vectors", "refused.json"]
        .iter()
        .collect()
}

fn stored(blocks: &[Vec<u8>]) -> (Cid, Blocks) {
    let named = blocks
        .iter()
        .map(|block| (cid_of(block), block.clone()))
        .collect();
    (cid_of(&blocks[0]), named)
}

/// What the reader says, on every read or else when the value is encoded again.
fn refusal_of(blocks: &[Vec<u8>]) -> (&'static str, Result<(), Refused>) {
    let (root, blocks) = stored(blocks);
    match decode(&root, &blocks) {
        Err(refused) => ("read", Err(refused)),
        Ok(_) => ("fsck", fsck(&root, &blocks).map(|_| ())),
    }
}

fn file_text() -> String {
    let line = |refusal: &Refusal| {
        let (on, result) = refusal_of(&refusal.blocks);
        let refused = result.expect_err(&refusal.name);
        assert_eq!(
            refused.rule.to_string(),
            refusal.rule,
            "{}: {}",
            refusal.name,
            refused.reason
        );
        let blocks: Vec<_> = refusal.blocks.iter().map(|block| to_hex(block)).collect();
        json!({"name": refusal.name, "rule": refusal.rule, "on": on, "reason": refused.reason, "blocks": blocks})
    };
    let lines: Vec<_> = refusals::all()
        .iter()
        .map(|refusal| line(refusal).to_string())
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn committed_refusals_are_what_would_be_generated() {
    assert!(
        fs::read_to_string(path()).unwrap() == file_text(),
        "refused.json is not up to date"
    );
}

#[test]
#[ignore = "writes the file"]
fn regenerate_refused() {
    fs::write(path(), file_text()).unwrap();
}

fn committed() -> Vec<Json> {
    serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap()
}

fn blocks_of(entry: &Json) -> Vec<Vec<u8>> {
    entry["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| hex(block.as_str().unwrap()))
        .collect()
}

#[test]
fn every_committed_block_is_refused_for_its_reason() {
    for entry in committed() {
        let (on, result) = refusal_of(&blocks_of(&entry));
        let refused = result.expect_err(entry["name"].as_str().unwrap());
        assert_eq!(refused.rule.to_string(), entry["rule"], "{}", entry["name"]);
        assert_eq!(on, entry["on"], "{}", entry["name"]);
    }
}

#[test]
fn every_clause_of_sections_11_and_14_has_refused_bytes() {
    let mut by_rule = BTreeMap::<String, usize>::new();
    for entry in committed() {
        *by_rule
            .entry(entry["rule"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    let clauses = (1..=9).map(|number| Rule::Clause(number).to_string());
    for rule in clauses.chain([Rule::Across, Rule::Identity].map(|rule| rule.to_string())) {
        assert!(
            by_rule.get(&rule).is_some_and(|&count| count >= 5),
            "{rule}: {by_rule:?}"
        );
    }
    assert!(by_rule.values().sum::<usize>() >= 200, "{by_rule:?}");
}

/// Blocks cut short anywhere are refused, and never make the reader panic.
#[test]
fn every_prefix_of_a_refused_block_is_refused_too() {
    for entry in committed() {
        let blocks = blocks_of(&entry);
        let root = &blocks[0];
        for end in (0..root.len()).filter(|end| end % 7 == 0 || root.len() < 100) {
            let mut blocks = blocks.clone();
            blocks[0].truncate(end);
            let (root, blocks) = stored(&blocks);
            // These have something after what is whole.
            if entry["rule"] != "11.9" && entry["name"] != "identity: more cells than holes" {
                assert!(
                    decode(&root, &blocks).is_err(),
                    "{} up to {end}",
                    entry["name"]
                );
            }
        }
    }
}

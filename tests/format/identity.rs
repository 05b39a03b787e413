//! What docs/format.md section 14 promises, on random graphs of pointers: the slow encoder against
//! the strict reader.
//!
//! A failure names its seed; `graph(seed)` and `wild(seed)` are the values.

use std::collections::BTreeMap;

use cideldill_reference::graph::{Graph, graph, wild};
use cideldill_reference::profile::Profile;
use cideldill_reference::reader::fsck_shared;
use cideldill_reference::reference::encode_shared;

fn profile_of(seed: u64) -> Profile {
    [Profile::SMALL, Profile::SMALL, Profile::STANDARD][usize::try_from(seed % 3).unwrap()]
}

#[test]
fn every_graph_comes_back_with_its_identity() {
    for seed in 0..3_000 {
        let graph = graph(seed);
        let encoded = encode_shared(&graph.model(), profile_of(seed)).unwrap();
        let (read, _) = fsck_shared(&encoded.root, &encoded.blocks)
            .unwrap_or_else(|refused| panic!("seed {seed}: {refused:?}"));
        let loaded = Graph::of(&read).unwrap_or_else(|| panic!("seed {seed}: no graph"));
        assert!(loaded.as_met() == graph.as_met(), "seed {seed}");
    }
}

#[test]
fn every_value_with_pointers_is_what_its_blocks_are_read_as() {
    let mut refused = BTreeMap::<String, u32>::new();
    let mut encoded_ones = 0;
    for seed in 0..12_000 {
        let value = wild(seed);
        let encoded = match encode_shared(&value, profile_of(seed)) {
            Ok(encoded) => encoded,
            Err(failed) => {
                *refused.entry(failed.to_string()).or_default() += 1;
                continue;
            }
        };
        encoded_ones += 1;
        for root in [encoded.root, encoded.content] {
            fsck_shared(&root, &encoded.blocks)
                .unwrap_or_else(|refused| panic!("seed {seed}: {refused:?}"));
        }
    }
    assert!(encoded_ones > 8_000, "{encoded_ones} {refused:?}");
}

//! The links found without decoding are those that a decoder follows.
#![no_main]

use std::collections::BTreeSet;

use cideldill::{Value, decode_with, links};
use cideldill_fuzz::{Graph, limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // Any bytes: no panic, and what is found stands in the bytes.
    if let Ok(found) = links(data) {
        assert!(found.len() <= data.len() / 67);
    }
    let Some(graph) = Graph::parse(data) else {
        return;
    };
    for bytes in graph.blocks().values() {
        if let Ok(found) = links(bytes) {
            assert!(
                found
                    .iter()
                    .all(|cid| bytes.windows(64).any(|part| part == cid.as_bytes()))
            );
        }
    }
    if decode_with::<Value>(graph.root(), &graph, limits()).is_err() {
        return;
    }
    let asked = graph.asked();
    let mut found = BTreeSet::from([graph.root()]);
    for cid in &asked {
        let bytes = graph.block(cid).expect("what was read is there");
        found.extend(links(bytes).expect("what a decoder accepts is a block"));
    }
    // The first keys in a node are looked at, not followed: their links are those in the chunks.
    assert!(found.is_superset(&asked));
    assert!(found == asked || graph.has_nodes());
});

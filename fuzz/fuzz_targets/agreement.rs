//! The crate and the slow reader written from docs/format.md accept the same graphs of blocks.
#![no_main]

use std::collections::BTreeMap;

use cideldill::{ErrorKind, Value, decode_with};
use cideldill_fuzz::{Graph, limits};
use cideldill_reference::reader::{self, Rule};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(graph) = Graph::parse(data) else {
        return;
    };
    let blocks: BTreeMap<[u8; 64], Vec<u8>> = graph
        .blocks()
        .iter()
        .map(|(cid, bytes)| (*cid.as_bytes(), bytes.to_vec()))
        .collect();
    let expected = reader::decode(graph.root().as_bytes(), &blocks);
    let found = decode_with::<Value>(graph.root(), &graph, limits());
    match (expected, found) {
        (Err(refused), _) if refused.rule == Rule::Limit => {}
        (_, Err(error)) if matches!(error.kind(), ErrorKind::Limit { .. }) => {}
        (Ok(_), Ok(_)) | (Err(_), Err(_)) => {}
        // What is only seen across blocks is not asked of every read.
        (Err(refused), Ok(_)) => panic!("accepted, but {}: {}", refused.rule, refused.reason),
        // Without a type all keys are there to be compared, also those in blocks of their own, which
        // the page asks for only when a value is encoded again.
        (Ok(_), Err(error)) => assert!(
            reader::fsck(graph.root().as_bytes(), &blocks).is_err(),
            "refused, but the format allows it: {error}"
        ),
    }
});

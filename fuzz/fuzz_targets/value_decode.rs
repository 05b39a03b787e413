//! A graph of blocks as a dynamic value: what is accepted encodes to the same CID, and nothing that
//! can be done with it panics.
#![no_main]

use cideldill::{Path, Profile, Value, decode_with, encode_with};
use cideldill_fuzz::{Graph, limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(graph) = Graph::parse(data) else {
        return;
    };
    // An unloaded part is no error, and blocks below it are not read.
    if let Ok(shallow) = Value::shallow(graph.root(), &graph) {
        use_it(&shallow);
    }
    let Ok(value) = decode_with::<Value>(graph.root(), &graph, limits()) else {
        return;
    };
    use_it(&value);
    let first = graph.block(&graph.root()).and_then(|block| block.first());
    let profile = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL]
        .into_iter()
        .find(|profile| Some(&profile.first_byte()) == first)
        .expect("accepted blocks have a profile");
    let encoded = match encode_with(&value, profile) {
        Ok(encoded) => encoded,
        // `graph_decode` is for those: what a forged overlay says is only seen now.
        Err(_) if graph.has_identity() => return,
        Err(error) => panic!("what was decoded encodes: {error}"),
    };
    // Where chunks end is only seen when a value is encoded again; all else is checked on reading.
    if !graph.has_nodes() && !graph.has_identity() {
        assert_eq!(encoded.root(), graph.root());
        assert!(
            encoded
                .blocks()
                .all(|block| graph.block(&block.cid()).is_some())
        );
    }
    let unlimited = limits()
        .with_bytes(u64::MAX)
        .with_items(u64::MAX)
        .with_repeated_bytes(u64::MAX);
    let again: Value = decode_with(encoded.root(), &encoded, unlimited).expect("it decodes again");
    assert!(again == value || graph.has_identity());
});

fn use_it(value: &Value) {
    let copy = value.clone();
    assert!(copy == *value);
    let printed = value.to_string();
    assert_eq!(printed, copy.to_string());
    drop(copy);
    let _ = value
        .display()
        .depth(3)
        .items(2)
        .text(7)
        .width(11)
        .bytes(100)
        .to_string();
    for path in [
        "",
        ".0",
        "[0]",
        "[1]",
        "[\"\"]",
        "[()]",
        ".a",
        ".a[0].b",
        "[0][0][0]",
    ] {
        let path: Path = path.parse().expect("it is a path");
        if let Some(part) = value.at(&path) {
            let _ = part.to_string();
        }
    }
    let _ = (
        value.as_str(),
        value.as_bytes(),
        value.as_u64(),
        value.as_i128(),
        value.as_f64(),
    );
}

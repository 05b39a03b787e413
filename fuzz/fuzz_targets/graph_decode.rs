//! A graph of blocks with pointers, cycles and overlays, as a dynamic value and as typed pointers:
//! what is accepted can be looked at, and from its own encoding comes back with the same one.
#![no_main]

use std::rc::Rc;

use cideldill::{
    Debuggable, Encoded, Error, ErrorKind, Profile, Reduce, Value, decode_with, encode_with,
};
use cideldill_fuzz::types::Node;
use cideldill_fuzz::{Graph, limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(graph) = Graph::parse(data) else {
        return;
    };
    if let Ok(shallow) = Value::shallow(graph.root(), &graph) {
        let _ = shallow.to_string();
    }
    if let Ok(value) = decode_with::<Value>(graph.root(), &graph, limits()) {
        let _ = value.display().depth(5).width(40).to_string();
        assert!(value.clone() == value);
        let _ = value.at_str("[0].next.next.plain[0].name");
        if let Some(encoded) = written(&graph, &value) {
            let again = read_again::<Value>(&encoded).expect("what was encoded decodes");
            assert_eq!(written(&graph, &again), Some(encoded));
        }
    }
    if let Ok(nodes) = decode_with::<Vec<Rc<Node>>>(graph.root(), &graph, limits()) {
        if let Some(encoded) = written(&graph, &nodes) {
            let again = read_again::<Vec<Rc<Node>>>(&encoded).expect("what was encoded decodes");
            assert_eq!(written(&graph, &again), Some(encoded));
            Node::take_apart(again);
        }
        Node::take_apart(nodes);
    }
});

/// The value in the profile of its blocks. A forged overlay can make a cycle that no encoder writes,
/// or one that is met only because of it in the profile without identity.
fn written<T: Reduce>(graph: &Graph, value: &T) -> Option<Encoded> {
    let first = graph.block(&graph.root()).and_then(|block| block.first());
    let profile = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL]
        .into_iter()
        .find(|profile| Some(&profile.first_byte()) == first)
        .expect("accepted blocks have a profile");
    match encode_with(value, profile) {
        Ok(encoded) => Some(encoded),
        Err(error) => {
            let kind = error.kind();
            assert!(!matches!(kind, ErrorKind::ChangedWhileEncoding), "{error}");
            None
        }
    }
}

fn read_again<T: Debuggable>(encoded: &Encoded) -> Result<T, Error> {
    let unlimited = limits()
        .with_bytes(u64::MAX)
        .with_items(u64::MAX)
        .with_repeated_bytes(u64::MAX);
    decode_with(encoded.root(), encoded, unlimited)
}

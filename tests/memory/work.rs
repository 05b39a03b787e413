//! Work is linear in the value, and digests are computed many at a time.

use cideldill::__private::hashing_of;
use cideldill::{Debuggable, encode};

#[derive(Debuggable)]
struct Nested {
    text: String,
    next: Option<Box<Nested>>,
}

/// A chain in which each node is long enough for a block of its own.
fn chain(depth: usize) -> Nested {
    let node = |number, next| Nested {
        text: format!("{number:08}").repeat(125),
        next,
    };
    let mut chain = node(0, None);
    for number in 1..depth {
        chain = node(number, Some(Box::new(chain)));
    }
    chain
}

#[test]
fn bytes_and_digests_grow_with_the_depth_of_a_chain_and_no_faster() {
    let measured = |depth| {
        let chain = chain(depth);
        let encoded = encode(&chain).unwrap();
        let (_, messages) = hashing_of(&chain).unwrap();
        // Each block is hashed once.
        assert_eq!(messages, encoded.blocks().len() as u64);
        (encoded.len(), messages)
    };
    let (bytes, messages) = measured(100);
    assert!(messages >= 99, "a block a node: {messages}");
    for times in [2, 4, 8] {
        let (more_bytes, more_messages) = measured(100 * times);
        let limit = |one: u64| one * times as u64 * 101 / 100;
        assert!(more_bytes <= limit(bytes), "{more_bytes} of {bytes}");
        assert!(
            more_messages <= limit(messages),
            "{more_messages} of {messages}"
        );
    }
}

#[test]
fn digests_of_the_log_are_computed_at_least_eight_at_a_time() {
    let (batches, messages) = hashing_of(&cideldill_data::log::logs(10_000)).unwrap();
    assert!(messages > 1_000, "it is many blocks: {messages}");
    assert!(
        messages >= 8 * batches,
        "{messages} messages in {batches} batches"
    );
}

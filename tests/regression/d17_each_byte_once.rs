//! D17: a chain of depth n was pickled n times over: 103 times its size at 100 levels. Here the work
//! is linear: each part is asked for its state once, and the blocks are together hardly longer than
//! the parts.

use std::cell::Cell;

use cideldill::{Debuggable, compute_cid, encode};

use crate::support::long_text;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

#[derive(Debuggable)]
#[debuggable(reduce_only, state = "Counted::state")]
struct Counted(String);

impl Counted {
    fn state(&self) -> String {
        ASKED.set(ASKED.get() + 1);
        self.0.clone()
    }
}

#[derive(Debuggable)]
#[debuggable(reduce_only)]
struct Link {
    data: Counted,
    next: Option<Box<Link>>,
}

fn chain(levels: usize) -> Option<Box<Link>> {
    let mut next = None;
    for level in 0..levels {
        // Different everywhere, so that no block stands for two.
        let data = Counted(format!("{level} {}", long_text(1_200)));
        next = Some(Box::new(Link { data, next }));
    }
    next
}

#[test]
fn every_part_of_a_chain_is_encoded_once() {
    for levels in [10, 40, 100, 1_000] {
        let chain = chain(levels);
        ASKED.set(0);
        let encoded = encode(&chain).unwrap();
        assert_eq!(ASKED.get(), levels);
        let bytes = levels as u64 * 1_204;
        assert!(encoded.len() > bytes);
        assert!(
            encoded.len() < bytes + bytes / 4,
            "{levels}: {}",
            encoded.len()
        );
        ASKED.set(0);
        compute_cid(&chain).unwrap();
        assert_eq!(ASKED.get(), levels);
    }
}

#[test]
fn every_element_of_a_long_list_is_encoded_once() {
    let list: Vec<Counted> = (0..10_000).map(|n| Counted(n.to_string())).collect();
    ASKED.set(0);
    let encoded = encode(&list).unwrap();
    assert_eq!(ASKED.get(), 10_000);
    assert!(encoded.len() < 200_000, "{}", encoded.len());
}

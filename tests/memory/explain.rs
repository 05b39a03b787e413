//! What explaining takes where something is not recorded at every level.

use std::mem::forget;
use std::sync::Mutex;

use allocation_counter::measure;
use cideldill::{Debuggable, explain};

use super::assert_linear;

#[derive(Debuggable)]
struct Node {
    number: Mutex<u64>,
    next: Option<Box<Node>>,
}

/// A node whose number is in use for good.
fn busy(next: Option<Box<Node>>, number: u64) -> Node {
    let number = Mutex::new(number);
    forget(number.lock());
    Node { number, next }
}

#[test]
fn a_list_of_which_every_node_is_refused() {
    assert_linear([1_000, 2_000, 4_000], 2_000, |n| {
        let list = (0..n).fold(None, |next, number| Some(Box::new(busy(next, number))));
        let mut explained = Vec::new();
        let used = measure(|| explained = explain(&list));
        assert_eq!(explained.len() as u64, n);
        assert_eq!(explained[2].path().to_string(), ".next.next.number");
        used.bytes_max
    });
}

//! Keys that hold parts which are not loaded.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use cideldill::{Debuggable, ErrorKind, Store, Value};

#[derive(Debuggable)]
struct Key {
    part: Value,
    id: u8,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

#[test]
fn keys_that_only_unloaded_parts_could_order_are_an_error() {
    let store = Store::in_memory();
    let cid = store.put(&vec!["a long text ".repeat(200)]).unwrap();
    let part = Value::shallow(cid, store.blocks()).unwrap();
    let key = |id| Key {
        part: part.clone(),
        id,
    };
    assert!(store.put(&BTreeSet::from([key(1)])).is_ok());
    let refused = store.put(&BTreeSet::from([key(1), key(2)])).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Unsupported { .. }),
        "{refused}"
    );
}

//! Persistent collections that share most of what they hold.

use std::rc::Rc;

use cideldill::{Debuggable, Store, encode};
use rpds::{HashTrieMap, Vector};

use crate::support::{assert_comes_back, cid, loaded};

/// 2,000 entries.
fn map() -> HashTrieMap<u32, String> {
    (0..2_000).map(|n| (n, format!("entry {n}"))).collect()
}

#[test]
fn a_version_costs_what_changed() {
    let store = Store::in_memory();
    let first = map();
    let whole = store.put_reporting(&first).unwrap().report;
    let second = first.insert(1_000, "changed".into());
    let step = store.put_reporting(&second).unwrap().report;
    assert!(
        step.new_bytes * 5 < whole.new_bytes,
        "{step:?} after {whole:?}"
    );
    // A clone costs nothing.
    let again = store.put_reporting(&second.clone()).unwrap().report;
    assert_eq!(again.new_blocks, 0);
}

#[test]
fn clones_share_their_blocks() {
    let one = map();
    let clones = vec![one.clone(); 50];
    let encoded = encode(&clones).unwrap();
    let alone = encode(&one).unwrap();
    assert!(
        encoded.blocks().len() <= alone.blocks().len() + 5,
        "the blocks of one, and a list"
    );
    assert_comes_back(&clones);
}

#[test]
fn behind_a_shared_pointer_a_collection_is_written_once_and_comes_back_shared() {
    #[derive(Debuggable)]
    struct History(Vec<Rc<Vector<String>>>);
    let one: Rc<Vector<String>> = Rc::new((0..2_000).map(|n| format!("line {n}")).collect());
    let history = History(vec![one; 1_000]);
    let encoded = encode(&history).unwrap();
    let back: History = loaded(&encoded).unwrap();
    assert!(back.0.iter().all(|version| Rc::ptr_eq(version, &back.0[0])));
    assert_eq!(cid(&back), encoded.root());
}

//! D2: a component that occurred twice in one object was sent with its second, empty occurrence, and
//! so not at all. Here a block is in the list once, with its bytes, however often it is linked.

use std::collections::{BTreeMap, BTreeSet};

use cideldill::{Store, encode};

use crate::support::long_text;

#[test]
fn a_part_that_occurs_twice_is_there_once_and_whole() {
    let text = long_text(4_000);
    let value: BTreeMap<_, _> = ["a", "b", "c"]
        .map(|key| (key.to_owned(), text.clone()))
        .into();
    let encoded = encode(&value).unwrap();
    let blocks: Vec<_> = encoded.blocks().collect();
    let names: BTreeSet<_> = blocks.iter().map(cideldill::Block::cid).collect();
    assert_eq!((blocks.len(), names.len()), (2, 2));
    assert!(blocks.iter().all(|block| !block.bytes().is_empty()));
    let far = Store::in_memory();
    far.blocks().put_many(&blocks).unwrap();
    assert_eq!(
        far.load::<BTreeMap<String, String>>(encoded.root())
            .unwrap(),
        value
    );
}

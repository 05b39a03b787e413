//! D2: a component that occurred twice in one object was sent with its second, empty occurrence, and
//! so not at all. Here a block is in the list once, with its bytes, however often it is linked.

use std::collections::{BTreeMap, BTreeSet};

use cideldill::transport::{RequestLimits, Serializer, receive};
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

#[test]
fn a_part_that_occurs_twice_is_sent_once_and_whole() {
    let text = long_text(4_000);
    let value = [text.clone(), text.clone(), text];
    let message = Serializer::default().serialize(&value).unwrap().offered();
    assert_eq!(message.components.len(), 1);
    assert!(message.components[0].1.len() > 4_000);
    let far = Store::in_memory();
    let limits = RequestLimits::default();
    let accepted = receive(far.blocks(), &message.into(), &limits).unwrap();
    assert_eq!(far.load::<[String; 3]>(accepted.cids[0]).unwrap(), value);
}

//! D1: components below the first level were not sent, so that the far side could not put a value
//! of three levels together. Here a value's blocks are one flat list, all depths in it.

use cideldill::transport::{RequestLimits, Serializer, receive};
use cideldill::{Store, encode};

use crate::support::long_text;

type Part = ([(String, String); 2], String);

#[test]
fn a_value_of_three_levels_loads_on_the_far_side() {
    let leaf = |n: usize| (long_text(1_500 + n), long_text(900));
    let middle = |n: usize| ([leaf(n), leaf(n + 50)], long_text(1_000 + n));
    let value: Vec<_> = (0..20).map(middle).collect();
    let encoded = encode(&value).unwrap();
    // The far side has nothing but the list.
    let far = Store::in_memory();
    let blocks: Vec<_> = encoded.blocks().collect();
    far.blocks().put_many(&blocks).unwrap();
    assert_eq!(far.blocks().stats().blocks, blocks.len() as u64);
    assert_eq!(far.load::<Vec<Part>>(encoded.root()).unwrap(), value);
    let levels = |cid| {
        let mut levels = 0;
        let mut here = vec![cid];
        while !here.is_empty() {
            levels += 1;
            let blocks = here.iter().map(|cid| far.get(*cid).unwrap().unwrap());
            here = blocks
                .flat_map(|block| cideldill::links(block.bytes()).unwrap())
                .collect();
        }
        levels
    };
    assert!(levels(encoded.root()) >= 3);
}

#[test]
fn a_value_of_three_levels_is_sent_whole_in_one_request() {
    let leaf = |n: usize| (long_text(1_500 + n), long_text(900));
    let middle = |n: usize| ([leaf(n), leaf(n + 50)], long_text(1_000 + n));
    let value: Vec<_> = (0..20).map(middle).collect();
    let message = Serializer::default().serialize(&value).unwrap().offered();
    let far = Store::in_memory();
    let limits = RequestLimits::default();
    let accepted = receive(far.blocks(), &message.into(), &limits).unwrap();
    assert_eq!(far.load::<Vec<Part>>(accepted.cids[0]).unwrap(), value);
}

use std::rc::Rc;

use super::*;
use crate::model::Shape;
use crate::reference::{cid_of, encode};

fn stored(block: &[u8]) -> (Cid, Blocks) {
    let cid = cid_of(block);
    (cid, Blocks::from([(cid, block.to_vec())]))
}

fn rule_of(cid: &Cid, blocks: &Blocks) -> Rule {
    decode(cid, blocks).unwrap_err().rule
}

#[test]
fn missing_and_corrupt_blocks_are_told_apart() {
    let parts = vec![
        Model::Text("a".repeat(2_000)),
        Model::Text("b".repeat(2_000)),
    ];
    let (root, blocks) = encode(&Model::Tuple(parts), Profile::STANDARD).unwrap();
    for cid in blocks.keys() {
        let mut without = blocks.clone();
        without.remove(cid);
        assert_eq!(rule_of(&root, &without), Rule::Missing);
        let mut changed = blocks.clone();
        changed.entry(*cid).and_modify(|block| block.push(0));
        assert_eq!(rule_of(&root, &changed), Rule::Corrupt);
    }
}

#[test]
fn reading_is_bounded_in_depth() {
    let shape = Shape {
        tag: "Node".to_owned(),
        version: 0,
        types: "?@".to_owned(),
        names: Vec::new(),
    };
    let shape = Rc::new(shape);
    let list = |length: usize| {
        let mut list = Model::Option("@".to_owned(), None);
        for _ in 0..length {
            let node = Model::Record(Rc::clone(&shape), vec![list]);
            list = Model::Option("@".to_owned(), Some(Box::new(node)));
        }
        encode(&list, Profile::WHOLE).unwrap()
    };
    let (root, blocks) = list(MAX_DEPTH / 2 - 1);
    assert!(decode(&root, &blocks).is_ok());
    let (root, blocks) = list(MAX_DEPTH / 2 + 1);
    assert_eq!(rule_of(&root, &blocks), Rule::Limit);
}

/// Each block holds two links to the one before: 2^40 strings from 41 blocks.
#[test]
fn reading_is_bounded_where_a_few_blocks_expand_to_many() {
    let mut block = vec![18, 0xa1, b'@', 0x91, 0x92, 0xa1, b'T', 0xa1, b's', 0x92, 0];
    crate::pack::text(&mut block, &"x".repeat(63 - 3));
    let mut blocks = Blocks::new();
    for _ in 0..40 {
        let link = [&[0xc7, 0x40, 1], cid_of(&block).as_slice()].concat();
        blocks.insert(cid_of(&block), block);
        block = vec![
            18, 0xa1, b'@', 0x91, 0x92, 0xa1, b'P', 0xa2, b'@', b'@', 0x93, 0,
        ];
        block.extend([link.clone(), link].concat());
    }
    let root = cid_of(&block);
    blocks.insert(root, block);
    assert_eq!(rule_of(&root, &blocks), Rule::Limit);
}

#[test]
fn an_option_that_is_the_whole_root_is_read_as_what_it_holds() {
    let long = Model::Text("x".repeat(1_100));
    let some = Model::Option("s".to_owned(), Some(Box::new(long.clone())));
    let (root, blocks) = encode(&some, Profile::STANDARD).unwrap();
    assert_eq!(decode(&root, &blocks), Ok(long));
    assert!(fsck(&root, &blocks).is_ok());
}

#[test]
fn keys_that_hold_links_are_left_to_fsck() {
    let long = |letter: &str| Model::Text(letter.repeat(70));
    let (_, mut blocks) =
        encode(&Model::Tuple(vec![long("a"), long("b")]), Profile::SMALL).unwrap();
    let set = |first: &str, second: &str| {
        let links = [first, second].map(|letter| {
            let cid = encode(&long(letter), Profile::SMALL).unwrap().0;
            [&[0xc7, 0x40, 1], cid.as_slice()].concat()
        });
        [
            &[18, 0xa2, b'<', b's', 0x90, 0x92],
            links.concat().as_slice(),
        ]
        .concat()
    };
    for (first, second, is_sound) in [("a", "b", true), ("b", "a", false), ("a", "a", false)] {
        let (root, set) = stored(&set(first, second));
        blocks.extend(set);
        assert!(decode(&root, &blocks).is_ok());
        assert_eq!(fsck(&root, &blocks).is_ok(), is_sound, "{first} {second}");
    }
}

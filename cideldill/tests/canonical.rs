//! Blocks that no encoder writes are refused, whatever type they are read as.

use std::sync::Arc;

use cideldill::{
    Block, BlockSource, Cid, Error, ErrorKind, Profile, Reconstruct, decode, encode, encode_with,
};

struct Blocks(Vec<Block>);

impl BlockSource for Blocks {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let find = |cid: &Cid| self.0.iter().find(|block| block.cid() == *cid);
        let bytes = cids.iter().map(|cid| match find(cid) {
            Some(block) => Ok(block.bytes().clone()),
            None => Err(ErrorKind::Missing { cid: *cid }.into()),
        });
        bytes.collect()
    }
}

fn block(profile: Profile, desc: &str, value: &[u8]) -> Block {
    let len = 0xa0 | u8::try_from(desc.len()).unwrap();
    let head = [&[profile.first_byte(), len], desc.as_bytes(), &[0x90]].concat();
    Block::new([&head, value].concat())
}

fn reason<T: Reconstruct>(blocks: &[Block]) -> Option<String> {
    let root = blocks.last().unwrap().cid();
    match decode::<T>(root, &Blocks(blocks.to_vec())) {
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    }
}

fn text(text: &str) -> Vec<u8> {
    let len = u16::try_from(text.len()).unwrap().to_be_bytes();
    [&[0xda], &len[..], text.as_bytes()].concat()
}

#[test]
fn a_block_that_is_only_a_link_is_refused() {
    for profile in [Profile::STANDARD, Profile::SMALL] {
        let long = encode_with(&"x".repeat(2000), profile).unwrap();
        let link = [&[0xc7, 64, 1], &long.root().as_bytes()[..]].concat();
        let mut blocks: Vec<Block> = long.blocks().collect();
        blocks.push(block(profile, "s", &link));
        let reason = reason::<String>(&blocks).unwrap();
        assert!(reason.contains("only a link"), "{reason}");
    }
}

#[test]
fn an_option_around_a_long_string_is_the_block_of_the_string() {
    let blocks = [block(Profile::STANDARD, "?s", &text(&"x".repeat(1021)))];
    let reason = reason::<Option<String>>(&blocks).unwrap();
    assert!(reason.contains("long enough to be cut"), "{reason}");
    let short = [block(Profile::STANDARD, "?s", &text(&"x".repeat(1020)))];
    assert_eq!(self::reason::<Option<String>>(&short), None);
}

#[test]
fn a_long_sequence_of_small_integers_loads_as_one_of_larger_ones() {
    for n in [10, 1000, 100_000] {
        let small: Vec<u32> = (0..n).collect();
        let encoded = encode(&small).unwrap();
        let large: Vec<u64> = decode(encoded.root(), &encoded).unwrap();
        assert!(large.into_iter().eq(small.into_iter().map(u64::from)));
    }
}

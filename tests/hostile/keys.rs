//! Keys that are equal or out of order, and text that is none.

use std::collections::{BTreeMap, BTreeSet};
use std::collections::{HashMap, HashSet};

use cideldill::{Cid, Debuggable, Error, ErrorKind};

use crate::support::{
    Planted, assert_accepted, assert_block_refused, assert_refused, is_malformed, link,
};

fn is_duplicate(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::DuplicateKey { .. })
}

#[test]
fn equal_keys_in_one_block_are_refused() {
    let set = b"\x10\xa2<s\x90\x92\xa1a\xa1a";
    assert_block_refused::<BTreeSet<String>>(&"set", set, is_malformed);
    assert_block_refused::<HashSet<String>>(&"set", set, is_malformed);
    let map = b"\x10\xa3{sB\x90\x82\xa1a\x01\xa1a\x02";
    assert_block_refused::<BTreeMap<String, u8>>(&"map", map, is_malformed);
    assert_block_refused::<HashMap<String, u8>>(&"map", map, is_malformed);
    let bits = b"\x10\xa2<d\x90\x92\xcb\x80\0\0\0\0\0\0\0\xcb\x80\0\0\0\0\0\0\0";
    assert_block_refused::<cideldill::Value>(&"floats", bits, is_malformed);
}

#[test]
fn keys_out_of_order_are_refused() {
    assert_block_refused::<BTreeSet<u8>>(&"set", b"\x10\xa2<B\x90\x92\x02\x01", is_malformed);
    assert_block_refused::<BTreeMap<String, ()>>(
        &"map",
        b"\x10\xa3{sn\x90\x82\xa2aa\xc0\xa1a\xc0",
        is_malformed,
    );
    // The neighbour of a key with a link is known.
    assert_block_refused::<BTreeSet<(u8, String)>>(
        &"tuples",
        b"\x10\xa5<(Bs)\x90\x92\x92\x02\xa1a\x92\x01\xa1b",
        is_malformed,
    );
}

/// A block of a string that is long enough to be cut in the small profile.
fn text(letter: u8) -> Vec<u8> {
    [&b"\x12\xa1s\x90\xd9\x40"[..], &[letter; 64]].concat()
}

/// A map with these strings as keys, each a block of its own.
fn map_of(planted: &mut Planted, letters: [u8; 2]) -> Cid {
    let [a, b] = letters.map(|letter| planted.add(text(letter)));
    let entries = [link(a), vec![1], link(b), vec![2]].concat();
    planted.add([&b"\x12\xa3{sB\x90\x82"[..], &entries].concat())
}

#[test]
fn equal_keys_in_blocks_of_their_own_are_refused() {
    let mut planted = Planted::default();
    let right = map_of(&mut planted, [b'a', b'b']);
    assert_accepted::<BTreeMap<String, u8>>(right, &planted);
    let root = map_of(&mut planted, [b'a', b'a']);
    assert_refused::<BTreeMap<String, u8>>(&"map", (root, &planted), is_duplicate);
    assert_refused::<HashMap<String, u8>>(&"map", (root, &planted), is_duplicate);
}

/// A map in two chunks of one key each, with the first keys in the node.
fn chunked(planted: &mut Planted, keys: [&[u8]; 2]) -> Cid {
    let groups = keys.map(|key| {
        let filler = [b'x'; 61];
        let value = [&[0xd9, 61], &filler[..]].concat();
        let chunk = [b"\x12\xa3{ss\x90\x81", key, &value].concat();
        [link(planted.add(chunk)), vec![1], key.to_vec()].concat()
    });
    planted.add([&b"\x12\xa4%{ss\x90\x96"[..], &groups.concat()].concat())
}

#[test]
fn equal_keys_in_neighbouring_chunks_are_refused() {
    let mut planted = Planted::default();
    let right = chunked(&mut planted, [b"\xa1a", b"\xa1b"]);
    assert_accepted::<BTreeMap<String, String>>(right, &planted);
    let root = chunked(&mut planted, [b"\xa1a", b"\xa1a"]);
    // The node gives it away.
    assert_refused::<BTreeMap<String, String>>(&"map", (root, &planted), is_malformed);
    assert_refused::<HashMap<String, String>>(&"map", (root, &planted), is_malformed);

    // A node that gives other first keys than its chunks have.
    let right = planted.bytes(right).to_vec();
    let mut forged = planted.bytes(root).to_vec();
    let last = forged.len() - 1;
    forged[last] = right[last];
    let root = planted.add(forged);
    let is_refused = |error: &Error| is_duplicate(error) || is_malformed(error);
    assert_refused::<BTreeMap<String, String>>(&"map", (root, &planted), is_refused);
    assert_refused::<HashMap<String, String>>(&"map", (root, &planted), is_refused);
}

#[derive(Debuggable)]
struct Named {
    name: String,
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    const BAD: [&[u8]; 6] = [
        b"\xff\x41\x41\x41",
        b"\xc3\x28\x41\x41",
        b"\xc0\x80\x41\x41",
        b"\xed\xa0\x80\x41",
        b"\xf4\x90\x80\x80",
        b"AAA\xe2",
    ];
    for bad in BAD {
        let with = |before: &[u8], after: &[u8]| [before, b"\xa4", bad, after].concat();
        let string = with(b"\x10\xa1s\x90", b"");
        assert_block_refused::<String>(&bad, &string, is_malformed);
        let key = with(b"\x10\xa3{sn\x90\x81", b"\xc0");
        assert_block_refused::<BTreeMap<String, ()>>(&bad, &key, is_malformed);
        let element = with(b"\x10\xa2[s\x90\x92\xa1a", b"");
        assert_block_refused::<Vec<String>>(&bad, &element, is_malformed);
        let character = with(b"\x10\xa1c\x90", b"");
        assert_block_refused::<char>(&bad, &character, is_malformed);
        let field = with(b"\x10\xa1@\x91\x93\xa5Named\xa1s\xa4name\x92\0", b"");
        assert_block_refused::<Named>(&bad, &field, is_malformed);
        let tag = with(b"\x10\xa1@\x91\x93", b"\xa1s\xa4name\x92\0\xa1x");
        assert_block_refused::<Named>(&bad, &tag, is_malformed);
        let name = with(b"\x10\xa1@\x91\x93\xa5Named\xa1s", b"\x92\0\xa1x");
        assert_block_refused::<Named>(&bad, &name, is_malformed);
        let types = with(b"\x10\xa1@\x91\x93\xa5Named", b"\xa4name\x92\0\xa1x");
        assert_block_refused::<Named>(&bad, &types, is_malformed);
        let desc = with(b"\x10", b"\x90\xa1x");
        assert_block_refused::<String>(&bad, &desc, is_malformed);
    }
}

#[test]
fn long_text_that_is_not_utf_8_is_refused_in_its_block_and_in_its_chunk() {
    let mut planted = Planted::default();
    let mut bad = text(b'a');
    *bad.last_mut().unwrap() = 0xe2;
    let bad = planted.add(bad);
    let good = planted.add(text(b'b'));
    let holder = planted.add([&b"\x12\xa2[s\x90\x92"[..], &link(good), &link(bad)].concat());
    assert_refused::<Vec<String>>(&"a part", (holder, &planted), is_malformed);
    let group = |cid| [link(cid), vec![64]].concat();
    let groups = [group(good), group(bad)].concat();
    let node = planted.add([&b"\x12\xa2%s\x90\x94"[..], &groups].concat());
    assert_refused::<String>(&"a chunk", (node, &planted), is_malformed);
}

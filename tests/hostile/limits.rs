//! Each limit: a value just at it is read, one unit less is the error that names it.

use cideldill::{
    Cid, Debuggable, ErrorKind, Limits, Profile, Reconstruct, Value, decode_with, encode_with,
};

use crate::support::{Planted, link, read_every_way};

#[derive(Debuggable)]
struct Part {
    name: String,
    numbers: Vec<u64>,
    flags: Vec<bool>,
}

/// With a limit at `n` all is read; below it nothing is.
#[track_caller]
fn assert_exact<T: Reconstruct>(
    root: Cid,
    planted: &Planted,
    what: &str,
    n: u64,
    limits: impl Fn(u64) -> Limits,
) {
    for (way, result) in read_every_way::<T>(root, planted, limits(n)) {
        result.unwrap_or_else(|error| panic!("{way}: {error}"));
    }
    for (way, result) in read_every_way::<T>(root, planted, limits(n - 1)) {
        let error = result.expect_err(way);
        assert!(
            matches!(error.kind(), ErrorKind::Limit { what: found, limit }
                if *found == what && *limit == n - 1),
            "{way}: {error}"
        );
        assert!(
            error.to_string().contains("`Limits` can raise it"),
            "{error}"
        );
    }
}

fn part() -> (Cid, Planted, u64) {
    let part = Part {
        name: "a long name ".repeat(20),
        numbers: Vec::new(),
        flags: vec![true, false, true],
    };
    let encoded = encode_with(&part, Profile::SMALL).unwrap();
    assert_eq!(encoded.blocks().len(), 2);
    (encoded.root(), Planted::of(&encoded), encoded.len())
}

#[test]
fn depth_counts_composites_inside_each_other() {
    let (root, planted, _) = part();
    // The record and a sequence in it.
    let depth = |n| Limits::default().with_depth(n);
    assert_exact::<Part>(root, &planted, "composites inside each other", 2, depth);
}

#[test]
fn items_count_fields_elements_and_entries() {
    let (root, planted, _) = part();
    // Three fields, three flags.
    let items = |n| Limits::default().with_items(n);
    assert_exact::<Part>(root, &planted, "items", 6, items);
}

#[test]
fn bytes_count_every_block_that_is_read() {
    let (root, planted, len) = part();
    let bytes = |n| Limits::default().with_bytes(n);
    assert_exact::<Part>(root, &planted, "bytes of blocks", len, bytes);
}

#[test]
fn repeated_bytes_count_blocks_that_were_read_before() {
    let mut planted = Planted::default();
    let text = [&b"\x12\xa1s\x90\xd9\x40"[..], &[b'x'; 64]].concat();
    let len = text.len() as u64;
    let text = planted.add(text);
    let links = [link(text), link(text), link(text)].concat();
    let root = planted.add([&b"\x12\xa2[s\x90\x93"[..], &links].concat());
    let repeated = |n| Limits::default().with_repeated_bytes(n);
    let what = "bytes of blocks met again";
    assert_exact::<Vec<String>>(root, &planted, what, 2 * len, repeated);
}

#[test]
fn without_limits_all_is_read() {
    let (root, planted, _) = part();
    decode_with::<Part>(root, &planted, Limits::unlimited()).unwrap();
    decode_with::<Value>(root, &planted, Limits::unlimited()).unwrap();
    for limits in [
        Limits::default().with_depth(0),
        Limits::default().with_items(0),
        Limits::default().with_bytes(0),
    ] {
        for (way, result) in read_every_way::<Part>(root, &planted, limits) {
            result.expect_err(way);
        }
    }
}

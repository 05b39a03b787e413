//! Values a million levels deep, on a small stack: an error that names the limit.

use std::collections::BTreeMap;
use std::thread;

use cideldill::{
    Cid, Debuggable, ErrorKind, Limits, Profile, Reconstruct, Value, decode, decode_with,
    encode_with,
};
use serde::{Deserialize, Serialize};

use crate::support::{Planted, assert_refused, link};

const LEVELS: usize = 1_000_000;

/// Runs on a stack of 2 MiB, as a program's threads have.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(test);
    thread.unwrap().join().unwrap();
}

#[track_caller]
fn assert_too_deep<T: Reconstruct>(what: &str, root: Cid, planted: &Planted) {
    assert_refused::<T>(&what, (root, planted), |error| {
        let text = error.to_string();
        assert!(text.len() < 4_000, "the path is shortened");
        matches!(error.kind(), ErrorKind::Limit { what, limit: 10_000 } if *what == DEPTH)
    });
}

const DEPTH: &str = "composites inside each other";

/// One block in the profile that cuts nothing: an opening for each level, and an end.
fn one_block(head: &[u8], level: &[u8], end: &[u8]) -> (Cid, Planted) {
    let bytes = [head, &level.repeat(LEVELS), end].concat();
    let mut planted = Planted::default();
    (planted.add(bytes), planted)
}

#[derive(Debuggable)]
struct List {
    value: u64,
    next: Option<Box<List>>,
}

#[derive(Debuggable)]
enum Nested {
    End,
    Wrapped(Box<Nested>),
    Listed(Vec<Nested>),
    Mapped(BTreeMap<u8, Nested>),
    Paired((u8, Box<Nested>)),
    Optional(Option<Option<Box<Nested>>>),
}

#[test]
fn records_in_records_in_one_block_are_too_deep() {
    on_a_small_stack(|| {
        let head = b"\x11\xa1@\x91\x94\xa4List\xa3L?@\xa5value\xa4next";
        let (root, planted) = one_block(head, b"\x93\0\x07", b"\xc0");
        assert_too_deep::<List>("list", root, &planted);
    });
}

#[test]
fn variants_in_all_kinds_of_containers_are_too_deep() {
    on_a_small_stack(|| {
        let cases: [(&[u8], &[u8]); 5] = [
            (b"\x92\xafNested::Wrapped\xa1@", b"\x92\0"),
            (b"\x92\xaeNested::Listed\xa2[@", b"\x92\0\x91"),
            (b"\x92\xaeNested::Mapped\xa3{B@", b"\x92\0\x81\x07"),
            (b"\x92\xaeNested::Paired\xa4(B@)", b"\x92\0\x92\x07"),
            (b"\x92\xb0Nested::Optional\xa3??@", b"\x92\0\x91"),
        ];
        for (shape, level) in cases {
            let head = [b"\x11\xa1@\x92", shape, b"\x92\xabNested::End\xa0"].concat();
            let (root, planted) = one_block(&head, level, b"\x01");
            assert_too_deep::<Nested>(&String::from_utf8_lossy(shape), root, &planted);
        }
    });
}

#[test]
fn anys_in_anys_are_too_deep() {
    on_a_small_stack(|| {
        let (root, planted) = one_block(b"\x11\xa1*\x90", b"\x92\xa2[*\x91", b"\x92\xa1n\xc0");
        assert_too_deep::<Value>("any", root, &planted);
    });
}

#[derive(Serialize, Deserialize)]
enum Foreign {
    Deeper(Vec<Foreign>),
}

#[derive(Debuggable)]
struct Holder {
    #[debuggable(serde)]
    foreign: Foreign,
}

#[test]
fn data_for_serde_is_too_deep() {
    on_a_small_stack(|| {
        let head = b"\x11\xa1@\x92\x93\xa6Holder\xa1*\xa7foreign\x92\xafForeign::Deeper\xa2[@\
                     \x92\0\x92\xa1@";
        let (root, planted) = one_block(head, b"\x92\x01\x91", b"\x92\x01\x90");
        assert_too_deep::<Holder>("serde", root, &planted);
    });
}

/// Just within the limit it is read, also through serde, which recurses.
#[test]
fn data_at_the_limit_is_read_on_a_small_stack() {
    on_a_small_stack(|| {
        let head = b"\x11\xa1@\x92\x93\xa6Holder\xa1*\xa7foreign\x92\xafForeign::Deeper\xa2[@\
                     \x92\0\x92\xa1@";
        // A record, an any, and two composites a level.
        let levels = b"\x92\x01\x91".repeat(4_998);
        let bytes = [&head[..], &levels, b"\x92\x01\x90"].concat();
        let mut planted = Planted::default();
        let root = planted.add(bytes);
        let holder: Holder = decode(root, &planted).unwrap();
        // Taken apart level by level: how it is dropped is serde's user's matter.
        let mut n = 0;
        let Foreign::Deeper(mut foreign) = holder.foreign;
        while let Some(Foreign::Deeper(below)) = foreign.pop() {
            foreign = below;
            n += 1;
        }
        assert_eq!(n, 4_998);
    });
}

/// A list in which each node is a block of its own, in the small profile. The CIDs are true; only the
/// blocks nearest to the root are kept, so that what a limit stops is not built.
fn blocks_in_blocks(levels: usize, kept: usize) -> (Cid, Planted) {
    const HEAD: &[u8] = b"\x12\xa1@\x91\x94\xa4List\xa3L?@\xa5value\xa4next";
    let mut planted = Planted::default();
    // The last ones are too short for blocks of their own.
    let mut bytes = [HEAD, &b"\x93\0\x07".repeat(21), b"\xc0"].concat();
    for left in (0..levels).rev() {
        let cid = if left < kept {
            planted.add(bytes.as_slice())
        } else {
            Cid::of(&bytes)
        };
        bytes.truncate(HEAD.len());
        bytes.extend(b"\x93\0\x07");
        bytes.extend(link(cid));
    }
    (planted.add(bytes), planted)
}

#[test]
fn blocks_in_blocks_are_too_deep() {
    on_a_small_stack(|| {
        let (root, planted) = blocks_in_blocks(LEVELS, 20_000);
        assert_too_deep::<List>("a block a node", root, &planted);
    });
}

/// With the limit raised all of it is read, compared, printed and dropped.
#[test]
fn blocks_in_blocks_are_read_without_their_type_if_allowed() {
    on_a_small_stack(|| {
        let (root, planted) = blocks_in_blocks(100_000, 100_000);
        let limits = Limits::default().with_depth(u64::MAX);
        let value = decode_with::<Value>(root, &planted, limits).unwrap();
        assert!(value == value.clone());
        assert!(value.to_string().starts_with("List {"));
        assert_eq!(compute_small(&value), root);
    });
}

fn compute_small(value: &Value) -> Cid {
    encode_with(value, Profile::SMALL).unwrap().root()
}

#[test]
fn a_value_at_the_depth_limit_is_read_and_one_level_more_is_not() {
    on_a_small_stack(|| {
        let head = b"\x11\xa1@\x91\x94\xa4List\xa3L?@\xa5value\xa4next";
        for levels in [10, 10_000] {
            let bytes = [&head[..], &b"\x93\0\x07".repeat(levels), b"\xc0"].concat();
            let mut planted = Planted::default();
            let root = planted.add(bytes);
            let limits = |depth| Limits::default().with_depth(depth);
            let depth = u64::try_from(levels).unwrap();
            decode_with::<List>(root, &planted, limits(depth))
                .map(drop)
                .unwrap();
            decode_with::<Value>(root, &planted, limits(depth))
                .map(drop)
                .unwrap();
            let typed = decode_with::<List>(root, &planted, limits(depth - 1));
            let dynamic = decode_with::<Value>(root, &planted, limits(depth - 1));
            for error in [typed.map(drop).unwrap_err(), dynamic.map(drop).unwrap_err()] {
                assert!(
                    matches!(error.kind(), ErrorKind::Limit { limit, .. } if *limit == depth - 1),
                    "{error}"
                );
            }
        }
    });
}

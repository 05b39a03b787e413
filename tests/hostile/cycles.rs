//! Graphs that expand to more than anybody can hold: a block that links to itself, which only a
//! source that lies can have, honest blocks that each hold the next one twice, and honest cycles of
//! which two are gone around many times to see them side by side.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use cideldill::{
    Cid, Debuggable, ErrorKind, Limits, Reconstruct, Store, Value, decode, decode_with,
    differences_with,
};

use crate::support::{Liar, Planted, is_limit, link};

#[derive(Debuggable)]
struct List {
    value: u64,
    next: Option<Box<List>>,
}

#[derive(Debuggable)]
enum Tree {
    Leaf,
    Fork(Box<Tree>, Box<Tree>),
}

/// A block that starts so, with these links after it.
fn block(start: &[u8], links: &[Cid]) -> Vec<u8> {
    let links = links.iter().flat_map(|cid| link(*cid));
    start.iter().copied().chain(links).collect()
}

const LIST: &[u8] = b"\x12\xa1@\x91\x94\xa4List\xa3L?@\xa5value\xa4next\x93\0\x07";
const FORK: &[u8] = b"\x12\xa1@\x91\x92\xaaTree::Fork\xa2@@\x93\0";

/// Read through a source that answers every question with a block that links to where it came from.
#[track_caller]
fn assert_ends<T: Reconstruct>(start: &[u8], n_links: usize) {
    let me = Cid::of(b"a digest that nothing has");
    let bytes: Arc<[u8]> = block(start, &vec![me; n_links]).into();
    let liar = Liar(&|_| Arc::clone(&bytes));
    let limits = Limits::default().with_repeated_bytes(4 << 20);
    for refused in [
        decode_with::<T>(me, &liar, limits).map(drop),
        decode_with::<Value>(me, &liar, limits).map(drop),
    ] {
        let error = refused.expect_err("it has no end");
        assert!(is_limit(&error), "{error}");
    }
    // A store is not taken in: the block does not have the CID it is asked for.
    let mut planted = Planted::default();
    planted.forge(me, bytes);
    let error = Store::new(planted).load::<Value>(me).map(drop);
    let error = error.expect_err("the block is not what its name says");
    assert!(
        matches!(error.kind(), ErrorKind::Corrupt { expected, .. } if *expected == me),
        "{error}"
    );
}

#[test]
fn a_forged_block_that_links_to_itself_ends_with_a_limit() {
    assert_ends::<List>(LIST, 1);
    assert_ends::<Tree>(FORK, 2);
    assert_ends::<Value>(b"\x12\xa1*\x90\x92\xa2[*\x91", 1);
}

/// A forged cycle of blocks of two descs.
#[test]
fn a_forged_ring_of_blocks_ends_with_a_limit() {
    #[derive(Debuggable)]
    struct Ring(Vec<Ring>);

    let (record, sequence) = (Cid::of(b"record"), Cid::of(b"sequence"));
    let blocks: BTreeMap<Cid, Arc<[u8]>> = BTreeMap::from([
        (
            record,
            block(b"\x12\xa1@\x91\x92\xa4Ring\xa2[@\x92\0", &[sequence]).into(),
        ),
        (
            sequence,
            block(b"\x12\xa2[@\x90\x93", &[record, record, record]).into(),
        ),
    ]);
    let liar = Liar(&|cid| Arc::clone(&blocks[&cid]));
    let error = decode::<Ring>(record, &liar).map(drop).unwrap_err();
    assert!(is_limit(&error), "{error}");
    let error = decode::<Value>(record, &liar).map(drop).unwrap_err();
    assert!(is_limit(&error), "{error}");
}

/// A node below itself, with a count that is right as far as it can be.
#[test]
fn a_forged_node_below_itself_ends() {
    let me = Cid::of(b"a node");
    for desc in [&b"\xa3%[t"[..], b"\xa2%s", b"\xa2%y", b"\xa3%[L"] {
        let group = [link(me), vec![1]].concat();
        let bytes = [b"\x12", desc, b"\x90\x94", &group, &group].concat();
        let bytes: Arc<[u8]> = bytes.into();
        let liar = Liar(&|_| Arc::clone(&bytes));
        for error in [
            decode::<Value>(me, &liar).map(drop).unwrap_err(),
            match desc[2] {
                b's' => decode::<String>(me, &liar).map(drop),
                b'y' => decode::<Vec<u8>>(me, &liar).map(drop),
                _ if desc[3] == b't' => decode::<Vec<bool>>(me, &liar).map(drop),
                _ => decode::<Vec<u64>>(me, &liar).map(drop),
            }
            .unwrap_err(),
        ] {
            // Its count contradicts itself, which is seen before any limit.
            assert!(
                matches!(
                    error.kind(),
                    ErrorKind::Malformed { .. } | ErrorKind::Limit { .. }
                ),
                "{error}"
            );
        }
    }
}

/// Levels of a graph in which each block holds the one below twice: 2^60 leaves.
const LEVELS: usize = 60;

/// The CIDs of all levels, the lowest first.
fn doubled(planted: &mut Planted, leaf: Vec<u8>, above: impl Fn(Cid) -> Vec<u8>) -> Cid {
    let mut cid = planted.add(leaf);
    for _ in 0..LEVELS {
        cid = planted.add(above(cid));
    }
    cid
}

/// A leaf that is long enough to have been cut: a fork of forks.
fn fork_leaf() -> Vec<u8> {
    let mut form = vec![0x93, 0, 1, 1];
    for _ in 0..4 {
        form = [&[0x93, 0][..], &form, &form].concat();
    }
    // The leaf's shape is met after the fork's.
    let table = b"\x12\xa1@\x92\x92\xaaTree::Fork\xa2@@\x92\xaaTree::Leaf\xa0".to_vec();
    // Inner parts must stay below the cut: a part is 63 bytes or the whole.
    [table, form].concat()
}

#[track_caller]
fn assert_too_much<T: Reconstruct>(root: Cid, planted: &Planted, limits: Limits, what: &str) {
    let store = Store::new(planted.clone());
    for refused in [
        decode_with::<T>(root, planted, limits).map(drop),
        decode_with::<Value>(root, planted, limits).map(drop),
        store.load_with::<T>(root, limits).map(drop),
        store.load_with::<Value>(root, limits).map(drop),
    ] {
        let error = refused.expect_err("2^60 parts were read");
        assert!(
            matches!(error.kind(), ErrorKind::Limit { what: found, .. } if *found == what),
            "{error}"
        );
    }
}

const REPEATED: &str = "bytes of blocks met again";

#[test]
fn a_small_graph_of_doubled_records_ends_with_a_limit() {
    let mut planted = Planted::default();
    let root = doubled(&mut planted, fork_leaf(), |below| {
        block(FORK, &[below, below])
    });
    assert_too_much::<Tree>(
        root,
        &planted,
        Limits::default().with_repeated_bytes(1 << 20),
        REPEATED,
    );
    let few_items = Limits::default().with_items(20_000);
    assert_too_much::<Tree>(root, &planted, few_items, "items");
    let few_bytes = Limits::default().with_bytes(256 << 10);
    assert_too_much::<Tree>(root, &planted, few_bytes, "bytes of blocks");
}

#[test]
fn a_small_graph_of_doubled_parts_ends_within_the_default_limits() {
    let mut planted = Planted::default();
    // Large blocks reach the limit of repeated bytes with few reads.
    let text = [b"\x10\xa1s\x90\xda\x0f\xff".as_slice(), &[b'x'; 0xfff]].concat();
    let text = planted.add(text);
    let leaf = block(b"\x10\xa2[s\x90\xdc\x00\x10", &[text; 16]);
    let mut below = planted.add(leaf);
    let mut desc = b"[s".to_vec();
    for _ in 0..LEVELS {
        desc.insert(0, b'[');
        let head = [
            &[0x10, 0xd9, u8::try_from(desc.len()).unwrap()],
            desc.as_slice(),
            b"\x90\xdc\x00\x10",
        ];
        let head = match desc.len() {
            0..32 => {
                let short = 0xa0 | u8::try_from(desc.len()).unwrap();
                [&[0x10, short], desc.as_slice(), b"\x90\xdc\x00\x10"].concat()
            }
            _ => head.concat(),
        };
        below = planted.add(block(&head, &[below; 16]));
    }
    let store = Store::new(planted);
    let error = store.load::<Value>(below).map(drop).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Limit { what, .. } if *what == REPEATED),
        "{error}"
    );
}

#[test]
fn a_small_graph_of_doubled_nodes_ends_with_a_limit() {
    fn assert_ends<T: Reconstruct>(node: &[u8], leaf: Vec<u8>, elements: u64) {
        let mut planted = Planted::default();
        let mut below = planted.add(leaf);
        let mut count = elements;
        for _ in 0..50 {
            let group = [link(below), number(count)].concat();
            below = planted.add([node, b"\x90\x94", &group, &group].concat());
            count *= 2;
        }
        let limits = Limits::default().with_repeated_bytes(1 << 20);
        let what = REPEATED;
        assert_too_much::<T>(below, &planted, limits, what);
    }
    let text = [b"\x12\xa1s\x90\xd9\x80".as_slice(), &[b'x'; 128]].concat();
    assert_ends::<String>(b"\x12\xa2%s", text, 128);
    let bytes = [b"\x12\xa1y\x90\xc4\x80".as_slice(), &[7; 128]].concat();
    assert_ends::<Vec<u8>>(b"\x12\xa2%y", bytes, 128);
    let packed = [b"\x12\xa2[L\x90\xc4\x80".as_slice(), &[7; 128]].concat();
    assert_ends::<Vec<u64>>(b"\x12\xa3%[L", packed, 16);
    let items = [b"\x12\xa2[t\x90\xdc\x00\x80".as_slice(), &[0xc3; 128]].concat();
    assert_ends::<Vec<bool>>(b"\x12\xa3%[t", items, 128);
}

fn number(number: u64) -> Vec<u8> {
    match number {
        0..0x80 => vec![u8::try_from(number).unwrap()],
        0x80..0x100 => vec![0xcc, u8::try_from(number).unwrap()],
        0x100..0x1_0000 => [&[0xcd], &u16::try_from(number).unwrap().to_be_bytes()[..]].concat(),
        0x1_0000..0x1_0000_0000 => {
            [&[0xce], &u32::try_from(number).unwrap().to_be_bytes()[..]].concat()
        }
        _ => [&[0xcf], &number.to_be_bytes()[..]].concat(),
    }
}

/// The bytes above are blocks: with one level only they are read.
#[test]
fn a_graph_that_is_shared_but_small_is_read() {
    let mut planted = Planted::default();
    let leaf = planted.add(fork_leaf());
    let root = planted.add(block(FORK, &[leaf, leaf]));
    crate::support::assert_accepted::<Tree>(root, &planted);
    let tree: Tree = decode(root, &planted).unwrap();
    let Tree::Fork(left, right) = &tree else {
        panic!("a fork")
    };
    assert!(cideldill::compute_cid(left).unwrap() == cideldill::compute_cid(right).unwrap());
}

#[derive(Debuggable)]
struct Ring {
    number: u64,
    next: RefCell<Option<Rc<Ring>>>,
}

/// The numbers in a ring.
fn ring(numbers: impl DoubleEndedIterator<Item = u64>) -> Rc<Ring> {
    let node = |next, number| {
        let next = RefCell::new(next);
        Some(Rc::new(Ring { number, next }))
    };
    let mut numbers = numbers.rev();
    let last = node(None, numbers.next().unwrap()).unwrap();
    let first = numbers.fold(Some(Rc::clone(&last)), node).unwrap();
    last.next.replace(Some(Rc::clone(&first)));
    first
}

#[test]
fn rings_of_unlike_lengths_are_compared_all_around_within_the_limits() {
    let store = Store::in_memory();
    let [old, new] = [ring(0..100), ring(1_000..1_101)].map(|ring| {
        let cid = store.put(&ring).unwrap();
        // Else it is never freed.
        ring.next.take();
        cid
    });
    let found = |items| {
        let limits = Limits::default().with_items(items);
        differences_with(old, new, store.blocks(), limits)
    };
    // Each number of one beside each of the other.
    let changes = found(u64::MAX).unwrap();
    assert_eq!(changes.len(), 100 * 101);
    let last = changes.last().unwrap();
    assert_eq!(last.path.segments().len(), 100 * 101);
    let error = found(10_000).unwrap_err();
    assert!(is_limit(&error), "{error}");
}

//! Taking values apart, putting them together again, and looking at what is between.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};

use cideldill::{Block, BlockSource, Cid, Debuggable, Encoded, Error, Reconstruct, Reduce, links};
pub(crate) use cideldill_data::text::long_text;

/// The CID of a value that can be recorded.
pub(crate) fn cid<T: Reduce + ?Sized>(value: &T) -> Cid {
    cideldill::compute_cid(value).unwrap()
}

/// What a type makes of blocks.
pub(crate) fn loaded<T: Reconstruct>(encoded: &Encoded) -> Result<T, Error> {
    cideldill::decode(encoded.root(), encoded)
}

/// Asserts that the value comes back equal, typed and as a dynamic value, with the same CID.
#[track_caller]
pub(crate) fn assert_comes_back<T: Debuggable + PartialEq + Debug>(value: &T) {
    let encoded = cideldill::encode(value).unwrap();
    assert_eq!(encoded.root(), cid(value));
    let back: T = loaded(&encoded).unwrap();
    assert!(back == *value, "{}", std::any::type_name::<T>());
    assert_eq!(cid(&back), encoded.root());
    let tree: cideldill::Value = loaded(&encoded).unwrap();
    assert_eq!(cid(&tree), encoded.root());
}

/// The bytes of the block with this CID.
pub(crate) fn bytes_of(encoded: &Encoded, cid: Cid) -> Vec<u8> {
    encoded.load_many(&[cid]).unwrap()[0].to_vec()
}

/// The block graph as text: one line a block with its desc and its length, what it links to
/// indented below it. A block met again is not shown twice.
pub(crate) fn dag(encoded: &Encoded) -> String {
    let mut shown = BTreeSet::new();
    let mut text = String::new();
    let mut stack = vec![(0, encoded.root())];
    while let Some((depth, cid)) = stack.pop() {
        let bytes = bytes_of(encoded, cid);
        let indent = "  ".repeat(depth);
        let again = if shown.insert(cid) { "" } else { " again" };
        writeln!(text, "{indent}{} {}{again}", desc(&bytes), bytes.len()).unwrap();
        if again.is_empty() {
            let children = links(&bytes).unwrap();
            stack.extend(children.into_iter().rev().map(|child| (depth + 1, child)));
        }
    }
    assert_eq!(
        shown.len(),
        encoded.blocks().len(),
        "every block is reached"
    );
    text
}

/// Asserts that a value has this block graph, and comes back from it.
#[track_caller]
pub(crate) fn assert_dag<T: Debuggable + PartialEq + Debug>(value: &T, expected: &str) {
    let shown = dag(&cideldill::encode(value).unwrap());
    // The second line stands one level deeper than the first, wherever the source has it.
    let margin = |line: &str| line.len() - line.trim_start().len();
    let second = expected.lines().nth(1).map_or(2, margin);
    let expected: Vec<&str> = expected
        .lines()
        .map(|line| &line[margin(line).min(second - 2)..])
        .collect();
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected, "{shown}");
    assert_comes_back(value);
}

/// A block's desc: the string after the first byte.
fn desc(block: &[u8]) -> String {
    let (start, len) = match block[1] {
        head @ 0xa0..=0xbf => (2, usize::from(head & 31)),
        0xd9 => (3, usize::from(block[2])),
        head => panic!("no short string: {head:#x}"),
    };
    String::from_utf8(block[start..start + len].to_vec()).unwrap()
}

/// The root block of a value.
pub(crate) fn root_block<T: Reduce + ?Sized>(value: &T) -> Block {
    let encoded = cideldill::encode(value).unwrap();
    Block::new(bytes_of(&encoded, encoded.root()))
}

/// Asserts that a list of pairs of values has different CIDs throughout.
#[track_caller]
pub(crate) fn assert_all_different(cids: &[(&str, Cid)]) {
    for (at, (name, one)) in cids.iter().enumerate() {
        for (other_name, other) in &cids[..at] {
            assert_ne!(one, other, "{name} and {other_name}");
        }
    }
}

//! The first byte chooses a type, the rest is the one block of a value of it. Whatever is accepted
//! must be accepted as a dynamic value too and come back from its own encoding.
#![no_main]

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use cideldill::{Block, Cid, Debuggable, Encoded, Profile, Value, decode_with, encode_with};
use cideldill_fuzz::types::{All, Changed, Foreign, Kind, List, Std};
use cideldill_fuzz::{Graph, limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, block)) = data.split_first() else {
        return;
    };
    let len = u16::try_from(block.len()).unwrap_or(u16::MAX).to_le_bytes();
    let Some(graph) = Graph::parse(&[&len, block].concat()) else {
        return;
    };
    match choice % 24 {
        0 => drop(check::<All>(&graph)),
        1 => drop(check::<Kind>(&graph)),
        2 => drop(check::<List>(&graph)),
        3 => drop(check::<Changed>(&graph)),
        4 => drop(check::<Foreign>(&graph)),
        5 => drop(check::<Std>(&graph)),
        6 => check_exact::<Vec<u64>>(&graph),
        7 => check_exact::<BTreeMap<String, Vec<u8>>>(&graph),
        8 => check_exact::<BTreeSet<(i8, Option<char>)>>(&graph),
        9 => check_exact::<Vec<Option<Option<()>>>>(&graph),
        10 => check_exact::<HashMap<Vec<u16>, Box<str>>>(&graph),
        11 => check_exact::<Vec<Vec<Vec<String>>>>(&graph),
        12 => check_exact::<BTreeMap<Option<u64>, BTreeSet<String>>>(&graph),
        13 => check_exact::<(u128, i128, Vec<i128>, [u8; 2], [bool; 2])>(&graph),
        14 => check_exact::<Vec<f32>>(&graph),
        15 => check_exact::<String>(&graph),
        16 => check_exact::<Vec<()>>(&graph),
        17 => drop(check::<BinaryHeap<String>>(&graph)),
        18 => drop(check::<HashMap<Key, Kind>>(&graph)),
        19 => drop(check::<Option<List>>(&graph)),
        20 => check_exact::<Option<Vec<u8>>>(&graph),
        21 => check_exact::<i64>(&graph),
        22 => drop(check::<BTreeMap<Kind, Kind>>(&graph)),
        _ => drop(check::<Value>(&graph)),
    }
});

/// A key that is hashed here and ordered in the bytes.
#[derive(Debuggable, Debug, PartialEq, Eq, Hash)]
enum Key {
    A(u8),
    B { text: String },
}

/// What is accepted is accepted without its type, and comes back from its own blocks as the same.
fn check<T: Debuggable>(graph: &Graph) -> Option<(T, Profile)> {
    let value: T = decode_with(graph.root(), graph, limits()).ok()?;
    let profile = profile(graph);
    let dynamic = decode_with::<Value>(graph.root(), graph, limits().with_items(u64::MAX));
    dynamic.expect("what a type accepts is accepted without it");
    let once = encode_with(&value, profile).expect("what was decoded encodes");
    let again: T = decode_with(once.root(), &once, limits().with_items(u64::MAX))
        .expect("what was encoded decodes");
    let twice = encode_with(&again, profile).expect("what was decoded encodes");
    assert_eq!(once, twice);
    Some((value, profile))
}

/// For types that read no data but their own: the bytes are the encoder's, unless the root has
/// another desc, which widened.
fn check_exact<T: Debuggable>(graph: &Graph) {
    let Some((value, profile)) = check::<T>(graph) else {
        return;
    };
    let encoded = encode_with(&value, profile).expect("what was decoded encodes");
    if head(graph.block(&graph.root())) == head(root_bytes(&encoded).as_ref()) {
        assert_eq!(encoded.root(), graph.root());
    }
}

fn profile(graph: &Graph) -> Profile {
    let first = graph.block(&graph.root()).and_then(|block| block.first());
    [Profile::STANDARD, Profile::WHOLE, Profile::SMALL]
        .into_iter()
        .find(|profile| Some(&profile.first_byte()) == first)
        .expect("accepted blocks have a profile")
}

fn root_bytes(encoded: &Encoded) -> Option<std::sync::Arc<[u8]>> {
    let root: Cid = encoded.root();
    let mut blocks = encoded.blocks();
    blocks
        .find(|block: &Block| block.cid() == root)
        .map(|block| block.bytes().clone())
}

/// The first byte and the desc.
fn head(block: Option<&std::sync::Arc<[u8]>>) -> Option<Vec<u8>> {
    let block = block?;
    let (start, len) = match block.get(1)? {
        len @ 0xa0..=0xbf => (2, usize::from(len & 0x1f)),
        0xd9 => (3, usize::from(*block.get(2)?)),
        _ => (
            4,
            usize::from(u16::from_be_bytes([*block.get(2)?, *block.get(3)?])),
        ),
    };
    block.get(..start + len).map(<[u8]>::to_vec)
}

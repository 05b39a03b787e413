//! Operations on a store in memory against a map.
#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use cideldill::{Block, BlockStore, Cid, ErrorKind, MemoryStore};
use libfuzzer_sys::fuzz_target;

/// Few enough that every operation often meets a block that is there.
const BLOCKS: usize = 16;

fuzz_target!(|data: &[u8]| {
    let blocks = universe();
    let store = MemoryStore::new();
    let epoch = store.epoch();
    let mut model = Model::default();
    let mut bytes = data.iter().copied();
    while let Some(operation) = bytes.next() {
        let mut next = || usize::from(bytes.next().unwrap_or_default());
        let name = format!("name {}", next() % 4);
        // Two bytes choose any subset.
        let chosen = next() | next() << 8;
        let some: Vec<&Known> = blocks
            .iter()
            .enumerate()
            .filter(|(number, _)| chosen >> number & 1 == 1)
            .map(|(_, known)| known)
            .collect();
        let cids: Vec<Cid> = some.iter().map(|known| known.block.cid()).collect();
        match operation % 8 {
            0 | 1 => put(&store, &mut model, &some, operation & 8 == 8),
            2 => {
                let pairs: Vec<_> = some
                    .iter()
                    .map(|known| (known.block.cid(), Arc::from(&b"\x10\xa1L\x90\x01"[..])))
                    .collect();
                let refused = store.put_pairs(&pairs);
                match refused {
                    Ok(report) => assert!(pairs.is_empty() && report.blocks == 0),
                    Err(error) => assert!(matches!(error.kind(), ErrorKind::Corrupt { .. })),
                }
            }
            3 => {
                let cid = cids.first().copied();
                match store.set_ref(&name, cid) {
                    Ok(()) => match cid {
                        Some(cid) => {
                            assert!(model.blocks.contains_key(&cid));
                            model.refs.insert(name, cid);
                        }
                        None => drop(model.refs.remove(&name)),
                    },
                    Err(error) => {
                        assert!(matches!(error.kind(), ErrorKind::Missing { .. }));
                        assert!(!model.blocks.contains_key(&cid.expect("none removes")));
                    }
                }
            }
            4 => assert_eq!(
                store.get_ref(&name).unwrap(),
                model.refs.get(&name).copied()
            ),
            5 => {
                let found = store.get_many(&cids).unwrap();
                let expected = cids.iter().map(|cid| model.blocks.get(cid).cloned());
                assert!(found.into_iter().eq(expected));
            }
            6 => {
                let absent = |cid: &&Cid| !model.blocks.contains_key(*cid);
                let expected: Vec<Cid> = cids.iter().filter(absent).copied().collect();
                let twice = [cids.as_slice(), &cids].concat();
                assert_eq!(store.missing(&twice).unwrap(), expected);
            }
            _ => {
                for cid in &cids {
                    let expected = model.blocks.get(cid);
                    assert_eq!(store.contains(cid).unwrap(), expected.is_some());
                    assert_eq!(store.get(cid).unwrap().as_ref(), expected);
                    let found = store.metadata(cid).unwrap();
                    let found = found.map(|metadata| metadata.bytes as usize);
                    assert_eq!(found, expected.map(|bytes| bytes.len()));
                }
            }
        }
        let total: usize = model.blocks.values().map(|bytes| bytes.len()).sum();
        assert_eq!(store.stats().blocks, model.blocks.len() as u64);
        assert_eq!(store.stats().bytes, total as u64);
    }
    store.flush().unwrap();
    let all: Result<Vec<Cid>, _> = store.iter().collect();
    assert!(all.unwrap().iter().eq(model.blocks.keys()));
    assert_eq!(store.refs().unwrap(), model.refs);
    assert_eq!(store.epoch(), epoch);
});

#[derive(Default)]
struct Model {
    blocks: BTreeMap<Cid, Arc<[u8]>>,
    refs: BTreeMap<String, Cid>,
}

struct Known {
    block: Block,
    links: Vec<Cid>,
}

/// Blocks of which each links to up to two earlier ones.
fn universe() -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for number in 0..BLOCKS {
        let links: Vec<Cid> = match number {
            0..4 => Vec::new(),
            _ => vec![known[number - 1].block.cid(), known[number / 2].block.cid()],
        };
        // A sequence of strings: its number, and then the links.
        let mut bytes = b"\x10\xa2[s\x90".to_vec();
        bytes.push(0x91 + links.len() as u8);
        bytes.extend(b"\xa2");
        bytes.extend(format!("{number:02}").as_bytes());
        for cid in &links {
            bytes.extend(b"\xc7\x40\x01");
            bytes.extend(cid.as_bytes());
        }
        let block = Block::new(bytes);
        assert_eq!(cideldill::links(block.bytes()).unwrap(), links);
        known.push(Known { block, links });
    }
    known
}

/// The batch in its order or backwards: kept whole if it is closed under links, else refused whole.
fn put(store: &MemoryStore, model: &mut Model, some: &[&Known], is_backwards: bool) {
    let mut batch: Vec<Block> = some.iter().map(|known| known.block.clone()).collect();
    if is_backwards {
        batch.reverse();
    }
    let is_known = |cid: &Cid| {
        model.blocks.contains_key(cid) || some.iter().any(|known| known.block.cid() == *cid)
    };
    let is_new = |known: &&&Known| !model.blocks.contains_key(&known.block.cid());
    let new: Vec<&Known> = some.iter().filter(is_new).copied().collect();
    let is_closed = new.iter().all(|known| known.links.iter().all(is_known));
    match store.put_many(&batch) {
        Ok(report) => {
            assert!(is_closed);
            assert_eq!(report.blocks, some.len() as u64);
            assert_eq!(report.new_blocks, new.len() as u64);
            for known in new {
                model
                    .blocks
                    .insert(known.block.cid(), known.block.bytes().clone());
            }
        }
        Err(error) => {
            assert!(!is_closed, "{error}");
            assert!(matches!(error.kind(), ErrorKind::Missing { .. }));
        }
    }
}

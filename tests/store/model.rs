//! A store against a map that does the same, over any sequence of operations.

use std::collections::BTreeMap;

use cideldill::{Block, BlockStore, Cid, ErrorKind, MemoryStore};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::FileFailurePersistence;

use crate::support::{Disk, Kind, assert_counted, holder, long_text, text};

#[derive(Clone, Debug)]
enum Operation {
    Put(Vec<Index>),
    Get(Vec<Index>),
    SetRef(u8, Option<Index>),
    Reopen,
}

fn operation() -> impl Strategy<Value = Operation> {
    let some = || prop::collection::vec(any::<Index>(), 0..8);
    prop_oneof![
        6 => some().prop_map(Operation::Put),
        3 => some().prop_map(Operation::Get),
        2 => (0..3_u8, any::<Option<Index>>()).prop_map(|(name, to)| Operation::SetRef(name, to)),
        1 => Just(Operation::Reopen),
    ]
}

/// Blocks of several sizes, later ones linking to earlier ones.
fn universe() -> Vec<Block> {
    let mut blocks: Vec<Block> = (0..8).map(|n| long_text(n, 1 << (2 * n))).collect();
    for n in 0..16 {
        let children = [&blocks[n], &blocks[n * 7 % (n + 8)], &blocks[n + 3]];
        blocks.push(holder(&children[..=n % 3]));
    }
    blocks.push(text("last"));
    blocks
}

#[derive(Default)]
struct Model {
    blocks: BTreeMap<Cid, Block>,
    refs: BTreeMap<String, Cid>,
}

impl Model {
    /// Whether the batch is closed under links, by looking for each CID in each block's bytes.
    fn accepts(&self, batch: &[Block], universe: &[Block]) -> bool {
        let new = batch
            .iter()
            .filter(|block| !self.blocks.contains_key(&block.cid()));
        new.into_iter().all(|block| {
            universe.iter().all(|other| {
                let cid = other.cid();
                let is_linked = block
                    .bytes()
                    .windows(Cid::LEN)
                    .any(|bytes| bytes == cid.as_bytes());
                !is_linked || self.blocks.contains_key(&cid) || batch.contains(other)
            })
        })
    }
}

fn check(
    operations: Vec<Operation>,
    store: &mut Box<dyn BlockStore>,
    reopen: &dyn Fn(&mut Box<dyn BlockStore>),
) {
    let universe = universe();
    let mut model = Model::default();
    for operation in operations {
        match operation {
            Operation::Put(batch) => {
                let batch: Vec<Block> = batch.iter().map(|n| n.get(&universe).clone()).collect();
                let put = store.put_many(&batch);
                if model.accepts(&batch, &universe) {
                    let before = model.blocks.len();
                    model
                        .blocks
                        .extend(batch.into_iter().map(|block| (block.cid(), block)));
                    let new = model.blocks.len() - before;
                    assert_eq!(put.unwrap().new_blocks, new as u64);
                } else {
                    assert!(matches!(put.unwrap_err().kind(), ErrorKind::Missing { .. }));
                }
            }
            Operation::Get(asked) => {
                let asked: Vec<Cid> = asked.iter().map(|n| n.get(&universe).cid()).collect();
                let expected = asked
                    .iter()
                    .map(|cid| model.blocks.get(cid).map(|b| b.bytes().clone()));
                assert_eq!(
                    store.get_many(&asked).unwrap(),
                    expected.collect::<Vec<_>>()
                );
                let missing = store.missing(&asked).unwrap();
                assert!(missing.iter().all(|cid| !model.blocks.contains_key(cid)));
            }
            Operation::SetRef(name, to) => {
                let name = name.to_string();
                let to = to.map(|n| n.get(&universe).cid());
                let set = store.set_ref(&name, to);
                match to {
                    Some(cid) if !model.blocks.contains_key(&cid) => assert!(set.is_err()),
                    Some(cid) => {
                        set.unwrap();
                        model.refs.insert(name, cid);
                    }
                    None => {
                        set.unwrap();
                        model.refs.remove(&name);
                    }
                }
            }
            Operation::Reopen => reopen(store),
        }
        assert_eq!(store.refs().unwrap(), model.refs);
        assert_eq!(store.stats().blocks, model.blocks.len() as u64);
    }
    reopen(store);
    let listed: Vec<Cid> = store.iter().map(Result::unwrap).collect();
    assert!(listed.iter().eq(model.blocks.keys()));
    assert_counted(&**store);
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 48,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "store/model.regressions",
        ))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_disk_store_does_what_a_map_does(operations in prop::collection::vec(operation(), 1..30)) {
        let disk = Disk::new(Kind::Sled);
        let mut store: Box<dyn BlockStore> = disk.open().boxed();
        check(operations, &mut store, &|store| {
            *store = Box::new(MemoryStore::new());
            *store = disk.open().boxed();
        });
    }

    #[test]
    fn the_redb_store_does_what_a_map_does(operations in prop::collection::vec(operation(), 1..30)) {
        let disk = Disk::new(Kind::Redb);
        let mut store: Box<dyn BlockStore> = disk.open().boxed();
        check(operations, &mut store, &|store| {
            *store = Box::new(MemoryStore::new());
            *store = disk.open().boxed();
        });
    }

    #[test]
    fn the_memory_store_does_what_a_map_does(operations in prop::collection::vec(operation(), 1..60)) {
        let mut store: Box<dyn BlockStore> = Box::new(MemoryStore::new());
        check(operations, &mut store, &|_| {});
    }
}

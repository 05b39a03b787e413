//! What a survey counts, and how far a long piece of work says it is.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use cideldill::housekeeping::{
    BlockKind, Fsck, Import, OnProgress, Selection, Survey, export, fsck, gc, import, survey,
};
use cideldill::{Block, BlockStore, Debuggable, Stats, Value, encode};

use crate::fsck::{Damaged, assert_whole};
use crate::gc::at_once;
use crate::support::{Backend, holder, text, values};

fn surveyed(store: &dyn BlockStore) -> Survey {
    survey(store, &mut |_| {}).unwrap()
}

pub(crate) fn kinds_sizes_and_tops_are_counted(backend: &dyn Backend) {
    let store = backend.fresh();
    let counted = surveyed(&*store);
    assert_eq!((counted.all, counted.top_level), Default::default());
    let roots = values(&*store);
    store.set_ref("one", Some(roots[0])).unwrap();
    let counted = surveyed(&*store);
    assert_eq!(counted.all, store.stats());
    let sum = |all: Vec<Stats>| {
        all.iter()
            .map(|stats| (stats.blocks, stats.bytes))
            .fold((0, 0), |(blocks, bytes), (more, longer)| {
                (blocks + more, bytes + longer)
            })
    };
    let all = (counted.all.blocks, counted.all.bytes);
    assert_eq!(sum(counted.by_kind.values().copied().collect()), all);
    assert_eq!(
        sum(counted.by_size.iter().map(|class| class.stats).collect()),
        all
    );
    assert!(counted.by_size.is_sorted_by_key(|class| class.up_to));
    assert!(counted.by_kind[&BlockKind::Node].blocks > 3);
    assert_eq!(counted.by_kind.get(&BlockKind::Damaged), None);
    assert_eq!(counted.refs, 1);
    // Some(long) is the text itself, which nobody links to.
    assert_eq!(counted.top_level.blocks, roots.len() as u64);
    assert_eq!(counted.unnamed.blocks, roots.len() as u64 - 1);
}

#[derive(Debuggable)]
struct Person {
    friend: RefCell<Option<Rc<Person>>>,
}

/// The blocks of one value, all of them of this kind.
fn blocks_of<T: Debuggable>(kind: BlockKind, value: &T) -> (BlockKind, Vec<Block>) {
    (kind, encode(value).unwrap().blocks().collect())
}

pub(crate) fn each_block_is_counted_as_what_it_is(backend: &dyn Backend) {
    let person = Rc::new(Person {
        friend: RefCell::default(),
    });
    *person.friend.borrow_mut() = Some(Rc::clone(&person));
    // Descriptions of types whose length takes one byte, two bytes and three.
    let tuple = |n| Value::tuple(std::iter::repeat_n(Value::from(1_u8), n)).unwrap();
    let groups = [
        blocks_of(BlockKind::Record, &Ok::<u8, ()>(1)),
        blocks_of(BlockKind::Sequence, &vec!["a".to_owned()]),
        blocks_of(BlockKind::Sequence, &vec![1_u64]),
        blocks_of(BlockKind::Map, &BTreeMap::from([(1_u8, 'a')])),
        blocks_of(BlockKind::Set, &BTreeSet::from(['a'])),
        blocks_of(BlockKind::Text, &"text".to_owned()),
        blocks_of(BlockKind::Bytes, &vec![1_u8]),
        blocks_of(BlockKind::Tuple, &(1_u8, 'a')),
        blocks_of(BlockKind::Tuple, &tuple(40)),
        blocks_of(BlockKind::Tuple, &tuple(300)),
        blocks_of(BlockKind::Option, &Some(1_u8)),
        (
            BlockKind::Any,
            vec![Block::new(*b"\x10\xa1*\x90\x92\xa1B\x01")],
        ),
        blocks_of(BlockKind::Single, &1_u8),
        blocks_of(BlockKind::Single, &1_u16),
        blocks_of(BlockKind::Single, &1_u32),
        blocks_of(BlockKind::Single, &1_u64),
        blocks_of(BlockKind::Single, &1_u128),
        blocks_of(BlockKind::Single, &1_i8),
        blocks_of(BlockKind::Single, &1_i16),
        blocks_of(BlockKind::Single, &1_i32),
        blocks_of(BlockKind::Single, &1_i64),
        blocks_of(BlockKind::Single, &1_i128),
        blocks_of(BlockKind::Single, &1.5_f32),
        blocks_of(BlockKind::Single, &1.5_f64),
        blocks_of(BlockKind::Single, &true),
        blocks_of(BlockKind::Single, &'a'),
        blocks_of(BlockKind::Single, &()),
        blocks_of(BlockKind::Single, &Weak::<u8>::new()),
        blocks_of(BlockKind::Cycle, &person),
    ];
    let store = backend.fresh();
    let mut expected: BTreeMap<BlockKind, Stats> = BTreeMap::new();
    for (kind, blocks) in groups {
        store.put_many(&blocks).unwrap();
        let stats = expected.entry(kind).or_default();
        stats.blocks += blocks.len() as u64;
        stats.bytes += blocks.iter().map(|b| b.bytes().len() as u64).sum::<u64>();
    }
    assert_eq!(surveyed(&*store).by_kind, expected);
    assert_whole(&*store);
    person.friend.take();

    // What says that two pointers are the same stands above the content.
    let store = backend.fresh();
    let shared = Rc::new(7_u8);
    let encoded = encode(&(Rc::clone(&shared), shared)).unwrap();
    store
        .put_many(&encoded.blocks().collect::<Vec<_>>())
        .unwrap();
    let counted = surveyed(&*store).by_kind;
    let kinds: Vec<BlockKind> = counted.keys().copied().collect();
    assert_eq!(kinds, [BlockKind::Tuple, BlockKind::Overlay]);
    for kind in kinds.iter().chain(&[BlockKind::Cycle]) {
        assert_eq!(format!("{kind:>9}").len(), 9, "aligned as other text is");
    }
}

pub(crate) fn sizes_links_and_names_are_counted(backend: &dyn Backend) {
    let store = backend.fresh();
    // A text's block has five bytes more than the text.
    let leaves = ["abc", "abcd", "abcdefghijk", "abcdefghijkl"].map(text);
    let top = holder(&[&leaves[0], &leaves[1], &leaves[0]]);
    store.put_many(&leaves).unwrap();
    store.put_many(std::slice::from_ref(&top)).unwrap();
    store.set_ref("top", Some(top.cid())).unwrap();
    let counted = surveyed(&*store);
    let sizes = counted.by_size.iter();
    let sizes: Vec<_> = sizes
        .map(|class| (class.up_to, class.stats.blocks, class.stats.bytes))
        .collect();
    assert_eq!(
        sizes,
        [(8, 1, 8), (16, 2, 9 + 16), (32, 1, 17), (256, 1, 207)]
    );
    assert_eq!((counted.links, counted.refs), (3, 1));
    let stats = |stats: Stats| (stats.blocks, stats.bytes);
    assert_eq!(stats(counted.top_level), (3, 16 + 17 + 207));
    assert_eq!(stats(counted.unnamed), (2, 16 + 17));

    // One that cannot be read is counted, though not its bytes; one that is no block, too.
    let damaged = Damaged {
        store,
        absent: vec![leaves[2].cid()],
        unreadable: vec![leaves[3].cid()],
        bytes: BTreeMap::from([(leaves[0].cid(), Arc::from(*b"no block"))]),
        refs: BTreeMap::new(),
    };
    let counted = surveyed(&damaged);
    let kinds: Vec<_> = counted.by_kind.iter().collect();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|(k, s)| (**k, s.blocks, s.bytes))
        .collect();
    assert_eq!(
        kinds,
        [
            (BlockKind::Sequence, 1, 207),
            (BlockKind::Text, 1, 9),
            (BlockKind::Damaged, 2, 8),
        ]
    );
}

/// A step's name, how many blocks were done each time it was told, and of how many.
type Step = (&'static str, Vec<u64>, Option<u64>);

/// The steps of a piece of work.
fn told(work: impl FnOnce(&mut OnProgress<'_>) -> bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let is_done = work(&mut |now| match steps.last_mut() {
        Some((step, blocks, _)) if *step == now.step => blocks.push(now.blocks),
        _ => steps.push((now.step, vec![now.blocks], now.of)),
    });
    assert!(is_done);
    steps
}

pub(crate) fn long_work_says_how_far_it_is(backend: &dyn Backend) {
    let store = backend.fresh();
    let leaves: Vec<Block> = (0..2_499).map(|n| text(&n.to_string())).collect();
    let top = holder(&leaves[..100].iter().collect::<Vec<_>>());
    store.put_many(&leaves).unwrap();
    store.put_many(std::slice::from_ref(&top)).unwrap();
    let n = Some(2_500);
    let every = vec![1_024, 2_048, 2_500];
    assert_eq!(
        told(|on| survey(&*store, on).is_ok()),
        [("counting blocks", every.clone(), n)]
    );
    let mut archive = Vec::new();
    assert_eq!(
        told(|on| export(&*store, &Selection::All, &mut archive, on).is_ok()),
        [
            ("finding roots", every.clone(), n),
            ("exporting blocks", every.clone(), None),
        ]
    );
    let other = backend.fresh();
    let mut archive = archive.as_slice();
    assert_eq!(
        told(|on| import(&*other, &mut archive, &Import::default(), on).is_ok()),
        [("importing blocks", every.clone(), None)]
    );
    let checked = told(|on| fsck(&*store, &Fsck::default(), on).is_ok());
    assert_eq!(
        checked[..1],
        [("checking blocks", every.clone(), n)],
        "{checked:?}"
    );
    store.set_ref("top", Some(top.cid())).unwrap();
    assert_eq!(
        told(|on| gc(&*store, &at_once(), on).is_ok()),
        [
            ("marking what is kept", vec![101], None),
            ("looking for garbage", every, n),
            ("marking what is young", vec![0], None),
        ]
    );
    assert_eq!(store.stats().blocks, 101);
}

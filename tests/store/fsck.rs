//! A look at everything: what is sound is found sound, and all that is not is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cideldill::housekeeping::{Damage, Fsck, FsckReport, fsck};
use cideldill::{Block, BlockStore, Cid, Error, Profile, Value};

use crate::archive_bounds::Watched;
use crate::support::{Backend, Disk, Kind, entry_key, keep, long_text, text, values};

fn check(store: &dyn BlockStore) -> FsckReport {
    fsck(store, &Fsck::default(), &mut |_| {}).unwrap()
}

pub(crate) fn assert_whole(store: &dyn BlockStore) {
    let report = check(store);
    assert!(report.is_whole(), "{:#?}", report.damage);
}

pub(crate) fn a_store_of_values_is_whole(backend: &dyn Backend) {
    let store = backend.fresh();
    assert_whole(&*store);
    let roots = values(&*store);
    for (number, root) in roots.iter().enumerate() {
        store.set_ref(&number.to_string(), Some(*root)).unwrap();
    }
    for profile in [Profile::SMALL, Profile::WHOLE] {
        let value = vec![("some text".repeat(20), vec![1_u16; 300]); 20];
        let encoded = cideldill::encode_with(&value, profile).unwrap();
        store
            .put_many(&encoded.blocks().collect::<Vec<_>>())
            .unwrap();
    }
    let mut steps = Vec::new();
    let report = fsck(&*store, &Fsck::default(), &mut |progress| {
        steps.push((progress.step, progress.blocks));
    });
    let report = report.unwrap();
    assert!(report.is_whole(), "{:#?}", report.damage);
    assert_eq!(report.checked, store.stats());
    assert_eq!(report.refs, roots.len() as u64);
    assert!(report.links > report.checked.blocks / 2 && report.values > 0);
    assert!(steps.contains(&("checking blocks", store.stats().blocks)));
}

/// Tuples of so many numbers.
fn tuples(n: usize, width: usize) -> Value {
    let tuple = |n: usize| {
        let number = |part| Value::U8(u8::try_from((n * n + part) % 256).unwrap());
        Value::tuple((0..width).map(number)).unwrap()
    };
    Value::sequence((0..n).map(tuple)).unwrap()
}

pub(crate) fn what_an_interrupted_put_leaves_is_whole(backend: &dyn Backend) {
    let long = (0..20_000).map(|n: u64| n * n).collect::<Vec<u64>>();
    let map: BTreeMap<u32, String> = (0..2_000).map(|n| (n, format!("entry {n}"))).collect();
    let parts: Vec<String> = (0..40).map(|n| format!("{n} ").repeat(600)).collect();
    let long_keys: BTreeSet<String> = parts.iter().map(|part| part.repeat(2)).collect();
    for encoded in [
        cideldill::encode(&long).unwrap(),
        cideldill::encode(&map).unwrap(),
        cideldill::encode(&parts).unwrap(),
        cideldill::encode(&tuples(1_500, 40)).unwrap(),
        cideldill::encode(&tuples(200, 300)).unwrap(),
        cideldill::encode(&long_keys).unwrap(),
        cideldill::encode(&parts.concat()).unwrap(),
    ] {
        // Leaves first, as they are written, up to any place.
        let all: Vec<Block> = encoded.blocks().collect();
        let store = backend.fresh();
        let mut left = all.clone();
        let mut checked = 0;
        while !left.is_empty() {
            left.retain(|block| store.put_many(std::slice::from_ref(block)).is_err());
            if left.len() < all.len() - checked {
                checked = all.len() - left.len();
                assert_whole(&*store);
            }
        }
        assert_eq!(store.stats().blocks, all.len() as u64);
    }
    // All but the root of texts of many lengths: what the last inner node lists may be very short.
    for len in (2_000..6_000).step_by(97) {
        let text: String = (0..)
            .map(|n: u64| (n * n).to_string())
            .take(2_000)
            .collect();
        for encoded in [
            cideldill::encode_with(&text[..len], Profile::SMALL).unwrap(),
            cideldill::encode_with(&text.as_bytes()[..len].to_vec(), Profile::SMALL).unwrap(),
        ] {
            let mut all: Vec<Block> = encoded.blocks().collect();
            all.retain(|block| block.cid() != encoded.root());
            let store = backend.fresh();
            store.put_many(&all).unwrap();
            assert_whole(&*store);
        }
    }
}

/// A store that says of some blocks and names other things than the one below.
pub(crate) struct Damaged {
    pub(crate) store: Box<dyn BlockStore>,
    pub(crate) absent: Vec<Cid>,
    pub(crate) unreadable: Vec<Cid>,
    pub(crate) bytes: BTreeMap<Cid, Arc<[u8]>>,
    pub(crate) refs: BTreeMap<String, Cid>,
}

impl BlockStore for Damaged {
    delegate!(store: put_many, metadata, stats, names, sweep, flush);

    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        if cids.iter().any(|cid| self.unreadable.contains(cid)) {
            let action = "read a block";
            return Err(cideldill::ErrorKind::Backend { action }.into());
        }
        let mut found = self.store.read_unverified(cids)?;
        for (cid, bytes) in cids.iter().zip(&mut found) {
            if self.absent.contains(cid) {
                *bytes = None;
            }
            if let Some(other) = self.bytes.get(cid) {
                *bytes = Some(Arc::clone(other));
            }
        }
        Ok(found)
    }

    fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        let mut missing = self.store.missing(cids)?;
        missing.extend(cids.iter().filter(|cid| self.absent.contains(cid)));
        Ok(missing)
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_> {
        let is_there = |cid: &Result<Cid, Error>| match cid {
            Ok(cid) => !self.absent.contains(cid),
            Err(_) => true,
        };
        Box::new(self.store.iter().filter(is_there))
    }

    fn refs(&self) -> Result<BTreeMap<String, Cid>, Error> {
        let mut refs = self.store.refs()?;
        refs.extend(self.refs.clone());
        Ok(refs)
    }
}

/// A store that cannot read anything until it is swept.
struct UnreadableForNow(Box<dyn BlockStore>, AtomicBool);

impl BlockStore for UnreadableForNow {
    delegate!(0: missing, put_many, iter, metadata, stats, names, refs, flush);

    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        if self.1.load(Ordering::Relaxed) {
            let action = "read a block";
            return Err(cideldill::ErrorKind::Backend { action }.into());
        }
        self.0.read_unverified(cids)
    }

    fn sweep(&self, choose: &mut cideldill::Choose<'_>) -> Result<cideldill::Swept, Error> {
        self.1.store(false, Ordering::Relaxed);
        self.0.sweep(choose)
    }
}

/// The system may refuse to read for a moment, for instance when too many files are open.
#[test]
fn a_block_that_could_not_be_read_for_a_moment_is_not_dropped() {
    let store = UnreadableForNow(crate::support::Memory.fresh(), AtomicBool::new(true));
    let cid = keep(&*store.0, "tea");
    let mut options = Fsck::default();
    options.repair = true;
    options.drop_unsound = true;
    let report = fsck(&store, &options, &mut |_| {}).unwrap();
    assert!(!report.unsound().is_empty(), "it was seen");
    assert_eq!(report.repaired.dropped, []);
    assert!(store.contains(&cid).unwrap());
    assert_whole(&store);
}

/// Another link in the place of one.
fn relinked(block: &Block, from: Cid, to: Cid) -> Block {
    let mut bytes = block.bytes().to_vec();
    let mut places = bytes.windows(Cid::LEN);
    let at = places.position(|found| found == from.as_bytes()).unwrap();
    bytes[at..at + Cid::LEN].copy_from_slice(to.as_bytes());
    Block::new(bytes)
}

/// The root block of a value, and the CIDs it links to.
fn root_of(store: &dyn BlockStore, cid: Cid) -> (Block, Vec<Cid>) {
    let bytes = store.get(&cid).unwrap().unwrap();
    let links = cideldill::links(&bytes).unwrap();
    (Block::new(bytes), links)
}

pub(crate) fn all_damage_is_listed(backend: &dyn Backend) {
    let store = backend.fresh();
    let parts: Vec<String> = (0..4).map(|n| format!("part {n} ").repeat(300)).collect();
    let top = keep(&*store, &parts);
    let (_, links) = root_of(&*store, top);
    let [lost, corrupt, unreadable, ..] = links[..] else {
        panic!("not cut: {links:?}");
    };
    // Two holders of what is lost.
    let other = keep(&*store, &(1, parts[0].clone()));
    let short = text("too short to have been cut");
    let holder = relinked(&root_of(&*store, other).0, lost, short.cid());
    store.put_many(&[short, holder.clone()]).unwrap();
    let twice = crate::support::holder(&[&text("lost"), &text("lost")]);
    let twice = relinked(&twice, text("lost").cid(), lost);
    let twice = relinked(&twice, text("lost").cid(), lost);
    store.put_many(std::slice::from_ref(&twice)).unwrap();
    let no_value = Block::new(*b"\x10\xa1L\x90\xcc\x01");
    store.put_many(std::slice::from_ref(&no_value)).unwrap();
    let nothing = text("nothing").cid();
    let damaged = Damaged {
        store,
        absent: vec![lost],
        unreadable: vec![unreadable],
        bytes: BTreeMap::from([(corrupt, Arc::clone(text("other").bytes()))]),
        refs: BTreeMap::from([("dangling".to_owned(), nothing), ("top".to_owned(), top)]),
    };
    let report = check(&damaged);
    let has = |what: &dyn Fn(&Damage) -> bool| report.damage.iter().filter(|d| what(d)).count();
    for held in [top, other, twice.cid()] {
        let expected = Damage::MissingBlock {
            cid: lost,
            holder: held,
        };
        assert_eq!(
            has(&|damage| *damage == expected),
            1,
            "{:#?}",
            report.damage
        );
    }
    assert_eq!(
        has(&|damage| matches!(damage, Damage::Corrupt { cid, actual }
            if *cid == corrupt && *actual == text("other").cid())),
        1
    );
    assert_eq!(
        has(&|damage| matches!(damage, Damage::Unreadable { cid, .. } if *cid == unreadable)),
        1
    );
    assert_eq!(
        has(
            &|damage| matches!(damage, Damage::RefToNothing { name, cid }
            if name == "dangling" && *cid == nothing)
        ),
        1
    );
    let is_refused = |of: Cid| has(&|d| matches!(d, Damage::Refused { cid, .. } if *cid == of));
    assert_eq!(is_refused(no_value.cid()), 1, "a number in a longer form");
    let short = text("too short to have been cut");
    assert_eq!(is_refused(short.cid()), 1, "{:#?}", report.damage);
    assert_eq!(
        has(&|damage| matches!(damage, Damage::Metadata { cid, .. } if *cid == corrupt)),
        1
    );
    for damage in &report.damage {
        assert!(!damage.to_string().is_empty());
    }
}

pub(crate) fn of_one_damaged_block_nothing_else_is_said(backend: &dyn Backend) {
    let [one, two] = ["one", "two"].map(text);
    let cid = one.cid();
    let found = |unreadable: Vec<Cid>, instead: Option<&Block>| {
        let store = backend.fresh();
        store.put_many(&[one.clone(), two.clone()]).unwrap();
        let bytes = instead.map(|block| (cid, Arc::clone(block.bytes())));
        let damaged = Damaged {
            store,
            absent: Vec::new(),
            unreadable,
            bytes: bytes.into_iter().collect(),
            refs: BTreeMap::new(),
        };
        check(&damaged).damage
    };
    let damage = found(vec![cid], None);
    assert!(
        matches!(&damage[..], [Damage::Unreadable { cid: c, .. }] if *c == cid),
        "{damage:#?}"
    );
    let other = text("six");
    let actual = other.cid();
    assert_eq!(
        found(Vec::new(), Some(&other)),
        [Damage::Corrupt { cid, actual }]
    );
    let damage = found(Vec::new(), Some(&text("longer")));
    assert!(
        matches!(&damage[..], [Damage::Metadata { cid: c, reason }, Damage::Corrupt { .. }]
            if *c == cid && reason == "it says 8 bytes, the block has 11"),
        "{damage:#?}"
    );
}

#[test]
fn statistics_that_say_too_few_bytes_are_found() {
    let mut store = Watched::default();
    store.put_many(&[text("one"), text("two")]).unwrap();
    let counted = store.stats();
    let report = check(&store);
    assert_eq!((report.damage, report.values), (Vec::new(), 2));
    store.uncounted = 1;
    let kept = store.stats();
    assert_eq!(check(&store).damage, [Damage::Statistics { kept, counted }]);
}

/// A value that cannot be read because a chunk is missing does not hide what is wrong in another.
pub(crate) fn chunks_of_a_value_that_is_not_whole_are_checked(backend: &dyn Backend) {
    let store = backend.fresh();
    let words: Vec<String> = (0..1_500).map(|n| format!("word {n} ")).collect();
    let long = keep(&*store, &words.concat());
    let (node, links) = root_of(&*store, long);
    let no_text = Block::new([&b"\x10\xa1s\x90\xda\x04\x00"[..], &[0xff; 1_024]].concat());
    let node = relinked(&node, links[2], no_text.cid());
    store.put_many(&[no_text.clone(), node]).unwrap();
    let damaged = Damaged {
        store,
        absent: vec![links[0]],
        unreadable: Vec::new(),
        bytes: BTreeMap::new(),
        refs: BTreeMap::new(),
    };
    let damage = check(&damaged).damage;
    let refused = damage.iter().filter_map(|damage| match damage {
        Damage::Refused { cid, .. } => Some(*cid),
        _ => None,
    });
    assert_eq!(refused.collect::<Vec<_>>(), [no_text.cid()], "{damage:#?}");
}

#[test]
fn a_value_beyond_the_limits_is_said_not_to_be_checked() {
    let store = Watched::default();
    let long = keep(&store, &vec!["text".to_owned(); 50]);
    keep(&store, "short");
    let mut options = Fsck::default();
    options.limits.items = 20;
    let report = fsck(&store, &options, &mut |_| {}).unwrap();
    assert!(
        matches!(&report.damage[..], [Damage::Unchecked { cid, .. }] if *cid == long),
        "{:#?}",
        report.damage
    );
}

#[test]
fn what_comes_while_a_store_is_checked_is_not_missing() {
    let [leaf, named] = ["leaf", "named"].map(text);
    let top = crate::support::holder(&[&leaf, &leaf]);
    let mut store = Watched::default();
    store.put_many(&[leaf.clone(), named.clone(), top]).unwrap();
    store.set_ref("named", Some(named.cid())).unwrap();
    store.late = vec![leaf.cid(), named.cid()];
    let damage = check(&store).damage;
    let is_missing = |damage: &Damage| {
        matches!(
            damage,
            Damage::RefToNothing { .. } | Damage::MissingBlock { .. }
        )
    };
    assert!(!damage.iter().any(is_missing), "{damage:#?}");
}

/// A byte string of these chunks, whose boundaries are the caller's.
fn chunked(chunks: &[&[u8]]) -> Vec<Block> {
    let mut node = b"\x10\xa2%y\x90".to_vec();
    node.push(0x90 | u8::try_from(2 * chunks.len()).unwrap());
    let mut blocks = Vec::new();
    for chunk in chunks {
        let len = u16::try_from(chunk.len()).unwrap().to_be_bytes();
        let block = Block::new([&b"\x10\xa1y\x90\xc5"[..], &len, chunk].concat());
        node.extend(b"\xc7\x40\x01");
        node.extend(block.cid().as_bytes());
        node.push(0xcd);
        node.extend(len);
        blocks.push(block);
    }
    blocks.push(Block::new(node));
    blocks
}

pub(crate) fn what_only_shows_across_blocks_is_found(backend: &dyn Backend) {
    let bytes: Vec<u8> = (0..9_000_u32).map(|n| (n * n).to_be_bytes()[2]).collect();
    // Chunks end where the caller likes.
    let store = backend.fresh();
    let blocks = chunked(&[&bytes[..4_000], &bytes[4_000..8_000], &bytes[8_000..]]);
    store.put_many(&blocks).unwrap();
    let root = blocks[3].cid();
    let expected = cideldill::compute_cid(&cideldill::Value::bytes(bytes.clone())).unwrap();
    let found = [Damage::NotCanonical {
        cid: root,
        expected,
    }];
    assert_eq!(check(&*store).damage, found);
    // The same inside another value.
    let held = keep(&*store, &(7, bytes));
    let (block, _) = root_of(&*store, held);
    store.put_many(&[relinked(&block, expected, root)]).unwrap();
    assert_eq!(check(&*store).damage, found);

    // Keys that were cut, in the wrong order.
    let keys = ["a", "b"].map(|letter| letter.repeat(2_000));
    for is_map in [true, false] {
        let store = backend.fresh();
        let keys = keys.clone();
        let sorted = if is_map {
            keep(&*store, &BTreeMap::from(keys.map(|key| (key, 1))))
        } else {
            keep(&*store, &BTreeSet::from(keys))
        };
        let (block, links) = root_of(&*store, sorted);
        let unsorted = relinked(&relinked(&block, links[0], sorted), links[1], links[0]);
        let unsorted = relinked(&unsorted, sorted, links[1]);
        store.put_many(std::slice::from_ref(&unsorted)).unwrap();
        let damage = check(&*store).damage;
        assert!(
            matches!(&damage[..], [Damage::Refused { cid, reason }]
                if *cid == unsorted.cid() && reason.contains("ascending")),
            "{damage:?}"
        );
    }

    // A part of another type than its place says.
    let store = backend.fresh();
    let texts = keep(&*store, &vec!["text".repeat(500)]);
    let bytes = keep(&*store, &vec![b'x'; 2_000]);
    let (block, links) = root_of(&*store, texts);
    let other = relinked(&block, links[0], bytes);
    store.put_many(std::slice::from_ref(&other)).unwrap();
    let damage = check(&*store).damage;
    assert!(
        matches!(&damage[..], [Damage::Refused { cid, .. }] if *cid == other.cid()),
        "{damage:?}"
    );

    // Bytes that are short enough for one block, as chunks that end where those of no longer value do,
    // held by nobody or named.
    for names in [&[][..], &["short"]] {
        let store = backend.fresh();
        let blocks = chunked(&[&[1; 900], &[2; 900]]);
        store.put_many(&blocks).unwrap();
        for name in names {
            store.set_ref(name, Some(blocks[2].cid())).unwrap();
        }
        let damage = check(&*store).damage;
        assert!(
            matches!(&damage[..], [Damage::NotCanonical { .. }]),
            "{names:?}: {damage:?}"
        );
    }

    // A node of a longer value is sound as long as nobody says it is a value itself.
    let store = backend.fresh();
    let root = keep(&*store, &tuples(1_500, 40));
    let (_, nodes) = root_of(&*store, root);
    store.sweep(&mut || Ok(vec![root])).unwrap();
    assert_whole(&*store);
    for node in &nodes {
        store.set_ref(&node.to_string(), Some(*node)).unwrap();
    }
    let damage = check(&*store).damage;
    assert!(
        matches!(&damage[..], [Damage::NotCanonical { cid, .. }, ..] if nodes.contains(cid)),
        "{damage:?}"
    );
}

pub(crate) fn what_is_corrupt_can_be_dropped_and_stored_again(backend: &dyn Backend) {
    let store = backend.fresh();
    let parts: Vec<String> = (0..4).map(|n| format!("part {n} ").repeat(300)).collect();
    let encoded = cideldill::encode(&parts).unwrap();
    let top = keep(&*store, &parts);
    let over = keep(&*store, &(top, "unrelated"));
    store.set_ref("top", Some(top)).unwrap();
    let (_, links) = root_of(&*store, top);
    let before = store.stats();
    let mut damaged = Damaged {
        store,
        absent: Vec::new(),
        unreadable: Vec::new(),
        bytes: BTreeMap::from([(links[2], Arc::clone(text("other").bytes()))]),
        refs: BTreeMap::new(),
    };
    let mut options = Fsck::default();
    options.repair = true;
    let report = fsck(&damaged, &options, &mut |_| {}).unwrap();
    assert_eq!(report.unsound().into_iter().collect::<Vec<_>>(), [links[2]]);
    assert!(report.repaired.dropped.is_empty(), "only when asked for");
    assert_eq!(damaged.stats(), before);

    options.drop_unsound = true;
    let epoch = damaged.epoch();
    let report = fsck(&damaged, &options, &mut |_| {}).unwrap();
    assert_eq!(report.repaired.dropped, [links[2]]);
    assert_eq!(report.repaired.incomplete, [top]);
    assert_eq!(
        damaged.stats().blocks,
        before.blocks - 1,
        "what is sound stays"
    );
    assert_eq!(damaged.get_ref("top").unwrap(), Some(top));
    assert!(damaged.contains(&over).unwrap());
    assert_ne!(damaged.epoch(), epoch);

    // Now it can come again, and the store is whole.
    damaged.bytes.clear();
    let missing = check(&damaged).damage;
    let expected = Damage::MissingBlock {
        cid: links[2],
        holder: top,
    };
    assert_eq!(missing, [expected]);
    damaged
        .put_many(&encoded.blocks().collect::<Vec<_>>())
        .unwrap();
    assert_whole(&damaged);
    assert_eq!(damaged.stats(), before);
}

/// The statistics are corrected, on the disk too.
pub(crate) fn statistics_can_be_repaired(kind: Kind) {
    let disk = Disk::new(kind);
    let blocks: Vec<Block> = (0..10).map(|n| long_text(n, 500)).collect();
    disk.open().put_many(&blocks).unwrap();
    kind.meddle(&disk.path(), |db| db.remove(&entry_key(&blocks[3])));
    let store = disk.open();
    let report = check(&*store);
    let [Damage::Statistics { kept, counted }] = &report.damage[..] else {
        panic!("{:?}", report.damage);
    };
    assert_eq!((kept.blocks, counted.blocks), (10, 9));
    let mut options = Fsck::default();
    options.repair = true;
    let report = fsck(&*store, &options, &mut |_| {}).unwrap();
    assert!(report.repaired.statistics);
    assert_whole(&*store);
    drop(store);
    assert_eq!(disk.open().stats().blocks, 9);
    assert_whole(&*disk.open());
}

//! Archives and copies: what goes out comes in again, on every backend, and nothing else does.

use std::collections::BTreeSet;

use cideldill::housekeeping::{Import, Imported, Selection, copy, export, import};
use cideldill::{BlockStore, Cid, Error, ErrorKind, MemoryStore, Stats};

use crate::car::{Archive, CarCid};
use crate::fsck::assert_whole;
use crate::support::{Backend, Disk, Kind, assert_counted, keep, text, values};

fn exported(store: &dyn BlockStore, selection: &Selection) -> Vec<u8> {
    let mut archive = Vec::new();
    let exported = export(store, selection, &mut archive, &mut |_| {}).unwrap();
    assert_eq!(exported.bytes, archive.len() as u64);
    if *selection == Selection::All {
        assert_eq!(exported.blocks, store.stats());
        assert_eq!(exported.refs, store.refs().unwrap().len() as u64);
    }
    archive
}

fn imported(store: &dyn BlockStore, mut archive: &[u8]) -> Result<Imported, Error> {
    import(store, &mut archive, &Import::default(), &mut |_| {})
}

/// A store with values of every kind, and names for some.
fn filled(store: &dyn BlockStore) -> Vec<Cid> {
    let roots = values(store);
    for (number, root) in roots.iter().take(4).enumerate() {
        store
            .set_ref(&format!("r\u{e9}f {number}"), Some(*root))
            .unwrap();
    }
    store.set_ref("again", Some(roots[0])).unwrap();
    roots
}

fn all(store: &dyn BlockStore) -> BTreeSet<Cid> {
    store.iter().map(Result::unwrap).collect()
}

fn assert_same(one: &dyn BlockStore, other: &dyn BlockStore) {
    assert_eq!(all(one), all(other));
    assert_eq!(one.stats(), other.stats());
    assert_eq!(one.refs().unwrap(), other.refs().unwrap());
    assert_whole(other);
    assert_counted(other);
}

pub(crate) fn what_was_exported_comes_back_on_every_backend(backend: &dyn Backend) {
    let store = backend.fresh();
    filled(&*store);
    let archive = exported(&*store, &Selection::All);
    assert_eq!(
        exported(&*store, &Selection::All),
        archive,
        "the same bytes"
    );
    let (sled, redb) = (Disk::new(Kind::Sled), Disk::new(Kind::Redb));
    let targets: [Box<dyn BlockStore>; 3] =
        [Box::new(MemoryStore::new()), sled.fresh(), redb.fresh()];
    for other in targets {
        let report = imported(&*other, &archive).unwrap();
        assert_eq!(report.report.new_blocks, store.stats().blocks);
        assert_eq!(report.refs, store.refs().unwrap());
        assert_same(&*store, &*other);
        let again = imported(&*other, &archive).unwrap();
        assert_eq!(again.report.new_blocks, 0);
        assert_eq!(exported(&*other, &Selection::All), archive);
    }
}

pub(crate) fn a_part_goes_alone(backend: &dyn Backend) {
    let store = backend.fresh();
    let roots = filled(&*store);
    let selection = Selection::Part {
        names: vec!["r\u{e9}f 3".to_owned()],
        roots: vec![roots[6]],
    };
    let other = backend.fresh();
    let report = imported(&*other, &exported(&*store, &selection)).unwrap();
    assert_eq!(report.roots, [roots[3], roots[6]]);
    assert_eq!(other.refs().unwrap().len(), 1);
    assert_eq!(other.get_ref("r\u{e9}f 3").unwrap(), Some(roots[3]));
    assert!(other.contains(&roots[6]).unwrap() && !other.contains(&roots[7]).unwrap());
    assert_whole(&*other);

    // Names can be left out.
    let other = backend.fresh();
    let mut options = Import::default();
    options.refs = false;
    let archive = exported(&*store, &selection);
    import(&*other, &mut archive.as_slice(), &options, &mut |_| {}).unwrap();
    assert!(other.refs().unwrap().is_empty());

    let unknown = Selection::Part {
        names: vec!["unknown".to_owned()],
        roots: Vec::new(),
    };
    let refused = export(&*store, &unknown, &mut Vec::new(), &mut |_| {}).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::UnknownReference { name } if name == "unknown"),
        "{refused}"
    );
    let unknown = Selection::Part {
        names: Vec::new(),
        roots: vec![text("absent").cid()],
    };
    let refused = copy(&*store, &*other, &unknown, &mut |_| {}).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Missing { .. }),
        "{refused}"
    );
}

pub(crate) fn an_archive_in_any_order_is_read(backend: &dyn Backend) {
    let store = backend.fresh();
    filled(&*store);
    let mut archive = Archive::read(&exported(&*store, &Selection::All));
    // What links comes before what it links to, some blocks come twice, and the names in between.
    archive.blocks.reverse();
    let third = archive.blocks.len() / 3;
    let again = archive.blocks[..third].to_vec();
    archive.blocks.extend(again);
    archive.blocks.rotate_left(third * 2);
    let archive = archive.write();
    let other = backend.fresh();
    imported(&*other, &archive).unwrap();
    assert_same(&*store, &*other);

    let other = backend.fresh();
    let mut options = Import::default();
    options.waiting_bytes = 10_000;
    let refused = import(&*other, &mut archive.as_slice(), &options, &mut |_| {}).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Limit { limit: 10_000, .. }),
        "{refused}"
    );
    assert!(other.refs().unwrap().is_empty());
    assert_whole(&*other);
}

pub(crate) fn a_copy_is_the_same_store(backend: &dyn Backend) {
    let store = backend.fresh();
    filled(&*store);
    let (sled, redb) = (Disk::new(Kind::Sled), Disk::new(Kind::Redb));
    for other in [sled.fresh(), redb.fresh(), backend.fresh()] {
        let copied = copy(&*store, &*other, &Selection::All, &mut |_| {}).unwrap();
        assert_eq!(copied.report.new_blocks, store.stats().blocks);
        assert_eq!(copied.refs, 5);
        assert_same(&*store, &*other);
    }
}

pub(crate) fn an_archive_that_is_cut_off_sets_no_reference(backend: &dyn Backend) {
    let store = backend.fresh();
    let root = keep(&*store, &vec!["a part".repeat(200)]);
    store.set_ref("name", Some(root)).unwrap();
    let archive = exported(&*store, &Selection::All);
    let other = backend.fresh();
    for len in (0..archive.len()).step_by(7) {
        let refused = imported(&*other, &archive[..len]);
        let kind = refused.as_ref().map_err(Error::kind);
        let is_typed = matches!(
            kind,
            Err(ErrorKind::Archive { .. } | ErrorKind::Missing { .. })
        );
        assert!(is_typed, "{len} bytes: {refused:?}");
        assert!(other.refs().unwrap().is_empty());
    }
    assert_whole(&*other);
    imported(&*other, &archive).unwrap();
    assert_same(&*store, &*other);
}

#[test]
fn another_reader_finds_the_same() {
    let store = MemoryStore::new();
    filled(&store);
    let archive = Archive::read(&exported(&store, &Selection::All));
    let mut names = archive.blocks.last().unwrap().clone();
    assert_eq!(archive.roots.last(), Some(&names.0));
    let found = &archive.blocks[..archive.blocks.len() - 1];
    let expected = store.iter().map(|cid| {
        let cid = cid.unwrap();
        let bytes = store.get(&cid).unwrap().unwrap();
        (CarCid::raw(cid.as_bytes()), bytes.to_vec())
    });
    let found: BTreeSet<_> = found.iter().cloned().collect();
    assert_eq!(found, expected.collect());
    // Each after what it links to.
    let mut met = BTreeSet::new();
    for (cid, bytes) in &archive.blocks {
        for link in cideldill::links(bytes).unwrap() {
            assert!(met.contains(&CarCid::raw(link.as_bytes())));
        }
        met.insert(cid.clone());
    }
    // The names are MessagePack as any block is.
    names.1.drain(..1);
    assert!(
        names
            .1
            .starts_with(b"\xa1@\x91\x93\xafstd::References\xa3{sy\xaareferences")
    );
    // Written by the other writer it is the same archive.
    assert_eq!(archive.write(), exported(&store, &Selection::All));
}

#[test]
fn a_store_without_names_has_only_its_roots() {
    let store = MemoryStore::new();
    let root = keep(&store, &vec!["a part".repeat(200)]);
    let archive = Archive::read(&exported(&store, &Selection::All));
    assert_eq!(archive.roots, [CarCid::raw(root.as_bytes())]);
    assert_eq!(archive.blocks.len(), 2);
    let empty = exported(&MemoryStore::new(), &Selection::All);
    assert_eq!(empty, b"\x11\xa2\x65roots\x80\x67version\x01");
    assert_eq!(imported(&store, &empty).unwrap().report.blocks, 0);
}

#[test]
fn what_is_not_an_archive_of_ours_is_refused() {
    let sound = text("sound");
    let named = |change: fn(&mut CarCid)| {
        let mut cid = CarCid::raw(sound.cid().as_bytes());
        change(&mut cid);
        let blocks = vec![(cid, sound.bytes().to_vec())];
        let roots = Vec::new();
        Archive { roots, blocks }.write()
    };
    let refused = |archive: &[u8]| {
        let store = MemoryStore::new();
        let refused = imported(&store, archive).unwrap_err();
        assert_eq!(store.stats(), Stats::default());
        refused
    };
    assert!(imported(&MemoryStore::new(), &named(|_| ())).is_ok());
    for (archive, codec, hash) in [
        (named(|cid| cid.codec = 0x71), 0x71, 0x13),
        (named(|cid| cid.hash = 0x12), 0x55, 0x12),
        (named(|cid| cid.version = 0x12), 0x70, 0x12),
    ] {
        let refused = refused(&archive);
        assert!(
            matches!(refused.kind(), ErrorKind::ForeignBlock { codec: c, hash: h, offset: 19 }
                if (*c, *h) == (codec, hash)),
            "{refused}"
        );
    }
    let corrupt = refused(&named(|cid| cid.digest[5] ^= 1));
    assert!(
        matches!(corrupt.kind(), ErrorKind::Corrupt { .. }),
        "{corrupt}"
    );

    let header = b"\x11\xa2\x65roots\x80\x67version\x01";
    let with = |bytes: &[u8]| [&header[..], bytes].concat();
    let mut malformed: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\x00".to_vec(),
        b"\x91\x00\xa2\x65roots\x80\x67version\x01".to_vec(),
        b"\x11\xa2\x65roots\x80\x67version\x02".to_vec(),
        b"\x11\xa2\x67version\x01\x65roots\x80".to_vec(),
        b"\x12\xa2\x65roots\x98\x00\x67version\x01".to_vec(),
        b"\x11\xa2\x65roots\x81\x67version\x01".to_vec(),
        b"\x12\xa2\x65roots\x80\x67version\x01\x00".to_vec(),
        b"\x0a\xa1\x67version\x02".to_vec(),
        with(b"\x00"),
        with(b"\x01\x01"),
        with(b"\x44\x01\x55\x13\x40"),
        with(b"\x02\x02\x55"),
        with(b"\x81\x80\x00"),
        with(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        named(|cid| cid.version = 2),
        named(|cid| cid.digest.truncate(32)),
    ];
    let mut trailing = named(|_| ());
    trailing.push(0x45);
    malformed.push(trailing);
    for archive in malformed {
        let store = MemoryStore::new();
        let refused = imported(&store, &archive).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Archive { .. }),
            "{archive:02x?}: {refused}"
        );
    }

    // Lengths that nothing can be trusted to have.
    let limits = [
        b"\xff\xff\xff\xff\x7f".to_vec(),
        with(b"\xff\xff\xff\xff\x7f\x01\x55\x13\x40"),
    ];
    for archive in limits {
        let refused = refused(&archive);
        assert!(
            matches!(refused.kind(), ErrorKind::Limit { .. }),
            "{refused}"
        );
    }
    // Bytes that are no block of ours, and links and roots that lead to nothing.
    let plain = cideldill::Block::new(*b"plain text");
    let held = crate::support::holder(&[&sound]);
    for (block, roots) in [(&plain, vec![]), (&held, vec![]), (&sound, vec![&held])] {
        let cid_of = |block: &cideldill::Block| CarCid::raw(block.cid().as_bytes());
        let archive = Archive {
            roots: roots.into_iter().map(cid_of).collect(),
            blocks: vec![(cid_of(block), block.bytes().to_vec())],
        };
        let refused = imported(&MemoryStore::new(), &archive.write()).unwrap_err();
        assert!(
            matches!(
                refused.kind(),
                ErrorKind::Version { .. } | ErrorKind::Missing { .. }
            ),
            "{refused}"
        );
    }
}

#[test]
fn a_changed_byte_of_an_archive_is_never_taken_for_the_archive() {
    let store = MemoryStore::new();
    let root = keep(&store, &vec!["a part".repeat(200)]);
    store.set_ref("name", Some(root)).unwrap();
    let archive = exported(&store, &Selection::All);
    for at in 0..archive.len() {
        let mut changed = archive.clone();
        changed[at] ^= 1 << (at % 8);
        let other = MemoryStore::new();
        assert!(imported(&other, &changed).is_err(), "byte {at}");
        assert!(other.refs().unwrap().is_empty());
        assert_whole(&other);
    }
}

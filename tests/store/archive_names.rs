//! The names that go along in an archive: all of them are set, or none.

use std::error::Error as _;

use cideldill::housekeeping::{Import, Selection, copy, export, import};
use cideldill::{Block, BlockStore, Cid, Error, ErrorKind, MemoryStore, Profile, Value};

use crate::car::{Archive, CarCid};
use crate::support::{Disk, Kind, text};

/// A block of names, whatever they are and stand for.
fn names<'n>(refs: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
    let entries = refs
        .into_iter()
        .map(|(name, target)| (Value::from(name), target));
    let map = Value::map_of("s", "y", entries).unwrap();
    Value::record("std::References", [("references", map)]).unwrap()
}

fn target(cid: Cid) -> Value {
    Value::bytes(cid.as_bytes().as_slice())
}

fn block_of(value: &Value, profile: Profile) -> Block {
    let encoded = cideldill::encode_with(value, profile).unwrap();
    encoded.blocks().next().unwrap()
}

fn archive_of(roots: &[&Block], blocks: &[&Block]) -> Vec<u8> {
    let cid_of = |block: &&Block| CarCid::raw(block.cid().as_bytes());
    let named = |block: &&Block| (cid_of(block), block.bytes().to_vec());
    Archive {
        roots: roots.iter().map(cid_of).collect(),
        blocks: blocks.iter().map(named).collect(),
    }
    .write()
}

/// What an import says, which set nothing.
fn refused_with(options: Import, mut archive: &[u8]) -> Error {
    let store = MemoryStore::new();
    let refused = import(&store, &mut archive, &options, &mut |_| {}).unwrap_err();
    assert!(store.refs().unwrap().is_empty(), "{refused}");
    refused
}

fn refused(archive: &[u8]) -> (&'static str, u64, String) {
    let refused = refused_with(Import::default(), archive);
    let source = refused.source().map(ToString::to_string);
    match refused.kind() {
        ErrorKind::Archive { reason, offset } => (*reason, *offset, source.unwrap_or_default()),
        other => panic!("{other}"),
    }
}

#[test]
fn a_name_that_is_none_is_refused_and_no_other_is_set() {
    let block = text("named");
    let long = "x".repeat(300);
    for name in ["", "a\n\u{1b}[31mred", "\0", long.as_str()] {
        let names = names(["A", "b", name].map(|name| (name, target(block.cid()))));
        let names = block_of(&names, Profile::WHOLE);
        // In either order.
        for blocks in [[&block, &names], [&names, &block]] {
            let archive = archive_of(&[&block, &names], &blocks);
            let (reason, offset, source) = refused(&archive);
            assert_eq!(reason, "it has a reference whose name is none");
            let at = usize::try_from(offset).unwrap();
            assert!(archive[at + 4..].starts_with(names.cid().as_bytes()));
            let start: String = name.chars().take(255).collect();
            assert!(source.starts_with(&format!("{start:?}")), "{source}");
            assert!(!source.contains(char::is_control), "{source}");
            // Also where nobody asks for the names.
            let mut options = Import::default();
            options.refs = false;
            let refused = refused_with(options, &archive);
            assert!(matches!(refused.kind(), ErrorKind::Archive { .. }));
        }
    }
}

#[test]
fn names_that_stand_for_nothing_are_refused_and_no_other_is_set() {
    let (block, absent) = (text("named"), text("absent"));
    let names = names([("a", target(block.cid())), ("b", target(absent.cid()))]);
    let names = block_of(&names, Profile::WHOLE);
    let archive = archive_of(&[&block, &names], &[&block, &names]);
    let refused = refused_with(Import::default(), &archive);
    assert!(
        matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == absent.cid()),
        "{refused}"
    );
}

/// Nothing that has the tag of names is taken for a value: the names in it would be lost.
#[test]
fn references_that_break_their_rules_are_refused() {
    let block = text("named");
    let sound = names([("a", target(block.cid()))]);
    let whole = |value: &Value| block_of(value, Profile::WHOLE);
    let short = names([("a", Value::bytes(&block.cid().as_bytes()[..63]))]);
    let record = |fields: Vec<(&'static str, Value)>| {
        whole(&Value::record("std::References", fields).unwrap())
    };
    // A map whose keys are not in order.
    let mut unsorted = whole(&names([
        ("a", target(block.cid())),
        ("b", target(block.cid())),
    ]))
    .bytes()
    .to_vec();
    let first = unsorted.windows(3).position(|w| w == b"\xa1a\xc4").unwrap();
    unsorted[first + 1] = b'c';

    let not_a_map = "its references are not a map of names to 64 bytes";
    for (names, reason) in [
        (whole(&short), not_a_map),
        (record(vec![]), not_a_map),
        (record(vec![("references", Value::from(1))]), not_a_map),
        (record(vec![("other", Value::from(1))]), not_a_map),
        (
            record(vec![("references", Value::from(1)), ("b", Value::from(1))]),
            not_a_map,
        ),
        (Block::new(unsorted), "its references are not a value"),
        (
            block_of(&sound, Profile::STANDARD),
            "its references are not in profile 1",
        ),
    ] {
        let archive = archive_of(&[&block, &names], &[&block, &names]);
        assert_eq!(refused(&archive).0, reason);
    }

    let sound = whole(&sound);
    let other = whole(&names([("b", target(block.cid()))]));
    let place = "its references are not its last root";
    for (roots, blocks) in [
        (&[&block][..], &[&block, &sound][..]),
        (&[], &[&block, &sound]),
        (&[&sound, &block], &[&block, &sound]),
        (&[&block, &other, &sound], &[&block, &sound, &other]),
    ] {
        assert_eq!(refused(&archive_of(roots, blocks)).0, place);
    }
    let store = MemoryStore::new();
    let archive = archive_of(&[&block, &sound], &[&sound, &block, &sound]);
    let report = import(
        &store,
        &mut archive.as_slice(),
        &Import::default(),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!((report.report.blocks, report.roots), (1, vec![block.cid()]));
    assert_eq!(store.get_ref("a").unwrap(), Some(block.cid()));
}

#[test]
fn what_no_reader_takes_is_not_exported() {
    let store = MemoryStore::new();
    let block = text("named");
    let names = block_of(&names([("a", target(block.cid()))]), Profile::WHOLE);
    store.put_many(&[block.clone(), names.clone()]).unwrap();
    let refused = export(&store, &Selection::All, &mut Vec::new(), &mut |_| {}).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Malformed { .. }),
        "{refused}"
    );
    let source = refused.source().unwrap().to_string();
    assert!(source.contains(&names.cid().to_string()), "{source}");
    let part = Selection::Part {
        names: Vec::new(),
        roots: vec![block.cid()],
    };
    export(&store, &part, &mut Vec::new(), &mut |_| {}).unwrap();
}

/// A store may hold names from before there was a rule: they stay until somebody removes them.
#[test]
fn other_names_that_a_store_holds_are_kept_and_can_be_removed() {
    for kind in [Kind::Sled, Kind::Redb] {
        let disk = Disk::new(kind);
        let block = text("named");
        let store = disk.open();
        store.put_many(std::slice::from_ref(&block)).unwrap();
        store.set_ref("good", Some(block.cid())).unwrap();
        drop(store);
        let odd = ["", "two\nlines"];
        kind.meddle(&disk.path(), |db| {
            for name in odd {
                let (key, record) = crate::raw::ref_record(9, name, block.cid());
                db.insert(&key, &record);
            }
        });
        let recovered = kind.recover(disk.path()).unwrap();
        assert_eq!(recovered.saved_refs, 3, "{recovered:?}");
        let store = disk.open();
        let store: &dyn BlockStore = &*store;
        assert_eq!(store.refs().unwrap().len(), 3);
        let other = MemoryStore::new();
        let mut archive = Vec::new();
        for refused in [
            copy(store, &other, &Selection::All, &mut |_| {}).unwrap_err(),
            export(store, &Selection::All, &mut archive, &mut |_| {}).unwrap_err(),
        ] {
            let is_named =
                matches!(refused.kind(), ErrorKind::ReferenceName { name } if name.is_empty());
            assert!(is_named, "{refused}");
        }
        assert!(archive.is_empty() && other.refs().unwrap().is_empty());
        for name in odd {
            assert_eq!(store.get_ref(name).unwrap(), Some(block.cid()));
            assert!(store.set_ref(name, Some(block.cid())).is_err());
            let conflict = store.compare_and_set_ref(name, Some(text("x").cid()), None);
            assert!(matches!(
                conflict.unwrap_err().kind(),
                ErrorKind::ReferenceConflict { .. }
            ));
            store.set_ref(name, None).unwrap();
        }
        export(store, &Selection::All, &mut archive, &mut |_| {}).unwrap();
        assert_eq!(store.refs().unwrap().len(), 1);
    }
}

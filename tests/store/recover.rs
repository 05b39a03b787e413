//! Saving what is sound in a damaged store.

use std::fs;
use std::slice;

use cideldill::{Block, Cid, ErrorKind};

use crate::fsck::assert_whole;
use crate::support::{
    Disk, Kind, assert_counted, assert_holds, bytes_key, holder, keep, long_text, text,
};

/// Two trees that share a leaf, a block alone, and names for the tops.
fn trees() -> (Vec<Block>, [Block; 2]) {
    let leaves: Vec<Block> = (0..6).map(|n| long_text(n, 500 + 9_000 * n)).collect();
    let left = holder(&[&leaves[0], &leaves[1], &leaves[2]]);
    let right = holder(&[&leaves[2], &leaves[3], &leaves[4]]);
    (leaves, [left, right])
}

pub(crate) fn a_store_that_cannot_be_opened_is_saved_whole(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    let (leaves, tops) = trees();
    let store = disk.open();
    let epoch = store.epoch();
    store.put_many(&leaves).unwrap();
    store.put_many(&tops).unwrap();
    store.set_ref("left", Some(tops[1].cid())).unwrap();
    store.set_ref("left", Some(tops[0].cid())).unwrap();
    store.set_ref("dropped", Some(tops[1].cid())).unwrap();
    store.set_ref("dropped", None).unwrap();
    let (stats, came) = (store.stats(), store.metadata(&tops[0].cid()).unwrap());
    drop(store);
    // Where the engine looks first: it cannot make sense of the file any more.
    let mut bytes = fs::read(kind.data_file(&path)).unwrap();
    bytes[..20].fill(0xff);
    fs::write(kind.data_file(&path), &bytes).unwrap();
    // However often one tries: sled overwrites what it does not understand, but not the last copy.
    for _ in 0..2 {
        let refused = kind.open(&path).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Unreadable { .. }),
            "{refused}"
        );
    }

    let recovered = kind.recover(&path).unwrap();
    assert_eq!(recovered.saved, stats);
    assert_eq!(recovered.saved_refs, 1);
    assert!(recovered.lost.is_empty() && recovered.incomplete.is_empty());
    assert!(recovered.lost_refs.is_empty());
    let store = disk.open();
    assert_holds(&*store, leaves.iter().chain(&tops));
    assert_counted(&*store);
    assert_eq!(store.get_ref("left").unwrap(), Some(tops[0].cid()));
    assert_eq!(
        store.refs().unwrap().len(),
        1,
        "a name that was removed stays so"
    );
    assert_eq!(store.metadata(&tops[0].cid()).unwrap(), came);
    assert_ne!(store.epoch(), epoch);
    // The old files are kept, beside the new ones.
    assert_eq!(recovered.moved_to.parent(), Some(&*path));
    assert!(recovered.moved_to.join("db").is_file());
    assert_eq!(
        recovered.moved_to.join("before-open").is_file(),
        kind == Kind::Sled
    );
    assert!(!path.join("before-open").exists());
}

/// Replaces a block's bytes in every place of the data file, as a bad disk would.
fn destroy(bytes: &mut [u8], block: &Block) {
    let sought = &block.bytes()[..100];
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(100).position(|found| found == sought) {
        bytes[from + at + 50] ^= 1;
        from += at + 100;
    }
    assert_ne!(from, 0, "the block is in the file");
}

pub(crate) fn what_is_lost_is_listed_and_the_rest_is_saved(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    let (leaves, tops) = trees();
    let store = disk.open();
    store.put_many(&leaves).unwrap();
    store.put_many(&tops).unwrap();
    let over = holder(&[&tops[0]]);
    store.put_many(slice::from_ref(&over)).unwrap();
    store.set_ref("over", Some(over.cid())).unwrap();
    store.set_ref("right", Some(tops[1].cid())).unwrap();
    store.set_ref("leaf", Some(leaves[0].cid())).unwrap();
    drop(store);
    let mut bytes = fs::read(kind.data_file(&path)).unwrap();
    destroy(&mut bytes, &leaves[0]);
    fs::write(kind.data_file(&path), &bytes).unwrap();

    let recovered = kind.recover(&path).unwrap();
    assert_eq!(recovered.lost, [leaves[0].cid()]);
    assert_eq!(recovered.damaged, 1);
    let mut incomplete = [tops[0].cid(), over.cid()];
    incomplete.sort_unstable();
    assert_eq!(recovered.incomplete, incomplete);
    assert_eq!(recovered.lost_refs, ["leaf", "over"]);
    assert_eq!(recovered.saved_refs, 1);
    let store = disk.open();
    assert_eq!(store.stats().blocks, 6);
    assert_holds(&*store, leaves[1..].iter().chain([&tops[1]]));
    assert_eq!(store.get_ref("right").unwrap(), Some(tops[1].cid()));
    // What was lost can be brought again.
    store
        .put_many(&[over, tops[0].clone(), leaves[0].clone()])
        .unwrap();
}

/// A disk need not keep the order in which it was written to.
pub(crate) fn the_newest_name_is_known_wherever_it_lies(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    let (leaves, tops) = trees();
    let store = disk.open();
    store.put_many(&leaves).unwrap();
    store.put_many(&tops).unwrap();
    store.set_ref("left", Some(tops[1].cid())).unwrap();
    store.set_ref("left", Some(tops[0].cid())).unwrap();
    drop(store);
    let mut bytes = fs::read(kind.data_file(&path)).unwrap();
    // A record is a mark, its number, the name's length, the target, a check and the name.
    let places = |cid: &Cid| -> Vec<usize> {
        let target = [b"\x01", cid.as_bytes().as_slice()].concat();
        let marks = bytes.windows(6 + 8 + 4 + 65 + 8 + 4).enumerate();
        let found = marks.filter(|(_, record)| {
            record.starts_with(b"\xc1cidR\xc1")
                && record[18..].starts_with(&target)
                && record.ends_with(b"left")
        });
        found.map(|(at, _)| at).collect()
    };
    let (old, new) = (places(&tops[1].cid()), places(&tops[0].cid()));
    let (Some(&old_at), Some(&new_at)) = (old.first(), new.first()) else {
        assert!(kind == Kind::Redb, "it writes over what is old");
        return;
    };
    let [old_record, new_record] = [old_at, new_at].map(|at| bytes[at..at + 95].to_vec());
    for (places, record) in [(old, new_record), (new, old_record)] {
        for at in places {
            bytes[at..at + 95].copy_from_slice(&record);
        }
    }
    fs::write(kind.data_file(&path), &bytes).unwrap();

    assert_eq!(kind.recover(&path).unwrap().saved_refs, 1);
    let left = disk.open().get_ref("left").unwrap();
    assert_eq!(left, Some(tops[0].cid()));
}

pub(crate) fn many_blocks_written_in_many_batches_are_all_found(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    let blocks: Vec<Block> = (0..3_000).map(|n| long_text(n, 100 + n % 3_000)).collect();
    let store = disk.open();
    for batch in blocks.chunks(100) {
        store.put_many(batch).unwrap();
    }
    store.put_many(&[long_text(1, 3 << 20)]).unwrap();
    let stats = store.stats();
    drop(store);
    kind.meddle(&path, |db| db.remove(b"s"));
    assert!(kind.open(&path).is_err());
    assert_eq!(kind.recover(&path).unwrap().saved, stats);
    assert_holds(&*disk.open(), &blocks);
}

/// The end of the file is gone, or a part in the middle; and somebody's file lies beside it.
pub(crate) fn a_torn_store_is_saved_as_far_as_it_goes(kind: Kind) {
    let root_of = |number: u64| (number, vec![format!("value {number} ").repeat(150); 3]);
    for tear in 0..6 {
        let disk = Disk::new(kind);
        let path = disk.path();
        let store = disk.open();
        let roots: Vec<_> = (0..60).map(|n| keep(&*store, &root_of(n))).collect();
        store.set_ref("first", Some(roots[0])).unwrap();
        drop(store);
        fs::write(path.join("somebody's"), "file").unwrap();
        let file = kind.data_file(&path);
        let mut bytes = fs::read(&file).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        if tear < 4 {
            bytes.truncate(used * (tear + 1) / 5);
        } else {
            bytes[used * (tear - 3) / 4..used * (tear - 2) / 4].fill(0);
        }
        fs::write(&file, &bytes).unwrap();
        let torn = fs::read(&file).unwrap();
        drop(kind.open(&path));

        let recovered = kind.recover(&path).unwrap();
        let store = disk.open();
        assert_whole(&*store);
        assert_eq!(store.stats(), recovered.saved);
        for (number, root) in (0..).zip(&roots) {
            if store.contains(root).unwrap() {
                let value: (u64, Vec<String>) = cideldill::decode(*root, &*store).unwrap();
                assert_eq!(value, root_of(number));
            }
        }
        assert!(recovered.saved.blocks > 0, "tear {tear}: {recovered:?}");
        assert_eq!(fs::read_to_string(path.join("somebody's")).unwrap(), "file");
        assert!(recovered.moved_to.join("db").is_file() && !torn.is_empty());
    }
}

pub(crate) fn an_interrupted_recovery_is_taken_up(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    // As if it ended between moving the old files away and putting the new ones in their place.
    fs::rename(path.join(kind.name()), path.join("broken-1")).unwrap();
    fs::create_dir(path.join("recovering")).unwrap();
    fs::write(path.join("recovering/db"), "half").unwrap();
    let refused = kind.open(&path).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Unreadable { .. }),
        "{refused}"
    );
    let recovered = kind.recover(&path).unwrap();
    assert_eq!(recovered.moved_to, path.join("broken-1"));
    assert_holds(&*disk.open(), [&text("a")]);
    assert!(!path.join("recovering").exists());
}

pub(crate) fn recovering_twice_keeps_both_old_stores(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    let (first, second) = (kind.recover(&path), kind.recover(&path));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.saved, second.saved);
    assert_ne!(first.moved_to, second.moved_to);
    assert_holds(&*disk.open(), [&text("a")]);
}

pub(crate) fn without_a_data_file_nothing_is_moved(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    drop(disk.open());
    fs::remove_file(kind.data_file(&path)).unwrap();
    let refused = kind.recover(&path).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Unreadable { .. }),
        "{refused}"
    );
    assert!(path.join(kind.name()).exists() && !path.join("broken-1").exists());
}

pub(crate) fn a_block_that_only_looks_like_one_is_not_saved(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    let block = text("block");
    disk.open().put_many(slice::from_ref(&block)).unwrap();
    kind.meddle(&path, |db| {
        // A sound record twice, and one that claims four gigabytes.
        let record = db.get(&bytes_key(db, &block, 0)).unwrap();
        db.insert(b"another", &record);
        let mut endless = record;
        endless[6..14].copy_from_slice(&u64::from(u32::MAX).to_le_bytes());
        endless[22] ^= 1;
        endless.resize(7_000, 0);
        db.insert(b"dendless", &endless);
    });
    let recovered = kind.recover(&path).unwrap();
    assert_eq!(recovered.saved.blocks, 1);
    assert_eq!(recovered.damaged, 1);
    assert_holds(&*disk.open(), [&block]);
}

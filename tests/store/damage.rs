//! Damage on the disk: found, named, and never taken for something else.

use std::fs;
use std::slice;
use std::sync::Arc;

use cideldill::housekeeping::{Damage, Fsck, fsck};
use cideldill::{BlockStore, Cid, ErrorKind};

use crate::raw::Raw;
use crate::support::{Disk, Kind, assert_holds, bytes_key, entry_key, holder, long_text, text};

fn assert_corrupt(store: &dyn BlockStore, about: Cid) {
    for refused in [
        store.get(&about).unwrap_err(),
        store.get_many(&[about]).unwrap_err(),
    ] {
        assert!(
            matches!(refused.kind(), ErrorKind::Corrupt { expected, .. } if *expected == about),
            "{refused}"
        );
    }
    assert!(store.contains(&about).unwrap(), "corrupt is not missing");
}

pub(crate) fn a_flipped_byte_on_disk_is_corrupt(kind: Kind) {
    let disk = Disk::new(kind);
    let (sound, small, large) = (text("sound"), text("small"), long_text(1, 100_000));
    let blocks = [sound.clone(), small.clone(), large.clone()];
    disk.open().put_many(&blocks).unwrap();
    let flip = |db: &dyn Raw, key: &[u8]| {
        let mut record = db.get(key).unwrap();
        *record.last_mut().unwrap() ^= 1;
        db.insert(key, &record);
    };
    kind.meddle(&disk.path(), |db| {
        flip(db, &bytes_key(db, &small, 0));
        flip(db, &bytes_key(db, &large, 9));
    });
    let store = disk.open();
    assert_holds(&*store, [&sound]);
    assert_corrupt(&*store, small.cid());
    assert_corrupt(&*store, large.cid());
    assert_eq!(store.get(&text("absent").cid()).unwrap(), None);
    assert_eq!(store.stats().blocks, 3);
}

/// A sweep takes the bytes of a block along; where its entry claims more, what is another's stays.
pub(crate) fn what_goes_takes_its_own_bytes_and_no_others(kind: Kind) {
    let disk = Disk::new(kind);
    let blocks = [long_text(1, 30_000), long_text(2, 30_000)];
    let [goes, stays] = &blocks;
    disk.open().put_many(&blocks).unwrap();
    let mut keys = Vec::new();
    kind.meddle(&disk.path(), |db| {
        keys = (0..5).map(|n| bytes_key(db, goes, n)).collect();
        let mut entry = db.get(&entry_key(goes)).unwrap();
        entry[..8].copy_from_slice(&300_000_u64.to_le_bytes());
        db.insert(&entry_key(goes), &entry);
    });
    let store = disk.open();
    store.sweep(&mut || Ok(vec![goes.cid()])).unwrap();
    assert!(!store.contains(&goes.cid()).unwrap());
    assert_holds(&*store, [stays]);
    drop(store);
    kind.meddle(&disk.path(), |db| {
        assert!(keys.iter().all(|key| db.get(key).is_none()));
    });
}

/// Counting again, as a repair does, gets past an entry that cannot be read.
pub(crate) fn blocks_are_counted_again_past_a_damaged_entry(kind: Kind) {
    let disk = Disk::new(kind);
    let blocks = [long_text(1, 30_000), text("sound")];
    disk.open().put_many(&blocks).unwrap();
    kind.meddle(&disk.path(), |db| {
        db.insert(&entry_key(&blocks[0]), b"short");
    });
    let store = disk.open();
    let counted = store.recount().unwrap();
    assert_eq!(counted.blocks, 2);
    assert_eq!(counted.bytes, blocks[1].bytes().len() as u64);
    assert_eq!(store.stats(), counted);
}

pub(crate) fn records_that_make_no_sense_are_corrupt(kind: Kind) {
    let disk = Disk::new(kind);
    let block = long_text(1, 30_000);
    disk.open().put_many(slice::from_ref(&block)).unwrap();
    let mut whole = Vec::new();
    kind.meddle(&disk.path(), |db| {
        whole = db.get(&bytes_key(db, &block, 0)).unwrap();
    });
    let endless = [&whole[..6], &u64::MAX.to_le_bytes(), &whole[14..]].concat();
    for wrong in [&b""[..], b"\xc1", &whole[..5], &whole[..40], &endless] {
        kind.meddle(&disk.path(), |db| {
            db.insert(&bytes_key(db, &block, 0), wrong);
        });
        assert_corrupt(&*disk.open(), block.cid());
    }
    kind.meddle(&disk.path(), |db| {
        db.insert(&bytes_key(db, &block, 0), &whole);
        db.remove(&bytes_key(db, &block, 2));
    });
    assert_corrupt(&*disk.open(), block.cid());
    kind.meddle(&disk.path(), |db| {
        db.remove(&bytes_key(db, &block, 0));
    });
    assert_corrupt(&*disk.open(), block.cid());
    kind.meddle(&disk.path(), |db| {
        let mut entry = db.get(&entry_key(&block)).unwrap();
        entry[16..].fill(0xff);
        db.insert(b"d\xff\xff\xff\xff\xff\xff\xff\xff", &whole);
        db.insert(&entry_key(&block), &entry);
    });
    assert_corrupt(&*disk.open(), block.cid());
    kind.meddle(&disk.path(), |db| {
        db.insert(&entry_key(&block), b"short");
    });
    assert_corrupt(&*disk.open(), block.cid());
    let refused = disk.open().metadata(&block.cid()).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Unreadable { .. }),
        "{refused}"
    );
}

pub(crate) fn damage_of_one_block_is_not_damage_of_its_neighbours(kind: Kind) {
    let disk = Disk::new(kind);
    let blocks: Vec<_> = (0..5).map(|n| long_text(n, 600 + 100 * n)).collect();
    disk.open().put_many(&blocks).unwrap();
    kind.meddle(&disk.path(), |db| {
        let key = bytes_key(db, &blocks[1], 0);
        assert_eq!(key, bytes_key(db, &blocks[2], 0), "they share a record");
        let mut record = db.get(&key).unwrap();
        let needle = &blocks[1].bytes()[..20];
        let at = record.windows(20).position(|window| window == needle);
        // The length in its head, so that the next head is not where it should be.
        record[at.unwrap() - 32] ^= 0x11;
        db.insert(&key, &record);
    });
    let store = disk.open();
    let others = || blocks.iter().filter(|block| *block != &blocks[1]);
    assert_corrupt(&*store, blocks[1].cid());
    assert_holds(&*store, others());
    let mut options = Fsck::default();
    options.drop_unsound = true;
    let report = fsck(&*store, &options, &mut |_| {}).unwrap();
    assert_eq!(report.repaired.dropped, [blocks[1].cid()]);
    assert_holds(&*store, others());
    store.put_many(&blocks).unwrap();
    assert_holds(&*store, &blocks);
    drop(store);
    assert_holds(&*disk.open(), &blocks);
}

pub(crate) fn a_byte_changed_anywhere_in_the_file_is_never_silent(kind: Kind) {
    let disk = Disk::new(kind);
    let leaves: Vec<_> = (0..40).map(|n| long_text(n, 700)).collect();
    let mut blocks = leaves.clone();
    blocks.push(holder(&leaves.iter().collect::<Vec<_>>()));
    for batch in blocks.chunks(9) {
        disk.open().put_many(batch).unwrap();
    }
    let file = kind.data_file(&disk.path());
    let sound = fs::read(&file).unwrap();
    // Most of the file may be room for more.
    let used = (0..sound.len()).filter(|at| sound[*at] != 0);
    let used: Vec<usize> = used.collect();
    let mut refused = 0;
    for round in 0..60 {
        let at = used[used.len() * round / 60];
        let mut damaged = sound.clone();
        damaged[at] ^= 0x10;
        // A copy each time: opening a damaged store may make its files worse.
        let copy = Disk::new(kind);
        let directory = disk.path().join(kind.name());
        fs::create_dir_all(copy.path().join(kind.name()).join("blobs")).unwrap();
        for entry in fs::read_dir(disk.path())
            .unwrap()
            .chain(fs::read_dir(directory).unwrap())
        {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(disk.path()).unwrap();
                fs::copy(&path, copy.path().join(name)).unwrap();
            }
        }
        fs::write(kind.data_file(&copy.path()), damaged).unwrap();
        let mut is_whole = true;
        match kind.open(copy.path()) {
            Err(_) => is_whole = false,
            Ok(store) => {
                for block in &blocks {
                    match store.get(&block.cid()) {
                        // redb does not check the keys in its pages: a block may seem absent.
                        Ok(None) if kind == Kind::Redb => is_whole = false,
                        Ok(found) => assert_eq!(found.as_ref(), Some(block.bytes()), "byte {at}"),
                        Err(_) => is_whole = false,
                    }
                }
                let report = fsck(&*store, &Fsck::default(), &mut |_| {}).unwrap();
                // These leaves are too short to stand in blocks of their own, sound or not.
                let mut damage = report.damage.iter();
                let is_sound = damage.all(|damage| matches!(damage, Damage::Refused { .. }));
                assert_eq!(is_sound, is_whole, "byte {at}: {:?}", report.damage);
            }
        }
        if !is_whole {
            refused += 1;
            // One byte is in one leaf at most, without which what holds it is not saved either.
            let recovered = kind.recover(copy.path()).unwrap();
            assert!(recovered.saved.blocks >= 39, "byte {at}: {recovered:?}");
        }
    }
    assert!(refused > 0, "none of the changes hit anything");
}

#[test]
fn no_page_is_kept_in_a_file_that_sled_does_not_sync() {
    let kind = Kind::Sled;
    let disk = Disk::new(kind);
    let store = disk.open();
    for number in 0..60 {
        let blocks = [3_000, 6_200, 16_400, 70_000, 300_000].map(|len| long_text(number, len));
        store.put_many(&blocks).unwrap();
        store
            .set_ref(&"n".repeat(190 + number), Some(blocks[0].cid()))
            .unwrap();
    }
    let too_long = store.set_ref(&"n".repeat(256), None).unwrap_err();
    assert!(matches!(too_long.kind(), ErrorKind::ReferenceName { .. }));
    store.put_many(&[long_text(61, 5 << 20)]).unwrap();
    drop(store);
    drop(disk.open());
    let outside = fs::read_dir(disk.path().join("sled/blobs")).unwrap();
    assert_eq!(outside.count(), 0);
}

pub(crate) fn a_store_serves_readers_while_it_is_shared(kind: Kind) {
    let disk = Disk::new(kind);
    let store = disk.open().shared();
    let block = long_text(1, 9_000);
    store.put_many(slice::from_ref(&block)).unwrap();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (store, block) = (Arc::clone(&store), block.clone());
            std::thread::spawn(move || assert_holds(&*store, [&block]))
        })
        .collect();
    for reader in readers {
        reader.join().unwrap();
    }
}

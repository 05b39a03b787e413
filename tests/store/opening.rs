//! Opening a store: what is made, what is kept, and what each refusal says.

use std::fs;
use std::path::Path;

use cideldill::{Error, ErrorKind, Store};

use crate::child::{self, Child};
use crate::support::{Disk, Kind, assert_counted, assert_holds, holder, long_text, text};

/// All files below a directory with their contents.
fn snapshot(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(path) = waiting.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            let bytes = if path.is_dir() {
                waiting.push(path.clone());
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            files.push((path.display().to_string(), bytes));
        }
    }
    files.sort();
    files
}

fn refusal(kind: Kind, path: &Path) -> Error {
    kind.open(path).unwrap_err()
}

pub(crate) fn store_persistence(kind: Kind) {
    let disk = Disk::new(kind);
    let leaf = long_text(0, 40_000);
    let top = holder(&[&leaf]);
    let store = disk.open();
    let epoch = store.epoch();
    store.put_many(&[top.clone(), leaf.clone()]).unwrap();
    store.set_ref("main", Some(top.cid())).unwrap();
    store.set_ref("gone", Some(leaf.cid())).unwrap();
    store.set_ref("gone", None).unwrap();
    let came = store.metadata(&top.cid()).unwrap();
    drop(store);
    for _ in 0..3 {
        let store = disk.open();
        assert_holds(&*store, [&top, &leaf]);
        assert_counted(&*store);
        assert_eq!(store.stats().blocks, 2);
        assert_eq!(store.metadata(&top.cid()).unwrap(), came);
        assert_eq!(store.refs().unwrap().len(), 1);
        assert_eq!(store.get_ref("main").unwrap(), Some(top.cid()));
        assert_eq!(store.epoch(), epoch);
    }
}

/// Who opens or saves a store need not know of which kind it is.
pub(crate) fn a_directory_is_opened_as_the_kind_it_is(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    let block = long_text(0, 40_000);
    disk.open().put_many(std::slice::from_ref(&block)).unwrap();
    let store = Store::open(&path).unwrap();
    assert_holds(store.blocks(), [&block]);
    drop(store);

    let recovered = Store::recover(&path).unwrap();
    assert_eq!(recovered.saved.blocks, 1);
    assert_holds(&*disk.open(), [&block]);
}

pub(crate) fn an_absent_or_empty_directory_becomes_a_store(kind: Kind) {
    let disk = Disk::new(kind);
    let deep = disk.path().join("a/b/c");
    assert_eq!(kind.open(&deep).unwrap().stats().blocks, 0);
    let empty = disk.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let first = kind.open(&empty).unwrap().epoch();
    fs::remove_dir_all(&empty).unwrap();
    let again = kind.open(&empty).unwrap().epoch();
    assert_ne!(first, again, "a store made anew is another one");
}

pub(crate) fn what_is_not_a_store_is_refused_and_left_alone(kind: Kind) {
    let disk = Disk::new(kind);
    let other = disk.path().join("other");
    fs::create_dir_all(other.join(kind.name())).unwrap();
    fs::write(kind.data_file(&other), "somebody's").unwrap();
    let file = disk.path().join("file");
    fs::write(&file, "text").unwrap();
    // Made by the engine, but not by us.
    let foreign = disk.path().join("foreign");
    kind.foreign(&foreign);
    // Somebody's directory, with nothing in it that looks like a store.
    let notes = disk.path().join("notes");
    fs::create_dir(&notes).unwrap();
    fs::write(notes.join("a note"), "text").unwrap();
    let before = snapshot(&disk.path());
    for path in [&other, &file, &foreign, &notes] {
        for refused in [refusal(kind, path), kind.recover(path).unwrap_err()] {
            assert!(
                matches!(refused.kind(), ErrorKind::NotAStore { path: named }
                    if *named == path.display().to_string()),
                "{refused}"
            );
        }
    }
    assert_eq!(snapshot(&disk.path()), before);
    let refused = kind.recover(disk.path().join("absent")).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NotAStore { .. }));
    assert!(!disk.path().join("absent").exists());
}

pub(crate) fn a_store_that_is_open_is_locked_and_says_by_whom(kind: Kind) {
    let disk = Disk::new(kind);
    let store = disk.open();
    for refused in [
        refusal(kind, &disk.path()),
        kind.recover(disk.path()).unwrap_err(),
    ] {
        let ErrorKind::Locked { holder, .. } = refused.kind() else {
            panic!("{refused}");
        };
        assert!(holder.contains("this process"), "{holder}");
        assert!(
            holder.contains("copy the directory"),
            "how to look anyway: {holder}"
        );
    }
    drop(store);
    let mut other = Child::start(child::HOLD, kind, &disk.path());
    assert_eq!(other.next_line().as_deref(), Some("open"));
    let refused = refusal(kind, &disk.path());
    let ErrorKind::Locked { holder, .. } = refused.kind() else {
        panic!("{refused}");
    };
    assert!(
        holder.contains(&format!("process {} ", other.id())),
        "{holder}"
    );
    // The advice works: a copy can be opened.
    let copy = disk.path().with_extension("copy");
    copy_directory(&disk.path(), &copy);
    assert_counted(&*kind.open(&copy).unwrap());
    other.kill();
    drop(disk.open());
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn a_store_left_half_made_is_made_again(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("cideldill.lock"), "").unwrap();
    drop(disk.open());
    fs::write(path.join("cideldill.store"), kind.marker("making")).unwrap();
    fs::write(kind.data_file(&path), "half").unwrap();
    assert_eq!(disk.open().stats().blocks, 0);
    assert_eq!(disk.open().stats().blocks, 0);
}

fn assert_unreadable(kind: Kind, path: &Path, reason_says: &str) {
    let refused = refusal(kind, path);
    assert!(
        matches!(refused.kind(), ErrorKind::Unreadable { reason, .. }
            if reason.contains(reason_says)),
        "expected {reason_says}: {refused}"
    );
}

pub(crate) fn a_damaged_or_unknown_store_is_unreadable(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    let marker = path.join("cideldill.store");
    let sound = fs::read(&marker).unwrap();
    fs::write(&marker, "cideldill store 2 ready\n").unwrap();
    assert_unreadable(kind, &path, "layout is 2");
    fs::write(&marker, [0xff, 0xfe, 0]).unwrap();
    assert_unreadable(kind, &path, "marker is damaged");
    fs::write(&marker, sound).unwrap();

    let data = kind.data_file(&path);
    let aside = data.with_extension("aside");
    fs::rename(&data, &aside).unwrap();
    assert_unreadable(kind, &path, "data file is gone");
    assert!(!data.exists(), "nothing is made in its place");
    fs::rename(&aside, &data).unwrap();
    assert_holds(&*disk.open(), [&text("a")]);

    kind.meddle(&path, |db| db.remove(b"s"));
    assert_unreadable(kind, &path, "state record");
}

#[test]
fn a_store_that_sled_panics_on_is_unreadable() {
    let kind = Kind::Sled;
    let disk = Disk::new(kind);
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    // sled unwraps the names of the files in this directory as UTF-8.
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"\xff\xfe");
        fs::write(path.join("sled/blobs").join(name), "").unwrap();
        assert_unreadable(kind, &path, "sled panicked: ");
        fs::remove_file(path.join("sled/blobs").join(name)).unwrap();
        assert_holds(&*disk.open(), [&text("a")]);
    }
}

pub(crate) fn a_store_that_lost_blocks_is_unreadable(kind: Kind) {
    let disk = Disk::new(kind);
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    let copy = path.with_extension("copy");
    copy_directory(&path.join(kind.name()), &copy);
    disk.open().put_many(&[text("b")]).unwrap();
    // An older state of the data file is sound in itself.
    fs::remove_dir_all(path.join(kind.name())).unwrap();
    fs::rename(&copy, path.join(kind.name())).unwrap();
    assert_unreadable(kind, &path, "it held 2 blocks and now holds 1");
    assert_unreadable(kind, &path, "it held 2 blocks and now holds 1");
}

//! Opening a store: what is made, what is kept, and what each refusal says.

use std::fs;
use std::path::Path;

use cideldill::{BlockStore as _, Error, ErrorKind, SledStore};

use crate::child::{self, Child};
use crate::support::{
    Sled, assert_counted, assert_holds, data_file, holder, long_text, meddle, text,
};

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

fn refusal(path: &Path) -> Error {
    SledStore::open(path).unwrap_err()
}

#[test]
fn store_persistence() {
    let disk = Sled::new();
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
        assert_holds(&store, [&top, &leaf]);
        assert_counted(&store);
        assert_eq!(store.stats().blocks, 2);
        assert_eq!(store.metadata(&top.cid()).unwrap(), came);
        assert_eq!(store.refs().unwrap().len(), 1);
        assert_eq!(store.get_ref("main").unwrap(), Some(top.cid()));
        assert_eq!(store.epoch(), epoch);
    }
}

#[test]
fn an_absent_or_empty_directory_becomes_a_store() {
    let disk = Sled::new();
    let deep = disk.path().join("a/b/c");
    assert_eq!(SledStore::open(&deep).unwrap().stats().blocks, 0);
    let empty = disk.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let first = SledStore::open(&empty).unwrap().epoch();
    fs::remove_dir_all(&empty).unwrap();
    let again = SledStore::open(&empty).unwrap().epoch();
    assert_ne!(first, again, "a store made anew is another one");
}

#[test]
fn what_is_not_a_store_is_refused_and_left_alone() {
    let disk = Sled::new();
    let other = disk.path().join("other");
    fs::create_dir_all(other.join("sled")).unwrap();
    fs::write(other.join("sled/db"), "somebody's").unwrap();
    let file = disk.path().join("file");
    fs::write(&file, "text").unwrap();
    // Made by sled, but not by us.
    let foreign = disk.path().join("foreign");
    drop(sled::open(&foreign).unwrap());
    let before = snapshot(&disk.path());
    for path in [&other, &file, &foreign] {
        for refused in [refusal(path), SledStore::recover(path).unwrap_err()] {
            assert!(
                matches!(refused.kind(), ErrorKind::NotAStore { path: named }
                    if *named == path.display().to_string()),
                "{refused}"
            );
        }
    }
    assert_eq!(snapshot(&disk.path()), before);
    let refused = SledStore::recover(disk.path().join("absent")).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NotAStore { .. }));
    assert!(!disk.path().join("absent").exists());
}

#[test]
fn a_store_that_is_open_is_locked_and_says_by_whom() {
    let disk = Sled::new();
    let store = disk.open();
    for refused in [
        refusal(&disk.path()),
        SledStore::recover(disk.path()).unwrap_err(),
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
    let mut other = Child::start(child::HOLD, &disk.path());
    assert_eq!(other.next_line().as_deref(), Some("open"));
    let refused = refusal(&disk.path());
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
    assert_counted(&SledStore::open(&copy).unwrap());
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

#[test]
fn a_store_left_half_made_is_made_again() {
    let disk = Sled::new();
    let path = disk.path();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("cideldill.lock"), "").unwrap();
    drop(disk.open());
    fs::write(path.join("cideldill.store"), "cideldill store 1 making\n").unwrap();
    fs::write(data_file(&path), "half").unwrap();
    assert_eq!(disk.open().stats().blocks, 0);
    assert_eq!(disk.open().stats().blocks, 0);
}

fn assert_unreadable(path: &Path, reason_says: &str) {
    let refused = refusal(path);
    assert!(
        matches!(refused.kind(), ErrorKind::Unreadable { reason, .. }
            if reason.contains(reason_says)),
        "expected {reason_says}: {refused}"
    );
}

#[test]
fn a_damaged_or_unknown_store_is_unreadable() {
    let disk = Sled::new();
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    let marker = path.join("cideldill.store");
    let sound = fs::read(&marker).unwrap();
    fs::write(&marker, "cideldill store 2 ready\n").unwrap();
    assert_unreadable(&path, "layout is 2");
    fs::write(&marker, [0xff, 0xfe, 0]).unwrap();
    assert_unreadable(&path, "marker is damaged");
    fs::write(&marker, sound).unwrap();

    let data = data_file(&path);
    let aside = data.with_extension("aside");
    fs::rename(&data, &aside).unwrap();
    assert_unreadable(&path, "data file is gone");
    assert!(!data.exists(), "nothing is made in its place");
    fs::rename(&aside, &data).unwrap();
    assert_holds(&disk.open(), [&text("a")]);

    meddle(&path, |db| drop(db.remove(b"s").unwrap()));
    assert_unreadable(&path, "state record");
}

#[test]
fn a_store_that_sled_panics_on_is_unreadable() {
    let disk = Sled::new();
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    // sled unwraps the names of the files in this directory as UTF-8.
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"\xff\xfe");
        fs::write(path.join("sled/blobs").join(name), "").unwrap();
        assert_unreadable(&path, "sled panicked: ");
        fs::remove_file(path.join("sled/blobs").join(name)).unwrap();
        assert_holds(&disk.open(), [&text("a")]);
    }
}

#[test]
fn a_store_that_lost_blocks_is_unreadable() {
    let disk = Sled::new();
    let path = disk.path();
    disk.open().put_many(&[text("a")]).unwrap();
    let copy = path.with_extension("copy");
    copy_directory(&path.join("sled"), &copy);
    disk.open().put_many(&[text("b")]).unwrap();
    // An older state of the data file is sound in itself.
    fs::remove_dir_all(path.join("sled")).unwrap();
    fs::rename(&copy, path.join("sled")).unwrap();
    assert_unreadable(&path, "it held 2 blocks and now holds 1");
    assert_unreadable(&path, "it held 2 blocks and now holds 1");
}

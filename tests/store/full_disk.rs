//! A disk that is full, or takes no more for another reason.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cideldill::{BlockStore, ErrorKind};
use tempfile::{NamedTempFile, TempDir};

use crate::child::{Child, FILL, assert_filled, fill_up, prepare, small_batch};
use crate::support::{Disk, Kind, notice, text};

/// The write itself fails inside sled, on its own threads, half way through a batch.
pub(crate) fn a_write_that_fails_half_way_keeps_nothing_and_loses_nothing(kind: Kind) {
    let disk = Disk::new(kind);
    let mut command = Command::new("sh");
    // Without the signal, a file that grows over the limit is an error of the write.
    let limited = "trap '' XFSZ; ulimit -f 8192; exec \"$0\" \"$@\"";
    command
        .args(["-c", limited])
        .arg(env::current_exe().unwrap());
    prepare(&mut command, FILL, kind, &disk.path());
    let said = Child::spawn(&mut command).finish();
    let refused = said.last().unwrap().strip_prefix("refused ").unwrap();
    let refused: usize = refused.parse().unwrap();

    let store = disk.open();
    assert_filled(&*store, refused);
    store.put_many(&small_batch(refused)).unwrap();
}

/// A small file system of its own, unmounted at the end.
struct Mount {
    directory: TempDir,
    /// The file it is in, if it is not in memory.
    image: Option<NamedTempFile>,
}

impl Mount {
    fn new() -> Option<Self> {
        let mount = Self {
            directory: tempfile::tempdir().unwrap(),
            image: None,
        };
        mount
            .run("mount", &["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .then_some(mount)
    }

    /// One with a journal, which can fail.
    fn in_a_file() -> Option<Self> {
        let image = NamedTempFile::new().unwrap();
        image.as_file().set_len(32 << 20).unwrap();
        let mut format = Command::new("mkfs.ext4");
        let formatted = format.arg("-q").arg(image.path()).output();
        let mount = Self {
            directory: tempfile::tempdir().unwrap(),
            image: Some(image),
        };
        (formatted.is_ok_and(|output| output.status.success()) && mount.mount_image())
            .then_some(mount)
    }

    fn mount_image(&self) -> bool {
        let image = self.image.as_ref().and_then(|image| image.path().to_str());
        image.is_some_and(|image| self.run("mount", &["-o", "loop", image]))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(program);
        command.args(arguments).arg(self.directory.path());
        command.output().is_ok_and(|output| output.status.success())
    }

    fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        self.run("umount", &["--lazy"]);
    }
}

fn assert_no_space(kind: Kind, path: &Path) {
    let refused = kind.open(path).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::NoSpace { .. }),
        "{refused:?}"
    );
}

pub(crate) fn a_full_or_read_only_disk_is_refused_and_loses_nothing(kind: Kind) {
    let Some(mount) = Mount::new() else {
        notice("mounting is not permitted");
        return;
    };
    let path = mount.store();
    let store = kind.open(&path).unwrap();
    let refused_at = fill_up(&*store);
    assert!(refused_at > 10);
    let assert_whole = |store: &dyn BlockStore| assert_filled(store, refused_at);
    assert_whole(&*store);
    assert!(
        store.put_many(&small_batch(0)).is_ok(),
        "what is there needs no room"
    );
    drop(store);
    assert_whole(&*kind.open(&path).unwrap());

    // Not a byte is left, so that not even opening has room; or a new store.
    let filler = mount.directory.path().join("filler");
    assert!(fs::write(&filler, vec![1; 16 << 20]).is_err());
    assert_no_space(kind, &mount.directory.path().join("another"));
    match kind.open(&path) {
        Ok(store) => {
            assert_whole(&*store);
            let refused = store.put_many(&[text("x")]).unwrap_err();
            assert!(
                matches!(refused.kind(), ErrorKind::NoSpace { .. }),
                "{refused:?}"
            );
        }
        Err(refused) => {
            assert!(
                matches!(refused.kind(), ErrorKind::NoSpace { .. }),
                "{refused:?}"
            );
        }
    }
    fs::remove_file(&filler).unwrap();
    assert_whole(&*kind.open(&path).unwrap());

    assert!(mount.run("mount", &["-o", "remount,ro"]));
    assert_no_space(kind, &path);
    assert_no_space(kind, &mount.directory.path().join("another"));
    assert!(mount.run("mount", &["-o", "remount,rw"]));
    assert_whole(&*kind.open(&path).unwrap());
}

/// As a file system does that finds an error of its disk.
pub(crate) fn a_disk_that_turns_read_only_meanwhile_loses_nothing(kind: Kind) {
    let Some(mount) = Mount::in_a_file() else {
        notice("mounting is not permitted, or there is no mkfs.ext4");
        return;
    };
    let path = mount.store();
    let store = kind.open(&path).unwrap();
    store.put_many(&small_batch(0)).unwrap();
    if !mount.run("mount", &["-o", "remount,abort"]) {
        notice("this file system cannot be made to fail");
        return;
    }
    let kept = small_batch(0);
    for _ in 0..2 {
        let refused = store.put_many(&small_batch(1)).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::NoSpace { .. }),
            "{refused:?}"
        );
    }
    drop(store);
    assert_no_space(kind, &path);

    assert!(mount.run("umount", &[]));
    assert!(mount.mount_image());
    let store = kind.open(&path).unwrap();
    for block in &kept {
        let found = store.get(&block.cid()).unwrap();
        assert_eq!(found.as_ref(), Some(block.bytes()));
    }
    store.put_many(&small_batch(1)).unwrap();
}

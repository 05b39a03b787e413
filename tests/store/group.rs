//! Writers that come together share a sync, and each gets its own answer.

use std::env;
use std::fs;
use std::process::Command;
use std::sync::Barrier;
use std::thread;

use cideldill::{BlockStore, ErrorKind};

use crate::child::{Child, WRITE_TOGETHER, prepare};
use crate::support::{
    Backend as _, Disk, Kind, assert_counted, assert_holds, holder, notice, text,
};

/// One of eight writers brings a batch that must be refused; the others do not notice.
pub(crate) fn each_writer_of_a_group_gets_its_own_answer(kind: Kind) {
    let disk = Disk::new(kind);
    let store = &*disk.fresh();
    let barrier = &Barrier::new(8);
    thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for round in 0..10 {
                    let leaf = text(&format!("{thread}.{round}"));
                    let top = holder(&[&leaf]);
                    barrier.wait();
                    let answer = if thread == 3 {
                        store.put_many(std::slice::from_ref(&top))
                    } else {
                        store.put_many(&[top.clone(), leaf.clone()])
                    };
                    if thread == 3 {
                        let refused = answer.unwrap_err();
                        assert!(
                            matches!(refused.kind(), ErrorKind::Missing { cid }
                                if *cid == leaf.cid()),
                            "{refused}"
                        );
                        assert!(!store.contains(&top.cid()).unwrap());
                    } else {
                        assert_eq!(answer.unwrap().new_blocks, 2);
                        assert_holds(store, [&top, &leaf]);
                    }
                }
            });
        }
    });
    assert_eq!(store.stats().blocks, 7 * 10 * 2);
    assert_counted(store);
}

/// The same block in several batches of a group is new in one of them.
pub(crate) fn a_block_that_many_bring_at_once_is_new_once(kind: Kind) {
    let disk = Disk::new(kind);
    let store: &dyn BlockStore = &*disk.fresh();
    let barrier = &Barrier::new(6);
    for round in 0..10 {
        let blocks = &[text(&format!("{round}")), text(&format!("and {round}"))];
        let new: u64 = thread::scope(|scope| {
            let writers: Vec<_> = (0..6)
                .map(|_| {
                    scope.spawn(move || {
                        barrier.wait();
                        store.put_many(blocks).unwrap().new_blocks
                    })
                })
                .collect();
            let new = writers.into_iter().map(|writer| writer.join().unwrap());
            new.sum()
        });
        assert_eq!(new, 2);
    }
    assert_counted(store);
}

/// Seen from outside: fewer syncs than batches.
pub(crate) fn writers_that_come_together_share_a_sync(kind: Kind) {
    let works = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    if !works.is_ok_and(|output| output.status.success()) {
        notice("strace is not there or not permitted");
        return;
    }
    let disk = Disk::new(kind);
    let trace = disk.path().with_extension("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-e", "trace=fsync,fdatasync", "-o"]);
    command.arg(&trace).arg(env::current_exe().unwrap());
    prepare(&mut command, WRITE_TOGETHER, kind, &disk.path());
    Child::spawn(&mut command).finish();
    let trace = fs::read_to_string(trace).unwrap();
    let data_file = format!("{}/db>", kind.name());
    let syncs = trace
        .lines()
        .filter(|line| line.contains(&data_file))
        .count();
    assert_eq!(disk.open().stats().blocks, 8 * 25);
    assert!(syncs < 8 * 25, "{syncs} syncs for 200 batches");
}

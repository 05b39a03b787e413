//! That a store syncs, seen from outside the process.

use std::env;
use std::fs;
use std::process::Command;

use crate::child::{Child, WRITE_TWENTY, prepare};
use crate::support::{Disk, Kind, notice};

/// Each acknowledgement comes after a sync of the data file, and the first after a sync of the whole
/// file system, because sled never syncs the directories it makes files in.
pub(crate) fn every_batch_is_synced_before_it_is_acknowledged(kind: Kind) {
    let disk = Disk::new(kind);
    let works = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    if !works.is_ok_and(|output| output.status.success()) {
        notice("strace is not there or not permitted");
        return;
    }
    let trace = disk.path().with_extension("trace");
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "-y",
        "-e",
        "trace=fsync,fdatasync,syncfs,write,sync_file_range",
        "-o",
    ]);
    command.arg(&trace).arg(env::current_exe().unwrap());
    prepare(&mut command, WRITE_TWENTY, kind, &disk.path());
    let said = Child::spawn(&mut command).finish();
    assert_eq!(said.len(), 21, "{said:?}");

    let data_file = format!("{}/db>", kind.name());
    let trace = fs::read_to_string(trace).unwrap();
    let (mut syncs, mut file_system_syncs, mut acknowledged) = (0, 0, 0);
    for line in trace.lines() {
        let is_sync = line.contains("fsync(") || line.contains("fdatasync(");
        if is_sync && line.contains(&data_file) {
            syncs += 1;
        } else if line.contains("syncfs(") {
            file_system_syncs += 1;
        } else if line.contains("write(1<") && line.contains(">> acknowledged") {
            assert!(
                file_system_syncs > 0,
                "no syncfs before the first acknowledgement"
            );
            assert!(
                syncs > acknowledged,
                "an acknowledgement without a sync: {line}"
            );
            acknowledged += 1;
            syncs = acknowledged;
        }
    }
    assert_eq!(acknowledged, 20);
}

//! What sled may destroy by opening a store, kept until it has not.
//!
//! sled reads its log from its last snapshot to the first thing it does not understand, and
//! overwrites what comes after: it takes damage for a write that was cut off. So before sled opens
//! the file, the segments it may overwrite (those written since the snapshot, in practice since the
//! store was last opened) are copied; sled reads them all anyway. If the store opens and holds what
//! it must, the copy goes away; if not, `recover` reads it too.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::engine::{FILE, SEGMENT};
use crate::store::disk::place::Place;

const COPY: &str = "before-open";
const UNFINISHED: &str = "before-open.new";

/// Where the copy is, if there is one.
pub(super) fn path(place: &Place) -> Option<PathBuf> {
    let path = place.path().join(COPY);
    path.is_file().then_some(path)
}

/// Makes the copy. One that is there already is from an opening that failed, and kept.
///
/// If the disk has no room for it there is none: a full disk must not keep a sound store from being
/// read.
pub(super) fn keep(place: &Place, room_to_leave: u64) -> io::Result<()> {
    if path(place).is_some() {
        return Ok(());
    }
    let directory = place.data();
    let mut data = File::open(directory.join(FILE))?;
    let snapshot = newest_snapshot(&directory)?;
    let mut at_risk = Vec::new();
    let len = data.metadata()?.len();
    let mut start = 0;
    while start < len {
        let mut header = Vec::new();
        data.seek(SeekFrom::Start(start))?;
        (&data).take(12).read_to_end(&mut header)?;
        if may_be_overwritten(&header, snapshot) {
            at_risk.push(start);
        }
        start += u64::from(SEGMENT);
    }
    let needed = at_risk.len() as u64 * u64::from(SEGMENT);
    match place.space_left() {
        Ok(left) if left >= needed.saturating_add(room_to_leave) => {}
        _ => return Ok(()),
    }
    let unfinished = place.path().join(UNFINISHED);
    let mut copy = File::create(&unfinished)?;
    for start in at_risk {
        data.seek(SeekFrom::Start(start))?;
        io::copy(&mut (&data).take(u64::from(SEGMENT)), &mut copy)?;
    }
    fs::rename(unfinished, place.path().join(COPY))
}

/// Takes the copy away, because sled destroyed nothing.
pub(super) fn forget(place: &Place) -> io::Result<()> {
    for name in [COPY, UNFINISHED] {
        match fs::remove_file(place.path().join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The place in the log up to which sled reads no more: it is in the name of the file.
fn newest_snapshot(directory: &Path) -> io::Result<i64> {
    let mut newest = 0;
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let place = name.to_str().and_then(|name| name.strip_prefix("snap."));
        let place = place.and_then(|place| i64::from_str_radix(place, 16).ok());
        newest = newest.max(place.unwrap_or(0));
    }
    Ok(newest)
}

/// A segment starts with a checksum (4 bytes) and its place in the log (8), which sled inverts.
fn may_be_overwritten(header: &[u8], snapshot: i64) -> bool {
    let place = header.get(4..).and_then(|place| place.try_into().ok());
    let Some(place) = place.map(|place| i64::from_le_bytes(place) ^ i64::MAX) else {
        return true;
    };
    place < 0 || place.saturating_add(i64::from(SEGMENT)) > snapshot
}

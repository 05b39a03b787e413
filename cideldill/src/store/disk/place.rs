//! The directory of a store: what lies in it, who may use it, and what is wrong with it.
//!
//! | entry | what it is |
//! |---|---|
//! | `cideldill.store` | the marker: says that the directory is ours, and the layout |
//! | `cideldill.lock` | locked while the store is open; names the process, and what the store held |
//! | `sled/` or `redb/` | the engine's own files |
//! | `before-open` | what sled may overwrite while it opens the store |
//! | `broken-N/` | what [`recover`](super::recover) moved aside |
//! | `recovering/` | what it was writing when it was interrupted |
//!
//! Whether a directory is a store is decided by looking only, before anything is written: a
//! directory that is not ours stays as it was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::error::{Error, ErrorKind};
use crate::store::{Epoch, Stats};

const MARKER: &str = "cideldill.store";
const NEW_MARKER: &str = "cideldill.store.new";
const LOCK: &str = "cideldill.lock";
pub(in crate::store) const RECOVERING: &str = "recovering";
const BROKEN: &str = "broken-";

/// What the marker says of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Progress {
    /// It was never finished, so nothing was ever acknowledged from it.
    Making,
    /// It holds data.
    Ready,
}

/// What an engine makes of a directory.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Layout {
    /// The word in the marker. Changes whenever the layout does.
    pub(in crate::store) word: &'static str,
    /// The directory with the engine's own files, below the store's.
    pub(in crate::store) directory: &'static str,
    /// The name of its data file there.
    pub(in crate::store) file: &'static str,
}

/// A directory that is ours to use, locked.
#[derive(Debug)]
pub(in crate::store) struct Place {
    path: PathBuf,
    layout: Layout,
    /// Holds the lock until it is closed.
    lock: File,
}

impl Place {
    /// Takes the directory for a store that is to be opened; an empty one becomes ours.
    pub(in crate::store) fn open(path: &Path, layout: Layout) -> Result<(Self, Progress), Error> {
        match look(path, layout)? {
            Found::Absent => {
                fs::create_dir_all(path).map_err(|error| io_error(path, error))?;
            }
            Found::Empty | Found::Store(_) => {}
        }
        let place = Self::lock(path, layout)?;
        // Another process may have made a store here before the lock was ours.
        let progress = match look(path, layout)? {
            Found::Store(progress) => progress,
            Found::Absent | Found::Empty => {
                place.mark(Progress::Making)?;
                Progress::Making
            }
        };
        Ok((place, progress))
    }

    /// Takes the directory for a store that is to be recovered; it must be ours already.
    pub(in crate::store) fn existing(path: &Path, layout: Layout) -> Result<Self, Error> {
        match look(path, layout)? {
            Found::Store(_) => Self::lock(path, layout),
            Found::Absent | Found::Empty => Err(not_a_store(path)),
        }
    }

    fn lock(path: &Path, layout: Layout) -> Result<Self, Error> {
        let lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK))
            .map_err(|error| io_error(path, error))?;
        if let Err(error) = rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            if error != rustix::io::Errno::WOULDBLOCK {
                return Err(io_error(path, error.into()));
            }
            let holder = read_short(&lock);
            return Err(locked(path, holder.lines().next().unwrap_or_default()));
        }
        Ok(Self {
            path: path.to_owned(),
            layout,
            lock,
        })
    }

    /// Says in the lock file who has the store open, and what it holds at least.
    ///
    /// Nothing is taken out of a store in one life, so one that holds less when it is opened next has
    /// lost something, however sound its engine finds it.
    pub(in crate::store) fn sign(&self, epoch: Epoch, stats: Stats) -> Result<(), Error> {
        let process = std::process::id();
        let program = std::env::current_exe().unwrap_or_default();
        let program = program.file_name().unwrap_or_default().to_string_lossy();
        let Stats { blocks, bytes, .. } = stats;
        let text = format!("process {process} ({program})\nheld {epoch} {blocks} {bytes}\n");
        let mut written = self.lock.set_len(0);
        if written.is_ok() {
            written = (&self.lock).rewind();
        }
        written
            .and_then(|()| (&self.lock).write_all(text.as_bytes()))
            .map_err(|error| self.error(error))
    }

    /// What the store held at least when it was last opened or closed, if that is known.
    pub(in crate::store) fn held(&mut self) -> Option<(Epoch, Stats)> {
        let text = read_short(&self.lock);
        let line = text.lines().find_map(|line| line.strip_prefix("held "))?;
        let mut words = line.split(' ');
        let epoch = words.next()?.parse().ok()?;
        let blocks = words.next()?.parse().ok()?;
        let bytes = words.next()?.parse().ok()?;
        Some((epoch, Stats { blocks, bytes }))
    }

    /// Writes the marker so that it is there whole or not at all.
    pub(in crate::store) fn mark(&self, progress: Progress) -> Result<(), Error> {
        let progress = match progress {
            Progress::Making => "making",
            Progress::Ready => "ready",
        };
        let new = self.path.join(NEW_MARKER);
        let written = File::create(&new).and_then(|mut file| {
            writeln!(file, "cideldill store {} {progress}", self.layout.word)?;
            file.sync_all()?;
            fs::rename(&new, self.path.join(MARKER))
        });
        written.map_err(|error| self.error(error))?;
        self.sync()
    }

    /// Makes everything on this file system durable, names in directories too. Engines rely on
    /// a directory's entries without syncing it.
    pub(in crate::store) fn sync(&self) -> Result<(), Error> {
        let synced = File::open(&self.path).and_then(|directory| {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            rustix::fs::syncfs(&directory)?;
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            directory.sync_all()?;
            Ok(())
        });
        synced.map_err(|error| self.error(error))
    }

    /// The bytes that can still be written to this file system.
    pub(in crate::store) fn space_left(&self) -> Result<u64, Error> {
        let found = rustix::fs::statvfs(&self.path);
        let found = found.map_err(|error| self.error(error.into()))?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the engine's files are.
    pub(in crate::store) fn data(&self) -> PathBuf {
        self.path.join(self.layout.directory)
    }

    pub(in crate::store) fn layout(&self) -> Layout {
        self.layout
    }

    /// The newest directory that was moved aside, and the name for the next.
    pub(in crate::store) fn broken(&self) -> Result<(Option<PathBuf>, PathBuf), Error> {
        let mut newest = 0_u64;
        let entries = fs::read_dir(&self.path).map_err(|error| self.error(error))?;
        for entry in entries {
            let name = entry.map_err(|error| self.error(error))?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(BROKEN));
            let number = number.and_then(|number| number.parse().ok());
            newest = newest.max(number.unwrap_or(0));
        }
        let aside = |number| self.path.join(format!("{BROKEN}{number}"));
        Ok(((newest > 0).then(|| aside(newest)), aside(newest + 1)))
    }

    pub(in crate::store) fn error(&self, error: io::Error) -> Error {
        io_error(&self.path, error)
    }

    pub(in crate::store) fn unreadable(&self, reason: impl Into<String>) -> Error {
        unreadable(&self.path, reason)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Closing the file is not enough where another thread starts a process at this moment: the
        // process has the file open, too, until it runs its own program.
        let _ = rustix::fs::flock(&self.lock, FlockOperation::Unlock);
    }
}

enum Found {
    Absent,
    Empty,
    Store(Progress),
}

/// Looks at the directory without changing anything.
fn look(path: &Path, layout: Layout) -> Result<Found, Error> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Absent),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(not_a_store(path).with_source(error));
        }
        Err(error) => return Err(io_error(path, error)),
    };
    let mut is_empty = true;
    for entry in entries {
        let name = entry.map_err(|error| io_error(path, error))?.file_name();
        if name == MARKER {
            return read_marker(path, layout).map(Found::Store);
        }
        // Left by a process that died while it was making a store, before it was one.
        is_empty &= name == LOCK || name == NEW_MARKER;
    }
    if is_empty {
        Ok(Found::Empty)
    } else {
        Err(not_a_store(path))
    }
}

fn read_marker(path: &Path, layout: Layout) -> Result<Progress, Error> {
    let marker = File::open(path.join(MARKER)).map_err(|error| io_error(path, error))?;
    let text = read_short(&marker);
    let words: Vec<&str> = text.split_whitespace().collect();
    let known = layout.word;
    match words.as_slice() {
        ["cideldill", "store", found, "making"] if *found == known => Ok(Progress::Making),
        ["cideldill", "store", found, "ready"] if *found == known => Ok(Progress::Ready),
        ["cideldill", "store", found, ..] if *found != known => Err(unreadable(
            path,
            format!("its layout is {found}, this kind of store knows layout {known}"),
        )),
        _ => Err(unreadable(path, "its marker is damaged")),
    }
}

/// The layout that the marker of a directory names, if there is one.
pub(in crate::store) fn layout_of(path: &Path) -> Option<String> {
    let marker = File::open(path.join(MARKER)).ok()?;
    let text = read_short(&marker);
    let word = text.strip_prefix("cideldill store ")?.split(' ').next();
    word.map(str::to_owned)
}

fn not_a_store(path: &Path) -> Error {
    let path = path.display().to_string();
    ErrorKind::NotAStore { path }.into()
}

/// The text of a small file of ours; nothing if it is not text, or cannot be read.
fn read_short(file: &File) -> String {
    let mut text = String::new();
    let mut file = file;
    if file.rewind().is_ok() && file.take(1_024).read_to_string(&mut text).is_ok() {
        text
    } else {
        String::new()
    }
}

pub(in crate::store) fn locked(path: &Path, holder: &str) -> Error {
    let own = format!("process {} ", std::process::id());
    let holder = match holder {
        "" => "another process",
        holder if holder.starts_with(&own) => "this process",
        holder => holder,
    };
    ErrorKind::Locked {
        path: path.display().to_string(),
        holder: format!("{holder}; to look at it anyway, copy the directory and open the copy"),
    }
    .into()
}

fn unreadable(path: &Path, reason: impl Into<String>) -> Error {
    ErrorKind::Unreadable {
        path: path.display().to_string(),
        reason: reason.into(),
    }
    .into()
}

/// The typed error for what the file system says.
fn io_error(path: &Path, error: io::Error) -> Error {
    match space_error(path, &error) {
        Some(kind) => Error::new(kind).with_source(error),
        None => unreadable(path, error.to_string()).with_source(error),
    }
}

/// The kind of error for a disk that takes no more.
pub(in crate::store) fn space_error(path: &Path, error: &io::Error) -> Option<ErrorKind> {
    let reason = match error.kind() {
        io::ErrorKind::StorageFull => FULL,
        io::ErrorKind::QuotaExceeded => "the quota is used up",
        io::ErrorKind::FileTooLarge => "a file would be larger than allowed",
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        io::ErrorKind::PermissionDenied => "permission is denied",
        _ => return None,
    };
    let path = path.display().to_string();
    Some(ErrorKind::NoSpace { path, reason })
}

const FULL: &str = "no space is left";

pub(in crate::store) fn no_space(path: &Path) -> Error {
    let path = path.display().to_string();
    ErrorKind::NoSpace { path, reason: FULL }.into()
}

/// Removes a directory of ours that holds nothing anybody was promised.
pub(in crate::store) fn remove_unfinished(place: &Place, name: &str) -> Result<(), Error> {
    match fs::remove_dir_all(place.path.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(place.error(error)),
        _ => Ok(()),
    }
}

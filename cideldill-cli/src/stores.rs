//! Stores on disk, and values named in them.

use std::ffi::OsStr;
use std::path::Path;

use cideldill::{Cid, ErrorKind, Store};

use crate::error::Failure;

/// Opens a store that is there.
pub(crate) fn open(path: &Path) -> Result<Store, Failure> {
    // Opening makes a store; looking at one must not.
    let is_there = std::fs::read_dir(path).map(|mut entries| entries.next().is_some());
    match is_there {
        Ok(true) => open_whole(path),
        Ok(false) => Err(Failure::File {
            path: path.display().to_string(),
            source: std::io::Error::other("there is no store here"),
        }),
        // A file: the store says what it thinks of it.
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => open_whole(path),
        Err(source) => Err(Failure::File {
            path: path.display().to_string(),
            source,
        }),
    }
}

/// Opens a store, or makes one with the directories above it.
pub(crate) fn open_or_make(path: &Path) -> Result<Store, Failure> {
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(|source| Failure::File {
            path: above.display().to_string(),
            source,
        })?;
    }
    open_whole(path)
}

fn open_whole(path: &Path) -> Result<Store, Failure> {
    Store::open(path).map_err(|error| match error.kind() {
        ErrorKind::Unreadable { .. } => Failure::Broken(error),
        _ => error.into(),
    })
}

/// What a user calls a value.
pub(crate) enum Named {
    Ref(String),
    Cid(Cid),
}

/// Reads `@name`, a CID, or the first digits of one that is in the store.
pub(crate) fn named(store: &Store, text: &OsStr) -> Result<Named, Failure> {
    let Some(text) = text.to_str() else {
        return Err(Failure::usage("a name that is not UTF-8"));
    };
    if let Some(name) = text.strip_prefix('@') {
        return Ok(Named::Ref(name.to_owned()));
    }
    if let Ok(cid) = text.parse() {
        return Ok(Named::Cid(cid));
    }
    let is_prefix = (4..2 * Cid::LEN).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_prefix {
        let message = format!("`{text}` is neither a CID nor @name");
        return Err(Failure::usage(message));
    }
    let mut found = None;
    for cid in store.blocks().iter() {
        let cid = cid?;
        if cid.to_string().starts_with(text) && found.replace(cid).is_some() {
            let message = format!("several blocks begin with `{text}`: say more digits");
            return Err(Failure::usage(message));
        }
    }
    let message = || Failure::NotFound(format!("no block begins with `{text}`"));
    found.map(Named::Cid).ok_or_else(message)
}

/// The CID of what a user calls a value.
pub(crate) fn resolve(store: &Store, text: &OsStr) -> Result<Cid, Failure> {
    match named(store, text)? {
        Named::Cid(cid) => Ok(cid),
        Named::Ref(name) => match store.blocks().get_ref(&name)? {
            Some(cid) => Ok(cid),
            None => Err(cideldill::Error::new(ErrorKind::UnknownReference { name }).into()),
        },
    }
}

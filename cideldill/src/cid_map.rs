//! Maps and sets by CID that are only looked up, of CIDs that are digests of something at hand: made-up
//! ones could all have the same first bytes.

#![expect(
    clippy::disallowed_types,
    reason = "entries are looked up or sorted: their order shows nowhere"
)]

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::cid::Cid;

pub(crate) type CidMap<T> = HashMap<Cid, T, BuildHasherDefault<FirstBytes>>;

pub(crate) type CidSet = HashSet<Cid, BuildHasherDefault<FirstBytes>>;

/// Hashes a CID by its first bytes: they are a digest already.
#[derive(Clone, Default)]
pub(crate) struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        // The length of the digest is hashed too, as 8 bytes before it; the digest comes last.
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

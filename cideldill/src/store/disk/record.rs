//! The records that a store on disk keeps in its engine: keys, values, and how they are told apart.
//!
//! Each value says by itself what it is and whether it is whole, because [`recover`](super::recover)
//! finds values in the raw bytes of a file that the engine itself can no longer read. Numbers are
//! little-endian.
//!
//! | key | value |
//! |---|---|
//! | `b` cid | entry: length of the block (8), time in ms since 1970 (8), number of its record (8) |
//! | `d` number (8, big-endian) | blocks' bytes: [`bytes`](super::bytes) |
//! | `r` name | reference: magic, sequence number (8), length of the name (4), 1 and CID or 0 and zeros (65), check (8), name |
//! | `s` | state: magic, layout (4), check (8), epoch (16), blocks (8), bytes (8), sequence number (8) |
//!
//! Whether a block is there, and the list of all, need only entries: they lie apart from the bytes, so
//! that all of them fit into a small cache.
//!
//! A check is the first 8 bytes of a SHA-512. A reference that was removed keeps its record, so that
//! recovery cannot bring it back from an older one.

use std::time::{Duration, SystemTime};

use crate::cid::Cid;
use crate::store::{Epoch, Stats};

/// Changes whenever the layout of records does.
pub(super) const LAYOUT: u32 = 1;

/// c1 never occurs in canonical `MessagePack`, so these stand in a block's bytes only inside strings
/// and byte strings.
pub(super) const MAGIC_LEN: usize = 6;
const REF: &[u8; MAGIC_LEN] = b"\xc1cidR\xc1";
const STATE: &[u8; MAGIC_LEN] = b"\xc1cidS\xc1";

/// An index page holds up to 256 keys, and must stay short as leaf pages must; so must names.
pub(super) use crate::store::name::LONGEST_NAME;

pub(super) const STATE_KEY: &[u8] = b"s";
pub(super) const ENTRY_KEYS: &[u8] = b"b";
pub(super) const REF_KEYS: &[u8] = b"r";

pub(super) fn entry_key(cid: &Cid) -> Vec<u8> {
    [ENTRY_KEYS, cid.as_bytes()].concat()
}

/// The key of a record of a block's bytes.
pub(super) fn bytes_key(number: u64) -> Vec<u8> {
    [b"d", number.to_be_bytes().as_slice()].concat()
}

pub(super) fn ref_key(name: &str) -> Vec<u8> {
    [REF_KEYS, name.as_bytes()].concat()
}

/// The CID in a key of [`entry_key`].
pub(super) fn cid_of_key(key: &[u8]) -> Option<Cid> {
    let cid = key.strip_prefix(ENTRY_KEYS)?;
    Some(Cid::from_bytes(cid.try_into().ok()?))
}

pub(super) fn check(parts: &[&[u8]]) -> [u8; 8] {
    let mut check = [0; 8];
    let digest = Cid::of(&parts.concat());
    for (to, from) in check.iter_mut().zip(digest.as_bytes()) {
        *to = *from;
    }
    check
}

/// Reads from the front of a record.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(super) fn magic(&mut self, magic: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(magic)?;
        Some(())
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }
}

/// What is known about a block beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) len: u64,
    /// In milliseconds since 1970.
    pub(super) stored_at: u64,
    /// The number of the record its bytes are in, or begin in.
    pub(super) first: u64,
}

impl Entry {
    pub(super) fn write(&self) -> Vec<u8> {
        [self.len, self.stored_at, self.first]
            .map(u64::to_le_bytes)
            .concat()
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let entry = Self {
            len: reader.number()?,
            stored_at: reader.number()?,
            first: reader.number()?,
        };
        reader.0.is_empty().then_some(entry)
    }
}

/// The time so many milliseconds after 1970, and back.
pub(super) fn time(ms: u64) -> SystemTime {
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(ms));
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

pub(super) fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn ref_record(sequence: u64, name: &str, cid: Option<Cid>) -> Vec<u8> {
    let mut target = [0; 1 + Cid::LEN];
    if let Some(cid) = cid {
        for (to, from) in target.iter_mut().zip([1].iter().chain(cid.as_bytes())) {
            *to = *from;
        }
    }
    let sequence = sequence.to_le_bytes();
    // Names are at most LONGEST_NAME.
    let len = u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes();
    let check = check(&[&sequence, &len, &target, name.as_bytes()]);
    [&REF[..], &sequence, &len, &target, &check, name.as_bytes()].concat()
}

/// What a name stands for.
pub(super) struct Reference {
    pub(super) sequence: u64,
    pub(super) name: String,
    pub(super) cid: Option<Cid>,
}

impl Reference {
    /// Reads a sound reference from the front of these bytes; what follows it does not matter.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        reader.magic(REF)?;
        let sequence: [u8; 8] = reader.array()?;
        let len: [u8; 4] = reader.array()?;
        let target: [u8; 1 + Cid::LEN] = reader.array()?;
        let expected: [u8; 8] = reader.array()?;
        let name = reader.take(usize::try_from(u32::from_le_bytes(len)).ok()?)?;
        if name.len() > LONGEST_NAME || check(&[&sequence, &len, &target, name]) != expected {
            return None;
        }
        let cid = match target.split_first()? {
            (0, _) => None,
            (_, cid) => Some(Cid::from_bytes(cid.try_into().ok()?)),
        };
        Some(Self {
            sequence: u64::from_le_bytes(sequence),
            name: String::from_utf8(name.to_vec()).ok()?,
            cid,
        })
    }
}

/// What the store knows about itself; written in every batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) epoch: Epoch,
    pub(super) stats: Stats,
    /// The next number for a record of bytes or a change of a reference.
    pub(super) sequence: u64,
}

impl State {
    pub(super) fn write(&self) -> Vec<u8> {
        let body = [
            self.epoch.as_bytes(),
            &self.stats.blocks.to_le_bytes()[..],
            &self.stats.bytes.to_le_bytes(),
            &self.sequence.to_le_bytes(),
        ]
        .concat();
        [&STATE[..], &LAYOUT.to_le_bytes(), &check(&[&body]), &body].concat()
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        reader.magic(STATE)?;
        if u32::from_le_bytes(reader.array()?) != LAYOUT {
            return None;
        }
        let expected: [u8; 8] = reader.array()?;
        if check(&[reader.0]) != expected {
            return None;
        }
        Some(Self {
            epoch: Epoch::from_bytes(reader.array()?),
            stats: Stats {
                blocks: reader.number()?,
                bytes: reader.number()?,
            },
            sequence: reader.number()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_reference_or_state_is_not_sound() {
        let cid = Cid::of(b"x");
        let whole = ref_record(7, "main", Some(cid));
        let read = Reference::read(&whole).unwrap();
        assert_eq!(
            (read.sequence, &*read.name, read.cid),
            (7, "main", Some(cid))
        );
        assert!(
            Reference::read(&ref_record(8, "main", None))
                .unwrap()
                .cid
                .is_none()
        );
        let state = State {
            epoch: Epoch::random(),
            stats: Stats {
                blocks: 1,
                bytes: 2,
            },
            sequence: 3,
        };
        let state = state.write();
        assert!(State::read(&state).is_some_and(|state| state.sequence == 3));
        for (record, is_sound) in [
            (
                &whole,
                (|bytes| Reference::read(bytes).is_some()) as fn(&[u8]) -> bool,
            ),
            (&state, |bytes| State::read(bytes).is_some()),
        ] {
            for at in 0..record.len() {
                let mut changed = record.clone();
                changed[at] ^= 1;
                assert!(!is_sound(&changed), "byte {at}");
                assert!(!is_sound(&record[..at]), "cut at {at}");
            }
        }
    }
}

//! The records that a store on disk keeps in its engine: keys, values, and how they are told apart.
//!
//! Each value says by itself what it is and whether it is whole, because [`recover`](super::recover)
//! finds values in the raw bytes of a file that the engine itself can no longer read. Numbers are
//! little-endian.
//!
//! | key | value |
//! |---|---|
//! | `b` cid | entry: length of the block (8), time in ms since 1970 (8), number of its first record (8) |
//! | `d` number (8, big-endian) | head: magic, length of the block (8), time in ms since 1970 (8), first 16 bytes of the CID, first piece |
//! | `d` next numbers | further pieces: magic, which one (4), length (4), first 16 bytes of the CID, check (8), piece |
//! | `r` name | reference: magic, sequence number (8), length of the name (4), 1 and CID or 0 and zeros (65), check (8), name |
//! | `s` | state: magic, layout (4), check (8), epoch (16), blocks (8), bytes (8), sequence number (8) |
//!
//! Whether a block is there, and the list of all, need only entries: they lie apart from the bytes, so
//! that all of them fit into a small cache. The bytes lie in the order they came, so that writing
//! them touches the last pages only, and what was stored together is read together; by CID every
//! block would be in another page.
//!
//! A check is the first 8 bytes of a SHA-512. A reference that was removed keeps its record, so that
//! recovery cannot bring it back from an older one.

use std::time::{Duration, SystemTime};

use crate::cid::Cid;
use crate::store::{Epoch, Stats};

/// The most bytes of a block in one record.
///
/// sled writes a page of more than 128 KiB to a file of its own, which it never syncs. A leaf page
/// holds at most 20 records (16 before it splits, a few more after a merge), so these are short
/// enough that no page comes near it.
pub(super) const PIECE: usize = 6 * 1_024;

/// Changes whenever this file's layout does.
pub(super) const LAYOUT: u32 = 1;

/// c1 never occurs in canonical `MessagePack`, so these stand in a block's bytes only inside strings
/// and byte strings.
pub(super) const MAGIC_LEN: usize = 6;
pub(super) const HEAD: &[u8; MAGIC_LEN] = b"\xc1cidB\xc1";
pub(super) const MORE: &[u8; MAGIC_LEN] = b"\xc1cidP\xc1";
pub(super) const REF: &[u8; MAGIC_LEN] = b"\xc1cidR\xc1";
const STATE: &[u8; MAGIC_LEN] = b"\xc1cidS\xc1";

/// The longest record but for references: the header of a further piece and the piece.
pub(super) const LONGEST: usize = MAGIC_LEN + 32 + PIECE;

/// The longest name of a reference, in bytes. An index page holds up to 256 keys, and must stay short
/// as leaf pages must.
pub(super) const LONGEST_NAME: usize = 255;

/// The first bytes of a CID, enough to tell which block a piece belongs to.
pub(super) type Prefix = [u8; 16];

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

pub(super) fn prefix(cid: &Cid) -> Prefix {
    let mut prefix = Prefix::default();
    for (to, from) in prefix.iter_mut().zip(cid.as_bytes()) {
        *to = *from;
    }
    prefix
}

fn check(parts: &[&[u8]]) -> [u8; 8] {
    let mut check = [0; 8];
    let digest = Cid::of(&parts.concat());
    for (to, from) in check.iter_mut().zip(digest.as_bytes()) {
        *to = *from;
    }
    check
}

/// Reads from the front of a record.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn magic(&mut self, magic: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(magic)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn time(&mut self) -> Option<SystemTime> {
        let since = Duration::from_millis(self.number()?);
        SystemTime::UNIX_EPOCH.checked_add(since)
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }
}

/// What is known about a block beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) len: u64,
    pub(super) stored_at: SystemTime,
    /// The number of the first record of its bytes; the others follow.
    pub(super) first: u64,
}

impl Entry {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let entry = Self {
            len: reader.number()?,
            stored_at: reader.time()?,
            first: reader.number()?,
        };
        reader.0.is_empty().then_some(entry)
    }
}

/// The first record of a block's bytes.
pub(super) struct Head<'a> {
    pub(super) len: u64,
    pub(super) stored_at: SystemTime,
    pub(super) prefix: Prefix,
    pub(super) piece: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads a head from the front of these bytes; what follows it does not matter.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        reader.magic(HEAD)?;
        let len = reader.number()?;
        let stored_at = reader.time()?;
        let prefix = reader.array()?;
        let piece = reader.take(usize::try_from(len).unwrap_or(PIECE).min(PIECE))?;
        Some(Self {
            len,
            stored_at,
            prefix,
            piece,
        })
    }

    /// How many further pieces the block has; `None` if that is not possible.
    pub(super) fn more(&self) -> Option<u32> {
        let pieces = self.len.div_ceil(PIECE as u64);
        u32::try_from(pieces.saturating_sub(1)).ok()
    }
}

/// A key and its value.
pub(super) type Record = (Vec<u8>, Vec<u8>);

/// How many records hold a block's bytes.
pub(super) fn pieces(bytes: &[u8]) -> u64 {
    bytes.len().div_ceil(PIECE).max(1) as u64
}

/// The records of a block, key and value: its entry, its head and further pieces, under the numbers
/// from `first` on.
pub(super) fn block_records<'a>(
    cid: &'a Cid,
    bytes: &'a [u8],
    stored_at_ms: u64,
    first: u64,
) -> (Record, impl Iterator<Item = Record> + 'a) {
    let (head, rest) = bytes.split_at(bytes.len().min(PIECE));
    let len = (bytes.len() as u64).to_le_bytes();
    let stored_at = stored_at_ms.to_le_bytes();
    let entry = [len, stored_at, first.to_le_bytes()].concat();
    let head = [&HEAD[..], &len, &stored_at, &prefix(cid), head].concat();
    let more = (0..).zip(rest.chunks(PIECE));
    let more = more.map(|(number, piece)| piece_record(cid, number, piece));
    let pieces = (first..).zip(std::iter::once(head).chain(more));
    let pieces = pieces.map(|(number, value)| (bytes_key(number), value));
    ((entry_key(cid), entry), pieces)
}

fn piece_record(cid: &Cid, number: u32, piece: &[u8]) -> Vec<u8> {
    // A piece is never longer than PIECE, so its length fits.
    let len = u32::try_from(piece.len()).unwrap_or(u32::MAX).to_le_bytes();
    let (number, prefix) = (number.to_le_bytes(), prefix(cid));
    let check = check(&[&number, &prefix, piece]);
    [&MORE[..], &number, &len, &prefix, &check, piece].concat()
}

/// A further record of a block.
pub(super) struct Piece<'a> {
    pub(super) number: u32,
    pub(super) prefix: Prefix,
    pub(super) bytes: &'a [u8],
    check: [u8; 8],
}

impl<'a> Piece<'a> {
    /// Reads a piece from the front of these bytes; what follows it does not matter.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        reader.magic(MORE)?;
        let number = u32::from_le_bytes(reader.array()?);
        let len = usize::try_from(u32::from_le_bytes(reader.array()?)).ok()?;
        let prefix = reader.array()?;
        let check = reader.array()?;
        let bytes = reader.take(len)?;
        Some(Self {
            number,
            prefix,
            bytes,
            check,
        })
    }

    /// Whether the piece is whole. Not needed where the block is verified afterwards.
    pub(super) fn is_sound(&self) -> bool {
        check(&[&self.number.to_le_bytes(), &self.prefix, self.bytes]) == self.check
    }
}

/// Whether this is a record of the block's bytes, by what it says itself.
pub(super) fn is_of(bytes: &[u8], cid: &Cid) -> bool {
    let head = Head::read(bytes).map(|head| head.prefix);
    let found = head.or_else(|| Piece::read(bytes).map(|piece| piece.prefix));
    found == Some(prefix(cid))
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
    fn the_records_of_a_block_read_back() {
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
            let bytes: Vec<u8> = (0_u8..251).cycle().take(len).collect();
            let cid = Cid::of(&bytes);
            let (entry, records) = block_records(&cid, &bytes, 5, 7);
            let records: Vec<_> = std::iter::once(entry).chain(records).collect();
            assert!(records.iter().all(|(_, value)| value.len() <= LONGEST));
            assert_eq!(cid_of_key(&records[0].0), Some(cid));
            let entry = Entry::read(&records[0].1).unwrap();
            assert_eq!((entry.len, entry.first), (len as u64, 7));
            let head = Head::read(&records[1].1).unwrap();
            assert_eq!(
                (&records[1].0[..], head.len),
                (&bytes_key(7)[..], len as u64)
            );
            assert_eq!(head.more().map(|n| n as usize), Some(records.len() - 2));
            assert_eq!(pieces(&bytes), records.len() as u64 - 1);
            let mut read = head.piece.to_vec();
            for (number, (key, value)) in (0..).zip(&records[2..]) {
                assert_eq!(*key, bytes_key(8 + u64::from(number)));
                let piece = Piece::read(value).unwrap();
                assert!(piece.is_sound() && piece.number == number);
                assert_eq!(piece.prefix, head.prefix);
                read.extend_from_slice(piece.bytes);
            }
            assert_eq!(read, bytes);
        }
    }

    #[test]
    fn a_changed_reference_state_or_piece_is_not_sound() {
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
        let piece = piece_record(&cid, 3, b"bytes");
        assert!(Piece::read(&piece).unwrap().is_sound());
        for (record, is_sound) in [
            (
                &whole,
                (|bytes| Reference::read(bytes).is_some()) as fn(&[u8]) -> bool,
            ),
            (&state, |bytes| State::read(bytes).is_some()),
            (&piece, |bytes| {
                Piece::read(bytes).is_some_and(|piece| piece.is_sound())
            }),
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

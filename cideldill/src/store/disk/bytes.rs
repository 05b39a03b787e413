//! The records that hold blocks' bytes.
//!
//! | record | |
//! |---|---|
//! | heads | one or more, each: magic, length of the block (8), time in ms since 1970 (8), first 16 bytes of the CID, the block's first piece |
//! | further piece | magic, which one (4), length (4), first 16 bytes of the CID, check (8), piece |
//!
//! A block of at most [`PIECE`] bytes is a head in a record that it shares with its neighbours: what a
//! record costs its engine is then paid for several blocks. The entry names the record, and the block
//! is found in it by its CID, so that a sweep can take others out of the record while somebody reads.
//! A longer block has its head in a record of its own, and the further pieces under the next numbers.
//!
//! The bytes lie in the order they came, so that writing them touches the last pages only, and what
//! was stored together is read together; by CID every block would be in another page.

use super::record::{Entry, MAGIC_LEN, Reader, bytes_key, check};
use crate::cid::Cid;

/// The most bytes of a block in one record.
///
/// sled writes a page of more than 128 KiB to a file of its own, which it never syncs. A leaf page
/// holds at most 20 records (16 before it splits, a few more after a merge), so these are short
/// enough that no page comes near it.
pub(super) const PIECE: usize = 6 * 1_024;

/// No record of bytes is longer: the header of a further piece and the piece.
pub(super) const LONGEST: usize = MAGIC_LEN + 32 + PIECE;

const HEAD: &[u8; MAGIC_LEN] = b"\xc1cidB\xc1";
const MORE: &[u8; MAGIC_LEN] = b"\xc1cidP\xc1";

/// The first bytes of a CID, enough to tell which block a piece belongs to.
pub(super) type Prefix = [u8; 16];

fn prefix(cid: &Cid) -> Prefix {
    let mut prefix = Prefix::default();
    for (to, from) in prefix.iter_mut().zip(cid.as_bytes()) {
        *to = *from;
    }
    prefix
}

/// The first piece of a block's bytes, and whose it is.
pub(super) struct Head<'a> {
    pub(super) len: u64,
    /// In milliseconds since 1970.
    pub(super) stored_at: u64,
    pub(super) prefix: Prefix,
    pub(super) piece: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads a head from the front of these bytes; what follows it does not matter.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        Some(Self::split(bytes)?.0)
    }

    /// The head at the front of these bytes, and what follows it.
    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut reader = Reader(bytes);
        reader.magic(HEAD)?;
        let len = reader.number()?;
        let stored_at = reader.number()?;
        let prefix = reader.array()?;
        let piece = reader.take(first_piece_len(len))?;
        let head = Self {
            len,
            stored_at,
            prefix,
            piece,
        };
        Some((head, reader.0))
    }

    /// Finds a block's head in a record.
    pub(super) fn find(record: &'a [u8], cid: &Cid) -> Option<Self> {
        let prefix = prefix(cid);
        let mut rest = record;
        while let Some((head, after)) = Self::split(rest) {
            if head.prefix == prefix {
                return Some(head);
            }
            rest = after;
        }
        // One before it is damaged, if it is there. What only looks like a head does not match.
        let heads = (0..record.len()).filter_map(|at| Self::read(record.get(at..)?));
        let mut ours = heads.filter(|head| head.prefix == prefix);
        ours.find(|head| Cid::of(head.piece) == *cid)
    }

    /// How many further pieces the block has; `None` if that is not possible.
    pub(super) fn more(&self) -> Option<u32> {
        u32::try_from(pieces(self.len) - 1).ok()
    }
}

/// A further piece of a block.
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

/// How much of a block of this length stands beside its head.
fn first_piece_len(len: u64) -> usize {
    usize::try_from(len).unwrap_or(PIECE).min(PIECE)
}

/// How many pieces a block of this length has.
pub(super) fn pieces(len: u64) -> u64 {
    len.div_ceil(PIECE as u64).max(1)
}

/// A key and its value.
pub(super) type Record = (Vec<u8>, Vec<u8>);

/// Packs the bytes of blocks into records.
#[derive(Debug)]
pub(super) struct Packer {
    /// The number of the next record.
    next: u64,
    /// The record that still takes blocks, if there is one, and its number.
    open: Option<(u64, Vec<u8>)>,
}

impl Packer {
    /// Begins with a record of this number.
    pub(super) fn new(next: u64) -> Self {
        Self { next, open: None }
    }

    /// The number of the next record.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Adds a block, and hands out the records that are full. Returns the block's entry.
    pub(super) fn add<E>(
        &mut self,
        cid: &Cid,
        bytes: &[u8],
        stored_at: u64,
        mut full: impl FnMut(Record) -> Result<(), E>,
    ) -> Result<Entry, E> {
        let len = bytes.len() as u64;
        let (first_piece, rest) = bytes.split_at(bytes.len().min(PIECE));
        let [length, time] = [len, stored_at].map(u64::to_le_bytes);
        let head = [&HEAD[..], &length, &time, &prefix(cid), first_piece];
        let entry = |first| Entry {
            len,
            stored_at,
            first,
        };
        if rest.is_empty() {
            let head_len: usize = head.iter().map(|part| part.len()).sum();
            let open = self
                .open
                .take_if(|(_, open)| open.len() + head_len > LONGEST);
            if let Some(record) = open {
                full(keyed(record))?;
            }
            let (number, record) = self.open.get_or_insert_with(|| {
                self.next += 1;
                (self.next - 1, Vec::with_capacity(LONGEST))
            });
            for part in head {
                record.extend_from_slice(part);
            }
            return Ok(entry(*number));
        }
        let first = self.next;
        self.next += pieces(len);
        full(keyed((first, head.concat())))?;
        for (number, piece) in (0..).zip(rest.chunks(PIECE)) {
            let record = further(cid, number, piece);
            full(keyed((first + 1 + u64::from(number), record)))?;
        }
        Ok(entry(first))
    }

    /// The record that is not full.
    pub(super) fn finish(&mut self) -> Option<Record> {
        self.open.take().map(keyed)
    }
}

fn keyed((number, record): (u64, Vec<u8>)) -> Record {
    (bytes_key(number), record)
}

fn further(cid: &Cid, number: u32, piece: &[u8]) -> Vec<u8> {
    // A piece is never longer than PIECE, so its length fits.
    let len = u32::try_from(piece.len()).unwrap_or(u32::MAX).to_le_bytes();
    let (number, prefix) = (number.to_le_bytes(), prefix(cid));
    let check = check(&[&number, &prefix, piece]);
    [&MORE[..], &number, &len, &prefix, &check, piece].concat()
}

/// What of a record is left without a block of this length: `None` if the record has nothing of it,
/// and no bytes if it has nothing else.
///
/// Where the head and the entry do not agree about where the head ends, one of them is damaged, and
/// the record stays as it is: its neighbours may be sound.
pub(super) fn without(record: &[u8], cid: &Cid, len: u64) -> Option<Vec<u8>> {
    let prefix = prefix(cid);
    let mut rest = record;
    while let Some((head, after)) = Head::split(rest) {
        if head.prefix == prefix && head.piece.len() == first_piece_len(len) {
            let before = record.strip_suffix(rest).unwrap_or_default();
            return Some([before, after].concat());
        }
        rest = after;
    }
    let piece = Piece::read(record).filter(|piece| piece.prefix == prefix);
    piece.map(|_| Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(seed: u8, len: usize) -> (Cid, Vec<u8>) {
        let bytes: Vec<u8> = (seed..=250).chain(0..seed).cycle().take(len).collect();
        (Cid::of(&bytes), bytes)
    }

    /// The records of these blocks, and the blocks' entries.
    fn pack(blocks: &[(Cid, Vec<u8>)]) -> (Vec<Record>, Vec<Entry>) {
        let (mut packer, mut records) = (Packer::new(7), Vec::new());
        let mut entries = Vec::new();
        for (cid, bytes) in blocks {
            let entry = packer.add(cid, bytes, 5, |record| {
                records.push(record);
                Ok::<_, ()>(())
            });
            entries.push(entry.unwrap());
        }
        records.extend(packer.finish());
        records.sort();
        let last = bytes_key(packer.next() - 1);
        assert_eq!(records.last().map(|(key, _)| key), Some(&last));
        (records, entries)
    }

    fn read(records: &[Record], cid: &Cid, entry: &Entry) -> Option<Vec<u8>> {
        let at = |number| {
            let found = records.iter().find(|(key, _)| *key == bytes_key(number));
            found.map(|(_, value)| &**value)
        };
        let head = Head::find(at(entry.first)?, cid)?;
        assert_eq!((head.len, head.stored_at), (entry.len, entry.stored_at));
        let mut bytes = head.piece.to_vec();
        for number in 0..head.more()? {
            let piece = Piece::read(at(entry.first + 1 + u64::from(number))?)?;
            assert!(piece.is_sound() && piece.number == number);
            assert_eq!(piece.prefix, head.prefix);
            bytes.extend_from_slice(piece.bytes);
        }
        Some(bytes)
    }

    #[test]
    fn blocks_read_back_from_the_records_they_share_or_fill() {
        let lens = [0, 1, 5, PIECE - 1, 40, PIECE, 7, PIECE + 1, 3 * PIECE, 9];
        let lens = lens
            .into_iter()
            .chain([3 * PIECE + 7, 2_000, 2_000, 2_000, 2_000]);
        let blocks: Vec<_> = (0..)
            .zip(lens)
            .map(|(seed, len)| block(seed, len))
            .collect();
        let (records, entries) = pack(&blocks);
        assert!(records.iter().all(|(_, value)| value.len() <= LONGEST));
        for ((cid, bytes), entry) in blocks.iter().zip(&entries) {
            assert_eq!(read(&records, cid, entry).as_ref(), Some(bytes));
        }
        // 0, 1, 5 | PIECE - 1 | 40 | PIECE | 7, 9, 2,000 twice | 2,000 twice, and the long ones.
        assert_eq!(records.len(), 6 + 2 + 3 + 4);
    }

    #[test]
    fn a_block_is_taken_out_of_its_record_and_the_others_stay() {
        let blocks: Vec<_> = (0..4).map(|seed| block(seed, 900)).collect();
        let (records, entries) = pack(&blocks);
        let [(_, record)] = &records[..] else {
            panic!("one record");
        };
        let mut left = record.clone();
        for (n, (cid, _)) in blocks.iter().enumerate() {
            left = without(&left, cid, 900).unwrap();
            assert!(without(&left, cid, 900).is_none());
            let records = [(bytes_key(7), left.clone())];
            for (at, (cid, bytes)) in blocks.iter().enumerate() {
                let expected = (at > n).then_some(bytes);
                assert_eq!(read(&records, cid, &entries[at]).as_ref(), expected);
            }
        }
        assert!(left.is_empty());
        let (long, entries) = pack(&[block(1, PIECE + 1)]);
        let (cid, _) = block(1, PIECE + 1);
        assert_eq!((long.len(), entries[0].first), (2, 7));
        for (_, record) in &long {
            assert_eq!(without(record, &cid, PIECE as u64 + 1), Some(Vec::new()));
            assert_eq!(without(record, &block(2, 3).0, 3), None);
        }
    }

    #[test]
    fn a_block_behind_a_damaged_one_is_found_and_what_looks_like_it_is_not() {
        let wanted = block(1, 50);
        let (false_head, _) = pack(std::slice::from_ref(&wanted));
        let mut false_head = false_head[0].1.clone();
        *false_head.last_mut().unwrap() ^= 1;
        let holder = (Cid::of(&false_head), false_head);
        let (records, entries) = pack(&[holder.clone(), wanted.clone()]);
        assert_eq!(
            read(&records, &wanted.0, &entries[1]),
            Some(wanted.1.clone())
        );
        for at in 0..MAGIC_LEN + 8 {
            let mut damaged = records.clone();
            damaged[0].1[at] ^= 0x10;
            let found = read(&damaged, &wanted.0, &entries[1]);
            assert_eq!(found, Some(wanted.1.clone()), "byte {at}");
        }
    }

    #[test]
    fn a_changed_piece_is_not_sound() {
        let piece = further(&Cid::of(b"x"), 3, b"bytes");
        let is_sound = |bytes: &[u8]| Piece::read(bytes).is_some_and(|piece| piece.is_sound());
        assert!(is_sound(&piece));
        for at in 0..piece.len() {
            let mut changed = piece.clone();
            changed[at] ^= 1;
            assert!(!is_sound(&changed), "byte {at}");
            assert!(!is_sound(&piece[..at]), "cut at {at}");
        }
    }
}

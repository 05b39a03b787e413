//! Archives: CAR version 1, as far as ours go (docs/archive.md).
//!
//! An archive is a header and then sections. Each is a length and so many bytes; the header's are
//! DAG-CBOR, a section's a CID and the block. Only one form of each is written and read: the shortest
//! of each number, CIDs of version 1, codec raw, hash SHA-512.

use std::io::{Read, Write};

use super::names::Unsound;
use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};

/// Multicodec raw: bytes of which nothing is said.
const RAW: u64 = 0x55;
/// Multihash sha2-512.
const SHA2_512: u64 = 0x13;

/// What stands before the digest in the CID of every block of ours: version 1, codec, hash, length.
const PREFIX: [u8; 4] = [1, 0x55, 0x13, 64];
const CID_LEN: usize = PREFIX.len() + Cid::LEN;

/// A link in DAG-CBOR: tag 42, a byte string of this length that starts with 0.
const LINK: [u8; 5] = [0xd8, 0x2a, 0x58, 1 + 4 + 64, 0];

/// `{"roots": [`, without the array's head.
const BEFORE_ROOTS: &[u8] = b"\xa2\x65roots";
/// `], "version": 1}`
const AFTER_ROOTS: &[u8] = b"\x67version\x01";

/// A header of more roots is refused: it holds about three million.
const MAX_HEADER_BYTES: u64 = 256 << 20;

const TOO_SHORT: &str = "a section is too short for its cid";

/// Writes an archive.
pub(super) struct Writer<'w> {
    out: &'w mut dyn Write,
    pub(super) bytes: u64,
}

impl<'w> Writer<'w> {
    /// Writes the header.
    pub(super) fn new(out: &'w mut dyn Write, roots: &[Cid]) -> Result<Self, Error> {
        let mut writer = Self { out, bytes: 0 };
        let mut header = BEFORE_ROOTS.to_vec();
        write_array_head(&mut header, roots.len() as u64);
        for root in roots {
            header.extend(LINK);
            header.extend(PREFIX);
            header.extend(root.as_bytes());
        }
        header.extend(AFTER_ROOTS);
        writer.number(header.len() as u64)?;
        writer.write(&header)?;
        Ok(writer)
    }

    pub(super) fn block(&mut self, cid: Cid, bytes: &[u8]) -> Result<(), Error> {
        self.number((CID_LEN + bytes.len()) as u64)?;
        self.write(&PREFIX)?;
        self.write(cid.as_bytes())?;
        self.write(bytes)
    }

    pub(super) fn end(self) -> Result<u64, Error> {
        self.out.flush().map_err(unwritable)?;
        Ok(self.bytes)
    }

    fn number(&mut self, mut number: u64) -> Result<(), Error> {
        let mut bytes = Vec::with_capacity(10);
        loop {
            let low = (number & 0x7f) as u8;
            number >>= 7;
            if number == 0 {
                bytes.push(low);
                return self.write(&bytes);
            }
            bytes.push(low | 0x80);
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes).map_err(unwritable)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io {
        action: "write the archive",
    })
    .with_source(error)
}

/// The shortest head of a CBOR array.
fn write_array_head(into: &mut Vec<u8>, len: u64) {
    const ARRAY: u8 = 0x80;
    let bytes = len.to_be_bytes();
    let (head, width) = match len {
        0..24 => return into.push(ARRAY | bytes[7]),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    into.push(ARRAY | head);
    into.extend(bytes.iter().skip(8 - width));
}

/// Reads an archive from front to back, never more of it into memory than is really there.
pub(super) struct Reader<'r> {
    input: &'r mut dyn Read,
    /// Where it is.
    offset: u64,
    /// Where the section read last begins, after its length.
    section: u64,
    /// Where the section ends whose CID is read.
    end: Option<u64>,
    max_block_bytes: u64,
}

impl<'r> Reader<'r> {
    /// Reads the header: the roots.
    pub(super) fn new(
        input: &'r mut dyn Read,
        max_block_bytes: u64,
    ) -> Result<(Self, Vec<Cid>), Error> {
        let mut reader = Self {
            input,
            offset: 0,
            section: 0,
            end: None,
            max_block_bytes,
        };
        let len = reader.number()?;
        let len = len.ok_or_else(|| reader.malformed("it is empty"))?;
        if len > MAX_HEADER_BYTES {
            let limit = MAX_HEADER_BYTES;
            let what = "bytes of an archive's header";
            return Err(ErrorKind::Limit { what, limit }.into());
        }
        let start = reader.offset;
        let header = reader.take(len)?;
        let roots = read_header(&header).map_err(|(reason, at)| {
            let offset = start + at as u64;
            Error::new(ErrorKind::Archive { reason, offset })
        })?;
        Ok((reader, roots))
    }

    /// The next block, whose bytes are verified; `None` at the end.
    pub(super) fn block(&mut self) -> Result<Option<Block>, Error> {
        let Some(len) = self.number()? else {
            return Ok(None);
        };
        let start = self.offset;
        self.section = start;
        self.end = Some(start.saturating_add(len));
        self.prefix(start)?;
        self.end = None;
        let named = self.offset - start + Cid::LEN as u64;
        let Some(len) = len.checked_sub(named) else {
            return Err(self.malformed(TOO_SHORT));
        };
        if len > self.max_block_bytes {
            let limit = self.max_block_bytes;
            let what = "bytes of one block of an archive";
            return Err(ErrorKind::Limit { what, limit }.into());
        }
        let mut digest = [0; Cid::LEN];
        self.fill(&mut digest)?;
        let bytes = self.take(len)?;
        Block::verified(Cid::from_bytes(digest), bytes).map(Some)
    }

    /// What stands before the digest of a CID.
    fn prefix(&mut self, offset: u64) -> Result<(), Error> {
        match self.expect_number()? {
            1 => {}
            // A CID of version 0 starts with its hash, SHA-256 (12 20), of a block of codec DAG-PB.
            0x12 => {
                let (codec, hash) = (0x70, 0x12);
                return Err(ErrorKind::ForeignBlock {
                    codec,
                    hash,
                    offset,
                }
                .into());
            }
            _ => return Err(self.malformed("a cid of an unknown version")),
        }
        let codec = self.expect_number()?;
        let hash = self.expect_number()?;
        if (codec, hash) != (RAW, SHA2_512) {
            return Err(ErrorKind::ForeignBlock {
                codec,
                hash,
                offset,
            }
            .into());
        }
        if self.expect_number()? != Cid::LEN as u64 {
            return Err(self.malformed("a digest of another length than 64 bytes"));
        }
        Ok(())
    }

    fn expect_number(&mut self) -> Result<u64, Error> {
        self.number()?
            .ok_or_else(|| self.malformed("it ends in the middle"))
    }

    /// An unsigned varint in its only form; `None` if the archive ends before it.
    fn number(&mut self) -> Result<Option<u64>, Error> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            if self.end == Some(self.offset) {
                return Err(self.malformed(TOO_SHORT));
            }
            let Some(byte) = self.byte()? else {
                if shift == 0 {
                    return Ok(None);
                }
                return Err(self.malformed("it ends in the middle"));
            };
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(self.malformed("a number is not in its shortest form"));
                }
                return Ok(Some(number));
            }
        }
        // The specification of varints allows nine bytes.
        Err(self.malformed("a number of more than 63 bits"))
    }

    fn byte(&mut self) -> Result<Option<u8>, Error> {
        let mut byte = [0];
        let read = read_all(self.input, &mut byte)?;
        self.offset += read as u64;
        Ok((read == 1).then_some(byte[0]))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let read = read_all(self.input, bytes)?;
        self.offset += read as u64;
        if read < bytes.len() {
            return Err(self.malformed("it ends in the middle"));
        }
        Ok(())
    }

    /// So many bytes, without trust that they are there.
    fn take(&mut self, len: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let read = (&mut *self.input).take(len).read_to_end(&mut bytes);
        let read = read.map_err(unreadable)? as u64;
        self.offset += read;
        if read < len {
            return Err(self.malformed("it ends in the middle"));
        }
        Ok(bytes)
    }

    /// The block read last, which holds the names, cannot be read as such.
    pub(super) fn unsound(&self, unsound: Unsound) -> Error {
        let Unsound { reason, source } = unsound;
        let offset = self.section;
        let error = Error::new(ErrorKind::Archive { reason, offset });
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }

    fn malformed(&self, reason: &'static str) -> Error {
        let offset = self.offset;
        ErrorKind::Archive { reason, offset }.into()
    }
}

/// Reads until the slice is full or the input ends.
fn read_all(input: &mut dyn Read, mut bytes: &mut [u8]) -> Result<usize, Error> {
    let mut read = 0;
    while !bytes.is_empty() {
        match input.read(bytes) {
            Ok(0) => break,
            Ok(n) => {
                read += n;
                bytes = bytes.get_mut(n..).unwrap_or_default();
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    Ok(read)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io {
        action: "read the archive",
    })
    .with_source(error)
}

/// The roots in a header; what is wrong with it and where.
fn read_header(header: &[u8]) -> Result<Vec<Cid>, (&'static str, usize)> {
    const NOT_A_HEADER: &str = "no header with roots and version 1";
    let at = |rest: &[u8]| header.len() - rest.len();
    let rest = header.strip_prefix(BEFORE_ROOTS).ok_or((NOT_A_HEADER, 0))?;
    let (len, mut rest) = read_array_head(rest).ok_or((NOT_A_HEADER, at(rest)))?;
    let mut roots = Vec::new();
    for _ in 0..len {
        let (prefix, after) = rest
            .split_at_checked(LINK.len() + PREFIX.len())
            .ok_or((NOT_A_HEADER, at(rest)))?;
        if prefix != [&LINK[..], &PREFIX].concat() {
            return Err((
                "a root that is not the cid of a raw block under a SHA-512",
                at(rest),
            ));
        }
        let (digest, after) = after
            .split_first_chunk::<{ Cid::LEN }>()
            .ok_or((NOT_A_HEADER, at(after)))?;
        roots.push(Cid::from_bytes(*digest));
        rest = after;
    }
    if rest != AFTER_ROOTS {
        return Err((NOT_A_HEADER, at(rest)));
    }
    Ok(roots)
}

/// The length in the head of an array, if it is the shortest.
fn read_array_head(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (head, rest) = bytes.split_first()?;
    let width = match head {
        0x80..=0x97 => return Some((u64::from(head & 0x1f), rest)),
        0x98 => 1,
        0x99 => 2,
        0x9a => 4,
        0x9b => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(width)?;
    let len = number
        .iter()
        .fold(0, |len, byte| len << 8 | u64::from(*byte));
    let mut shortest = Vec::new();
    write_array_head(&mut shortest, len);
    bytes.starts_with(&shortest).then_some((len, rest))
}

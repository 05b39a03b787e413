//! The links of a block, found without decoding it.
//!
//! A store needs to know what a block links to, and nothing else about it, to stay closed under
//! links. So this walks the `MessagePack` objects of a block (docs/format.md sections 1 and 14) item
//! by item: no recursion, no allocation but the answer, whatever the bytes claim. It refuses bytes
//! that are not whole objects, as many as a block has, and ext items that the format does not know;
//! it does not check that they are canonical or stand in their places, which is the decoder's task.

use crate::cid::Cid;
use crate::codec::Place;
use crate::error::{Error, ErrorKind};

/// The first byte of a block in format version 1 with profile 0; the profiles follow.
const FIRST_BYTE: u8 = 0x10;
/// The first byte with the last profile of docs/format.md section 9.
const LAST_FIRST_BYTE: u8 = 0x12;
/// The data of the ext types of docs/format.md, by type: a link, a back reference, a part of a cycle, a
/// weak pointer, a hole.
const EXT_LEN: [(u8, u64); 5] = [(1, 64), (2, 5), (3, 69), (4, 0), (5, 0)];
/// What each of them is told when its header is another.
const BAD_EXT: [&str; 5] = [
    "a link is an ext 8 of 64 bytes",
    "a back reference is an ext 8 of 5 bytes",
    "a part of a cycle is an ext 8 of 69 bytes",
    "a weak pointer is an ext 8 of 0 bytes",
    "a hole is an ext 8 of 0 bytes",
];

/// The CIDs that the block with these bytes links to, in the order they stand, repeated as often as
/// they stand there. A part of a cycle counts as a link to the cycle's block.
///
/// Linear in the bytes, and never recursive: deep nesting costs nothing.
///
/// ```
/// use cideldill::{Block, Cid, links};
/// let leaf = Block::new(*b"\x10\xa1n\x90\xc0");
/// let mut holder = b"\x10\xa2[s\x90\x91\xc7\x40\x01".to_vec();
/// holder.extend_from_slice(leaf.cid().as_bytes());
/// assert_eq!(links(&holder)?, [leaf.cid()]);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Version`] for an unknown first byte, [`ErrorKind::Malformed`] with the offset for bytes
/// that are not exactly four `MessagePack` objects (a first byte, a string, an array, any one object;
/// in the block of a cycle more may follow) or hold an ext that the format does not know.
pub fn links(block: &[u8]) -> Result<Vec<Cid>, Error> {
    walk(block).map(|walk| walk.links)
}

/// Where the back references of a block lead, in the order they stand.
pub(crate) fn back_references(block: &[u8]) -> Result<Vec<Place>, Error> {
    walk(block).map(|walk| walk.back)
}

fn walk(block: &[u8]) -> Result<Walk<'_>, Error> {
    let mut walk = Walk {
        bytes: block,
        offset: 0,
        links: Vec::new(),
        back: Vec::new(),
        has_ext: false,
    };
    let first = walk.byte()?;
    if !(FIRST_BYTE..=LAST_FIRST_BYTE).contains(&first) {
        return Err(ErrorKind::Version { found: first }.into());
    }
    walk.expect(
        "the desc is not a string",
        |head| matches!(head, 0xa0..=0xbf | 0xd9..=0xdb),
    )?;
    let is_cycle = walk.starts_with_tilde();
    walk.object()?;
    walk.expect("the shape table is not an array", |head| {
        matches!(head, 0x90..=0x9f | 0xdc | 0xdd)
    })?;
    walk.object()?;
    if walk.has_ext {
        return Err(malformed("a link in the shape table", walk.offset));
    }
    walk.object()?;
    while is_cycle && walk.offset < block.len() {
        walk.object()?;
    }
    if walk.offset < block.len() {
        return Err(malformed("bytes after the value", walk.offset));
    }
    Ok(walk)
}

#[cold]
fn malformed(reason: &'static str, offset: usize) -> Error {
    ErrorKind::Malformed { reason, offset }.into()
}

struct Walk<'a> {
    bytes: &'a [u8],
    offset: usize,
    links: Vec<Cid>,
    back: Vec<Place>,
    /// An ext item was met.
    has_ext: bool,
}

impl<'a> Walk<'a> {
    fn expect(&self, reason: &'static str, is_expected: fn(u8) -> bool) -> Result<(), Error> {
        match self.bytes.get(self.offset) {
            Some(head) if !is_expected(*head) => Err(malformed(reason, self.offset)),
            _ => Ok(()),
        }
    }

    /// Steps over one object and all that is inside it.
    ///
    /// `open` counts the items still to come. Each takes a byte at least, so a count that claims
    /// more than is left is refused when it is met, not after a long walk.
    fn object(&mut self) -> Result<(), Error> {
        let mut open = 1_u64;
        while open > 0 {
            let start = self.offset;
            open = open - 1 + self.item()?;
            let left = self.bytes.len() - self.offset;
            if open > left as u64 {
                return Err(malformed("more items announced than bytes left", start));
            }
        }
        Ok(())
    }

    /// Steps over one item's header and own data; says how many items it holds.
    fn item(&mut self) -> Result<u64, Error> {
        let start = self.offset;
        let head = self.byte()?;
        match head {
            0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => Ok(0),
            0x80..=0x8f => Ok(2 * u64::from(head & 0x0f)),
            0x90..=0x9f => Ok(u64::from(head & 0x0f)),
            0xa0..=0xbf => self.skip(u64::from(head & 0x1f)),
            0xc1 => Err(malformed("the unused byte c1", start)),
            0xc4 | 0xd9 => self.sized(1),
            0xc5 | 0xda => self.sized(2),
            0xc6 | 0xdb => self.sized(4),
            0xc7..=0xc9 | 0xd4..=0xd8 => self.ext(start, head),
            0xcc | 0xd0 => self.skip(1),
            0xcd | 0xd1 => self.skip(2),
            0xca | 0xce | 0xd2 => self.skip(4),
            0xcb | 0xcf | 0xd3 => self.skip(8),
            0xdc => self.number(2),
            0xdd => self.number(4),
            0xde => Ok(2 * self.number(2)?),
            0xdf => Ok(2 * self.number(4)?),
        }
    }

    /// Whether the string here, the desc, is that of a cycle's block.
    fn starts_with_tilde(&self) -> bool {
        let header = match self.bytes.get(self.offset) {
            Some(0xd9) => 2,
            Some(0xda) => 3,
            Some(0xdb) => 5,
            _ => 1,
        };
        self.bytes.get(self.offset + header) == Some(&b'~')
    }

    /// An ext: its marker is read. All there are have the form with a length of one byte.
    fn ext(&mut self, start: usize, marker: u8) -> Result<u64, Error> {
        self.has_ext = true;
        let len = match marker {
            0xc7 => self.number(1)?,
            0xc8 => self.number(2)?,
            0xc9 => self.number(4)?,
            _ => 0,
        };
        let ext_type = self.byte()?;
        let known = EXT_LEN.iter().zip(BAD_EXT);
        let Some(((_, expected), reason)) = { known }.find(|((known, _), _)| *known == ext_type)
        else {
            return Err(malformed("an unknown ext type", start));
        };
        if marker != 0xc7 || len != *expected {
            return Err(malformed(reason, start));
        }
        let data = self.take(len)?;
        if let Some(digest) = data.first_chunk::<{ Cid::LEN }>() {
            self.links.push(Cid::from_bytes(*digest));
        }
        if let Ok(place) = data.try_into() {
            self.back.push(Place::from_bytes(place));
        }
        Ok(0)
    }

    fn sized(&mut self, width: usize) -> Result<u64, Error> {
        let len = self.number(width)?;
        self.skip(len)
    }

    fn skip(&mut self, len: u64) -> Result<u64, Error> {
        self.take(len).map(|_| 0)
    }

    /// A big-endian number of `width` bytes.
    fn number(&mut self, width: usize) -> Result<u64, Error> {
        let bytes = self.take(width as u64)?;
        Ok(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn byte(&mut self) -> Result<u8, Error> {
        let byte = self.bytes.get(self.offset).copied();
        let byte = byte.ok_or_else(|| malformed("the block ends too early", self.offset))?;
        self.offset += 1;
        Ok(byte)
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], Error> {
        let start = self.offset;
        let end = usize::try_from(len)
            .ok()
            .and_then(|len| start.checked_add(len));
        let taken = end.and_then(|end| self.bytes.get(start..end));
        let taken = taken.ok_or_else(|| malformed("the block ends too early", start))?;
        self.offset += taken.len();
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(to: Cid) -> Vec<u8> {
        [b"\xc7\x40\x01", to.as_bytes().as_slice()].concat()
    }

    fn block(value: &[u8]) -> Vec<u8> {
        [b"\x10\xa1*\x90", value].concat()
    }

    #[test]
    fn every_form_is_stepped_over_and_every_link_is_found() {
        let (a, b) = (Cid::of(b"a"), Cid::of(b"b"));
        let value = [
            &b"\xdc\x00\x0f\x7f\xff\xc0\xc2\xc3\xca\0\0\0\0\xcb\0\0\0\0\0\0\0\0"[..],
            b"\xcc\x80\xcd\x01\x00\xd3\x80\0\0\0\0\0\0\0\xc4\x03\xc7\x40\x01\xd9\x01x",
            &[b"\x82\x01", &link(a)[..], &link(b), b"\x92\xc0\xa1y"].concat(),
            &link(a),
            b"\xa0",
        ]
        .concat();
        assert_eq!(links(&block(&value)).unwrap(), [a, b, a]);
    }

    #[test]
    fn each_cut_of_a_block_is_refused() {
        let whole = block(&[b"\x91", &link(Cid::of(b"a"))[..]].concat());
        assert_eq!(links(&whole).unwrap().len(), 1);
        for end in 0..whole.len() {
            let refused = links(&whole[..end]).unwrap_err();
            assert!(
                matches!(refused.kind(), ErrorKind::Malformed { offset, .. } if *offset <= end),
                "{end}: {refused}"
            );
        }
    }

    #[test]
    fn what_is_not_a_block_is_refused_with_its_place() {
        let at = |bytes: &[u8]| match links(bytes).unwrap_err().kind() {
            ErrorKind::Malformed { offset, .. } => *offset,
            other => panic!("{other}"),
        };
        assert_eq!(at(b"\x10\xc0\x90\xc0"), 1, "desc");
        assert_eq!(at(b"\x10\xa1n\xc0\xc0"), 3, "table");
        assert_eq!(at(b"\x10\xa1n\x90\xc0\xc0"), 5, "more after the value");
        assert_eq!(at(b"\x10\xa1n\x90\xc1"), 4, "c1");
        assert_eq!(
            at(b"\x10\xa1n\x90\xdd\xff\xff\xff\xff"),
            4,
            "four billion items"
        );
        assert_eq!(
            at(b"\x10\xa1n\x90\xdf\xff\xff\xff\xff"),
            4,
            "eight billion items"
        );
        assert_eq!(
            at(b"\x10\xa1n\x90\xc6\xff\xff\xff\xff"),
            9,
            "four gigabytes"
        );
        assert_eq!(at(b"\x10\xa1n\x90\xd4\x01\x00"), 4, "a link of one byte");
        assert_eq!(
            at(b"\x10\xa1n\x90\xc7\x01\x01\x00"),
            4,
            "a link of one byte"
        );
        assert_eq!(at(b"\x10\xa1n\x90\xc7\x01\x06\x00"), 4, "an unknown ext");
        for first in [0x00, 0x0f, 0x13, 0x20, 0x90, 0xff] {
            let refused = links(&[first, 0xa1, b'n', 0x90, 0xc0]).unwrap_err();
            assert!(matches!(refused.kind(), ErrorKind::Version { found } if *found == first));
        }
    }

    #[test]
    fn parts_of_cycles_are_links_and_the_other_items_are_none() {
        let (a, b) = (Cid::of(b"a"), Cid::of(b"b"));
        let part = [b"\xc7\x45\x03", a.as_bytes().as_slice(), b"\0\0\0\x07\0"].concat();
        let items = [
            b"\xc7\x00\x04",
            &b"\xc7\x05\x02\0\0\0\x01\0"[..],
            b"\xc7\x00\x05",
        ];
        let value = [b"\x95", &items.concat()[..], &part, &link(b)].concat();
        assert_eq!(links(&block(&value)).unwrap(), [a, b]);
        let overlay = [b"\x10\xa1!\x90\x92", &link(a)[..], b"\xc4\x01\x00"].concat();
        assert_eq!(links(&overlay).unwrap(), [a]);
    }

    #[test]
    fn only_the_block_of_a_cycle_goes_on_after_its_value() {
        let (a, b) = (Cid::of(b"a"), Cid::of(b"b"));
        let rest = [b"\x90\x91\xc7\x00\x05", &link(a)[..], &link(b)].concat();
        let of_desc = |header: &[u8], desc: &str| [header, desc.as_bytes(), &rest].concat();
        for block in [
            of_desc(b"\x10\xa2", "~@"),
            of_desc(b"\x10\xd9\x20", &format!("~{}s", "?".repeat(30))),
            of_desc(b"\x10\xda\x01\x00", &format!("~{}s", "?".repeat(254))),
            of_desc(b"\x10\xdb\0\x01\0\0", &format!("~{}s", "?".repeat(65_534))),
        ] {
            assert_eq!(links(&block).unwrap(), [a, b]);
            assert!(links(&block[..block.len() - 1]).is_err());
        }
        let refused = links(&[b"\x10\xa1@", &rest[..]].concat()).unwrap_err();
        assert!(matches!(
            refused.kind(),
            ErrorKind::Malformed { offset: 8, .. }
        ));
        assert!(
            links(b"\x10\xa2~@\x91\xc7\x00\x04\xc0").is_err(),
            "an ext in the table"
        );
    }

    #[test]
    fn each_ext_has_one_length_and_one_form() {
        for value in [
            &b"\xd4\x02\0"[..],
            b"\xd8\x03\0",
            b"\xc7\x04\x02\0\0\0\0",
            b"\xc7\x06\x02\0\0\0\0\0\0",
            b"\xc8\0\x05\x02\0\0\0\0\0",
            b"\xc7\x40\x03",
            b"\xc7\x40\x04",
            b"\xc7\x01\x05\0",
            b"\xc8\0\0\x05",
            b"\xc9\0\0\0\0\x02",
            b"\xc7\0\x00",
            b"\xc7\0\x06",
        ] {
            let refused = links(&block(value)).unwrap_err();
            assert!(
                matches!(refused.kind(), ErrorKind::Malformed { offset: 4, .. }),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_million_levels_of_nesting_do_not_recurse() {
        let deep = [vec![0x91; 1_000_000], link(Cid::of(b"a"))].concat();
        assert_eq!(links(&block(&deep)).unwrap(), [Cid::of(b"a")]);
    }
}

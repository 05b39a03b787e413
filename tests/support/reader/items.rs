//! Single `MessagePack` items, in their shortest forms only, and the values made of one item.

use super::Refused;
use super::forms::in_range;
use crate::desc;
use crate::model::{Bits, Model};
use crate::reference::Cid;

/// One item; arrays and maps are their headers.
pub(super) enum Item<'a> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    /// Below 0.
    Negative(i64),
    F32(u32),
    F64(u64),
    Text(&'a str),
    Binary(&'a [u8]),
    Array(u64),
    Map(u64),
    Link(Cid),
    /// The items of section 14.1.
    Weak,
    Hole,
    Back(Place),
    Part(Cid, Place),
}

/// A node's place in its cycle's block: offset and level.
pub(super) type Place = (u64, u8);

/// The items of a block one after the other.
#[derive(Clone)]
pub(super) struct Items<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
    read: usize,
    /// Bytes of indices beyond the one that each counts.
    uncounted: usize,
    /// How many links were read, and parts of cycles and back references, which stand for as much.
    pub(super) links: usize,
    /// How many back references and holes were read.
    pub(super) kept: usize,
}

impl<'a> Items<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            whole: bytes,
            rest: bytes,
            read: 0,
            uncounted: 0,
            links: 0,
            kept: 0,
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was read so far, as section 6 counts it.
    pub(super) fn length(&self) -> usize {
        self.read - self.uncounted
    }

    /// The first byte of the next item.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// A str, or the clause that asks for one.
    pub(super) fn text(&mut self, clause: u8, reason: &str) -> Result<&'a str, Refused> {
        match self.next()? {
            Item::Text(text) => Ok(text),
            _ => Refused::clause(clause, reason),
        }
    }

    /// The index of a shape.
    pub(super) fn next_index(&mut self) -> Result<u64, Refused> {
        match self.next()? {
            Item::Unsigned(index) => {
                self.count_index_as_one(index);
                Ok(index)
            }
            _ => Refused::clause(2, "an index that is no integer"),
        }
    }

    /// Counts the index that was read as one byte, and says how many more it has.
    pub(super) fn count_index_as_one(&mut self, index: u64) -> usize {
        let uncounted = match index {
            0..=0x7f => 0,
            0x80..=0xff => 1,
            0x100..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        };
        self.uncounted += uncounted;
        uncounted
    }

    /// The number of bytes read.
    pub(super) fn end(&self) -> usize {
        self.read
    }

    /// Bytes that were read.
    pub(super) fn between(&self, start: usize, end: usize) -> Vec<u8> {
        self.whole[start..end].to_vec()
    }

    pub(super) fn next(&mut self) -> Result<Item<'a>, Refused> {
        let [marker] = self.array()?;
        Ok(match marker {
            0x00..=0x7f => Item::Unsigned(u64::from(marker)),
            0x80..=0x8f => Item::Map(u64::from(marker & 0x0f)),
            0x90..=0x9f => Item::Array(u64::from(marker & 0x0f)),
            0xa0..=0xbf => self.text_of(u64::from(marker & 0x1f))?,
            0xc0 => Item::Nil,
            0xc1 => return Refused::clause(2, "the unused byte c1"),
            0xc2 => Item::Bool(false),
            0xc3 => Item::Bool(true),
            0xc4..=0xc6 => {
                let length = self.size(marker - 0xc4, [0, 1 << 8, 1 << 16])?;
                Item::Binary(self.take(length)?)
            }
            0xc7..=0xc9 | 0xd4..=0xd8 => self.ext(marker)?,
            0xca => Item::F32(u32::from_be_bytes(self.array()?)),
            0xcb => Item::F64(u64::from_be_bytes(self.array()?)),
            0xcc..=0xcf => Item::Unsigned(match marker {
                0xcc => self.size(0, [1 << 7; 3])?,
                0xcd => self.size(1, [1 << 8; 3])?,
                0xce => self.size(2, [1 << 16; 3])?,
                _ => at_least(u64::from_be_bytes(self.array()?), 1 << 32)?,
            }),
            0xd0..=0xd3 => Item::Negative(match marker {
                0xd0 => at_most(i64::from(i8::from_be_bytes(self.array()?)), -33)?,
                0xd1 => at_most(i64::from(i16::from_be_bytes(self.array()?)), -129)?,
                0xd2 => at_most(i64::from(i32::from_be_bytes(self.array()?)), -32_769)?,
                _ => at_most(i64::from_be_bytes(self.array()?), i64::from(i32::MIN) - 1)?,
            }),
            0xd9..=0xdb => {
                let length = self.size(marker - 0xd9, [32, 1 << 8, 1 << 16])?;
                self.text_of(length)?
            }
            0xdc | 0xdd => Item::Array(self.size(marker - 0xdb, [0, 16, 1 << 16])?),
            0xde | 0xdf => Item::Map(self.size(marker - 0xdd, [0, 16, 1 << 16])?),
            0xe0..=0xff => Item::Negative(i64::from(marker.cast_signed())),
        })
    }

    /// A size in 1, 2 or 4 bytes, each form with the least that needs it.
    fn size(&mut self, form: u8, least: [u64; 3]) -> Result<u64, Refused> {
        match form {
            0 => at_least(u64::from(u8::from_be_bytes(self.array()?)), least[0]),
            1 => at_least(u64::from(u16::from_be_bytes(self.array()?)), least[1]),
            _ => at_least(u64::from(u32::from_be_bytes(self.array()?)), least[2]),
        }
    }

    fn text_of(&mut self, length: u64) -> Result<Item<'a>, Refused> {
        match std::str::from_utf8(self.take(length)?) {
            Ok(text) => Ok(Item::Text(text)),
            Err(_) => Refused::clause(3, "a str that is not UTF-8"),
        }
    }

    fn ext(&mut self, marker: u8) -> Result<Item<'a>, Refused> {
        let length = match marker {
            0xc7..=0xc9 => self.size(marker - 0xc7, [0; 3])?,
            _ => 1 << (marker - 0xd4),
        };
        let [kind] = self.array()?;
        match (kind, marker, length) {
            (1, 0xc7, 64) => {
                self.links += 1;
                Ok(Item::Link(self.array()?))
            }
            (2, 0xc7, 5) => {
                self.links += 1;
                self.kept += 1;
                Ok(Item::Back(self.place()?))
            }
            (3, 0xc7, 69) => {
                self.links += 1;
                Ok(Item::Part(self.array()?, self.place()?))
            }
            (4, 0xc7, 0) => Ok(Item::Weak),
            (5, 0xc7, 0) => {
                self.kept += 1;
                Ok(Item::Hole)
            }
            _ => Refused::clause(2, "an ext that is no item of the format"),
        }
    }

    fn place(&mut self) -> Result<Place, Refused> {
        let offset = u64::from(u32::from_be_bytes(self.array()?));
        let [level] = self.array()?;
        Ok((offset, level))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Refused> {
        let taken = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length));
        let Some((taken, rest)) = taken else {
            return Refused::clause(9, "too few bytes");
        };
        self.rest = rest;
        self.read += taken.len();
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refused> {
        let taken = self.take(N as u64)?;
        taken
            .try_into()
            .or_else(|_| Refused::clause(9, "too few bytes"))
    }
}

fn at_least(number: u64, least: u64) -> Result<u64, Refused> {
    if number < least {
        return Refused::clause(2, "not the shortest form");
    }
    Ok(number)
}

fn at_most(number: i64, most: i64) -> Result<i64, Refused> {
    if number > most {
        return Refused::clause(2, "not the shortest form");
    }
    Ok(number)
}

fn integer(desc: &str) -> Option<(Bits, bool)> {
    let at = "BHILQbhilq".find(desc)?;
    Some((*Bits::ALL.get(at % 5)?, at >= 5))
}

/// The value of a desc that is one item of a fixed form, `None` for every other desc.
pub(super) fn scalar(desc: &str, item: &Item) -> Result<Option<Model>, Refused> {
    if let Some((bits, signed)) = integer(desc) {
        return wide_or_plain(bits, signed, item).map(Some);
    }
    Ok(Some(match (desc, item) {
        ("f", Item::F32(bits)) => Model::F32(*bits),
        ("d", Item::F64(bits)) => Model::F64(*bits),
        ("t", Item::Bool(truth)) => Model::Bool(*truth),
        ("n", Item::Nil) => Model::Unit,
        ("c", Item::Text(text)) => {
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Model::Char(character),
                _ => {
                    return Refused::clause(3, "a character of more or less than one scalar value");
                }
            }
        }
        ("f" | "d" | "t" | "n" | "c", _) => {
            return Refused::clause(2, format!("a form that {desc} does not allow"));
        }
        _ => return Ok(None),
    }))
}

fn wide_or_plain(bits: Bits, signed: bool, item: &Item) -> Result<Model, Refused> {
    match item {
        Item::Unsigned(number) if in_range(bits, u128::from(*number), signed) => Ok(if signed {
            Model::Signed(bits, i128::from(*number))
        } else {
            Model::Unsigned(bits, u128::from(*number))
        }),
        Item::Negative(number) if signed && *number >= i64::MIN >> (64 - bits.count().min(64)) => {
            Ok(Model::Signed(bits, i128::from(*number)))
        }
        Item::Unsigned(_) | Item::Negative(_) => Refused::clause(3, "an integer out of range"),
        Item::Binary(bytes) if bits == Bits::B128 => {
            let Ok(bytes) = <[u8; 16]>::try_from(*bytes) else {
                return Refused::clause(3, "a wide integer that has not 16 bytes");
            };
            let number = i128::from_be_bytes(bytes);
            let fits = if signed {
                number >= i128::from(i64::MIN) && number <= i128::from(u64::MAX)
            } else {
                u64::try_from(number.cast_unsigned()).is_ok()
            };
            match (fits, signed) {
                (true, _) => Refused::clause(3, "a wide integer that fits the integer form"),
                (false, true) => Ok(Model::Signed(bits, number)),
                (false, false) => Ok(Model::Unsigned(bits, number.cast_unsigned())),
            }
        }
        _ => Refused::clause(2, "a form that an integer does not allow"),
    }
}

/// A packed sequence.
pub(super) fn packed(of: &str, bytes: &[u8]) -> Result<Vec<Model>, Refused> {
    let width = desc::packed_width(of).unwrap_or(1);
    if !bytes.len().is_multiple_of(width) {
        return Refused::clause(3, "packed elements that do not fill their bytes");
    }
    let element = |bytes: &[u8]| {
        let mut filled = [0; 16];
        filled
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
        let number = u128::from_le_bytes(filled);
        let unused = u32::try_from(16 - width).unwrap_or(0) * 8;
        match (of, integer(of)) {
            (_, Some((bits, true))) => {
                Model::Signed(bits, (number << unused).cast_signed() >> unused)
            }
            (_, Some((bits, false))) => Model::Unsigned(bits, number),
            ("f", _) => Model::F32(u32::try_from(number).unwrap_or(0)),
            _ => Model::F64(u64::try_from(number).unwrap_or(0)),
        }
    };
    Ok(bytes.chunks(width).map(element).collect())
}

//! Items of one block, each in its only allowed form.
//!
//! A [`Cursor`] refuses what is not the shortest form; it knows nothing of descs or links to other
//! blocks. Implements docs/format.md section 11, rules 2 and 3.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "each number was read from as many bytes as it is cast to"
)]

use std::sync::Arc;

use super::write::{
    BACK_EXT, BACK_HEADER, HOLE, HOLE_EXT, LINK_EXT, LINK_HEADER, LINK_LEN, PART_EXT, PART_HEADER,
    PLACE_LEN, WEAK, WEAK_EXT,
};
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};

/// A place in a block.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    pub(crate) block: Arc<[u8]>,
    pub(crate) at: usize,
}

/// What stands at the cursor, as far as ext items go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A link; also an ext of a type that there is not, which reading a link refuses.
    Link,
    /// A back reference.
    Back,
    /// A part of a cycle.
    Part,
    /// A weak pointer.
    Weak,
    /// A hole.
    Hole,
    /// No ext.
    Other,
}

/// Where a node of a cycle begins (docs/format.md section 14.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// From the first byte of the value of the cycle's block.
    pub(crate) offset: u32,
    /// How many pointers around it begin there too.
    pub(crate) level: u8,
}

impl Place {
    pub(crate) fn from_bytes([a, b, c, d, level]: [u8; PLACE_LEN]) -> Self {
        let offset = u32::from_be_bytes([a, b, c, d]);
        Self { offset, level }
    }

    /// Appends its bytes.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.offset.to_be_bytes());
        out.push(self.level);
    }
}

#[cold]
fn malformed_at(offset: usize, reason: &'static str) -> Error {
    ErrorKind::Malformed { reason, offset }.into()
}

/// First marker of the integer forms.
const UINT_8: u8 = 0xcc;
const INT_8: u8 = 0xd0;

impl Cursor {
    pub(crate) fn new(block: Arc<[u8]>) -> Self {
        Self { block, at: 0 }
    }

    #[cold]
    pub(crate) fn malformed(&self, reason: &'static str) -> Error {
        malformed_at(self.at, reason)
    }

    /// Another item stands here than is asked for.
    #[cold]
    fn unexpected(&self, reason: &'static str) -> Error {
        self.malformed(match self.item() {
            Item::Link | Item::Other => reason,
            Item::Back => "a back reference stands where none can be",
            Item::Part => "a part of a cycle stands where none can be",
            Item::Weak => "a weak pointer stands where none can be",
            Item::Hole => "a hole stands where none can be",
        })
    }

    /// The bytes that are left.
    pub(crate) fn left(&self) -> usize {
        self.block.len() - self.at
    }

    #[inline]
    pub(crate) fn peek(&self) -> Result<u8, Error> {
        match self.block.get(self.at) {
            Some(byte) => Ok(*byte),
            None => Err(self.malformed("it ends too early")),
        }
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> Result<&[u8], Error> {
        let end = self.at.saturating_add(len);
        let Some(bytes) = self.block.get(self.at..end) else {
            return Err(self.malformed("it ends too early"));
        };
        self.at = end;
        Ok(bytes)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let rest = self.block.get(self.at..).unwrap_or_default();
        let Some(bytes) = rest.first_chunk() else {
            return Err(self.malformed("it ends too early"));
        };
        self.at += N;
        Ok(*bytes)
    }

    /// The number behind an integer marker of 1, 2, 4 or 8 bytes.
    #[inline]
    fn payload(&mut self, size: u8) -> Result<u64, Error> {
        Ok(match size {
            0 => u64::from(self.byte()?),
            1 => u64::from(u16::from_be_bytes(self.array()?)),
            2 => u64::from(u32::from_be_bytes(self.array()?)),
            _ => u64::from_be_bytes(self.array()?),
        })
    }

    #[inline]
    pub(crate) fn unsigned(&mut self) -> Result<u64, Error> {
        let marker = self.byte()?;
        if marker < 0x80 {
            return Ok(u64::from(marker));
        }
        let size = marker.wrapping_sub(UINT_8);
        if size > 3 {
            self.at -= 1;
            return Err(self.unexpected("an unsigned integer is expected"));
        }
        let number = self.payload(size)?;
        let smaller_forms_end = [0x80, 0x100, 0x1_0000, 0x1_0000_0000][usize::from(size)];
        if number < smaller_forms_end {
            return Err(self.malformed("an integer is not in its shortest form"));
        }
        Ok(number)
    }

    #[inline]
    pub(crate) fn signed(&mut self) -> Result<i64, Error> {
        let marker = self.peek()?;
        if marker >= 0xe0 {
            self.at += 1;
            return Ok(i64::from(marker.cast_signed()));
        }
        let size = marker.wrapping_sub(INT_8);
        if size > 3 {
            let number = self.unsigned()?;
            return match i64::try_from(number) {
                Ok(number) => Ok(number),
                Err(_) => Err(self.malformed("an integer is out of range")),
            };
        }
        self.at += 1;
        let bits = self.payload(size)?;
        let number = match size {
            0 => i64::from(bits as u8 as i8),
            1 => i64::from(bits as u16 as i16),
            2 => i64::from(bits as u32 as i32),
            _ => bits.cast_signed(),
        };
        let smaller_forms_start = [-0x20, -0x80, -0x8000, -0x8000_0000][usize::from(size)];
        if number >= smaller_forms_start {
            return Err(self.malformed("an integer is not in its shortest form"));
        }
        Ok(number)
    }

    pub(crate) fn unsigned_128(&mut self) -> Result<u128, Error> {
        if self.peek()? != 0xc4 {
            return self.unsigned().map(u128::from);
        }
        let number = u128::from_be_bytes(self.wide()?);
        if u64::try_from(number).is_ok() {
            return Err(self.malformed("an integer is not in its shortest form"));
        }
        Ok(number)
    }

    pub(crate) fn signed_128(&mut self) -> Result<i128, Error> {
        match self.peek()? {
            0xc4 => {
                let number = i128::from_be_bytes(self.wide()?);
                if i64::try_from(number).is_ok() || u64::try_from(number).is_ok() {
                    return Err(self.malformed("an integer is not in its shortest form"));
                }
                Ok(number)
            }
            0xe0.. | INT_8..=0xd3 => self.signed().map(i128::from),
            _ => self.unsigned().map(i128::from),
        }
    }

    fn wide(&mut self) -> Result<[u8; 16], Error> {
        if self.take(2)?.get(1) != Some(&16) {
            return Err(self.malformed("a wide integer has 16 bytes"));
        }
        self.array()
    }

    pub(crate) fn float_32(&mut self) -> Result<f32, Error> {
        self.marker(0xca, "a 32-bit float is expected")?;
        Ok(f32::from_bits(u32::from_be_bytes(self.array()?)))
    }

    pub(crate) fn float_64(&mut self) -> Result<f64, Error> {
        self.marker(0xcb, "a 64-bit float is expected")?;
        Ok(f64::from_bits(u64::from_be_bytes(self.array()?)))
    }

    #[inline]
    fn marker(&mut self, marker: u8, reason: &'static str) -> Result<(), Error> {
        if self.peek()? != marker {
            return Err(self.unexpected(reason));
        }
        self.at += 1;
        Ok(())
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Error> {
        match self.peek()? {
            0xc2 => {
                self.at += 1;
                Ok(false)
            }
            0xc3 => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.unexpected("a truth value is expected")),
        }
    }

    pub(crate) fn nil(&mut self) -> Result<(), Error> {
        self.marker(0xc0, "nil is expected")
    }

    pub(crate) fn char(&mut self) -> Result<char, Error> {
        let start = self.at;
        let mut chars = self.text()?.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Ok(c);
        }
        self.at = start;
        Err(self.malformed("exactly one character is expected"))
    }

    /// A header: `fix` is the marker of the short form, `fix_bits` its length bits, `first` the
    /// marker of the 16-bit form, or of the 8-bit form if there is one.
    #[inline]
    fn header(
        &mut self,
        fix: Option<(u8, u8)>,
        first: u8,
        has_8_bits: bool,
        reason: &'static str,
    ) -> Result<u64, Error> {
        let marker = self.byte()?;
        let mut shorter_forms_end = 0;
        if let Some((fix, mask)) = fix {
            if marker & !mask == fix {
                return Ok(u64::from(marker & mask));
            }
            shorter_forms_end = u64::from(mask) + 1;
        }
        let form = marker.wrapping_sub(first);
        let size = if has_8_bits {
            form
        } else {
            form.wrapping_add(1)
        };
        if form > 2 || size > 2 {
            self.at -= 1;
            return Err(self.unexpected(reason));
        }
        match size {
            1 if has_8_bits => shorter_forms_end = 0x100,
            0 | 1 => {}
            _ => shorter_forms_end = 0x1_0000,
        }
        let len = self.payload(size)?;
        if len < shorter_forms_end {
            return Err(self.malformed("a header is not in its shortest form"));
        }
        Ok(len)
    }

    #[inline]
    pub(crate) fn array_len(&mut self) -> Result<u64, Error> {
        self.header(Some((0x90, 0x0f)), 0xdc, false, "an array is expected")
    }

    #[inline]
    pub(crate) fn map_len(&mut self) -> Result<u64, Error> {
        self.header(Some((0x80, 0x0f)), 0xde, false, "a map is expected")
    }

    #[inline]
    pub(crate) fn string_bytes(&mut self) -> Result<&[u8], Error> {
        let len = self.header(Some((0xa0, 0x1f)), 0xd9, true, "a string is expected")?;
        self.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    #[inline]
    pub(crate) fn text(&mut self) -> Result<&str, Error> {
        let offset = self.at;
        let bytes = self.string_bytes()?;
        std::str::from_utf8(bytes).map_err(|_| malformed_at(offset, "a string is not utf-8"))
    }

    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&[u8], Error> {
        let len = self.header(None, 0xc4, true, "bytes are expected")?;
        self.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    /// Whether a link stands here, or an ext that is no item of the format.
    #[inline]
    pub(crate) fn is_link(&self) -> bool {
        self.item() == Item::Link
    }

    /// Which ext stands here, if one does. Its length is looked at when it is read.
    #[inline]
    pub(crate) fn item(&self) -> Item {
        match self.block.get(self.at) {
            Some(0xc7..=0xc9 | 0xd4..=0xd8) => self.ext_item(),
            _ => Item::Other,
        }
    }

    fn ext_item(&self) -> Item {
        match self.ext_type() {
            Some(BACK_EXT) => Item::Back,
            Some(PART_EXT) => Item::Part,
            Some(WEAK_EXT) => Item::Weak,
            Some(HOLE_EXT) => Item::Hole,
            _ => Item::Link,
        }
    }

    /// An item of fixed length that starts with these bytes.
    fn ext<const N: usize>(
        &mut self,
        header: [u8; 3],
        reason: &'static str,
    ) -> Result<[u8; N], Error> {
        let rest = self.block.get(self.at..).unwrap_or_default();
        if !rest.starts_with(&header) {
            let is_cut_off = header.starts_with(rest);
            return Err(self.malformed(if is_cut_off {
                "it ends too early"
            } else {
                reason
            }));
        }
        let start = self.at;
        self.at += header.len();
        let data = self.array();
        if data.is_err() {
            self.at = start;
        }
        data
    }

    pub(crate) fn back_reference(&mut self) -> Result<Place, Error> {
        let place = self.ext(BACK_HEADER, "a back reference is an ext 8 of 5 bytes")?;
        Ok(Place::from_bytes(place))
    }

    /// The digest of a cycle's block, and the node's place in it.
    pub(crate) fn part(&mut self) -> Result<(Cid, Place), Error> {
        let reason = "a part of a cycle is an ext 8 of 69 bytes";
        let data: [u8; Cid::LEN + PLACE_LEN] = self.ext(PART_HEADER, reason)?;
        match (data.first_chunk(), data.last_chunk()) {
            (Some(digest), Some(place)) => {
                Ok((Cid::from_bytes(*digest), Place::from_bytes(*place)))
            }
            _ => Err(self.malformed(reason)),
        }
    }

    pub(crate) fn weak(&mut self) -> Result<(), Error> {
        let [] = self.ext(WEAK, "a weak pointer is an ext 8 of 0 bytes")?;
        Ok(())
    }

    pub(crate) fn hole(&mut self) -> Result<(), Error> {
        let [] = self.ext(HOLE, "a hole is an ext 8 of 0 bytes")?;
        Ok(())
    }

    pub(crate) fn link(&mut self) -> Result<Cid, Error> {
        let rest = self.block.get(self.at..).unwrap_or_default();
        let Some(link) = rest.first_chunk::<LINK_LEN>() else {
            return Err(self.not_a_link());
        };
        match (link.split_first_chunk(), link.last_chunk()) {
            (Some((&LINK_HEADER, _)), Some(digest)) => {
                self.at += LINK_LEN;
                Ok(Cid::from_bytes(*digest))
            }
            _ => Err(self.not_a_link()),
        }
    }

    /// Why the item here is not a link.
    #[cold]
    fn not_a_link(&self) -> Error {
        match self.ext_type() {
            None if self.item() != Item::Other => self.malformed("it ends too early"),
            None => self.malformed("a link is expected"),
            Some(LINK_EXT) => self.malformed("a link is an ext 8 of 64 bytes"),
            Some(_) => self.unexpected("an unknown ext type"),
        }
    }

    /// The type of the ext here, if one stands here, whatever its length.
    fn ext_type(&self) -> Option<u8> {
        let offset = match self.block.get(self.at)? {
            0xc7 => 2,
            0xc8 => 3,
            0xc9 => 5,
            0xd4..=0xd8 => 1,
            _ => return None,
        };
        self.block.get(self.at + offset).copied()
    }
}

#[cfg(test)]
mod tests;

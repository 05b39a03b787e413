//! Packed sequences and byte strings of types that write their numbers one by one.
//!
//! The numbers themselves are packed at memory speed in `impls::number`. A type that only holds a
//! number - a cell, a lock, a type whose state is one - writes it in the ordinary form; here it is
//! taken out of the buffer again. So no type can get the bytes of such a sequence wrong by forgetting
//! to say how it is written.

#![expect(
    clippy::cast_possible_truncation,
    reason = "bits beyond a number's width are what it drops"
)]

use super::chunk::{Form, Sequence};
use super::decode::Decoder;
use super::encode::Encoder;
use super::identity::Place;
use super::order;
use super::read::Cursor;
use super::write;
use crate::desc;
use crate::error::{Error, ErrorKind};
use crate::reduce::Reduce;
use crate::shape::DescRef;

/// Numbers are moved in pieces of this many bytes.
const PIECE: usize = 32 << 10;

fn width_of(letter: u8) -> usize {
    // A byte is the only number whose sequence is not said to be packed.
    desc::packed_width(letter).unwrap_or(1)
}

impl Encoder<'_> {
    /// Writes a packed sequence or byte string of values with this letter as their desc.
    pub(crate) fn packed_items<'v, T: Reduce + ?Sized + 'v>(
        &mut self,
        letter: u8,
        items: impl ExactSizeIterator<Item = &'v T>,
    ) -> Result<(), Error> {
        self.packed_items_as(letter, items, DescRef::Constant(T::SEQUENCE))
    }

    /// The same, the sequence with this desc.
    pub(crate) fn packed_items_as<'v, T: Reduce + ?Sized + 'v>(
        &mut self,
        letter: u8,
        items: impl ExactSizeIterator<Item = &'v T>,
        desc: DescRef<'_>,
    ) -> Result<(), Error> {
        let (width, count) = (width_of(letter), items.len());
        if letter == b'B' {
            let mut bytes = Vec::with_capacity(count);
            let mut pointers = Vec::new();
            self.each_number(width, items, |_, number, pointer| {
                pointers.extend(pointer.map(|pointer| pointer.moved_to(bytes.len())));
                bytes.extend_from_slice(number);
            })?;
            self.bytes_with(&bytes, &pointers);
            return Ok(());
        }
        let mut sequence = self.open_sequence(Form::Packed(width), count as u64, desc);
        let mut piece = Vec::with_capacity(PIECE.min(count * width));
        let mut pointers = Vec::new();
        self.each_number(width, items, |this, number, pointer| {
            pointers.extend(pointer.map(|pointer| pointer.moved_to(piece.len())));
            piece.extend_from_slice(number);
            if piece.len() >= PIECE {
                this.packed_piece_with(&mut sequence, &piece, &pointers);
                piece.clear();
                pointers.clear();
            }
        })?;
        self.packed_piece_with(&mut sequence, &piece, &pointers);
        self.close_sequence(&mut sequence);
        Ok(())
    }

    /// The same in ascending order.
    pub(super) fn sorted_packed_items<'v, T: Reduce + 'v>(
        &mut self,
        letter: u8,
        items: impl Iterator<Item = &'v T>,
    ) -> Result<(), Error> {
        let width = width_of(letter);
        let mut numbers = Vec::new();
        let items: Vec<&T> = items.collect();
        // Where a pointer to a number stands in an ascending sequence says nothing.
        self.each_number(width, items.into_iter(), |_, number, _| {
            numbers.extend_from_slice(number);
        })?;
        let mut sorted: Vec<&[u8]> = numbers.chunks_exact(width).collect();
        sorted.sort_unstable_by(|a, b| order::compare_packed(letter, a, b));
        let sorted = sorted.concat();
        if letter == b'B' {
            self.bytes(&sorted);
            return Ok(());
        }
        let desc = DescRef::Constant(T::SEQUENCE);
        let count = sorted.len() / width;
        let mut sequence = self.open_sequence(Form::Packed(width), count as u64, desc);
        let (pieces, rest) = sorted.as_chunks::<PIECE>();
        for piece in pieces {
            self.packed_bytes(&mut sequence, piece);
        }
        self.packed_bytes(&mut sequence, rest);
        self.close_sequence(&mut sequence);
        Ok(())
    }

    /// Appends packed numbers, and the pointers that lead to them.
    fn packed_piece_with(&mut self, sequence: &mut Sequence<'_>, piece: &[u8], pointers: &[Place]) {
        let start = self.buffer.len();
        let identity = &mut self.memory.identity;
        identity.note_places(pointers, start);
        self.packed_bytes(sequence, piece);
    }

    /// Lets each value write itself and gives its number, little-endian, to `take`.
    fn each_number<'v, T: Reduce + ?Sized + 'v>(
        &mut self,
        width: usize,
        items: impl Iterator<Item = &'v T>,
        mut take: impl FnMut(&mut Self, &[u8], Option<Place>),
    ) -> Result<(), Error> {
        let before = self.position();
        for (index, item) in items.enumerate() {
            let start = self.buffer.len();
            if let Err(error) = item.reduce(self) {
                self.refused(error.in_index(index as u64))?;
                continue;
            }
            let form = self.buffer.get(start..).unwrap_or_default();
            // A pointer that is only walked writes no number.
            let number = if self.memory.identity.is_dry() {
                Some([0; 16])
            } else {
                little_endian(form)
            };
            self.buffer.truncate(start);
            let pointer = self.memory.identity.take_place(start);
            let Some(number) = number.as_ref().and_then(|number| number.get(..width)) else {
                return Err(Error::new(ErrorKind::Unsupported {
                    type_name: std::any::type_name::<T>(),
                    reason: "it does not write the number its type description promises",
                })
                .in_index(index as u64));
            };
            take(self, number, pointer);
        }
        self.gather_refused(before)
    }
}

/// The number of an integer or float form, widened.
fn little_endian(form: &[u8]) -> Option<[u8; 16]> {
    let (marker, rest) = form.split_first()?;
    let bits = |len: usize| -> Option<u128> {
        let bytes = rest.iter();
        (rest.len() == len).then(|| bytes.fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
    };
    let number = match marker {
        0..0x80 if rest.is_empty() => u128::from(*marker),
        0xe0.. if rest.is_empty() => i128::from(marker.cast_signed()).cast_unsigned(),
        0xca => bits(4)?,
        0xcb => bits(8)?,
        0xcc..=0xcf => bits(1 << (marker - 0xcc))?,
        0xd0..=0xd3 => {
            let len = 1 << (marker - 0xd0);
            let unused = 128 - 8 * len as u32;
            ((bits(len)? << unused).cast_signed() >> unused).cast_unsigned()
        }
        0xc4 if rest.first() == Some(&16) => u128::from_be_bytes(rest.get(1..)?.try_into().ok()?),
        _ => return None,
    };
    Some(number.to_le_bytes())
}

impl Decoder<'_> {
    /// Reads a packed sequence or byte string of numbers with this letter, each by `read`, which
    /// finds it in the ordinary form.
    pub(crate) fn packed_items_by<T>(
        &mut self,
        desc: DescRef<'_>,
        letter: u8,
        mut read: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        self.each_packed(desc, letter, &mut |decoder| {
            items.push(read(decoder)?);
            Ok(())
        })?;
        Ok(items)
    }

    /// Lets `read` take each number.
    pub(crate) fn each_packed(
        &mut self,
        desc: DescRef<'_>,
        letter: u8,
        read: &mut dyn FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (width, mut index) = (width_of(letter), 0);
        self.each_run(desc, &mut |decoder| {
            let bytes = decoder.cursor.bytes()?;
            let len = bytes.len();
            let forms = forms(letter, bytes.chunks_exact(width));
            if len % width != 0 {
                return Err(decoder.cursor.malformed("packed numbers are not whole"));
            }
            let n = len / width;
            decoder.count_items(n as u64)?;
            let first = decoder.start() - len;
            let place = std::mem::replace(&mut decoder.cursor, Cursor::new(forms.into()));
            // There are no shapes among the numbers.
            let extra = std::mem::take(&mut decoder.open.extra_index_bytes);
            for number in 0..n {
                decoder.packed_place = Some(first + number * width);
                read(decoder).map_err(|error| error.in_index(index))?;
                index += 1;
            }
            decoder.packed_place = None;
            decoder.cursor = place;
            decoder.open.extra_index_bytes = extra;
            Ok((n as u64, decoder.start() - len))
        })
    }
}

/// Packed numbers in their ordinary forms, one after the other.
fn forms<'n>(letter: u8, numbers: impl Iterator<Item = &'n [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for number in numbers {
        let mut bytes = [0; 16];
        for (place, byte) in bytes.iter_mut().zip(number) {
            *place = *byte;
        }
        let bits = u128::from_le_bytes(bytes);
        let unused = 128 - 8 * number.len() as u32;
        let signed = (bits << unused).cast_signed() >> unused;
        match letter {
            b'f' => write::float_32(&mut out, f32::from_bits(bits as u32)),
            b'd' => write::float_64(&mut out, f64::from_bits(bits as u64)),
            b'Q' => write::unsigned_128(&mut out, bits),
            b'q' => write::signed_128(&mut out, signed),
            b'b' | b'h' | b'i' | b'l' => write::signed(&mut out, signed as i64),
            _ => write::unsigned(&mut out, bits as u64),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form each number has outside of packed sequences.
    #[test]
    fn numbers_are_unpacked_to_their_ordinary_forms() {
        for (letter, packed, form) in [
            (b'B', &[0xff][..], &b"\xcc\xff"[..]),
            (b'H', &[0xff, 0xff], b"\xcd\xff\xff"),
            (b'I', &[0, 0, 1, 0], b"\xce\x00\x01\x00\x00"),
            (b'L', &[5, 0, 0, 0, 0, 0, 0, 0], b"\x05"),
            (b'b', &[0xff], b"\xff"),
            (b'b', &[0x80], b"\xd0\x80"),
            (b'h', &[0x00, 0x80], b"\xd1\x80\x00"),
            (b'i', &[0xfe, 0xff, 0xff, 0xff], b"\xfe"),
            (b'l', &[0xff; 8], b"\xff"),
            (b'Q', &[0xff; 16], &[&b"\xc4\x10"[..], &[0xff; 16]].concat()),
            (b'q', &[0xff; 16], b"\xff"),
            (b'f', &1.5_f32.to_le_bytes(), b"\xca\x3f\xc0\x00\x00"),
            (b'd', &1.5_f64.to_le_bytes(), b"\xcb\x3f\xf8\0\0\0\0\0\0"),
        ] {
            let twice = [packed, packed].concat();
            let found = forms(letter, twice.chunks_exact(packed.len()));
            assert_eq!(found, [form, form].concat(), "{}", char::from(letter));
            let number = little_endian(form).unwrap();
            assert_eq!(number[..packed.len()], *packed, "{}", char::from(letter));
        }
        let wide = [&b"\xc4\x0f"[..], &[0xff; 16]].concat();
        for no_number in [
            &b""[..],
            b"\x05\x05",
            b"\xff\xff",
            b"\xcd\xff",
            b"\xc0",
            &wide,
        ] {
            assert_eq!(little_endian(no_number), None, "{no_number:02x?}");
        }
    }

    #[test]
    fn a_number_comes_out_of_its_form_as_it_went_in() {
        let numbers: [i64; 9] = [0, 127, 128, 255, 256, -1, -32, -33, i64::MIN];
        for number in numbers {
            let packed = number.to_le_bytes();
            let form = forms(b'l', [packed.as_slice()].into_iter());
            let found = little_endian(&form).map(|bytes| bytes[..8].to_vec());
            assert_eq!(found.as_deref(), Some(packed.as_slice()), "{number}");
        }
        for number in [0, 1 << 70, u128::MAX] {
            let form = forms(b'Q', [number.to_le_bytes().as_slice()].into_iter());
            assert_eq!(little_endian(&form), Some(number.to_le_bytes()));
        }
        for number in [0.0, -0.0, f64::NAN, 1.5] {
            let packed = number.to_bits().to_le_bytes();
            let form = forms(b'd', [packed.as_slice()].into_iter());
            assert_eq!(little_endian(&form).map(|b| b[..8] == packed), Some(true));
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for form in [
            &b"\xc0"[..],
            b"",
            b"\x91\x01",
            b"\x01\x02",
            b"\xcc",
            b"\xa1a",
        ] {
            assert_eq!(little_endian(form), None, "{form:?}");
        }
    }
}

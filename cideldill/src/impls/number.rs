//! Integers, floats and truth values.

use std::cmp::Ordering;

use super::out_of_range;
use crate::codec::{Decoder, Encoder, Form};
use crate::desc::{self, Desc};
use crate::error::Error;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::shape::DescRef;

/// Integers: `$letter` in the bytes, written and read by `$method` as `$wide`.
macro_rules! integers {
    ($($type:ty, $letter:literal, $method:ident, $wide:ty;)*) => {$(
        impl Reduce for $type {
            const DESC: &'static Desc = &Desc::Leaf($letter);
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<$type as Ord>::cmp);

            #[inline]
            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.$method(*self as $wide);
                Ok(())
            }

            fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
            where
                Self: 'v,
                I: ExactSizeIterator<Item = &'v Self>,
            {
                let bytes = |number: &Self| (*number as Fixed<$type>).to_le_bytes();
                encoder.packed(items.map(bytes), DescRef::Constant(Self::SEQUENCE));
                Ok(())
            }
        }

        impl Reconstruct for $type {
            #[inline]
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                decoder.note_value();
                let number = decoder.cursor.$method()?;
                number.try_into().map_err(|_| out_of_range::<Self>("an integer"))
            }

            fn stand_in() -> Option<Self> {
                Some(0)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                let number = match written {
                    [letter] if widens(*letter, $letter) => decoder.wide_integer(*letter)?,
                    _ => return Err(wrong_kind(Self::DESC, written)),
                };
                Self::try_from_wide(number).ok_or_else(|| out_of_range::<Self>("an integer"))
            }

            fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
                <$type>::narrow(decoder.packed(<Fixed<$type>>::from_le_bytes)?)
            }

            fn reconstruct_sequence_as(
                decoder: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<Vec<Self>, Error> {
                let letter = match written {
                    b"y" => b'B',
                    [b'[', letter] => *letter,
                    _ => return Err(wrong_kind(Self::SEQUENCE, written)),
                };
                if !widens(letter, $letter) {
                    return Err(wrong_kind(Self::SEQUENCE, written));
                }
                let numbers = decoder.wide_integers(written, letter)?;
                let narrow = numbers.into_iter().map(Self::try_from_wide);
                narrow.collect::<Option<_>>().ok_or_else(|| out_of_range::<Self>("an integer"))
            }
        }

        impl FromWide for $type {
            #[inline]
            fn try_from_wide(number: Wide) -> Option<Self> {
                match number {
                    Wide::Unsigned(number) => number.try_into().ok(),
                    Wide::Signed(number) => number.try_into().ok(),
                }
            }
        }
    )*};
}

/// The type whose bytes stand in a packed sequence: the same, but for `usize` and `isize`.
type Fixed<T> = <T as FixedWidth>::Fixed;

trait FixedWidth: Sized {
    type Fixed;

    /// What was read as the type itself, if it fits on this platform.
    fn narrow(numbers: Vec<Self::Fixed>) -> Result<Vec<Self>, Error>;
}

macro_rules! fixed {
    ($($type:ty),*) => {$(
        impl FixedWidth for $type {
            type Fixed = $type;

            #[inline]
            fn narrow(numbers: Vec<$type>) -> Result<Vec<$type>, Error> {
                Ok(numbers)
            }
        }
    )*};
}

fixed!(u16, u32, u64, u128, i8, i16, i32, i64, i128);

macro_rules! pointer_sized {
    ($($type:ty: $fixed:ty),*) => {$(
        impl FixedWidth for $type {
            type Fixed = $fixed;

            fn narrow(numbers: Vec<$fixed>) -> Result<Vec<$type>, Error> {
                let numbers = numbers.into_iter().map(TryInto::try_into);
                numbers
                    .collect::<Result<_, _>>()
                    .map_err(|_| out_of_range::<$type>("an integer"))
            }
        }
    )*};
}

pointer_sized!(usize: u64, isize: i64);

integers! {
    u16, b'H', unsigned, u64;
    u32, b'I', unsigned, u64;
    u64, b'L', unsigned, u64;
    usize, b'L', unsigned, u64;
    u128, b'Q', unsigned_128, u128;
    i8, b'b', signed, i64;
    i16, b'h', signed, i64;
    i32, b'i', signed, i64;
    i64, b'l', signed, i64;
    isize, b'l', signed, i64;
    i128, b'q', signed_128, i128;
}

/// Any integer.
#[derive(Clone, Copy)]
pub(crate) enum Wide {
    Unsigned(u128),
    Signed(i128),
}

trait FromWide: Sized {
    fn try_from_wide(number: Wide) -> Option<Self>;
}

/// Whether every integer of the written kind fits the wanted one.
fn widens(written: u8, wanted: u8) -> bool {
    let place = |letters: &[u8], letter: u8| letters.iter().position(|l| *l == letter);
    let (unsigned, signed) = (b"BHILQ", b"bhilq");
    match (place(unsigned, written), place(unsigned, wanted)) {
        (Some(written), Some(wanted)) => written <= wanted,
        (Some(written), None) => place(signed, wanted).is_some_and(|wanted| written < wanted),
        (None, Some(_)) => false,
        (None, None) => match (place(signed, written), place(signed, wanted)) {
            (Some(written), Some(wanted)) => written <= wanted,
            _ => false,
        },
    }
}

/// How many of 128 bits an integer with this letter does not have.
fn unused_bits(letter: u8) -> u32 {
    let width = desc::packed_width(letter).unwrap_or(1);
    128 - u32::try_from(8 * width).unwrap_or(128)
}

impl Decoder<'_> {
    /// An integer as it was written, which must be in the range of what was written, too.
    fn wide_integer(&mut self, letter: u8) -> Result<Wide, Error> {
        let number = match letter {
            b'B' | b'H' | b'I' | b'L' => Wide::Unsigned(self.cursor.unsigned()?.into()),
            b'Q' => Wide::Unsigned(self.cursor.unsigned_128()?),
            b'q' => Wide::Signed(self.cursor.signed_128()?),
            _ => Wide::Signed(self.cursor.signed()?.into()),
        };
        let unused = unused_bits(letter);
        let is_in_range = match number {
            Wide::Unsigned(number) => number << unused >> unused == number,
            Wide::Signed(number) => number << unused >> unused == number,
        };
        if !is_in_range {
            return Err(self.cursor.malformed("an integer is out of range"));
        }
        Ok(number)
    }

    fn wide_integers(&mut self, written: &[u8], letter: u8) -> Result<Vec<Wide>, Error> {
        let width = desc::packed_width(letter).unwrap_or(1);
        let unused = unused_bits(letter);
        let mut numbers = Vec::new();
        self.byte_runs(DescRef::Text(written), |bytes| {
            if bytes.len() % width != 0 {
                return None;
            }
            numbers.extend(bytes.chunks_exact(width).map(|number| {
                let mut filled = [0; 16];
                filled[..width].copy_from_slice(number);
                let bits = u128::from_le_bytes(filled);
                match letter {
                    b'B' | b'H' | b'I' | b'L' | b'Q' => Wide::Unsigned(bits),
                    _ => Wide::Signed((bits << unused).cast_signed() >> unused),
                }
            }));
            Some((bytes.len() / width) as u64)
        })?;
        Ok(numbers)
    }

    /// Reads a packed sequence.
    pub(crate) fn packed<const WIDTH: usize, T: Reduce>(
        &mut self,
        number: impl Fn([u8; WIDTH]) -> T,
    ) -> Result<Vec<T>, Error> {
        let mut numbers = Vec::new();
        self.byte_runs(DescRef::Constant(T::SEQUENCE), |bytes| {
            let (whole, rest) = bytes.as_chunks();
            numbers.extend(whole.iter().map(|bytes| number(*bytes)));
            rest.is_empty().then_some(whole.len() as u64)
        })?;
        Ok(numbers)
    }

    /// Gives the bytes of each run to `take`, which says how many elements they are, or that they
    /// are none.
    pub(crate) fn byte_runs(
        &mut self,
        desc: DescRef<'_>,
        mut take: impl FnMut(&[u8]) -> Option<u64>,
    ) -> Result<(), Error> {
        self.each_run(desc, &mut |decoder| {
            let bytes = decoder.cursor.bytes()?;
            let len = bytes.len();
            let Some(n) = take(bytes) else {
                return Err(decoder.cursor.malformed("packed numbers are not whole"));
            };
            decoder.note_packed(len);
            Ok((n, decoder.start() - len))
        })
    }
}

impl Encoder<'_> {
    /// How many bytes of packed numbers are written before the buffer is looked at.
    const PACKED_PIECE: usize = 32 << 10;

    /// Writes a packed sequence.
    pub(crate) fn packed<const WIDTH: usize>(
        &mut self,
        mut numbers: impl ExactSizeIterator<Item = [u8; WIDTH]>,
        desc: DescRef<'_>,
    ) {
        let count = numbers.len();
        let mut sequence = self.open_sequence(Form::Packed(WIDTH), count as u64, desc);
        let mut left = count;
        while left > 0 {
            let n = left.min(Self::PACKED_PIECE / WIDTH);
            self.packed_piece(&mut sequence, numbers.by_ref().take(n), n);
            left -= n;
        }
        self.close_sequence(&mut sequence);
    }
}

impl Reduce for u8 {
    const DESC: &'static Desc = &Desc::Leaf(b'B');
    const SEQUENCE: &'static Desc = Desc::BYTES;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

    #[inline]
    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.unsigned((*self).into());
        Ok(())
    }

    fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        I: ExactSizeIterator<Item = &'v Self>,
    {
        let bytes: Vec<u8> = items.copied().collect();
        encoder.bytes(&bytes);
        Ok(())
    }

    fn reduce_slice(items: &[Self], encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.bytes(items);
        Ok(())
    }
}

impl Reconstruct for u8 {
    #[inline]
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.note_value();
        let number = decoder.cursor.unsigned()?;
        number
            .try_into()
            .map_err(|_| out_of_range::<Self>("an integer"))
    }

    fn stand_in() -> Option<Self> {
        Some(0)
    }

    fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        decoder.byte_runs(DescRef::Constant(Desc::BYTES), |bytes| {
            all.extend_from_slice(bytes);
            Some(bytes.len() as u64)
        })?;
        Ok(all)
    }
}

macro_rules! floats {
    ($($type:ty, $letter:literal, $method:ident;)*) => {$(
        impl Reduce for $type {
            const DESC: &'static Desc = &Desc::Leaf($letter);

            #[inline]
            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.$method(*self);
                Ok(())
            }

            fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
            where
                I: ExactSizeIterator<Item = &'v Self>,
            {
                let bytes = |number: &Self| number.to_bits().to_le_bytes();
                encoder.packed(items.map(bytes), DescRef::Constant(Self::SEQUENCE));
                Ok(())
            }
        }

        impl Reconstruct for $type {
            #[inline]
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                decoder.note_value();
                decoder.cursor.$method()
            }

            fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
                // Through the bits: a float may pass through a register that changes a NaN.
                decoder.packed(<$type>::from_le_bytes)
            }

            fn stand_in() -> Option<Self> {
                Some(0.0)
            }
        }
    )*};
}

floats! {
    f32, b'f', float_32;
    f64, b'd', float_64;
}

impl Reduce for bool {
    const DESC: &'static Desc = &Desc::Leaf(b't');
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

    #[inline]
    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.bool(*self);
        Ok(())
    }
}

impl Reconstruct for bool {
    #[inline]
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.note_value();
        decoder.cursor.bool()
    }

    fn stand_in() -> Option<Self> {
        Some(false)
    }
}

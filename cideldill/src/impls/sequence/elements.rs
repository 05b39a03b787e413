//! Sequences element by element, whatever they are.

use crate::codec::{Decoder, Encoder, Form, Sequence};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::shape::DescRef;
use crate::stack::grow;

/// Bytes of memory for elements that are announced; more room follows as they are really read.
const MAX_ROOM_BYTES: u64 = 1 << 20;

impl Encoder<'_> {
    /// Writes a sequence element by element. Right for every type: where the elements turn out to be
    /// numbers they are packed.
    pub(crate) fn sequence<'v, T, I>(&mut self, items: I) -> Result<(), Error>
    where
        T: Reduce + ?Sized + 'v,
        I: ExactSizeIterator<Item = &'v T>,
    {
        // Known for each type, so that only one of the two is compiled for it.
        if const { T::SEQUENCE.packed_letter().is_none() } {
            return self.items_by(T::SEQUENCE, items, T::reduce);
        }
        let letter = T::SEQUENCE.packed_letter().unwrap_or_default();
        self.packed_items(letter, items)
    }

    /// The same for elements that a function writes, none of them packed.
    pub(crate) fn items_by<'v, T, I>(
        &mut self,
        desc: &'static Desc,
        items: I,
        write: impl FnMut(&'v T, &mut Encoder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        T: ?Sized + 'v,
        I: ExactSizeIterator<Item = &'v T>,
    {
        let n = items.len() as u64;
        self.items(desc, n, &mut ItemsBy { items, write })
    }

    /// The same for whatever elements: compiled once.
    fn items(&mut self, desc: &'static Desc, n: u64, items: &mut dyn Items) -> Result<(), Error> {
        grow(|| {
            let start = self.position();
            let desc = DescRef::Constant(desc);
            let mut sequence = self.open_sequence(Form::Items, n, desc);
            items.write_all(self, &mut sequence)?;
            self.close_sequence(&mut sequence);
            self.gather_refused(start)
        })
    }
}

/// Elements that are written one after the other.
trait Items {
    fn write_all(
        &mut self,
        encoder: &mut Encoder<'_>,
        sequence: &mut Sequence<'_>,
    ) -> Result<(), Error>;
}

struct ItemsBy<I, W> {
    items: I,
    write: W,
}

impl<'v, T, I, W> Items for ItemsBy<I, W>
where
    T: ?Sized + 'v,
    I: Iterator<Item = &'v T>,
    W: FnMut(&'v T, &mut Encoder<'_>) -> Result<(), Error>,
{
    #[expect(
        clippy::explicit_counter_loop,
        reason = "an adapter would be compiled for each type"
    )]
    fn write_all(
        &mut self,
        encoder: &mut Encoder<'_>,
        sequence: &mut Sequence<'_>,
    ) -> Result<(), Error> {
        let mut index = 0;
        for item in &mut self.items {
            if let Err(error) = (self.write)(item, encoder) {
                encoder.refused(error.in_index(index))?;
            }
            encoder.end_element(sequence);
            index += 1;
        }
        Ok(())
    }
}

/// A vector of whatever type, read element by element.
trait Elements {
    fn len(&self) -> usize;

    /// Makes room for as many of `n` elements as [`Decoder::room`] says.
    fn reserve(&mut self, decoder: &Decoder<'_>, n: u64);

    /// Reads an element, whose desc is `written` if it is not the type's.
    fn read_next(&mut self, decoder: &mut Decoder<'_>, written: Option<&[u8]>)
    -> Result<(), Error>;
}

impl<T: Reconstruct> Elements for &mut Vec<T> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn reserve(&mut self, decoder: &Decoder<'_>, n: u64) {
        Vec::reserve(self, decoder.room::<T>(n));
    }

    fn read_next(
        &mut self,
        decoder: &mut Decoder<'_>,
        written: Option<&[u8]>,
    ) -> Result<(), Error> {
        self.push(match written {
            None => T::reconstruct(decoder)?,
            Some(written) => T::reconstruct_as(decoder, written)?,
        });
        Ok(())
    }
}

impl Decoder<'_> {
    /// Reads a sequence element by element.
    pub(crate) fn sequence<T: Reconstruct>(&mut self) -> Result<Vec<T>, Error> {
        // Known for each type, so that only one of the two is compiled for it.
        if const { T::DESC.is_composite() } {
            return self.composites(None);
        }
        self.sequence_by_type(T::SEQUENCE, T::reconstruct)
    }

    /// The same for elements that are large enough for a call through a pointer, where the desc of
    /// the sequence is `written` if it is not the type's. One function for both.
    #[inline(never)]
    fn composites<T: Reconstruct>(&mut self, written: Option<&[u8]>) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        self.elements(T::SEQUENCE, written, &mut &mut items)?;
        Ok(items)
    }

    /// The same into a vector of whatever type: compiled once.
    fn elements(
        &mut self,
        expected: &'static Desc,
        written: Option<&[u8]>,
        items: &mut dyn Elements,
    ) -> Result<(), Error> {
        let (desc, element) = match written {
            None => (DescRef::Constant(expected), None),
            Some(written) => (DescRef::Text(written), Some(element_of(expected, written)?)),
        };
        if let Some(letter) = element.and_then(packed_letter) {
            return self.each_packed(desc, letter, &mut |decoder| {
                items.read_next(decoder, element)
            });
        }
        grow(|| {
            self.each_run(desc, &mut |decoder| {
                let n = decoder.cursor.array_len()?;
                decoder.count_items(n)?;
                let elements = decoder.start();
                items.reserve(decoder, n);
                for _ in 0..n {
                    let read = items.read_next(decoder, element);
                    read.map_err(|error| error.in_index(items.len() as u64))?;
                }
                Ok((n, elements))
            })
        })
    }

    /// The same for elements that a function reads.
    pub(crate) fn sequence_by_type<T>(
        &mut self,
        sequence: &'static Desc,
        read: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let desc = DescRef::Constant(sequence);
        match sequence.packed_letter() {
            Some(letter) => self.packed_items_by(desc, letter, read),
            None => self.sequence_by(desc, read),
        }
    }

    fn sequence_by<T>(
        &mut self,
        desc: DescRef<'_>,
        mut read: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        grow(|| {
            self.each_run(desc, &mut |decoder| {
                let n = decoder.cursor.array_len()?;
                decoder.count_items(n)?;
                let elements = decoder.start();
                items.reserve(decoder.room::<T>(n));
                for _ in 0..n {
                    let index = items.len() as u64;
                    items.push(read(decoder).map_err(|error| error.in_index(index))?);
                }
                Ok((n, elements))
            })
        })?;
        Ok(items)
    }

    /// For how many of `n` announced elements to make room. Hostile data can announce as many at every
    /// level, so the deeper the less: all levels together stay below ten times the maximum.
    pub(in crate::impls) fn room<T>(&self, n: u64) -> usize {
        let bytes = MAX_ROOM_BYTES / self.depth().max(1);
        let room = n.min(bytes / (size_of::<T>() as u64).max(1));
        usize::try_from(room).unwrap_or_default()
    }
}

/// The default of `Reconstruct::reconstruct_sequence_as`.
pub(crate) fn sequence_as<T: Reconstruct>(
    decoder: &mut Decoder<'_>,
    written: &[u8],
) -> Result<Vec<T>, Error> {
    if const { T::DESC.is_composite() } {
        return decoder.composites(Some(written));
    }
    if T::SEQUENCE.is(written) {
        return T::reconstruct_sequence(decoder);
    }
    sequence_as_by(decoder, T::SEQUENCE, written, T::reconstruct_as)
}

/// The same for elements that a function reads, where another desc than `expected` was written.
pub(crate) fn sequence_as_by<T>(
    decoder: &mut Decoder<'_>,
    expected: &'static Desc,
    written: &[u8],
    mut read_as: impl FnMut(&mut Decoder<'_>, &[u8]) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let element = element_of(expected, written)?;
    let desc = DescRef::Text(written);
    let read = |decoder: &mut Decoder<'_>| read_as(decoder, element);
    match packed_letter(element) {
        Some(letter) => decoder.packed_items_by(desc, letter, read),
        None => decoder.sequence_by(desc, read),
    }
}

/// The desc of the elements of the sequence that was written.
fn element_of<'d>(expected: &Desc, written: &'d [u8]) -> Result<&'d [u8], Error> {
    if written == b"y" {
        return Ok(b"B");
    }
    let element = written.strip_prefix(b"[");
    element.ok_or_else(|| wrong_kind(expected, written))
}

/// The letter of elements with this desc, if they are packed.
fn packed_letter(element: &[u8]) -> Option<u8> {
    match element {
        [b'B'] => Some(b'B'),
        [letter] => crate::desc::packed_width(*letter).map(|_| *letter),
        _ => None,
    }
}

//! Sequences: slices, vectors, arrays, heaps and lists.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, LinkedList, VecDeque};

use super::out_of_range;
use super::pointer::key_order;
use crate::codec::{Cells, Decoder, Encoder, Form};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::shape::DescRef;
use crate::stack::{grow, grow_for};

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
    #[inline(never)]
    pub(crate) fn items_by<'v, T, I>(
        &mut self,
        desc: &'static Desc,
        items: I,
        mut write: impl FnMut(&'v T, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        T: ?Sized + 'v,
        I: ExactSizeIterator<Item = &'v T>,
    {
        let desc = DescRef::Constant(desc);
        let start = self.position();
        let mut sequence = self.open_sequence(Form::Items, items.len() as u64, desc);
        for (index, item) in items.enumerate() {
            if let Err(error) = write(item, self) {
                self.refused(error.in_index(index as u64))?;
            }
            self.end_element(&mut sequence);
        }
        self.close_sequence(&mut sequence);
        self.gather_refused(start)
    }
}

impl Decoder<'_> {
    /// Reads a sequence element by element.
    pub(crate) fn sequence<T: Reconstruct>(&mut self) -> Result<Vec<T>, Error> {
        // Known for each type, so that only one of the two is compiled for it.
        if const { T::SEQUENCE.packed_letter().is_none() } {
            return self.sequence_written(DescRef::Constant(T::SEQUENCE), None);
        }
        self.sequence_by_type(T::SEQUENCE, T::reconstruct)
    }

    /// The same for elements that are not packed and were written with the desc `element`, if it is
    /// not the type's. One function for both, so that they are compiled once for each type.
    fn sequence_written<T: Reconstruct>(
        &mut self,
        desc: DescRef<'_>,
        element: Option<&[u8]>,
    ) -> Result<Vec<T>, Error> {
        self.sequence_by(desc, |decoder| match element {
            None => T::reconstruct(decoder),
            Some(written) => T::reconstruct_as(decoder, written),
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

    // Not inlined: where it is called there are two ways to it, with and without more stack.
    #[inline(never)]
    fn sequence_by<T>(
        &mut self,
        desc: DescRef<'_>,
        mut read: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
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
        })?;
        Ok(items)
    }

    /// For how many of `n` announced elements to make room. Hostile data can announce as many at every
    /// level, so the deeper the less: all levels together stay below ten times the maximum.
    pub(super) fn room<T>(&self, n: u64) -> usize {
        let bytes = MAX_ROOM_BYTES / self.depth().max(1);
        let room = n.min(bytes / (size_of::<T>() as u64).max(1));
        usize::try_from(room).unwrap_or_default()
    }
}

impl<T: Reduce> Reduce for [T] {
    const DESC: &'static Desc = T::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| T::reduce_slice(self, encoder))
    }
}

/// Element by element, a prefix first.
fn item_order<'v, T: Reduce + 'v>(
    a: impl ExactSizeIterator<Item = &'v T>,
    b: impl ExactSizeIterator<Item = &'v T>,
) -> Ordering {
    let lengths = a.len().cmp(&b.len());
    let mut orders = a.zip(b).map(|(a, b)| key_order(a, b));
    orders.find(|order| order.is_ne()).unwrap_or(lengths)
}

/// Sequences that are collected from a `Vec`.
macro_rules! sequences {
    ($($type:ident),*) => {$(
        impl<T: Reduce> Reduce for $type<T> {
            const DESC: &'static Desc = T::SEQUENCE;
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
                None => None,
                Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
            };

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| T::reduce_sequence(self.iter(), encoder))
            }
        }

        impl<T: Reconstruct> Reconstruct for $type<T> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                Vec::reconstruct(decoder).map(|items| items.into_iter().collect())
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                Vec::reconstruct_as(decoder, written).map(|items| items.into_iter().collect())
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                grow_for(&mut || self.iter().for_each(|item| item.cells(cells)));
            }

            fn stand_in() -> Option<Self> {
                Some(Self::default())
            }
        }
    )*};
}

sequences!(VecDeque, LinkedList);

impl<T: Reduce> Reduce for Vec<T> {
    const DESC: &'static Desc = T::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.as_slice().reduce(encoder)
    }
}

impl<T: Reconstruct> Reconstruct for Vec<T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        items(decoder, None)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        items(decoder, Some(written))
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow_for(&mut || self.iter().for_each(|item| item.cells(cells)));
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

/// Reads a sequence, whose desc is `written` if it is not the type's.
fn items<T: Reconstruct>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<Vec<T>, Error> {
    grow(|| match written {
        None => T::reconstruct_sequence(decoder),
        Some(written) => T::reconstruct_sequence_as(decoder, written),
    })
}

impl<T: Reconstruct> Reconstruct for Box<[T]> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        Vec::reconstruct(decoder).map(Vec::into)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        Vec::reconstruct_as(decoder, written).map(Vec::into)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow_for(&mut || self.iter().for_each(|item| item.cells(cells)));
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

impl<T: Reduce, const N: usize> Reduce for [T; N] {
    const DESC: &'static Desc = T::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.as_slice().reduce(encoder)
    }
}

impl<T: Reconstruct, const N: usize> Reconstruct for [T; N] {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        into_array(Vec::reconstruct(decoder)?)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        into_array(Vec::reconstruct_as(decoder, written)?)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        for item in self {
            item.cells(cells);
        }
    }

    fn stand_in() -> Option<Self> {
        let items: Option<Vec<T>> = (0..N).map(|_| T::stand_in()).collect();
        items?.try_into().ok()
    }
}

fn into_array<T, const N: usize>(items: Vec<T>) -> Result<[T; N], Error> {
    let array = items.try_into();
    array.map_err(|_| out_of_range::<[T; N]>("the length of a sequence"))
}

impl<T: Reduce> Reduce for BinaryHeap<T> {
    const DESC: &'static Desc = T::SEQUENCE;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| encoder.sorted_sequence(self.iter()))
    }
}

impl<T: Reconstruct + Ord> Reconstruct for BinaryHeap<T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        Vec::reconstruct(decoder).map(Self::from)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        Vec::reconstruct_as(decoder, written).map(Self::from)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        // A heap does not keep the order in which it was read.
        cells.refuse(|cells| self.iter().for_each(|item| item.cells(cells)));
    }

    fn stand_in() -> Option<Self> {
        Some(Self::new())
    }
}

/// The default of `Reconstruct::reconstruct_sequence_as`.
pub(crate) fn sequence_as<T: Reconstruct>(
    decoder: &mut Decoder<'_>,
    written: &[u8],
) -> Result<Vec<T>, Error> {
    if T::SEQUENCE.is(written) {
        return T::reconstruct_sequence(decoder);
    }
    let element = element_of(T::SEQUENCE, written)?;
    let desc = DescRef::Text(written);
    match packed_letter(element) {
        Some(letter) => {
            decoder.packed_items_by(desc, letter, |decoder| T::reconstruct_as(decoder, element))
        }
        None => decoder.sequence_written(desc, Some(element)),
    }
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

//! Values that a codec records and loads, as types with the traits: so containers of them are
//! written and read by the same code as those of any other type.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use super::{Adapter, Restore};
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

/// A borrowed value, to be written.
pub(super) struct Borrowed<'v, A: ?Sized, T: ?Sized>(&'v T, PhantomData<A>);

impl<'v, A: ?Sized, T: ?Sized> Borrowed<'v, A, T> {
    pub(super) fn new(value: &'v T) -> Self {
        Self(value, PhantomData)
    }
}

impl<A: Adapter<T> + ?Sized, T: ?Sized> Reduce for Borrowed<'_, A, T> {
    const DESC: &'static Desc = A::DESC;
    const SEQUENCE: &'static Desc = A::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match A::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| key_order::<A, T>(a.0, b.0)),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        A::reduce(self.0, encoder)
    }

    fn reduce_sequence<'i, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        Self: 'i,
        I: ExactSizeIterator<Item = &'i Self>,
    {
        A::reduce_sequence(items.map(|item| item.0), encoder)
    }
}

/// A value that was read.
pub(super) struct Owned<A: ?Sized, T>(T, PhantomData<A>);

impl<A: ?Sized, T> Owned<A, T> {
    pub(super) fn into_inner(self) -> T {
        self.0
    }
}

impl<A: Adapter<T> + ?Sized, T> Reduce for Owned<A, T> {
    const DESC: &'static Desc = A::DESC;
    const SEQUENCE: &'static Desc = A::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match A::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| key_order::<A, T>(&a.0, &b.0)),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        A::reduce(&self.0, encoder)
    }

    fn reduce_sequence<'i, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        Self: 'i,
        I: ExactSizeIterator<Item = &'i Self>,
    {
        A::reduce_sequence(items.map(|item| &item.0), encoder)
    }
}

impl<A: Restore<T>, T> Reconstruct for Owned<A, T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        A::restore(decoder).map(Self::of)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        A::restore_as(decoder, written).map(Self::of)
    }

    fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
        let items = A::restore_sequence(decoder)?;
        Ok(items.into_iter().map(Self::of).collect())
    }

    fn reconstruct_sequence_as(
        decoder: &mut Decoder<'_>,
        written: &[u8],
    ) -> Result<Vec<Self>, Error> {
        let items = A::restore_sequence_as(decoder, written)?;
        Ok(items.into_iter().map(Self::of).collect())
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        A::cells(&self.0, cells);
    }

    fn stand_in() -> Option<Self> {
        A::stand_in().map(Self::of)
    }
}

impl<A: ?Sized, T> Owned<A, T> {
    fn of(value: T) -> Self {
        Self(value, PhantomData)
    }
}

// As keys they are what they hold.

impl<A: ?Sized, T: PartialEq> PartialEq for Owned<A, T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<A: ?Sized, T: Eq> Eq for Owned<A, T> {}

impl<A: ?Sized, T: PartialOrd> PartialOrd for Owned<A, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

impl<A: ?Sized, T: Ord> Ord for Owned<A, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<A: ?Sized, T: Hash> Hash for Owned<A, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// The order of keys that have one.
pub(super) fn key_order<A: Adapter<T> + ?Sized, T: ?Sized>(a: &T, b: &T) -> Ordering {
    A::KEY_ORDER.map_or(Ordering::Equal, |order| order(a, b))
}

/// A sequence element by element.
pub(super) fn reduce_sequence<'v, A, T, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
where
    A: Adapter<T> + ?Sized,
    T: ?Sized + 'v,
    I: ExactSizeIterator<Item = &'v T>,
{
    if let Some(letter) = A::SEQUENCE.packed_letter() {
        let items: Vec<Borrowed<'_, A, T>> = items.map(Borrowed::new).collect();
        return encoder.packed_items(letter, items.iter());
    }
    encoder.items_by(A::SEQUENCE, items, A::reduce)
}

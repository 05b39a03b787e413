//! Wrappers around one value, which add nothing to it, and numbers that are never zero.

use std::cmp::{Ordering, Reverse};
use std::num::{NonZero, Saturating, Wrapping};

use super::out_of_range;
use super::pointer::key_order;
use crate::cid::Cid;
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::type_info::Strategy;

/// Wrappers with one public field.
macro_rules! wrappers {
    ($($wrapper:ident),*) => {$(
        impl<T: Reduce> Reduce for $wrapper<T> {
            const DESC: &'static Desc = T::DESC;
            const SEQUENCE: &'static Desc = T::SEQUENCE;
            const SHAPES: &'static [Shape] = T::SHAPES;
            const STRATEGY: Strategy = T::STRATEGY;
            // The order of the bytes is that of the inner values, also where `Ord` is reversed.
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
                None => None,
                Some(_) => Some(|a, b| key_order(&a.0, &b.0)),
            };

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                self.0.reduce(encoder)
            }

            fn reduce_root(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                self.0.reduce_root(encoder)
            }

            fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
            where
                Self: 'v,
                I: ExactSizeIterator<Item = &'v Self>,
            {
                T::reduce_sequence(items.map(|item| &item.0), encoder)
            }
        }

        impl<T: Reconstruct> Reconstruct for $wrapper<T> {
            const READS_ANY_ROOT: bool = T::READS_ANY_ROOT;

            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                T::reconstruct(decoder).map(Self)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                T::reconstruct_as(decoder, written).map(Self)
            }

            fn reconstruct_root(decoder: &mut Decoder<'_>, cid: Cid) -> Result<Self, Error> {
                T::reconstruct_root(decoder, cid).map(Self)
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                self.0.cells(cells);
            }

            fn stand_in() -> Option<Self> {
                T::stand_in().map(Self)
            }

            fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
                let items = T::reconstruct_sequence(decoder)?;
                Ok(items.into_iter().map(Self).collect())
            }

            fn reconstruct_sequence_as(
                decoder: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<Vec<Self>, Error> {
                let items = T::reconstruct_sequence_as(decoder, written)?;
                Ok(items.into_iter().map(Self).collect())
            }
        }
    )*};
}

wrappers!(Reverse, Saturating, Wrapping);

macro_rules! non_zero {
    ($($number:ty),*) => {$(
        impl Reduce for NonZero<$number> {
            const DESC: &'static Desc = <$number>::DESC;
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                self.get().reduce(encoder)
            }
        }

        impl Reconstruct for NonZero<$number> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                Self::new(<$number>::reconstruct(decoder)?).ok_or_else(zero::<Self>)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                Self::new(<$number>::reconstruct_as(decoder, written)?).ok_or_else(zero::<Self>)
            }

            fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
                let numbers = <$number>::reconstruct_sequence(decoder)?.into_iter();
                let numbers = numbers.enumerate().map(|(index, number)| {
                    Self::new(number).ok_or_else(|| zero::<Self>().in_index(index as u64))
                });
                numbers.collect()
            }
        }
    )*};
}

non_zero!(
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize
);

#[cold]
fn zero<T>() -> Error {
    out_of_range::<T>("zero")
}

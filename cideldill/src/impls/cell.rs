//! Cells of one thread, which add nothing to what they hold.

use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Ordering;

use super::pointer::key_order;
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::type_info::Strategy;

/// `Reconstruct` for a cell or lock around a loaded value.
macro_rules! around {
    ($([$($bound:tt)*] $holder:ident),*) => {$(
        impl<T: Reconstruct $($bound)*> Reconstruct for $holder<T> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                T::reconstruct(decoder).map(Self::new)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                T::reconstruct_as(decoder, written).map(Self::new)
            }

            fn reconstruct_root(decoder: &mut Decoder<'_>, cid: $crate::Cid) -> Result<Self, Error> {
                T::reconstruct_root(decoder, cid).map(Self::new)
            }

            fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
                let items = T::reconstruct_sequence(decoder)?;
                Ok(items.into_iter().map(Self::new).collect())
            }

            fn reconstruct_sequence_as(
                decoder: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<Vec<Self>, Error> {
                let items = T::reconstruct_sequence_as(decoder, written)?;
                Ok(items.into_iter().map(Self::new).collect())
            }
        }
    )*};
}
pub(super) use around;

around!([+ Copy] Cell, [] RefCell);

/// Written as an option: both traits for a cell that is set at most once.
macro_rules! set_once {
    ($($cell:ident),*) => {$(
        impl<T: Reduce> Reduce for $cell<T> {
            const DESC: &'static Desc = <Option<T>>::DESC;

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.cell(self, |encoder| Reduce::reduce(&self.get(), encoder))
            }
        }

        impl<T: Reconstruct> Reconstruct for $cell<T> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                let value = <Option<T>>::reconstruct(decoder)?;
                Ok(value.map_or_else(Self::new, <Self as From<T>>::from))
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                let value = <Option<T>>::reconstruct_as(decoder, written)?;
                Ok(value.map_or_else(Self::new, <Self as From<T>>::from))
            }
        }
    )*};
}
pub(super) use set_once;

set_once!(OnceCell);

impl<T: Reduce + Copy> Reduce for Cell<T> {
    const DESC: &'static Desc = T::DESC;
    const SEQUENCE: &'static Desc = T::SEQUENCE;
    const SHAPES: &'static [Shape] = T::SHAPES;
    const STRATEGY: Strategy = T::STRATEGY;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| key_order(&a.get(), &b.get())),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        Reduce::reduce(&self.get(), encoder)
    }
}

/// Mutably borrowed while it is recorded is an error ([`ErrorKind::InUse`]).
impl<T: Reduce + ?Sized> Reduce for RefCell<T> {
    const DESC: &'static Desc = T::DESC;
    const SEQUENCE: &'static Desc = T::SEQUENCE;
    const SHAPES: &'static [Shape] = T::SHAPES;
    const STRATEGY: Strategy = T::STRATEGY;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.cell(self, |encoder| match self.try_borrow() {
            Ok(value) => value.reduce(encoder),
            Err(_) => Err(in_use::<Self>()),
        })
    }

    fn reduce_root(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.try_borrow() {
            Ok(value) => value.reduce_root(encoder),
            Err(_) => Err(in_use::<Self>()),
        }
    }
}

/// The error for a value that cannot be looked at now.
#[cold]
pub(super) fn in_use<T: ?Sized>() -> Error {
    ErrorKind::InUse {
        type_name: std::any::type_name::<T>(),
    }
    .into()
}

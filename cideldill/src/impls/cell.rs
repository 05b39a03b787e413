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

            fn stand_in() -> Option<Self> {
                T::stand_in().map(Self::new)
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

around!([+ Copy] Cell);

/// `Reconstruct` for a cell that a cycle can close through. `$fill` sets a cell that is in place.
macro_rules! fillable {
    ($($holder:ident, |$cell:ident, $value:ident| $fill:expr;)*) => {$(
        impl<T: Reconstruct> Reconstruct for $holder<T> {
            const READS_ANY_ROOT: bool = T::READS_ANY_ROOT;

            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                decoder
                    .cell(T::DESC, None, T::stand_in, T::reconstruct)
                    .map(Self::new)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                let read = |decoder: &mut Decoder<'_>| T::reconstruct_as(decoder, written);
                decoder
                    .cell(T::DESC, Some(written), T::stand_in, read)
                    .map(Self::new)
            }

            fn reconstruct_root(decoder: &mut Decoder<'_>, cid: $crate::Cid) -> Result<Self, Error> {
                if T::READS_ANY_ROOT {
                    return T::reconstruct_root(decoder, cid).map(Self::new);
                }
                // It is a cell like others: what is in it may have to be read again.
                decoder.typed_root(cid)
            }

            fn cells<'a>(&'a self, cells: &mut $crate::codec::Cells<'a>) {
                cells.add(self);
            }

            fn stand_in() -> Option<Self> {
                T::stand_in().map(Self::new)
            }
        }

        impl<T: Reconstruct> $crate::codec::Fill for $holder<T> {
            fn fill(&self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error> {
                let $value = match written {
                    None => T::reconstruct(decoder),
                    Some(written) => T::reconstruct_as(decoder, written),
                }?;
                let $cell = self;
                $fill.map_err(|_| $crate::impls::cell::in_use::<Self>())
            }

            fn empty(&self) {
                if let Some($value) = T::stand_in() {
                    let $cell = self;
                    // In use, it is a cell that a user's function holds on to.
                    let _ = $fill;
                }
            }
        }
    )*};
}
pub(super) use fillable;

fillable! {
    RefCell, |cell, value| cell.try_borrow_mut().map(|mut content| *content = value);
}

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
                let value = decoder.cell_set_once(Self::DESC, None, <Option<T>>::reconstruct)?;
                Ok(value.map_or_else(Self::new, <Self as From<T>>::from))
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                let read = |decoder: &mut Decoder<'_>| <Option<T>>::reconstruct_as(decoder, written);
                let value = decoder.cell_set_once(Self::DESC, Some(written), read)?;
                Ok(value.map_or_else(Self::new, <Self as From<T>>::from))
            }

            fn cells<'a>(&'a self, cells: &mut $crate::codec::Cells<'a>) {
                cells.add(self);
            }

            fn stand_in() -> Option<Self> {
                Some(Self::new())
            }
        }

        impl<T: Reconstruct> $crate::codec::Fill for $cell<T> {
            fn fill(&self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error> {
                let value = match written {
                    None => <Option<T>>::reconstruct(decoder),
                    Some(written) => <Option<T>>::reconstruct_as(decoder, written),
                }?;
                match value.filter(|_| !decoder.is_read_again()) {
                    None => Ok(()),
                    Some(value) => self
                        .set(value)
                        .map_err(|_| $crate::impls::cell::in_use::<Self>()),
                }
            }

            fn empty(&self) {}
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
pub(crate) fn in_use<T: ?Sized>() -> Error {
    ErrorKind::InUse {
        type_name: std::any::type_name::<T>(),
    }
    .into()
}

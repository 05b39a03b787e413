//! Pointers, which add nothing to what they hold, and options.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::cid::Cid;
use crate::codec::{Cells, Decoder, Encoder, Parts};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::shape::{DescRef, Shape};
use crate::stack::{grow, grow_for};
use crate::type_info::Strategy;

/// `Reduce` for a pointer to `T` that derefs to it.
macro_rules! pointers {
    ($([$($generics:tt)*] $pointer:ty, $target:ty;)*) => {$(
        impl<$($generics)*> Reduce for $pointer {
            const DESC: &'static Desc = <$target>::DESC;
            const SEQUENCE: &'static Desc = <$target>::SEQUENCE;
            const SHAPES: &'static [Shape] = <$target>::SHAPES;
            const STRATEGY: Strategy = <$target>::STRATEGY;
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> =
                match <$target>::KEY_ORDER {
                    None => None,
                    Some(_) => Some(|a, b| key_order::<$target>(a, b)),
                };

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| out_of_line::<$target>(self, encoder))
            }

            fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
            where
                Self: 'v,
                I: ExactSizeIterator<Item = &'v Self>,
            {
                <$target>::reduce_sequence(items.map(|item| &**item), encoder)
            }

            fn reduce_root(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                <$target>::reduce_root(self, encoder)
            }
        }
    )*};
}

pointers! {
    [T: Reduce + ?Sized] &T, T;
    [T: Reduce + ?Sized] &mut T, T;
    [T: Reduce + ?Sized] Box<T>, T;
    [T: Reduce + ToOwned + ?Sized] Cow<'_, T>, T;
}

/// Not inlined, as [`boxed`].
#[inline(never)]
fn out_of_line<T: Reduce + ?Sized>(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
    value.reduce(encoder)
}

/// The order of keys that have one.
pub(super) fn key_order<T: Reduce + ?Sized>(a: &T, b: &T) -> Ordering {
    T::KEY_ORDER.map_or(Ordering::Equal, |order| order(a, b))
}

impl<T: Reconstruct> Reconstruct for Box<T> {
    const READS_ANY_ROOT: bool = T::READS_ANY_ROOT;

    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        grow(|| boxed(decoder, None))
    }

    fn reconstruct_root(decoder: &mut Decoder<'_>, cid: Cid) -> Result<Self, Error> {
        T::reconstruct_root(decoder, cid).map(Box::new)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow_for(&mut || T::cells(self, cells));
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        grow(|| boxed(decoder, Some(written)))
    }

    fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
        let items = T::reconstruct_sequence(decoder)?;
        Ok(items.into_iter().map(Box::new).collect())
    }

    fn reconstruct_sequence_as(
        decoder: &mut Decoder<'_>,
        written: &[u8],
    ) -> Result<Vec<Self>, Error> {
        let items = T::reconstruct_sequence_as(decoder, written)?;
        Ok(items.into_iter().map(Box::new).collect())
    }
}

/// Reads what is in a box, whose desc is `written` if it is not the type's. Not inlined: where it is
/// called there are two ways to it, with and without more stack.
#[inline(never)]
fn boxed<T: Reconstruct>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<Box<T>, Error> {
    let value = match written {
        None => T::reconstruct(decoder),
        Some(written) => T::reconstruct_as(decoder, written),
    };
    value.map(Box::new)
}

/// Loads as owned.
impl<T: Reconstruct + Clone> Reconstruct for Cow<'_, T> {
    const READS_ANY_ROOT: bool = T::READS_ANY_ROOT;

    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        grow(|| T::reconstruct(decoder).map(Cow::Owned))
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        grow(|| T::reconstruct_as(decoder, written).map(Cow::Owned))
    }

    fn reconstruct_root(decoder: &mut Decoder<'_>, cid: Cid) -> Result<Self, Error> {
        T::reconstruct_root(decoder, cid).map(Cow::Owned)
    }

    fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
        let items = T::reconstruct_sequence(decoder)?;
        Ok(items.into_iter().map(Cow::Owned).collect())
    }

    fn reconstruct_sequence_as(
        decoder: &mut Decoder<'_>,
        written: &[u8],
    ) -> Result<Vec<Self>, Error> {
        let items = T::reconstruct_sequence_as(decoder, written)?;
        Ok(items.into_iter().map(Cow::Owned).collect())
    }
}

/// Loads as owned.
impl<T: Reconstruct + Clone> Reconstruct for Cow<'_, [T]> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        Vec::reconstruct(decoder).map(Cow::Owned)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        Vec::reconstruct_as(decoder, written).map(Cow::Owned)
    }
}

impl<T: Reduce> Reduce for Option<T> {
    const DESC: &'static Desc = &Desc::Option(T::DESC);
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| match (a, b) {
            (Some(a), Some(b)) => key_order(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let Some(value) = self else {
            encoder.nil();
            return Ok(());
        };
        if const { !T::DESC.is_wrapped_in_option() } {
            return value.reduce(encoder);
        }
        let scope = encoder.open_wrapped();
        value.reduce(encoder)?;
        encoder.close(scope, DescRef::Constant(Self::DESC));
        Ok(())
    }
}

impl<T: Reconstruct> Reconstruct for Option<T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        // Known for each type, so that only one of the two is compiled for it.
        if const { T::DESC.is_wrapped_in_option() } {
            return read_option(decoder, DescRef::Constant(Self::DESC), T::reconstruct);
        }
        if decoder.cursor.peek()? == 0xc0 {
            decoder.cursor.nil()?;
            return Ok(None);
        }
        T::reconstruct(decoder).map(Some)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        if Self::DESC.is(written) {
            return Self::reconstruct(decoder);
        }
        let is_wrapped = T::DESC.is_wrapped_in_option();
        let Some(inner) = written.strip_prefix(b"?") else {
            if is_wrapped {
                return Err(wrong_kind(Self::DESC, written));
            }
            // What became optional is there.
            return T::reconstruct_as(decoder, written).map(Some);
        };
        if is_wrapped && !matches!(inner.first(), Some(b'?' | b'n')) {
            // Nil could mean either option.
            return Err(wrong_kind(Self::DESC, written));
        }
        read_option(decoder, DescRef::Text(written), |decoder| {
            T::reconstruct_as(decoder, inner)
        })
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        if let Some(value) = self {
            value.cells(cells);
        }
    }

    fn stand_in() -> Option<Self> {
        Some(None)
    }
}

/// Reads an option whose desc in the data is `desc`.
fn read_option<T>(
    decoder: &mut Decoder<'_>,
    desc: DescRef<'_>,
    read: impl FnOnce(&mut Decoder<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    if decoder.cursor.peek()? == 0xc0 {
        decoder.cursor.nil()?;
        return Ok(None);
    }
    let wrapped = decoder.open_option(desc)?;
    let value = read(decoder)?;
    decoder.close_option(wrapped)?;
    Ok(Some(value))
}

impl Decoder<'_> {
    /// Opens an option that is there; one whose inner form may be nil stands in an array of one.
    #[inline(never)]
    fn open_option(&mut self, desc: DescRef<'_>) -> Result<Option<Parts>, Error> {
        if !desc.wraps_in_option() {
            return Ok(None);
        }
        self.open_parts(desc, 1).map(Some)
    }

    fn close_option(&mut self, wrapped: Option<Parts>) -> Result<(), Error> {
        wrapped.map_or(Ok(()), |wrapped| self.close_parts(wrapped))
    }
}

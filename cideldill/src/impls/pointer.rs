//! Pointers, which add nothing to what they hold, and options.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::cid::Cid;
use crate::codec::{Cells, Decoder, Encoder, Parts};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::{Place, Reconstruct, wrong_kind};
use crate::reduce::{Reduce, Write};
use crate::shape::{DescRef, Shape};
use crate::stack::grow;
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
                encoder.with_room(&Held::<$target>(self))
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

/// What a pointer leads to.
struct Held<'v, T: ?Sized>(&'v T);

impl<T: Reduce + ?Sized> Write for Held<'_, T> {
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.0.reduce(encoder)
    }
}

impl Encoder<'_> {
    /// Writes a value that may lie deep.
    fn with_room(&mut self, value: &dyn Write) -> Result<(), Error> {
        grow(|| value.write(self))
    }
}

/// The order of keys that have one.
pub(super) fn key_order<T: Reduce + ?Sized>(a: &T, b: &T) -> Ordering {
    T::KEY_ORDER.map_or(Ordering::Equal, |order| order(a, b))
}

impl<T: Reconstruct> Reconstruct for Box<T> {
    const READS_ANY_ROOT: bool = T::READS_ANY_ROOT;

    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        boxed(decoder, None)
    }

    fn reconstruct_root(decoder: &mut Decoder<'_>, cid: Cid) -> Result<Self, Error> {
        T::reconstruct_root(decoder, cid).map(Box::new)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        cells.find_in(&**self);
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        boxed(decoder, Some(written))
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

/// Reads a box, where `written` is the desc of what is in it if that is not the type's.
fn boxed<T: Reconstruct>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<Box<T>, Error> {
    let mut read = None;
    decoder.with_room(&mut Boxed(&mut read), written)?;
    Ok(read.expect("it was read"))
}

/// A place for a value that is read into a box.
struct Boxed<'b, T>(&'b mut Option<Box<T>>);

impl<T: Reconstruct> Place for Boxed<'_, T> {
    fn read(&mut self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error> {
        let value = match written {
            None => T::reconstruct(decoder)?,
            Some(written) => T::reconstruct_as(decoder, written)?,
        };
        // It was empty, so that there is nothing to drop.
        std::mem::forget(self.0.replace(Box::new(value)));
        Ok(())
    }
}

impl Decoder<'_> {
    /// Reads a value that may lie deep.
    fn with_room(&mut self, place: &mut dyn Place, written: Option<&[u8]>) -> Result<(), Error> {
        grow(|| place.read(self, written))
    }
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
            let desc = DescRef::Constant(Self::DESC);
            if decoder.is_none()? {
                return Ok(None);
            }
            let wrapped = decoder.open_option(desc)?;
            let value = T::reconstruct(decoder)?;
            decoder.close_option(wrapped)?;
            return Ok(Some(value));
        }
        if decoder.is_none()? {
            return Ok(None);
        }
        T::reconstruct(decoder).map(Some)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        let Some(found) = decoder.open_option_as(Self::DESC, T::DESC, written)? else {
            return Ok(None);
        };
        let value = T::reconstruct_as(decoder, found.desc)?;
        decoder.close_option(found.wrapped)?;
        Ok(Some(value))
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

/// A value in an option that was written with whatever desc.
struct Found<'d> {
    desc: &'d [u8],
    wrapped: Option<Parts>,
}

impl Decoder<'_> {
    /// Whether nil stands here; then it is read.
    #[inline]
    fn is_none(&mut self) -> Result<bool, Error> {
        let is_none = self.cursor.peek()? == 0xc0;
        if is_none {
            self.cursor.nil()?;
        }
        Ok(is_none)
    }

    /// Opens an option, `expected` one of `inner`, that was written with another desc.
    fn open_option_as<'d>(
        &mut self,
        expected: &'static Desc,
        inner: &'static Desc,
        written: &'d [u8],
    ) -> Result<Option<Found<'d>>, Error> {
        let is_wrapped = inner.is_wrapped_in_option();
        let found = match written.strip_prefix(b"?") {
            Some(found) => found,
            None if is_wrapped => return Err(wrong_kind(expected, written)),
            // What became optional is there.
            None => {
                return Ok(Some(Found {
                    desc: written,
                    wrapped: None,
                }));
            }
        };
        if is_wrapped && !matches!(found.first(), Some(b'?' | b'n')) {
            // Nil could mean either option.
            return Err(wrong_kind(expected, written));
        }
        if self.is_none()? {
            return Ok(None);
        }
        let wrapped = self.open_option(DescRef::Text(written))?;
        Ok(Some(Found {
            desc: found,
            wrapped,
        }))
    }

    /// Opens an option that is there; one whose inner form may be nil stands in an array of one.
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

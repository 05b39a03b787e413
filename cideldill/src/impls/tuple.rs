//! The unit and tuples of up to twelve parts.

use std::cmp::Ordering;
use std::marker::PhantomData;

use super::pointer::key_order;
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::{self, Desc};
use crate::error::Error;
use crate::path::Segment;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::shape::DescRef;

macro_rules! tuples {
    ($($n:literal: $($T:ident $i:tt),*;)*) => {$(
        impl<$($T: Reduce),*> Reduce for ($($T,)*) {
            const DESC: &'static Desc = &Desc::Tuple(&[$($T::DESC),*]);
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> =
                if $($T::KEY_ORDER.is_some())&&* {
                    Some(|a, b| Ordering::Equal$(.then_with(|| key_order(&a.$i, &b.$i)))*)
                } else {
                    None
                };

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let scope = encoder.open_tuple($n);
                $(if let Err(error) = self.$i.reduce(encoder) {
                    encoder.refused(error.in_field(stringify!($i)))?;
                })*
                encoder.end(scope, DescRef::Constant(Self::DESC))
            }
        }

        impl<$($T: Reconstruct),*> Reconstruct for ($($T,)*) {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                let parts = decoder.open_parts(DescRef::Constant(Self::DESC), $n)?;
                let value = ($(
                    $T::reconstruct(decoder).map_err(|error| error.in_field(stringify!($i)))?,
                )*);
                decoder.close_parts(parts)?;
                Ok(value)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                let wrong = || wrong_kind(Self::DESC, written);
                let inner = written.strip_prefix(b"(").and_then(|d| d.strip_suffix(b")"));
                let mut descs = desc::split(inner.ok_or_else(wrong)?);
                if desc::split(inner.unwrap_or_default()).count() != $n {
                    return Err(wrong());
                }
                let parts = decoder.open_parts(DescRef::Text(written), $n)?;
                let value = ($({
                    let desc = descs.next().unwrap_or_default();
                    let part = $T::reconstruct_as(decoder, desc);
                    part.map_err(|error| error.within(Segment::Field(stringify!($i).into())))?
                },)*);
                decoder.close_parts(parts)?;
                Ok(value)
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                $(self.$i.cells(cells);)*
            }

            fn stand_in() -> Option<Self> {
                Some(($($T::stand_in()?,)*))
            }
        }
    )*};
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}

impl Reduce for () {
    const DESC: &'static Desc = Desc::UNIT;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.nil();
        Ok(())
    }
}

impl Reconstruct for () {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.cursor.nil()
    }

    fn stand_in() -> Option<Self> {
        Some(())
    }
}

impl<T: ?Sized> Reduce for PhantomData<T> {
    const DESC: &'static Desc = Desc::UNIT;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.nil();
        Ok(())
    }
}

impl<T: ?Sized> Reconstruct for PhantomData<T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.cursor.nil()?;
        Ok(Self)
    }

    fn stand_in() -> Option<Self> {
        Some(Self)
    }
}

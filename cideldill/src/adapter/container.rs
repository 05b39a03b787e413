//! Containers as codecs of the containers of the same name: pointers, options, results, sequences,
//! tuples.

use std::cmp::Ordering;
use std::collections::{LinkedList, VecDeque};

use super::through::{Borrowed, Owned};
use super::{Adapter, Restore};
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::stack::grow;

/// Pointers, which add nothing to what they hold.
macro_rules! pointers {
    ($([$($lifetime:lifetime)?] $pointer:ty, $codec:ty;)*) => {$(
        impl<$($lifetime,)? C: Adapter<T> + ?Sized, T: ?Sized> Adapter<$pointer> for $codec {
            const DESC: &'static Desc = C::DESC;
            const SEQUENCE: &'static Desc = C::SEQUENCE;
            const IS_SAME: bool = C::IS_SAME;
            const KEY_ORDER: Option<fn(&$pointer, &$pointer) -> Ordering> = match C::KEY_ORDER {
                None => None,
                Some(_) => Some(|a, b| match C::KEY_ORDER {
                    Some(order) => order(a, b),
                    None => Ordering::Equal,
                }),
            };

            fn reduce(value: &$pointer, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| C::reduce(value, encoder))
            }

            fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
            where
                $pointer: 'v,
                I: ExactSizeIterator<Item = &'v $pointer>,
            {
                C::reduce_sequence(items.map(|item| &**item), encoder)
            }
        }
    )*};
}

pointers! {
    [] Box<T>, Box<C>;
    ['a] &'a T, &C;
}

impl<C: Restore<T>, T> Restore<Box<T>> for Box<C> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Box<T>, Error> {
        grow(|| C::restore(decoder).map(Box::new))
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Box<T>, Error> {
        grow(|| C::restore_as(decoder, written).map(Box::new))
    }

    fn restore_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Box<T>>, Error> {
        let items = C::restore_sequence(decoder)?;
        Ok(items.into_iter().map(Box::new).collect())
    }

    fn restore_sequence_as(
        decoder: &mut Decoder<'_>,
        written: &[u8],
    ) -> Result<Vec<Box<T>>, Error> {
        let items = C::restore_sequence_as(decoder, written)?;
        Ok(items.into_iter().map(Box::new).collect())
    }

    fn cells<'a>(value: &'a Box<T>, cells: &mut Cells<'a>) {
        grow(|| C::cells(value, cells));
    }

    fn stand_in() -> Option<Box<T>> {
        C::stand_in().map(Box::new)
    }
}

impl<C: Adapter<T>, T> Adapter<[T]> for [C] {
    const DESC: &'static Desc = C::SEQUENCE;
    const IS_SAME: bool = C::IS_SAME;

    fn reduce(value: &[T], encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| C::reduce_slice(value, encoder))
    }
}

impl<C: Restore<T>, T> Restore<Box<[T]>> for Box<[C]> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Box<[T]>, Error> {
        grow(|| C::restore_sequence(decoder)).map(Vec::into)
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Box<[T]>, Error> {
        grow(|| C::restore_sequence_as(decoder, written)).map(Vec::into)
    }

    fn cells<'a>(value: &'a Box<[T]>, cells: &mut Cells<'a>) {
        grow(|| value.iter().for_each(|item| C::cells(item, cells)));
    }

    fn stand_in() -> Option<Box<[T]>> {
        Some(Box::default())
    }
}

impl<C: Adapter<T>, T> Adapter<Vec<T>> for Vec<C> {
    const DESC: &'static Desc = C::SEQUENCE;
    const IS_SAME: bool = C::IS_SAME;

    fn reduce(value: &Vec<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| C::reduce_slice(value, encoder))
    }
}

impl<C: Restore<T>, T> Restore<Vec<T>> for Vec<C> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Vec<T>, Error> {
        grow(|| C::restore_sequence(decoder))
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Vec<T>, Error> {
        grow(|| C::restore_sequence_as(decoder, written))
    }

    fn cells<'a>(value: &'a Vec<T>, cells: &mut Cells<'a>) {
        grow(|| value.iter().for_each(|item| C::cells(item, cells)));
    }

    fn stand_in() -> Option<Vec<T>> {
        Some(Vec::new())
    }
}

macro_rules! sequences {
    ($($type:ident),*) => {$(
        impl<C: Adapter<T>, T> Adapter<$type<T>> for $type<C> {
            const DESC: &'static Desc = C::SEQUENCE;
    const IS_SAME: bool = C::IS_SAME;

            fn reduce(value: &$type<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| C::reduce_sequence(value.iter(), encoder))
            }
        }

        impl<C: Restore<T>, T> Restore<$type<T>> for $type<C> {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$type<T>, Error> {
                Ok(grow(|| C::restore_sequence(decoder))?.into_iter().collect())
            }

            fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<$type<T>, Error> {
                let items = grow(|| C::restore_sequence_as(decoder, written))?;
                Ok(items.into_iter().collect())
            }

            fn cells<'a>(value: &'a $type<T>, cells: &mut Cells<'a>) {
                grow(|| value.iter().for_each(|item| C::cells(item, cells)));
            }

            fn stand_in() -> Option<$type<T>> {
                Some($type::new())
            }
        }
    )*};
}

sequences!(VecDeque, LinkedList);

/// Both traits for a container that has ours with the wrappers in the place of its parts: they are
/// put in by `$wrap` and taken out by `$unwrap`.
macro_rules! through {
    ($([$($C:ident $T:ident),+] $type:ty, $codec:ty, $borrowed:ty, $owned:ty,
        $desc:expr, $wrap:expr, $unwrap:expr, $cells:expr, $stand_in:expr;)*) => {$(
        impl<$($C: Adapter<$T>, $T),+> Adapter<$type> for $codec {
            const DESC: &'static Desc = $desc;
            const IS_SAME: bool = $($C::IS_SAME)&&+;

            fn reduce(value: &$type, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let wrap: fn(&$type) -> $borrowed = $wrap;
                Reduce::reduce(&wrap(value), encoder)
            }
        }

        impl<$($C: Restore<$T>, $T),+> Restore<$type> for $codec {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$type, Error> {
                <$owned>::reconstruct(decoder).map($unwrap)
            }

            fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<$type, Error> {
                <$owned>::reconstruct_as(decoder, written).map($unwrap)
            }

            fn cells<'a>(value: &'a $type, cells: &mut Cells<'a>) {
                let find: for<'f> fn(&'a $type, &'f mut Cells<'a>) = $cells;
                find(value, cells);
            }

            fn stand_in() -> Option<$type> {
                $stand_in
            }
        }
    )*};
}

through! {
    [C T] Option<T>, Option<C>, Option<Borrowed<'_, C, T>>, Option<Owned<C, T>>,
        &Desc::Option(C::DESC),
        |value| value.as_ref().map(Borrowed::new),
        |read| read.map(Owned::into_inner),
        |value, cells| value.iter().for_each(|value| C::cells(value, cells)),
        Some(None);
    [C T, D E] Result<T, E>, Result<C, D>, Result<Borrowed<'_, C, T>, Borrowed<'_, D, E>>,
        Result<Owned<C, T>, Owned<D, E>>,
        Desc::RECORD,
        |value| value.as_ref().map(Borrowed::new).map_err(Borrowed::new),
        |read| read.map(Owned::into_inner).map_err(Owned::into_inner),
        |value, cells| match value {
            Ok(value) => C::cells(value, cells),
            Err(value) => D::cells(value, cells),
        },
        None;
}

impl<C: Adapter<T>, T, const N: usize> Adapter<[T; N]> for [C; N] {
    const DESC: &'static Desc = C::SEQUENCE;
    const IS_SAME: bool = C::IS_SAME;

    fn reduce(value: &[T; N], encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| C::reduce_slice(value, encoder))
    }
}

impl<C: Restore<T>, T, const N: usize> Restore<[T; N]> for [C; N] {
    fn restore(decoder: &mut Decoder<'_>) -> Result<[T; N], Error> {
        <[Owned<C, T>; N]>::reconstruct(decoder).map(|read| read.map(Owned::into_inner))
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<[T; N], Error> {
        let read = <[Owned<C, T>; N]>::reconstruct_as(decoder, written);
        read.map(|read| read.map(Owned::into_inner))
    }

    fn cells<'a>(value: &'a [T; N], cells: &mut Cells<'a>) {
        for item in value {
            C::cells(item, cells);
        }
    }

    fn stand_in() -> Option<[T; N]> {
        let items: Option<Vec<T>> = (0..N).map(|_| C::stand_in()).collect();
        items?.try_into().ok()
    }
}

macro_rules! tuples {
    ($($($C:ident $T:ident $i:tt),*;)*) => {
        through! {$(
            [$($C $T),*] ($($T,)*), ($($C,)*), ($(Borrowed<'_, $C, $T>,)*), ($(Owned<$C, $T>,)*),
                &Desc::Tuple(&[$($C::DESC),*]),
                |value| ($(Borrowed::new(&value.$i),)*),
                |read| ($(read.$i.into_inner(),)*),
                |value, cells| { $($C::cells(&value.$i, cells);)* },
                Some(($($C::stand_in()?,)*));
        )*}
    };
}

tuples! {
    C0 T0 0;
    C0 T0 0, C1 T1 1;
    C0 T0 0, C1 T1 1, C2 T2 2;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4, C5 T5 5;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4, C5 T5 5, C6 T6 6;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4, C5 T5 5, C6 T6 6, C7 T7 7;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4, C5 T5 5, C6 T6 6, C7 T7 7, C8 T8 8;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4, C5 T5 5, C6 T6 6, C7 T7 7, C8 T8 8, C9 T9 9;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4, C5 T5 5, C6 T6 6, C7 T7 7, C8 T8 8, C9 T9 9,
        C10 T10 10;
    C0 T0 0, C1 T1 1, C2 T2 2, C3 T3 3, C4 T4 4, C5 T5 5, C6 T6 6, C7 T7 7, C8 T8 8, C9 T9 9,
        C10 T10 10, C11 T11 11;
}

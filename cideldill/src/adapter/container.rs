//! Containers as codecs of the containers of the same name: pointers, options, results, sequences,
//! tuples.

use std::cmp::Ordering;
use std::collections::{LinkedList, VecDeque};

use super::through::{Borrowed, Owned};
use super::{Adapter, Restore};
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::stack::grow;

/// Pointers, which add nothing to what they hold.
macro_rules! pointers {
    ($([$($lifetime:lifetime)?] $pointer:ty, $codec:ty;)*) => {$(
        impl<$($lifetime,)? A: Adapter<T> + ?Sized, T: ?Sized> Adapter<$pointer> for $codec {
            const DESC: &'static Desc = A::DESC;
            const SEQUENCE: &'static Desc = A::SEQUENCE;
            const KEY_ORDER: Option<fn(&$pointer, &$pointer) -> Ordering> = match A::KEY_ORDER {
                None => None,
                Some(_) => Some(|a, b| match A::KEY_ORDER {
                    Some(order) => order(a, b),
                    None => Ordering::Equal,
                }),
            };

            fn reduce(value: &$pointer, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| A::reduce(value, encoder))
            }

            fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
            where
                $pointer: 'v,
                I: ExactSizeIterator<Item = &'v $pointer>,
            {
                A::reduce_sequence(items.map(|item| &**item), encoder)
            }
        }
    )*};
}

pointers! {
    [] Box<T>, Box<A>;
    ['a] &'a T, &A;
}

impl<A: Restore<T>, T> Restore<Box<T>> for Box<A> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Box<T>, Error> {
        grow(|| A::restore(decoder).map(Box::new))
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Box<T>, Error> {
        grow(|| A::restore_as(decoder, written).map(Box::new))
    }

    fn restore_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Box<T>>, Error> {
        let items = A::restore_sequence(decoder)?;
        Ok(items.into_iter().map(Box::new).collect())
    }

    fn restore_sequence_as(
        decoder: &mut Decoder<'_>,
        written: &[u8],
    ) -> Result<Vec<Box<T>>, Error> {
        let items = A::restore_sequence_as(decoder, written)?;
        Ok(items.into_iter().map(Box::new).collect())
    }
}

impl<A: Adapter<T>, T> Adapter<[T]> for [A] {
    const DESC: &'static Desc = A::SEQUENCE;

    fn reduce(value: &[T], encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| A::reduce_slice(value, encoder))
    }
}

impl<A: Restore<T>, T> Restore<Box<[T]>> for Box<[A]> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Box<[T]>, Error> {
        grow(|| A::restore_sequence(decoder)).map(Vec::into)
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Box<[T]>, Error> {
        grow(|| A::restore_sequence_as(decoder, written)).map(Vec::into)
    }
}

impl<A: Adapter<T>, T> Adapter<Vec<T>> for Vec<A> {
    const DESC: &'static Desc = A::SEQUENCE;

    fn reduce(value: &Vec<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| A::reduce_slice(value, encoder))
    }
}

impl<A: Restore<T>, T> Restore<Vec<T>> for Vec<A> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Vec<T>, Error> {
        grow(|| A::restore_sequence(decoder))
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Vec<T>, Error> {
        grow(|| A::restore_sequence_as(decoder, written))
    }
}

macro_rules! sequences {
    ($($type:ident),*) => {$(
        impl<A: Adapter<T>, T> Adapter<$type<T>> for $type<A> {
            const DESC: &'static Desc = A::SEQUENCE;

            fn reduce(value: &$type<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| A::reduce_sequence(value.iter(), encoder))
            }
        }

        impl<A: Restore<T>, T> Restore<$type<T>> for $type<A> {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$type<T>, Error> {
                Ok(grow(|| A::restore_sequence(decoder))?.into_iter().collect())
            }

            fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<$type<T>, Error> {
                let items = grow(|| A::restore_sequence_as(decoder, written))?;
                Ok(items.into_iter().collect())
            }
        }
    )*};
}

sequences!(VecDeque, LinkedList);

/// Both traits for a container that has ours with the wrappers in the place of its parts: they are
/// put in by `$wrap` and taken out by `$unwrap`.
macro_rules! through {
    ($([$($A:ident $T:ident),+] $type:ty, $codec:ty, $borrowed:ty, $owned:ty,
        $desc:expr, $wrap:expr, $unwrap:expr;)*) => {$(
        impl<$($A: Adapter<$T>, $T),+> Adapter<$type> for $codec {
            const DESC: &'static Desc = $desc;

            fn reduce(value: &$type, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let wrap: fn(&$type) -> $borrowed = $wrap;
                Reduce::reduce(&wrap(value), encoder)
            }
        }

        impl<$($A: Restore<$T>, $T),+> Restore<$type> for $codec {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$type, Error> {
                <$owned>::reconstruct(decoder).map($unwrap)
            }

            fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<$type, Error> {
                <$owned>::reconstruct_as(decoder, written).map($unwrap)
            }
        }
    )*};
}

through! {
    [A T] Option<T>, Option<A>, Option<Borrowed<'_, A, T>>, Option<Owned<A, T>>,
        &Desc::Option(A::DESC),
        |value| value.as_ref().map(Borrowed::new),
        |read| read.map(Owned::into_inner);
    [A T, B E] Result<T, E>, Result<A, B>, Result<Borrowed<'_, A, T>, Borrowed<'_, B, E>>,
        Result<Owned<A, T>, Owned<B, E>>,
        Desc::RECORD,
        |value| value.as_ref().map(Borrowed::new).map_err(Borrowed::new),
        |read| read.map(Owned::into_inner).map_err(Owned::into_inner);
}

impl<A: Adapter<T>, T, const N: usize> Adapter<[T; N]> for [A; N] {
    const DESC: &'static Desc = A::SEQUENCE;

    fn reduce(value: &[T; N], encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| A::reduce_slice(value, encoder))
    }
}

impl<A: Restore<T>, T, const N: usize> Restore<[T; N]> for [A; N] {
    fn restore(decoder: &mut Decoder<'_>) -> Result<[T; N], Error> {
        <[Owned<A, T>; N]>::reconstruct(decoder).map(|read| read.map(Owned::into_inner))
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<[T; N], Error> {
        let read = <[Owned<A, T>; N]>::reconstruct_as(decoder, written);
        read.map(|read| read.map(Owned::into_inner))
    }
}

macro_rules! tuples {
    ($($($A:ident $T:ident $i:tt),*;)*) => {
        through! {$(
            [$($A $T),*] ($($T,)*), ($($A,)*), ($(Borrowed<'_, $A, $T>,)*), ($(Owned<$A, $T>,)*),
                &Desc::Tuple(&[$($A::DESC),*]),
                |value| ($(Borrowed::new(&value.$i),)*),
                |read| ($(read.$i.into_inner(),)*);
        )*}
    };
}

tuples! {
    A0 T0 0;
    A0 T0 0, A1 T1 1;
    A0 T0 0, A1 T1 1, A2 T2 2;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4, A5 T5 5;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4, A5 T5 5, A6 T6 6;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4, A5 T5 5, A6 T6 6, A7 T7 7;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4, A5 T5 5, A6 T6 6, A7 T7 7, A8 T8 8;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4, A5 T5 5, A6 T6 6, A7 T7 7, A8 T8 8, A9 T9 9;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4, A5 T5 5, A6 T6 6, A7 T7 7, A8 T8 8, A9 T9 9,
        A10 T10 10;
    A0 T0 0, A1 T1 1, A2 T2 2, A3 T3 3, A4 T4 4, A5 T5 5, A6 T6 6, A7 T7 7, A8 T8 8, A9 T9 9,
        A10 T10 10, A11 T11 11;
}

//! Nothing else than the type's own implementation.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Adapter, Restore, Same};
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

impl<T: Reduce + ?Sized> Adapter<T> for Same {
    const DESC: &'static Desc = T::DESC;
    const SEQUENCE: &'static Desc = T::SEQUENCE;
    const KEY_ORDER: Option<fn(&T, &T) -> Ordering> = T::KEY_ORDER;
    const IS_SAME: bool = true;

    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        value.reduce(encoder)
    }

    fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        T: 'v,
        I: ExactSizeIterator<Item = &'v T>,
    {
        T::reduce_sequence(items, encoder)
    }

    fn reduce_slice(items: &[T], encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        T: Sized,
    {
        T::reduce_slice(items, encoder)
    }
}

impl<T: Reconstruct> Restore<T> for Same {
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error> {
        T::reconstruct(decoder)
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        T::reconstruct_as(decoder, written)
    }

    fn restore_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<T>, Error> {
        T::reconstruct_sequence(decoder)
    }

    fn restore_sequence_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Vec<T>, Error> {
        T::reconstruct_sequence_as(decoder, written)
    }

    fn restore_arc(decoder: &mut Decoder<'_>) -> Result<Arc<T>, Error> {
        T::reconstruct_arc(decoder)
    }

    fn cells<'a>(value: &'a T, cells: &mut Cells<'a>) {
        value.cells(cells);
    }

    fn stand_in() -> Option<T> {
        T::stand_in()
    }
}

//! Sequences: slices, vectors, arrays, heaps and lists.

mod elements;

use std::cmp::Ordering;
use std::collections::{BinaryHeap, LinkedList, VecDeque};

pub(crate) use elements::{sequence_as, sequence_as_by};

use super::out_of_range;
use super::pointer::key_order;
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::stack::grow;

impl<T: Reduce> Reduce for [T] {
    const DESC: &'static Desc = T::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        T::reduce_slice(self, encoder)
    }
}

/// Element by element, a prefix first.
fn item_order<'v, T: Reduce + 'v>(
    a: impl ExactSizeIterator<Item = &'v T>,
    b: impl ExactSizeIterator<Item = &'v T>,
) -> Ordering {
    let lengths = a.len().cmp(&b.len());
    let mut orders = a.zip(b).map(|(a, b)| key_order(a, b));
    orders.find(|order| order.is_ne()).unwrap_or(lengths)
}

/// Sequences that are collected from a `Vec`.
macro_rules! sequences {
    ($($type:ident),*) => {$(
        impl<T: Reduce> Reduce for $type<T> {
            const DESC: &'static Desc = T::SEQUENCE;
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
                None => None,
                Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
            };

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                T::reduce_sequence(self.iter(), encoder)
            }
        }

        impl<T: Reconstruct> Reconstruct for $type<T> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                Vec::reconstruct(decoder).map(|items| items.into_iter().collect())
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                Vec::reconstruct_as(decoder, written).map(|items| items.into_iter().collect())
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                for item in self {
                    cells.find_in(item);
                }
            }

            fn stand_in() -> Option<Self> {
                Some(Self::default())
            }
        }
    )*};
}

sequences!(VecDeque, LinkedList);

impl<T: Reduce> Reduce for Vec<T> {
    const DESC: &'static Desc = T::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.as_slice().reduce(encoder)
    }
}

impl<T: Reconstruct> Reconstruct for Vec<T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        items(decoder, None)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        items(decoder, Some(written))
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        for item in self {
            cells.find_in(item);
        }
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

/// Reads a sequence, whose desc is `written` if it is not the type's.
fn items<T: Reconstruct>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<Vec<T>, Error> {
    match written {
        None => T::reconstruct_sequence(decoder),
        Some(written) => T::reconstruct_sequence_as(decoder, written),
    }
}

impl<T: Reconstruct> Reconstruct for Box<[T]> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        Vec::reconstruct(decoder).map(Vec::into)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        Vec::reconstruct_as(decoder, written).map(Vec::into)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        for item in self {
            cells.find_in(item);
        }
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

impl<T: Reduce, const N: usize> Reduce for [T; N] {
    const DESC: &'static Desc = T::SEQUENCE;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| item_order(a.iter(), b.iter())),
    };

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.as_slice().reduce(encoder)
    }
}

impl<T: Reconstruct, const N: usize> Reconstruct for [T; N] {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        into_array(Vec::reconstruct(decoder)?)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        into_array(Vec::reconstruct_as(decoder, written)?)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        for item in self {
            item.cells(cells);
        }
    }

    fn stand_in() -> Option<Self> {
        let items: Option<Vec<T>> = (0..N).map(|_| T::stand_in()).collect();
        items?.try_into().ok()
    }
}

fn into_array<T, const N: usize>(items: Vec<T>) -> Result<[T; N], Error> {
    let array = items.try_into();
    array.map_err(|_| out_of_range::<[T; N]>("the length of a sequence"))
}

impl<T: Reduce> Reduce for BinaryHeap<T> {
    const DESC: &'static Desc = T::SEQUENCE;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| encoder.sorted_sequence(self.iter()))
    }
}

impl<T: Reconstruct + Ord> Reconstruct for BinaryHeap<T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        Vec::reconstruct(decoder).map(Self::from)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        Vec::reconstruct_as(decoder, written).map(Self::from)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        // A heap does not keep the order in which it was read.
        cells.refuse(|cells| self.iter().for_each(|item| item.cells(cells)));
    }

    fn stand_in() -> Option<Self> {
        Some(Self::new())
    }
}

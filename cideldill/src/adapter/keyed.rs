//! Maps, sets and heaps as codecs of those of the same name.

#![allow(
    clippy::disallowed_types,
    reason = "written in the order of keys, never of hashes"
)]

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use super::through::{Borrowed, Owned};
use super::{Adapter, Restore};
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::impls::map_cells;
use crate::reconstruct::Reconstruct;
use crate::stack::grow;

macro_rules! maps {
    ($($type:ident<$($hasher:ident, $codec_hasher:ident)?>, [$($key_bounds:tt)*];)*) => {$(
        impl<C, D, K, V $(, $hasher, $codec_hasher)?> Adapter<$type<K, V $(, $hasher)?>>
            for $type<C, D $(, $codec_hasher)?>
        where
            C: Adapter<K>,
            D: Adapter<V>,
        {
            const DESC: &'static Desc = &Desc::Map(C::DESC, D::DESC);
            const IS_SAME: bool = C::IS_SAME && D::IS_SAME;

            fn reduce(
                value: &$type<K, V $(, $hasher)?>,
                encoder: &mut Encoder<'_>,
            ) -> Result<(), Error> {
                let entries = value.iter();
                let entries: Vec<(Borrowed<'_, C, K>, Borrowed<'_, D, V>)> = entries
                    .map(|(key, value)| (Borrowed::new(key), Borrowed::new(value)))
                    .collect();
                let entries = entries.iter().map(|(key, value)| (key, value));
                let desc = <Self as Adapter<$type<K, V $(, $hasher)?>>>::DESC;
                encoder.map(entries, desc)
            }
        }

        impl<C, D, K, V $(, $hasher, $codec_hasher)?> Restore<$type<K, V $(, $hasher)?>>
            for $type<C, D $(, $codec_hasher)?>
        where
            C: Restore<K>,
            D: Restore<V>,
            K: $($key_bounds)*,
            $($hasher: BuildHasher + Default,)?
        {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$type<K, V $(, $hasher)?>, Error> {
                let read = $type::<Owned<C, K>, Owned<D, V> $(, $hasher)?>::reconstruct(decoder)?;
                Ok(entries(read))
            }

            fn restore_as(
                decoder: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<$type<K, V $(, $hasher)?>, Error> {
                let read = $type::<Owned<C, K>, Owned<D, V> $(, $hasher)?>::reconstruct_as(
                    decoder, written,
                )?;
                Ok(entries(read))
            }

            fn cells<'a>(value: &'a $type<K, V $(, $hasher)?>, cells: &mut Cells<'a>) {
                let keys: Vec<Borrowed<'_, C, K>> = value.keys().map(Borrowed::new).collect();
                map_cells(&keys.iter().zip(value.values()).collect::<Vec<_>>(), cells, D::cells);
            }

            fn stand_in() -> Option<$type<K, V $(, $hasher)?>> {
                Some($type::default())
            }
        }
    )*};
}

maps! {
    BTreeMap<>, [Ord];
    HashMap<S, H>, [Eq + Hash];
}

fn entries<C, D, K, V, M: FromIterator<(K, V)>>(
    read: impl IntoIterator<Item = (Owned<C, K>, Owned<D, V>)>,
) -> M {
    let entries = read.into_iter();
    entries
        .map(|(key, value)| (key.into_inner(), value.into_inner()))
        .collect()
}

macro_rules! sets {
    ($($type:ident<$($hasher:ident, $codec_hasher:ident)?>, [$($key_bounds:tt)*];)*) => {$(
        impl<C: Adapter<K>, K $(, $hasher, $codec_hasher)?> Adapter<$type<K $(, $hasher)?>>
            for $type<C $(, $codec_hasher)?>
        {
            const DESC: &'static Desc = &Desc::Set(C::DESC);
            const IS_SAME: bool = C::IS_SAME;

            fn reduce(
                value: &$type<K $(, $hasher)?>,
                encoder: &mut Encoder<'_>,
            ) -> Result<(), Error> {
                let keys: Vec<Borrowed<'_, C, K>> = value.iter().map(Borrowed::new).collect();
                let desc = <Self as Adapter<$type<K $(, $hasher)?>>>::DESC;
                encoder.set(keys.iter(), desc)
            }
        }

        impl<C, K $(, $hasher, $codec_hasher)?> Restore<$type<K $(, $hasher)?>>
            for $type<C $(, $codec_hasher)?>
        where
            C: Restore<K>,
            K: $($key_bounds)*,
            $($hasher: BuildHasher + Default,)?
        {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$type<K $(, $hasher)?>, Error> {
                let read = $type::<Owned<C, K> $(, $hasher)?>::reconstruct(decoder)?;
                Ok(read.into_iter().map(Owned::into_inner).collect())
            }

            fn restore_as(
                decoder: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<$type<K $(, $hasher)?>, Error> {
                let read = $type::<Owned<C, K> $(, $hasher)?>::reconstruct_as(decoder, written)?;
                Ok(read.into_iter().map(Owned::into_inner).collect())
            }

            fn cells<'a>(value: &'a $type<K $(, $hasher)?>, cells: &mut Cells<'a>) {
                // What is in a cell has no place in an order.
                cells.refuse(|cells| value.iter().for_each(|key| C::cells(key, cells)));
            }

            fn stand_in() -> Option<$type<K $(, $hasher)?>> {
                Some($type::default())
            }
        }
    )*};
}

sets! {
    BTreeSet<>, [Ord];
    HashSet<S, H>, [Eq + Hash];
}

impl<C: Adapter<T>, T> Adapter<BinaryHeap<T>> for BinaryHeap<C> {
    const DESC: &'static Desc = C::SEQUENCE;
    const IS_SAME: bool = C::IS_SAME;

    fn reduce(value: &BinaryHeap<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let items: Vec<Borrowed<'_, C, T>> = value.iter().map(Borrowed::new).collect();
        grow(|| encoder.sorted_sequence(items.iter()))
    }
}

impl<C: Restore<T>, T: Ord> Restore<BinaryHeap<T>> for BinaryHeap<C> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<BinaryHeap<T>, Error> {
        grow(|| C::restore_sequence(decoder)).map(Into::into)
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<BinaryHeap<T>, Error> {
        grow(|| C::restore_sequence_as(decoder, written)).map(Into::into)
    }

    fn cells<'a>(value: &'a BinaryHeap<T>, cells: &mut Cells<'a>) {
        // A heap does not keep the order in which it was read.
        cells.refuse(|cells| value.iter().for_each(|item| C::cells(item, cells)));
    }

    fn stand_in() -> Option<BinaryHeap<T>> {
        Some(BinaryHeap::new())
    }
}

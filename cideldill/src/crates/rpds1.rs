//! `rpds` 1: persistent collections, each with the content of its twin in the standard library.
//!
//! What two versions share in memory is not seen: each is written whole, and what is the same in the
//! data is stored once. Clones of a map or set are told by their roots, and written once. To share
//! them again after loading, hold them in an `Rc` or `Arc`.

#![allow(
    clippy::disallowed_types,
    reason = "hash maps are read, and written in the order of keys"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use rpds::{
    HashTrieMap, HashTrieMapSync, HashTrieSet, HashTrieSetSync, List, ListSync, Queue, QueueSync,
    RedBlackTreeMap, RedBlackTreeMapSync, RedBlackTreeSet, RedBlackTreeSetSync, Vector, VectorSync,
};

use crate::codec::{Cells, Decoder, Encoder, Persistent};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::stack::grow;

/// Sequences.
macro_rules! sequences {
    ($($type:ident),*) => {$(
        impl<T: Reduce> Reduce for $type<T> {
            const DESC: &'static Desc = T::SEQUENCE;

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                // A queue's iterator does not know its length.
                let items: Vec<&T> = self.iter().collect();
                grow(|| T::reduce_sequence(items.into_iter(), encoder))
            }
        }

        impl<T: Reconstruct> Reconstruct for $type<T> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                Vec::reconstruct(decoder).map(Self::from_iter)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                Vec::reconstruct_as(decoder, written).map(Self::from_iter)
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                grow(|| self.iter().for_each(|item| item.cells(cells)));
            }

            fn stand_in() -> Option<Self> {
                Some(Self::from_iter([]))
            }
        }
    )*};
}

sequences!(Vector, VectorSync, List, ListSync, Queue, QueueSync);

/// Maps, loaded through a map of the standard library.
macro_rules! maps {
    ($($type:ident, $twin:ident, [$($key_bounds:tt)*];)*) => {$(
        impl<K, V> Reduce for $type<K, V>
        where
            K: Reduce + $($key_bounds)* + 'static,
            V: Reduce + 'static,
        {
            const DESC: &'static Desc = &Desc::Map(K::DESC, V::DESC);

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.persistent(self, |encoder| encoder.map(self.iter(), Self::DESC))
            }
        }

        impl<K: $($key_bounds)* + 'static, V: 'static> Persistent for $type<K, V> {
            fn key(&self) -> (usize, usize) {
                (self.size(), address(self.keys().next()))
            }

            fn is_clone_of(&self, other: &Self) -> bool {
                self.ptr_eq(other)
            }
        }

        impl<K, V> Reconstruct for $type<K, V>
        where
            K: Reconstruct + $($key_bounds)* + 'static,
            V: Reconstruct + 'static,
        {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                <$twin<K, V>>::reconstruct(decoder).map(Self::from_iter)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                <$twin<K, V>>::reconstruct_as(decoder, written).map(Self::from_iter)
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                // Values in cells come in no order that was kept.
                cells.refuse(|cells| self.iter().for_each(|(_, value)| value.cells(cells)));
            }

            fn stand_in() -> Option<Self> {
                Some(Self::from_iter([]))
            }
        }
    )*};
}

maps! {
    HashTrieMap, HashMap, [Eq + Hash];
    HashTrieMapSync, HashMap, [Eq + Hash];
    RedBlackTreeMap, BTreeMap, [Ord];
    RedBlackTreeMapSync, BTreeMap, [Ord];
}

/// Where an element lies: clones have it at the same place.
fn address<K>(key: Option<&K>) -> usize {
    key.map_or(0, |key| std::ptr::from_ref(key).addr())
}

/// Sets, likewise.
macro_rules! sets {
    ($($type:ident, $twin:ident, [$($key_bounds:tt)*];)*) => {$(
        impl<K: Reduce + $($key_bounds)* + 'static> Reduce for $type<K> {
            const DESC: &'static Desc = &Desc::Set(K::DESC);

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.persistent(self, |encoder| encoder.set(self.iter(), Self::DESC))
            }
        }

        impl<K: $($key_bounds)* + 'static> Persistent for $type<K> {
            fn key(&self) -> (usize, usize) {
                (self.size(), address(self.iter().next()))
            }

            fn is_clone_of(&self, other: &Self) -> bool {
                self.ptr_eq(other)
            }
        }

        impl<K: Reconstruct + $($key_bounds)* + 'static> Reconstruct for $type<K> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                <$twin<K>>::reconstruct(decoder).map(Self::from_iter)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                <$twin<K>>::reconstruct_as(decoder, written).map(Self::from_iter)
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                cells.refuse(|cells| self.iter().for_each(|key| key.cells(cells)));
            }

            fn stand_in() -> Option<Self> {
                Some(Self::from_iter([]))
            }
        }
    )*};
}

sets! {
    HashTrieSet, HashSet, [Eq + Hash];
    HashTrieSetSync, HashSet, [Eq + Hash];
    RedBlackTreeSet, BTreeSet, [Ord];
    RedBlackTreeSetSync, BTreeSet, [Ord];
}

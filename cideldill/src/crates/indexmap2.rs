//! `indexmap` 2: order is part of the value, so a map is a sequence of pairs and a set a sequence.

use std::hash::{BuildHasher, Hash};

use indexmap::{IndexMap, IndexSet};

use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::impls::check_count;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::stack::grow;

impl<K: Reduce, V: Reduce, S> Reduce for IndexMap<K, V, S> {
    const DESC: &'static Desc = <(K, V)>::SEQUENCE;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let pairs: Vec<(&K, &V)> = self.iter().collect();
        pairs.reduce(encoder)
    }
}

impl<K, V, S> Reconstruct for IndexMap<K, V, S>
where
    K: Reconstruct + Eq + Hash,
    V: Reconstruct,
    S: BuildHasher + Default,
{
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        collect_map(Vec::reconstruct(decoder)?)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        collect_map(Vec::reconstruct_as(decoder, written)?)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow(|| {
            for (key, value) in self {
                key.cells(cells);
                value.cells(cells);
            }
        });
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

fn collect_map<K, V, S>(pairs: Vec<(K, V)>) -> Result<IndexMap<K, V, S>, Error>
where
    K: Eq + Hash,
    S: BuildHasher + Default,
{
    let found = pairs.len();
    let map: IndexMap<K, V, S> = pairs.into_iter().collect();
    check_count(found, map.len())?;
    Ok(map)
}

impl<T: Reduce, S> Reduce for IndexSet<T, S> {
    const DESC: &'static Desc = T::SEQUENCE;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| T::reduce_sequence(self.iter(), encoder))
    }
}

impl<T, S> Reconstruct for IndexSet<T, S>
where
    T: Reconstruct + Eq + Hash,
    S: BuildHasher + Default,
{
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        collect_set(Vec::reconstruct(decoder)?)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        collect_set(Vec::reconstruct_as(decoder, written)?)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow(|| self.iter().for_each(|item| item.cells(cells)));
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

fn collect_set<T, S>(items: Vec<T>) -> Result<IndexSet<T, S>, Error>
where
    T: Eq + Hash,
    S: BuildHasher + Default,
{
    let found = items.len();
    let set: IndexSet<T, S> = items.into_iter().collect();
    check_count(found, set.len())?;
    Ok(set)
}

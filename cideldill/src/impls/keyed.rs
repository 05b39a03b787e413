//! Maps and sets.

use std::collections::{BTreeMap, BTreeSet};
#[expect(
    clippy::disallowed_types,
    reason = "written in the order of keys, never of hashes"
)]
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use crate::codec::{Cells, Decoder, Encoder, in_key_order};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::path::Segment;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::shape::DescRef;
use crate::stack::{grow, grow_for};

impl Decoder<'_> {
    /// Reads the entries of a map or the keys of a set, ascending.
    #[inline(never)]
    fn keyed<K, V>(
        &mut self,
        desc: DescRef<'_>,
        key_desc: &[u8],
        mut read_key: impl FnMut(&mut Self) -> Result<K, Error>,
        mut read_value: impl FnMut(&mut Self, &K) -> Result<V, Error>,
    ) -> Result<Vec<(K, V)>, Error> {
        let is_map = desc.letter() == b'{';
        let mut entries = Vec::new();
        self.each_run(desc, &mut |decoder| {
            let n = if is_map {
                decoder.cursor.map_len()?
            } else {
                decoder.cursor.array_len()?
            };
            decoder.count_items(n)?;
            let elements = decoder.start();
            entries.reserve(decoder.room::<(K, V)>(n));
            let mut previous = None;
            for _ in 0..n {
                let start = decoder.cursor.at;
                let index = entries.len() as u64;
                let key = read_key(decoder).map_err(|error| error.in_index(index))?;
                let range = start..decoder.cursor.at;
                decoder.check_key_order(key_desc, previous.replace(range.clone()), range)?;
                let value = read_value(decoder, &key)?;
                entries.push((key, value));
            }
            Ok((n, elements))
        })?;
        Ok(entries)
    }
}

/// Two equal keys are never merged.
pub(crate) fn check_count(found: usize, kept: usize) -> Result<(), Error> {
    if found == kept {
        return Ok(());
    }
    Err(ErrorKind::DuplicateKey {
        key: format!("{} of {found} keys", found - kept),
    }
    .into())
}

macro_rules! maps {
    ($($type:ident<K, V $(, $hasher:ident)?>, [$($key_bounds:tt)*];)*) => {$(
        #[allow(clippy::disallowed_types, reason = "written in the order of keys")]
        impl<K: Reduce, V: Reduce $(, $hasher)?> Reduce for $type<K, V $(, $hasher)?> {
            const DESC: &'static Desc = &Desc::Map(K::DESC, V::DESC);

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| encoder.map(self.iter(), Self::DESC))
            }
        }

        #[allow(clippy::disallowed_types, reason = "written in the order of keys")]
        impl<K, V $(, $hasher)?> Reconstruct for $type<K, V $(, $hasher)?>
        where
            K: Reconstruct + $($key_bounds)*,
            V: Reconstruct,
            $($hasher: BuildHasher + Default,)?
        {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                collect_map(entries(decoder, Self::DESC, None)?, Self::len)
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                grow_for(&mut || map_cells(&self.iter().collect::<Vec<_>>(), cells, V::cells));
            }

            fn stand_in() -> Option<Self> {
                Some(Self::default())
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                collect_map(entries(decoder, Self::DESC, Some(written))?, Self::len)
            }
        }
    )*};
}

maps! {
    BTreeMap<K, V>, [Ord];
    HashMap<K, V, S>, [Eq + Hash];
}

/// Reads the entries of a map, whose desc is `written` if it is not the type's. One function for
/// both, so that they are compiled once for each type.
fn entries<K: Reconstruct, V: Reconstruct>(
    decoder: &mut Decoder<'_>,
    desc: &'static Desc,
    written: Option<&[u8]>,
) -> Result<Vec<(K, V)>, Error> {
    let own_key = K::DESC.to_text();
    let (desc, as_written) = match written {
        None => (DescRef::Constant(desc), None),
        Some(written) => {
            let parts = map_parts(written).ok_or_else(|| wrong_kind(desc, written))?;
            (DescRef::Text(written), Some(parts))
        }
    };
    let key_desc = as_written.map_or(own_key.as_bytes(), |(key, _)| key);
    let read_key = |decoder: &mut Decoder<'_>| match as_written {
        None => K::reconstruct(decoder),
        Some((key, _)) => K::reconstruct_as(decoder, key),
    };
    let read_value = |decoder: &mut Decoder<'_>, key: &K| {
        let value = match as_written {
            None => V::reconstruct(decoder),
            Some((_, value)) => V::reconstruct_as(decoder, value),
        };
        value.map_err(|error| in_key(error, key))
    };
    grow(|| decoder.keyed(desc, key_desc, read_key, read_value))
}

/// The descs of keys and values in that of a map.
fn map_parts(written: &[u8]) -> Option<(&[u8], &[u8])> {
    let entry = written.strip_prefix(b"{")?;
    entry.split_at_checked(crate::desc::first_len(entry)?)
}

/// The cells in the values of a map, in the order of its keys.
pub(crate) fn map_cells<'a, K: Reduce, V>(
    entries: &[(&K, &'a V)],
    cells: &mut Cells<'a>,
    find: fn(&'a V, &mut Cells<'a>),
) {
    let mut any = Cells::default();
    for (_, value) in entries {
        find(value, &mut any);
    }
    if any.is_empty() {
        return;
    }
    // Numbers for the values: the order is then compiled once for each type of keys.
    let keys = entries.iter().enumerate();
    let keys = keys.map(|(number, (key, _))| (*key, number)).collect();
    match in_key_order(keys) {
        Ok(keys) => keys
            .iter()
            .for_each(|(_, number)| find(entries[*number].1, cells)),
        Err(_) => cells.refuse(|cells| cells.append(&mut any)),
    }
}

fn collect_map<K, V, M: FromIterator<(K, V)>>(
    entries: Vec<(K, V)>,
    len: impl Fn(&M) -> usize,
) -> Result<M, Error> {
    let found = entries.len();
    let map: M = entries.into_iter().collect();
    check_count(found, len(&map))?;
    Ok(map)
}

#[cold]
fn in_key<K: Reduce>(error: Error, key: &K) -> Error {
    error.within(Segment::Key(crate::value::short_text(key, 80)))
}

macro_rules! sets {
    ($($type:ident<K $(, $hasher:ident)?>, [$($key_bounds:tt)*];)*) => {$(
        #[allow(clippy::disallowed_types, reason = "written in the order of keys")]
        impl<K: Reduce $(, $hasher)?> Reduce for $type<K $(, $hasher)?> {
            const DESC: &'static Desc = &Desc::Set(K::DESC);

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                grow(|| encoder.set(self.iter(), Self::DESC))
            }
        }

        #[allow(clippy::disallowed_types, reason = "written in the order of keys")]
        impl<K, $($hasher)?> Reconstruct for $type<K $(, $hasher)?>
        where
            K: Reconstruct + $($key_bounds)*,
            $($hasher: BuildHasher + Default,)?
        {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                collect_set(keys(decoder, Self::DESC, None)?, Self::len)
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                // What is in a cell has no place in an order.
                cells.refuse(|cells| self.iter().for_each(|key| key.cells(cells)));
            }

            fn stand_in() -> Option<Self> {
                Some(Self::default())
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                collect_set(keys(decoder, Self::DESC, Some(written))?, Self::len)
            }
        }
    )*};
}

sets! {
    BTreeSet<K>, [Ord];
    HashSet<K, S>, [Eq + Hash];
}

/// Reads the keys of a set, as [`entries`] those of a map.
fn keys<K: Reconstruct>(
    decoder: &mut Decoder<'_>,
    desc: &'static Desc,
    written: Option<&[u8]>,
) -> Result<Vec<(K, ())>, Error> {
    let own_key = K::DESC.to_text();
    let (desc, as_written) = match written {
        None => (DescRef::Constant(desc), None),
        Some(written) => {
            let key = written.strip_prefix(b"<");
            let key = key.ok_or_else(|| wrong_kind(desc, written))?;
            (DescRef::Text(written), Some(key))
        }
    };
    let key_desc = as_written.unwrap_or(own_key.as_bytes());
    let read_key = |decoder: &mut Decoder<'_>| match as_written {
        None => K::reconstruct(decoder),
        Some(key) => K::reconstruct_as(decoder, key),
    };
    grow(|| decoder.keyed(desc, key_desc, read_key, |_, _| Ok(())))
}

fn collect_set<K, S: FromIterator<K>>(
    keys: Vec<(K, ())>,
    len: impl Fn(&S) -> usize,
) -> Result<S, Error> {
    let found = keys.len();
    let set: S = keys.into_iter().map(|(key, ())| key).collect();
    check_count(found, len(&set))?;
    Ok(set)
}

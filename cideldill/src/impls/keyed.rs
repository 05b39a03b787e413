//! Maps and sets.

use std::collections::{BTreeMap, BTreeSet};
#[expect(
    clippy::disallowed_types,
    reason = "written in the order of keys, never of hashes"
)]
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::ops::Range;

use crate::codec::{Cells, Decoder, Encoder, FindCells, in_key_order};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::path::Segment;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::shape::DescRef;
use crate::stack::{grow, grow_for};

/// Entries of a map or keys of a set of whatever type, read one after the other.
trait Entries {
    /// Makes room for as many of `n` entries as [`Decoder::room`] says.
    fn reserve(&mut self, decoder: &Decoder<'_>, n: u64);

    /// Reads a key and, in a map, its value.
    fn read_next(&mut self, decoder: &mut Decoder<'_>, keys: &mut Keys<'_>) -> Result<(), Error>;
}

/// What is known of the keys that were read.
struct Keys<'d> {
    desc: &'d [u8],
    /// The descs that keys and values were written with, if they are not the type's.
    written: Option<(&'d [u8], &'d [u8])>,
    count: u64,
    /// Where the last one stands, if that is in the same block.
    last: Option<Range<usize>>,
}

impl<K: Reconstruct, V: Reconstruct> Entries for &mut Vec<(K, V)> {
    fn reserve(&mut self, decoder: &Decoder<'_>, n: u64) {
        Vec::reserve(self, decoder.room::<(K, V)>(n));
    }

    fn read_next(&mut self, decoder: &mut Decoder<'_>, keys: &mut Keys<'_>) -> Result<(), Error> {
        let key: K = decoder.key(keys)?;
        let value = match keys.written {
            None => V::reconstruct(decoder),
            Some((_, written)) => V::reconstruct_as(decoder, written),
        };
        match value {
            Ok(value) => self.push((key, value)),
            Err(error) => return Err(in_key(error, &key)),
        }
        Ok(())
    }
}

/// The keys of a set.
struct KeysOnly<'k, K>(&'k mut Vec<K>);

impl<K: Reconstruct> Entries for KeysOnly<'_, K> {
    fn reserve(&mut self, decoder: &Decoder<'_>, n: u64) {
        self.0.reserve(decoder.room::<K>(n));
    }

    fn read_next(&mut self, decoder: &mut Decoder<'_>, keys: &mut Keys<'_>) -> Result<(), Error> {
        self.0.push(decoder.key(keys)?);
        Ok(())
    }
}

impl Decoder<'_> {
    /// Reads the entries of a map or the keys of a set, ascending. `written` is its desc, if that is
    /// not the one expected.
    fn keyed(
        &mut self,
        expected: &'static Desc,
        written: Option<&[u8]>,
        entries: &mut dyn Entries,
    ) -> Result<(), Error> {
        let own = expected.to_text();
        let parts = key_and_value(written.unwrap_or(own.as_bytes()), expected.letter());
        let parts = parts.ok_or_else(|| wrong_kind(expected, written.unwrap_or_default()))?;
        let desc = written.map_or(DescRef::Constant(expected), DescRef::Text);
        let mut keys = Keys {
            desc: parts.0,
            written: written.map(|_| parts),
            count: 0,
            last: None,
        };
        let is_map = expected.letter() == b'{';
        grow(|| {
            self.each_run(desc, &mut |decoder| {
                let n = if is_map {
                    decoder.cursor.map_len()?
                } else {
                    decoder.cursor.array_len()?
                };
                decoder.count_items(n)?;
                let elements = decoder.start();
                entries.reserve(decoder, n);
                keys.last = None;
                for _ in 0..n {
                    entries.read_next(decoder, &mut keys)?;
                }
                Ok((n, elements))
            })
        })
    }

    /// Reads a key, which must be greater than the last one.
    fn key<K: Reconstruct>(&mut self, keys: &mut Keys<'_>) -> Result<K, Error> {
        let start = self.cursor.at;
        let key = match keys.written {
            None => K::reconstruct(self),
            Some((written, _)) => K::reconstruct_as(self, written),
        };
        let key = key.map_err(|error| error.in_index(keys.count))?;
        let place = start..self.cursor.at;
        keys.count += 1;
        self.check_key_order(keys.desc, keys.last.replace(place.clone()), place)?;
        Ok(key)
    }
}

/// The descs of keys and values in that of a map, or of keys in that of a set, by its letter.
fn key_and_value(desc: &[u8], letter: u8) -> Option<(&[u8], &[u8])> {
    let entry = desc.strip_prefix(&[letter])?;
    entry.split_at_checked(crate::desc::first_len(entry)?)
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
                encoder.map(self.iter(), Self::DESC)
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
                let mut entries: Vec<(&K, &dyn FindCells)> = Vec::with_capacity(self.len());
                for (key, value) in self {
                    entries.push((key, value));
                }
                map_cells(&entries, cells, <dyn FindCells>::find);
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
    let mut entries = Vec::new();
    decoder.keyed(desc, written, &mut &mut entries)?;
    Ok(entries)
}

/// The cells in the values of a map, in the order of its keys.
pub(crate) fn map_cells<'a, K: Reduce, V: Copy>(
    entries: &[(&K, V)],
    cells: &mut Cells<'a>,
    find: fn(V, &mut Cells<'a>),
) {
    grow_for(&mut || {
        let mut any = Cells::default();
        for (_, value) in entries {
            find(*value, &mut any);
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
    });
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
                encoder.set(self.iter(), Self::DESC)
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
) -> Result<Vec<K>, Error> {
    let mut keys = Vec::new();
    decoder.keyed(desc, written, &mut KeysOnly(&mut keys))?;
    Ok(keys)
}

fn collect_set<K, S: FromIterator<K>>(keys: Vec<K>, len: impl Fn(&S) -> usize) -> Result<S, Error> {
    let found = keys.len();
    let set: S = keys.into_iter().collect();
    check_count(found, len(&set))?;
    Ok(set)
}

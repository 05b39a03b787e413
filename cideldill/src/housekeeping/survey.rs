//! What is in a store, counted by kind and size.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::walk::{BLOCKS_PER_READ, for_each_page};
use super::{OnProgress, Ticker};
use crate::cid::Cid;
use crate::error::Error;
use crate::link::links;
use crate::store::{BlockStore, Stats};

/// What a block is, by the desc it starts with (docs/format.md section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BlockKind {
    /// A struct, or a variant of an enum.
    Record,
    /// A sequence, or a chunk of one.
    Sequence,
    /// A map, or a chunk of one.
    Map,
    /// A set, or a chunk of one.
    Set,
    /// A text, or a chunk of one.
    Text,
    /// A byte string, or a chunk of one.
    Bytes,
    /// A tuple.
    Tuple,
    /// An option.
    Option,
    /// A value that carries its own desc.
    Any,
    /// A number, a truth value, a character, a unit, or a weak pointer.
    Single,
    /// A list of chunks.
    Node,
    /// A cycle of pointers.
    Cycle,
    /// A root that says which pointers of its content are the same.
    Overlay,
    /// Bytes that are not a block, or cannot be read: see [`fsck`](super::fsck).
    Damaged,
}

impl fmt::Display for BlockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Record => "record",
            Self::Sequence => "sequence",
            Self::Map => "map",
            Self::Set => "set",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Tuple => "tuple",
            Self::Option => "option",
            Self::Any => "any",
            Self::Single => "single",
            Self::Node => "node",
            Self::Cycle => "cycle",
            Self::Overlay => "overlay",
            Self::Damaged => "damaged",
        })
    }
}

/// Blocks of about the same length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SizeClass {
    /// The longest block of the class, in bytes: a power of two. Others are longer than half of it.
    pub up_to: u64,
    /// How many there are.
    pub stats: Stats,
}

/// What [`survey`] counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Survey {
    /// All blocks.
    pub all: Stats,
    /// By kind. Kinds without blocks are not there.
    pub by_kind: BTreeMap<BlockKind, Stats>,
    /// By length, ascending. Classes without blocks are not there.
    pub by_size: Vec<SizeClass>,
    /// Blocks that no block of the store links to: the tops of what is kept.
    pub top_level: Stats,
    /// Those of them that no reference stands for, so that [`gc`](super::gc) may take them out.
    pub unnamed: Stats,
    /// Links, counted as often as they stand in a block.
    pub links: u64,
    /// References.
    pub refs: u64,
}

/// Counts blocks by kind and size, and those that nobody links to.
///
/// Reads every block, but does not verify them.
///
/// ```
/// use cideldill::housekeeping::{BlockKind, survey};
/// use cideldill::Store;
/// let store = Store::in_memory();
/// store.put(&vec!["many words ".repeat(200)])?;
/// let survey = survey(store.blocks(), &mut |_| {})?;
/// assert_eq!(survey.by_kind[&BlockKind::Text].blocks, 1);
/// assert_eq!(survey.top_level.blocks, 1);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// What the store says when it lists its blocks.
pub fn survey(store: &dyn BlockStore, progress: &mut OnProgress<'_>) -> Result<Survey, Error> {
    let mut ticker = Ticker::new(progress, "counting blocks", Some(store.stats().blocks));
    let refs = store.refs()?;
    let mut survey = Survey {
        refs: refs.len() as u64,
        ..Survey::default()
    };
    let mut by_size: BTreeMap<u64, Stats> = BTreeMap::new();
    let mut linked = BTreeSet::new();
    let mut lengths: Vec<(Cid, u64)> = Vec::new();
    for_each_page(store, |page| {
        for (cid, bytes) in read_all(store, page) {
            ticker.tick();
            let links = links(&bytes);
            let kind = match &links {
                Ok(_) => kind_of(&bytes),
                Err(_) => BlockKind::Damaged,
            };
            let len = bytes.len() as u64;
            count(&mut survey.all, len);
            count(survey.by_kind.entry(kind).or_default(), len);
            count(by_size.entry(len.next_power_of_two()).or_default(), len);
            let links = links.unwrap_or_default();
            survey.links += links.len() as u64;
            linked.extend(links);
            lengths.push((cid, len));
        }
        Ok(())
    })?;
    ticker.end();
    let named: BTreeSet<Cid> = refs.into_values().collect();
    for (cid, len) in lengths {
        if !linked.contains(&cid) {
            count(&mut survey.top_level, len);
            if !named.contains(&cid) {
                count(&mut survey.unnamed, len);
            }
        }
    }
    let classes = by_size.into_iter();
    survey.by_size = classes
        .map(|(up_to, stats)| SizeClass { up_to, stats })
        .collect();
    Ok(survey)
}

/// The bytes of all these blocks that are still there; none where they cannot be read.
fn read_all(
    store: &dyn BlockStore,
    page: &[Cid],
) -> impl Iterator<Item = (Cid, std::sync::Arc<[u8]>)> {
    debug_assert!(page.len() <= BLOCKS_PER_READ);
    let together = store.read_unverified(page);
    let found = together.unwrap_or_else(|_| {
        let alone = page.iter().map(|cid| {
            let found = store.read_unverified(&[*cid]);
            found.map_or_else(
                |_| Some(std::sync::Arc::default()),
                |mut one| one.pop().flatten(),
            )
        });
        alone.collect()
    });
    let cids: Vec<Cid> = page.to_vec();
    let pairs = cids.into_iter().zip(found);
    pairs.filter_map(|(cid, bytes)| Some((cid, bytes?)))
}

fn count(stats: &mut Stats, bytes: u64) {
    stats.blocks += 1;
    stats.bytes += bytes;
}

/// The kind of a block, of which it is known that it starts with a byte and a string.
fn kind_of(bytes: &[u8]) -> BlockKind {
    let Some([0xd9, _, letter, ..] | [0xda, _, _, letter, ..] | [_, letter, ..]) = bytes.get(1..)
    else {
        return BlockKind::Damaged;
    };
    match letter {
        b'%' => BlockKind::Node,
        b'~' => BlockKind::Cycle,
        b'!' => BlockKind::Overlay,
        b'@' => BlockKind::Record,
        b'[' => BlockKind::Sequence,
        b'{' => BlockKind::Map,
        b'<' => BlockKind::Set,
        b's' => BlockKind::Text,
        b'y' => BlockKind::Bytes,
        b'(' => BlockKind::Tuple,
        b'?' => BlockKind::Option,
        b'*' => BlockKind::Any,
        letter if b"BHILQbhilqfdtcnw".contains(letter) => BlockKind::Single,
        _ => BlockKind::Damaged,
    }
}

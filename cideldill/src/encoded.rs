//! Encoding and decoding in memory, and content identifiers.

use std::sync::Arc;

use crate::block::{Block, BlockSource};
use crate::cid::Cid;
use crate::cid_map::CidMap;
use crate::codec::{Decoder, Discard, Encoder, Encoding, Profile, Sink};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

/// A value as blocks: what [`encode`] makes and [`decode`] reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    root: Cid,
    blocks: CidMap<Arc<[u8]>>,
}

impl Encoded {
    /// The CID of the value.
    pub fn root(&self) -> Cid {
        self.root
    }

    /// Each block once, in the order of their CIDs.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = Block> {
        let mut blocks: Vec<(Cid, &Arc<[u8]>)> = self
            .blocks
            .iter()
            .map(|(cid, bytes)| (*cid, bytes))
            .collect();
        blocks.sort_unstable_by_key(|(cid, _)| *cid);
        let blocks = blocks.into_iter();
        blocks.map(|(cid, bytes)| Block::trusted(cid, Arc::clone(bytes)))
    }

    /// The bytes of all blocks together.
    pub fn len(&self) -> u64 {
        self.blocks.values().map(|bytes| bytes.len() as u64).sum()
    }

    /// Never: there is a root block.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

impl BlockSource for Encoded {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let blocks = cids.iter().map(|cid| {
            let bytes = self.blocks.get(cid);
            // Blocks were verified when they came in.
            bytes
                .cloned()
                .ok_or_else(|| ErrorKind::Missing { cid: *cid }.into())
        });
        blocks.collect()
    }
}

/// Gathers blocks in memory.
#[derive(Default)]
struct Gather(CidMap<Arc<[u8]>>);

impl Sink for Gather {
    fn accept(&mut self, blocks: &[(Cid, &[u8])]) -> Result<(), Error> {
        for (cid, bytes) in blocks {
            self.0.entry(*cid).or_insert_with(|| (*bytes).into());
        }
        Ok(())
    }

    fn discard(&mut self) {
        self.0.clear();
    }
}

/// Encodes into a sink.
pub(crate) fn encode_into<T: Reduce + ?Sized>(
    value: &T,
    profile: Profile,
    sink: &mut dyn Sink,
) -> Result<Encoding, Error> {
    write_root(value, Encoder::new(profile, sink))
}

/// Takes a value apart; one with cycles in two runs.
pub(crate) fn write_root<T: Reduce + ?Sized>(
    value: &T,
    mut encoder: Encoder<'_>,
) -> Result<Encoding, Error> {
    value.reduce_root(&mut encoder)?;
    if encoder.found_cycle() {
        encoder.restart();
        value.reduce_root(&mut encoder)?;
    }
    encoder.finish()
}

/// Takes a value apart to be looked at: in one block, which is quick, if there are no pointers that
/// others may lead to.
pub(crate) fn encode_quickly<T: Reduce + ?Sized>(value: &T) -> Result<Encoded, Error> {
    let mut blocks = Gather::default();
    let mut encoder = Encoder::new(Profile::WHOLE, &mut blocks).stopping_at_pointers();
    let written = value.reduce_root(&mut encoder);
    if encoder.holds_pointer() {
        return encode(value);
    }
    written?;
    let encoding = encoder.finish()?;
    Ok(Encoded {
        root: encoding.root,
        blocks: blocks.0,
    })
}

/// The CID of a value: what [`put`](crate::Store::put) returns for it.
///
/// Equal values have equal CIDs, in every process and on every machine.
///
/// ```
/// use cideldill::compute_cid;
/// assert_eq!(compute_cid("abc")?, compute_cid(&String::from("abc"))?);
/// assert_ne!(compute_cid(&1_u8)?, compute_cid(&1_u16)?);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// What in the value cannot be recorded, with the path to it.
pub fn compute_cid<T: Reduce + ?Sized>(value: &T) -> Result<Cid, Error> {
    let encoding = encode_into(value, Profile::STANDARD, &mut Discard)?;
    Ok(encoding.root)
}

/// The CID of a value's content alone, without which pointers are the same.
///
/// The same as [`compute_cid`] for values in which no `Rc` or `Arc` is met twice, no `Weak` points
/// inside.
///
/// ```
/// use std::rc::Rc;
/// use cideldill::{compute_cid, content_cid};
/// let (s, t) = (Rc::new("tea".to_owned()), Rc::new("tea".to_owned()));
/// let (same, equal) = ([s.clone(), s.clone()], [s, t]);
/// assert_eq!(content_cid(&same)?, content_cid(&equal)?);
/// assert_ne!(compute_cid(&same)?, compute_cid(&equal)?);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// As [`compute_cid`].
pub fn content_cid<T: Reduce + ?Sized>(value: &T) -> Result<Cid, Error> {
    let encoding = encode_into(value, Profile::STANDARD, &mut Discard)?;
    Ok(encoding.content)
}

/// Takes a value apart into blocks in memory.
///
/// ```
/// use cideldill::{decode, encode};
/// let words = vec!["many words ".repeat(200), "few".into()];
/// let encoded = encode(&words)?;
/// assert_eq!(encoded.blocks().len(), 2);
/// assert_eq!(decode::<Vec<String>>(encoded.root(), &encoded)?, words);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// What in the value cannot be recorded, with the path to it.
pub fn encode<T: Reduce + ?Sized>(value: &T) -> Result<Encoded, Error> {
    encode_with(value, Profile::STANDARD)
}

/// The same in another profile.
///
/// # Errors
/// As [`encode`].
pub fn encode_with<T: Reduce + ?Sized>(value: &T, profile: Profile) -> Result<Encoded, Error> {
    let mut blocks = Gather::default();
    let encoding = encode_into(value, profile, &mut blocks)?;
    Ok(Encoded {
        root: encoding.root,
        blocks: blocks.0,
    })
}

/// Puts a value together from its blocks, within the default [`Limits`].
///
/// # Errors
/// A missing or corrupt block, bytes that no encoder writes, or data that is not a `T`.
pub fn decode<T: Reconstruct>(root: Cid, blocks: &dyn BlockSource) -> Result<T, Error> {
    decode_with(root, blocks, Limits::default())
}

/// The same within other limits.
///
/// # Errors
/// As [`decode`].
pub fn decode_with<T: Reconstruct>(
    root: Cid,
    blocks: &dyn BlockSource,
    limits: Limits,
) -> Result<T, Error> {
    let loaded = Decoder::new(blocks, limits).root(root)?;
    Ok(loaded.value)
}

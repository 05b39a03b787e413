//! Values as messages: what the other side lacks of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gathered::{Gathered, Lent, Spare};
use super::{CidCache, Offered, Refusal, Reservation, base64, is_frame, read_frame, write_frame};
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::encoded::{compute_cid, decode};
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

/// Takes values apart and leaves out what the other side acknowledged.
///
/// For all threads of a program; no lock is held while a value is encoded. Cheap to clone; clones
/// share the cache. A buffer of up to 32 MiB is kept for the next value.
///
/// ```
/// use cideldill::transport::Serializer;
/// let serializer = Serializer::default();
/// let first = serializer.serialize(&("tea", 100))?;
/// assert!(first.data().is_some());
/// first.acknowledge(); // the other side said so
/// let again = serializer.serialize(&("tea", 100))?;
/// assert!(again.data().is_none()); // its name is enough
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Serializer {
    cache: Arc<CidCache>,
    spare: Arc<Spare>,
    is_framed: bool,
}

impl Serializer {
    /// A serializer that leaves out what is in this cache.
    pub fn new(cache: Arc<CidCache>) -> Self {
        Self {
            cache,
            ..Self::default()
        }
    }

    /// Whether blocks travel as components (the default), or all in one frame as the object's data.
    /// No CID depends on it.
    #[must_use]
    pub const fn with_decompose(mut self, decompose: bool) -> Self {
        self.is_framed = !decompose;
        self
    }

    /// What the other side acknowledged.
    pub fn cache(&self) -> &Arc<CidCache> {
        &self.cache
    }

    /// A value's name, and those of its blocks that the other side lacks.
    ///
    /// # Errors
    /// What in the value cannot be recorded, with the path to it; then nothing is reserved.
    pub fn serialize<T: Reduce + ?Sized>(&self, value: &T) -> Result<Serialized, Error> {
        self.serialize_without(value, |cid| self.cache.is_sent(cid))
    }

    /// A value's name and all its blocks, whatever the other side has.
    ///
    /// # Errors
    /// As [`serialize`](Self::serialize).
    pub fn serialize_with_data<T: Reduce + ?Sized>(&self, value: &T) -> Result<Serialized, Error> {
        self.serialize_without(value, |_| false)
    }

    fn serialize_without<T: Reduce + ?Sized>(
        &self,
        value: &T,
        is_known: impl FnMut(&Cid) -> bool,
    ) -> Result<Serialized, Error> {
        let (cid, blocks) = self.spare.take().encode(value)?;
        self.ready(cid, blocks, is_known)
    }

    /// A value that was encoded.
    pub(super) fn ready(
        &self,
        cid: Cid,
        blocks: Lent,
        is_known: impl FnMut(&Cid) -> bool,
    ) -> Result<Serialized, Error> {
        let sending = blocks.unknown(&[cid], is_known)?;
        Ok(Serialized {
            cid,
            reservation: self.cache.reserve(sending),
            cache: Arc::clone(&self.cache),
            blocks,
            is_framed: self.is_framed,
        })
    }

    pub(super) fn is_framed(&self) -> bool {
        self.is_framed
    }

    pub(super) fn spare(&self) -> &Arc<Spare> {
        &self.spare
    }

    /// The message for a value: `{"cid"}`, with `data` and `components` as far as the other side
    /// lacks them. See [`Serialized::to_json_dict`].
    ///
    /// # Errors
    /// As [`serialize`](Self::serialize).
    pub fn to_json_dict<T: Reduce + ?Sized>(&self, value: &T) -> Result<serde_json::Value, Error> {
        Ok(self.serialize(value)?.to_json_dict())
    }

    /// A value from a message that carries all of it.
    ///
    /// ```
    /// use cideldill::transport::Serializer;
    /// let message = Serializer::default().serialize(&vec![1, 2, 3])?.offered();
    /// assert_eq!(Serializer::deserialize::<Vec<i32>>(&message)?, [1, 2, 3]);
    /// # Ok::<(), cideldill::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] for data that is not what it is called, [`ErrorKind::Missing`] for
    /// what the message leaves out, [`ErrorKind::Malformed`] for a frame or block that is none, and
    /// data that is not a `T`.
    pub fn deserialize<T: Reconstruct>(message: &Offered) -> Result<T, Error> {
        let malformed = |refusal: Refusal| {
            let reason = "not a frame of blocks";
            Error::new(ErrorKind::Malformed { reason, offset: 0 }).with_source(refusal)
        };
        let mut blocks = BTreeMap::new();
        for (name, bytes) in message.blocks().map_err(malformed)? {
            let actual = Cid::of(&bytes);
            let expected = name.unwrap_or(actual);
            if expected != actual {
                return Err(ErrorKind::Corrupt { expected, actual }.into());
            }
            blocks.insert(actual, bytes);
        }
        decode(message.cid, &Blocks(blocks))
    }

    /// The CID of a value: the same as that of [`serialize`](Self::serialize), always.
    ///
    /// # Errors
    /// As [`serialize`](Self::serialize).
    pub fn compute_cid<T: Reduce + ?Sized>(value: &T) -> Result<Cid, Error> {
        compute_cid(value)
    }

    /// Whether this `data` of a message is that of the object with this CID.
    ///
    /// # Errors
    /// [`Code::InvalidBase64`](super::Code::InvalidBase64) or
    /// [`Code::InvalidFrame`](super::Code::InvalidFrame): neither yes nor no.
    pub fn verify_cid(data_base64: &str, cid: &Cid) -> Result<bool, Refusal> {
        let data = base64::decode_base64(data_base64)?;
        let actual = if is_frame(&data) {
            read_frame(&data)?.last().map(|block| Cid::of(block))
        } else {
            Some(Cid::of(&data))
        };
        Ok(actual == Some(*cid))
    }
}

/// Blocks that were verified.
struct Blocks(BTreeMap<Cid, Arc<[u8]>>);

impl BlockSource for Blocks {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let find = |cid| self.0.get(cid).cloned();
        cids.iter()
            .map(|cid| find(cid).ok_or_else(|| ErrorKind::Missing { cid: *cid }.into()))
            .collect()
    }
}

/// A value ready to be sent, with all its blocks, so that what turns out to be missing is sent as it
/// was encoded.
///
/// Its blocks are reserved in the cache: [`acknowledge`](Self::acknowledge) it when the other side
/// has it; dropped, they are as before.
#[derive(Debug)]
#[must_use = "what is not acknowledged is sent again"]
pub struct Serialized {
    cid: Cid,
    blocks: Lent,
    is_framed: bool,
    cache: Arc<CidCache>,
    reservation: Reservation,
}

impl Serialized {
    /// The value's CID.
    pub fn cid(&self) -> Cid {
        self.cid
    }

    /// The bytes of the value's own block; `None` if the other side has it.
    pub fn data(&self) -> Option<&[u8]> {
        self.sending().last().and_then(|cid| self.blocks.get(cid))
    }

    /// The other blocks that the other side lacks, at all depths, leaves first, each once.
    pub fn components(&self) -> impl Iterator<Item = (Cid, &[u8])> {
        let components = self
            .sending()
            .split_last()
            .map_or(&[][..], |(_, rest)| rest);
        components
            .iter()
            .filter_map(|cid| Some((*cid, self.blocks.get(cid)?)))
    }

    /// The message, as a value.
    pub fn offered(&self) -> Offered {
        let object = Offered {
            cid: self.cid,
            data: self.data().map(Into::into),
            components: self
                .components()
                .map(|(cid, bytes)| (cid, bytes.into()))
                .collect(),
        };
        if self.is_framed {
            object.framed()
        } else {
            object
        }
    }

    /// The message as JSON: `cid`, and as far as the other side lacks it `data` and `components`.
    pub fn to_json_dict(&self) -> serde_json::Value {
        // Writing a map with string keys does not fail.
        serde_json::to_value(self.offered()).unwrap_or_default()
    }

    /// The other side has it: its blocks are sent from now on.
    pub fn acknowledge(self) {
        self.cache.commit(self.reservation);
    }

    /// The CIDs to be sent, leaves first, the value's own last.
    pub(super) fn sending(&self) -> &[Cid] {
        self.reservation.cids()
    }

    pub(super) fn is_framed(&self) -> bool {
        self.is_framed
    }

    /// All blocks, also those the other side has.
    pub(super) fn blocks(&self) -> &Gathered {
        &self.blocks
    }
}

impl Offered {
    /// The same with all blocks in one frame; as it is where there is nothing to frame, or more than
    /// a frame can hold.
    pub(super) fn framed(mut self) -> Self {
        let Some(data) = &self.data else {
            return self;
        };
        let components = self.components.iter().map(|(_, bytes)| &**bytes);
        if let Ok(frame) = write_frame(components.chain([&**data])) {
            self.data = Some(frame.into());
            self.components.clear();
        }
        self
    }
}

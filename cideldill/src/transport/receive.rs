//! The receiving side of an offer: everything is checked, then everything is kept, or nothing
//! (docs/protocol.md section 3).
//!
//! Data is never decoded beyond its links, and nothing in it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::walk::Walk;
use super::{
    Accepted, Answer, BodyForm, Code, Offer, Offered, Refusal, RequestLimits, is_frame, read_frame,
};
use crate::block::Block;
use crate::cid::Cid;
use crate::digest::Digester;
use crate::error::Error;
use crate::link::links;
use crate::store::{BlockStore, PutReport};

/// Checks an offer against a store and keeps it: all of it, durably, or nothing.
///
/// ```
/// use cideldill::transport::{Offer, RequestLimits, Serializer, receive};
/// use cideldill::{BlockStore, MemoryStore};
/// let store = MemoryStore::new();
/// let serialized = Serializer::default().serialize("tea")?;
/// let accepted = receive(&store, &serialized.offered().into(), &RequestLimits::default())?;
/// assert_eq!(accepted.cids, [serialized.cid()]);
/// assert!(store.contains(&serialized.cid())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first rule of docs/protocol.md section 3 that fails, or what the store says; the store is
/// then as it was.
pub fn receive(
    store: &dyn BlockStore,
    offer: &Offer,
    limits: &RequestLimits,
) -> Result<Accepted, Refusal> {
    let carried = Carried::check(offer, limits)?;
    // Before the store is asked: if a sweep comes between, the answer is of the time before it.
    let epoch = store.epoch();
    let blocks = carried.linked(offer)?;
    let missing = carried.missing(offer, store)?;
    if !missing.is_empty() {
        let is_truncated = missing.len() > limits.missing;
        let listed = missing.into_iter().take(limits.missing).collect();
        return Err(Refusal::missing_blocks(listed, is_truncated).in_epoch(epoch));
    }
    let report = if blocks.is_empty() {
        PutReport::default()
    } else {
        store
            .put_many(&blocks)
            .map_err(|error| asked(&error, store))?
    };
    Ok(Accepted {
        cids: offer.objects.iter().map(|object| object.cid).collect(),
        report,
        epoch,
    })
}

/// The same from the body of a request to the answer.
pub fn receive_body(
    store: &dyn BlockStore,
    form: BodyForm,
    body: &[u8],
    limits: &RequestLimits,
) -> Answer {
    Offer::parse(form, body, limits)
        .and_then(|offer| receive(store, &offer, limits))
        .into()
}

/// What a store said when it was asked.
fn asked(error: &Error, store: &dyn BlockStore) -> Refusal {
    Refusal::from(error).in_epoch(store.epoch())
}

/// The blocks of a request, checked one by one: each is what it is called.
struct Carried(BTreeMap<Cid, CarriedBlock>);

struct CarriedBlock {
    bytes: Arc<[u8]>,
    links: Vec<Cid>,
}

impl Carried {
    fn check(offer: &Offer, limits: &RequestLimits) -> Result<Self, Refusal> {
        if offer.objects.len() > limits.objects {
            let message = format!("at most {} objects in a request", limits.objects);
            return Err(Refusal::new(Code::TooMany, message));
        }
        let mut named = Vec::new();
        for object in &offer.objects {
            named.extend(object.blocks()?);
            if named.len() > limits.blocks {
                let message = format!("at most {} blocks in a request", limits.blocks);
                return Err(Refusal::new(Code::TooMany, message));
            }
        }
        let messages: Vec<&[u8]> = named.iter().map(|(_, bytes)| &**bytes).collect();
        let mut digests = Vec::with_capacity(messages.len());
        Digester::default().digest_many(&messages, &mut digests);

        let cids: Vec<Cid> = digests.into_iter().map(Cid::from_bytes).collect();
        for ((name, _), cid) in named.iter().zip(&cids) {
            if let Some(name) = name.filter(|name| name != cid) {
                let refusal =
                    Refusal::new(Code::CidMismatch, format!("the data has the cid {cid}"));
                return Err(refusal.about(name));
            }
        }
        let mut blocks = BTreeMap::new();
        for ((_, bytes), cid) in named.into_iter().zip(cids) {
            let links = links(&bytes)
                .map_err(|error| Refusal::new(Code::InvalidBlock, error.to_string()).about(cid))?;
            blocks.insert(cid, CarriedBlock { bytes, links });
        }
        let carried = Self(blocks);
        for object in &offer.objects {
            carried.check_frame(object)?;
        }
        Ok(carried)
    }

    /// A frame has each block once, and after those it links to.
    fn check_frame(&self, object: &Offered) -> Result<(), Refusal> {
        let Some(frame) = object.data.as_deref().filter(|data| is_frame(data)) else {
            return Ok(());
        };
        let cids: Vec<Cid> = read_frame(frame)?.into_iter().map(Cid::of).collect();
        let mut place = BTreeMap::new();
        for (at, cid) in cids.iter().enumerate() {
            if place.insert(cid, at).is_some() {
                return Err(Refusal::new(Code::InvalidFrame, "a block stands twice").about(*cid));
            }
        }
        for (at, cid) in cids.iter().enumerate() {
            let links = self.0.get(cid).map_or(&[][..], |block| &block.links);
            let is_before = |link| place.get(link).is_none_or(|place| *place < at);
            if !links.iter().all(is_before) {
                let message = "a block stands before one it links to";
                return Err(Refusal::new(Code::InvalidFrame, message).about(*cid));
            }
        }
        Ok(())
    }

    /// All blocks, leaves first, if objects lead to all of them.
    fn linked(&self, offer: &Offer) -> Result<Vec<Block>, Refusal> {
        let roots = offer.objects.iter().map(|object| object.cid);
        let get = |cid: &Cid| Ok(self.0.get(cid).map(|block| Arc::clone(&block.bytes)));
        let blocks: Vec<Block> = Walk::new(roots, get)
            .map(|step| step.map(|(cid, bytes)| Block::trusted(cid, bytes)))
            .collect::<Result<_, Error>>()
            .map_err(|error| Refusal::new(Code::InvalidBlock, error.to_string()))?;
        if blocks.len() == self.0.len() {
            return Ok(blocks);
        }
        let reached: BTreeSet<Cid> = blocks.iter().map(Block::cid).collect();
        let unlinked = self.0.keys().find(|cid| !reached.contains(*cid));
        let refusal = Refusal::new(Code::UnlinkedComponent, "no object leads to this component");
        Err(match unlinked {
            Some(cid) => refusal.about(*cid),
            None => refusal,
        })
    }

    /// What is neither carried nor in the store, in the order met.
    fn missing(&self, offer: &Offer, store: &dyn BlockStore) -> Result<Vec<Cid>, Refusal> {
        let objects = offer.objects.iter().map(|object| &object.cid);
        let links = self.0.values().flat_map(|block| &block.links);
        // The store keeps every block's links with it, so those of a block it has already are there.
        let elsewhere: Vec<Cid> = objects
            .chain(links)
            .filter(|cid| !self.0.contains_key(*cid))
            .copied()
            .collect();
        store
            .missing(&elsewhere)
            .map_err(|error| asked(&error, store))
    }
}

/// A block's bytes with the name it was given, if it was.
type Named = (Option<Cid>, Arc<[u8]>);

impl Offered {
    /// All blocks it carries, leaves first, those in a frame without a name but the last.
    pub(super) fn blocks(&self) -> Result<Vec<Named>, Refusal> {
        let components = self.components.iter();
        let mut blocks: Vec<Named> = components
            .map(|(cid, data)| (Some(*cid), Arc::clone(data)))
            .collect();
        match &self.data {
            None => {}
            Some(frame) if is_frame(frame) => {
                let framed = read_frame(frame).map_err(|refusal| refusal.about(self.cid))?;
                blocks.extend(framed.into_iter().map(|bytes| (None, bytes.into())));
                if let Some((name, _)) = blocks.last_mut() {
                    *name = Some(self.cid);
                }
            }
            Some(data) => blocks.push((Some(self.cid), Arc::clone(data))),
        }
        Ok(blocks)
    }
}

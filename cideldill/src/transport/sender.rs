//! The client's half of an exchange, without its sockets (docs/protocol.md section 7).

use std::collections::BTreeSet;
use std::sync::PoisonError;

use super::plan::Plan;
use super::{
    Answer, CidCache, CidList, Code, Handshake, MissingCids, Offer, Refusal, RequestLimits,
    Serialized, Serializer,
};
use crate::cid::Cid;
use crate::error::{Error, Source};
use crate::link::links;
use crate::reduce::Reduce;
use crate::sync::Mutex;

/// So many bytes of one value's blocks are held in memory.
const GATHERED_BYTES: usize = 16 << 20;

/// A way to another side: one request, one answer.
///
/// An implementor must not answer for the other side: an answer that did not come is an error.
pub trait Transport {
    /// Asks the other side what it is and allows.
    ///
    /// # Errors
    /// [`SendError::Failed`] if it cannot be asked, [`SendError::Refused`] if it does not say.
    fn handshake(&self) -> Result<Handshake, SendError>;

    /// Offers objects, and brings back the answer, whatever it is.
    ///
    /// # Errors
    /// [`SendError::Failed`] if there is no answer: then nobody knows whether the offer was taken.
    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError>;

    /// Asks which of these the other side has not got; `None` if this way cannot ask.
    ///
    /// # Errors
    /// As [`handshake`](Self::handshake).
    fn missing(&self, asked: &CidList) -> Result<Option<MissingCids>, SendError> {
        let _ = asked;
        Ok(None)
    }
}

impl<T: Transport + ?Sized> Transport for &T {
    fn handshake(&self) -> Result<Handshake, SendError> {
        (**self).handshake()
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        (**self).exchange(offer)
    }

    fn missing(&self, asked: &CidList) -> Result<Option<MissingCids>, SendError> {
        (**self).missing(asked)
    }
}

/// Why a value did not arrive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// It cannot be recorded.
    #[error("the value cannot be recorded")]
    Value(#[from] Error),
    /// The other side refused it, or it fits no request.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The other side was not reached, or its answer did not come or was none.
    #[error("no answer")]
    Failed(#[source] Source),
}

/// Sends values, each block once, and once more what turns out to be missing.
///
/// For all threads of a program; no lock is held while a value is encoded or a request is under way.
#[derive(Debug)]
pub struct Sender<T> {
    transport: T,
    serializer: Serializer,
    /// What the other side allows; not known before it was asked, nor after it failed to answer.
    limits: Mutex<Option<RequestLimits>>,
}

impl<T: Transport> Sender<T> {
    /// A sender with a cache of its own.
    pub fn new(transport: T) -> Self {
        Self::with_serializer(transport, Serializer::default())
    }

    /// A sender with this serializer; its cache must be for the same other side.
    pub fn with_serializer(transport: T, serializer: Serializer) -> Self {
        Self {
            transport,
            serializer,
            limits: Mutex::new(None),
        }
    }

    /// What takes the values apart.
    pub fn serializer(&self) -> &Serializer {
        &self.serializer
    }

    /// The way to the other side.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// Sends a value; on return the other side has all of it, durably if its store is.
    ///
    /// A value of more than 16 MiB is not held in memory: it is encoded once for its name and, if that
    /// is not known, again while its blocks are sent.
    ///
    /// # Errors
    /// What in the value cannot be recorded, what the other side refused, or that it did not answer.
    /// What was not acknowledged is sent again with its data the next time.
    pub fn send<V: Reduce + ?Sized>(&self, value: &V) -> Result<Cid, SendError> {
        let spare = self.serializer.spare().take();
        match spare.encode_at_most(value, GATHERED_BYTES)? {
            (cid, Some(blocks)) => {
                let is_known = |cid: &Cid| self.cache().is_sent(cid);
                let ready = self.serializer.ready(cid, blocks, is_known)?;
                self.upload(&[ready])?;
                Ok(cid)
            }
            (cid, None) => self.stream(cid, value),
        }
    }

    /// Sends several values in one request, or as few as they fit in; a block they share, once.
    ///
    /// # Errors
    /// As [`send`](Self::send). What is too large for one request may have arrived in part.
    pub fn upload(&self, values: &[Serialized]) -> Result<(), SendError> {
        if values.is_empty() {
            return Ok(());
        }
        let limits = self.limits()?;
        let mut met = BTreeSet::new();
        let sending = values.iter().flat_map(Serialized::sending);
        let first: Vec<Cid> = sending.filter(|cid| met.insert(**cid)).copied().collect();
        let is_framed = values.iter().any(Serialized::is_framed);
        let roots = values.iter().map(Serialized::cid).collect();
        let values = values.iter().map(Serialized::blocks).collect();
        let plan = Plan::new(values, roots, is_framed);
        let Some(missing) = self.send_blocks(&plan, &first, &limits)? else {
            return Ok(());
        };
        let again = Self::again(&plan, missing)?;
        match self.send_blocks(&plan, &again, &limits)? {
            None => Ok(()),
            Some(Missing { refusal, .. }) => Err(refusal.into()),
        }
    }

    /// Sends blocks, which come leaves first, and the names of the values.
    pub(super) fn send_blocks(
        &self,
        plan: &Plan<'_>,
        blocks: &[Cid],
        limits: &RequestLimits,
    ) -> Result<Option<Missing>, SendError> {
        let mut runs = plan.divide(blocks, limits)?;
        let last = runs.pop().unwrap_or_default();
        let is_divided = !runs.is_empty();
        let parts = runs.iter().map(|run| plan.part(run));
        for offer in parts.chain(plan.last(&last, limits)) {
            if let Some(refusal) = self.exchange(&offer)? {
                let sent = if is_divided { &[][..] } else { blocks };
                return Ok(Some(Missing {
                    refusal,
                    is_divided,
                    sent: sent.iter().copied().collect(),
                }));
            }
        }
        Ok(None)
    }

    /// One request: its blocks are sent if it was accepted. Says what is missing if something is.
    fn exchange(&self, offer: &Offer) -> Result<Option<Refusal>, SendError> {
        let cache = self.cache();
        // A name that is accepted is acknowledged too.
        let names = offer.objects.iter().map(|object| object.cid);
        let reservation = cache.reserve(carried(offer).into_iter().chain(names));
        let answer = self.transport.exchange(offer);
        let answer = answer.inspect_err(|_| self.set_limits(None))?;
        match answer {
            Answer::Accepted(accepted) => {
                cache.commit_in(reservation, accepted.epoch);
                Ok(None)
            }
            Answer::Refused(refusal) => {
                cache.release(reservation);
                if let Some(epoch) = refusal.epoch() {
                    cache.note_epoch(epoch);
                }
                if refusal.code() != Code::CidNotFound {
                    return Err(refusal.into());
                }
                cache.forget(refusal.missing());
                Ok(Some(refusal))
            }
        }
    }

    /// What a second attempt carries: what the first did, and the closure of all that is missing.
    ///
    /// Everything, if the answer did not list all that is missing or did not see the whole request.
    fn again(plan: &Plan<'_>, missing: Missing) -> Result<Vec<Cid>, SendError> {
        let refusal = missing.refusal;
        if refusal.missing().iter().any(|cid| plan.get(cid).is_none()) {
            // A link to something this program never had.
            return Err(refusal.into());
        }
        let mut all = plan.closure()?;
        if missing.is_divided || refusal.is_truncated() {
            return Ok(all);
        }
        // Backwards, parents come before their children.
        let mut closure: BTreeSet<Cid> = refusal.missing().iter().copied().collect();
        for cid in all.iter().rev() {
            if closure.contains(cid) {
                closure.extend(links(plan.get(cid).unwrap_or_default())?);
            }
        }
        all.retain(|cid| closure.contains(cid) || missing.sent.contains(cid));
        Ok(all)
    }

    pub(super) fn limits(&self) -> Result<RequestLimits, SendError> {
        let known = *self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limits) = known {
            return Ok(limits);
        }
        let handshake = self.transport.handshake()?;
        handshake.check()?;
        self.cache().note_epoch(handshake.epoch);
        self.set_limits(Some(handshake.limits));
        Ok(handshake.limits)
    }

    fn set_limits(&self, limits: Option<RequestLimits>) {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    pub(super) fn cache(&self) -> &CidCache {
        self.serializer.cache()
    }
}

/// Blocks are missing.
pub(super) struct Missing {
    pub(super) refusal: Refusal,
    /// Whether what was to be sent took several requests: then those after it were not looked at.
    is_divided: bool,
    /// What the one request carried.
    sent: BTreeSet<Cid>,
}

/// The CIDs of the blocks an offer carries, children before parents; those of a frame too.
fn carried(offer: &Offer) -> Vec<Cid> {
    let objects = offer.objects.iter();
    let blocks = objects.flat_map(|object| object.blocks().unwrap_or_default());
    blocks
        .map(|(name, bytes)| name.unwrap_or_else(|| Cid::of(&bytes)))
        .collect()
}

//! What the other side has, as far as it said so.

use std::sync::PoisonError;

use super::lru::Lru;
use crate::cid::Cid;
use crate::store::Epoch;
use crate::sync::{Mutex, MutexGuard};

/// The CIDs that the other side acknowledged: an exact LRU, safe to share between threads.
///
/// *Sent* means acknowledged. What is to be sent is [reserved](Self::reserve); when the other side
/// says that it has it, the reservation is [committed](Self::commit), else
/// [released](Self::release). In between the CID is not sent: another thread that meets it sends the
/// block too. So a request that is lost is sent again with its data.
///
/// An acknowledged block is there with all it links to, so a walk stops at it, and a value of more
/// blocks than the cache holds still costs one CID to send again.
///
/// ```
/// use cideldill::transport::CidCache;
/// let cache = CidCache::new();
/// let cid = cideldill::compute_cid("tea")?;
/// let sending = cache.reserve([cid]);
/// assert!(!cache.is_sent(&cid)); // on its way
/// cache.commit(sending);
/// assert!(cache.is_sent(&cid)); // acknowledged
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Debug)]
pub struct CidCache(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    sent: Lru,
    epoch: Option<Epoch>,
    /// Counts how often everything was forgotten: what was reserved before is not committed after.
    generation: u64,
}

/// CIDs on their way. Dropped, it is released.
#[derive(Debug)]
#[must_use = "what is not committed is not sent"]
pub struct Reservation {
    cids: Vec<Cid>,
    generation: u64,
}

impl Reservation {
    /// The CIDs, in the order they were reserved.
    pub fn cids(&self) -> &[Cid] {
        &self.cids
    }

    /// The same for some of them.
    pub(super) fn only(mut self, is_meant: impl FnMut(&Cid) -> bool) -> Self {
        self.cids.retain(is_meant);
        self
    }
}

impl CidCache {
    /// How many CIDs a cache remembers by default.
    pub const DEFAULT_CAPACITY: usize = 10_000;

    /// An empty cache of the default capacity.
    pub fn new() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }

    /// An empty cache that remembers at most so many CIDs; with 0, none.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Mutex::new(Inner {
            sent: Lru::new(capacity),
            epoch: None,
            generation: 0,
        }))
    }

    /// At most so many CIDs are remembered.
    pub fn capacity(&self) -> usize {
        self.lock().sent.capacity()
    }

    /// So many CIDs are remembered.
    pub fn len(&self) -> usize {
        self.lock().sent.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the other side acknowledged this block. To ask is to use: it is forgotten last.
    pub fn is_sent(&self, cid: &Cid) -> bool {
        self.lock().sent.touch(cid)
    }

    /// Remembers a block that the other side is known to have.
    pub fn mark_sent(&self, cid: Cid) {
        self.lock().sent.insert(cid);
    }

    /// Notes what is about to be sent, children before parents. Nothing is sent by it.
    pub fn reserve(&self, cids: impl IntoIterator<Item = Cid>) -> Reservation {
        // The iterator is somebody else's code: not under the lock.
        let cids = cids.into_iter().collect();
        let generation = self.lock().generation;
        Reservation { cids, generation }
    }

    /// The other side has these now: marks them in their order, so that parents are forgotten after
    /// their children. Nothing, if everything was forgotten in the meantime.
    pub fn commit(&self, reservation: Reservation) {
        let mut inner = self.lock();
        if inner.generation == reservation.generation {
            for cid in reservation.cids {
                inner.sent.insert(cid);
            }
        }
    }

    /// The same for an answer that names the life of the other side's store: if it is another than
    /// before, everything else is forgotten. Nothing, if others have heard of a third in the
    /// meantime: then this answer may be the older one.
    pub fn commit_in(&self, reservation: Reservation, epoch: Epoch) {
        let mut inner = self.lock();
        if inner.epoch.is_some_and(|known| known != epoch) {
            if inner.generation != reservation.generation {
                return;
            }
            inner.clear();
        }
        inner.epoch = Some(epoch);
        for cid in reservation.cids {
            inner.sent.insert(cid);
        }
    }

    /// The other side did not get these, or did not say so. The same as dropping the reservation.
    pub fn release(&self, reservation: Reservation) {
        drop(reservation);
    }

    /// The other side has not got these, whatever it said before.
    pub fn forget(&self, cids: &[Cid]) {
        let mut inner = self.lock();
        for cid in cids {
            inner.sent.remove(cid);
        }
    }

    /// Forgets everything, also what is reserved.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Notes which life of its store the other side is in, and forgets everything if it is another
    /// than before; says whether it is.
    pub fn note_epoch(&self, epoch: Epoch) -> bool {
        let mut inner = self.lock();
        let is_other = inner.epoch.replace(epoch).is_some_and(|old| old != epoch);
        if is_other {
            inner.clear();
        }
        is_other
    }

    // No code that can panic runs between two changes that belong together.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn clear(&mut self) {
        self.sent.clear();
        self.generation += 1;
    }
}

impl Default for CidCache {
    fn default() -> Self {
        Self::new()
    }
}

//! Another side that remembers what it told its clients.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cideldill::transport::{
    Answer, BodyForm, CidCache, Handshake, InProcess, Offer, SendError, Transport,
};
use cideldill::{BlockStore, Cid, MemoryStore, Reduce, Store, encode};
use loom::sync::Mutex;

/// A server in this process. Who asks it takes its lock, so others may come between a question and
/// what was before and after it.
#[derive(Default)]
pub(crate) struct Far {
    life: Mutex<Life>,
    /// So many requests are lost before they arrive, then so many answers after they left.
    pub(crate) lost_requests: AtomicUsize,
    pub(crate) lost_answers: AtomicUsize,
    /// Requests that came, and blocks they carried.
    requests: AtomicUsize,
    carried: AtomicUsize,
}

#[derive(Default)]
struct Life {
    store: Arc<MemoryStore>,
    /// What a client was told that it is there, in this life or in one before.
    told: BTreeSet<Cid>,
}

impl Far {
    pub(crate) fn store(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.life.lock().unwrap().store)
    }

    /// The server loses everything and starts again.
    pub(crate) fn restart_empty(&self) {
        self.life.lock().unwrap().store = Arc::default();
    }

    /// Requests since the last time this was asked, and blocks they carried.
    pub(crate) fn requests(&self) -> (usize, usize) {
        let requests = self.requests.swap(0, Ordering::Relaxed);
        (requests, self.carried.swap(0, Ordering::Relaxed))
    }

    /// What the cache takes for sent was acknowledged.
    pub(crate) fn assert_told(&self, cache: &CidCache, cids: &[Cid]) {
        for cid in cids {
            if cache.is_sent(cid) {
                let told = &self.life.lock().unwrap().told;
                assert!(told.contains(cid), "sent before it was acknowledged");
            }
        }
    }

    /// The server has the whole value.
    pub(crate) fn assert_has<T>(&self, value: &T)
    where
        T: Reduce + cideldill::Reconstruct + PartialEq + std::fmt::Debug,
    {
        let copy = MemoryStore::new();
        let store = self.store();
        let cids: Vec<Cid> = store.iter().map(Result::unwrap).collect();
        let found = store.get_many(&cids).unwrap().into_iter().flatten();
        let blocks: Vec<_> = found.map(cideldill::Block::new).collect();
        copy.put_many(&blocks).unwrap();
        let cid = cideldill::compute_cid(value).unwrap();
        assert_eq!(&Store::new(copy).load::<T>(cid).unwrap(), value);
    }
}

fn is_lost(counter: &AtomicUsize) -> bool {
    let less = |count: usize| count.checked_sub(1);
    let order = Ordering::Relaxed;
    counter.fetch_update(order, order, less).is_ok()
}

/// As clients share it.
pub(crate) struct Way(pub(crate) Arc<Far>);

impl Transport for Way {
    fn handshake(&self) -> Result<Handshake, SendError> {
        InProcess::new(self.0.store(), BodyForm::MessagePack).handshake()
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        let far = &*self.0;
        let mut life = far.life.lock().unwrap();
        far.requests.fetch_add(1, Ordering::Relaxed);
        if is_lost(&far.lost_requests) {
            return Err(SendError::Failed("the request was lost".into()));
        }
        let store = Arc::clone(&life.store);
        let answer = InProcess::new(store, BodyForm::MessagePack).exchange(offer)?;
        let carried = carried(offer);
        far.carried.fetch_add(carried.len(), Ordering::Relaxed);
        if is_lost(&far.lost_answers) {
            return Err(SendError::Failed("the answer was lost".into()));
        }
        if let Answer::Accepted(accepted) = &answer {
            life.told.extend(carried);
            life.told.extend(&accepted.cids);
        }
        Ok(answer)
    }
}

fn carried(offer: &Offer) -> Vec<Cid> {
    let objects = offer.objects.iter();
    let blocks = objects.flat_map(|object| {
        let components = object.components.iter().map(|(cid, _)| *cid);
        components.chain(object.data.is_some().then_some(object.cid))
    });
    blocks.collect()
}

/// Two blocks: a text that several of these values have, and what only this one has.
pub(crate) type Note = (u8, String);

pub(crate) fn note(number: u8) -> Note {
    (number, "a text that is a block of its own ".repeat(40))
}

/// The CIDs of a value's blocks.
pub(crate) fn cids<T: Reduce>(value: &T) -> Vec<Cid> {
    let encoded = encode(value).unwrap();
    encoded.blocks().map(|block| block.cid()).collect()
}

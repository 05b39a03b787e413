//! Another side that can be watched, and values with many blocks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cideldill::transport::{
    Answer, BodyForm, CidList, Handshake, InProcess, MissingCids, Offer, RequestLimits, SendError,
    Transport,
};
use cideldill::{Block, BlockStore, Cid, MemoryStore, Reduce, Store, encode, links};
pub(crate) use cideldill_data::text::{long_text, texts};

/// A value's blocks, leaves first.
pub(crate) fn blocks_of<T: Reduce + ?Sized>(value: &T) -> (Cid, Vec<Block>) {
    let encoded = encode(value).unwrap();
    let store = MemoryStore::new();
    store
        .put_many(&encoded.blocks().collect::<Vec<_>>())
        .unwrap();
    let blocks = cideldill::transport::leaves_first(&store, [encoded.root()]);
    (encoded.root(), blocks.collect::<Result<_, _>>().unwrap())
}

/// The block with this CID.
pub(crate) fn block(blocks: &[Block], cid: Cid) -> Block {
    blocks
        .iter()
        .find(|block| block.cid() == cid)
        .unwrap()
        .clone()
}

/// The CIDs a block links to, each once.
pub(crate) fn links_of(block: &Block) -> Vec<Cid> {
    let mut links = links(block.bytes()).unwrap();
    links.sort_unstable();
    links.dedup();
    links
}

/// Another side in this process whose store can be exchanged, and whose requests are kept.
pub(crate) struct Far {
    store: Mutex<Arc<MemoryStore>>,
    limits: RequestLimits,
    form: BodyForm,
    requests: Mutex<Vec<Offer>>,
    /// How many requests are lost before they arrive, and how many answers after they left.
    pub(crate) lose_requests: AtomicUsize,
    pub(crate) lose_answers: AtomicUsize,
}

impl Default for Far {
    fn default() -> Self {
        Self::new(BodyForm::Json, RequestLimits::default())
    }
}

impl Far {
    pub(crate) fn new(form: BodyForm, limits: RequestLimits) -> Self {
        Self {
            store: Mutex::default(),
            limits,
            form,
            requests: Mutex::default(),
            lose_requests: AtomicUsize::new(0),
            lose_answers: AtomicUsize::new(0),
        }
    }

    pub(crate) fn store(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.store.lock().unwrap())
    }

    /// The store as it is now, to load from.
    pub(crate) fn loader(&self) -> Store {
        let copy = MemoryStore::new();
        let store = self.store();
        let cids: Vec<Cid> = store.iter().map(Result::unwrap).collect();
        let found = store.get_many(&cids).unwrap().into_iter().flatten();
        copy.put_many(&found.map(Block::new).collect::<Vec<_>>())
            .unwrap();
        Store::new(copy)
    }

    /// The other side lost everything and started again.
    pub(crate) fn restart_empty(&self) {
        *self.store.lock().unwrap() = Arc::default();
    }

    /// The requests since the last time this was asked.
    pub(crate) fn requests(&self) -> Vec<Offer> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    fn is_lost(counter: &AtomicUsize) -> bool {
        let less = |count: usize| count.checked_sub(1);
        counter
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }
}

impl Transport for Far {
    fn handshake(&self) -> Result<Handshake, SendError> {
        InProcess::new(self.store(), self.form)
            .with_limits(self.limits)
            .handshake()
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        self.requests.lock().unwrap().push(offer.clone());
        if Self::is_lost(&self.lose_requests) {
            return Err(SendError::Failed("the request was lost".into()));
        }
        let way = InProcess::new(self.store(), self.form).with_limits(self.limits);
        let answer = way.exchange(offer)?;
        if Self::is_lost(&self.lose_answers) {
            return Err(SendError::Failed("the answer was lost".into()));
        }
        Ok(answer)
    }

    fn missing(&self, asked: &CidList) -> Result<Option<MissingCids>, SendError> {
        InProcess::new(self.store(), self.form)
            .with_limits(self.limits)
            .missing(asked)
    }
}

/// How many blocks an offer carries.
pub(crate) fn n_carried(offer: &Offer) -> usize {
    let of = |object: &cideldill::transport::Offered| {
        usize::from(object.data.is_some()) + object.components.len()
    };
    offer.objects.iter().map(of).sum()
}

//! D36: each value of a request was committed by itself, three syncs a call. Here a request is one
//! batch, and a request that brings nothing new is none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cideldill::transport::{Offer, RequestLimits, Serialized, Serializer, receive};
use cideldill::{Block, BlockStore, Cid, Epoch, Error, MemoryStore, Metadata, PutReport, Stats};

use crate::support::long_text;

/// Counts batches.
#[derive(Default)]
struct Counting(MemoryStore, AtomicU32);

impl BlockStore for Counting {
    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.put_many(blocks)
    }

    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        self.0.read_unverified(cids)
    }

    fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        self.0.missing(cids)
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_> {
        self.0.iter()
    }

    fn metadata(&self, cid: &Cid) -> Result<Option<Metadata>, Error> {
        self.0.metadata(cid)
    }

    fn stats(&self) -> Stats {
        self.0.stats()
    }

    fn epoch(&self) -> Epoch {
        self.0.epoch()
    }

    fn compare_and_set_ref(
        &self,
        name: &str,
        expected: Option<Cid>,
        cid: Option<Cid>,
    ) -> Result<(), Error> {
        self.0.compare_and_set_ref(name, expected, cid)
    }

    fn get_ref(&self, name: &str) -> Result<Option<Cid>, Error> {
        self.0.get_ref(name)
    }

    fn refs(&self) -> Result<BTreeMap<String, Cid>, Error> {
        self.0.refs()
    }

    fn flush(&self) -> Result<(), Error> {
        self.0.flush()
    }
}

#[test]
fn a_request_is_one_batch_however_many_values_it_brings() {
    let store = Counting::default();
    let serializer = Serializer::default();
    let values = (0..20).map(|n| vec![long_text(2_000 + n); 3]);
    let ready: Vec<_> = values
        .map(|value| serializer.serialize(&value).unwrap())
        .collect();
    let objects = ready.iter().map(Serialized::offered).collect();
    receive(&store, &Offer { objects }, &RequestLimits::default()).unwrap();
    assert_eq!(store.1.load(Ordering::Relaxed), 1);
    assert_eq!(store.stats().blocks, 40);
    for ready in ready {
        let cid = ready.cid();
        let by_name = cideldill::transport::Offered::by_name(cid);
        receive(&store, &by_name.into(), &RequestLimits::default()).unwrap();
    }
    assert_eq!(store.1.load(Ordering::Relaxed), 1, "nothing new, no batch");
}

//! D36: each value of a request was committed by itself, three syncs a call. Here a request is one
//! batch, and a request that brings nothing new is none.

use std::sync::atomic::{AtomicU32, Ordering};

use cideldill::transport::{Offer, RequestLimits, Serialized, Serializer, receive};
use cideldill::{Block, BlockStore, Error, MemoryStore, PutReport};

use crate::support::long_text;

/// Counts batches.
#[derive(Default)]
struct Counting(MemoryStore, AtomicU32);

impl BlockStore for Counting {
    delegate!(0: read_unverified, missing, iter, metadata, stats, names, refs, flush);

    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.put_many(blocks)
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

//! A sweep that comes between what a server looks up and what it answers.

use cideldill::transport::{
    CidList, MissingCids, Offer, Offered, RequestLimits, Serializer, receive,
};
use cideldill::{Block, BlockStore, Cid, Error, MemoryStore, PutReport};

/// Takes out everything as soon as it was asked for something.
struct SweptAtOnce(MemoryStore);

impl SweptAtOnce {
    fn sweep_all(&self) {
        let all = self.0.iter().collect::<Result<Vec<_>, _>>().unwrap();
        self.0.sweep(&mut || Ok(all.clone())).unwrap();
    }
}

impl BlockStore for SweptAtOnce {
    delegate!(0: read_unverified, iter, metadata, stats, names, refs, flush);

    fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        let missing = self.0.missing(cids)?;
        self.sweep_all();
        Ok(missing)
    }

    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error> {
        let report = self.0.put_many(blocks)?;
        self.sweep_all();
        Ok(report)
    }
}

/// An answer of the life in which the blocks are gone would have them remembered as there.
#[test]
fn what_a_sweep_took_is_not_acknowledged_for_the_time_after_it() {
    let serialized = Serializer::default().serialize("tea").unwrap();
    let limits = RequestLimits::default();
    let by_name = Offer {
        objects: vec![Offered::by_name(serialized.cid())],
    };
    let put = |store: &SweptAtOnce| {
        let block = Block::new(serialized.offered().data.unwrap());
        store.0.put_many(&[block]).unwrap();
    };

    let store = SweptAtOnce(MemoryStore::new());
    let carried = receive(&store, &serialized.offered().into(), &limits).unwrap();
    assert_ne!(carried.epoch, store.epoch());

    put(&store);
    let named = receive(&store, &by_name, &limits).unwrap();
    assert_ne!(named.epoch, store.epoch());

    put(&store);
    let asked = CidList {
        cids: vec![serialized.cid()],
    };
    let answer = MissingCids::of(&store, &asked).unwrap();
    assert!(answer.missing.is_empty());
    assert_ne!(answer.epoch, store.epoch());
}

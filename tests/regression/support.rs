//! Taking values apart and putting them together again.

use std::collections::BTreeMap;
use std::sync::Arc;

use cideldill::{BlockSource, Cid, Error, ErrorKind, Reconstruct, Reduce, Store};
pub(crate) use cideldill_data::text::long_text;

/// The CID of a value that can be recorded.
pub(crate) fn cid<T: Reduce + ?Sized>(value: &T) -> Cid {
    cideldill::compute_cid(value).unwrap()
}

/// What a type makes of a value's blocks.
pub(crate) fn load_as<New: Reconstruct>(value: &impl Reduce) -> Result<New, cideldill::Error> {
    let encoded = cideldill::encode(value).unwrap();
    cideldill::decode(encoded.root(), &encoded)
}

/// The same value again, with all of its weak pointers.
pub(crate) fn again<T: Reconstruct>(value: &T) -> T {
    let store = Store::in_memory();
    let cid = store.put(value).unwrap();
    let loaded = store.load_reporting::<T>(cid).unwrap();
    assert_eq!(loaded.weak_lost, 0);
    assert_eq!(store.put(&loaded.value).unwrap(), cid);
    loaded.value
}

/// Blocks that no store would take, under their true CIDs.
pub(crate) struct Blocks(BTreeMap<Cid, Arc<[u8]>>);

impl Blocks {
    pub(crate) fn of(block: Vec<u8>) -> (Cid, Self) {
        let cid = Cid::of(&block);
        (cid, Self(BTreeMap::from([(cid, block.into())])))
    }
}

impl BlockSource for Blocks {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let find = |cid| self.0.get(cid).cloned();
        cids.iter()
            .map(|cid| find(cid).ok_or_else(|| ErrorKind::Missing { cid: *cid }.into()))
            .collect()
    }
}

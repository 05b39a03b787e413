//! Blocks in memory, to read from.

use std::collections::BTreeMap;
use std::sync::Arc;

use cideldill::{BlockSource, Cid, Error, ErrorKind};

/// Blocks under the digests of their bytes.
pub(crate) struct Stored(BTreeMap<Cid, Arc<[u8]>>);

impl Stored {
    pub(crate) fn of<'b>(blocks: impl IntoIterator<Item = &'b Vec<u8>>) -> Self {
        let named = |block: &Vec<u8>| (Cid::of(block), block.as_slice().into());
        Self(blocks.into_iter().map(named).collect())
    }
}

impl BlockSource for Stored {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let missing = |cid: &Cid| Error::from(ErrorKind::Missing { cid: *cid });
        let find = |cid: &Cid| self.0.get(cid).cloned().ok_or_else(|| missing(cid));
        cids.iter().map(find).collect()
    }
}

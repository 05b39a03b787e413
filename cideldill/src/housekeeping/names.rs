//! The names that go along in an archive, as a block of their own (docs/archive.md).

use std::collections::BTreeMap;

use crate::block::Block;
use crate::cid::Cid;
use crate::codec::Profile;
use crate::encoded::{decode, encode_with};
use crate::error::Error;
use crate::value::Value;

/// The tag of the record. Tags that start with `std::` are ours: no value of a user is mistaken for
/// it.
const TAG: &str = "std::References";
const FIELD: &str = "references";

/// The block of these names. In the profile that cuts nothing, so that it is one block.
pub(super) fn block_of(refs: &BTreeMap<String, Cid>) -> Result<Option<Block>, Error> {
    let entries = refs.iter().map(|(name, cid)| {
        let cid = Value::bytes(cid.as_bytes().as_slice());
        (Value::from(name.as_str()), cid)
    });
    let table = Value::record(TAG, [(FIELD, Value::map_of("s", "y", entries)?)])?;
    let encoded = encode_with(&table, Profile::WHOLE)?;
    let block = encoded.blocks().next();
    Ok(block)
}

/// The names in this block, if it is one of names.
pub(super) fn read(block: &Block) -> Option<BTreeMap<String, Cid>> {
    if block.bytes().first() != Some(&Profile::WHOLE.first_byte()) {
        return None;
    }
    let table: Value = decode(block.cid(), &One(block)).ok()?;
    let Value::Record(record) = &table else {
        return None;
    };
    if record.tag() != TAG || record.version() != 0 || record.fields().len() != 1 {
        return None;
    }
    let Some(Value::Map(map)) = record.get(FIELD) else {
        return None;
    };
    let entries = map.entries().map(|(name, cid)| {
        let cid = Cid::from_bytes(cid.as_bytes()?.try_into().ok()?);
        Some((name.as_str()?.to_owned(), cid))
    });
    entries.collect()
}

/// A source of one block.
struct One<'b>(&'b Block);

impl crate::block::BlockSource for One<'_> {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<std::sync::Arc<[u8]>>, Error> {
        let found = cids.iter().map(|cid| {
            if *cid == self.0.cid() {
                Ok(self.0.bytes().clone())
            } else {
                Err(crate::error::ErrorKind::Missing { cid: *cid }.into())
            }
        });
        found.collect()
    }
}

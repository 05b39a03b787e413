//! The names that go along in an archive, as a block of their own (docs/archive.md).

use std::collections::BTreeMap;

use crate::block::Block;
use crate::cid::Cid;
use crate::codec::{Cursor, Profile};
use crate::encoded::{decode, encode_with};
use crate::error::{Error, ErrorKind, Source};
use crate::store::expect_name;
use crate::value::Value;

/// The tag of the record. Tags that start with `std::` are ours: no value of a user is mistaken for
/// it.
const TAG: &str = "std::References";
/// The type description of a record.
const RECORD: &str = "@";
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

/// Whether this is a block of names, sound or not: a record of this tag.
pub(super) fn is_names(block: &Block) -> bool {
    let mut cursor = Cursor::new(block.bytes().clone());
    let mut starts_as_one = || {
        let _first = cursor.byte()?;
        let is_record = cursor.text()? == RECORD;
        // The first shape of the table is that of the whole.
        let (_n_shapes, _parts) = (cursor.array_len()?, cursor.array_len()?);
        Ok::<_, Error>(is_record && cursor.text()? == TAG)
    };
    starts_as_one().unwrap_or(false)
}

/// Refuses a block of names where values are kept.
pub(super) fn expect_none(block: &Block) -> Result<(), Error> {
    if !is_names(block) {
        return Ok(());
    }
    let reason = "the tag std::References stands in archives only";
    let error = Error::new(ErrorKind::Malformed { reason, offset: 0 });
    Err(error.with_source(format!("in block {}", block.cid())))
}

/// Why a block of names cannot be read.
pub(super) struct Unsound {
    pub(super) reason: &'static str,
    /// What more there is to say.
    pub(super) source: Option<Source>,
}

impl From<&'static str> for Unsound {
    fn from(reason: &'static str) -> Self {
        let source = None;
        Self { reason, source }
    }
}

/// The names in a block of names.
pub(super) fn read(block: &Block) -> Result<BTreeMap<String, Cid>, Unsound> {
    const NOT_A_MAP: &str = "its references are not a map of names to 64 bytes";
    if block.bytes().first() != Some(&Profile::WHOLE.first_byte()) {
        return Err("its references are not in profile 1".into());
    }
    let table: Value = decode(block.cid(), &One(block)).map_err(|error| Unsound {
        reason: "its references are not a value",
        source: Some(error.into()),
    })?;
    let Value::Record(record) = &table else {
        return Err(NOT_A_MAP.into());
    };
    if record.version() != 0 || record.fields().len() != 1 {
        return Err(NOT_A_MAP.into());
    }
    let Some(Value::Map(map)) = record.get(FIELD) else {
        return Err(NOT_A_MAP.into());
    };
    let entries = map.entries().map(|(name, cid)| {
        let cid = cid.as_bytes().and_then(|bytes| bytes.try_into().ok());
        let (Some(name), Some(cid)) = (name.as_str(), cid) else {
            return Err(NOT_A_MAP.into());
        };
        expect_name(name).map_err(|error| Unsound {
            reason: "it has a reference whose name is none",
            source: Some(error.into()),
        })?;
        Ok((name.to_owned(), Cid::from_bytes(cid)))
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
                Err(ErrorKind::Missing { cid: *cid }.into())
            }
        });
        found.collect()
    }
}

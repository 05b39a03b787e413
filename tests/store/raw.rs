//! The records of a store on disk, read and changed with its engine alone.

use cideldill::Cid;
use redb::{ReadableDatabase as _, TableDefinition};

/// The table that a store keeps its records in.
pub(crate) const RECORDS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("records");

/// Records as an engine sees them.
pub(crate) trait Raw {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>>;
    fn insert(&self, key: &[u8], value: &[u8]);
    /// The record must be there.
    fn remove(&self, key: &[u8]);
}

impl Raw for sled::Db {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = sled::Tree::get(self, key).unwrap();
        value.map(|value| value.to_vec())
    }

    fn insert(&self, key: &[u8], value: &[u8]) {
        sled::Tree::insert(self, key, value).unwrap();
    }

    fn remove(&self, key: &[u8]) {
        sled::Tree::remove(self, key).unwrap().unwrap();
    }
}

impl Raw for redb::Database {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let records = self.begin_read().unwrap().open_table(RECORDS).unwrap();
        records
            .get(key)
            .unwrap()
            .map(|value| value.value().to_vec())
    }

    fn insert(&self, key: &[u8], value: &[u8]) {
        let transaction = self.begin_write().unwrap();
        let mut records = transaction.open_table(RECORDS).unwrap();
        records.insert(key, value).unwrap();
        drop(records);
        transaction.commit().unwrap();
    }

    fn remove(&self, key: &[u8]) {
        let transaction = self.begin_write().unwrap();
        let mut records = transaction.open_table(RECORDS).unwrap();
        assert!(records.remove(key).unwrap().is_some());
        drop(records);
        transaction.commit().unwrap();
    }
}

/// The key and the record of a reference, as a store writes them; of any name.
pub(crate) fn ref_record(sequence: u64, name: &str, cid: Cid) -> (Vec<u8>, Vec<u8>) {
    let key = [b"r", name.as_bytes()].concat();
    let len = u32::try_from(name.len()).unwrap().to_le_bytes();
    let sequence = sequence.to_le_bytes();
    let target = [&[1], cid.as_bytes().as_slice()].concat();
    let sum = Cid::of(&[&sequence, &len[..], &target, name.as_bytes()].concat());
    let sum = &sum.as_bytes()[..8];
    let parts: [&[u8]; 6] = [
        b"\xc1cidR\xc1",
        &sequence,
        &len,
        &target,
        sum,
        name.as_bytes(),
    ];
    (key, parts.concat())
}

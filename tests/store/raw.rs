//! The records of a store on disk, read and changed with its engine alone.

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

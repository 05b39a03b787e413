//! Stores of tests behave as another store but in what the test is about.

/// In an `impl BlockStore`: these methods do what they do on the store in this field.
macro_rules! delegate {
    ($store:tt: $($method:ident),*) => { $(delegate!(@$method $store);)* };
    (@read_unverified $store:tt) => {
        fn read_unverified(
            &self,
            cids: &[cideldill::Cid],
        ) -> Result<Vec<Option<std::sync::Arc<[u8]>>>, cideldill::Error> {
            self.$store.read_unverified(cids)
        }
    };
    (@missing $store:tt) => {
        fn missing(
            &self,
            cids: &[cideldill::Cid],
        ) -> Result<Vec<cideldill::Cid>, cideldill::Error> {
            self.$store.missing(cids)
        }
    };
    (@put_many $store:tt) => {
        fn put_many(
            &self,
            blocks: &[cideldill::Block],
        ) -> Result<cideldill::PutReport, cideldill::Error> {
            self.$store.put_many(blocks)
        }
    };
    (@iter $store:tt) => {
        fn iter(
            &self,
        ) -> Box<dyn Iterator<Item = Result<cideldill::Cid, cideldill::Error>> + '_> {
            self.$store.iter()
        }
    };
    (@metadata $store:tt) => {
        fn metadata(
            &self,
            cid: &cideldill::Cid,
        ) -> Result<Option<cideldill::Metadata>, cideldill::Error> {
            self.$store.metadata(cid)
        }
    };
    (@stats $store:tt) => {
        fn stats(&self) -> cideldill::Stats {
            self.$store.stats()
        }
    };
    // The epoch and the names.
    (@names $store:tt) => {
        fn epoch(&self) -> cideldill::Epoch {
            self.$store.epoch()
        }
        fn compare_and_set_ref(
            &self,
            name: &str,
            expected: Option<cideldill::Cid>,
            cid: Option<cideldill::Cid>,
        ) -> Result<(), cideldill::Error> {
            self.$store.compare_and_set_ref(name, expected, cid)
        }
        fn get_ref(&self, name: &str) -> Result<Option<cideldill::Cid>, cideldill::Error> {
            self.$store.get_ref(name)
        }
    };
    (@refs $store:tt) => {
        fn refs(
            &self,
        ) -> Result<std::collections::BTreeMap<String, cideldill::Cid>, cideldill::Error> {
            self.$store.refs()
        }
    };
    (@sweep $store:tt) => {
        fn sweep(
            &self,
            choose: &mut cideldill::Choose<'_>,
        ) -> Result<cideldill::Swept, cideldill::Error> {
            self.$store.sweep(choose)
        }
    };
    (@flush $store:tt) => {
        fn flush(&self) -> Result<(), cideldill::Error> {
            self.$store.flush()
        }
    };
}

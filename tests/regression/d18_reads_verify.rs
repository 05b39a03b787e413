//! D18: what came from the disk was trusted, and many keys at once were an error of the database.
//! Here every read is hashed, so that a wrong byte is an error naming the block; asking for many at
//! once is shown in `tests/store`.

use std::sync::Arc;
use std::time::SystemTime;

use cideldill::transport::{Code, Refusal, RequestLimits, Serializer, leaves_first, receive};
use cideldill::{BlockStore, Cid, Error, ErrorKind, MemoryStore, Store};

use crate::support::long_text;

/// A disk that changes one byte of one block.
struct Rotten {
    sound: MemoryStore,
    rotten: Cid,
}

impl BlockStore for Rotten {
    delegate!(sound: missing, put_many, iter, metadata, stats, names, refs, flush);

    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        let mut found = self.sound.read_unverified(cids)?;
        for (cid, bytes) in cids.iter().zip(&mut found) {
            if *cid == self.rotten
                && let Some(bytes) = bytes
            {
                let mut changed = bytes.to_vec();
                *changed.last_mut().unwrap() ^= 1;
                *bytes = changed.into();
            }
        }
        Ok(found)
    }
}

#[test]
fn a_changed_byte_is_corrupt_however_it_is_read() {
    let value = vec![long_text(2_000), long_text(3_000)];
    let rotten = cideldill::compute_cid(&value[1]).unwrap();
    let store = Store::new(Rotten {
        sound: MemoryStore::new(),
        rotten,
    });
    let root = store.put(&value).unwrap();
    let other = store
        .put(&vec![long_text(2_000), long_text(3_001)])
        .unwrap();
    let errors = [
        store.load::<Vec<String>>(root).map(drop),
        store.value(root).map(drop),
        store.differences(root, other).map(drop),
        store.get(rotten).map(drop),
        store.blocks().get_many(&[root, rotten]).map(drop),
        store.blocks().load_many(&[rotten]).map(drop),
    ];
    for (at, error) in errors.into_iter().enumerate() {
        let error = error.expect_err(&at.to_string());
        assert!(
            matches!(error.kind(), ErrorKind::Corrupt { expected, actual }
                if *expected == rotten && *actual != rotten),
            "{at}: {error}"
        );
    }
    assert!(store.load::<Vec<String>>(other).is_ok());
    let stored = store.blocks().metadata(&root).unwrap().unwrap().stored_at;
    assert!(stored <= SystemTime::now());
}

#[test]
fn a_changed_byte_is_never_handed_on() {
    let value = vec![long_text(2_000), long_text(3_000)];
    let rotten = cideldill::compute_cid(&value[1]).unwrap();
    let store = Rotten {
        sound: MemoryStore::new(),
        rotten,
    };
    let message = Serializer::default().serialize(&value).unwrap().offered();
    let root = message.cid;
    receive(&store, &message.into(), &RequestLimits::default()).unwrap();
    let blocks: Vec<_> = leaves_first(&store, [root]).collect();
    let error = blocks.last().unwrap().as_ref().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Corrupt { expected, .. } if *expected == rotten));
    assert!(blocks.len() < 3, "it ends there");
    assert_eq!(Refusal::from(error).code(), Code::Corrupt);
}

//! D4: a block was marked as sent before the server had it: after a lost request, or when the server
//! had started again, only its name went out, and the value was lost for good. Here *sent* means
//! acknowledged, and a server that lost its store is noticed.

use std::cell::Cell;
use std::sync::Arc;

use cideldill::transport::{
    Answer, BodyForm, Handshake, InProcess, Offer, SendError, Sender, Transport,
};
use cideldill::{MemoryStore, Store};

use crate::support::long_text;

/// A way that loses a request, or whose other side starts again with nothing.
struct Way {
    store: Cell<Arc<MemoryStore>>,
    loses: Cell<bool>,
}

impl Way {
    fn store(&self) -> Arc<MemoryStore> {
        let store = self.store.take();
        self.store.set(Arc::clone(&store));
        store
    }
}

impl Transport for Way {
    fn handshake(&self) -> Result<Handshake, SendError> {
        InProcess::new(self.store(), BodyForm::Json).handshake()
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        if self.loses.take() {
            return Err(SendError::Failed("the connection broke".into()));
        }
        InProcess::new(self.store(), BodyForm::Json).exchange(offer)
    }
}

#[test]
fn a_value_survives_a_lost_request_and_a_server_that_started_again() {
    let way = Way {
        store: Cell::default(),
        loses: Cell::new(true),
    };
    let sender = Sender::new(way);
    let value = vec![long_text(2_000), long_text(3_000)];
    assert!(sender.send(&value).is_err());
    assert!(sender.serializer().cache().is_empty());
    let mut stores = Vec::new();
    for _ in 0..2 {
        let cid = sender.send(&value).unwrap();
        stores.push((cid, sender.transport().store.take()));
    }
    for (cid, store) in stores {
        let store = Store::new(Arc::into_inner(store).unwrap());
        assert_eq!(store.load::<Vec<String>>(cid).unwrap(), value);
    }
}

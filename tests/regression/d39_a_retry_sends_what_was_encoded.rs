//! D39: when the server lacked a value, the client pickled the *current* object again, which may have
//! changed, and kept thousands of objects alive for it. Here the encoded blocks are kept until the
//! answer is there, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cideldill::transport::{
    Answer, BodyForm, CidCache, Handshake, InProcess, Offer, SendError, Sender, Serializer,
    Transport,
};
use cideldill::{BlockStore, MemoryStore, Store};

use crate::support::{cid, long_text};

/// While a request is under way, the value changes.
struct Meanwhile<'v>(InProcess, &'v AtomicU64);

impl Transport for Meanwhile<'_> {
    fn handshake(&self) -> Result<Handshake, SendError> {
        self.0.handshake()
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.exchange(offer)
    }
}

#[test]
fn a_retry_sends_the_value_as_it_was() {
    let far = Arc::new(MemoryStore::new());
    let counter = AtomicU64::new(1);
    let text = long_text(2_000);
    // What the client wrongly believes makes the first request incomplete.
    let cache = Arc::new(CidCache::new());
    cache.mark_sent(cid(&text));
    let way = Meanwhile(InProcess::new(far.clone(), BodyForm::Json), &counter);
    let sender = Sender::with_serializer(way, Serializer::new(cache));
    let sent = sender.send(&(&counter, &text)).unwrap();
    assert_eq!(counter.load(Ordering::Relaxed), 3, "two requests");
    assert_eq!(sent, cid(&(1_u64, &text)));
    assert_eq!(far.stats().blocks, 2);
    let blocks = cideldill::transport::leaves_first(&*far, [sent]);
    let store = Store::in_memory();
    let blocks: Vec<_> = blocks.collect::<Result<_, _>>().unwrap();
    store.blocks().put_many(&blocks).unwrap();
    assert_eq!(store.load::<(u64, String)>(sent).unwrap(), (1, text));
}

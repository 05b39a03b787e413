//! D32: a new value that was used twice in one request was refused, and all of it sent again. Here
//! the server looks at the whole request before it says what is missing.

use std::sync::Mutex;

use cideldill::transport::{
    Answer, BodyForm, Handshake, InProcess, Offer, SendError, Sender, Transport,
};
use cideldill::{BlockStore, MemoryStore};

use crate::support::long_text;

/// Counts requests.
struct Counting(InProcess, Mutex<Vec<Offer>>);

impl Transport for Counting {
    fn handshake(&self) -> Result<Handshake, SendError> {
        self.0.handshake()
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        self.1.lock().unwrap().push(offer.clone());
        self.0.exchange(offer)
    }
}

#[test]
fn a_new_value_used_twice_takes_one_request() {
    let far = std::sync::Arc::new(MemoryStore::new());
    let way = InProcess::new(far.clone(), BodyForm::Json);
    let sender = Sender::new(Counting(way, Mutex::default()));
    let (one, other) = (vec![long_text(2_000); 30], (7, long_text(2_000)));
    let ready = [
        sender.serializer().serialize(&one).unwrap(),
        sender.serializer().serialize(&one).unwrap(),
        sender.serializer().serialize(&other).unwrap(),
    ];
    sender.upload(&ready).unwrap();
    let requests = sender.transport().1.lock().unwrap();
    assert_eq!(requests.len(), 1);
    let data = |offer: &Offer| String::from_utf8(offer.to_body(BodyForm::Json)).unwrap();
    let n_data = data(&requests[0]).matches("\"data\"").count();
    assert_eq!(n_data as u64, far.stats().blocks, "each block once");
}

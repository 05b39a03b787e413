//! A serializer that threads share, with its cache and its spare buffer.

use std::sync::Arc;

use cideldill::transport::Serializer;
use loom::sync::atomic::{AtomicBool, Ordering};

use crate::far::{Note, note};
use crate::{in_every_order, spawn};

#[test]
fn each_thread_has_its_own_value_and_leaves_out_only_what_was_acknowledged() {
    in_every_order("two serializers", None, || {
        let serializer = Arc::new(Serializer::default());
        let is_acknowledged = Arc::new(AtomicBool::new(false));
        let (theirs, acknowledged) = (Arc::clone(&serializer), Arc::clone(&is_acknowledged));
        let first = spawn(move || {
            let ready = theirs.serialize(&note(1)).unwrap();
            let message = ready.offered();
            assert_eq!(Serializer::deserialize::<Note>(&message).unwrap(), note(1));
            acknowledged.store(true, Ordering::SeqCst);
            ready.acknowledge();
        });
        let (theirs, acknowledged) = (Arc::clone(&serializer), Arc::clone(&is_acknowledged));
        let second = spawn(move || {
            let ready = theirs.serialize(&note(2)).unwrap();
            assert!(ready.data().is_some(), "nobody sent this one");
            if ready.components().next().is_none() {
                assert!(acknowledged.load(Ordering::SeqCst));
                return;
            }
            let message = ready.offered();
            assert_eq!(Serializer::deserialize::<Note>(&message).unwrap(), note(2));
        });
        first.join().unwrap();
        second.join().unwrap();
        assert!(serializer.serialize(&note(1)).unwrap().data().is_none());
        assert!(serializer.serialize(&note(2)).unwrap().data().is_some());
    });
}

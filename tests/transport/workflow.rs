//! A value goes to another side and comes back; what is known is not sent again, and what turns out
//! to be missing is sent once more.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cideldill::transport::{
    BodyForm, CidCache, Code, Offered, RequestLimits, SendError, Sender, Serializer,
};
use cideldill::{Block, BlockStore, SledStore, Store, Value, compute_cid};

use crate::support::{Far, blocks_of, long_text, n_carried, texts};

#[test]
fn full_workflow_new_object() {
    for form in [BodyForm::Json, BodyForm::MessagePack] {
        let sender = Sender::new(Far::new(form, RequestLimits::default()));
        let value = ("tea".to_owned(), 7, texts(0, 3));
        let cid = sender.send(&value).unwrap();
        assert_eq!(cid, compute_cid(&value).unwrap());
        let back: (String, i32, Vec<String>) = sender.transport().loader().load(cid).unwrap();
        assert_eq!(back, value);
    }
}

#[test]
fn full_workflow_cached_object() {
    let sender = Sender::new(Far::default());
    let cid = sender.send(&texts(0, 9)).unwrap();
    sender.transport().requests();
    assert_eq!(sender.send(&texts(0, 9)).unwrap(), cid);
    let requests = sender.transport().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].objects, [Offered::by_name(cid)]);
    assert!(requests[0].to_body(BodyForm::Json).len() < 150);
}

#[test]
fn full_workflow_cid_not_found_recovery() {
    let sender = Sender::new(Far::default());
    let cid = sender.send(&texts(0, 9)).unwrap();
    sender.transport().restart_empty();
    sender.transport().requests();
    assert_eq!(sender.send(&texts(0, 9)).unwrap(), cid);
    assert_eq!(sender.transport().requests().len(), 2, "one retry");
    let back: Vec<String> = sender.transport().loader().load(cid).unwrap();
    assert_eq!(back, texts(0, 9));
}

#[test]
fn full_workflow_multiple_objects() {
    let sender = Sender::new(Far::default());
    let values = [texts(0, 5), texts(3, 8), texts(0, 5)];
    let serialized: Vec<_> = values
        .iter()
        .map(|value| sender.serializer().serialize(value).unwrap())
        .collect();
    sender.upload(&serialized).unwrap();
    let requests = sender.transport().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        n_carried(&requests[0]),
        10,
        "what two of them hold is sent once"
    );
    let loader = sender.transport().loader();
    for value in values {
        let back: Vec<String> = loader.load(compute_cid(&value).unwrap()).unwrap();
        assert_eq!(back, value);
    }
    sender.upload(&[]).unwrap();
}

#[test]
fn full_workflow_decomposed_object() {
    for decompose in [true, false] {
        let serializer = Serializer::default().with_decompose(decompose);
        let sender = Sender::with_serializer(Far::default(), serializer);
        let value = vec![(texts(0, 20), long_text(2_000)); 3];
        let cid = sender.send(&value).unwrap();
        let loader = sender.transport().loader();
        let back: Vec<(Vec<String>, String)> = loader.load(cid).unwrap();
        assert_eq!(back, value);
        let request = &sender.transport().requests()[0];
        assert_eq!(request.objects[0].components.is_empty(), !decompose);
        // A part of it is known now.
        sender.send(&(value, 1)).unwrap();
        assert_eq!(n_carried(&sender.transport().requests()[0]), 1);
    }
}

#[test]
fn partial_failure_fails_entire_request() {
    let sender = Sender::new(Far::default());
    let held = std::cell::RefCell::new(1);
    let guard = held.borrow_mut();
    let refused = sender.send(&(texts(0, 9), &held)).unwrap_err();
    drop(guard);
    assert!(matches!(refused, SendError::Value(_)));
    assert!(sender.transport().requests().is_empty(), "nothing was sent");
    assert_eq!(sender.transport().store().stats().blocks, 0);
    assert!(
        sender.serializer().cache().is_empty(),
        "nothing was marked sent"
    );

    // And on the other side: one bad object among good ones.
    let limits = RequestLimits::default();
    let mut objects: Vec<Offered> = (0..3)
        .map(|n| Serializer::default().serialize(&texts(n, n + 3)))
        .map(|serialized| serialized.unwrap().offered())
        .collect();
    objects[1].data = Some((*b"\x10\xa1n\x90\xc0").into());
    let store = sender.transport().store();
    let offer = cideldill::transport::Offer { objects };
    let refusal = cideldill::transport::receive(&*store, &offer, &limits).unwrap_err();
    assert_eq!(refusal.code(), Code::CidMismatch);
    assert_eq!(store.stats().blocks, 0);
}

#[test]
fn a_lost_request_or_answer_is_sent_again_with_its_data() {
    let sender = Sender::new(Far::default());
    let far = sender.transport();
    for lost in [&far.lose_requests, &far.lose_answers] {
        lost.store(1, Ordering::Relaxed);
        let value = (texts(0, 9), std::ptr::eq(lost, &raw const far.lose_answers));
        assert!(matches!(sender.send(&value), Err(SendError::Failed(_))));
        far.requests();
        let cid = sender.send(&value).unwrap();
        assert!(far.requests()[0].objects[0].data.is_some());
        far.loader().value(cid).unwrap();
    }
}

#[test]
fn a_part_the_other_side_lost_is_sent_with_all_below_it() {
    let sender = Sender::new(Far::default());
    let part = vec![texts(0, 20), texts(3, 23)];
    sender.send(&part).unwrap();
    sender.transport().restart_empty();
    sender.transport().requests();
    let whole = (part, long_text(2_000));
    let cid = sender.send(&whole).unwrap();
    let requests = sender.transport().requests();
    assert_eq!(requests.len(), 2, "one retry suffices");
    let back: (Vec<Vec<String>>, String) = sender.transport().loader().load(cid).unwrap();
    assert_eq!(back, whole);
}

#[test]
fn more_missing_than_an_answer_lists_takes_one_retry_too() {
    let limits = RequestLimits::default().with_missing(2);
    let sender = Sender::new(Far::new(BodyForm::Json, limits));
    for n in 0..9 {
        sender.send(&texts(n, n + 1)[0]).unwrap();
    }
    sender.transport().restart_empty();
    sender.transport().requests();
    let cid = sender.send(&texts(0, 9)).unwrap();
    assert_eq!(sender.transport().requests().len(), 2);
    sender.transport().loader().value(cid).unwrap();
}

#[test]
fn another_store_on_the_other_side_is_noticed() {
    let sender = Sender::new(Far::default());
    sender.send(&texts(0, 9)).unwrap();
    assert_eq!(sender.serializer().cache().len(), 10);
    sender.transport().restart_empty();
    sender.send(&1).unwrap();
    assert!(
        sender.serializer().cache().len() <= 1,
        "nothing of the old store is left"
    );
}

#[test]
fn a_refusal_marks_nothing_and_is_handed_on() {
    let limits = RequestLimits::default().with_body_bytes(2_000);
    let sender = Sender::new(Far::new(BodyForm::Json, limits));
    let tuple = std::array::from_fn::<_, 40, _>(|n| "x".repeat(100 + n));
    let refused = sender.send(&tuple).unwrap_err();
    assert!(matches!(refused, SendError::Refused(refusal) if refusal.code() == Code::TooLarge));
    assert!(sender.transport().requests().is_empty());
    assert!(sender.serializer().cache().is_empty());
}

#[test]
fn a_link_to_what_nobody_has_is_refused_without_end() {
    let full = Store::in_memory();
    let cid = full.put(&texts(0, 3)).unwrap();
    let part = Value::shallow(cid, full.blocks()).unwrap();
    let sender = Sender::new(Far::default());
    let refused = sender.send(&part).unwrap_err();
    assert!(matches!(refused, SendError::Refused(refusal) if refusal.code() == Code::CidNotFound));
    assert_eq!(sender.transport().requests().len(), 1);
    let linked: Vec<Block> = blocks_of(&texts(0, 3)).1;
    sender.transport().store().put_many(&linked).unwrap();
    assert_eq!(sender.send(&part).unwrap(), cid);
}

#[test]
fn a_value_arrives_in_a_store_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let cid = {
        let store = Arc::new(SledStore::open(&path).unwrap());
        let way = cideldill::transport::InProcess::new(store, BodyForm::MessagePack);
        Sender::new(way).send(&texts(0, 9)).unwrap()
    };
    let store = Store::open(&path).unwrap();
    assert_eq!(store.load::<Vec<String>>(cid).unwrap(), texts(0, 9));
}

#[test]
fn many_threads_send_at_once() {
    let cache = Arc::new(CidCache::with_capacity(30));
    let sender = Sender::with_serializer(Far::default(), Serializer::new(cache));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let sender = &sender;
            scope.spawn(move || {
                for n in 0..10 {
                    sender.send(&(texts(n, n + 4), thread % 2)).unwrap();
                }
            });
        }
    });
    let loader = sender.transport().loader();
    for (n, thread) in (0..10).flat_map(|n| [(n, 0), (n, 1)]) {
        let value = (texts(n, n + 4), thread);
        let cid = compute_cid(&value).unwrap();
        let back: (Vec<String>, i32) = loader.load(cid).unwrap();
        assert_eq!(back, value);
    }
}

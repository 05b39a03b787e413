//! What a server takes and what it refuses: a whole request or nothing of it.

use cideldill::transport::{
    Accepted, Answer, BodyForm, Code, Offer, Offered, Refusal, RequestLimits, Serializer, receive,
    receive_body, write_frame,
};
use cideldill::{Block, BlockStore, Cid, MemoryStore, Store, compute_cid};

use crate::support::{block, blocks_of, links_of, long_text, texts};

fn offered<T: cideldill::Reduce + ?Sized>(value: &T) -> Offered {
    Serializer::default().serialize(value).unwrap().offered()
}

fn ask(store: &dyn BlockStore, offer: &Offer) -> Result<Accepted, Refusal> {
    // The same through either form, as bytes.
    let limits = RequestLimits::default();
    let copy = MemoryStore::new();
    for cid in cideldill::transport::leaves_first(store, store.iter().map(Result::unwrap)) {
        copy.put_many(&[cid.unwrap()]).unwrap();
    }
    let direct = receive(&copy, offer, &limits);
    let body = offer.to_body(BodyForm::MessagePack);
    let answer = receive_body(store, BodyForm::MessagePack, &body, &limits);
    let read = Answer::parse(BodyForm::Json, &answer.to_body(BodyForm::Json)).unwrap();
    assert_eq!(read, answer, "an answer comes back");
    match answer {
        Answer::Accepted(accepted) => {
            assert_eq!(direct.unwrap().report, accepted.report);
            Ok(accepted)
        }
        Answer::Refused(refusal) => {
            let direct = direct.unwrap_err();
            assert_eq!(direct.code(), refusal.code());
            assert_eq!(direct.missing(), refusal.missing());
            assert_eq!(store.stats(), copy.stats());
            Err(refusal)
        }
    }
}

#[track_caller]
fn assert_refused(store: &dyn BlockStore, offer: &Offer, code: Code) -> Refusal {
    let before = (store.stats(), store.iter().count());
    let refusal = ask(store, offer).unwrap_err();
    assert_eq!(refusal.code(), code, "{refusal}");
    assert_eq!(
        before,
        (store.stats(), store.iter().count()),
        "nothing is kept"
    );
    refusal
}

#[test]
fn process_request_with_data() {
    let store = MemoryStore::new();
    let message = offered(&("tea", 7));
    let accepted = ask(&store, &message.clone().into()).unwrap();
    assert_eq!(accepted.cids, [message.cid]);
    assert_eq!((accepted.report.blocks, accepted.report.new_blocks), (1, 1));
    assert_eq!(accepted.epoch, store.epoch());
    assert_eq!(store.get(&message.cid).unwrap(), message.data);
}

#[test]
fn process_request_cid_only() {
    let store = Store::in_memory();
    let cid = store.put(&texts(0, 3)).unwrap();
    let accepted = ask(store.blocks(), &Offered::by_name(cid).into()).unwrap();
    assert_eq!((accepted.cids, accepted.report.blocks), (vec![cid], 0));
}

#[test]
fn process_request_cid_not_found() {
    let store = MemoryStore::new();
    let cid = compute_cid("tea").unwrap();
    let refusal = assert_refused(&store, &Offered::by_name(cid).into(), Code::CidNotFound);
    assert_eq!(
        (refusal.missing(), refusal.epoch()),
        (&[cid][..], Some(store.epoch()))
    );
    let json: serde_json::Value =
        serde_json::from_slice(&Answer::Refused(refusal).to_body(BodyForm::Json)).unwrap();
    assert_eq!(json["error"], "cid_not_found");
    assert_eq!(json["missing_cids"], serde_json::json!([cid.to_string()]));
}

#[test]
fn process_request_cid_mismatch() {
    let store = MemoryStore::new();
    let mut message = offered(&texts(0, 3));
    message.data = offered(&("tea", 7)).data;
    let refusal = assert_refused(&store, &message.clone().into(), Code::CidMismatch);
    assert_eq!(refusal.cid(), Some(message.cid));
    let mut message = offered(&texts(0, 3));
    message.components[1].1 = message.components[0].1.clone();
    let refusal = assert_refused(&store, &message.clone().into(), Code::CidMismatch);
    assert_eq!(refusal.cid(), Some(message.components[1].0));
}

#[test]
fn process_multiple_objects() {
    let store = MemoryStore::new();
    let objects = vec![offered(&1), offered(&texts(0, 3)), offered("tea")];
    let cids: Vec<Cid> = objects.iter().map(|object| object.cid).collect();
    let accepted = ask(&store, &Offer { objects }).unwrap();
    assert_eq!((accepted.cids, accepted.report.new_blocks), (cids, 6));
}

#[test]
fn process_mixed_new_and_cached() {
    let store = Store::in_memory();
    let known = store.put(&texts(0, 3)).unwrap();
    let objects = vec![Offered::by_name(known), offered(&texts(2, 5))];
    let accepted = ask(store.blocks(), &Offer { objects }).unwrap();
    assert_eq!(accepted.report.blocks, 4);
    assert_eq!(accepted.report.new_blocks, 3, "one text was there");
}

#[test]
fn process_with_components() {
    let store = Store::in_memory();
    let message = offered(&texts(0, 9));
    let cid = message.cid;
    ask(store.blocks(), &message.into()).unwrap();
    assert_eq!(store.load::<Vec<String>>(cid).unwrap(), texts(0, 9));
}

#[test]
fn process_nested_components() {
    let store = Store::in_memory();
    let value = vec![(texts(0, 20), long_text(2_000)); 3];
    let message = offered(&value);
    let cid = message.cid;
    ask(store.blocks(), &message.clone().into()).unwrap();
    assert_eq!(
        store.load::<Vec<(Vec<String>, String)>>(cid).unwrap(),
        value
    );
    // In any order.
    let store = MemoryStore::new();
    let mut backwards = message;
    backwards.components.reverse();
    ask(&store, &backwards.into()).unwrap();
}

#[test]
fn process_missing_component() {
    let store = MemoryStore::new();
    let mut message = offered(&texts(0, 9));
    let gone: Vec<Cid> = message.components.drain(2..5).map(|(cid, _)| cid).collect();
    let refusal = assert_refused(&store, &message.into(), Code::CidNotFound);
    let mut missing = refusal.missing().to_vec();
    missing.sort_unstable();
    let mut expected = gone;
    expected.sort_unstable();
    assert_eq!(missing, expected, "all of them, each once");
}

#[test]
fn one_answer_names_what_is_missing_in_all_objects() {
    let store = MemoryStore::new();
    let mut first = offered(&texts(0, 3));
    let (gone, _) = first.components.remove(0);
    let second = Offered::by_name(compute_cid("nobody has it").unwrap());
    let mut third = offered(&(texts(0, 3), 1));
    third.components.retain(|(cid, _)| *cid != gone);
    let objects = vec![first, second.clone(), third, second.clone()];
    let refusal = assert_refused(&store, &Offer { objects }, Code::CidNotFound);
    assert_eq!(refusal.missing().len(), 2);
    assert!(refusal.missing().contains(&gone) && refusal.missing().contains(&second.cid));
}

#[test]
fn a_block_that_comes_twice_in_one_request_needs_no_second_request() {
    let shared = texts(0, 20);
    let part = offered(&shared);
    let whole = offered(&(shared, 1));
    let orders = [
        // Once with its data and again by its name, before and after; as object and as component.
        vec![part.clone(), Offered::by_name(part.cid)],
        vec![Offered::by_name(part.cid), part.clone()],
        vec![part.clone(), part.clone()],
        vec![whole.clone(), Offered::by_name(part.cid)],
        vec![part, whole],
    ];
    for objects in orders {
        let store = MemoryStore::new();
        let accepted = ask(&store, &Offer { objects }).unwrap();
        assert_eq!(accepted.report.new_blocks, store.stats().blocks);
    }
}

#[test]
fn a_component_nobody_links_to_is_refused() {
    let store = MemoryStore::new();
    let mut message = offered(&texts(0, 3));
    let stranger = Block::new(*b"\x10\xa1n\x90\xc0");
    message
        .components
        .push((stranger.cid(), stranger.bytes().clone()));
    let refusal = assert_refused(&store, &message.into(), Code::UnlinkedComponent);
    assert_eq!(refusal.cid(), Some(stranger.cid()));
    // Nor does an object without data lead to one.
    let mut message = offered(&texts(0, 3));
    message.data = None;
    assert_refused(&store, &message.into(), Code::UnlinkedComponent);
}

#[test]
fn data_that_is_no_block_is_refused() {
    let store = MemoryStore::new();
    for bytes in [&b"no block"[..], b"\x10\xa1s\x90\xa5cut", b"", b"\xc1"] {
        let object = Offered {
            cid: Cid::of(bytes),
            data: Some(bytes.into()),
            components: Vec::new(),
        };
        let offer = Offer {
            objects: vec![offered(&texts(0, 3)), object],
        };
        assert_refused(&store, &offer, Code::InvalidBlock);
    }
}

#[test]
fn a_request_given_twice_stores_nothing_the_second_time() {
    let store = MemoryStore::new();
    let offer = Offer::from(offered(&texts(0, 3)));
    let first = ask(&store, &offer).unwrap();
    let second = ask(&store, &offer).unwrap();
    assert_eq!((first.report.new_blocks, second.report.new_blocks), (4, 0));
    assert_eq!(second.report.blocks, 4);
    assert_eq!(store.stats().blocks, 4);
}

#[test]
fn a_block_the_store_has_needs_no_components() {
    let store = Store::in_memory();
    store.put(&texts(0, 3)).unwrap();
    let mut message = offered(&texts(0, 3));
    message.components.clear();
    let accepted = ask(store.blocks(), &message.into()).unwrap();
    assert_eq!((accepted.report.blocks, accepted.report.new_blocks), (1, 0));
}

#[test]
fn a_frame_is_taken_as_its_components_would_be() {
    let value = vec![texts(0, 20), texts(3, 23)];
    let framed = Serializer::default().with_decompose(false);
    let message = framed.serialize(&value).unwrap().offered();
    let (one, other) = (Store::in_memory(), MemoryStore::new());
    let cid = message.cid;
    let accepted = ask(one.blocks(), &message.into()).unwrap();
    assert_eq!(
        ask(&other, &offered(&value).into()).unwrap().report,
        accepted.report
    );
    assert_eq!(one.load::<Vec<Vec<String>>>(cid).unwrap(), value);
}

#[test]
fn a_frame_that_is_not_as_it_must_be_is_refused() {
    let store = MemoryStore::new();
    let (cid, blocks) = blocks_of(&texts(0, 3));
    let bytes: Vec<&[u8]> = blocks.iter().map(|block| &**block.bytes()).collect();
    let frame_of = |blocks: &[&[u8]]| write_frame(blocks.iter().copied()).unwrap();
    let whole = frame_of(&bytes);
    let refused = |frame: Vec<u8>, code| {
        let object = Offered {
            cid,
            data: Some(frame.into()),
            components: Vec::new(),
        };
        assert_refused(&store, &object.into(), code);
    };
    for end in [1, 3, 5, 9, whole.len() - 1] {
        refused(whole[..end].to_vec(), Code::InvalidFrame);
    }
    refused([&whole[..], b"\0"].concat(), Code::InvalidFrame);
    refused([&whole[..], b"\0\0\0\0"].concat(), Code::InvalidFrame);
    refused(b"\0\xff\xff\xff\xff\x10".to_vec(), Code::InvalidFrame);
    refused(
        frame_of(&[&[bytes[0]], &bytes[..]].concat()),
        Code::InvalidFrame,
    );
    refused(frame_of(&bytes[..3]), Code::CidMismatch);
    let stranger = &b"\x10\xa1n\x90\xc0"[..];
    refused(
        frame_of(&[&[stranger], &bytes[..]].concat()),
        Code::UnlinkedComponent,
    );
    refused(frame_of(&bytes[1..]), Code::CidNotFound);
    // A parent before its child.
    let value = vec![texts(0, 20), texts(3, 23)];
    let (cid, blocks) = blocks_of(&value);
    let root = block(&blocks, cid);
    let middle = block(&blocks, links_of(&root)[0]);
    let rest = blocks.iter().filter(|block| block.cid() != middle.cid());
    let order: Vec<&[u8]> = [&middle]
        .into_iter()
        .chain(rest)
        .map(|block| &**block.bytes())
        .collect();
    let object = Offered {
        cid,
        data: Some(frame_of(&order).into()),
        components: Vec::new(),
    };
    assert_refused(&store, &object.into(), Code::InvalidFrame);
}

#[test]
fn receiving_decodes_nothing_but_links() {
    // Four whole objects, but no value any encoder writes: a store keeps it, a reader refuses it.
    let store = Store::in_memory();
    let odd = Block::new(*b"\x10\xa1n\x90\xc3");
    let object = Offered {
        cid: odd.cid(),
        data: Some(odd.bytes().clone()),
        components: Vec::new(),
    };
    ask(store.blocks(), &object.into()).unwrap();
    assert!(store.value(odd.cid()).is_err());
}

#[test]
fn limits_are_kept() {
    let store = MemoryStore::new();
    let offer = Offer {
        objects: vec![offered(&texts(0, 3)), offered(&texts(0, 3))],
    };
    let body = offer.to_body(BodyForm::Json);
    let limits = RequestLimits::default();
    let code = |limits: RequestLimits| match receive_body(&store, BodyForm::Json, &body, &limits) {
        Answer::Refused(refusal) => refusal.code(),
        Answer::Accepted(_) => panic!("beyond a limit"),
    };
    assert_eq!(code(limits.with_body_bytes(body.len() - 1)), Code::TooLarge);
    assert_eq!(code(limits.with_blocks(7)), Code::TooMany);
    assert_eq!(code(limits.with_objects(1)), Code::TooMany);
    for limits in [limits.with_blocks(7), limits.with_objects(1)] {
        let refusal = receive(&store, &offer, &limits).unwrap_err();
        assert_eq!(refusal.code(), Code::TooMany);
    }
    assert_eq!(store.stats().blocks, 0);
    let exact = limits
        .with_blocks(8)
        .with_objects(2)
        .with_body_bytes(body.len());
    assert!(matches!(
        receive_body(&store, BodyForm::Json, &body, &exact),
        Answer::Accepted(_)
    ));
}

#[test]
fn more_missing_than_the_limit_is_said() {
    let store = MemoryStore::new();
    let mut message = offered(&texts(0, 9));
    message.components.clear();
    let limits = RequestLimits::default().with_missing(3);
    let refusal = receive(&store, &message.clone().into(), &limits).unwrap_err();
    assert_eq!((refusal.missing().len(), refusal.is_truncated()), (3, true));
    let limits = limits.with_missing(9);
    let refusal = receive(&store, &message.into(), &limits).unwrap_err();
    assert_eq!(
        (refusal.missing().len(), refusal.is_truncated()),
        (9, false)
    );
}

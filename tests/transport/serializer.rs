//! Values as messages: what is new with its data, what is known by its name.

use std::sync::Arc;
use std::thread;

use cideldill::transport::{
    BodyForm, CidCache, Code, Offer, Offered, RequestLimits, Serializer, encode_base64, is_frame,
};
use cideldill::{Cid, Debuggable, ErrorKind, compute_cid, register_reducer};

use crate::support::{blocks_of, long_text, texts};

#[test]
fn serializer_new_object_includes_data() {
    let serialized = Serializer::default().serialize(&("tea", 7)).unwrap();
    let data = serialized.data().unwrap();
    assert_eq!(Cid::of(data), serialized.cid());
    assert_eq!(serialized.cid(), compute_cid(&("tea", 7)).unwrap());
    assert_eq!(serialized.components().count(), 0);
}

#[test]
fn serializer_cached_object_excludes_data() {
    let serializer = Serializer::default();
    serializer.serialize(&("tea", 7)).unwrap().acknowledge();
    let again = serializer.serialize(&("tea", 7)).unwrap();
    assert!(again.data().is_none());
    assert_eq!(again.offered(), Offered::by_name(again.cid()));
}

#[test]
fn serializer_to_json_dict_new() {
    let message = Serializer::default().to_json_dict(&("tea", 7)).unwrap();
    let (cid, blocks) = blocks_of(&("tea", 7));
    let expected = serde_json::json!({
        "cid": cid.to_string(),
        "data": encode_base64(blocks[0].bytes()),
    });
    assert_eq!(message, expected);
}

#[test]
fn serializer_to_json_dict_cached() {
    let serializer = Serializer::default();
    let first = serializer.serialize(&texts(0, 5)).unwrap();
    let cid = first.cid().to_string();
    first.acknowledge();
    let message = serializer.to_json_dict(&texts(0, 5)).unwrap();
    assert_eq!(message, serde_json::json!({ "cid": cid }));
}

#[test]
fn serializer_to_json_dict_with_components() {
    let serializer = Serializer::default();
    let message = serializer.to_json_dict(&texts(0, 3)).unwrap();
    let (cid, blocks) = blocks_of(&texts(0, 3));
    assert_eq!(message["cid"], cid.to_string());
    let components = message["components"].as_object().unwrap();
    assert_eq!(components.len(), blocks.len() - 1);
    for block in &blocks[..blocks.len() - 1] {
        let name = block.cid().to_string();
        let data = encode_base64(block.bytes());
        assert_eq!(
            components[&name],
            serde_json::json!({"cid": name, "data": data})
        );
    }
}

#[test]
fn a_part_that_is_known_is_left_out_with_all_below_it() {
    let serializer = Serializer::default();
    let inner = vec![texts(0, 20); 3];
    serializer.serialize(&inner).unwrap().acknowledge();
    let outer = (inner, long_text(2_000));
    let ready = serializer.serialize(&outer).unwrap();
    let (_, all) = blocks_of(&outer);
    assert!(all.len() > 22);
    // The new text and the pair itself.
    assert_eq!(ready.components().count(), 1);
    assert_eq!(ready.cid(), compute_cid(&outer).unwrap());
}

#[test]
fn blocks_come_leaves_first_and_each_once() {
    let value = vec![texts(0, 20), texts(3, 23), texts(0, 20)];
    let serialized = Serializer::default().serialize(&value).unwrap();
    let mut met = Vec::new();
    let data = serialized.data().unwrap();
    for (cid, bytes) in serialized.components().chain([(serialized.cid(), data)]) {
        assert!(!met.contains(&cid), "twice");
        let links = cideldill::links(bytes).unwrap();
        assert!(links.iter().all(|link| met.contains(link)), "a leaf first");
        met.push(cid);
    }
    assert_eq!(met.len(), blocks_of(&value).1.len());
}

#[test]
fn serializer_force_serialize_always_includes_data() {
    let serializer = Serializer::default();
    serializer.serialize(&texts(0, 5)).unwrap().acknowledge();
    let forced = serializer.serialize_with_data(&texts(0, 5)).unwrap();
    let back: Vec<String> = Serializer::deserialize(&forced.offered()).unwrap();
    assert_eq!(back, texts(0, 5));
}

#[test]
fn serializer_verify_cid_correct() {
    let serializer = Serializer::default();
    for serializer in [serializer.clone(), serializer.with_decompose(false)] {
        let message = serializer.to_json_dict(&texts(0, 3)).unwrap();
        let cid = compute_cid(&texts(0, 3)).unwrap();
        let data = message["data"].as_str().unwrap();
        assert!(Serializer::verify_cid(data, &cid).unwrap());
    }
}

#[test]
fn serializer_verify_cid_incorrect() {
    let data = encode_base64(b"something else");
    assert!(!Serializer::verify_cid(&data, &Cid::of(b"something")).unwrap());
    assert!(!Serializer::verify_cid("", &Cid::of(b"something")).unwrap());
    for (wrong, code) in [("!!!", Code::InvalidBase64), ("AAAA", Code::InvalidFrame)] {
        let refused = Serializer::verify_cid(wrong, &Cid::of(b"")).unwrap_err();
        assert_eq!(refused.code(), code);
    }
}

#[test]
fn serializer_thread_safety() {
    let serializer = Serializer::new(Arc::new(CidCache::with_capacity(20)));
    thread::scope(|scope| {
        for thread in 0..4 {
            let serializer = &serializer;
            scope.spawn(move || {
                for n in 0..25 {
                    let value = (texts(n % 5, n % 5 + 3), n % 7, thread % 2);
                    let ready = serializer.serialize(&value).unwrap();
                    assert_eq!(ready.cid(), compute_cid(&value).unwrap());
                    if n % 3 > 0 {
                        ready.acknowledge();
                    }
                }
            });
        }
    });
    assert!(serializer.cache().len() <= 20);
}

#[test]
fn serializer_decompose_flag() {
    let (decomposed, framed) = (
        Serializer::default(),
        Serializer::default().with_decompose(false),
    );
    let value = vec![texts(0, 20), texts(3, 23)];
    let serialized = framed.serialize(&value).unwrap();
    assert_eq!(
        serialized.cid(),
        decomposed.serialize(&value).unwrap().cid(),
        "how it travels is not in its name"
    );
    let message = serialized.offered();
    assert!(message.components.is_empty());
    assert!(is_frame(message.data.as_deref().unwrap()));
    let back: Vec<Vec<String>> = Serializer::deserialize(&message).unwrap();
    assert_eq!(back, value);
    // What is known is by its name here too.
    serialized.acknowledge();
    let again = framed.serialize(&value).unwrap().offered();
    assert_eq!(again, Offered::by_name(again.cid));
}

#[test]
fn a_message_comes_back_through_json_and_messagepack() {
    let value = vec![texts(0, 20), texts(3, 23)];
    for serializer in [
        Serializer::default(),
        Serializer::default().with_decompose(false),
    ] {
        let offer = Offer::from(serializer.serialize(&value).unwrap().offered());
        for form in [BodyForm::Json, BodyForm::MessagePack] {
            let body = offer.to_body(form);
            let read = Offer::parse(form, &body, &RequestLimits::default()).unwrap();
            assert_eq!(read, offer);
        }
        let json: serde_json::Value =
            serde_json::from_slice(&offer.to_body(BodyForm::Json)).unwrap();
        assert_eq!(json, serializer.to_json_dict(&value).unwrap());
    }
}

#[test]
fn a_message_that_is_not_whole_is_missing_and_one_that_is_changed_is_corrupt() {
    let mut message = Serializer::default()
        .serialize(&texts(0, 3))
        .unwrap()
        .offered();
    let (first, _) = message.components.remove(0);
    let refused = Serializer::deserialize::<Vec<String>>(&message).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == first));
    message.data = Some((*b"\x10\xa1n\x90\xc0").into());
    let refused = Serializer::deserialize::<Vec<String>>(&message).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Corrupt { .. }));
    message.data = Some((*b"\0\0").into());
    let refused = Serializer::deserialize::<Vec<String>>(&message).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Malformed { .. }));
}

#[test]
fn a_value_that_cannot_be_recorded_reserves_and_remembers_nothing() {
    let serializer = Serializer::default();
    let held = std::cell::RefCell::new(1);
    let guard = held.borrow_mut();
    let refused = serializer.serialize(&(texts(0, 5), &held)).unwrap_err();
    drop(guard);
    assert!(matches!(refused.kind(), ErrorKind::InUse { .. }));
    assert!(serializer.cache().is_empty());
    let whole = serializer.serialize(&(texts(0, 5), &held)).unwrap();
    assert!(whole.data().is_some());
}

/// A type whose recording uses the very serializer that records it, as a proxy might.
#[derive(Debuggable)]
#[debuggable(reduce_only)]
struct Meddling {
    #[debuggable(with = "meddling")]
    serializer: Serializer,
    text: String,
}

mod meddling {
    use super::{Serializer, texts};

    pub(super) fn reduce(serializer: &Serializer) -> u64 {
        serializer.serialize(&texts(0, 3)).unwrap().acknowledge();
        serializer.cache().clear();
        serializer.serialize(&texts(0, 3)).unwrap().acknowledge();
        serializer.cache().len() as u64
    }
}

#[test]
fn user_code_may_use_the_serializer_that_runs_it() {
    let serializer = Serializer::default();
    let value = Meddling {
        serializer: serializer.clone(),
        text: long_text(3_000),
    };
    // Would never end if a lock were held while a value is encoded.
    let ready = serializer.serialize(&(&value, texts(0, 3))).unwrap();
    let new: Vec<usize> = ready.components().map(|(_, data)| data.len()).collect();
    assert!(
        new.len() == 1 && new[0] > 3_000,
        "the texts are known: {new:?}"
    );
}

/// A type of another crate, as it were.
struct Celsius(f64);

#[derive(Debuggable)]
struct Reading {
    #[debuggable(reducer)]
    value: Celsius,
    note: String,
}

#[test]
fn serializer_caches_auto_registered() {
    let again = |degrees: f64| Ok::<_, String>(Celsius(degrees));
    register_reducer("celsius", |celsius: &Celsius| celsius.0, again).unwrap();
    let reading = Reading {
        value: Celsius(1.5),
        note: long_text(2_000),
    };
    let serializer = Serializer::default();
    let first = serializer.serialize(&reading).unwrap();
    let lost = serializer.serialize(&reading).unwrap();
    assert!(
        first.data().is_some() && lost.data().is_some(),
        "not before the answer"
    );
    drop(lost);
    first.acknowledge();
    let message = serializer.to_json_dict(&reading).unwrap();
    assert_eq!(message.as_object().unwrap().len(), 1, "its name alone");
}

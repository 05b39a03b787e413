//! Bodies that no client writes: each a typed refusal with a stable code, in bounded memory and stack.

use cideldill::transport::{
    Answer, BodyForm, CidList, Code, Offer, RefUpdate, RequestLimits, Serializer, receive_body,
};
use cideldill::{BlockStore, Cid, MemoryStore, compute_cid};

fn code_of(form: BodyForm, body: &[u8]) -> Code {
    let store = MemoryStore::new();
    match receive_body(&store, form, body, &RequestLimits::default()) {
        Answer::Refused(refusal) => {
            assert_eq!(store.stats().blocks, 0);
            refusal.code()
        }
        Answer::Accepted(_) => panic!("accepted: {}", String::from_utf8_lossy(body)),
    }
}

#[test]
fn what_is_no_message_is_refused_with_its_code() {
    let cid = "a".repeat(128);
    let other = "b".repeat(128);
    let cases = [
        (String::new(), Code::InvalidJson),
        ("{".into(), Code::InvalidJson),
        ("nonsense".into(), Code::InvalidJson),
        ("[]".into(), Code::InvalidRequest),
        ("null".into(), Code::InvalidRequest),
        ("7".into(), Code::InvalidRequest),
        ("{}".into(), Code::MissingKey),
        (r#"{"data":"AAAA"}"#.into(), Code::MissingKey),
        (r#"{"cid":7}"#.into(), Code::InvalidRequest),
        (r#"{"cid":null}"#.into(), Code::InvalidRequest),
        (r#"{"cid":"abc"}"#.into(), Code::InvalidCid),
        (
            format!(r#"{{"cid":"{}"}}"#, cid.to_uppercase()),
            Code::InvalidCid,
        ),
        (format!(r#"{{"cid":"{cid}a"}}"#), Code::InvalidCid),
        (
            format!(r#"{{"cid":"{cid}","cid":"{cid}"}}"#),
            Code::DuplicateKey,
        ),
        (format!(r#"{{"cid":"{cid}","extra":1}}"#), Code::UnknownKey),
        (format!(r#"{{"cid":"{cid}","cids":[]}}"#), Code::UnknownKey),
        (format!(r#"{{"cid":"{cid}"}} x"#), Code::InvalidJson),
        (
            format!(r#"{{"cid":"{cid}","data":"@@@"}}"#),
            Code::InvalidBase64,
        ),
        (
            format!(r#"{{"cid":"{cid}","data":"AAA"}}"#),
            Code::InvalidBase64,
        ),
        (
            format!(r#"{{"cid":"{cid}","data":null}}"#),
            Code::InvalidRequest,
        ),
        (
            format!(r#"{{"cid":"{cid}","data":["AAAA"]}}"#),
            Code::InvalidRequest,
        ),
        (format!(r#"{{"cid":"{cid}","data":""}}"#), Code::CidMismatch),
        (
            format!(r#"{{"cid":"{cid}","components":[]}}"#),
            Code::InvalidRequest,
        ),
        (
            format!(r#"{{"cid":"{cid}","components":{{"x":{{}}}}}}"#),
            Code::InvalidCid,
        ),
        (
            format!(r#"{{"cid":"{cid}","components":{{"{cid}":{{}}}}}}"#),
            Code::MissingKey,
        ),
        (
            format!(r#"{{"cid":"{cid}","components":{{"{cid}":{{"cid":"{cid}"}}}}}}"#),
            Code::MissingKey,
        ),
        (
            format!(r#"{{"cid":"{cid}","components":{{"{cid}":{{"cid":"{other}","data":""}}}}}}"#),
            Code::ComponentKey,
        ),
        (
            format!(
                r#"{{"cid":"{cid}","components":{{"{cid}":{{"cid":"{cid}","data":"","components":{{}}}}}}}}"#
            ),
            Code::UnknownKey,
        ),
        (
            format!(
                r#"{{"cid":"{cid}","components":{{"{other}":{{"cid":"{other}","data":""}},"{other}":{{"cid":"{other}","data":""}}}}}}"#
            ),
            Code::DuplicateKey,
        ),
        (r#"{"objects":[]}"#.into(), Code::InvalidRequest),
        (r#"{"objects":{}}"#.into(), Code::InvalidRequest),
        (r#"{"objects":[7]}"#.into(), Code::InvalidRequest),
        (r#"{"objects":[{}]}"#.into(), Code::MissingKey),
        (r#"{"objects":[{"objects":[]}]}"#.into(), Code::UnknownKey),
        (
            format!(r#"{{"objects":[{{"cid":"{cid}"}}],"cid":"{cid}"}}"#),
            Code::UnknownKey,
        ),
        (format!(r#"{{"cid":"{cid}"}}"#), Code::CidNotFound),
        (
            format!(r#"{{"objects":[{{"cid":"{cid}"}},{{"cid":"{cid}"}}]}}"#),
            Code::CidNotFound,
        ),
    ];
    for (body, code) in cases {
        assert_eq!(code_of(BodyForm::Json, body.as_bytes()), code, "{body}");
    }
    assert_eq!(
        code_of(BodyForm::Json, b"{\"cid\":\"\xff\"}"),
        Code::InvalidJson
    );
}

/// `MessagePack` pieces.
fn map(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0x80 | u8::try_from(entries.len()).unwrap()];
    for (key, value) in entries {
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(value);
    }
    bytes
}

#[test]
fn what_is_no_messagepack_message_is_refused_with_its_code() {
    let bin = |bytes: &[u8]| [&[0xc4, u8::try_from(bytes.len()).unwrap()], bytes].concat();
    let name = bin(&[7; 64]);
    let text = [&[0xd9, 128][..], "07".repeat(64).as_bytes()].concat();
    let cid: &[u8] = b"\xa3cid";
    let data: &[u8] = b"\xa4data";
    let objects: &[u8] = b"\xa7objects";
    let cases = [
        (Vec::new(), Code::InvalidMessagePack),
        (
            vec![0x81, 0xa3, b'c', b'i', b'd', 0xc1],
            Code::InvalidMessagePack,
        ),
        (vec![0xc1], Code::InvalidMessagePack),
        (vec![0xc0], Code::InvalidRequest),
        (vec![0x90], Code::InvalidRequest),
        (vec![0x80], Code::MissingKey),
        (vec![0xdf, 0xff, 0xff, 0xff, 0xff], Code::InvalidMessagePack),
        (
            map(&[(cid, &name)])[..40].to_vec(),
            Code::InvalidMessagePack,
        ),
        (map(&[(cid, &text)]), Code::InvalidRequest),
        (map(&[(cid, &bin(&[7; 63]))]), Code::InvalidCid),
        (map(&[(cid, &name), (cid, &name)]), Code::DuplicateKey),
        (map(&[(cid, &name), (b"\xa1x", &name)]), Code::UnknownKey),
        (
            map(&[(cid, &name), (&bin(b"data"), &name)]),
            Code::InvalidRequest,
        ),
        (map(&[(cid, &name), (data, b"\xa0")]), Code::InvalidRequest),
        (
            map(&[(cid, &name), (data, b"\x93\x01\x02\x03")]),
            Code::InvalidRequest,
        ),
        (
            map(&[(cid, &name), (data, b"\xc6\xff\xff\xff\xff")]),
            Code::InvalidMessagePack,
        ),
        (map(&[(cid, &name), (data, b"\xc4\x00")]), Code::CidMismatch),
        (
            map(&[(objects, b"\xdd\xff\xff\xff\xff")]),
            Code::InvalidMessagePack,
        ),
        (map(&[(objects, b"\xc7\x01\x05\x00")]), Code::InvalidRequest),
        (
            [map(&[(cid, &name)]), vec![0xc0]].concat(),
            Code::InvalidMessagePack,
        ),
        (map(&[(cid, &name)]), Code::CidNotFound),
    ];
    for (body, code) in cases {
        assert_eq!(code_of(BodyForm::MessagePack, &body), code, "{body:02x?}");
    }
}

#[test]
fn depth_costs_nothing() {
    for open in ["[", "{\"objects\":[", "{\"cid\":{\"cid\":", "{\"x\":"] {
        let body = open.repeat(1_000_000);
        code_of(BodyForm::Json, body.as_bytes());
    }
    for open in [&b"\x91"[..], b"\x81\xa7objects\x91", b"\x81\xa1x"] {
        code_of(BodyForm::MessagePack, &open.repeat(1_000_000));
    }
}

#[test]
fn memory_is_in_proportion_to_the_body_and_not_to_what_it_claims() {
    let claims = [
        &b"\xdf\xff\xff\xff\xff"[..],
        b"\x81\xa7objects\xdd\xff\xff\xff\xff",
        b"\x81\xa4data\xc6\xff\xff\xff\xff",
        b"\x81\xaacomponents\xdf\xff\xff\xff\xff",
    ];
    for claim in claims {
        let info = allocation_counter::measure(|| {
            code_of(BodyForm::MessagePack, claim);
        });
        assert!(info.bytes_max < 20_000, "{info:?}");
    }
    // Many objects are refused as soon as there are too many of them.
    let cid = "a".repeat(128);
    let object = format!(r#"{{"cid":"{cid}"}},"#);
    let body = format!(r#"{{"objects":[{}"#, object.repeat(100_000));
    let info = allocation_counter::measure(|| {
        assert_eq!(code_of(BodyForm::Json, body.as_bytes()), Code::TooMany);
    });
    assert!(info.bytes_max < 500_000, "{info:?}");
}

#[test]
fn every_cut_of_a_message_is_refused() {
    let value = vec!["long enough to be cut ".repeat(60); 2];
    let offer = Offer::from(Serializer::default().serialize(&value).unwrap().offered());
    for form in [BodyForm::Json, BodyForm::MessagePack] {
        let body = offer.to_body(form);
        for end in 0..body.len() {
            assert_ne!(code_of(form, &body[..end]), Code::CidNotFound, "{end}");
        }
    }
}

#[test]
fn lists_of_cids_and_updates_of_refs_are_strict_too() {
    let (a, b) = (compute_cid(&1).unwrap(), compute_cid(&2).unwrap());
    let limits = RequestLimits::default();
    let list = CidList {
        cids: vec![a, b, a],
    };
    let updates = [
        RefUpdate {
            cid: Some(a),
            expected: None,
        },
        RefUpdate {
            cid: Some(a),
            expected: Some(None),
        },
        RefUpdate {
            cid: None,
            expected: Some(Some(b)),
        },
    ];
    for form in [BodyForm::Json, BodyForm::MessagePack] {
        let read = CidList::parse(form, &list.to_body(form), &limits).unwrap();
        assert_eq!(read, list);
        let refused = CidList::parse(form, &list.to_body(form), &limits.with_cids(2)).unwrap_err();
        assert_eq!(refused.code(), Code::TooMany);
        for update in updates {
            let read = RefUpdate::parse(form, &update.to_body(form), &limits).unwrap();
            assert_eq!(read, update);
        }
    }
    let list = |body: &str| CidList::parse(BodyForm::Json, body.as_bytes(), &limits);
    assert_eq!(list("{}").unwrap_err().code(), Code::MissingKey);
    assert_eq!(
        list(r#"{"cids":["x"]}"#).unwrap_err().code(),
        Code::InvalidCid
    );
    assert_eq!(
        list(r#"{"cids":[],"cid":1}"#).unwrap_err().code(),
        Code::UnknownKey
    );
    let update = |body: &str| RefUpdate::parse(BodyForm::Json, body.as_bytes(), &limits);
    assert_eq!(update("{}").unwrap_err().code(), Code::MissingKey);
    assert_eq!(
        update(r#"{"cid":7}"#).unwrap_err().code(),
        Code::InvalidRequest
    );
    let twice = r#"{"cid":null,"cid":null}"#;
    assert_eq!(update(twice).unwrap_err().code(), Code::DuplicateKey);
}

#[test]
fn every_code_has_a_name_of_its_own_and_is_in_the_specification() {
    let text = include_str!("../../docs/protocol.md");
    for code in Code::ALL {
        assert_eq!(code.as_str().parse(), Ok(*code));
        assert_eq!(code.to_string(), code.as_str());
        let is_listed = text.contains(&format!("`{code}`"));
        assert!(is_listed || *code == Code::Unknown, "{code}");
        assert!((400..600).contains(&code.status()));
    }
    assert_eq!("of_the_future".parse(), Ok(Code::Unknown));
    let cid = Cid::of(b"").to_string();
    let later = format!(r#"{{"error":"of_the_future","cid":"{cid}","more":[{{}}]}}"#);
    let Ok(Answer::Refused(refusal)) = Answer::parse(BodyForm::Json, later.as_bytes()) else {
        panic!("an answer of a newer server is read");
    };
    assert_eq!(
        (refusal.code(), refusal.cid()),
        (Code::Unknown, Some(Cid::of(b"")))
    );
}

#[test]
fn what_is_no_answer_is_an_error() {
    for body in [
        "",
        "{}",
        "[]",
        "{\"error\":7}",
        "{\"cids\":[]}",
        "{\"cids\":[],\"epoch\":\"x\"}",
    ] {
        assert!(
            Answer::parse(BodyForm::Json, body.as_bytes()).is_err(),
            "{body}"
        );
    }
}

//! Fields marked `extra`: an open set of further attributes.

#![allow(clippy::disallowed_types, reason = "a hash map is one of the two")]

use std::collections::{BTreeMap, HashMap};

use cideldill::{Debuggable, ErrorKind, Value, compute_cid, decode, encode};

#[derive(Debug, Debuggable, PartialEq)]
#[debuggable(rename = "Order")]
struct Plain {
    id: u64,
    note: String,
}

#[derive(Debug, Debuggable, PartialEq)]
#[debuggable(rename = "Order")]
struct Open {
    id: u64,
    note: String,
    #[debuggable(extra)]
    more: BTreeMap<String, Value>,
}

#[derive(Debug, Debuggable, PartialEq)]
#[debuggable(rename = "Order")]
struct Hashed {
    #[debuggable(extra)]
    more: HashMap<String, Value>,
}

#[derive(Debug, Debuggable, PartialEq)]
#[debuggable(rename = "Order")]
struct Newer {
    id: u64,
    note: String,
    price: u32,
    zip: Vec<String>,
}

fn newer() -> Newer {
    Newer {
        id: 7,
        note: "n".repeat(2000),
        price: 100,
        zip: vec!["z".repeat(3000), "y".into()],
    }
}

#[test]
fn without_entries_the_record_is_the_plain_one() {
    let plain = Plain {
        id: 1,
        note: "x".into(),
    };
    let open = Open {
        id: 1,
        note: "x".into(),
        more: BTreeMap::new(),
    };
    assert_eq!(compute_cid(&plain).unwrap(), compute_cid(&open).unwrap());
    let encoded = encode(&plain).unwrap();
    assert_eq!(decode::<Open>(encoded.root(), &encoded).unwrap(), open);
}

#[test]
fn fields_this_program_does_not_know_survive() {
    let encoded = encode(&newer()).unwrap();
    let open: Open = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(open.more["price"], Value::U32(100));
    assert_eq!(open.more.len(), 2);
    let again = encode(&open).unwrap();
    assert_eq!(again, encoded);
    assert_eq!(decode::<Newer>(again.root(), &again).unwrap(), newer());
    let mut hashed: Hashed = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(hashed.more.len(), 4);
    assert_eq!(encode(&hashed).unwrap(), encoded);
    hashed.more.remove("note");
    let encoded = encode(&hashed).unwrap();
    let error = decode::<Plain>(encoded.root(), &encoded).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MissingField { name, .. } if name == "note"));
}

#[test]
fn an_entry_cannot_have_the_name_of_a_field() {
    let open = Open {
        id: 1,
        note: String::new(),
        more: BTreeMap::from([("id".into(), Value::Unit)]),
    };
    let error = encode(&open).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DuplicateField { name } if name == "id"));
}

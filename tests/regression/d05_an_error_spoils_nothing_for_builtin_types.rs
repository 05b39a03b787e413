//! D5: one value that could not be recorded broke every later value of a builtin type in the same
//! process. Here nothing is remembered from one value to the next.

use std::collections::BTreeMap;
use std::sync::Mutex;

use cideldill::{Limits, Store, Value, compute_cid, decode_with, encode};

use crate::support::{cid, long_text};

#[test]
fn an_ordinary_map_is_recorded_after_one_that_was_not() {
    type Map = BTreeMap<String, Mutex<Vec<String>>>;
    let ordinary = || -> Map {
        BTreeMap::from([("perfectly".into(), Mutex::new(vec!["ordinary".into(); 900]))])
    };
    let store = Store::in_memory();
    let first = cid(&ordinary());
    let held: Map = (0..500)
        .map(|n| (n.to_string(), Mutex::new(vec![long_text(n)])))
        .collect();
    let guard = held["499"].lock().unwrap();
    for _ in 0..3 {
        assert!(compute_cid(&held).is_err());
        assert!(store.put(&held).is_err());
        assert!(encode(&held).is_err());
        assert_eq!(cid(&ordinary()), first);
        assert_eq!(store.put(&ordinary()).unwrap(), first);
    }
    drop(guard);
    store.put(&held).unwrap();
}

#[test]
fn an_ordinary_value_loads_after_one_that_was_too_deep() {
    let mut deep = Value::from(1_u8);
    for _ in 0..300 {
        deep = Value::tuple([deep]).unwrap_or_else(|_| Value::from(1_u8));
        deep = Value::sequence_of("*", [deep]).unwrap();
    }
    let encoded = encode(&deep).unwrap();
    let shallow = Limits::default().with_depth(100);
    assert!(decode_with::<Value>(encoded.root(), &encoded, shallow).is_err());
    let words = vec!["perfectly".to_owned(), "ordinary".to_owned()];
    let ordinary = encode(&words).unwrap();
    let back: Vec<String> = decode_with(ordinary.root(), &ordinary, shallow).unwrap();
    assert_eq!(back, words);
}

//! D8: nested lists stopped at 246 levels, others became placeholders whose CIDs changed each time,
//! and a chain of 2,000 blocks ended the server's recursion. Here depth costs memory and no stack,
//! in every direction; what is deeper than the limits is a typed error.

use cideldill::{ErrorKind, Limits, Store, Value, decode, decode_with, encode};

use crate::support::{cid, long_text};

/// Levels of sequences, with something long enough to be a block on each of them or not.
fn nested(levels: usize, inner: &str, text: &str) -> Value {
    let mut value = Value::from(inner);
    for _ in 0..levels {
        value = Value::sequence_of("*", [Value::from(text), value]).unwrap();
    }
    value
}

#[test]
fn a_hundred_thousand_levels_in_every_direction() {
    let levels = 100_000;
    let value = nested(levels, "inner", "");
    let encoded = encode(&value).unwrap();
    let limits = Limits::default().with_depth(4 * levels as u64);
    let back: Value = decode_with(encoded.root(), &encoded, limits).unwrap();
    assert_eq!(back, value);
    assert_eq!(cid(&back), cid(&value));
    assert_eq!(back.clone(), value);
    assert!(!value.to_string().is_empty());
    assert!(format!("{value:?}").len() > 10);
    drop(back);
}

#[test]
fn the_one_change_below_ten_thousand_levels_is_found() {
    let levels = 10_000;
    let store = Store::in_memory();
    let old = store.put(&nested(levels, "inner", "")).unwrap();
    let new = store.put(&nested(levels, "other", "")).unwrap();
    let limits = Limits::default().with_depth(4 * levels as u64);
    let changes = cideldill::differences_with(old, new, store.blocks(), limits).unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].path.segments().len(), levels);
}

#[test]
fn deeper_than_the_limits_is_an_error_and_no_placeholder() {
    let encoded = encode(&nested(20_000, "inner", "")).unwrap();
    let error = decode::<Value>(encoded.root(), &encoded).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
}

#[test]
fn a_chain_of_two_thousand_blocks() {
    let value = nested(2_000, "inner", &long_text(1_010));
    let encoded = encode(&value).unwrap();
    assert!(encoded.blocks().len() >= 2_000);
    let store = Store::in_memory();
    let root = store.put(&value).unwrap();
    assert_eq!(store.value(root).unwrap(), value);
    let other = store
        .put(&nested(2_000, "other", &long_text(1_010)))
        .unwrap();
    assert_eq!(store.differences(root, other).unwrap().len(), 1);
}

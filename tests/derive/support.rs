//! Taking values apart and putting them together again.

use std::fmt::Debug;

use cideldill::{Debuggable, Error, Reconstruct, Reduce};

/// The value after it was encoded and decoded.
pub(crate) fn again<T: Debuggable>(value: &T) -> T {
    load_as(value).unwrap()
}

/// What another type, or a later version of the same, makes of the value's blocks.
pub(crate) fn load_as<Old: Reduce, New: Reconstruct>(old: &Old) -> Result<New, Error> {
    let encoded = cideldill::encode(old).unwrap();
    cideldill::decode(encoded.root(), &encoded)
}

/// Asserts that the value comes back equal, and that it then has the same CID.
#[track_caller]
pub(crate) fn assert_comes_back<T: Debuggable + PartialEq + Debug>(value: &T) {
    let back = again(value);
    assert_eq!(back, *value);
    assert_eq!(cid(&back), cid(value));
}

/// The CID as text.
pub(crate) fn cid<T: Reduce + ?Sized>(value: &T) -> String {
    cideldill::compute_cid(value).unwrap().to_string()
}

/// The value without its Rust type, as text.
pub(crate) fn text<T: Reduce>(value: &T) -> String {
    let encoded = cideldill::encode(value).unwrap();
    let value: cideldill::Value = cideldill::decode(encoded.root(), &encoded).unwrap();
    value.to_string()
}

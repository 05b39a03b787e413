//! Taking values apart and putting them together again.

use std::fmt::Write as _;

use cideldill::{Cid, Reconstruct, Reduce};

/// The CID of a value that can be recorded.
pub(crate) fn cid<T: Reduce + ?Sized>(value: &T) -> Cid {
    cideldill::compute_cid(value).unwrap()
}

/// What a type makes of a value's blocks.
pub(crate) fn load_as<New: Reconstruct>(value: &impl Reduce) -> Result<New, cideldill::Error> {
    let encoded = cideldill::encode(value).unwrap();
    cideldill::decode(encoded.root(), &encoded)
}

/// Text of this length whose every part differs from every other.
pub(crate) fn long_text(len: usize) -> String {
    let mut text = String::new();
    for number in 0_usize.. {
        if text.len() >= len {
            break;
        }
        write!(text, "{number} ").unwrap();
    }
    text.truncate(len);
    text
}

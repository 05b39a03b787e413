//! Text of any length.

use std::fmt::Write as _;

/// Text of this length whose every part differs from every other.
#[must_use]
pub fn long_text(len: usize) -> String {
    let mut text = String::new();
    for number in 0_usize.. {
        if text.len() >= len {
            break;
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{number} ");
    }
    text.truncate(len);
    text
}

/// A value of one block more than texts.
#[must_use]
pub fn texts(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|n| long_text(1_100 + n)).collect()
}

//! Dynamic values.

use crate::reduce::Reduce;

/// A value as text, for errors, within a number of bytes.
pub(crate) fn short_text<T: Reduce + ?Sized>(_value: &T, _max_bytes: usize) -> String {
    String::new()
}

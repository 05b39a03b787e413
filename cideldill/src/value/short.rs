//! Values on one short line, for paths and errors.

use std::cell::Cell;

use super::print::short;
use super::tree::Value;
use crate::reduce::Reduce;

/// How much of a key a path shows.
const KEY_BYTES: usize = 80;

/// A key as paths show it: `"name"`, `7`, `(1, 2)`.
pub(crate) fn key_text(key: &Value) -> String {
    short(key, KEY_BYTES)
}

thread_local! {
    /// A value's text is being made. Its own failure may ask for the text of a part.
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
}

/// A value as text, for errors, within a number of bytes. The type's name if that fails.
pub(crate) fn short_text<T: Reduce + ?Sized>(value: &T, max_bytes: usize) -> String {
    /// Ends the state also when the user's code panics.
    struct Busy;
    impl Drop for Busy {
        fn drop(&mut self) {
            IS_BUSY.set(false);
        }
    }
    let type_name = std::any::type_name::<T>;
    if IS_BUSY.replace(true) {
        return type_name().into();
    }
    let _busy = Busy;
    match Value::of(value) {
        Ok(value) => short(&value, max_bytes),
        Err(_) => type_name().into(),
    }
}

//! Other ways than its own to record a field's type.
//!
//! Named by generated code only.

mod extra;
mod serde;

pub use extra::Extra;

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;

/// A way to record values of `T`, chosen by a field attribute.
pub trait Adapter<T: ?Sized> {
    /// The type description of what it writes.
    const DESC: &'static Desc;

    /// Writes the value.
    ///
    /// # Errors
    /// What is not recordable, with the path to it.
    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error>;
}

/// The way back. A trait of its own, because a type that is only recorded need not have one.
pub trait Restore<T>: Sized {
    /// Reads a value that was written with the adapter's desc.
    ///
    /// # Errors
    /// What does not fit, with the path to it.
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error>;

    /// Reads a value that was written with another desc, where nothing is lost by it.
    ///
    /// # Errors
    /// What does not fit, with the path to it.
    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error>;
}

/// Through the type's serde implementations.
#[derive(Debug)]
pub struct Serde;

/// Through the functions registered for the type.
#[derive(Debug)]
pub struct Reducer;

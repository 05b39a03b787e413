//! Other ways than its own to record a field's type.

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::wrong_kind;

/// A way to record values of `T`, chosen by a field attribute.
pub trait Adapter<T: ?Sized> {
    /// The type description of what it writes.
    const DESC: &'static Desc;

    /// Writes the value.
    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error>;

    /// Reads a value that was written with this desc.
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<T, Error>
    where
        T: Sized;

    /// Reads a value that was written with another desc, where nothing is lost by it.
    fn reconstruct_as(_: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error>
    where
        T: Sized,
    {
        Err(wrong_kind(Self::DESC, written))
    }
}

/// Through the type's serde implementations.
#[derive(Debug)]
pub struct Serde;

/// Through the functions registered for the type.
#[derive(Debug)]
pub struct Reducer;

/// An open set of further fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the further fields of a struct",
    label = "not a map from names to dynamic values",
    note = "an `extra` field is a `BTreeMap<String, cideldill::Value>` or a `HashMap<String, cideldill::Value>`"
)]
pub trait Extra: Sized {}

//! What code written by the derive names. Not public API: it may change in any release.

pub use core;

pub use crate::adapter::{Adapter, Extra, Reducer, Serde};
pub use crate::codec::{Decoder, Encoder};
pub use crate::desc::Desc;
pub use crate::error::Error;
pub use crate::reconstruct::Reconstruct;
pub use crate::reduce::Reduce;
pub use crate::shape::Shape;
pub use crate::type_info::Strategy;
pub use serde::{Serialize, de::DeserializeOwned};

use crate::error::{ErrorKind, Source};
use crate::reconstruct::wrong_kind;

/// The desc of what a `state` or `with` function returns.
pub const fn desc_of_output<T: ?Sized, S: Reduce>(_: fn(&T) -> S) -> &'static Desc {
    S::DESC
}

/// Writes what a `state` or `with` function makes of the value.
pub fn reduce_with<T: ?Sized, S: Reduce>(
    function: fn(&T) -> S,
    value: &T,
    encoder: &mut Encoder<'_>,
) -> Result<(), Error> {
    function(value).reduce(encoder)
}

/// Reads what a `state` or `with` function had made, and gives it to the function's inverse.
/// `written` is the desc in the data, if it is not the one expected.
pub fn reconstruct_with<T, S: Reconstruct, R: Outcome<T>>(
    function: fn(S) -> R,
    what: &'static str,
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<T, Error> {
    let state = match written {
        None => S::reconstruct(decoder)?,
        Some(written) => S::reconstruct_as(decoder, written)?,
    };
    outcome(function(state), what)
}

/// Reads what stands for a value that was not recorded: always an error. `written` is as for
/// [`reconstruct_with`].
pub fn refuse_placeholder<T>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<T, Error> {
    Err(match written {
        None => decoder.placeholder(),
        Some(written) => wrong_kind(Desc::RECORD, written),
    })
}

/// Passes over what stands for a value that was not recorded, and makes a new one. `written` is as
/// for [`reconstruct_with`].
pub fn pass_over<T>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
    default: fn() -> T,
) -> Result<T, Error> {
    // A record with another desc there is an old version's; its fields are found by their places.
    if written.is_none() {
        decoder.skip(&Desc::RECORD.to_text())?;
    }
    Ok(default())
}

/// What a user's function returned, with its refusal as a typed error.
pub fn outcome<T, R: Outcome<T>>(result: R, what: &'static str) -> Result<T, Error> {
    result.outcome().map_err(|source| {
        Error::new(ErrorKind::Refused {
            what,
            type_name: core::any::type_name::<T>(),
        })
        .with_source(source)
    })
}

/// A value, or a result with any error: what `restore`, `constructor` and `with` may return.
pub trait Outcome<T> {
    /// As a result.
    fn outcome(self) -> Result<T, Source>;
}

impl<T> Outcome<T> for T {
    fn outcome(self) -> Result<T, Source> {
        Ok(self)
    }
}

impl<T, E: Into<Source>> Outcome<T> for Result<T, E> {
    fn outcome(self) -> Result<T, Source> {
        self.map_err(Into::into)
    }
}

/// Encodes without hashing, to measure what encoding alone costs. Returns nothing of use.
pub fn encode_without_digests<T: Reduce + ?Sized>(value: &T) -> Result<(), Error> {
    let mut sink = crate::codec::Discard;
    let mut encoder = Encoder::new(crate::codec::Profile::STANDARD, &mut sink).without_digests();
    value.reduce_root(&mut encoder)?;
    encoder.finish().map(drop)
}

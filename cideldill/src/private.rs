//! What code written by the derive names. Not public API: it may change in any release.

pub use core;
pub use std::boxed::Box;
pub use std::rc::{Rc, Weak as RcWeak};
pub use std::sync::{Arc, Weak as ArcWeak};

pub use crate::adapter::{Adapter, Extra, Intern, Reducer, Restore, RestoreField, Same, Serde};
pub use crate::codec::{Cells, Decoder, Encoder, Scope};
pub use crate::desc::Desc;
pub use crate::dynamic::{
    DynOf, Object, ObjectType, dangling_arc, dangling_rc, read_arc, read_arc_weak, read_box,
    read_rc, read_rc_weak, reduce_dyn,
};
pub use crate::error::Error;
pub use crate::outcome::Outcome;
pub use crate::reconstruct::{Pointee, Reconstruct};
pub use crate::reduce::Reduce;
pub use crate::registry::reduce_foreign;
pub use crate::shape::Shape;
pub use crate::stack::grow;
pub use crate::type_info::{Strategy, TypeInfo};

use crate::error::ErrorKind;
use crate::reconstruct::wrong_kind;

/// What the derive writes for [`Reduce::reduce`].
///
/// The parameter stands for nothing. A function that has one is compiled only in a crate that uses
/// it, and once there; one without is compiled where the type is derived, used or not, and an inlined
/// one again and again.
pub trait ReduceBody {
    /// Writes the value.
    fn body<Once>(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;
}

/// What the derive writes for [`Reconstruct::reconstruct`], as [`ReduceBody`].
pub trait ReconstructBody: Sized {
    /// Reads a value.
    fn body<Once>(decoder: &mut Decoder<'_>) -> Result<Self, Error>;
}

/// Opens a record of the shape with that number.
#[inline]
pub fn open_record<T: Reduce + ?Sized, const NUMBER: usize>(encoder: &mut Encoder<'_>) -> Scope {
    // Known for each type: where there is little to write, a call would cost time.
    if const { T::SHAPES[NUMBER].has_container() } {
        return encoder.open_large_record(&T::SHAPES[NUMBER]);
    }
    encoder.open_record(&T::SHAPES[NUMBER])
}

/// Whether a field was refused and that ends the value; the encoder then has the error.
#[inline]
pub fn is_refused(
    written: Result<(), Error>,
    encoder: &mut Encoder<'_>,
    name: &'static str,
) -> bool {
    encoder.is_refused(written, name)
}

/// Puts a value where it belongs. Whether there is none; the decoder then has the error.
#[inline]
pub fn is_missing<T>(
    read: Result<T, Error>,
    decoder: &mut Decoder<'_>,
    place: &mut Option<T>,
) -> bool {
    match read {
        Ok(value) => {
            *place = Some(value);
            false
        }
        Err(error) => {
            decoder.fail(error);
            true
        }
    }
}

/// Reads what stands for a value that was not recorded: always an error. `written` is the desc in
/// the data, if it is not the one expected.
pub fn refuse_placeholder<T>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<T, Error> {
    Err(match written {
        None => decoder.placeholder(),
        Some(written) => wrong_kind(Desc::RECORD, written),
    })
}

/// An interned value is one that the program has: it cannot be loaded as another one.
pub fn refuse_interned<T>() -> Result<T, Error> {
    let type_name = core::any::type_name::<T>();
    Err(ErrorKind::Interned { type_name }.into())
}

/// Passes over what stands for a value that was not recorded, and makes a new one. `written` is as
/// for [`refuse_placeholder`].
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

/// Encodes without hashing, to measure what encoding alone costs. Returns nothing of use.
pub fn encode_without_digests<T: Reduce + ?Sized>(value: &T) -> Result<(), Error> {
    let mut sink = crate::codec::Discard;
    let encoder = Encoder::new(crate::codec::Profile::STANDARD, &mut sink).without_digests();
    crate::encoded::write_root(value, encoder).map(drop)
}

/// How many batches of digests a value takes, and how many digests in all.
pub fn hashing_of<T: Reduce + ?Sized>(value: &T) -> Result<(u64, u64), Error> {
    let mut sink = crate::codec::Discard;
    let encoder = Encoder::new(crate::codec::Profile::STANDARD, &mut sink);
    let hashed = crate::encoded::write_root(value, encoder)?.hashed;
    Ok((hashed.batches, hashed.messages))
}

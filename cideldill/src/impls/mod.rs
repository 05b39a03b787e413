//! The traits for types we do not own.

mod atomic;
mod cell;
mod cid;
mod description;
mod keyed;
mod lock;
mod net;
mod number;
mod path;
mod pointer;
mod range;
pub(crate) mod record;
mod result;
mod sequence;
mod shared;
mod text;
mod time;
mod tuple;
mod wrapper;

pub(crate) use cell::in_use;
#[cfg(feature = "indexmap")]
pub(crate) use keyed::check_count;
pub(crate) use keyed::map_cells;
pub(crate) use lock::refused as lock_refused;
pub(crate) use sequence::{sequence_as, sequence_as_by};

use crate::error::{Error, ErrorKind};

/// The error for data that no value of the type has.
#[cold]
pub(crate) fn out_of_range<T>(what: &'static str) -> Error {
    ErrorKind::OutOfRange {
        what,
        type_name: std::any::type_name::<T>(),
    }
    .into()
}

//! Interned values: recorded by their key, loaded as the one `Arc` this program has for it.

use std::sync::Arc;

use super::{Adapter, Interned, Restore};
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::{Reconstruct, wrong_kind};

/// A type with `#[debuggable(intern = "path")]`: values are recorded as their key (docs/format.md
/// section 10) and come back as what the function at that path finds for it.
///
/// Implemented by the derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not interned",
    label = "values of this type are not found by a key",
    note = "put `#[debuggable(state = \"key\", intern = \"lookup\")]` on the type"
)]
pub trait Intern: Reconstruct {
    /// Reads a key and finds its value.
    #[doc(hidden)]
    fn look_up(decoder: &mut Decoder<'_>) -> Result<Arc<Self>, Error>;
}

impl<T: Intern> Adapter<Arc<T>> for Interned {
    const DESC: &'static Desc = T::DESC;

    fn reduce(value: &Arc<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        (**value).reduce(encoder)
    }
}

impl<T: Intern> Restore<Arc<T>> for Interned {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Arc<T>, Error> {
        T::look_up(decoder)
    }

    fn restore_as(_: &mut Decoder<'_>, written: &[u8]) -> Result<Arc<T>, Error> {
        Err(wrong_kind(T::DESC, written))
    }
}

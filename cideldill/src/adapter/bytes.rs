//! Values as byte strings.

use std::any::type_name;

use super::{Adapter, Bytes, Restore};
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;

impl<T: AsRef<[u8]> + ?Sized> Adapter<T> for Bytes {
    const DESC: &'static Desc = Desc::BYTES;

    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.bytes(value.as_ref());
        Ok(())
    }
}

impl<T: AsRef<[u8]> + TryFrom<Vec<u8>>> Restore<T> for Bytes {
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error> {
        from_bytes(Vec::reconstruct(decoder)?)
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        from_bytes(Vec::reconstruct_as(decoder, written)?)
    }
}

/// What a conversion from bytes says in refusing is often the bytes themselves: no error to keep.
fn from_bytes<T: TryFrom<Vec<u8>>>(bytes: Vec<u8>) -> Result<T, Error> {
    T::try_from(bytes).map_err(|_| {
        ErrorKind::OutOfRange {
            what: "a byte string",
            type_name: type_name::<T>(),
        }
        .into()
    })
}

//! Fields through their serde implementations: `#[debuggable(serde)]`.
//!
//! A value is serialized into a tree and the tree is written, so that maps are sorted and types are
//! kept as everywhere else. Implements docs/format.md section 10.1. Not human-readable, in serde's
//! words. What serde's data model does not have is lost before it comes here: that a sequence is a
//! hash set, for one.

mod de;
mod failure;
mod ser;

use serde::Serialize;
use serde::de::DeserializeOwned;

use self::failure::Failure;
use super::{Adapter, Restore, Serde};
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::value::Value;

impl<T: Serialize + ?Sized> Adapter<T> for Serde {
    const DESC: &'static Desc = Desc::ANY;

    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let tree = ser::to_value(value).map_err(Failure::of::<T>)?;
        tree.reduce(encoder)
    }
}

impl<T: Serialize + DeserializeOwned> Restore<T> for Serde {
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error> {
        from_value(Value::reconstruct(decoder)?)
    }

    /// Data that was written before the field went through serde is taken as it is.
    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        from_value(Value::reconstruct_as(decoder, written)?)
    }
}

fn from_value<T: DeserializeOwned>(tree: Value) -> Result<T, Error> {
    T::deserialize(de::FromValue::new(tree)).map_err(Failure::of::<T>)
}

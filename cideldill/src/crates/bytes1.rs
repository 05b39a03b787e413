//! `bytes` 1: byte strings like any other.

use std::cmp::Ordering;

use bytes::{Bytes, BytesMut};

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

macro_rules! byte_strings {
    ($($type:ty, $from:expr;)*) => {$(
        impl Reduce for $type {
            const DESC: &'static Desc = Desc::BYTES;
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.bytes(self);
                Ok(())
            }
        }

        impl Reconstruct for $type {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                Vec::reconstruct(decoder).map($from)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                Vec::reconstruct_as(decoder, written).map($from)
            }

            fn stand_in() -> Option<Self> {
                Some(Self::new())
            }
        }
    )*};
}

byte_strings! {
    Bytes, Self::from;
    BytesMut, |bytes: Vec<u8>| Self::from(&bytes[..]);
}

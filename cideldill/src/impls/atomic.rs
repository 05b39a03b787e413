//! Atomics, which add nothing to the number or truth value they hold.
//!
//! Each is read once, relaxed: several that change together need a lock to be recorded together.

use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize, Ordering,
};

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

macro_rules! atomics {
    ($($atomic:ty: $value:ty),*) => {$(
        impl Reduce for $atomic {
            const DESC: &'static Desc = <$value>::DESC;

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                self.load(Ordering::Relaxed).reduce(encoder)
            }
        }

        impl Reconstruct for $atomic {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                <$value>::reconstruct(decoder).map(Self::new)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                <$value>::reconstruct_as(decoder, written).map(Self::new)
            }

            fn stand_in() -> Option<Self> {
                <$value>::stand_in().map(Self::new)
            }

            fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
                let values = <$value>::reconstruct_sequence(decoder)?;
                Ok(values.into_iter().map(Self::new).collect())
            }
        }
    )*};
}

atomics! {
    AtomicBool: bool,
    AtomicU8: u8,
    AtomicU16: u16,
    AtomicU32: u32,
    AtomicU64: u64,
    AtomicUsize: usize,
    AtomicI8: i8,
    AtomicI16: i16,
    AtomicI32: i32,
    AtomicI64: i64,
    AtomicIsize: isize
}

//! Locks, which add nothing to what they hold, and cells set once by any thread.
//!
//! A lock is never waited for, and is held only while its content is written.

use std::sync::{Mutex, OnceLock, RwLock, TryLockError};

use super::cell::{fillable, in_use, set_once};
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::type_info::Strategy;

/// Held is [`ErrorKind::InUse`], poisoned is [`ErrorKind::Poisoned`].
macro_rules! locks {
    ($($lock:ident, $try:ident;)*) => {$(
        impl<T: Reduce + ?Sized> Reduce for $lock<T> {
            const DESC: &'static Desc = T::DESC;
            const SEQUENCE: &'static Desc = T::SEQUENCE;
            const SHAPES: &'static [Shape] = T::SHAPES;
            const STRATEGY: Strategy = T::STRATEGY;

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.cell(self, |encoder| {
                    let content = self.$try().map_err(refused::<Self, _>)?;
                    encoder.passing(|encoder| content.reduce(encoder))
                })
            }

            fn reduce_root(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let content = self.$try().map_err(refused::<Self, _>)?;
                encoder.passing(|encoder| content.reduce_root(encoder))
            }
        }
    )*};
}

locks! {
    Mutex, try_lock;
    RwLock, try_read;
}

fillable! {
    Mutex, |cell, value| cell.try_lock().map(|mut content| *content = value);
    RwLock, |cell, value| cell.try_write().map(|mut content| *content = value);
}
set_once!(OnceLock);

/// Why a lock's content cannot be looked at now.
#[cold]
#[expect(
    clippy::needless_pass_by_value,
    reason = "it holds a guard, which is to go with it"
)]
pub(crate) fn refused<T: ?Sized, G>(error: TryLockError<G>) -> Error {
    match error {
        TryLockError::WouldBlock => in_use::<T>(),
        TryLockError::Poisoned(_) => ErrorKind::Poisoned {
            type_name: std::any::type_name::<T>(),
        }
        .into(),
    }
}

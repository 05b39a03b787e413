//! Shared pointers: transparent in the bytes; which are the same is kept beside the content.

use std::any::Any;
use std::cmp::Ordering;
use std::rc::{self, Rc};
use std::sync::{self, Arc};

use super::pointer::key_order;
use crate::codec::{Encoder, Met, NodeKey, Target};
use crate::desc::Desc;
use crate::error::Error;
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::stack::grow;
use crate::type_info::Strategy;

/// `Reduce` for a shared pointer and its weak one.
macro_rules! shared {
    ($($pointer:ident, $weak:ty;)*) => {$(
        impl<T: Reduce + ?Sized + 'static> Reduce for $pointer<T> {
            const DESC: &'static Desc = T::DESC;
            const SHAPES: &'static [Shape] = T::SHAPES;
            const STRATEGY: Strategy = T::STRATEGY;
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
                None => None,
                Some(_) => Some(|a, b| key_order::<T>(a, b)),
            };

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let is_unique =
                    Self::strong_count(self) == 1 && Self::weak_count(self) == 0;
                let key = NodeKey::new(Self::as_ptr(self));
                let Met::New(pointer) = encoder.open_pointer(key, is_unique)? else {
                    return Ok(());
                };
                grow(|| T::reduce(self, encoder))?;
                encoder.close_pointer(pointer, T::DESC, &|| Box::new(Self::clone(self)))
            }
        }

        impl<T: Reduce + ?Sized + 'static> Target for $pointer<T> {
            fn reduce_again(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                T::reduce(self, encoder)
            }
        }

        impl<T: ?Sized + 'static> Reduce for $weak {
            const DESC: &'static Desc = Desc::WEAK;

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let target = self.upgrade();
                encoder.weak_pointer(target.map(|target| NodeKey::new($pointer::as_ptr(&target))));
                Ok(())
            }
        }
    )*};
}

shared! {
    Rc, rc::Weak<T>;
    Arc, sync::Weak<T>;
}

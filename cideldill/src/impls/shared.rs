//! Shared pointers: transparent in the bytes; which are the same is kept beside the content.

use std::any::{Any, TypeId};
use std::cmp::Ordering;
use std::convert::Infallible;
use std::rc::{self, Rc};
use std::sync::{self, Arc};

use super::pointer::key_order;
use crate::codec::{Cells, Decoder, Encoder, NodeKey, NodeType, Shared, Target};
use crate::desc::Desc;
use crate::dynamic::reduce_around;
use crate::error::Error;
use crate::reconstruct::{Pointee, Reconstruct};
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::type_info::Strategy;

/// A pointer, written as one to a value of this type: what stands behind a trait object is not of the
/// pointer's own.
trait Pointer {
    fn reduce_pointer(
        &self,
        of_type: TypeId,
        desc: &'static Desc,
        encoder: &mut Encoder<'_>,
    ) -> Result<(), Error>;
}

/// `Reduce` for a shared pointer and its weak one.
macro_rules! shared {
    ($($pointer:ident, $weak:ty, $read:ident, $read_weak:ident, $dangling:ident, $make:path;)*) => {$(
        impl<T: Reduce + ?Sized + 'static> Reduce for $pointer<T> {
            const DESC: &'static Desc = T::DESC;
            const SHAPES: &'static [Shape] = T::SHAPES;
            const STRATEGY: Strategy = T::STRATEGY;
            const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = match T::KEY_ORDER {
                None => None,
                Some(_) => Some(|a, b| key_order::<T>(a, b)),
            };

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let Some(object) = T::behind(self) else {
                    return self.reduce_pointer(TypeId::of::<T>(), T::DESC, encoder);
                };
                reduce_around::<T>(object, encoder, |encoder| {
                    self.reduce_pointer(object.id, object.desc, encoder)
                })
            }
        }

        impl<T: Reduce + ?Sized + 'static> Pointer for $pointer<T> {
            fn reduce_pointer(
                &self,
                of_type: TypeId,
                desc: &'static Desc,
                encoder: &mut Encoder<'_>,
            ) -> Result<(), Error> {
                let is_unique =
                    Self::strong_count(self) == 1 && Self::weak_count(self) == 0;
                let key = NodeKey::of_type(Self::as_ptr(self), of_type);
                encoder.pointer(key, is_unique, desc, self)
            }
        }

        impl<T: Reduce + ?Sized + 'static> Target for $pointer<T> {
            fn reduce_node(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                T::reduce_node(self, encoder)
            }

            fn keep(&self) -> Box<dyn Target> {
                Box::new(Self::clone(self))
            }

            fn reserve(&self) -> Box<dyn Any> {
                Box::new(Self::downgrade(self))
            }
        }

        impl<T: Reduce + ?Sized + 'static> Reduce for $weak {
            const DESC: &'static Desc = Desc::WEAK;

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let target = self.upgrade();
                let key = target.map(|target| {
                    let pointer = $pointer::as_ptr(&target);
                    match T::behind(&target) {
                        None => NodeKey::new(pointer),
                        Some(object) => NodeKey::of_type(pointer, object.id),
                    }
                });
                encoder.weak_pointer(key, || Box::new(self.clone()));
                Ok(())
            }
        }

        impl<T: Reconstruct + 'static> Shared for $pointer<T> {
            type Plain = Self;
            type Weak = $weak;

            fn plain(&self) -> &Self {
                self
            }

            fn of_plain(plain: Self) -> Self {
                plain
            }

            fn read(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Self, Error> {
                match written {
                    None => $make(decoder),
                    Some(written) => T::reconstruct_as(decoder, written).map(Self::new),
                }
            }

            fn cyclic(
                decoder: &mut Decoder<'_>,
                written: Option<&[u8]>,
                announce: impl FnOnce(&mut Decoder<'_>, Self::Weak) -> Result<(), Error>,
                fail: impl FnOnce(Error) -> Infallible,
            ) -> Self {
                Self::new_cyclic(|weak| {
                    let announced = announce(decoder, weak.clone());
                    match announced.and_then(|()| read(decoder, written)) {
                        Ok(value) => value,
                        Err(error) => match fail(error) {},
                    }
                })
            }

            fn downgrade(&self) -> Self::Weak {
                Self::downgrade(self)
            }

            fn is_gone(weak: &Self::Weak) -> bool {
                weak.strong_count() == 0
            }

            fn node_type() -> NodeType {
                NodeType::of::<T>()
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                T::cells(self, cells);
            }
        }

        impl<T: Pointee + ?Sized> Reconstruct for $pointer<T> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                T::$read(decoder, None)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                T::$read(decoder, Some(written))
            }
        }

        impl<T: Pointee + ?Sized> Reconstruct for $weak {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                T::$read_weak(decoder)
            }

            fn stand_in() -> Option<Self> {
                T::$dangling()
            }
        }
    )*};
}

/// The same for a pointer to something without a size: it is made of `$owned`.
macro_rules! shared_unsized {
    ($([$($generics:tt)*] $pointer:ident<$target:ty>, $weak:ty, $owned:ty, $empty:expr;)*) => {$(
        impl<$($generics)*> Shared for $pointer<$target> {
            type Plain = Self;
            type Weak = $weak;

            fn plain(&self) -> &Self {
                self
            }

            fn of_plain(plain: Self) -> Self {
                plain
            }

            fn read(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Self, Error> {
                read::<$owned>(decoder, written).map(Self::from)
            }

            fn cyclic(
                decoder: &mut Decoder<'_>,
                written: Option<&[u8]>,
                _: impl FnOnce(&mut Decoder<'_>, Self::Weak) -> Result<(), Error>,
                fail: impl FnOnce(Error) -> Infallible,
            ) -> Self {
                let value = read::<$owned>(decoder, written);
                let value = value.unwrap_or_else(|error| match fail(error) {});
                Self::from(value)
            }

            fn downgrade(&self) -> Self::Weak {
                Self::downgrade(self)
            }

            fn is_gone(weak: &Self::Weak) -> bool {
                weak.strong_count() == 0
            }

            fn node_type() -> NodeType {
                NodeType::of::<$target>()
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                each_cell(&**self, cells);
            }
        }

        impl<$($generics)*> Reconstruct for $pointer<$target> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                decoder.pointer(None)
            }

            fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
                decoder.pointer(Some(written))
            }
        }

        impl<$($generics)*> Reconstruct for $weak {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                let weak = decoder.weak_pointer::<$pointer<$target>>()?;
                // One that leads to nothing.
                Ok(weak.unwrap_or_else(|| $pointer::downgrade(&$pointer::from($empty))))
            }

            fn stand_in() -> Option<Self> {
                Some($pointer::downgrade(&$pointer::from($empty)))
            }
        }
    )*};
}

shared_unsized! {
    [] Rc<str>, rc::Weak<str>, String, "";
    [] Arc<str>, sync::Weak<str>, String, "";
    [T: Reconstruct + 'static] Rc<[T]>, rc::Weak<[T]>, Vec<T>, [];
    [T: Reconstruct + 'static] Arc<[T]>, sync::Weak<[T]>, Vec<T>, [];
}

/// The cells in what has no size.
trait EachCell {
    fn each_cell<'a>(&'a self, cells: &mut Cells<'a>);
}

impl EachCell for str {
    fn each_cell<'a>(&'a self, _: &mut Cells<'a>) {}
}

impl<T: Reconstruct> EachCell for [T] {
    fn each_cell<'a>(&'a self, cells: &mut Cells<'a>) {
        for item in self {
            item.cells(cells);
        }
    }
}

fn each_cell<'a, T: EachCell + ?Sized>(content: &'a T, cells: &mut Cells<'a>) {
    content.each_cell(cells);
}

fn read<T: Reconstruct>(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<T, Error> {
    match written {
        None => T::reconstruct(decoder),
        Some(written) => T::reconstruct_as(decoder, written),
    }
}

fn make_rc<T: Reconstruct>(decoder: &mut Decoder<'_>) -> Result<Rc<T>, Error> {
    T::reconstruct(decoder).map(Rc::new)
}

shared! {
    Rc, rc::Weak<T>, read_rc, read_rc_weak, dangling_rc, make_rc;
    // An interned type has its own.
    Arc, sync::Weak<T>, read_arc, read_arc_weak, dangling_arc, T::reconstruct_arc;
}

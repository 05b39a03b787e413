//! Shared and weak pointers as codecs of those of the same name. Which are the same is recorded as it
//! is without a codec: a node is one wherever it goes through one codec.

use std::any::{Any, TypeId, type_name};
use std::cmp::Ordering;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::rc::{self, Rc};
use std::sync::{self, Arc};

use super::through::key_order;
use super::{Adapter, Restore};
use crate::codec::{Cells, Decoder, Encoder, NodeKey, NodeType, Shared, Target};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::wrong_kind;
use crate::reduce::Reduce;

/// A pointer whose node goes through a codec.
struct Through<C: ?Sized, P: ?Sized>(PhantomData<C>, P);

impl<C: ?Sized, P> Through<C, P> {
    fn new(pointer: P) -> Self {
        Self(PhantomData, pointer)
    }
}

impl<C: ?Sized, P: Clone> Clone for Through<C, P> {
    fn clone(&self) -> Self {
        Self::new(self.1.clone())
    }
}

/// What a node is recorded as: its own type, unless a codec makes something else of it.
fn node_type<C, T>() -> TypeId
where
    C: Adapter<T> + ?Sized + 'static,
    T: ?Sized + 'static,
{
    if C::IS_SAME {
        TypeId::of::<T>()
    } else {
        TypeId::of::<Through<C, T>>()
    }
}

/// The codec of a pointer to `$target`, which goes through `$codec`.
macro_rules! shared {
    ($($pointer:ident, $module:ident, $target:ty, $codec:ty, $cyclic:ident, $read:expr,
        $cells:expr;)*) => {$(
        impl<C: Adapter<T> + 'static, T: 'static> Adapter<$pointer<$target>> for $pointer<$codec> {
            const DESC: &'static Desc = <$codec as Adapter<$target>>::DESC;
            const IS_SAME: bool = C::IS_SAME;
            const KEY_ORDER: Option<fn(&$pointer<$target>, &$pointer<$target>) -> Ordering> =
                match <$codec as Adapter<$target>>::KEY_ORDER {
                    None => None,
                    Some(_) => Some(|a, b| key_order::<$codec, $target>(a, b)),
                };

            fn reduce(value: &$pointer<$target>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let is_unique =
                    $pointer::strong_count(value) == 1 && $pointer::weak_count(value) == 0;
                let as_type = node_type::<$codec, $target>();
                let key = NodeKey::of_type($pointer::as_ptr(value), as_type);
                let desc = <$codec as Adapter<$target>>::DESC;
                encoder.pointer(key, is_unique, desc, &Through::<$codec, _>::new(value))
            }
        }

        impl<C: Adapter<T> + 'static, T: 'static> Target for Through<$codec, &$pointer<$target>> {
            fn reduce_node(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                <$codec as Adapter<$target>>::reduce(self.1, encoder)
            }

            fn keep(&self) -> Box<dyn Target> {
                Box::new(Through::<$codec, _>::new($pointer::clone(self.1)))
            }

            fn reserve(&self) -> Box<dyn Any> {
                Box::new($pointer::downgrade(self.1))
            }
        }

        impl<C: Adapter<T> + 'static, T: 'static> Target for Through<$codec, $pointer<$target>> {
            fn reduce_node(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                Through::<$codec, _>::new(&self.1).reduce_node(encoder)
            }

            fn keep(&self) -> Box<dyn Target> {
                Through::<$codec, _>::new(&self.1).keep()
            }

            fn reserve(&self) -> Box<dyn Any> {
                Through::<$codec, _>::new(&self.1).reserve()
            }
        }

        impl<C: Adapter<T> + 'static, T: 'static> Reduce for Through<$codec, $pointer<$target>> {
            const DESC: &'static Desc = <$codec as Adapter<$target>>::DESC;

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                <$pointer<$codec> as Adapter<$pointer<$target>>>::reduce(&self.1, encoder)
            }
        }

        impl<C: Restore<T> + 'static, T: 'static> Restore<$pointer<$target>> for $pointer<$codec> {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$pointer<$target>, Error> {
                let read = decoder.pointer::<Through<$codec, $pointer<$target>>>(None);
                read.map(|read| read.1)
            }

            fn restore_as(
                decoder: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<$pointer<$target>, Error> {
                let read = decoder.pointer::<Through<$codec, $pointer<$target>>>(Some(written));
                read.map(|read| read.1)
            }
        }

        impl<C: Restore<T> + 'static, T: 'static> Shared for Through<$codec, $pointer<$target>> {
            type Plain = $pointer<$target>;
            type Weak = $module::Weak<$target>;

            fn plain(&self) -> &Self::Plain {
                &self.1
            }

            fn of_plain(plain: Self::Plain) -> Self {
                Self::new(plain)
            }

            fn read(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Self, Error> {
                let read: fn(
                    &mut Decoder<'_>,
                    Option<&[u8]>,
                ) -> Result<$pointer<$target>, Error> = $read;
                read(decoder, written).map(Self::new)
            }

            $cyclic!($pointer);

            fn downgrade(&self) -> Self::Weak {
                $pointer::downgrade(&self.1)
            }

            fn node_type() -> NodeType {
                NodeType {
                    id: node_type::<$codec, $target>(),
                    name: type_name::<$target>(),
                }
            }

            fn is_gone(weak: &Self::Weak) -> bool {
                weak.strong_count() == 0
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                $cells(&*self.1, cells);
            }
        }
    )*};
}

/// Makes a node that can hold weak pointers to itself.
macro_rules! sized {
    ($pointer:ident) => {
        fn cyclic(
            decoder: &mut Decoder<'_>,
            written: Option<&[u8]>,
            announce: impl FnOnce(&mut Decoder<'_>, Self::Weak) -> Result<(), Error>,
            fail: impl FnOnce(Error) -> Infallible,
        ) -> Self {
            Self::new($pointer::new_cyclic(|weak| {
                let announced = announce(decoder, weak.clone());
                let value = announced.and_then(|()| match written {
                    None => C::restore(decoder),
                    Some(written) => C::restore_as(decoder, written),
                });
                match value {
                    Ok(value) => value,
                    Err(error) => match fail(error) {},
                }
            }))
        }
    };
}

/// What has no size is made of its content: a weak pointer in there finds nothing.
macro_rules! slice {
    ($pointer:ident) => {
        fn cyclic(
            decoder: &mut Decoder<'_>,
            written: Option<&[u8]>,
            _: impl FnOnce(&mut Decoder<'_>, Self::Weak) -> Result<(), Error>,
            fail: impl FnOnce(Error) -> Infallible,
        ) -> Self {
            Self::read(decoder, written).unwrap_or_else(|error| match fail(error) {})
        }
    };
}

shared! {
    Rc, rc, T, C, sized, |decoder, written| match written {
        None => C::restore(decoder).map(Rc::new),
        Some(written) => C::restore_as(decoder, written).map(Rc::new),
    }, C::cells;
    // An interned type has its own.
    Arc, sync, T, C, sized, |decoder, written| match written {
        None => C::restore_arc(decoder),
        Some(written) => C::restore_as(decoder, written).map(Arc::new),
    }, C::cells;
    Rc, rc, [T], [C], slice, |decoder, written| items::<C, T>(decoder, written).map(Rc::from),
        each_cell::<C, T>;
    Arc, sync, [T], [C], slice, |decoder, written| items::<C, T>(decoder, written).map(Arc::from),
        each_cell::<C, T>;
}

fn items<C: Restore<T>, T>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<Vec<T>, Error> {
    match written {
        None => C::restore_sequence(decoder),
        Some(written) => C::restore_sequence_as(decoder, written),
    }
}

fn each_cell<'a, C: Restore<T>, T>(items: &'a [T], cells: &mut Cells<'a>) {
    for item in items {
        C::cells(item, cells);
    }
}

macro_rules! weak {
    ($($pointer:ident, $module:ident;)*) => {$(
        impl<C, T> Adapter<$module::Weak<T>> for $module::Weak<C>
        where
            C: Adapter<T> + 'static,
            T: 'static,
        {
            const DESC: &'static Desc = Desc::WEAK;
            const IS_SAME: bool = C::IS_SAME;

            fn reduce(value: &$module::Weak<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let as_type = node_type::<C, T>();
                let target = value.upgrade();
                let key = target.map(|target| NodeKey::of_type($pointer::as_ptr(&target), as_type));
                encoder.weak_pointer(key, || Box::new(value.clone()));
                Ok(())
            }
        }

        impl<C, T> Restore<$module::Weak<T>> for $module::Weak<C>
        where
            C: Restore<T> + 'static,
            T: 'static,
        {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$module::Weak<T>, Error> {
                let weak = decoder.weak_pointer::<Through<C, $pointer<T>>>()?;
                Ok(weak.unwrap_or_default())
            }

            fn restore_as(
                _: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<$module::Weak<T>, Error> {
                Err(wrong_kind(Desc::WEAK, written))
            }

            fn stand_in() -> Option<$module::Weak<T>> {
                Some($module::Weak::new())
            }
        }
    )*};
}

weak! {
    Rc, rc;
    Arc, sync;
}

//! Cells and locks as codecs of those of the same name: they add nothing, and a cycle can close
//! through them.

use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Ordering;
use std::marker::PhantomData;
use std::sync::{Mutex, OnceLock, RwLock};

use super::through::{Borrowed, Owned, key_order};
use super::{Adapter, Restore};
use crate::codec::{Cells, Decoder, Encoder, Fill};
use crate::desc::Desc;
use crate::error::Error;
use crate::impls::{in_use, lock_refused};
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

impl<C: Adapter<T>, T: Copy> Adapter<Cell<T>> for Cell<C> {
    const DESC: &'static Desc = C::DESC;
    const SEQUENCE: &'static Desc = C::SEQUENCE;
    const IS_SAME: bool = C::IS_SAME;
    const KEY_ORDER: Option<fn(&Cell<T>, &Cell<T>) -> Ordering> = match C::KEY_ORDER {
        None => None,
        Some(_) => Some(|a, b| key_order::<C, T>(&a.get(), &b.get())),
    };

    fn reduce(value: &Cell<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        C::reduce(&value.get(), encoder)
    }
}

impl<C: Restore<T>, T: Copy> Restore<Cell<T>> for Cell<C> {
    fn restore(decoder: &mut Decoder<'_>) -> Result<Cell<T>, Error> {
        C::restore(decoder).map(Cell::new)
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Cell<T>, Error> {
        C::restore_as(decoder, written).map(Cell::new)
    }

    fn stand_in() -> Option<Cell<T>> {
        C::stand_in().map(Cell::new)
    }
}

/// A cell in a loaded value, to be filled through its codec.
struct Filled<'a, C, H>(&'a H, PhantomData<C>);

/// Cells that can be set again. `$read` looks at the content, `$fill` sets it.
macro_rules! cells {
    ($($holder:ident, $read:ident, $refused:expr, |$cell:ident, $value:ident| $fill:expr;)*) => {$(
        impl<C: Adapter<T>, T> Adapter<$holder<T>> for $holder<C> {
            const DESC: &'static Desc = C::DESC;
            const SEQUENCE: &'static Desc = C::SEQUENCE;
            const IS_SAME: bool = C::IS_SAME;

            fn reduce(value: &$holder<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.cell(value, |encoder| {
                    let content = value.$read().map_err($refused)?;
                    encoder.passing(|encoder| C::reduce(&content, encoder))
                })
            }
        }

        impl<C: Restore<T> + 'static, T> Restore<$holder<T>> for $holder<C> {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$holder<T>, Error> {
                let value = decoder.cell(C::DESC, None, C::stand_in, C::restore);
                value.map($holder::new)
            }

            fn restore_as(
                decoder: &mut Decoder<'_>,
                written: &[u8],
            ) -> Result<$holder<T>, Error> {
                let read = |decoder: &mut Decoder<'_>| C::restore_as(decoder, written);
                let value = decoder.cell(C::DESC, Some(written), C::stand_in, read);
                value.map($holder::new)
            }

            fn cells<'a>(value: &'a $holder<T>, cells: &mut Cells<'a>) {
                cells.add_through(Filled::<C, _>(value, PhantomData));
            }

            fn stand_in() -> Option<$holder<T>> {
                C::stand_in().map($holder::new)
            }
        }

        impl<C: Restore<T>, T> Fill for Filled<'_, C, $holder<T>> {
            fn fill(&self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error> {
                let $value = match written {
                    None => C::restore(decoder),
                    Some(written) => C::restore_as(decoder, written),
                }?;
                let $cell = self.0;
                $fill.map_err(|_| in_use::<$holder<T>>())
            }

            fn empty(&self) {
                if let Some($value) = C::stand_in() {
                    let $cell = self.0;
                    // In use, it is a cell that a user's function holds on to.
                    let _ = $fill;
                }
            }
        }
    )*};
}

cells! {
    RefCell, try_borrow, |_| in_use::<RefCell<T>>(),
        |cell, value| cell.try_borrow_mut().map(|mut content| *content = value);
    Mutex, try_lock, lock_refused::<Mutex<T>, _>,
        |cell, value| cell.try_lock().map(|mut content| *content = value);
    RwLock, try_read, lock_refused::<RwLock<T>, _>,
        |cell, value| cell.try_write().map(|mut content| *content = value);
}

/// Cells that are set at most once, written as an option.
macro_rules! set_once {
    ($($cell:ident),*) => {$(
        impl<C: Adapter<T>, T> Adapter<$cell<T>> for $cell<C> {
            const DESC: &'static Desc = &Desc::Option(C::DESC);
            const IS_SAME: bool = C::IS_SAME;

            fn reduce(value: &$cell<T>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                encoder.cell(value, |encoder| {
                    Reduce::reduce(&value.get().map(Borrowed::<C, T>::new), encoder)
                })
            }
        }

        impl<C: Restore<T> + 'static, T> Restore<$cell<T>> for $cell<C> {
            fn restore(decoder: &mut Decoder<'_>) -> Result<$cell<T>, Error> {
                let desc = <Self as Adapter<$cell<T>>>::DESC;
                let value = decoder.cell_set_once(desc, None, Option::reconstruct)?;
                Ok(value.map_or_else($cell::new, |value: Owned<C, T>| value.into_inner().into()))
            }

            fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<$cell<T>, Error> {
                let desc = <Self as Adapter<$cell<T>>>::DESC;
                let read = |decoder: &mut Decoder<'_>| Option::reconstruct_as(decoder, written);
                let value = decoder.cell_set_once(desc, Some(written), read)?;
                Ok(value.map_or_else($cell::new, |value: Owned<C, T>| value.into_inner().into()))
            }

            fn cells<'a>(value: &'a $cell<T>, cells: &mut Cells<'a>) {
                cells.add_through(Filled::<C, _>(value, PhantomData));
            }

            fn stand_in() -> Option<$cell<T>> {
                Some($cell::new())
            }
        }

        impl<C: Restore<T>, T> Fill for Filled<'_, C, $cell<T>> {
            fn fill(&self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error> {
                let value: Option<Owned<C, T>> = match written {
                    None => Option::reconstruct(decoder),
                    Some(written) => Option::reconstruct_as(decoder, written),
                }?;
                let Some(value) = value.filter(|_| !decoder.is_read_again()) else {
                    return Ok(());
                };
                let set = self.0.set(value.into_inner());
                set.map_err(|_| in_use::<$cell<T>>())
            }

            fn empty(&self) {}
        }
    )*};
}

set_once!(OnceCell, OnceLock);

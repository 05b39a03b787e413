//! From parts back to a typed value.

use std::rc::{self, Rc};
use std::sync::{self, Arc};

use crate::cid::Cid;
use crate::codec::{Cells, Decoder, Record};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reduce::Reduce;

/// A value that can be rebuilt from its blocks.
///
/// Implemented by `#[derive(Debuggable)]` and for the types of the standard library that own what
/// they hold; not by hand. Reading only builds values: no constructor or setter runs unless the type
/// names one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded: it does not implement `Reconstruct`",
    label = "values of this type cannot be rebuilt",
    note = "if it cannot be recorded either, what solves that solves this too",
    note = "borrowed data (`&str`, `&[T]`, a struct with a lifetime) can be recorded but not loaded: load the owned type (`String`, `Vec<T>`) instead",
    note = "a type marked `#[debuggable(reduce_only)]` can be recorded but not loaded"
)]
pub trait Reconstruct: Reduce + Sized {
    /// A root is read in the type's own way, whatever its desc.
    #[doc(hidden)]
    const READS_ANY_ROOT: bool = false;

    /// Reads a value that was written with this type's desc.
    ///
    /// # Errors
    /// What does not fit, with the path to it. The decoder is of no use afterwards.
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error>;

    /// Reads a whole value: a dynamic one whatever the root block holds.
    #[doc(hidden)]
    fn reconstruct_root(decoder: &mut Decoder<'_>, cid: Cid) -> Result<Self, Error> {
        decoder.typed_root(cid)
    }

    /// Reads a value that was written with another desc, where nothing is lost by it.
    #[doc(hidden)]
    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        if Self::DESC.is(written) {
            return Self::reconstruct(decoder);
        }
        Err(wrong_kind(Self::DESC, written))
    }

    /// Reads a value that is held by an `Arc`: an interned type finds the one this program has.
    #[doc(hidden)]
    fn reconstruct_arc(decoder: &mut Decoder<'_>) -> Result<Arc<Self>, Error> {
        Self::reconstruct(decoder).map(Arc::new)
    }

    /// Reads the field with that number of an open record.
    #[doc(hidden)]
    #[inline]
    fn from_field(decoder: &mut Decoder<'_>, record: &Record, field: usize) -> Result<Self, Error> {
        decoder.field(record, field)
    }

    /// The same into a place. Whether there is none: the decoder then has the error.
    #[doc(hidden)]
    #[inline]
    fn is_missing(
        decoder: &mut Decoder<'_>,
        record: &Record,
        field: usize,
        mut place: &mut Option<Self>,
    ) -> bool {
        // Known for each type, so that only one of the two is compiled for it.
        if const { Self::DESC.is_container() } {
            return decoder.is_part_missing(record, field, &mut place);
        }
        decoder.is_missing(record, field, place)
    }

    /// The same for a field that old data may not have.
    #[doc(hidden)]
    #[inline]
    fn from_field_or(
        decoder: &mut Decoder<'_>,
        record: &Record,
        field: usize,
        default: fn() -> Self,
    ) -> Result<Self, Error> {
        decoder.field_or(record, field, default)
    }

    /// Reads a sequence of values that was written with [`Reduce::SEQUENCE`].
    #[doc(hidden)]
    fn reconstruct_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<Self>, Error> {
        decoder.sequence()
    }

    /// Reads a sequence of values that was written with another desc, where nothing is lost by it.
    #[doc(hidden)]
    fn reconstruct_sequence_as(
        decoder: &mut Decoder<'_>,
        written: &[u8],
    ) -> Result<Vec<Self>, Error> {
        crate::impls::sequence_as(decoder, written)
    }

    /// Finds the cells in the value that stand in no other cell and behind no shared pointer, in the
    /// order in which they are read: a cycle closes through them.
    #[doc(hidden)]
    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        let _ = cells;
    }

    /// What stands in a cell of a cycle until its content can be read; none if there is no value
    /// without a shared pointer.
    #[doc(hidden)]
    fn stand_in() -> Option<Self> {
        None
    }
}

/// An empty place for a value of whatever type: what is done around reading it is then compiled once.
///
/// Implemented for references: behind a pointer to what owns a value stands the code that drops it,
/// for each type.
pub(crate) trait Place {
    /// Reads the value, whose desc is `written` if it is not the type's.
    fn read(&mut self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error>;
}

impl<T: Reconstruct> Place for &mut Option<T> {
    fn read(&mut self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error> {
        let value = match written {
            None => T::reconstruct(decoder)?,
            Some(written) => T::reconstruct_as(decoder, written)?,
        };
        // It was empty, so that there is nothing to drop.
        std::mem::forget(self.replace(value));
        Ok(())
    }
}

/// What an `Rc` or `Arc` can hold when it is loaded.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded: it does not implement `Reconstruct`",
    label = "values of this type cannot be rebuilt"
)]
pub trait Pointee: Reduce + 'static {
    /// Reads a pointer; `written` is its desc in the data, if that is not the type's.
    fn read_rc(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Rc<Self>, Error>;

    /// The same across threads.
    fn read_arc(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Arc<Self>, Error>;

    /// Reads a weak pointer.
    fn read_rc_weak(decoder: &mut Decoder<'_>) -> Result<rc::Weak<Self>, Error>;

    /// The same across threads.
    fn read_arc_weak(decoder: &mut Decoder<'_>) -> Result<sync::Weak<Self>, Error>;

    /// A weak pointer that leads to nothing, if there is one.
    fn dangling_rc() -> Option<rc::Weak<Self>>;

    /// The same across threads.
    fn dangling_arc() -> Option<sync::Weak<Self>>;
}

impl<T: Reconstruct + 'static> Pointee for T {
    fn read_rc(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Rc<Self>, Error> {
        decoder.pointer(written)
    }

    fn read_arc(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Arc<Self>, Error> {
        decoder.pointer(written)
    }

    fn read_rc_weak(decoder: &mut Decoder<'_>) -> Result<rc::Weak<Self>, Error> {
        let weak = decoder.weak_pointer::<Rc<Self>>()?;
        Ok(weak.unwrap_or_default())
    }

    fn read_arc_weak(decoder: &mut Decoder<'_>) -> Result<sync::Weak<Self>, Error> {
        let weak = decoder.weak_pointer::<Arc<Self>>()?;
        Ok(weak.unwrap_or_default())
    }

    fn dangling_rc() -> Option<rc::Weak<Self>> {
        Some(rc::Weak::new())
    }

    fn dangling_arc() -> Option<sync::Weak<Self>> {
        Some(sync::Weak::new())
    }
}

/// The error for data of another kind than asked for.
#[cold]
pub(crate) fn wrong_kind(expected: &Desc, found: &[u8]) -> Error {
    ErrorKind::WrongKind {
        expected: expected.to_string(),
        found: String::from_utf8_lossy(found).into_owned(),
    }
    .into()
}

/// Both directions: what `#[derive(Debuggable)]` gives a type.
pub trait Debuggable: Reduce + Reconstruct {}

impl<T: Reduce + Reconstruct> Debuggable for T {}

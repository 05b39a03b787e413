//! Other ways than its own to record a field's type: what `#[debuggable(as = "...")]` names.
//!
//! A codec is written like the type it is for: each container stands for itself, each leaf for what
//! is done with it. `_`, which is [`Same`], leaves it to the type. Names are looked up where the
//! attribute stands, so import them; an alias or a parameter works too. What is recorded is exactly
//! what the same data without a codec would be, but for the leaves that name one.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::process::ExitCode; // stands for a type of another crate
//!
//! use cideldill::adapter::{DisplayFromStr, Reducer};
//! use cideldill::{Debuggable, Registration, Registry, compute_cid};
//!
//! type ByName = BTreeMap<cideldill::adapter::Same, Reducer>;
//!
//! #[derive(Debuggable)]
//! struct Report {
//!     #[debuggable(as = "Vec<(_, Option<Reducer>)>")]
//!     steps: Vec<(String, Option<ExitCode>)>,
//!     #[debuggable(as = "ByName")]
//!     last: BTreeMap<String, ExitCode>,
//!     #[debuggable(as = "DisplayFromStr")]
//!     limit: u64,
//! }
//!
//! let registry = Registry::new();
//! let failed = |code: &ExitCode| *code == ExitCode::FAILURE;
//! let code = |failed: bool| Ok::<_, String>(ExitCode::from(u8::from(failed)));
//! registry.register(Registration::new("exit-code", failed, code))?;
//! let report = Report {
//!     steps: vec![("build".into(), Some(ExitCode::SUCCESS)), ("test".into(), None)],
//!     last: BTreeMap::from([("build".into(), ExitCode::FAILURE)]),
//!     limit: 10,
//! };
//! registry.enter(|| compute_cid(&report))?;
//! # Ok::<(), cideldill::Error>(())
//! ```

mod bytes;
mod cell;
mod container;
mod extra;
mod interned;
mod keyed;
mod same;
mod serde;
mod shared;
mod text;
mod through;

pub use extra::Extra;
pub use interned::Intern;

use std::cmp::Ordering;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::impls::sequence_as_by;

/// A way to record values of `T`. Implemented for the codecs of this module; not by hand.
#[diagnostic::on_unimplemented(
    message = "the codec `{Self}` cannot record a `{T}`",
    label = "does not fit the type of the field",
    note = "a codec is written like the type: `Vec<(_, Reducer)>` for a `Vec<(u8, Foreign)>`",
    note = "leaves are `_` for what records itself, or one of `cideldill::adapter`: `Serde`, `Reducer`, `DisplayFromStr`, `Bytes`, `Interned`"
)]
pub trait Adapter<T: ?Sized> {
    /// The type description of what it writes.
    #[doc(hidden)]
    const DESC: &'static Desc;

    /// The type description of a sequence of such values.
    #[doc(hidden)]
    const SEQUENCE: &'static Desc = sequence_of::<Self, T>();

    /// As [`Reduce::KEY_ORDER`](crate::Reduce).
    #[doc(hidden)]
    const KEY_ORDER: Option<fn(&T, &T) -> Ordering> = None;

    /// No part is recorded in another way than its own: a node is then the same as without a codec.
    #[doc(hidden)]
    const IS_SAME: bool = false;

    /// Writes the value.
    ///
    /// # Errors
    /// What is not recordable, with the path to it.
    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error>;

    /// Writes a sequence of values. What is overridden here is faster, never different.
    #[doc(hidden)]
    fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        T: 'v,
        I: ExactSizeIterator<Item = &'v T>,
    {
        through::reduce_sequence::<Self, T, I>(items, encoder)
    }

    /// Writes a slice of values.
    #[doc(hidden)]
    fn reduce_slice(items: &[T], encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        T: Sized,
    {
        Self::reduce_sequence(items.iter(), encoder)
    }
}

/// An adapter with the way back. A trait of its own, because a type that is only recorded need not
/// have one.
#[diagnostic::on_unimplemented(
    message = "the codec `{Self}` cannot load a `{T}`",
    label = "does not make the type of the field"
)]
pub trait Restore<T>: Adapter<T> + Sized {
    /// Reads a value that was written with the adapter's desc.
    ///
    /// # Errors
    /// What does not fit, with the path to it.
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error>;

    /// Reads a value that was written with another desc, where nothing is lost by it.
    ///
    /// # Errors
    /// What does not fit, with the path to it.
    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error>;

    /// Reads a sequence of values.
    #[doc(hidden)]
    fn restore_sequence(decoder: &mut Decoder<'_>) -> Result<Vec<T>, Error> {
        decoder.sequence_by_type(Self::SEQUENCE, Self::restore)
    }

    /// Reads a sequence of values that was written with another desc.
    #[doc(hidden)]
    fn restore_sequence_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Vec<T>, Error> {
        if Self::SEQUENCE.is(written) {
            return Self::restore_sequence(decoder);
        }
        sequence_as_by(decoder, Self::SEQUENCE, written, Self::restore_as)
    }

    /// Reads a value that is held by an `Arc`, as [`Reconstruct::reconstruct_arc`](crate::Reconstruct).
    #[doc(hidden)]
    fn restore_arc(decoder: &mut Decoder<'_>) -> Result<Arc<T>, Error> {
        Self::restore(decoder).map(Arc::new)
    }

    /// As [`Reconstruct::cells`](crate::Reconstruct).
    #[doc(hidden)]
    fn cells<'a>(value: &'a T, cells: &mut Cells<'a>) {
        let _ = (value, cells);
    }

    /// As [`Reconstruct::stand_in`](crate::Reconstruct).
    #[doc(hidden)]
    fn stand_in() -> Option<T> {
        None
    }
}

/// What the derive asks of a codec that loads a field.
///
/// A trait above no other, so that the compiler says once what does not fit.
#[doc(hidden)]
pub trait RestoreField<T>: Sized {
    /// Reads the field. `written` is the desc in the data, if it is not the one expected.
    fn restore(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<T, Error>;

    /// Finds the cells in the field.
    fn cells<'a>(field: &'a T, cells: &mut Cells<'a>);

    /// A value without a shared pointer.
    fn stand_in() -> Option<T>;
}

impl<T, C: Restore<T>> RestoreField<T> for C {
    #[inline]
    fn restore(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<T, Error> {
        match written {
            None => C::restore(decoder),
            Some(written) => C::restore_as(decoder, written),
        }
    }

    #[inline]
    fn cells<'a>(field: &'a T, cells: &mut Cells<'a>) {
        C::cells(field, cells);
    }

    #[inline]
    fn stand_in() -> Option<T> {
        C::stand_in()
    }
}

/// By its own implementation: what `_` stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Same;

/// Through the type's serde implementations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serde;

/// Through the functions registered for the type (see [`Registry`](crate::Registry)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reducer;

/// As the text that `Display` makes of it; loaded through `FromStr`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DisplayFromStr;

/// As a byte string: a type that lends its bytes (`AsRef<[u8]>`) and is made of them
/// (`TryFrom<Vec<u8>>`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes;

/// As the key of an interned value, loaded as the one `Arc` that this program has for it (the
/// attribute `intern` of [`derive@crate::Debuggable`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interned;

/// The desc of a sequence of what the codec writes: bytes are a byte string.
const fn sequence_of<A: Adapter<T> + ?Sized, T: ?Sized>() -> &'static Desc {
    match A::DESC {
        Desc::Leaf(b'B') => Desc::BYTES,
        _ => SequenceOf::<A, T>::DESC,
    }
}

struct SequenceOf<A: ?Sized, T: ?Sized>(PhantomData<A>, PhantomData<T>);

impl<A: Adapter<T> + ?Sized, T: ?Sized> SequenceOf<A, T> {
    const DESC: &'static Desc = &Desc::Sequence(A::DESC);
}

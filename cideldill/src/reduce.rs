//! From a typed value to its parts.

use std::cmp::Ordering;
use std::marker::PhantomData;

use crate::codec::Encoder;
use crate::desc::Desc;
use crate::dynamic::ObjectType;
use crate::error::Error;
use crate::shape::Shape;
use crate::type_info::Strategy;

/// A value that has a content identifier: it can be taken apart into canonical blocks.
///
/// Implemented by `#[derive(Debuggable)]` and for the types of the standard library; not by hand. A
/// type of another crate takes part through a field attribute: `serde`, `with`, `as` or `reducer`.
///
/// Reducing never changes the value, and takes no lock of this crate while user code runs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no content identifier: it does not implement `Reduce`",
    label = "values of this type cannot be recorded",
    note = "your own type: add `#[derive(Debuggable)]` to it",
    note = "a type of another crate: put `#[debuggable(serde)]`, `#[debuggable(with = \"module\")]` or `#[debuggable(reducer)]` on the field; inside a container `#[debuggable(as = \"Vec<(_, Reducer)>\")]`",
    note = "a handle such as a file, socket, thread, guard or closure: put `#[debuggable(skip)]` or `#[debuggable(placeholder)]` on the field",
    note = "a function or closure: use `Function` or `Closure`; a trait object: put `#[debuggable(dyn)]` on its trait"
)]
pub trait Reduce {
    /// The type description of every value of this type.
    #[doc(hidden)]
    const DESC: &'static Desc;

    /// The type description of a sequence of such values: it follows from [`DESC`](Self::DESC).
    #[doc(hidden)]
    const SEQUENCE: &'static Desc = sequence_of::<Self>();

    /// The shapes of a derived type: one for a struct, one a variant for an enum.
    #[doc(hidden)]
    const SHAPES: &'static [Shape] = &[];

    /// How values are taken apart and put together.
    #[doc(hidden)]
    const STRATEGY: Strategy = Strategy::Builtin;

    /// The order of docs/format.md section 5 where it is also that of `Ord`: maps then need not
    /// look at encoded keys.
    #[doc(hidden)]
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = None;

    /// Writes the value.
    ///
    /// # Errors
    /// What is not recordable, with the path to it. The encoder is of no use afterwards.
    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;

    /// The type of the value behind a trait object; none for what is none.
    #[doc(hidden)]
    fn behind(&self) -> Option<ObjectType> {
        None
    }

    /// Writes what a pointer leads to: of a trait object the value without the record around it.
    #[doc(hidden)]
    fn reduce_node(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.reduce(encoder)
    }

    /// Writes a sequence of values. What is overridden here is faster, never different.
    #[doc(hidden)]
    fn reduce_sequence<'v, I>(items: I, encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        Self: 'v,
        I: ExactSizeIterator<Item = &'v Self>,
    {
        encoder.sequence(items)
    }

    /// Writes a slice of values; the same as [`reduce_sequence`](Self::reduce_sequence), but for
    /// bytes, which are copied at once.
    #[doc(hidden)]
    fn reduce_slice(items: &[Self], encoder: &mut Encoder<'_>) -> Result<(), Error>
    where
        Self: Sized,
    {
        Self::reduce_sequence(items.iter(), encoder)
    }

    /// Writes the value as a root: the same, but for dynamic values, which are a root of their own
    /// kind.
    #[doc(hidden)]
    fn reduce_root(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.set_root_desc(Self::DESC);
        self.reduce(encoder)
    }
}

/// The desc of a sequence of `T`: bytes are a byte string.
const fn sequence_of<T: Reduce + ?Sized>() -> &'static Desc {
    match T::DESC {
        Desc::Leaf(b'B') => Desc::BYTES,
        _ => SequenceOf::<T>::DESC,
    }
}

struct SequenceOf<T: ?Sized>(PhantomData<T>);

impl<T: Reduce + ?Sized> SequenceOf<T> {
    const DESC: &'static Desc = &Desc::Sequence(T::DESC);
}

/// [`Reduce::reduce`] behind a pointer: what is done with values of whatever type is then compiled
/// once.
pub(crate) trait Write {
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;
}

impl<T: Reduce> Write for T {
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.reduce(encoder)
    }
}

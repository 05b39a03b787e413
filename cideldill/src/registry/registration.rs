//! What is registered: two functions for a type, under a name.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::counts::Counters;
use crate::codec::{Decoder, Encoder};
use crate::desc::DescText;
use crate::error::{Error, ErrorKind, Source};
use crate::reconstruct::{Debuggable, Reconstruct};
use crate::shape::ShapeText;
use crate::stack::grow;

/// What the tags of values under a reducer start with.
pub(super) const TAG_PREFIX: &str = "std::reducer::";

/// A reducer to be registered: how values of `T` become values of a recordable type and back.
///
/// ```
/// use cideldill::{Registration, Registry};
/// # use std::process::ExitCode as Foreign;
/// let to_u8 = |code: &Foreign| u8::from(*code == Foreign::FAILURE);
/// let reducer = Registration::new("exit-code", to_u8, |code: u8| Ok::<_, String>(code.into()));
/// let registry = Registry::new();
/// registry.register(reducer.version(2).alias("exit_code"))?;
/// assert!(registry.can_encode::<Foreign>());
/// # Ok::<(), cideldill::Error>(())
/// ```
#[must_use = "a reducer acts when it is registered"]
pub struct Registration<T> {
    name: String,
    version: u32,
    aliases: Vec<String>,
    replaces: bool,
    functions: Box<dyn Functions<T>>,
}

impl<T: 'static> Registration<T> {
    /// A reducer by its two functions; the second may refuse.
    ///
    /// The name is in the bytes. It should be stable, and be this type's alone among the programs
    /// that share data.
    pub fn new<S, E>(
        name: impl Into<String>,
        reduce: impl Fn(&T) -> S + Send + Sync + 'static,
        reconstruct: impl Fn(S) -> Result<T, E> + Send + Sync + 'static,
    ) -> Self
    where
        S: Debuggable + 'static,
        E: Into<Source> + 'static,
    {
        Self::with_functions(
            name.into(),
            Box::new(Pair {
                reduce,
                reconstruct,
                types: PhantomData,
            }),
        )
    }

    /// A type that records itself, so that an [`Erased`](crate::Erased) can hold it.
    pub fn own(name: impl Into<String>) -> Self
    where
        T: Debuggable,
    {
        Self::with_functions(name.into(), Box::new(Own(PhantomData)))
    }

    fn with_functions(name: String, functions: Box<dyn Functions<T>>) -> Self {
        Self {
            name,
            version: 0,
            aliases: Vec::new(),
            replaces: false,
            functions,
        }
    }

    /// Gives it a version, from 1 on; 0 means none. Data of another version is not loaded.
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Also loads data that was written under this older name.
    pub fn alias(mut self, name: impl Into<String>) -> Self {
        self.aliases.push(name.into());
        self
    }

    /// Takes the place of whatever is registered for the type or under one of the names. Without
    /// this a second registration is an error, also of the same functions: which of two is right
    /// cannot be told.
    pub fn replace(mut self) -> Self {
        self.replaces = true;
        self
    }
}

impl<T> fmt::Debug for Registration<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("type", &type_name::<T>())
            .field("name", &self.name)
            .field("version", &self.version)
            .field("aliases", &self.aliases)
            .finish_non_exhaustive()
    }
}

/// A [`Registration`] of whatever type: what a [`ReducerSource`](super::ReducerSource) answers.
#[derive(Debug)]
#[must_use = "a reducer acts when it is registered"]
pub struct AnyRegistration {
    pub(super) type_id: TypeId,
    pub(super) type_name: &'static str,
    /// The name, then the aliases.
    pub(super) names: Vec<String>,
    pub(super) replaces: bool,
    /// Nothing if there can be no such shape.
    pub(super) reducer: Option<Arc<dyn AnyReducer>>,
}

impl<T: 'static> From<Registration<T>> for AnyRegistration {
    fn from(registration: Registration<T>) -> Self {
        let Registration {
            name,
            version,
            aliases,
            replaces,
            functions,
        } = registration;
        let tag = format!("{TAG_PREFIX}{name}");
        let shape = ShapeText::new(&tag, version, vec![functions.desc()], Vec::new());
        let reducer = shape.filter(|_| !name.is_empty()).map(|shape| {
            Arc::new(Registered {
                shape,
                aliases: aliases.iter().map(|a| format!("{TAG_PREFIX}{a}")).collect(),
                functions,
                counters: Counters::default(),
            }) as Arc<dyn AnyReducer>
        });
        Self {
            type_id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            names: std::iter::once(name).chain(aliases).collect(),
            replaces,
            reducer,
        }
    }
}

/// A reducer's two functions, whatever they reduce to.
trait Functions<T>: Send + Sync {
    /// The desc of what they reduce to.
    fn desc(&self) -> DescText;

    /// Writes the one field of the record.
    fn reduce(&self, value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error>;

    /// `written` is the desc in the data.
    fn reconstruct(&self, decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error>;
}

struct Pair<R, C, S, E> {
    reduce: R,
    reconstruct: C,
    types: PhantomData<fn(S) -> E>,
}

impl<T, S, E, R, C> Functions<T> for Pair<R, C, S, E>
where
    S: Debuggable,
    E: Into<Source>,
    R: Fn(&T) -> S + Send + Sync,
    C: Fn(S) -> Result<T, E> + Send + Sync,
{
    fn desc(&self) -> DescText {
        S::DESC.to_text()
    }

    fn reduce(&self, value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let state = guarded("a reducer", type_name::<T>(), || (self.reduce)(value))?;
        let written = encoder.passing(|encoder| grow(|| state.reduce(encoder)));
        written.map_err(|error| error.in_field("0"))
    }

    fn reconstruct(&self, decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        let state = read::<S>(decoder, written)?;
        let (what, type_name) = ("a reducer", type_name::<T>());
        guarded(what, type_name, || (self.reconstruct)(state))?.map_err(|source| {
            Error::new(ErrorKind::Refused { what, type_name }).with_source(source)
        })
    }
}

struct Own<T>(PhantomData<fn() -> T>);

impl<T: Debuggable> Functions<T> for Own<T> {
    fn desc(&self) -> DescText {
        T::DESC.to_text()
    }

    fn reduce(&self, value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        grow(|| value.reduce(encoder)).map_err(|error| error.in_field("0"))
    }

    fn reconstruct(&self, decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        read(decoder, written)
    }
}

fn read<S: Reconstruct>(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<S, Error> {
    let state = grow(|| {
        if S::DESC.is(written) {
            S::reconstruct(decoder)
        } else {
            S::reconstruct_as(decoder, written)
        }
    });
    state.map_err(|error| error.in_field("0"))
}

/// Calls a user's function. That it panics is an error, where panics unwind.
pub(super) fn guarded<R>(
    what: &'static str,
    type_name: &'static str,
    f: impl FnOnce() -> R,
) -> Result<R, Error> {
    // Nothing of ours is in the middle of a change while it runs.
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| {
        let error = Error::new(ErrorKind::Panicked { what, type_name });
        match payload.downcast::<String>() {
            Ok(said) => error.with_source(*said),
            Err(payload) => match payload.downcast::<&'static str>() {
                Ok(said) => error.with_source(*said),
                Err(other) => {
                    // Dropping it may panic again.
                    std::mem::forget(other);
                    error
                }
            },
        }
    })
}

/// A reducer, ready for use.
pub(super) struct Registered<T> {
    shape: ShapeText,
    /// Older tags.
    aliases: Vec<String>,
    functions: Box<dyn Functions<T>>,
    counters: Counters,
}

impl<T> Registered<T> {
    pub(super) fn reduce(
        &self,
        value: &T,
        encoder: &mut Encoder<'_>,
        is_timed: bool,
    ) -> Result<(), Error> {
        let counting = self.counters.start(encoder, is_timed);
        let scope = encoder.open_record_text(&self.shape);
        if let Err(error) = self.functions.reduce(value, encoder) {
            encoder.refused(error)?;
        }
        encoder.end_record(scope)?;
        counting.end_encoded(encoder);
        Ok(())
    }

    /// Reads the field of an open record with this shape.
    pub(super) fn reconstruct(
        &self,
        decoder: &mut Decoder<'_>,
        written: &ShapeText,
        is_timed: bool,
    ) -> Result<T, Error> {
        let is_same_tag = written.tag() == self.shape.tag()
            || self.aliases.iter().any(|alias| alias == written.tag());
        let desc = match written.types() {
            [desc] if is_same_tag && written.version() == self.shape.version() => desc,
            _ => return Err(super::boundary::wrong_shape(&self.shape, written)),
        };
        let started = Counters::clock(is_timed);
        let value = self.functions.reconstruct(decoder, desc.as_bytes())?;
        self.counters.loaded(started);
        Ok(value)
    }
}

/// A reducer of whatever type.
pub(super) trait AnyReducer: Any + Send + Sync {
    /// Writes a value of the reducer's type; says nothing of any other.
    fn reduce_any(
        &self,
        value: &dyn Any,
        encoder: &mut Encoder<'_>,
        is_timed: bool,
    ) -> Option<Result<(), Error>>;

    fn reconstruct_any(
        &self,
        decoder: &mut Decoder<'_>,
        written: &ShapeText,
        is_timed: bool,
    ) -> Result<Box<dyn Any>, Error>;

    fn counters(&self) -> &Counters;
}

impl fmt::Debug for dyn AnyReducer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("reducer")
    }
}

impl<T: 'static> AnyReducer for Registered<T> {
    fn reduce_any(
        &self,
        value: &dyn Any,
        encoder: &mut Encoder<'_>,
        is_timed: bool,
    ) -> Option<Result<(), Error>> {
        let value = value.downcast_ref()?;
        Some(self.reduce(value, encoder, is_timed))
    }

    fn reconstruct_any(
        &self,
        decoder: &mut Decoder<'_>,
        written: &ShapeText,
        is_timed: bool,
    ) -> Result<Box<dyn Any>, Error> {
        let value = self.reconstruct(decoder, written, is_timed)?;
        Ok(Box::new(value))
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}

//! Where reducers act: fields and codecs that say `reducer`, and erased values.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;

use super::registration::{AnyReducer, Registered, TAG_PREFIX};
use super::{Entry, Registry};
use crate::adapter::{self, Adapter};
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::placeholder;
use crate::reconstruct::{Reconstruct, wrong_kind};
use crate::reduce::Reduce;
use crate::refusal::Refused;
use crate::shape::ShapeText;

impl<T: 'static> Adapter<T> for adapter::Reducer {
    const DESC: &'static Desc = Desc::RECORD;

    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        reduce(value, None, encoder)
    }
}

/// Writes a field marked `reducer`, whose type is written so.
///
/// # Errors
/// What is not recordable, with the path to it, and that nothing is registered for the type.
pub fn reduce_foreign<T: 'static>(
    value: &T,
    written: &str,
    encoder: &mut Encoder<'_>,
) -> Result<(), Error> {
    reduce(value, Some(written), encoder)
}

fn reduce<T: 'static>(
    value: &T,
    written: Option<&str>,
    encoder: &mut Encoder<'_>,
) -> Result<(), Error> {
    let registry = Registry::active();
    match registry.reducer::<T>() {
        Ok(reducer) => reducer.reduce(value, encoder, registry.is_timed()),
        Err(error) => {
            let refused = Refused {
                type_name: type_name::<T>(),
                recorded_name: written,
                error,
            };
            encoder.stand_in(&registry, refused)
        }
    }
}

impl<T: 'static> adapter::Restore<T> for adapter::Reducer {
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error> {
        let registry = Registry::active();
        let (record, written) = decoder.open_any_record()?;
        decoder.no_placeholder(&written)?;
        let reducer = registry.reducer::<T>()?;
        let value = reducer.reconstruct(decoder, &written, registry.is_timed())?;
        decoder.close_record(record)?;
        Ok(value)
    }

    fn restore_as(_: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        Err(wrong_kind(Desc::RECORD, written))
    }
}

impl Registry {
    fn reducer<T: 'static>(&self) -> Result<Arc<Registered<T>>, Error> {
        let no_reducer = || ErrorKind::NoReducer {
            type_name: type_name::<T>(),
        };
        let reducer: Arc<dyn AnyReducer> = self.find(TypeId::of::<T>(), type_name::<T>())?;
        let reducer: Arc<dyn Any + Send + Sync> = reducer;
        reducer.downcast().map_err(|_| no_reducer().into())
    }
}

/// A value whose type is known only at run time: a plugin's, an event's.
///
/// It is recorded by what is registered for its type - a reducer, or the type itself as
/// [`own`](crate::Registration::own) - and loaded by the name in the data. A type that nothing is
/// registered for is refused, or a placeholder stands for it ([`OnRefusal`](crate::OnRefusal)).
///
/// ```
/// use cideldill::{Debuggable, Erased, Registration, Registry, decode, encode};
///
/// #[derive(Debuggable, Debug, PartialEq)]
/// struct Click { x: u32, y: u32 }
///
/// let registry = Registry::new();
/// registry.register(Registration::<Click>::own("click"))?;
/// registry.enter(|| {
///     let events = vec![Erased::new(Click { x: 3, y: 4 })];
///     let encoded = encode(&events)?;
///     let back: Vec<Erased> = decode(encoded.root(), &encoded)?;
///     assert_eq!(back[0].downcast_ref(), Some(&Click { x: 3, y: 4 }));
///     Ok::<(), cideldill::Error>(())
/// })?;
/// assert!(encode(&Erased::new(7)).is_err());
/// # Ok::<(), cideldill::Error>(())
/// ```
pub struct Erased {
    value: Box<dyn Any>,
    type_name: &'static str,
}

impl Erased {
    /// Takes a value of any type.
    pub fn new<T: 'static>(value: T) -> Self {
        Self {
            value: Box::new(value),
            type_name: type_name::<T>(),
        }
    }

    /// The name of the value's type, for messages.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The value, if it is a `T`.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }

    /// The value, to be changed, if it is a `T`.
    pub fn downcast_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.value.downcast_mut()
    }

    /// The value, if it is a `T`.
    ///
    /// # Errors
    /// This again, if it is not.
    pub fn downcast<T: 'static>(self) -> Result<T, Self> {
        let type_name = self.type_name;
        let value = self.value.downcast::<T>();
        value
            .map(|value| *value)
            .map_err(|value| Self { value, type_name })
    }
}

impl fmt::Debug for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Erased").field(&self.type_name).finish()
    }
}

impl Reduce for Erased {
    const DESC: &'static Desc = Desc::RECORD;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let registry = Registry::active();
        let no_reducer = || ErrorKind::NoReducer {
            type_name: self.type_name,
        };
        match registry.find((*self.value).type_id(), self.type_name) {
            Ok(reducer) => {
                let written = reducer.reduce_any(&*self.value, encoder, registry.is_timed());
                written.unwrap_or_else(|| Err(no_reducer().into()))
            }
            Err(error) => {
                let refused = Refused {
                    type_name: self.type_name,
                    recorded_name: None,
                    error,
                };
                encoder.stand_in(&registry, refused)
            }
        }
    }
}

impl Reconstruct for Erased {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        let registry = Registry::active();
        let (record, written) = decoder.open_any_record()?;
        decoder.no_placeholder(&written)?;
        let Some(name) = written.tag().strip_prefix(TAG_PREFIX) else {
            return Err(ErrorKind::WrongKind {
                expected: "a value under a reducer".into(),
                found: written.tag().to_owned(),
            }
            .into());
        };
        let Entry {
            type_name, reducer, ..
        } = &*registry.find_named(name)?;
        let value = reducer.reconstruct_any(decoder, &written, registry.is_timed())?;
        decoder.close_record(record)?;
        Ok(Self { value, type_name })
    }
}

impl Decoder<'_> {
    /// Refuses an open record that is a placeholder, with what it says.
    pub(crate) fn no_placeholder(&mut self, written: &ShapeText) -> Result<(), Error> {
        if written.tag() != placeholder::TAG {
            return Ok(());
        }
        Err(self.placeholder_fields())
    }
}

#[cold]
pub(crate) fn wrong_shape(expected: &ShapeText, found: &ShapeText) -> Error {
    let text = |shape: &ShapeText| match shape.version() {
        0 => shape.tag().to_owned(),
        version => format!("{} version {version}", shape.tag()),
    };
    ErrorKind::WrongKind {
        expected: text(expected),
        found: text(found),
    }
    .into()
}

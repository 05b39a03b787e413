//! The functions of a program, each under its own name.

use std::any::{Any, type_name};
use std::fmt;
use std::sync::Arc;

use super::{Event, Registry};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::function::{Function, FunctionPointer, SIGNATURE, Signature, TAG_PREFIX};
use crate::shape::ShapeText;

/// A function to be registered under a name.
///
/// The name and the signature are in the bytes: they should be stable, and mean this function in
/// every program that shares data.
///
/// ```
/// use cideldill::{FunctionRegistration, Registry};
///
/// type Countdown = fn(u32) -> Box<dyn Iterator<Item = u32>>;
///
/// let registry = Registry::new();
/// let half = FunctionRegistration::new("half", (|n| n / 2) as fn(u32) -> u32);
/// assert_eq!(registry.register(half)?.signature(), "fn(u32) -> u32");
///
/// // An iterator is not recordable, so there is no name for it that follows from its type.
/// let down = (|from| Box::new((0..from).rev())) as Countdown;
/// let down = FunctionRegistration::with_signature("down", down, "fn(u32) -> numbers");
/// assert_eq!(registry.register(down)?(3).collect::<Vec<_>>(), [2, 1, 0]);
///
/// let better = FunctionRegistration::new("half", (|n| n >> 1) as fn(u32) -> u32);
/// registry.register(better.replace())?;
/// # Ok::<(), cideldill::Error>(())
/// ```
#[must_use = "a function can be recorded when it is registered"]
pub struct FunctionRegistration<F> {
    name: String,
    signature: String,
    replaces: bool,
    pointer: F,
}

impl<F: FunctionPointer> FunctionRegistration<F> {
    /// A function whose signature follows from its types.
    pub fn new<M>(name: impl Into<String>, function: F) -> Self
    where
        F: Signature<M>,
    {
        Self::with_signature(name, function, F::signature())
    }

    /// A function with a signature that says what the types do not: any text that stays the same.
    /// Data with another signature is not loaded.
    pub fn with_signature(
        name: impl Into<String>,
        function: F,
        signature: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            signature: signature.into(),
            replaces: false,
            pointer: function,
        }
    }

    /// Takes the place of the function that is registered under the name, if there is one. A
    /// [`Function`] that was made before and has another type can no longer be recorded.
    pub fn replace(mut self) -> Self {
        self.replaces = true;
        self
    }
}

impl<F> fmt::Debug for FunctionRegistration<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionRegistration")
            .field("name", &self.name)
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}

/// A registered function.
pub(super) struct Named {
    name: Arc<str>,
    signature: Arc<str>,
    shape: ShapeText,
    /// For messages.
    type_name: &'static str,
    pointer: Box<dyn Any + Send + Sync>,
}

impl Registry {
    /// Registers a function by name, and returns it as a value that can be recorded.
    ///
    /// The name is in the bytes: it should be stable, and mean this function in every program that
    /// shares data. See [`Function`] for an example, and [`FunctionRegistration`] for functions whose
    /// types cannot all be recorded and for replacing another one.
    ///
    /// # Errors
    /// [`ErrorKind::FunctionConflict`] if the name is taken, [`ErrorKind::Unsupported`] if it is
    /// empty.
    pub fn register_function<F, M>(
        &self,
        name: impl Into<String>,
        function: F,
    ) -> Result<Function<F>, Error>
    where
        F: FunctionPointer + Signature<M>,
    {
        self.register(FunctionRegistration::new(name, function))
    }

    pub(super) fn add_function<F: FunctionPointer>(
        &self,
        registration: FunctionRegistration<F>,
    ) -> Result<Function<F>, Error> {
        let FunctionRegistration {
            name,
            signature,
            replaces,
            pointer,
        } = registration;
        let type_name = type_name::<F>();
        let unsupported = |reason| ErrorKind::Unsupported { type_name, reason };
        let tag = format!("{TAG_PREFIX}{name}");
        let types = vec![Desc::STRING.to_text()];
        let shape = ShapeText::new(&tag, 0, types, vec![SIGNATURE.into()]);
        let Some(shape) = shape.filter(|_| !name.is_empty()) else {
            return Err(unsupported("its function has no name").into());
        };
        if signature.is_empty() {
            return Err(unsupported("its function has no signature").into());
        }
        let (name, signature): (Arc<str>, Arc<str>) = (name.into(), signature.into());
        let mut entries = self.write();
        let is_replacement = entries.functions.contains_key(&name);
        if is_replacement && !replaces {
            let name = name.to_string();
            return Err(ErrorKind::FunctionConflict { name }.into());
        }
        let named = Arc::new(Named {
            name: name.clone(),
            signature: signature.clone(),
            shape,
            type_name,
            pointer: Box::new(pointer),
        });
        entries.functions.insert(name.clone(), named);
        drop(entries);
        self.tell(&Event::Registered {
            type_name,
            name: &name,
            is_replacement,
            is_from_source: false,
        });
        Ok(Function::new(name, signature, pointer))
    }

    /// The function with this name.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownFunction`] if there is none, [`ErrorKind::WrongSignature`] if it is of
    /// another type, [`ErrorKind::Denied`] if the policy denies the name.
    pub fn function<F: FunctionPointer>(&self, name: &str) -> Result<Function<F>, Error> {
        let (named, pointer) = self.find_function(name)?;
        let Named {
            name, signature, ..
        } = &*named;
        Ok(Function::new(name.clone(), signature.clone(), pointer))
    }

    /// Takes the function with this name out again. Says whether there was one.
    pub fn remove_function(&self, name: &str) -> bool {
        let removed = self.write().functions.remove(name);
        removed.is_some()
    }

    pub(crate) fn function_shape<F: FunctionPointer>(
        &self,
        name: &str,
    ) -> Result<(ShapeText, Arc<str>), Error> {
        let (named, _) = self.find_function::<F>(name)?;
        Ok((named.shape.clone(), named.signature.clone()))
    }

    fn find_function<F: FunctionPointer>(&self, name: &str) -> Result<(Arc<Named>, F), Error> {
        let entries = self.read();
        let Some(named) = entries.functions.get(name).cloned() else {
            return Err(ErrorKind::UnknownFunction {
                name: name.to_owned(),
                type_name: type_name::<F>(),
            }
            .into());
        };
        let is_allowed = entries.policy.allows(name);
        drop(entries);
        let name = name.to_owned();
        if !is_allowed {
            let type_name = type_name::<F>();
            return Err(ErrorKind::Denied { type_name, name }.into());
        }
        match named.pointer.downcast_ref() {
            Some(pointer) => {
                let pointer = *pointer;
                Ok((named, pointer))
            }
            None => Err(ErrorKind::WrongSignature {
                name,
                expected: type_name::<F>().into(),
                found: named.type_name.into(),
            }
            .into()),
        }
    }
}

/// Registers a function by name in the [global registry](Registry::global).
///
/// ```
/// use cideldill::register_function;
/// let parse = register_function("parse", (|text| text.parse().ok()) as fn(&str) -> Option<u8>)?;
/// assert_eq!(parse("7"), Some(7));
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// As [`Registry::register_function`].
pub fn register_function<F, M>(name: impl Into<String>, function: F) -> Result<Function<F>, Error>
where
    F: FunctionPointer + Signature<M>,
{
    Registry::global().register_function(name, function)
}

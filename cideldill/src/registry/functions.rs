//! The functions of a program, each under its own name.

use std::any::{Any, type_name};
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::Registry;
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::function::{Function, FunctionPointer, SIGNATURE, TAG_PREFIX, signature};
use crate::shape::ShapeText;

/// A registered function.
pub(super) struct Named {
    name: Arc<str>,
    signature: String,
    shape: ShapeText,
    pointer: Box<dyn Any + Send + Sync>,
}

impl Registry {
    /// Registers a function by name, and returns it as a value that can be recorded.
    ///
    /// The name is in the bytes: it should be stable, and mean this function in every program that
    /// shares data. See [`Function`] for an example.
    ///
    /// # Errors
    /// [`ErrorKind::FunctionConflict`] if the name is taken, [`ErrorKind::Unsupported`] if it is
    /// empty.
    pub fn register_function<F: FunctionPointer>(
        &self,
        name: impl Into<String>,
        function: F,
    ) -> Result<Function<F>, Error> {
        let name = name.into();
        let tag = format!("{TAG_PREFIX}{name}");
        let types = vec![Desc::STRING.to_text()];
        let shape = ShapeText::new(&tag, 0, types, vec![SIGNATURE.into()]);
        let Some(shape) = shape.filter(|_| !name.is_empty()) else {
            let (type_name, reason) = (type_name::<F>(), "its function has no name");
            return Err(ErrorKind::Unsupported { type_name, reason }.into());
        };
        let name: Arc<str> = name.into();
        let mut entries = self.write();
        let Entry::Vacant(place) = entries.functions.entry(name.clone()) else {
            let name = name.to_string();
            return Err(ErrorKind::FunctionConflict { name }.into());
        };
        place.insert(Arc::new(Named {
            name: name.clone(),
            signature: signature::<F>(),
            shape,
            pointer: Box::new(function),
        }));
        Ok(Function::new(name, function))
    }

    /// The function with this name and signature.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownFunction`] if there is none, [`ErrorKind::WrongSignature`] if it has
    /// another signature, [`ErrorKind::Denied`] if the policy denies the name.
    pub fn function<F: FunctionPointer>(&self, name: &str) -> Result<Function<F>, Error> {
        let (named, pointer) = self.find_function(name)?;
        Ok(Function::new(named.name.clone(), pointer))
    }

    /// Takes the function with this name out again. Says whether there was one.
    pub fn remove_function(&self, name: &str) -> bool {
        let removed = self.write().functions.remove(name);
        removed.is_some()
    }

    pub(crate) fn function_shape<F: FunctionPointer>(
        &self,
        name: &str,
    ) -> Result<ShapeText, Error> {
        let (named, _) = self.find_function::<F>(name)?;
        Ok(named.shape.clone())
    }

    fn find_function<F: FunctionPointer>(&self, name: &str) -> Result<(Arc<Named>, F), Error> {
        let entries = self.read();
        let Some(named) = entries.functions.get(name).cloned() else {
            return Err(ErrorKind::UnknownFunction {
                name: name.to_owned(),
                signature: signature::<F>(),
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
                expected: signature::<F>(),
                found: named.signature.clone(),
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
pub fn register_function<F: FunctionPointer>(
    name: impl Into<String>,
    function: F,
) -> Result<Function<F>, Error> {
    Registry::global().register_function(name, function)
}

//! The names of types behind traits.

use std::any::{Any, TypeId, type_name};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::{Event, Registry};
use crate::codec::NodeType;
use crate::dynamic::{DynOf, ObjectType, Readers, TAG_PREFIX};
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Debuggable;
use crate::shape::ShapeText;

#[derive(Default)]
pub(super) struct Dynamic {
    /// By trait object and type.
    entries: BTreeMap<(TypeId, TypeId), Arc<Entry>>,
    /// Each name is of one type, for whatever traits.
    names: BTreeMap<String, (TypeId, &'static str)>,
}

struct Entry {
    name: String,
    shape: ShapeText,
    /// `Readers` of the trait object.
    readers: Box<dyn Any + Send + Sync>,
}

impl Dynamic {
    /// The entries that this one would contradict: the type's own for the trait, and all of another
    /// type under the name.
    fn in_the_way(&self, key: (TypeId, TypeId), name: &str) -> Vec<(TypeId, TypeId)> {
        let owner = self.names.get(name).map(|(owner, _)| *owner);
        let is_other = |of_type: TypeId| of_type != key.1 && Some(of_type) == owner;
        let entries = self.entries.iter();
        entries
            .filter(|(of, entry)| **of == key || (is_other(of.1) && entry.name == name))
            .map(|(of, _)| *of)
            .collect()
    }

    /// Takes an entry out, and its name if no other trait has it. Says whether there was one.
    fn remove(&mut self, key: (TypeId, TypeId)) -> bool {
        let Some(removed) = self.entries.remove(&key) else {
            return false;
        };
        let name = &removed.name;
        if !self.entries.values().any(|entry| entry.name == *name) {
            self.names.remove(name);
        }
        true
    }
}

/// The name of a type behind a trait, to be registered.
///
/// ```
/// use cideldill::{Debuggable, DynRegistration, Registry};
///
/// #[cideldill::debuggable(dyn)]
/// trait Shape {}
///
/// #[derive(Debuggable)]
/// struct Square(u32);
/// #[derive(Debuggable)]
/// struct Rectangle(u32, u32);
///
/// impl Shape for Square {}
/// impl Shape for Rectangle {}
///
/// let registry = Registry::new();
/// registry.register(DynRegistration::<dyn Shape, Square>::new("shape"))?;
/// let other = || DynRegistration::<dyn Shape, Rectangle>::new("shape");
/// assert!(registry.register(other()).is_err());
/// registry.register(other().replace())?;
/// # Ok::<(), cideldill::Error>(())
/// ```
#[must_use = "a type can be recorded behind the trait when it is registered"]
pub struct DynRegistration<O: ?Sized, T> {
    name: String,
    replaces: bool,
    types: PhantomData<fn(&O) -> T>,
}

impl<O, T> DynRegistration<O, T>
where
    O: DynOf<T> + ?Sized,
    T: Debuggable + 'static,
{
    /// The name of `T` behind `O`. It is in the bytes, so it should be stable.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            replaces: false,
            types: PhantomData,
        }
    }

    /// Takes the place of the type's other name behind this trait, and the name from another type
    /// behind whatever traits, if there are such.
    pub fn replace(mut self) -> Self {
        self.replaces = true;
        self
    }
}

impl<O: ?Sized, T> fmt::Debug for DynRegistration<O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynRegistration")
            .field("type", &type_name::<T>())
            .field("trait", &type_name::<O>())
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// Registers a type by name for a trait with `#[debuggable(dyn)]`, so that `Box<dyn Trait>`,
    /// `Rc<dyn Trait>` and `Arc<dyn Trait>` that hold one can be recorded and loaded.
    ///
    /// The name is in the bytes: it should be stable, and be this type's alone in every program that
    /// shares data. A type behind several traits - also `dyn Shape` and `dyn Shape + Send + Sync` - is
    /// registered for each, under the same name.
    ///
    /// ```
    /// use cideldill::{Debuggable, Registry, decode, encode};
    ///
    /// #[cideldill::debuggable(dyn)]
    /// trait Shape {
    ///     fn area(&self) -> u32;
    /// }
    ///
    /// #[derive(Debuggable)]
    /// struct Square(u32);
    ///
    /// impl Shape for Square {
    ///     fn area(&self) -> u32 {
    ///         self.0 * self.0
    ///     }
    /// }
    ///
    /// let registry = Registry::new();
    /// registry.register_dyn::<dyn Shape, Square>("square")?;
    /// registry.enter(|| {
    ///     let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square(3))];
    ///     let encoded = encode(&shapes)?;
    ///     let back: Vec<Box<dyn Shape>> = decode(encoded.root(), &encoded)?;
    ///     assert_eq!(back[0].area(), 9);
    ///     Ok::<(), cideldill::Error>(())
    /// })?;
    /// # Ok::<(), cideldill::Error>(())
    /// ```
    ///
    /// To replace another one, see [`DynRegistration`].
    ///
    /// # Errors
    /// [`ErrorKind::DynConflict`] if the type is registered for the trait, or another type has the
    /// name; [`ErrorKind::Unsupported`] if the name is empty.
    pub fn register_dyn<O, T>(&self, name: impl Into<String>) -> Result<(), Error>
    where
        O: DynOf<T> + ?Sized,
        T: Debuggable + 'static,
    {
        self.register(DynRegistration::<O, T>::new(name))
    }

    pub(super) fn add_dyn<O, T>(&self, registration: DynRegistration<O, T>) -> Result<(), Error>
    where
        O: DynOf<T> + ?Sized,
        T: Debuggable + 'static,
    {
        let DynRegistration { name, replaces, .. } = registration;
        let type_name = type_name::<T>();
        let tag = format!("{TAG_PREFIX}{name}");
        let shape = ShapeText::new(&tag, 0, vec![T::DESC.to_text()], Vec::new());
        let Some(shape) = shape.filter(|_| !name.is_empty()) else {
            let reason = "it has no name behind its trait";
            return Err(ErrorKind::Unsupported { type_name, reason }.into());
        };
        let key = (TypeId::of::<O>(), TypeId::of::<T>());
        let mut entries = self.write();
        let dynamic = &mut entries.dynamic;
        let in_the_way = dynamic.in_the_way(key, &name);
        if !in_the_way.is_empty() && !replaces {
            return Err(ErrorKind::DynConflict {
                type_name,
                trait_name: std::any::type_name::<O>(),
                name,
            }
            .into());
        }
        for other in &in_the_way {
            dynamic.remove(*other);
        }
        dynamic.names.insert(name.clone(), (key.1, type_name));
        let entry = Entry {
            name: name.clone(),
            shape,
            readers: Box::new(Readers::<O>::of::<T>()),
        };
        dynamic.entries.insert(key, Arc::new(entry));
        drop(entries);
        self.tell(&Event::Registered {
            type_name,
            name: &name,
            is_replacement: !in_the_way.is_empty(),
            is_from_source: false,
        });
        Ok(())
    }

    /// Takes the name of `T` behind `O` out again. Says whether there was one.
    pub fn remove_dyn<O: ?Sized + 'static, T: 'static>(&self) -> bool {
        let key = (TypeId::of::<O>(), TypeId::of::<T>());
        self.write().dynamic.remove(key)
    }

    /// The shape of the record around a value of this type behind `O`.
    pub(crate) fn dyn_shape<O: ?Sized + 'static>(
        &self,
        object: ObjectType,
    ) -> Result<ShapeText, Error> {
        let entries = self.read();
        let entry = entries.dynamic.entries.get(&(TypeId::of::<O>(), object.id));
        let Some(entry) = entry else {
            return Err(ErrorKind::NoDyn {
                type_name: object.name,
                trait_name: type_name::<O>(),
            }
            .into());
        };
        if !entries.policy.allows(&entry.name) {
            return Err(denied(object.name, &entry.name));
        }
        Ok(entry.shape.clone())
    }

    /// How values of the type with this name are read as `O`, and the shape they are written with.
    pub(crate) fn dyn_reader<O: ?Sized + 'static, R>(
        &self,
        name: &str,
        pick: fn(&Readers<O>) -> R,
    ) -> Result<(ShapeText, R), Error> {
        let trait_name = type_name::<O>();
        let entries = self.read();
        let dynamic = &entries.dynamic;
        let Some((of_type, type_name)) = dynamic.names.get(name) else {
            let name = name.to_owned();
            return Err(ErrorKind::UnknownDyn { name, trait_name }.into());
        };
        if !entries.policy.allows(name) {
            return Err(denied(type_name, name));
        }
        let entry = dynamic.entries.get(&(TypeId::of::<O>(), *of_type));
        let readers = entry.and_then(|entry| {
            let readers = entry.readers.downcast_ref()?;
            Some((entry.shape.clone(), pick(readers)))
        });
        readers.ok_or_else(|| {
            let (name, type_name) = (name.to_owned(), *type_name);
            ErrorKind::WrongTrait {
                name,
                type_name,
                trait_name,
            }
            .into()
        })
    }

    /// How a node of this type is seen as `O`.
    pub(crate) fn dyn_of_type<O: ?Sized + 'static, R>(
        &self,
        node_type: NodeType,
        pick: fn(&Readers<O>) -> R,
    ) -> Result<R, Error> {
        let entries = self.read();
        let entry = entries
            .dynamic
            .entries
            .get(&(TypeId::of::<O>(), node_type.id));
        if let Some(entry) = entry.filter(|entry| !entries.policy.allows(&entry.name)) {
            return Err(denied(node_type.name, &entry.name));
        }
        let readers = entry.and_then(|entry| entry.readers.downcast_ref());
        readers.map(pick).ok_or_else(|| {
            ErrorKind::NoDyn {
                type_name: node_type.name,
                trait_name: type_name::<O>(),
            }
            .into()
        })
    }

    /// Something that any type registered for `O` can give.
    pub(crate) fn any_dyn<O: ?Sized + 'static, R>(
        &self,
        get: impl FnOnce(&Readers<O>) -> R,
    ) -> Option<R> {
        let of_trait = TypeId::of::<O>();
        let entries = self.read();
        let mut entries = entries.dynamic.entries.iter();
        let entry = entries.find(|((trait_id, _), _)| *trait_id == of_trait)?.1;
        entry.readers.downcast_ref().map(get)
    }
}

#[cold]
fn denied(type_name: &'static str, name: &str) -> Error {
    let name = name.to_owned();
    ErrorKind::Denied { type_name, name }.into()
}

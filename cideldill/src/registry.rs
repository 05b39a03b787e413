//! Reducers: how values of types that are neither ours nor derived are taken apart and put together.
//!
//! A reducer is used only where a field says `#[debuggable(reducer)]`; it never overrides a derive.
//! Its name and version are in the bytes, so that they mean the same in every program that registers
//! it. Implements the row of docs/format.md section 10 for registered reducers.
//!
//! No lock is held while a reducer's functions run: they may encode, register and panic as they
//! like.

use std::any::{Any, TypeId, type_name};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::adapter::{self, Adapter};
use crate::codec::{Decoder, Encoder};
use crate::desc::{Desc, DescText};
use crate::error::{Error, ErrorKind, Source};
use crate::placeholder;
use crate::reconstruct::{Debuggable, wrong_kind};
use crate::shape::ShapeText;

/// What the tags of values under a reducer start with.
const TAG_PREFIX: &str = "std::reducer::";

/// How values of `T` become values of a recordable type and back: what a [`Registry`] holds.
///
/// ```
/// use cideldill::{Reducer, Registry};
/// # use std::process::ExitCode as Foreign;
/// let to_u8 = |code: &Foreign| u8::from(*code == Foreign::FAILURE);
/// let reducer = Reducer::new("exit-code", to_u8, |code: u8| Ok::<_, String>(code.into()));
/// let registry = Registry::new();
/// registry.register(reducer.version(2).alias("exit_code"))?;
/// assert!(registry.can_encode::<Foreign>());
/// # Ok::<(), cideldill::Error>(())
/// ```
#[must_use = "a reducer acts when it is registered"]
pub struct Reducer<T> {
    name: String,
    version: u32,
    aliases: Vec<String>,
    replaces: bool,
    functions: Box<dyn Functions<T>>,
}

impl<T: 'static> Reducer<T> {
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
        Self {
            name: name.into(),
            version: 0,
            aliases: Vec::new(),
            replaces: false,
            functions: Box::new(Pair {
                reduce,
                reconstruct,
                types: PhantomData,
            }),
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

impl<T> fmt::Debug for Reducer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reducer")
            .field("type", &type_name::<T>())
            .field("name", &self.name)
            .field("version", &self.version)
            .field("aliases", &self.aliases)
            .finish_non_exhaustive()
    }
}

/// A reducer's two functions, whatever they reduce to.
trait Functions<T>: Send + Sync {
    /// The desc of what they reduce to.
    fn desc(&self) -> DescText;

    fn reduce(&self, value: &T, shape: &ShapeText, encoder: &mut Encoder<'_>) -> Result<(), Error>;

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

    fn reduce(&self, value: &T, shape: &ShapeText, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let state = (self.reduce)(value);
        let scope = encoder.open_record_text(shape);
        let written = state.reduce(encoder);
        written.map_err(|error| error.in_field("0"))?;
        encoder.close_record(scope);
        Ok(())
    }

    fn reconstruct(&self, decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        let state = if S::DESC.is(written) {
            S::reconstruct(decoder)
        } else {
            S::reconstruct_as(decoder, written)
        };
        let value = (self.reconstruct)(state.map_err(|error| error.in_field("0"))?);
        value.map_err(|source| {
            Error::new(ErrorKind::Refused {
                what: "a reducer",
                type_name: type_name::<T>(),
            })
            .with_source(source)
        })
    }
}

/// The reducers of a program, or of a test: one a type, one a name.
///
/// A value like any other. Cloning it gives another handle to the same reducers; when the last
/// handle is dropped they are gone. [`register_reducer`] and fields use the [global](Self::global)
/// one, a thread inside [`enter`](Self::enter) its own. Thread-safe: of several threads that register
/// the same type or name at once, one succeeds.
#[derive(Clone, Default)]
pub struct Registry {
    entries: Arc<RwLock<Entries>>,
}

#[derive(Default)]
struct Entries {
    by_type: BTreeMap<TypeId, Entry>,
    /// Names and aliases.
    by_name: BTreeMap<String, TypeId>,
}

struct Entry {
    type_name: &'static str,
    names: Vec<String>,
    /// A [`Registered`] of the entry's type.
    registered: Arc<dyn Any + Send + Sync>,
}

/// A reducer, ready for use.
struct Registered<T> {
    shape: ShapeText,
    /// Older tags.
    aliases: Vec<String>,
    functions: Box<dyn Functions<T>>,
}

static GLOBAL: RwLock<Option<Registry>> = RwLock::new(None);

thread_local! {
    /// The registries this thread has entered, innermost last.
    static ENTERED: RefCell<Vec<Registry>> = const { RefCell::new(Vec::new()) };
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// The program's own registry.
    pub fn global() -> Self {
        let read = GLOBAL.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(global) = &*read {
            return global.clone();
        }
        drop(read);
        let mut write = GLOBAL.write().unwrap_or_else(PoisonError::into_inner);
        write.get_or_insert_with(Self::new).clone()
    }

    /// Adds a reducer.
    ///
    /// # Errors
    /// [`ErrorKind::ReducerConflict`] if one is registered for the type or under one of the names,
    /// and this does not [`replace`](Reducer::replace) it.
    pub fn register<T: 'static>(&self, reducer: Reducer<T>) -> Result<(), Error> {
        let Reducer {
            name,
            version,
            aliases,
            replaces,
            functions,
        } = reducer;
        let tag = format!("{TAG_PREFIX}{name}");
        let Some(shape) = ShapeText::new(&tag, version, vec![functions.desc()], Vec::new()) else {
            return Err(conflict::<T>(name));
        };
        let registered = Registered {
            shape,
            aliases: aliases.iter().map(|a| format!("{TAG_PREFIX}{a}")).collect(),
            functions,
        };
        let names: Vec<String> = std::iter::once(name).chain(aliases).collect();
        let entry = Entry {
            type_name: type_name::<T>(),
            names: names.clone(),
            registered: Arc::new(registered),
        };
        let of_type = TypeId::of::<T>();
        let mut entries = self.write();
        let in_the_way = entries.in_the_way(of_type, &names);
        if let Some((_, name)) = in_the_way.first()
            && !replaces
        {
            return Err(conflict::<T>(name.clone()));
        }
        let replaced: Vec<_> = in_the_way
            .into_iter()
            .map(|(other, _)| entries.remove(other))
            .collect();
        for name in names {
            entries.by_name.insert(name, of_type);
        }
        entries.by_type.insert(of_type, entry);
        drop(entries);
        // What closures own is dropped only now, because that runs user code.
        drop(replaced);
        Ok(())
    }

    /// Takes the reducer for `T` out again. Says whether there was one.
    pub fn remove<T: 'static>(&self) -> bool {
        let removed = self.write().remove(TypeId::of::<T>());
        removed.is_some()
    }

    /// Whether there is a reducer for `T`.
    pub fn can_encode<T: 'static>(&self) -> bool {
        self.read().by_type.contains_key(&TypeId::of::<T>())
    }

    /// How many reducers there are.
    pub fn len(&self) -> usize {
        self.read().by_type.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs `f` with this registry instead of the global one, on this thread.
    ///
    /// Only this one is asked then: what is registered elsewhere is not seen. Can be nested; a panic
    /// ends it too. Threads that `f` starts use the global registry again.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        ENTERED.with_borrow_mut(|entered| entered.push(self.clone()));
        let _leave = Leave;
        f()
    }

    /// The one this thread uses now.
    fn active() -> Self {
        // A thread that ends is in none any more: destructors may still encode.
        let entered = ENTERED.try_with(|entered| entered.borrow().last().cloned());
        entered.ok().flatten().unwrap_or_else(Self::global)
    }

    fn find<T: 'static>(&self) -> Result<Arc<Registered<T>>, Error> {
        let entries = self.read();
        let found = entries.by_type.get(&TypeId::of::<T>());
        let registered = found.map(|entry| entry.registered.clone());
        drop(entries);
        let registered = registered.and_then(|registered| registered.downcast().ok());
        registered.ok_or_else(|| {
            ErrorKind::NoReducer {
                type_name: type_name::<T>(),
            }
            .into()
        })
    }

    // No code of others runs under the lock, so what a panicking thread left is whole.

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Prints the types with their names.
impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.read();
        let named = entries.by_type.values();
        f.debug_map()
            .entries(named.map(|entry| (entry.type_name, &entry.names)))
            .finish()
    }
}

impl Entries {
    /// The entries for the type or with one of the names, each once, with a name they have.
    fn in_the_way(&self, of_type: TypeId, names: &[String]) -> Vec<(TypeId, String)> {
        let same_type = self.by_type.get(&of_type).and_then(|e| e.names.first());
        let same_type = same_type.map(|name| (of_type, name.clone()));
        let same_name = names.iter().filter_map(|name| {
            let other = self.by_name.get(name)?;
            Some((*other, name.clone()))
        });
        let all: BTreeMap<TypeId, String> = same_name.chain(same_type).collect();
        all.into_iter().collect()
    }

    fn remove(&mut self, of_type: TypeId) -> Option<Entry> {
        let entry = self.by_type.remove(&of_type)?;
        for name in &entry.names {
            self.by_name.remove(name);
        }
        Some(entry)
    }
}

/// Leaves the registry that was entered last.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        let left = ENTERED.with_borrow_mut(Vec::pop);
        // The last handle may own closures: they are dropped outside the borrow.
        drop(left);
    }
}

#[cold]
fn conflict<T>(name: String) -> Error {
    ErrorKind::ReducerConflict {
        type_name: type_name::<T>(),
        name,
    }
    .into()
}

/// Registers a reducer for `T` in the [global registry](Registry::global), for fields marked
/// `#[debuggable(reducer)]`.
///
/// For a version, older names or replacing another one, see [`Reducer`].
///
/// ```
/// use cideldill::{Debuggable, compute_cid, register_reducer};
/// # mod other_crate {
/// #     pub struct Celsius(pub f64);
/// # }
/// use other_crate::Celsius;
///
/// #[derive(Debuggable)]
/// struct Reading {
///     sensor: u32,
///     #[debuggable(reducer)]
///     value: Celsius,
/// }
///
/// register_reducer::<Celsius, f64, String>("celsius", |c| c.0, |degrees| Ok(Celsius(degrees)))?;
/// compute_cid(&Reading { sensor: 1, value: Celsius(20.5) })?;
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::ReducerConflict`] if one is registered for the type or under the name.
pub fn register_reducer<T, S, E>(
    name: impl Into<String>,
    reduce: fn(&T) -> S,
    reconstruct: fn(S) -> Result<T, E>,
) -> Result<(), Error>
where
    T: 'static,
    S: Debuggable + 'static,
    E: Into<Source> + 'static,
{
    Registry::global().register(Reducer::new(name, reduce, reconstruct))
}

impl<T: 'static> Adapter<T> for adapter::Reducer {
    const DESC: &'static Desc = Desc::RECORD;

    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let registered = Registry::active().find::<T>()?;
        let Registered {
            shape, functions, ..
        } = &*registered;
        functions.reduce(value, shape, encoder)
    }
}

impl<T: 'static> adapter::Restore<T> for adapter::Reducer {
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error> {
        let registered = Registry::active().find::<T>()?;
        let (record, written) = decoder.open_any_record()?;
        let expected = &registered.shape;
        let is_same_tag = written.tag() == expected.tag()
            || registered
                .aliases
                .iter()
                .any(|alias| alias == written.tag());
        let desc = match written.types() {
            [desc] if is_same_tag && written.version() == expected.version() => desc,
            _ => return Err(wrong_shape::<T>(expected, &written)),
        };
        let value = registered.functions.reconstruct(decoder, desc.as_bytes())?;
        decoder.close_record(record)?;
        Ok(value)
    }

    fn restore_as(_: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        Err(wrong_kind(Desc::RECORD, written))
    }
}

#[cold]
fn wrong_shape<T>(expected: &ShapeText, found: &ShapeText) -> Error {
    if found.tag() == placeholder::TAG {
        return ErrorKind::Placeholder {
            type_name: type_name::<T>().into(),
            reason: "it was recorded as a placeholder".into(),
        }
        .into();
    }
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

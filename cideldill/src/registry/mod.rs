//! Reducers: how values of types that are neither ours nor derived are taken apart and put together.
//!
//! A reducer is used only where a field or codec says `reducer`, and for [`Erased`] values; it never
//! overrides a derive. Its name and version are in the bytes, so that they mean the same in every
//! program that registers it. Implements the row of docs/format.md section 10 for registered
//! reducers.
//!
//! No lock is held while functions of others run - reducers, sources, observers, what closures own
//! when it is dropped: they may encode, register and panic as they like.

mod boundary;
mod counts;
mod dynamic;
mod event;
mod functions;
mod policy;
mod register;
mod registration;
mod source;

pub(crate) use boundary::wrong_shape;
pub use boundary::{Erased, reduce_foreign};
pub use counts::Counts;
pub use dynamic::DynRegistration;
pub use event::Event;
pub use functions::{FunctionRegistration, register_function};
pub use policy::Policy;
pub use register::Register;
pub use registration::{AnyRegistration, Registration};
pub use source::ReducerSource;

use std::any::{TypeId, type_name};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use registration::{AnyReducer, guarded};

use crate::error::{Error, ErrorKind, Source};
use crate::reconstruct::Debuggable;

/// The reducers of a program, or of a test: one a type, one a name.
///
/// A value like any other. Cloning it gives another handle to the same reducers; when the last
/// handle is dropped they are gone. [`register_reducer`] and fields use the [global](Self::global)
/// one, a thread inside [`enter`](Self::enter) its own. Thread-safe: of several threads that register
/// the same type or name at once, one succeeds.
///
/// A reducer that panics is an error ([`ErrorKind::Panicked`]) with the path, in programs whose
/// panics unwind; the registry is as before.
#[derive(Clone, Default)]
pub struct Registry {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    entries: RwLock<Entries>,
    is_timed: AtomicBool,
}

#[derive(Default)]
struct Entries {
    by_type: BTreeMap<TypeId, Arc<Entry>>,
    /// Names and aliases.
    by_name: BTreeMap<String, TypeId>,
    sources: Vec<Arc<dyn ReducerSource>>,
    observers: Vec<Arc<Observer>>,
    policy: Policy,
    functions: BTreeMap<Arc<str>, Arc<functions::Named>>,
    dynamic: dynamic::Dynamic,
}

type Observer = dyn Fn(&Event<'_>) + Send + Sync;

struct Entry {
    type_name: &'static str,
    /// The name, then the aliases.
    names: Vec<String>,
    reducer: Arc<dyn AnyReducer>,
}

impl Entry {
    fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
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

    /// Adds a reducer, a function, or the name of a type behind a trait.
    ///
    /// # Errors
    /// [`ErrorKind::ReducerConflict`], [`ErrorKind::FunctionConflict`] or [`ErrorKind::DynConflict`]
    /// if another one is in the way, and this one does not [`replace`](Registration::replace) it: a
    /// reducer for the type or under one of the names, a function under the name, a name for the type
    /// behind the trait or another type under the name. [`ErrorKind::Unsupported`] if the name is
    /// empty. The registry is then as before.
    pub fn register<R: Register>(&self, registration: R) -> Result<R::Registered, Error> {
        registration.register_in(self)
    }

    fn add(&self, registration: AnyRegistration, is_from_source: bool) -> Result<(), Error> {
        let AnyRegistration {
            type_id,
            type_name,
            names,
            replaces,
            reducer,
        } = registration;
        let Some(reducer) = reducer else {
            let reason = "its reducer has no name";
            return Err(ErrorKind::Unsupported { type_name, reason }.into());
        };
        let entry = Arc::new(Entry {
            type_name,
            names,
            reducer,
        });
        let mut entries = self.write();
        let in_the_way = entries.in_the_way(type_id, &entry.names);
        if let Some((_, name)) = in_the_way.first()
            && !replaces
        {
            let name = name.clone();
            return Err(ErrorKind::ReducerConflict { type_name, name }.into());
        }
        let replaced: Vec<_> = in_the_way
            .into_iter()
            .map(|(other, _)| entries.remove(other))
            .collect();
        for name in &entry.names {
            entries.by_name.insert(name.clone(), type_id);
        }
        entries.by_type.insert(type_id, entry.clone());
        drop(entries);
        self.tell(&Event::Registered {
            type_name,
            name: entry.name(),
            is_replacement: !replaced.is_empty(),
            is_from_source,
        });
        // What closures own is dropped only now, because that runs user code.
        drop(replaced);
        Ok(())
    }

    /// Adds a source that is asked for types and names that nothing is registered for, after those
    /// that were added before.
    pub fn add_source(&self, source: impl ReducerSource + 'static) {
        self.write().sources.push(Arc::new(source));
    }

    /// Calls `observer` with all that [happens](Event) from now on, on the thread it happens on.
    pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.write().observers.push(Arc::new(observer));
    }

    /// Says which reducers may act, from now on.
    pub fn set_policy(&self, policy: Policy) {
        self.write().policy = policy;
    }

    /// Takes the reducer for `T` out again. Says whether there was one.
    pub fn remove<T: 'static>(&self) -> bool {
        let removed = self.write().remove(TypeId::of::<T>());
        removed.is_some()
    }

    /// Whether values of `T` can pass a field marked `reducer` or an [`Erased`]: there is a reducer,
    /// or a source has one, and the policy allows it.
    ///
    /// A type with `#[derive(Debuggable)]` needs none of this: for it the compiler answers.
    pub fn can_encode<T: 'static>(&self) -> bool {
        self.find(TypeId::of::<T>(), type_name::<T>()).is_ok()
    }

    /// What passed through the reducer for `T` so far, if there is one.
    pub fn counts<T: 'static>(&self) -> Option<Counts> {
        let entries = self.read();
        let entry = entries.by_type.get(&TypeId::of::<T>())?;
        Some(entry.reducer.counters().counts())
    }

    /// Measures from now on how long reducers take, or no more. Off at first, and then no clock is
    /// read. Times are in the [counts](Self::counts), never in the data.
    pub fn measure_time(&self, is_on: bool) {
        self.shared.is_timed.store(is_on, Ordering::Relaxed);
    }

    fn is_timed(&self) -> bool {
        self.shared.is_timed.load(Ordering::Relaxed)
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
    pub(crate) fn active() -> Self {
        // A thread that ends is in none any more: destructors may still encode.
        let entered = ENTERED.try_with(|entered| entered.borrow().last().cloned());
        entered.ok().flatten().unwrap_or_else(Self::global)
    }

    /// Hands an event to those who watch.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        #[cfg(feature = "log")]
        event.log();
        let observers = self.read().observers.clone();
        for observer in observers {
            observer(event);
        }
    }

    /// The reducer for a type, if it may act.
    fn find(&self, type_id: TypeId, type_name: &'static str) -> Result<Arc<dyn AnyReducer>, Error> {
        let known = |entries: &Entries| entries.by_type.get(&type_id).cloned();
        let entry = self.find_by(
            known,
            |source| source.for_type(type_id, type_name),
            |answer| answer.type_id == type_id,
            || ErrorKind::NoReducer { type_name },
        )?;
        Ok(entry.reducer.clone())
    }

    /// The reducer with a name, if it may act.
    fn find_named(&self, name: &str) -> Result<Arc<Entry>, Error> {
        self.find_by(
            |entries| entries.named(name),
            |source| source.for_name(name),
            |answer| answer.names.iter().any(|own| own == name),
            || ErrorKind::UnknownReducer { name: name.into() },
        )
    }

    fn find_by(
        &self,
        known: impl Fn(&Entries) -> Option<Arc<Entry>>,
        ask: impl Fn(&dyn ReducerSource) -> Option<AnyRegistration>,
        fits: impl Fn(&AnyRegistration) -> bool,
        none: impl Fn() -> ErrorKind,
    ) -> Result<Arc<Entry>, Error> {
        let allowed = |entries: &Entries| {
            let entry = known(entries)?;
            let is_allowed = entries.policy.allows(entry.name());
            Some((entry, is_allowed))
        };
        let mut found = allowed(&self.read());
        if found.is_none() {
            self.ask_sources(ask, fits)?;
            found = allowed(&self.read());
        }
        match found {
            Some((entry, true)) => Ok(entry),
            Some((entry, false)) => Err(ErrorKind::Denied {
                type_name: entry.type_name,
                name: entry.name().to_owned(),
            }
            .into()),
            None => Err(none().into()),
        }
    }

    /// Asks the sources one after the other and registers the first answer that fits.
    #[cold]
    fn ask_sources(
        &self,
        ask: impl Fn(&dyn ReducerSource) -> Option<AnyRegistration>,
        fits: impl Fn(&AnyRegistration) -> bool,
    ) -> Result<(), Error> {
        let sources = self.read().sources.clone();
        for source in sources {
            let asked = guarded("a source", type_name::<dyn ReducerSource>(), || {
                ask(&*source)
            });
            let Some(answer) = asked?.filter(&fits) else {
                continue;
            };
            let type_id = answer.type_id;
            return match self.add(answer, true) {
                // Another thread was faster with the same answer.
                Err(_) if self.read().by_type.contains_key(&type_id) => Ok(()),
                added => added,
            };
        }
        Ok(())
    }

    // No code of others runs under the lock, so what a panicking thread left is whole.

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        let entries = &self.shared.entries;
        entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        let entries = &self.shared.entries;
        entries.write().unwrap_or_else(PoisonError::into_inner)
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
        let same_type = self.by_type.get(&of_type).map(|entry| entry.name());
        let same_type = same_type.map(|name| (of_type, name.to_owned()));
        let same_name = names.iter().filter_map(|name| {
            let other = self.by_name.get(name)?;
            Some((*other, name.clone()))
        });
        let all: BTreeMap<TypeId, String> = same_name.chain(same_type).collect();
        all.into_iter().collect()
    }

    fn named(&self, name: &str) -> Option<Arc<Entry>> {
        self.by_type.get(self.by_name.get(name)?).cloned()
    }

    fn remove(&mut self, of_type: TypeId) -> Option<Arc<Entry>> {
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

/// Registers a reducer for `T` in the [global registry](Registry::global), for fields and codecs that
/// say `reducer` and for [`Erased`] values.
///
/// For a version, older names or replacing another one, see [`Registration`].
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
    Registry::global().register(Registration::new(name, reduce, reconstruct))
}

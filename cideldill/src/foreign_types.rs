//! A chapter, with nothing to call: what to do about values that cannot be recorded as they are.
//!
//! A field whose type is not recordable is a compile error that says what to write, and a part that
//! turns out not to be recordable at run time is an error with type and path. Nothing is left out
//! silently. The repository's `docs/foreign-types.md` has a table of all ways; `cargo run --example
//! foreign_types` shows the main ones.
//!
//! # A type of another crate
//!
//! If it is of a well-known crate, the feature of that crate's name is all it takes. If it
//! implements serde's traits, `#[debuggable(serde)]` on the field. Else two functions, registered
//! once under a stable name, and `reducer` where the type stands, alone or inside a container:
//!
//! ```
//! use std::alloc::{Layout, LayoutError}; // stands for a type of another crate
//!
//! use cideldill::adapter::Reducer;
//! use cideldill::{Debuggable, Registration, Registry, Store};
//!
//! #[derive(Debuggable, Debug, PartialEq)]
//! struct Pool {
//!     #[debuggable(as = "Vec<Reducer>")]
//!     layouts: Vec<Layout>,
//! }
//!
//! let registry = Registry::new(); // `Registry::global()` is the program's
//! registry.register(Registration::new(
//!     "layout",
//!     |layout: &Layout| (layout.size(), layout.align()),
//!     |(size, align)| -> Result<Layout, LayoutError> { Layout::from_size_align(size, align) },
//! ))?;
//! let pool = Pool { layouts: vec![Layout::new::<u64>(), Layout::new::<[u8; 9]>()] };
//! registry.enter(|| {
//!     let store = Store::in_memory();
//!     let cid = store.put(&pool)?;
//!     assert_eq!(store.load::<Pool>(cid)?, pool);
//!     Ok::<(), cideldill::Error>(())
//! })?;
//! # Ok::<(), cideldill::Error>(())
//! ```
//!
//! # A handle
//!
//! A socket, thread or channel has no content. If the rest is to be recorded, say so on the field;
//! the data then has a placeholder, the same whatever the handle is:
//!
//! ```
//! use std::sync::mpsc::{Sender, channel};
//!
//! use cideldill::{Debuggable, Value, compute_cid};
//!
//! #[derive(Debuggable)]
//! struct Worker {
//!     name: String,
//!     #[debuggable(placeholder(reason = "one per process"))]
//!     jobs: Sender<u32>,
//! }
//!
//! let worker = |name: &str| Worker { name: name.into(), jobs: channel().0 };
//! assert_eq!(compute_cid(&worker("one"))?, compute_cid(&worker("one"))?);
//! assert!(Value::of(&worker("one"))?.to_string().contains("one per process"));
//! # Ok::<(), cideldill::Error>(())
//! ```
//!
//! Without the attribute it does not compile:
//!
//! ```compile_fail,E0277
//! #[derive(cideldill::Debuggable)]
//! struct Worker {
//!     name: String,
//!     jobs: std::sync::mpsc::Sender<u32>,
//! }
//! ```
//!
//! # One value, program-wide
//!
//! An interned value is recorded by its key and comes back as the `Arc` this program has:
//!
//! ```
//! use std::sync::{Arc, LazyLock};
//!
//! use cideldill::adapter::Interned;
//! use cideldill::{Debuggable, Store};
//!
//! #[derive(Debuggable)]
//! #[debuggable(state = "Schema::name", intern = "Schema::find")]
//! struct Schema {
//!     name: &'static str,
//! }
//!
//! static USERS: LazyLock<Arc<Schema>> = LazyLock::new(|| Arc::new(Schema { name: "users" }));
//!
//! impl Schema {
//!     fn name(&self) -> String {
//!         self.name.into()
//!     }
//!
//!     fn find(name: String) -> Option<Arc<Schema>> {
//!         (name == USERS.name).then(|| Arc::clone(&USERS))
//!     }
//! }
//!
//! #[derive(Debuggable)]
//! struct Table {
//!     #[debuggable(as = "Interned")]
//!     schema: Arc<Schema>,
//! }
//!
//! let store = Store::in_memory();
//! let cid = store.put(&Table { schema: Arc::clone(&USERS) })?;
//! assert!(Arc::ptr_eq(&store.load::<Table>(cid)?.schema, &USERS));
//! # Ok::<(), cideldill::Error>(())
//! ```
//!
//! # A map that makes what is missing
//!
//! A default that is a function is part of the value, as [`Function`](crate::Function): the data has
//! its name and signature, and the program that loads it the function.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use cideldill::{Debuggable, Function, Registry, Store};
//!
//! #[derive(Debuggable)]
//! struct DefaultMap<V: 'static> {
//!     default: Function<fn() -> V>,
//!     map: BTreeMap<String, V>,
//! }
//!
//! impl<V> DefaultMap<V> {
//!     fn entry(&mut self, key: &str) -> &mut V {
//!         self.map.entry(key.into()).or_insert_with(*self.default)
//!     }
//! }
//!
//! let registry = Registry::new();
//! let default = registry.register_function("empty list", Vec::new as fn() -> Vec<u32>)?;
//! let mut map = DefaultMap { default, map: BTreeMap::new() };
//! map.entry("primes").extend([2, 3]);
//! registry.enter(|| {
//!     let store = Store::in_memory();
//!     let cid = store.put(&map)?;
//!     let mut back: DefaultMap<Vec<u32>> = store.load(cid)?;
//!     assert_eq!(back.entry("primes"), &[2, 3]);
//!     assert!(back.entry("squares").is_empty());
//!     Ok::<(), cideldill::Error>(())
//! })?;
//! # Ok::<(), cideldill::Error>(())
//! ```
//!
//! # What was refused, all of it
//!
//! [`explain`](crate::explain) lists every part that is not recorded, not only the first; with
//! [`OnRefusal`](crate::OnRefusal) placeholders stand in for those parts, and for nothing else:
//!
//! ```
//! use std::process::ExitCode;
//!
//! use cideldill::{Debuggable, OnRefusal, compute_cid, explain};
//!
//! #[derive(Debuggable)]
//! struct Run {
//!     name: String,
//!     #[debuggable(reducer)]
//!     code: ExitCode, // nobody registered a reducer
//! }
//!
//! let runs = ["a", "b"].map(|name| Run { name: name.into(), code: ExitCode::SUCCESS });
//! assert!(compute_cid(&runs).is_err());
//! let parts: Vec<String> = explain(&runs).iter().map(|part| part.path().to_string()).collect();
//! assert_eq!(parts, ["[0].code", "[1].code"]);
//! assert!(OnRefusal::StandIn.enter(|| compute_cid(&runs)).is_ok());
//! ```

//! The derive macro of [cideldill](https://docs.rs/cideldill), which exports it again: depend on
//! that crate, not on this one.
//!
//! Pipeline: `attr` and `ast` read the item and collect mistakes in a `Ctxt`, `check` adds those that
//! only show when attributes are seen together; if there are any, `fallback` writes stubs; else
//! `bound` finds the where-clauses and `derive` writes the two impls.

mod ast;
mod attr;
mod bound;
mod check;
mod ctxt;
mod derive;
mod dynamic;
mod fallback;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod malformed;
mod path;
mod symbol;
mod type_text;

use proc_macro::TokenStream;

/// Makes a struct or enum recordable (`Reduce`) and loadable (`Reconstruct`).
///
/// All fields are recorded, private ones too, by name; each field's type must be recordable itself
/// or carry an attribute that says what to do. Values are rebuilt by filling in the fields: no
/// function of yours runs unless an attribute names one. A type with a lifetime parameter is recorded
/// but not loaded, and gets `Reduce` alone.
///
/// ```
/// use cideldill::Debuggable;
///
/// #[derive(Debuggable, Debug, PartialEq)]
/// struct Order {
///     id: u64,
///     lines: Vec<Line>,
///     note: Option<String>,
/// }
///
/// #[derive(Debuggable, Debug, PartialEq)]
/// enum Line {
///     Article { name: String, price: u32 },
///     Discount(u32),
/// }
///
/// let order = Order {
///     id: 7,
///     lines: vec![Line::Article { name: "pen".into(), price: 120 }, Line::Discount(20)],
///     note: None,
/// };
/// let encoded = cideldill::encode(&order)?;
/// assert_eq!(cideldill::decode::<Order>(encoded.root(), &encoded)?, order);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # On a field
///
/// | `#[debuggable(...)]` | the field is |
/// |---|---|
/// | `skip` | not recorded; comes back as `Default`, or as what `default = "..."` makes |
/// | `default` | recorded; `Default` if the data has no such field |
/// | `default = "path"` | the same with a function of yours |
/// | `rename = "name"` | recorded under another name |
/// | `alias = "name"` | found under an older name too; may be repeated |
/// | `with = "module"` | recorded as what `module::reduce(&field)` returns; `module::reconstruct` takes that and returns the field or a `Result` |
/// | `as = "Vec<(_, Reducer)>"` | recorded through a codec of `cideldill::adapter`: a type of the same form, `_` where a part records itself |
/// | `serde` | recorded through its `Serialize`, loaded through its `Deserialize` |
/// | `reducer` | recorded by the functions registered for its type |
/// | `placeholder` | not recorded: its type and a reason stand in its place. Loading it is an error, unless there is a `default` |
/// | `placeholder(name = "..", reason = "..", debug)` | the same with a name in place of the type, with a reason, with its `Debug` text; each is optional |
/// | `extra` | a `BTreeMap<String, Value>` or `HashMap<String, Value>` that holds all fields the type does not declare |
/// | `bound = "T: Trait"` | as without, but these bounds are put on the impls for it |
///
/// `skip`, `with`, `as`, `serde`, `reducer`, `placeholder` and `extra` exclude each other.
///
/// ```
/// use cideldill::Debuggable;
///
/// #[derive(Debuggable, Debug, PartialEq)]
/// struct Job {
///     #[debuggable(alias = "title")]
///     name: String,
///     #[debuggable(default = "three")]
///     retries: u8,
///     #[debuggable(with = "seconds")]
///     limit: std::time::Duration,
///     #[debuggable(skip)]
///     cache: Vec<u8>,
///     #[debuggable(placeholder, default)]
///     worker: Option<std::thread::ThreadId>,
/// }
///
/// fn three() -> u8 {
///     3
/// }
///
/// mod seconds {
///     use std::time::Duration;
///
///     pub fn reduce(limit: &Duration) -> u64 {
///         limit.as_secs()
///     }
///
///     pub fn reconstruct(seconds: u64) -> Duration {
///         Duration::from_secs(seconds)
///     }
/// }
///
/// let job = Job {
///     name: "sweep".into(),
///     retries: 1,
///     limit: std::time::Duration::from_millis(2_500),
///     cache: vec![1, 2, 3],
///     worker: Some(std::thread::current().id()),
/// };
/// let encoded = cideldill::encode(&job)?;
/// let back: Job = cideldill::decode(encoded.root(), &encoded)?;
/// assert_eq!((back.name.as_str(), back.retries), ("sweep", 1));
/// assert_eq!(back.limit.as_secs(), 2);
/// assert_eq!((back.cache, back.worker), (vec![], None));
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # On a type
///
/// | `#[debuggable(...)]` | meaning |
/// |---|---|
/// | `rename = "Name"` | its name in the data |
/// | `alias = "Name"` | an older name that is loaded too; may be repeated |
/// | `reduce_only` | recorded, never loaded: no `Reconstruct` |
/// | `state = "path"`, `restore = "path"` | recorded as what the first returns for `&self`; the second makes a value of that, or a `Result`. With `reduce_only`, `state` alone |
/// | `state = "path"`, `intern = "path"` | recorded as its key, which the first returns; the second takes a key and returns the `Arc` this program has for it, or an `Option` or `Result` of it. Fields hold it as an `Arc`, marked `as = "Interned"` |
/// | `constructor = "path(field, field)"` | made by a function of these fields, which returns a value or a `Result`; the other fields are set after |
/// | `placeholder`, `placeholder(...)` | every value is a placeholder, as on a field |
/// | `bound = "T: Trait"` | these bounds on the impls, in place of those inferred |
/// | `bound(reduce = "..", reconstruct = "..")` | the same for each impl; also on a field |
/// | `crate = path` | where this crate is, if not at `::cideldill` |
///
/// `state`, `constructor`, `placeholder` and a field with `extra` exclude each other.
///
/// ```
/// use cideldill::Debuggable;
///
/// #[derive(Debuggable, Debug)]
/// #[debuggable(constructor = "Percent::new(value)")]
/// struct Percent {
///     value: u8,
/// }
///
/// impl Percent {
///     fn new(value: u8) -> Result<Self, String> {
///         if value > 100 {
///             return Err(format!("{value} is more than everything"));
///         }
///         Ok(Self { value })
///     }
/// }
///
/// let encoded = cideldill::encode(&Percent { value: 101 })?;
/// let error = cideldill::decode::<Percent>(encoded.root(), &encoded).unwrap_err();
/// assert!(error.to_string().contains("the `constructor` function refused"));
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # On a variant
///
/// `rename = "Name"` and `alias = "Name"`, as on a type. A variant cannot be skipped.
///
/// # Type parameters
///
/// Each type parameter that a recorded field uses is bound by `Reduce` or `Reconstruct`, and so is
/// each projection such as `T::Item`. Those in `PhantomData` and those of fields with `skip`, `with`
/// or `placeholder` are not; with `as` and `serde` the field's whole type is bound. Where that is too
/// much or too little, say it with `bound`.
///
/// # What decides identity
///
/// The name of a type (without its path and parameters), the names and types of its fields and their
/// order are part of the data, so changing one of them changes the CIDs of new values. Data that was
/// recorded before still loads: fields are found by name, variants too, `alias` and `default` help,
/// integers are widened.
#[proc_macro_derive(Debuggable, attributes(debuggable))]
pub fn derive_debuggable(input: TokenStream) -> TokenStream {
    derive::expand(input.into()).into()
}

/// Lets trait objects of a trait be recorded and loaded: `#[debuggable(dyn)]` on the trait.
///
/// `Box<dyn Trait>`, `Rc<dyn Trait>` and `Arc<dyn Trait>`, also with `+ Send` and `+ Send + Sync`, are
/// recordable types then. Every type that implements the trait must be recordable and loadable
/// itself, which the compiler checks: the attribute makes `cideldill::Object` a supertrait. Each is
/// registered under a stable name with `Registry::register_dyn`; one that is not is an error when it is
/// recorded, and so is a name in the data that this program does not know or knows for another trait.
///
/// Write it with its path, as here, so that it is not taken for the attribute of the derive:
///
/// ```
/// use cideldill::{Debuggable, Registry, compute_cid};
///
/// #[cideldill::debuggable(dyn)]
/// trait Animal {
///     fn says(&self) -> &str;
/// }
///
/// #[derive(Debuggable)]
/// struct Dog {
///     name: String,
/// }
///
/// impl Animal for Dog {
///     fn says(&self) -> &str {
///         "wuff"
///     }
/// }
///
/// #[derive(Debuggable)]
/// struct Zoo {
///     animals: Vec<Box<dyn Animal>>,
/// }
///
/// let zoo = Zoo { animals: vec![Box::new(Dog { name: "Rex".into() })] };
/// assert!(compute_cid(&zoo).is_err());
/// Registry::global().register_dyn::<dyn Animal, Dog>("dog")?;
/// assert!(compute_cid(&zoo).is_ok());
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// `crate = path` says where the runtime crate is, if not at `::cideldill`. The trait may have type
/// parameters, but no lifetime parameters.
#[proc_macro_attribute]
pub fn debuggable(arguments: TokenStream, item: TokenStream) -> TokenStream {
    dynamic::expand(arguments.into(), &item.into()).into()
}

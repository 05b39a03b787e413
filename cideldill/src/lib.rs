//! Content identifiers, deduplicated snapshots and differences for any Rust value.
//!
//! A value of a type with `#[derive(Debuggable)]` has a *content identifier* ([`Cid`]): the SHA-512
//! of its canonical bytes, the same in every process and on every machine. What is long decomposes
//! into *blocks*, each kept once under its own CID, so that a further snapshot costs only what
//! changed, and a comparison reads only what differs.
//!
//! ```
//! use cideldill::{Debuggable, Store, Value};
//!
//! #[derive(Debuggable, Debug, PartialEq)]
//! struct Order {
//!     id: u64,
//!     lines: Vec<(String, u32)>,
//!     note: Option<String>,
//! }
//!
//! let mut order = Order { id: 7, lines: vec![("tea".into(), 100)], note: None };
//! let store = Store::in_memory(); // or `Store::open(path)`, on disk
//! let before = store.put(&order)?;
//! order.lines[0].1 += 1;
//! let after = store.put(&order)?;
//! assert_eq!(after, cideldill::compute_cid(&order)?); // a function of the value alone
//!
//! let changes = store.differences(before, after)?;
//! assert_eq!(changes[0].to_string(), ".lines[0].1: 100 -> 101");
//! assert_eq!(store.load::<Order>(after)?, order);
//! let tree = store.value(before)?; // without the type
//! assert_eq!(tree.at_str(".lines[0].1")?, Some(&Value::U32(100)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to look
//!
//! | to | see |
//! |---|---|
//! | make a type recordable | [`derive@Debuggable`] and its attributes; [`type_info`] says what was decided |
//! | take a type of another crate along | the attributes `serde`, `with` and `as` (module [`adapter`]); [`register_reducer`], [`Registration`], [`Registry`] with [`Policy`], [`ReducerSource`] and [`Event`]; [`Erased`], [`Opaque`], [`Extra`], [`Intern`] |
//! | record functions and what they capture | [`Function`], [`Closure`], [`Partial`]; [`register_function`] |
//! | record values behind traits | [`macro@debuggable`]; [`Registry::register_dyn`] |
//! | read about values that cannot be recorded as they are | the chapter [`foreign_types`] |
//! | know why a value cannot be recorded, or let placeholders stand in | [`explain`]; [`OnRefusal`] |
//! | record an error, or what was decided for a type | [`CapturedError`]; [`TypeDescription`] |
//! | know whether two values are the same | [`compute_cid`], [`content_cid`], [`Cid`] |
//! | keep values | [`Store`]: `put`, `load`, `value`, `differences` |
//! | do it in memory | [`encode`], [`decode`], [`Encoded`] |
//! | see what changed | [`differences`], [`Change`], [`Path`] |
//! | look into data without its type | [`Value`]: print it ([`Printer`]), index it ([`Value::at_str`]), encode it again |
//! | keep blocks elsewhere, or move them | [`BlockStore`], [`BlockSource`], [`Block`], [`links`]; [`MemoryStore`] and `SledStore` are two of them |
//! | check a store, clean it up, move it | [`housekeeping`] |
//! | read what others wrote | [`Limits`] bound what reading may cost, `decode_with` takes them |
//! | send values to another process, each block once | the module `transport`, behind the feature of that name |
//! | handle what went wrong | [`Error`] with its [`ErrorKind`], place and cause |
//!
//! [`Reduce`] and [`Reconstruct`] are the two directions; [`trait@Debuggable`] is both. Their methods, and
//! [`Encoder`] and [`Decoder`], are for what the derive writes.
//!
//! # What can be relied on
//!
//! - No hash seed, order of insertion, address, clock, thread, platform or feature changes a CID; the
//!   bytes are specified (docs/format.md of the repository).
//! - A part that is a block has the same CID inside any value as alone.
//! - Encoding takes `&T` and changes nothing. No lock of this crate is held while your code runs.
//! - Data never runs code: reading fills in fields; only a function that the type itself names runs.
//! - Every read is verified. A block that is not there and one whose bytes are wrong are different
//!   errors, and so is whatever no encoder would have written.
//! - What cannot be recorded is an error with type and path, or a placeholder you asked for.
//!
//! # Features
//!
//! - `sled` (on by default): the store on disk, `Store::open` and `SledStore`.
//! - `redb`: another store on disk, `RedbStore`.
//! - `log`: what a registry registers and refuses goes to the `log` crate.
//! - `transport`: the module of that name, to send values to another process.
//! - `bytes`, `chrono`, `indexmap`, `ndarray`, `num-bigint`, `petgraph`, `rpds`, `rust_decimal`,
//!   `serde_json`, `smallvec`, `url`, `uuid`: types of the crate of that name (docs/crates.md of the
//!   repository says which, and what is recorded).
//! - `client`: a client over HTTP in it, `transport::client`.
//!
//! No feature changes a byte.

pub mod adapter;
mod block;
mod captured;
mod cid;
mod cid_map;
mod codec;
mod crates;
mod desc;
mod differences;
mod digest;
mod dynamic;
mod encoded;
mod error;
mod explain;
pub mod foreign_types;
mod function;
pub mod housekeeping;
mod impls;
mod limits;
mod link;
mod outcome;
mod path;
mod placeholder;
mod reconstruct;
mod reduce;
mod refusal;
mod registry;
mod shape;
mod stack;
mod store;
#[cfg(feature = "transport")]
mod sync;
#[cfg(feature = "transport")]
pub mod transport;
mod type_description;
mod type_info;
mod type_name;
mod value;
mod value_store;

pub use adapter::{Extra, Intern};
pub use block::{Block, BlockSource};
pub use captured::CapturedError;
pub use cid::{Cid, ParseCidError};
pub use cideldill_derive::{Debuggable, debuggable};
pub use codec::{Decoder, Encoder, Profile, Record, Scope};
pub use differences::{Change, ChangeKind, differences, differences_with};
pub use dynamic::{DynOf, Object};
pub use encoded::{Encoded, compute_cid, content_cid, decode, decode_with, encode, encode_with};
pub use error::{Error, ErrorKind, Source};
pub use explain::{Explained, explain};
pub use function::{Bind, CallWith, Closure, Function, FunctionPointer, Partial, Signature};
pub use limits::Limits;
pub use link::links;
pub use outcome::Outcome;
pub use path::{ParsePathError, Path, Segment};
pub use placeholder::Opaque;
pub use reconstruct::{Debuggable, Reconstruct};
pub use reduce::Reduce;
pub use refusal::OnRefusal;
pub use registry::{
    AnyRegistration, Counts, DynRegistration, Erased, Event, FunctionRegistration, Policy,
    ReducerSource, Register, Registration, Registry, register_function, register_reducer,
};
#[cfg(any(feature = "sled", feature = "redb"))]
pub use store::Recovered;
#[cfg(feature = "redb")]
pub use store::RedbStore;
#[cfg(feature = "sled")]
pub use store::SledStore;
pub use store::{
    BlockStore, Choose, Epoch, MemoryStore, Metadata, ParseEpochError, PutReport, Stats, Swept,
    is_reference_name,
};
pub use type_description::{ShapeDescription, TypeDescription};
pub use type_info::{Strategy, TypeInfo, type_info};
pub use value::{
    AnyValue, CellValue, LinkValue, MapValue, OptionValue, PartValue, PointerValue, Printer,
    RecordValue, SequenceValue, SetValue, TupleValue, Value, WeakValue,
};
pub use value_store::{Loaded, Put, Store};

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

// The README's examples run as tests too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

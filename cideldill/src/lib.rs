//! Content identifiers, deduplicated snapshots and differences for any Rust value.

pub mod adapter;
mod block;
mod cid;
mod codec;
mod desc;
mod differences;
mod digest;
mod encoded;
mod error;
mod impls;
mod limits;
mod link;
mod outcome;
mod path;
mod placeholder;
mod reconstruct;
mod reduce;
mod registry;
mod shape;
mod stack;
mod store;
mod type_info;
mod value;
mod value_store;

pub use adapter::Extra;
pub use block::{Block, BlockSource};
pub use cid::{Cid, ParseCidError};
pub use cideldill_derive::Debuggable;
pub use codec::{Decoder, Encoder, Profile, Record, Scope};
pub use differences::{Change, ChangeKind, differences, differences_with};
pub use encoded::{Encoded, compute_cid, content_cid, decode, decode_with, encode, encode_with};
pub use error::{Error, ErrorKind, Source};
pub use limits::Limits;
pub use link::links;
pub use outcome::Outcome;
pub use path::{ParsePathError, Path, Segment};
pub use placeholder::Opaque;
pub use reconstruct::{Debuggable, Reconstruct};
pub use reduce::Reduce;
pub use registry::{Reducer, Registry, register_reducer};
pub use store::{BlockStore, Epoch, MemoryStore, Metadata, ParseEpochError, PutReport, Stats};
#[cfg(feature = "sled")]
pub use store::{Recovered, SledStore};
pub use type_info::{Strategy, TypeInfo, type_info};
pub use value::{
    AnyValue, LinkValue, MapValue, OptionValue, Printer, RecordValue, SequenceValue, SetValue,
    TupleValue, Value,
};
pub use value_store::{Put, Store};

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

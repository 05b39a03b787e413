//! Content identifiers, deduplicated snapshots and differences for any Rust value.

mod block;
mod cid;
mod digest;
mod error;
mod link;
mod path;
mod store;

pub use block::{Block, BlockSource};
pub use cid::{Cid, ParseCidError};
pub use error::{Error, ErrorKind, Source};
pub use link::links;
pub use path::{Path, Segment};
pub use store::{BlockStore, Epoch, MemoryStore, Metadata, ParseEpochError, PutReport, Stats};
#[cfg(feature = "sled")]
pub use store::{Recovered, SledStore};

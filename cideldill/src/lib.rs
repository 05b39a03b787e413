//! Content identifiers, deduplicated snapshots and differences for any Rust value.

mod block;
mod cid;
mod digest;
mod error;
mod path;

pub use block::{Block, BlockSource};
pub use cid::{Cid, ParseCidError};
pub use error::{Error, ErrorKind, Source};
pub use path::{Path, Segment};

//! Values to canonical bytes and back: the format of docs/format.md.
//!
//! Writing: [`encode`] walks, [`chunk`] and [`keyed`] order and divide, [`batch`] hashes. Reading:
//! [`read`] takes items, [`decode`] and [`runs`] put values together, [`skip`] only checks. Nothing
//! here knows a store.

mod batch;
mod boundary;
mod chunk;
mod content;
mod decode;
mod emit;
mod encode;
mod identity;
mod inner_node;
mod keyed;
mod nodes;
mod order;
mod overlay;
mod overlay_write;
mod packed;
mod profile;
mod read;
mod record;
mod registry;
mod runs;
mod scopes;
mod skip;
mod table;
pub(crate) mod write;

use std::sync::Arc;

pub(crate) use batch::{Discard, Sink};
pub(crate) use chunk::{Form, Sequence};
pub use decode::Decoder;
pub(crate) use decode::{Entered, Parts};
pub(crate) use encode::Encoding;
pub use encode::{Encoder, Scope};
pub use identity::Cells;
#[cfg(feature = "rpds")]
pub(crate) use identity::Persistent;
pub(crate) use identity::{
    Fill, FindCells, Met, NodeKey, NodeType, PointerScope, Shared, Target, TreeCycle, other_type,
};
pub(crate) use inner_node::inner_node;
pub(crate) use keyed::in_key_order;
pub(crate) use order::compare_shapes;
pub(crate) use overlay::{Entry, Kind, Scope as OverlayScope};
#[cfg(feature = "transport")]
pub(crate) use profile::FORMAT_VERSION;
pub use profile::Profile;
pub(crate) use read::{Cursor, Item, Place};
pub use record::Record;
pub(crate) use runs::{Runs, key_desc};
pub(crate) use scopes::ScopeAt;

use crate::cid::Cid;

/// The bytes of a link, as a holder with nothing else would have them.
fn link_to(cid: Cid) -> Arc<[u8]> {
    [&write::LINK_HEADER[..], cid.as_bytes()].concat().into()
}

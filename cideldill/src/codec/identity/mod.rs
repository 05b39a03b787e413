//! Which pointers are the same: docs/format.md section 14.
//!
//! Writing: [`meet`] knows the nodes that were met and what a pointer to one becomes, [`copies`] what
//! was written for them, [`place`] where pointers stand and the overlay that follows from it,
//! [`search`] which nodes are on a cycle, [`cycle`] how those are written, [`tree`] the same for trees
//! without types, [`versions`] the persistent collections that were met. Reading: [`restore`] gives pointers back, with what [`restoring`] knows; [`restore_cycle`]
//! and [`restore_cell`] close cycles, [`ahead`] makes what weak pointers want early. The bytes of an
//! overlay are in [`overlay`](super::overlay).

mod address;
mod ahead;
mod copies;
mod cycle;
mod first;
mod meet;
mod place;
mod pointer;
mod restore;
mod restore_cell;
mod restore_cycle;
mod restoring;
mod search;
mod tree;
#[cfg(feature = "rpds")]
mod versions;

pub(super) use meet::Identity;
pub(crate) use meet::{Met, NodeKey, PointerScope, Target};
pub(super) use place::{Place, ScopeNumber};
pub use pointer::Cells;
pub(crate) use pointer::{Fill, Shared};
pub(super) use restoring::Restoring;
pub(crate) use tree::TreeCycle;
#[cfg(feature = "rpds")]
pub(crate) use versions::Persistent;
#[cfg(feature = "rpds")]
pub(super) use versions::Versions;

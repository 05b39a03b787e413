//! Which pointers are the same: docs/format.md section 14.
//!
//! Writing: [`known`] has the nodes that were met, [`meet`] says what a pointer to one becomes,
//! [`copies`] what was written for them, [`place`] where pointers stand and the overlay that follows from it,
//! [`search`] which nodes are on a cycle, [`cycle`] how those are written, [`tree`] the same for trees
//! without types, [`versions`] the persistent collections that were met. Reading: [`restore`] gives
//! pointers back, with what [`restoring`] knows, [`first`] looks whether what is said to be the same
//! is; [`restore_cycle`] and [`restore_cell`] close cycles; [`ahead`] makes what weak pointers want
//! early, [`ways`] comes to it, and [`begun`] begins nodes anew that are in its way. Where the type is not the recorded one: [`out_of_turn`] reads nodes of a cycle that stand
//! where the type has no field or a later one, [`cycle_index`] finds them, [`closed_cycle`] enters
//! cycles for them, and [`unshared`] knows the values that are no pointers any more. The bytes of an
//! overlay are in [`overlay`](super::overlay).

mod address;
mod ahead;
mod begun;
mod closed_cycle;
mod copies;
mod cycle;
mod cycle_index;
mod first;
mod known;
mod meet;
mod out_of_turn;
mod place;
mod pointer;
mod restore;
mod restore_cell;
mod restore_cycle;
mod restoring;
mod search;
mod tree;
mod unshared;
#[cfg(feature = "rpds")]
mod versions;
mod ways;

pub(super) use known::Identity;
pub(crate) use known::NodeKey;
pub(crate) use meet::{Met, PointerScope, Target};
pub(super) use place::{Place, ScopeNumber};
pub use pointer::Cells;
pub(crate) use pointer::{Fill, FindCells, NodeType, Shared};
pub(crate) use restore::other_type;
pub(super) use restoring::Restoring;
pub(crate) use tree::TreeCycle;
#[cfg(feature = "rpds")]
pub(crate) use versions::Persistent;
#[cfg(feature = "rpds")]
pub(super) use versions::Versions;

//! Which pointers are the same: docs/format.md section 14.
//!
//! Writing: [`meet`] knows the nodes that were met and what a pointer to one becomes, [`copies`] what
//! was written for them, [`place`] where pointers stand and the overlay that follows from it,
//! [`cycle`] which nodes are on a cycle and how those are written, [`tree`] the same for trees without
//! types. Reading: [`restore`] gives pointers back, with what [`restoring`] knows; [`restore_cycle`]
//! and [`restore_cell`] close cycles; [`ahead`] makes what weak pointers want early. Where the type is
//! not the recorded one: [`out_of_turn`] reads nodes of a cycle that stand where the type has no field
//! or a later one, [`cycle_index`] finds them, [`closed_cycle`] enters cycles for them, and
//! [`unshared`] knows the values that are no pointers any more. The bytes of an overlay are in
//! [`overlay`](super::overlay).

mod ahead;
mod closed_cycle;
mod copies;
mod cycle;
mod cycle_index;
mod meet;
mod out_of_turn;
mod place;
mod pointer;
mod restore;
mod restore_cell;
mod restore_cycle;
mod restoring;
mod tree;
mod unshared;

pub(crate) use cycle::{Edge, components};
pub(super) use meet::Identity;
pub(crate) use meet::{Met, NodeKey, PointerScope, Target};
pub(super) use place::{Place, ScopeNumber};
pub use pointer::Cells;
pub(crate) use pointer::{Fill, NodeType, Shared};
pub(crate) use restore::other_type;
pub(super) use restoring::Restoring;
pub(crate) use tree::TreeCycle;

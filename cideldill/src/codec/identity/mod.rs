//! Which pointers are the same: docs/format.md section 14.
//!
//! Writing: [`meet`] knows the nodes that were met and what a pointer to one becomes, [`place`] where
//! pointers stand and the overlay that follows from it, [`cycle`] which nodes are on a cycle and how
//! those are written. Reading: [`restore`] gives pointers back. [`overlay`](super::overlay) knows the
//! bytes of an overlay.

mod copies;
mod cycle;
mod meet;
mod place;
mod restore;

pub(super) use meet::Identity;
pub(crate) use meet::{Met, NodeKey, Target};
pub(super) use place::{Place, ScopeNumber};
pub use restore::Cells;
pub(super) use restore::Restoring;
pub(crate) use restore::{Fill, Shared};

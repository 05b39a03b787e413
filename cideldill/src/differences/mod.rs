//! What changed between two values, reading only what differs.
//!
//! [`walk`] goes through both block graphs at once and stops wherever two CIDs are equal; [`place`]
//! opens one block at a time; [`list`] aligns sequences, [`keyed`] merges maps and sets, [`identity`] says which
//! pointers are the same in one only. Nothing
//! recurses: values can be as deep as they like.

mod change;
mod identity;
mod keyed;
mod list;
mod place;
mod walk;

pub use change::{Change, ChangeKind};
pub use walk::{differences, differences_with};

#[cfg(test)]
mod tests;

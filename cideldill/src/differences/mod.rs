//! What changed between two values, reading only what differs.
//!
//! [`roots`] is the way in; [`walk`] goes through both block graphs at once and stops wherever two CIDs
//! are equal; [`place`] opens one block at a time; [`list`] aligns sequences, [`keyed`] merges maps and
//! sets, [`anchor`] knows which places in cycles were compared already, [`identity`] says which pointers
//! are the same in one only.
//!
//! Nothing recurses, and memory follows what was read and what was found: a level keeps a step of a
//! path that all below it share, never a path or a copy of its own. Values can be as deep as they like.

mod anchor;
mod change;
mod identity;
mod keyed;
mod list;
mod place;
mod roots;
mod walk;

pub use change::{Change, ChangeKind};
pub use roots::{differences, differences_with};

#[cfg(test)]
mod tests;

//! Data sets of four shapes: a log of short strings, a mesh of floats, saved games of mixed records,
//! and network updates of small numbers. Beside them [`snapshots`] of a large state, and [`text`] for
//! tests.
//!
//! The four are shaped as the sets of the same names in the public `rust_serialization_benchmark`;
//! written anew and generated from a fixed seed, so that every run measures the same values.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "random bits are cut to size on purpose"
)]
#![allow(missing_docs, reason = "field names say all there is to say")]
#![allow(
    clippy::struct_excessive_bools,
    reason = "the shape of the public data set"
)]

pub mod log;
pub mod mesh;
pub mod random;
pub mod save;
pub mod snapshots;
pub mod text;
pub mod updates;

//! What the fuzz targets share: graphs of blocks made from bytes, and types to read them as.
//!
//! `fuzz/run.sh value_decode 600` runs one for ten minutes, from seeds made of tests/vectors. What is
//! found becomes a test in tests/regression before it is mended.

mod graph;
pub mod types;

pub use graph::Graph;

use cideldill::Limits;

/// Small enough that no input takes long, large enough to go through everything.
pub fn limits() -> Limits {
    Limits::default()
        .with_items(1 << 18)
        .with_bytes(4 << 20)
        .with_repeated_bytes(1 << 20)
}

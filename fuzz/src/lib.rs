//! What the fuzz targets share: graphs of blocks made from bytes, and types to read them as.
//!
//! Run one with `cargo +nightly fuzz run value_decode -- -max_len=8192 -rss_limit_mb=2048`; seeds
//! from tests/vectors come from `cargo run --example seeds`, both in this directory's parent and in
//! this directory.

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

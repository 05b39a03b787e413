//! Benchmarks: `cargo bench -p cideldill-benches`. The data sets are in `data/`.

//! The traits for types of well-known crates, each behind the feature of its crate's name.
//!
//! One file a crate and major version. What is recorded is said in docs/format.md section 10.2; how
//! to add one, in docs/crates.md. Tags start with `std::crate::`, which no type of a user can have.
//! No feature of those crates may change a byte.

#[cfg(feature = "bytes")]
mod bytes1;
#[cfg(feature = "chrono")]
mod chrono04;
#[cfg(feature = "indexmap")]
mod indexmap2;
#[cfg(feature = "ndarray")]
mod ndarray017;
#[cfg(feature = "num-bigint")]
mod num_bigint04;
#[cfg(feature = "petgraph")]
mod petgraph08;
#[cfg(feature = "rpds")]
mod rpds1;
#[cfg(feature = "rust_decimal")]
mod rust_decimal1;
#[cfg(feature = "serde_json")]
mod serde_json1;
#[cfg(feature = "smallvec")]
mod smallvec1;
#[cfg(feature = "url")]
mod url2;
#[cfg(feature = "uuid")]
mod uuid1;

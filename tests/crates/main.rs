//! Types of well-known crates, each through the feature of its crate (docs/format.md section 10.2).

#[path = "../requirements/support.rs"]
#[allow(dead_code, reason = "shared with the suite of the requirements")]
mod support;

mod refused;
mod sharing;
mod values;
mod vectors;

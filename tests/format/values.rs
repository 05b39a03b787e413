//! The values of `tests/vectors/`, file by file.

#![allow(clippy::too_many_lines, reason = "they are tables")]

mod chunks;
mod containers;
mod cut;
mod cycles;
mod identity;
mod keys;
mod places;
mod records;
mod scalars;
mod std_types;

use serde_json::{Value as Json, json};

/// A value and the profile to encode it with.
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) profile: u64,
    /// In the notation of tests/vectors/README.md.
    pub(crate) value: Json,
}

/// The files and what stands in them.
pub(crate) fn files() -> Vec<(&'static str, Vec<Vector>)> {
    vec![
        ("scalars.json", scalars::vectors()),
        ("containers.json", containers::vectors()),
        ("keys.json", keys::vectors()),
        ("records.json", records::vectors()),
        ("std.json", std_types::vectors()),
        ("cut.json", cut::vectors()),
        ("chunks.json", chunks::vectors()),
        ("identity.json", identity::vectors()),
    ]
}

fn standard(name: impl Into<String>, value: Json) -> Vector {
    Vector {
        name: name.into(),
        profile: 0,
        value,
    }
}

fn whole(name: impl Into<String>, value: Json) -> Vector {
    Vector {
        name: name.into(),
        profile: 1,
        value,
    }
}

fn small(name: impl Into<String>, value: Json) -> Vector {
    Vector {
        name: name.into(),
        profile: 2,
        value,
    }
}

/// A text of so many copies.
fn repeated(text: &str, count: usize) -> Json {
    json!({"str": [{"for": count, "each": text}]})
}

/// A text in which no piece is like another: the numbers from 0, each followed by `after`.
fn counting(after: &str, count: usize) -> Json {
    json!({"str": [{"for": count, "each": format!("#{after}")}]})
}

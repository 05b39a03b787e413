//! Forms that look odd and must compile.

#![deny(warnings)]
#![allow(dead_code)]

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable()]
struct NoKeys {
    #[debuggable()]
    id: u64,
    #[debuggable(skip,)]
    trailing_comma: u64,
    #[debuggable(rename = "a")]
    #[debuggable(alias = "b", alias = "c")]
    several_attributes: u64,
}

#[derive(Debuggable)]
#[debuggable(state = Paths::state, restore = Paths::restore, crate = ::cideldill)]
struct Paths {
    not_recordable: std::time::Instant,
}

impl Paths {
    fn state(&self) -> u8 {
        0
    }

    fn restore(_: u8) -> Self {
        Self {
            not_recordable: std::time::Instant::now(),
        }
    }
}

#[derive(Debuggable)]
struct Raw<'r#type> {
    r#fn: &'r#type str,
}

fn main() {}

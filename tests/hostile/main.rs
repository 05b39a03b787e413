//! What bad input gets: a typed error with its place, in bounded time and memory; never a panic, a
//! hang or an overflown stack. Everything is read three ways: as its type, without its type, and
//! through a store.
#![allow(
    clippy::disallowed_types,
    clippy::option_option,
    clippy::zero_sized_map_values,
    reason = "hashed maps, options in options and maps to units must refuse bad input too"
)]

#[macro_use]
#[path = "../delegate.rs"]
mod delegate;

mod bytes;
mod claims;
mod cycles;
mod depth;
mod identity;
mod keys;
mod limits;
mod missing;
mod support;

//! What bad input gets: a typed error with its place, in bounded time and memory; never a panic, a
//! hang or an overflown stack. Everything is read three ways: as its type, without its type, and
//! through a store.

mod bytes;
mod claims;
mod cycles;
mod depth;
mod keys;
mod limits;
mod missing;
mod support;

//! What `#[derive(Debuggable)]` promises: every kind of type, every attribute, every strategy, old
//! data in changed types, and generated code that no surrounding code can disturb.
#![allow(
    clippy::disallowed_types,
    reason = "hashed collections are recorded too"
)]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "functions that `with` names take references"
)]

mod attributes;
mod codecs;
mod codecs_shared;
mod evolution;
mod evolution_cycles;
mod evolution_shared;
mod evolution_values;
mod foreign;
mod generics;
mod hygiene;
mod kinds;
mod lints;
mod names;
mod strategies;
mod support;
mod weak_objects;

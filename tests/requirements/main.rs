//! The tests that the requirements name, each under its name, where no other suite has it already.
//! docs/coverage.md says which test shows what.
#![allow(
    clippy::disallowed_types,
    reason = "hashed collections are recorded too"
)]
#![allow(
    clippy::cast_possible_truncation,
    reason = "any number will do as an example"
)]

mod cid;
mod cycles;
mod dag;
mod decode;
mod decompose;
mod described;
mod dynamic;
mod edge;
mod failure;
mod functions;
mod identity;
mod processes;
mod real_crates;
mod reassemble;
mod refusals;
mod registering;
mod registry;
mod support;
mod types;

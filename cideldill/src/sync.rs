//! The locks that threads which send values share: the standard library's; in `model/` those of loom,
//! which tries every order of threads (docs/testing.md).
//!
//! Whatever else locks in this crate does so for one step, and calls nothing that takes one of these.

#![allow(
    unused_imports,
    reason = "only a client has threads and waits for them"
)]

#[cfg(cideldill_model)]
pub(crate) use loom::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{Builder, JoinHandle},
};
#[cfg(not(cideldill_model))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{Builder, JoinHandle},
};

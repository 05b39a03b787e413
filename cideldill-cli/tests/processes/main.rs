//! A client program and a server program, over HTTP.
//!
//! The server is the built command line; the client is this program, or where its memory is measured
//! another process of it.

#![cfg(unix)]

mod cut;
mod discovery;
mod files;
mod foreign;
mod memory;
mod server;
mod workflow;

//! Values sent to another process: what the client remembers, what the messages are, what a server
//! takes and refuses, and that nothing is lost on the way. Without sockets.

#[macro_use]
#[path = "../delegate.rs"]
mod delegate;

mod base64;
mod cache;
mod cache_model;
mod handshake;
mod hostile;
mod interleaved;
mod large;
mod lossy;
mod protocol;
mod serializer;
mod support;
mod swept;
mod transcript;
mod workflow;

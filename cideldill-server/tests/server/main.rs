//! A server over sockets: what it answers, whom, and what it does with bad input.

mod client;
mod hostile;
mod openapi;
mod roundtrip;
mod routes;
mod stopping;
mod support;

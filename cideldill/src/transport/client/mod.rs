//! A client over HTTP: blocking, and on a thread of its own.
//!
//! - [`Client`] takes values and sends them from its own thread, through a queue bounded in bytes. It
//!   never ends, panics or holds up the program: a server that is gone is a state that is
//!   [reported](Client::report), and what could not be sent is counted.
//! - [`Http`] is one request and one answer, and waits: a [`Transport`](super::Transport) for a
//!   [`Sender`](super::Sender), and a [`BlockSource`](crate::BlockSource) to load values from.
//!
//! Both may be used inside an asynchronous program: they have no runtime. [`Http`] and
//! [`Client::flush`] block the thread they are called on; [`Client::send`] encodes there, and waits at
//! most [`ClientOptions::max_wait`].
//!
//! ```no_run
//! use cideldill::transport::client::{Client, ClientOptions, Http};
//! use std::time::Duration;
//! let client = Client::start(Http::discover(), ClientOptions::default())?;
//! let cid = client.send(&("tea", 100))?; // at once; the server has it later
//! assert!(client.flush(Duration::from_secs(5)), "{:?}", client.report());
//! let back: (String, i32) = cideldill::decode(cid, &Http::discover())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod http;
mod queue;
mod worker;

pub use http::Http;
pub use queue::{Client, ClientOptions, ClientReport, ServerState};

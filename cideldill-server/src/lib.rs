//! A server that keeps the blocks of other programs' values (docs/protocol.md sections 9 to 12).
//!
//! ```
//! use cideldill::Store;
//! use cideldill::transport::Sender;
//! use cideldill::transport::client::Http;
//! use cideldill_server::{Config, Port, Server};
//!
//! let store = Store::in_memory(); // or `Store::open(path)`, on disk
//! let mut config = Config::default();
//! config.port = Port::Exactly(0); // any; 5174 if nothing is said
//! let running = Server::bind(store.clone(), config)?.start()?;
//!
//! let sender = Sender::new(Http::new(&running.url(), None)?);
//! let cid = sender.send(&("tea", 100))?;
//! running.stop()?;
//! assert_eq!(store.load::<(String, i32)>(cid)?, ("tea".to_owned(), 100));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it promises: only this machine is answered, unless a token is set; requests are bounded in
//! bytes, time and number, all together; everything refused has a stable code; nothing is decoded
//! beyond its links but to be shown to people, and nothing in it runs.
//!
//! What it knows: the messages of [`cideldill::transport`], and any [`cideldill::Store`]. Work on the
//! store is never done on the threads of the network.

mod answer;
mod app;
mod body;
mod config;
mod connection;
mod guard;
mod listen;
mod objects;
mod origin;
mod refs;
mod render;
mod routes;
mod server;
mod stalling;
mod stream;
mod values;

pub use config::{Config, OnFailure, Port};
pub use render::json as render_json;
pub use routes::{OPENAPI, ROUTES};
pub use server::{Running, ServeError, Server};

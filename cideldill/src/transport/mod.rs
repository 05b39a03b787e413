//! Values sent to another process, each block once (docs/protocol.md).
//!
//! A [`Serializer`] takes a value apart and leaves out what the other side acknowledged, which a
//! [`CidCache`] remembers; a [`Sender`] carries an [`Offer`] through any [`Transport`] and sends once
//! more what turns out to be missing; [`receive`] is the other side: it checks a whole request
//! against a [`BlockStore`](crate::BlockStore) and then keeps all of it or nothing. No sockets here,
//! but in `client`, behind the feature of that name; the server is the crate `cideldill-server`.
//!
//! ```
//! use cideldill::transport::{BodyForm, InProcess, Sender};
//! use cideldill::{BlockStore, MemoryStore};
//! use std::sync::Arc;
//!
//! let far = Arc::new(MemoryStore::new());
//! let sender = Sender::new(InProcess::new(far.clone(), BodyForm::Json));
//! let text = "a text that is long enough to be a block of its own ".repeat(40);
//! let texts = vec![text.clone(), text];
//! let cid = sender.send(&texts)?;
//! assert!(far.contains(&cid)?);
//! assert_eq!(far.stats().blocks, 2); // the text is there once
//! sender.send(&texts)?; // one request, with the name alone
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What may know what: this layer knows blocks, links and stores; only [`Serializer`] and [`Sender`]
//! take values. Receiving never decodes a value and runs no code of anybody.

mod about;
mod answer;
mod base64;
mod cache;
#[cfg(feature = "client")]
pub mod client;
pub mod discovery;
mod frame;
mod gathered;
mod handshake;
mod in_process;
mod limits;
mod lru;
mod offer;
mod parse;
mod plan;
mod receive;
mod refusal;
mod sender;
mod serializer;
mod stream;
mod walk;

pub use about::{RefCid, RefList, StoreStats};
pub use answer::{Accepted, Answer, MissingCids};
pub use base64::{decode_base64, encode_base64};
pub use cache::{CidCache, Reservation};
pub use frame::{
    FRAME_MEDIA_TYPE, FrameReader, frame_entry, frame_start, is_frame, read_frame, write_frame,
};
pub use handshake::{Handshake, PROTOCOL_VERSION, check_versions, format_fingerprint};
pub use in_process::InProcess;
pub use limits::RequestLimits;
pub use offer::{BodyForm, CidList, Offer, Offered, RefUpdate};
pub use receive::{receive, receive_body};
pub use refusal::{Code, Refusal};
pub use sender::{SendError, Sender, Transport};
pub use serializer::{Serialized, Serializer};
pub use walk::leaves_first;

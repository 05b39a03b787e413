//! Content identifiers as data: never a link.

use super::record::{variants, via};
use crate::cid::Cid;

variants! {
    [] CidBytes {
        0 "std::Cid" plain (0 bytes: [u8; Cid::LEN]) => [CidBytes(bytes)];
    };
}

struct CidBytes([u8; Cid::LEN]);

via! {
    [] Cid: CidBytes,
        |cid: &Self| Ok::<_, crate::Error>(CidBytes(*cid.as_bytes())),
        |parts: CidBytes| Ok(Self::from_bytes(parts.0)),
        <Self as Ord>::cmp;
}

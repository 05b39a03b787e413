//! `uuid` 1: the sixteen bytes.

use uuid::Uuid;

use crate::error::Error;
use crate::impls::record::{variants, via};

variants! {
    [] Octets {
        0 "std::crate::uuid::Uuid" plain (0 octets: [u8; 16]) => [Octets(octets)];
    };
}

struct Octets([u8; 16]);

via! {
    [] Uuid: Octets,
        |id: &Self| Ok::<_, Error>(Octets(*id.as_bytes())),
        |parts: Octets| Ok(Self::from_bytes(parts.0)),
        <Self as Ord>::cmp;
}

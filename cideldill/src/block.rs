//! A block: bytes and the CID that names them.

use std::sync::Arc;

use crate::cid::Cid;
use crate::error::{Error, ErrorKind};

/// Bytes with their CID. The two always match: a `Block` is only made by hashing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    cid: Cid,
    bytes: Arc<[u8]>,
}

impl Block {
    /// The block of these bytes.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let cid = Cid::of(&bytes);
        Self { cid, bytes }
    }

    /// The block of these bytes, if they match the CID.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] if they do not.
    pub fn verified(cid: Cid, bytes: impl Into<Arc<[u8]>>) -> Result<Self, Error> {
        let block = Self::new(bytes);
        if block.cid == cid {
            Ok(block)
        } else {
            Err(ErrorKind::Corrupt {
                expected: cid,
                actual: block.cid,
            }
            .into())
        }
    }

    /// The block whose CID the caller computed from these bytes.
    pub(crate) fn trusted(cid: Cid, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            cid,
            bytes: bytes.into(),
        }
    }

    /// Its name.
    pub fn cid(&self) -> Cid {
        self.cid
    }

    /// Its bytes, in the form of docs/format.md.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }
}

/// Where a decoder finds blocks.
///
/// An implementor must return bytes that match their CIDs: reads verify. Asking for many at once
/// lets it hash them side by side.
pub trait BlockSource {
    /// The blocks with these CIDs, in the same order.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] for the first that is not there, [`ErrorKind::Corrupt`] for one whose
    /// bytes do not match, or what the store says.
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error>;
}

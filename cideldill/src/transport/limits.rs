//! What one request may cost (docs/protocol.md section 9).

use serde::{Deserialize, Serialize};

/// What a server allows in one request. Clients learn it in the handshake and divide what is larger.
///
/// ```
/// use cideldill::transport::RequestLimits;
/// let limits = RequestLimits::default().with_body_bytes(1 << 20);
/// assert_eq!((limits.body_bytes, limits.blocks), (1 << 20, 1_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestLimits {
    /// Bytes of a body. Default 16 MiB.
    pub body_bytes: usize,
    /// Objects in an offer. Default 1,000.
    pub objects: usize,
    /// Blocks an offer carries, repetitions counted. Default 1,000: one transaction of the store.
    pub blocks: usize,
    /// CIDs asked about or for. Default 10,000.
    pub cids: usize,
    /// Missing CIDs listed in one answer. Default 10,000.
    pub missing: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            body_bytes: 16 << 20,
            objects: 1_000,
            blocks: 1_000,
            cids: 10_000,
            missing: 10_000,
        }
    }
}

impl RequestLimits {
    /// The same with another length of bodies.
    #[must_use]
    pub const fn with_body_bytes(mut self, body_bytes: usize) -> Self {
        self.body_bytes = body_bytes;
        self
    }

    /// The same with another number of objects.
    #[must_use]
    pub const fn with_objects(mut self, objects: usize) -> Self {
        self.objects = objects;
        self
    }

    /// The same with another number of blocks.
    #[must_use]
    pub const fn with_blocks(mut self, blocks: usize) -> Self {
        self.blocks = blocks;
        self
    }

    /// The same with another number of CIDs asked about.
    #[must_use]
    pub const fn with_cids(mut self, cids: usize) -> Self {
        self.cids = cids;
        self
    }

    /// The same with another number of missing CIDs in an answer.
    #[must_use]
    pub const fn with_missing(mut self, missing: usize) -> Self {
        self.missing = missing;
        self
    }
}

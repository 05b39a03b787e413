//! What reading may cost at most.
//!
//! Bytes from disk or network can claim anything: a small graph of blocks can expand to
//! astronomically many nodes. Each limit is a count with a typed error
//! ([`ErrorKind::Limit`](crate::ErrorKind::Limit)) that names it.

/// Bounds for reading a value. The defaults stop hostile data early and let any value pass that was
/// meant to be held in memory; raise them for very deep or very large ones.
///
/// ```
/// use cideldill::Limits;
/// let limits = Limits::default().with_depth(2_000_000);
/// assert_eq!(limits.depth, 2_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Composites inside each other. Default 10,000: a chain of so many boxed nodes is loaded on
    /// less than 16 MiB of stack, which grows as needed. A level of a list of small nodes takes 127
    /// bytes to encode and 303 to load in a `Box`, 430 and 308 behind an `Rc`, and 304 to load as a
    /// [`Value`](crate::Value) (a list of 1,000,000 nodes, optimized, x86-64); larger nodes take more.
    ///
    /// Ten times as many shared nodes are begun inside each other for the weak pointers in plain fields
    /// that lead to them (a subject knows its observers, which hold it); beyond that such a pointer is
    /// counted in [`Loaded::weak_lost`](crate::Loaded).
    pub depth: u64,
    /// Elements, entries and fields in all, without bytes, characters and packed numbers. Default
    /// 100 million: several gigabytes as a dynamic value.
    pub items: u64,
    /// Bytes of blocks read in all. Default 16 GiB.
    pub bytes: u64,
    /// Bytes of blocks that were read before in the same value. Default 256 MiB: a shared part is
    /// expanded wherever it is held.
    pub repeated_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 10_000,
            items: 100_000_000,
            bytes: 16 << 30,
            repeated_bytes: 256 << 20,
        }
    }
}

impl Limits {
    /// No bounds: only for bytes that this program wrote itself.
    pub const fn unlimited() -> Self {
        Self {
            depth: u64::MAX,
            items: u64::MAX,
            bytes: u64::MAX,
            repeated_bytes: u64::MAX,
        }
    }

    /// The same with another depth.
    #[must_use]
    pub const fn with_depth(mut self, depth: u64) -> Self {
        self.depth = depth;
        self
    }

    /// The same with another number of items.
    #[must_use]
    pub const fn with_items(mut self, items: u64) -> Self {
        self.items = items;
        self
    }

    /// The same with another number of bytes.
    #[must_use]
    pub const fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// The same with another number of bytes met again.
    #[must_use]
    pub const fn with_repeated_bytes(mut self, repeated_bytes: u64) -> Self {
        self.repeated_bytes = repeated_bytes;
        self
    }
}

//! How much passed through a reducer.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::codec::Encoder;

/// What passed through a type's reducer since it was registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Values written, each time they were.
    pub encoded: u64,
    /// Values loaded.
    pub loaded: u64,
    /// Bytes they took, with those of the blocks they were cut into.
    pub bytes: u64,
    /// Blocks that were closed while they were written.
    pub blocks: u64,
    /// Time spent in writing and loading them, if [measured](super::Registry::measure_time).
    pub time: Duration,
}

#[derive(Default)]
pub(super) struct Counters {
    encoded: AtomicU64,
    loaded: AtomicU64,
    bytes: AtomicU64,
    blocks: AtomicU64,
    nanos: AtomicU64,
}

/// A value that is being written.
pub(super) struct Counting<'c> {
    counters: &'c Counters,
    before: (u64, u64),
    started: Option<Instant>,
}

impl Counters {
    /// The time, if it is to be measured.
    pub(super) fn clock(is_timed: bool) -> Option<Instant> {
        is_timed.then(Instant::now)
    }

    pub(super) fn start(&self, encoder: &Encoder<'_>, is_timed: bool) -> Counting<'_> {
        Counting {
            counters: self,
            before: encoder.written(),
            started: Self::clock(is_timed),
        }
    }

    pub(super) fn loaded(&self, started: Option<Instant>) {
        self.loaded.fetch_add(1, Relaxed);
        self.took(started);
    }

    fn took(&self, started: Option<Instant>) {
        if let Some(started) = started {
            let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.nanos.fetch_add(nanos, Relaxed);
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            encoded: self.encoded.load(Relaxed),
            loaded: self.loaded.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            blocks: self.blocks.load(Relaxed),
            time: Duration::from_nanos(self.nanos.load(Relaxed)),
        }
    }
}

impl Counting<'_> {
    pub(super) fn end_encoded(self, encoder: &Encoder<'_>) {
        let (bytes, blocks) = encoder.written();
        let counters = self.counters;
        counters.encoded.fetch_add(1, Relaxed);
        let bytes = bytes.saturating_sub(self.before.0);
        counters.bytes.fetch_add(bytes, Relaxed);
        let blocks = blocks.saturating_sub(self.before.1);
        counters.blocks.fetch_add(blocks, Relaxed);
        counters.took(self.started);
    }
}

//! Blocks gathered into batches for a store.

use crate::block::Block;
use crate::error::Error;
use crate::store::{BlockStore, PutReport};

/// As many as a store takes well in one batch: sled survives a power cut in the middle of one only
/// while its log entries fit a segment.
pub(super) const BATCH_BLOCKS: usize = 1_000;
pub(super) const BATCH_BYTES: usize = 4 << 20;

/// Hands blocks, each after everything it links to, to a store.
pub(super) struct Batches<'s> {
    store: &'s dyn BlockStore,
    waiting: Vec<Block>,
    bytes: usize,
    pub(super) report: PutReport,
}

impl<'s> Batches<'s> {
    pub(super) fn new(store: &'s dyn BlockStore) -> Self {
        Self {
            store,
            waiting: Vec::new(),
            bytes: 0,
            report: PutReport::default(),
        }
    }

    pub(super) fn push(&mut self, block: Block) -> Result<(), Error> {
        self.bytes += block.bytes().len();
        self.waiting.push(block);
        if self.waiting.len() >= BATCH_BLOCKS || self.bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Keeps what is waiting.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let report = self.store.put_many(&self.waiting)?;
        self.report.blocks += report.blocks;
        self.report.bytes += report.bytes;
        self.report.new_blocks += report.new_blocks;
        self.report.new_bytes += report.new_bytes;
        self.waiting.clear();
        self.bytes = 0;
        Ok(())
    }
}

//! What is coming or going at this moment.

use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use crate::cid::Cid;
use crate::cid_map::CidSet;

/// The blocks that the one who writes is about to add or to take out.
///
/// An engine may show what is not on the disk yet, and a sweep goes in steps. Until it is known what
/// becomes of a block nobody is told that it is there: they would rely on it.
#[derive(Debug, Default)]
pub(super) struct Unsettled(RwLock<CidSet>);

impl Unsettled {
    /// These are unsettled until what this returns is dropped. Only in the critical section.
    pub(super) fn begin(&self, cids: CidSet) -> Settling<'_> {
        *self.lock() = cids;
        Settling(self)
    }

    /// Asks, unless one of these is unsettled. None becomes so before the question is answered.
    pub(super) fn ask<T>(&self, cids: &[Cid], question: impl FnOnce() -> T) -> Option<T> {
        let unsettled = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_settled = unsettled.is_empty() || !cids.iter().any(|cid| unsettled.contains(cid));
        is_settled.then(question)
    }

    fn lock(&self) -> RwLockWriteGuard<'_, CidSet> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settles what was begun when it is dropped.
#[must_use = "what is dropped at once is settled at once"]
pub(super) struct Settling<'u>(&'u Unsettled);

impl Drop for Settling<'_> {
    fn drop(&mut self) {
        *self.0.lock() = CidSet::default();
    }
}

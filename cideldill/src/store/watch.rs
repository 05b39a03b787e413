//! What is used while a sweep chooses, and so stays.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cid::Cid;
use crate::error::{Error, ErrorKind};

/// Notes the blocks that are used from the beginning of a sweep to its end; nothing at other times.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Option<BTreeSet<Cid>>>);

impl Watch {
    /// Begins to note. The caller is in the store's critical section, so that everything put before
    /// is there to be chosen from, and everything put after is noted.
    pub(super) fn begin(&self) -> Result<Watching<'_>, Error> {
        let mut used = self.lock();
        if used.is_some() {
            return Err(Error::new(ErrorKind::Backend { action: "sweep" })
                .with_source("another sweep is under way"));
        }
        *used = Some(BTreeSet::new());
        Ok(Watching(self))
    }

    pub(super) fn note(&self, cids: impl IntoIterator<Item = Cid>) {
        if let Some(used) = &mut *self.lock() {
            used.extend(cids);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<BTreeSet<Cid>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the noting when it is dropped.
pub(super) struct Watching<'w>(&'w Watch);

impl Watching<'_> {
    /// Those of the chosen blocks that may go, in the order given, and how many stay: those that were
    /// used, and what they lead to. In the critical section, so that no more are used.
    pub(super) fn unused(
        &self,
        chosen: Vec<Cid>,
        mut links_of: impl FnMut(&Cid) -> Result<Vec<Cid>, Error>,
    ) -> Result<(Vec<Cid>, u64), Error> {
        let mut may_go: BTreeSet<Cid> = chosen.iter().copied().collect();
        let used = self.0.lock().take().unwrap_or_default();
        let mut waiting: Vec<Cid> = used.into_iter().collect();
        let mut spared = 0;
        while let Some(cid) = waiting.pop() {
            if may_go.remove(&cid) {
                spared += 1;
                waiting.extend(links_of(&cid)?);
            }
        }
        let mut unused = chosen;
        unused.retain(|cid| may_go.remove(cid));
        Ok((unused, spared))
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}

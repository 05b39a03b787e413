//! The least recently used CIDs, each operation in constant time.
//!
//! A list threaded through a slab, and an index into it. Knows nothing of what the CIDs mean.

use crate::cid::Cid;
use crate::cid_map::CidMap;

/// A place in the slab. `NONE` ends the list.
type Slot = usize;
const NONE: Slot = usize::MAX;

/// At most so many CIDs; one more puts out the one not used for longest.
#[derive(Debug)]
pub(super) struct Lru {
    capacity: usize,
    entries: Vec<Entry>,
    index: CidMap<Slot>,
    /// Slots of removed entries.
    free: Vec<Slot>,
    newest: Slot,
    oldest: Slot,
}

#[derive(Debug)]
struct Entry {
    cid: Cid,
    newer: Slot,
    older: Slot,
}

impl Lru {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: Vec::new(),
            index: CidMap::default(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether the CID is there; then it is the newest now.
    pub(super) fn touch(&mut self, cid: &Cid) -> bool {
        let Some(&slot) = self.index.get(cid) else {
            return false;
        };
        if slot != self.newest {
            self.unlink(slot);
            self.link_newest(slot);
        }
        true
    }

    /// Makes the CID the newest.
    pub(super) fn insert(&mut self, cid: Cid) {
        if self.capacity == 0 || self.touch(&cid) {
            return;
        }
        if self.len() == self.capacity {
            self.remove_slot(self.oldest);
        }
        let entry = Entry {
            cid,
            newer: NONE,
            older: NONE,
        };
        let slot = if let Some(slot) = self.free.pop() {
            self.entries[slot] = entry;
            slot
        } else {
            self.entries.push(entry);
            self.entries.len() - 1
        };
        self.index.insert(cid, slot);
        self.link_newest(slot);
    }

    pub(super) fn remove(&mut self, cid: &Cid) {
        if let Some(&slot) = self.index.get(cid) {
            self.remove_slot(slot);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.capacity);
    }

    fn remove_slot(&mut self, slot: Slot) {
        self.unlink(slot);
        self.index.remove(&self.entries[slot].cid);
        self.free.push(slot);
    }

    fn unlink(&mut self, slot: Slot) {
        let Entry { newer, older, .. } = self.entries[slot];
        match newer {
            NONE => self.newest = older,
            newer => self.entries[newer].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.entries[older].newer = newer,
        }
    }

    fn link_newest(&mut self, slot: Slot) {
        self.entries[slot].newer = NONE;
        self.entries[slot].older = self.newest;
        match self.newest {
            NONE => self.oldest = slot,
            newest => self.entries[newest].newer = slot,
        }
        self.newest = slot;
    }
}

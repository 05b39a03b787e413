//! What a store on disk can be asked.

use std::sync::Arc;

use super::Disk;
use super::bytes::{Head, Piece};
use super::engine::{Engine, Failure, Records};
use super::record::{self, Entry};
use crate::cid::Cid;
use crate::error::Error;
use crate::store::{Epoch, Metadata, Stats, batch};

/// How many blocks [`Disk::iter`] looks at each time it asks the engine.
const RECORDS_PER_PAGE: usize = 256;

impl<E: Engine> Disk<E> {
    pub(in crate::store) fn read_unverified(
        &self,
        cids: &[Cid],
    ) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        self.ask("read a block", |engine| {
            let records = engine.snapshot()?;
            let found = cids.iter().map(|cid| {
                let mut found = read(&records, cid)?;
                while !found.is_whole && !E::HAS_SNAPSHOTS {
                    // A sweep took it out between two records, if it is not damaged; perhaps it is
                    // back in another place.
                    let last = found.entry;
                    found = read(&records, cid)?;
                    if found.entry == last {
                        break;
                    }
                }
                Ok(found.bytes)
            });
            found.collect()
        })
    }

    pub(in crate::store) fn missing(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        loop {
            let missing = self.unsettled.ask(cids, || {
                let missing = self.look_up(cids);
                // A sweep that has begun cannot choose what goes before this is noted.
                self.watch.note(cids.iter().copied());
                missing
            });
            match missing {
                Some(missing) => return missing,
                // Who writes knows what becomes of them.
                None => drop(self.write()),
            }
        }
    }

    pub(super) fn look_up(&self, cids: &[Cid]) -> Result<Vec<Cid>, Error> {
        self.ask("look up a block", |engine| {
            let records = engine.snapshot()?;
            let is_there = |cid: &Cid| records.contains(&record::entry_key(cid));
            batch::missing(cids, is_there)
        })
    }

    pub(in crate::store) fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_> {
        let mut after = record::ENTRY_KEYS.to_vec();
        let mut has_ended = false;
        let pages = std::iter::from_fn(move || {
            if has_ended {
                return None;
            }
            let page = self.ask("list the blocks", |engine| {
                let records = engine.snapshot()?;
                records.page(record::ENTRY_KEYS, &after, RECORDS_PER_PAGE)
            });
            has_ended = match &page {
                Ok(records) => records.len() < RECORDS_PER_PAGE,
                Err(_) => true,
            };
            if let Ok([.., (last, _)]) = page.as_deref() {
                after.clone_from(last);
            }
            Some(page)
        });
        Box::new(pages.flat_map(|page| {
            let (records, error) = match page {
                Ok(records) => (records, None),
                Err(error) => (Vec::new(), Some(error)),
            };
            let cids = records
                .into_iter()
                .filter_map(|(key, _)| record::cid_of_key(&key));
            cids.map(Ok).chain(error.map(Err))
        }))
    }

    pub(in crate::store) fn metadata(&self, cid: &Cid) -> Result<Option<Metadata>, Error> {
        let entry = self.ask("look up a block", |engine| {
            let read = |entry: Option<&[u8]>| entry.map(Entry::read);
            engine.snapshot()?.with(&record::entry_key(cid), read)
        })?;
        entry
            .map(|entry| {
                let damaged = || self.place.unreadable("the entry of a block is damaged");
                let entry = entry.ok_or_else(damaged)?;
                Ok(Metadata {
                    bytes: entry.len,
                    stored_at: record::time(entry.stored_at),
                })
            })
            .transpose()
    }

    pub(in crate::store) fn stats(&self) -> Stats {
        self.published().stats
    }

    pub(in crate::store) fn epoch(&self) -> Epoch {
        self.published().epoch
    }
}

/// What stands under a CID.
struct Found {
    entry: Option<Entry>,
    bytes: Option<Arc<[u8]>>,
    /// Whether all of its bytes were where the entry says.
    is_whole: bool,
}

/// Reads what stands under a CID. Records that make no sense give bytes that do not match it.
fn read(records: &impl Records, cid: &Cid) -> Result<Found, Failure> {
    let found = |entry, bytes, is_whole| Found {
        entry,
        bytes,
        is_whole,
    };
    let entry = records.with(&record::entry_key(cid), |entry| entry.map(Entry::read))?;
    let entry = match entry {
        None => return Ok(found(None, None, true)),
        Some(None) => return Ok(found(None, Some(Arc::default()), true)),
        Some(Some(entry)) => entry,
    };
    let read_head = |record: Option<&[u8]>| {
        let head = Head::find(record?, cid)?;
        Some((head.piece.to_vec(), head.more().unwrap_or(0)))
    };
    let head = records.with(&record::bytes_key(entry.first), read_head)?;
    let mut is_whole = head.is_some();
    let (mut bytes, more) = head.unwrap_or_default();
    for number in 1..=u64::from(more) {
        let Some(number) = entry.first.checked_add(number) else {
            break;
        };
        let piece = records.with(&record::bytes_key(number), |record| {
            Some(Piece::read(record?)?.bytes.to_vec())
        })?;
        let Some(piece) = piece else {
            is_whole = false;
            break;
        };
        bytes.extend_from_slice(&piece);
    }
    Ok(found(Some(entry), Some(bytes.into()), is_whole))
}

//! Taking blocks out.

use std::collections::BTreeMap;

use super::bytes;
use super::engine::{Changes, Engine, Records as _};
use super::record::{self, Entry, State};
use super::{Disk, Writer};
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::link::links;
use crate::store::{Choose, Epoch, Stats, Swept, verify};

/// Records changed in one commit: for sled, removing them must stay well below a segment of its log.
const RECORDS_PER_COMMIT: usize = 1_000;

impl<E: Engine> Disk<E> {
    pub(in crate::store) fn sweep(&self, choose: &mut Choose<'_>) -> Result<Swept, Error> {
        let watching = {
            let _writer = self.ready()?;
            self.watch.begin()?
        };
        let chosen = choose()?;
        let mut writer = self.ready()?;
        let _settling = self.unsettled.begin(chosen.iter().copied().collect());
        let (unused, spared) = watching.unused(chosen, |cid| self.links_of(cid))?;
        let mut swept = Swept {
            removed: Stats::default(),
            spared,
        };
        if unused.is_empty() {
            return Ok(swept);
        }
        // Before the first block goes, so that nobody takes an answer from before for one from after.
        let epoch = Epoch::random();
        let before = self.publish().epoch;
        self.publish().epoch = epoch;
        let removed = self.remove(&mut writer, epoch, &unused, &mut swept.removed);
        removed?;
        if swept.removed.blocks == 0 {
            self.publish().epoch = before;
        }
        self.place.sign(self.epoch(), self.stats())?;
        Ok(swept)
    }

    fn links_of(&self, cid: &Cid) -> Result<Vec<Cid>, Error> {
        let found = self.read_unverified(&[*cid])?.pop().flatten();
        let Some(bytes) = found else {
            return Ok(Vec::new());
        };
        verify([(*cid, &*bytes)].into_iter())?;
        links(&bytes)
    }

    /// Takes these out, some at a time, each step durable with the statistics that belong to it.
    fn remove(
        &self,
        writer: &mut Writer,
        epoch: Epoch,
        cids: &[Cid],
        removed: &mut Stats,
    ) -> Result<(), Error> {
        let found = self.find(cids)?;
        let mut left = &found[..];
        while !left.is_empty() {
            let mut step = Step::default();
            while let Some((next, rest)) = left.split_first()
                && step.has_room::<E>(next)
            {
                self.take_out(&mut step, next)?;
                left = rest;
            }
            let mut after = self.stats();
            after.blocks = after.blocks.saturating_sub(step.removed.blocks);
            after.bytes = after.bytes.saturating_sub(step.removed.bytes);
            let state = State {
                epoch,
                stats: after,
                sequence: writer.sequence,
            };
            let mut changes = Changes::default();
            for cid in step.entries {
                changes.remove(record::entry_key(&cid));
            }
            changes.insert(record::STATE_KEY, state.write());
            let mut records = step.records.into_iter();
            add(&mut changes, &mut records);
            self.commit(writer, &changes)?;
            self.publish().stats = after;
            // The records of one large block may be many: they go after its entry.
            while records.len() > 0 {
                let mut more = Changes::default();
                add(&mut more, &mut records);
                self.commit(writer, &more)?;
            }
            removed.blocks += step.removed.blocks;
            removed.bytes = removed.bytes.saturating_add(step.removed.bytes);
        }
        Ok(())
    }

    /// Those that are there, in the order of their bytes: those that share a record come together.
    fn find(&self, cids: &[Cid]) -> Result<Vec<(Option<Entry>, Cid)>, Error> {
        self.ask("look up a block", |engine| {
            let records = engine.snapshot()?;
            let mut found = Vec::new();
            for cid in cids {
                let entry = records.with(&record::entry_key(cid), |entry| entry.map(Entry::read));
                if let Some(entry) = entry? {
                    found.push((entry, *cid));
                }
            }
            found.sort_unstable_by_key(|(entry, cid)| (entry.map(|entry| entry.first), *cid));
            found.dedup();
            Ok(found)
        })
    }

    /// Takes one block out in this step.
    fn take_out(&self, step: &mut Step, (entry, cid): &(Option<Entry>, Cid)) -> Result<(), Error> {
        step.entries.push(*cid);
        step.removed.blocks += 1;
        // What is known of a block whose entry is damaged is its CID.
        let Some(entry) = entry else { return Ok(()) };
        step.removed.bytes = step.removed.bytes.saturating_add(entry.len);
        self.ask("look up a block", |engine| {
            let records = engine.snapshot()?;
            // The length may be damaged: no more than what is there, and is this block's.
            let n = bytes::pieces(entry.len);
            for number in (0..n).map_while(|n| entry.first.checked_add(n)) {
                let left = match step.records.get(&number) {
                    Some(record) => bytes::without(record, cid, entry.len),
                    None => records.with(&record::bytes_key(number), |record| {
                        bytes::without(record?, cid, entry.len)
                    })?,
                };
                let Some(left) = left else { break };
                step.bytes += left.len();
                if let Some(before) = step.records.insert(number, left) {
                    step.bytes -= before.len();
                }
            }
            Ok(())
        })
    }

    /// Counts the entries again.
    pub(in crate::store) fn recount(&self) -> Result<Stats, Error> {
        let mut writer = self.ready()?;
        let mut counted = Stats::default();
        for cid in self.iter() {
            let cid = cid?;
            let len = match self.metadata(&cid) {
                Ok(metadata) => metadata.map_or(0, |metadata| metadata.bytes),
                Err(error) if matches!(error.kind(), ErrorKind::Unreadable { .. }) => 0,
                Err(error) => return Err(error),
            };
            counted.blocks += 1;
            counted.bytes = counted.bytes.saturating_add(len);
        }
        if counted != self.stats() {
            let state = State {
                epoch: self.epoch(),
                stats: counted,
                sequence: writer.sequence,
            };
            let mut changes = Changes::default();
            changes.insert(record::STATE_KEY, state.write());
            self.commit(&mut writer, &changes)?;
            self.publish().stats = counted;
            self.place.sign(self.epoch(), counted)?;
        }
        Ok(counted)
    }
}

/// Adds changes of records to a commit, as many as it takes.
fn add(changes: &mut Changes, records: &mut impl Iterator<Item = (u64, Vec<u8>)>) {
    while changes.len() < RECORDS_PER_COMMIT
        && let Some((number, left)) = records.next()
    {
        let key = record::bytes_key(number);
        if left.is_empty() {
            changes.remove(key);
        } else {
            changes.insert(key, left);
        }
    }
}

/// What is taken out together.
#[derive(Default)]
struct Step {
    entries: Vec<Cid>,
    removed: Stats,
    /// What is left of the records that had bytes of these blocks, and how long it is.
    records: BTreeMap<u64, Vec<u8>>,
    bytes: usize,
}

impl Step {
    /// Whether one more goes along. A first one does, however long it is.
    fn has_room<E: Engine>(&self, (entry, _): &(Option<Entry>, Cid)) -> bool {
        if self.entries.is_empty() {
            return true;
        }
        let len = entry.map_or(0, |entry| entry.len);
        let records = (self.entries.len() + self.records.len()) as u64;
        records.saturating_add(bytes::pieces(len)) < RECORDS_PER_COMMIT as u64
            && self.bytes + bytes::LONGEST < E::BYTES_PER_COMMIT
    }
}

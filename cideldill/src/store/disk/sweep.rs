//! Taking blocks out.

use super::engine::{Changes, Engine, Records as _};
use super::record::{self, Entry, State};
use super::{Disk, Writer};
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::link::links;
use crate::store::{Choose, Epoch, Stats, Swept, verify};

/// Records removed in one commit, which for sled must stay well below a segment of its log.
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
        let mut left = cids;
        while !left.is_empty() {
            let mut entries = Changes::default();
            let mut records = Vec::new();
            let mut step = Stats::default();
            while let Some((cid, rest)) = left.split_first() {
                let found = self.records_of(cid)?;
                let is_full =
                    entries.len() + records.len() + found.keys.len() >= RECORDS_PER_COMMIT;
                if is_full && entries.len() > 0 {
                    break;
                }
                left = rest;
                if found.is_there {
                    entries.remove(record::entry_key(cid));
                    step.blocks += 1;
                    step.bytes += found.len;
                    records.extend(found.keys);
                }
            }
            if step.blocks == 0 {
                continue;
            }
            let mut after = self.stats();
            after.blocks = after.blocks.saturating_sub(step.blocks);
            after.bytes = after.bytes.saturating_sub(step.bytes);
            let state = State {
                epoch,
                stats: after,
                sequence: writer.sequence,
            };
            entries.insert(record::STATE_KEY, state.write());
            // The records of one large block may be many: they go after its entry.
            let mut records = records.into_iter().peekable();
            while entries.len() < RECORDS_PER_COMMIT
                && let Some(key) = records.next()
            {
                entries.remove(key);
            }
            self.commit(writer, &entries)?;
            self.publish().stats = after;
            removed.blocks += step.blocks;
            removed.bytes += step.bytes;
            while records.peek().is_some() {
                let mut more = Changes::default();
                for key in records.by_ref().take(RECORDS_PER_COMMIT) {
                    more.remove(key);
                }
                self.commit(writer, &more)?;
            }
        }
        Ok(())
    }

    /// What the engine has under a block's name.
    fn records_of(&self, cid: &Cid) -> Result<Found, Error> {
        self.ask("look up a block", |engine| {
            let records = engine.snapshot()?;
            let mut found = Found::default();
            let entry = records.with(&record::entry_key(cid), |entry| entry.map(Entry::read))?;
            found.is_there = entry.is_some();
            if let Some(Some(entry)) = entry {
                found.len = entry.len;
                let n = entry.len.div_ceil(record::PIECE as u64).max(1);
                // The length may be damaged: no more than what is there, and is this block's.
                for number in (0..n).map_while(|n| entry.first.checked_add(n)) {
                    let key = record::bytes_key(number);
                    let is_ours = |bytes: Option<&[u8]>| record::is_of(bytes?, cid).then_some(());
                    if records.with(&key, is_ours)?.is_none() {
                        break;
                    }
                    found.keys.push(key);
                }
            }
            Ok(found)
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

#[derive(Default)]
struct Found {
    is_there: bool,
    len: u64,
    /// The keys of its bytes' records.
    keys: Vec<Vec<u8>>,
}

//! Batches into the engine. Writers that come while another writes share its next sync.
//!
//! A writer leaves its batch in the queue and waits for the right to write. Who gets it takes what
//! waits along: each batch is checked by itself and kept or refused by itself, all that are kept
//! become durable with one commit, and their writers find the answer when their turn comes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::bytes::Packer;
use super::engine::{Changes, Engine, Records as _};
use super::record::{self, State};
use super::{Disk, Writer};
use crate::block::Block;
use crate::cid::Cid;
use crate::cid_map::CidSet;
use crate::error::{Error, ErrorKind};
use crate::store::batch::Batch;
use crate::store::{PutReport, Stats};

/// Blocks of several batches that share a commit at most: their entries are one write, however many
/// they are, and must stay below a segment of sled's log.
const BLOCKS_PER_COMMIT: usize = 1_000;
/// And their bytes at most: who waits behind must not wait for long.
const BYTES_PER_GROUP: usize = 4 << 20;

type Answer = Result<PutReport, Error>;

/// Batches that wait for the right to write.
#[derive(Debug, Default)]
pub(super) struct Queue(pub(super) Mutex<VecDeque<Waiting>>);

#[derive(Clone, Debug)]
pub(super) struct Waiting {
    blocks: Arc<[Block]>,
    answer: Arc<Mutex<Option<Answer>>>,
}

impl Waiting {
    fn answer(&self) -> MutexGuard<'_, Option<Answer>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, blocks: &[Block]) -> Waiting {
        let waiting = Waiting {
            blocks: blocks.into(),
            answer: Arc::default(),
        };
        self.lock().push_back(waiting.clone());
        waiting
    }

    /// The next batch, if a commit with so much in it has room for it.
    fn next(&self, blocks: usize, bytes: usize) -> Option<Waiting> {
        let mut queue = self.lock();
        let next = queue.front()?;
        let has_room = blocks + next.blocks.len() <= BLOCKS_PER_COMMIT && bytes < BYTES_PER_GROUP;
        (blocks == 0 || has_room)
            .then(|| queue.pop_front())
            .flatten()
    }
}

impl<E: Engine> Disk<E> {
    pub(in crate::store) fn put_many(&self, blocks: &[Block]) -> Answer {
        let now = SystemTime::now();
        if let Ok(mut writer) = self.writer.try_lock() {
            // Nobody writes: there is no need to copy the batch for the queue.
            return self.put_group(&mut writer, Some(blocks), &|_| now);
        }
        let waiting = self.queue.push(blocks);
        let mut writer = self.write();
        loop {
            if let Some(answer) = waiting.answer().take() {
                return answer;
            }
            if Arc::strong_count(&waiting.answer) == 1 {
                // Who took it along panicked.
                return Err(ErrorKind::Backend { action: "write" }.into());
            }
            // Its turn may only come with the group after this one.
            let _ = self.put_group(&mut writer, None, &|_| now);
        }
    }

    /// As [`put_many`](Self::put_many), with the time each block is said to have come.
    pub(super) fn put_at(
        &self,
        blocks: &[Block],
        stored_at: &dyn Fn(&Cid) -> SystemTime,
    ) -> Answer {
        self.put_group(&mut self.write(), Some(blocks), stored_at)
    }

    /// Writes this batch, whose answer it gives, and what waits in the queue.
    fn put_group(
        &self,
        writer: &mut Writer,
        own: Option<&[Block]>,
        stored_at: &dyn Fn(&Cid) -> SystemTime,
    ) -> Answer {
        let mut group = Group::new(self, writer.sequence);
        let ready = self.make_ready(writer);
        let own = own.map(|blocks| match &ready {
            Ok(()) => group.add(writer, blocks, stored_at),
            Err(error) => Err(same(error)),
        });
        let mut kept: Vec<(Waiting, PutReport)> = Vec::new();
        while let Some(waiting) = self.queue.next(group.blocks, group.bytes) {
            let added = match &ready {
                Ok(()) => group.add(writer, &waiting.blocks, stored_at),
                Err(error) => Err(same(error)),
            };
            match added {
                Ok(report) => kept.push((waiting, report)),
                Err(error) => *waiting.answer() = Some(Err(error)),
            }
        }
        let written = group.commit(writer);
        for (waiting, report) in kept {
            *waiting.answer() = Some(match &written {
                Ok(()) => Ok(report),
                Err(error) => Err(same(error)),
            });
        }
        match own {
            Some(Ok(report)) => written.map(|()| report),
            Some(Err(error)) => Err(error),
            None => written.map(|()| PutReport::default()),
        }
    }
}

/// Batches that become durable together.
struct Group<'d, E: Engine> {
    disk: &'d Disk<E>,
    /// Blocks taken in so far, whether new or not, and bytes of new ones.
    blocks: usize,
    bytes: usize,
    /// New blocks, which the engine does not have yet.
    new: CidSet,
    stats: Stats,
    packer: Packer,
    /// Records of bytes that wait for a commit, and the entries, which come after them.
    records: Changes,
    entries: Changes,
    failed: Option<Error>,
}

impl<'d, E: Engine> Group<'d, E> {
    fn new(disk: &'d Disk<E>, sequence: u64) -> Self {
        Self {
            disk,
            blocks: 0,
            bytes: 0,
            new: CidSet::default(),
            stats: Stats::default(),
            packer: Packer::new(sequence),
            records: Changes::default(),
            entries: Changes::default(),
            failed: None,
        }
    }

    /// Checks a batch and writes the bytes of its new blocks, synced every
    /// [`Engine::BYTES_PER_COMMIT`]. Without their entries nobody sees them; the entries and the
    /// state come last, in one commit. If it comes to nothing, the next write uses the same numbers.
    fn add(
        &mut self,
        writer: &mut Writer,
        blocks: &[Block],
        stored_at: &dyn Fn(&Cid) -> SystemTime,
    ) -> Answer {
        if let Some(error) = &self.failed {
            return Err(same(error));
        }
        let checked = self.disk.ask("look up a block", |engine| {
            let records = engine.snapshot()?;
            Ok(Batch::check(blocks, |cid| {
                let found = || records.contains(&record::entry_key(cid));
                let failed = |failure| self.disk.failed("look up a block", failure);
                Ok(self.new.contains(cid) || found().map_err(failed)?)
            }))
        });
        let Batch { new, used, report } = checked??;
        if report.new_blocks > 0 {
            let bytes = (self.bytes as u64).saturating_add(report.new_bytes);
            self.disk.expect_room(bytes)?;
        }
        self.disk.watch.note(used);
        self.blocks += blocks.len();
        for block in new {
            let cid = block.cid();
            let stored_at = record::milliseconds(stored_at(&cid));
            let records = &mut self.records;
            let entry = self
                .packer
                .add(&cid, block.bytes(), stored_at, |(key, value)| {
                    records.insert(key, value);
                    if records.bytes() < E::BYTES_PER_COMMIT {
                        return Ok(());
                    }
                    self.disk.commit(writer, &std::mem::take(records))
                });
            match entry {
                Ok(entry) => self.entries.insert(record::entry_key(&cid), entry.write()),
                Err(error) => {
                    self.failed = Some(same(&error));
                    return Err(error);
                }
            }
            self.bytes += block.bytes().len();
            self.new.insert(cid);
        }
        self.stats.blocks += report.new_blocks;
        self.stats.bytes += report.new_bytes;
        Ok(report)
    }

    fn commit(mut self, writer: &mut Writer) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.new.is_empty() {
            return Ok(());
        }
        let mut after = self.disk.stats();
        after.blocks += self.stats.blocks;
        after.bytes += self.stats.bytes;
        let sequence = self.packer.next();
        let state = State {
            epoch: self.disk.epoch(),
            stats: after,
            sequence,
        };
        if let Some((key, value)) = self.packer.finish() {
            self.records.insert(key, value);
        }
        self.records.append(self.entries);
        self.records.insert(record::STATE_KEY, state.write());
        let _settling = self.disk.unsettled.begin(self.new);
        self.disk.commit(writer, &self.records)?;
        writer.sequence = sequence;
        self.disk.publish().stats = after;
        Ok(())
    }
}

/// The same error for another writer of the group.
fn same(error: &Error) -> Error {
    let kind = match error.kind() {
        ErrorKind::NoSpace { path, reason } => ErrorKind::NoSpace {
            path: path.clone(),
            reason,
        },
        ErrorKind::Unreadable { path, reason } => ErrorKind::Unreadable {
            path: path.clone(),
            reason: reason.clone(),
        },
        ErrorKind::Locked { path, holder } => ErrorKind::Locked {
            path: path.clone(),
            holder: holder.clone(),
        },
        _ => ErrorKind::Backend { action: "write" },
    };
    let same = Error::new(kind);
    match std::error::Error::source(error) {
        Some(source) => same.with_source(source.to_string()),
        None => same,
    }
}

//! Values too large to be held in memory: their blocks are sent while they are encoded.

use std::collections::BTreeSet;

use super::gathered::Gathered;
use super::plan::Plan;
use super::sender::Missing;
use super::{CidList, Refusal, RequestLimits, SendError, Sender, Transport};
use crate::cid::Cid;
use crate::codec::{Profile, Sink};
use crate::encoded::encode_into;
use crate::error::{Error, ErrorKind};
use crate::reduce::Reduce;

/// So many bytes of blocks are sent at a time.
const SEGMENT_BYTES: usize = 8 << 20;

impl<T: Transport> Sender<T> {
    /// Sends a value with this CID. A retry encodes it again, with all its blocks.
    pub(super) fn stream<V: Reduce + ?Sized>(&self, cid: Cid, value: &V) -> Result<Cid, SendError> {
        let limits = self.limits()?;
        if self.cache().is_sent(&cid) {
            let by_name = Plan::new(Vec::new(), vec![cid], false);
            if self.send_blocks(&by_name, &[], &limits)?.is_none() {
                return Ok(cid);
            }
        } else if let Streamed::Accepted(cid) = self.stream_blocks(value, &limits, false)? {
            return Ok(cid);
        }
        match self.stream_blocks(value, &limits, true)? {
            Streamed::Accepted(cid) => Ok(cid),
            Streamed::Missing(refusal) => Err(refusal.into()),
        }
    }

    fn stream_blocks<V: Reduce + ?Sized>(
        &self,
        value: &V,
        limits: &RequestLimits,
        is_everything: bool,
    ) -> Result<Streamed, SendError> {
        let mut segments = Segments {
            sender: self,
            limits,
            is_everything,
            segment: Gathered::default(),
            ended: None,
        };
        let encoded = encode_into(value, Profile::STANDARD, &mut segments);
        let sent = match encoded {
            Ok(encoding) => segments.send(Some(encoding.root)).map(|()| encoding.root),
            Err(error) => Err(segments.ended.take().unwrap_or(Ended::Failed(error.into()))),
        };
        match sent {
            Ok(cid) => Ok(Streamed::Accepted(cid)),
            Err(Ended::Missing(refusal)) => Ok(Streamed::Missing(refusal)),
            Err(Ended::Failed(error)) => Err(error),
        }
    }
}

enum Streamed {
    Accepted(Cid),
    Missing(Refusal),
}

/// Why not all of a value was sent.
enum Ended {
    Missing(Refusal),
    Failed(SendError),
}

/// Takes blocks as they are finished and sends them segment by segment.
struct Segments<'s, T> {
    sender: &'s Sender<T>,
    limits: &'s RequestLimits,
    /// Whether also what the other side acknowledged is sent.
    is_everything: bool,
    segment: Gathered,
    ended: Option<Ended>,
}

impl<T: Transport> Segments<'_, T> {
    /// Sends what was gathered, and the value's name if it is known by now.
    fn send(&mut self, root: Option<Cid>) -> Result<(), Ended> {
        let segment = std::mem::take(&mut self.segment);
        let failed = |error: Error| Ended::Failed(error.into());
        // What lies below an acknowledged block is there, also for a parent that is still to come.
        let is_known = |cid: &Cid| !self.is_everything && self.sender.cache().is_sent(cid);
        let tops = segment.tops().map_err(failed)?;
        let blocks = segment.unknown(&tops, is_known).map_err(failed)?;
        let blocks = self.missing(blocks).map_err(Ended::Failed)?;
        let is_framed = self.sender.serializer().is_framed();
        let plan = Plan::new(vec![&segment], root.into_iter().collect(), is_framed);
        match self.sender.send_blocks(&plan, &blocks, self.limits) {
            Ok(None) => Ok(()),
            Ok(Some(Missing { refusal, .. })) => Err(Ended::Missing(refusal)),
            Err(error) => Err(Ended::Failed(error)),
        }
    }
}

impl<T: Transport> Segments<'_, T> {
    /// Those of these blocks that the other side says it lacks. What it has is remembered.
    ///
    /// Blocks come before their parents here, so that no walk from the top can stop at what is known;
    /// and they may be more than the cache holds. To ask costs a tenth of sending them.
    fn missing(&self, blocks: Vec<Cid>) -> Result<Vec<Cid>, SendError> {
        if self.is_everything {
            return Ok(blocks);
        }
        let mut missing = BTreeSet::new();
        for cids in blocks.chunks(self.limits.cids.max(1)) {
            let reservation = self.sender.cache().reserve(cids.iter().copied());
            let asked = CidList {
                cids: cids.to_vec(),
            };
            let Some(answer) = self.sender.transport().missing(&asked)? else {
                return Ok(blocks);
            };
            missing.extend(answer.missing.iter().copied());
            let has = |cid: &Cid| !missing.contains(cid);
            self.sender
                .cache()
                .commit_in(reservation.only(has), answer.epoch);
        }
        let is_missing = |cid: &Cid| missing.contains(cid);
        Ok(blocks.into_iter().filter(is_missing).collect())
    }
}

impl<T: Transport> Sink for Segments<'_, T> {
    fn accept(&mut self, blocks: &[(Cid, &[u8])]) -> Result<(), Error> {
        self.segment.accept(blocks)?;
        if self.segment.len() < SEGMENT_BYTES {
            return Ok(());
        }
        self.send(None).map_err(|ended| {
            self.ended = Some(ended);
            // Ends the encoding; what is said of it is in `ended`.
            ErrorKind::Backend {
                action: "send blocks",
            }
            .into()
        })
    }
}

//! What every backend does with a batch before it writes.

use std::collections::BTreeSet;

use super::PutReport;
use crate::block::Block;
use crate::cid::Cid;
use crate::cid_map::CidSet;
use crate::error::{Error, ErrorKind};
use crate::link::links;

/// A batch that may be written: checked, without what is there already.
pub(super) struct Batch<'a> {
    /// The blocks to write, each once, in the order given.
    pub(super) new: Vec<&'a Block>,
    /// All of the batch, and everything that the new blocks link to.
    pub(super) used: CidSet,
    pub(super) report: PutReport,
}

impl<'a> Batch<'a> {
    /// Looks up each block, and each link of a new one, with `is_there`.
    ///
    /// Blocks that are there are not looked into: storing known content again costs one look-up.
    pub(super) fn check(
        blocks: &'a [Block],
        mut is_there: impl FnMut(&Cid) -> Result<bool, Error>,
    ) -> Result<Self, Error> {
        let mut report = PutReport::default();
        let mut new = Vec::new();
        // The CIDs that may be linked to: of the batch, and those found in the store.
        let mut known = CidSet::default();
        for block in blocks {
            if !known.insert(block.cid()) {
                continue;
            }
            let len = block.bytes().len() as u64;
            report.blocks += 1;
            report.bytes += len;
            if !is_there(&block.cid())? {
                report.new_blocks += 1;
                report.new_bytes += len;
                new.push(block);
            }
        }
        for block in &new {
            let links = links(block.bytes())
                .map_err(|error| error.with_source(format!("in block {}", block.cid())))?;
            for cid in links {
                if known.contains(&cid) {
                    continue;
                }
                if !is_there(&cid)? {
                    return Err(Error::new(ErrorKind::Missing { cid })
                        .with_source(format!("block {} links to it", block.cid())));
                }
                known.insert(cid);
            }
        }
        Ok(Self {
            new,
            used: known,
            report,
        })
    }
}

/// Those of these CIDs that are not there, in the order given, each once.
pub(super) fn missing<E>(
    cids: &[Cid],
    mut is_there: impl FnMut(&Cid) -> Result<bool, E>,
) -> Result<Vec<Cid>, E> {
    let mut missing = Vec::new();
    // Anybody may ask, and about CIDs that are digests of nothing: a hash of their first bytes would
    // not tell them apart.
    let mut seen = BTreeSet::new();
    for cid in cids {
        if !is_there(cid)? && seen.insert(*cid) {
            missing.push(*cid);
        }
    }
    Ok(missing)
}

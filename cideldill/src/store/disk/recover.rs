//! A new store from what is sound in a damaged one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Disk;
use super::engine::Engine;
use super::place::{self, Place, Progress, RECOVERING};
use super::scan::Found;
use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::store::Stats;

/// What `recover` of a store on disk saved, and what it could not.
///
/// Remains of blocks that were swept out look like others in a damaged file: they may be among the
/// saved, the lost and the incomplete. What references lead to is what matters then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// What the new store holds.
    pub saved: Stats,
    /// What the damaged store held at least when it was last opened or closed, if that is known: if
    /// it is more, the rest is lost without a trace.
    pub held: Option<Stats>,
    /// References in the new store.
    pub saved_refs: u64,
    /// Blocks that a sound block links to or a reference names, and that are nowhere to be found.
    pub lost: Vec<Cid>,
    /// Sound blocks that could not be saved because something they lead to is lost. Their bytes are
    /// still in the files moved aside.
    pub incomplete: Vec<Cid>,
    /// Names whose block is lost or incomplete.
    pub lost_refs: Vec<String>,
    /// Blocks of which only damaged bytes were found: some of `lost`, and others that nothing leads
    /// to, whose whole names are not known.
    pub damaged: u64,
    /// Where the damaged store's files are now.
    pub moved_to: PathBuf,
}

/// The bytes of a batch that is written to the new store.
const BATCH_BYTES: usize = 4 << 20;

pub(super) fn recover<E: Engine>(path: &Path) -> Result<Recovered, Error> {
    let mut place = Place::existing(path, E::LAYOUT)?;
    let held = place.held().map(|(_, stats)| stats);
    let place = Arc::new(place);
    let (last_moved, aside) = place.broken()?;
    let current = place.data();
    // If an earlier recovery was interrupted between its two renames, the data is aside already.
    let (from, is_aside) = match last_moved {
        Some(moved) if !current.exists() => (moved, true),
        _ => (current.clone(), false),
    };
    let mut files = vec![from.join(E::LAYOUT.file)];
    files.extend(E::preimage(&place));
    let found = Found::scan(&files);
    let mut found = found.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => place.unreadable("its data file is gone"),
        _ => place.error(error),
    })?;
    let plan = Plan::new(&found);

    place::remove_unfinished(&place, RECOVERING)?;
    let new = place.path().join(RECOVERING);
    let store = Disk::<E>::start(Arc::clone(&place), new.clone(), Progress::Making)?;
    save(&store, &mut found, &plan.order)?;
    let mut lost = plan.lost;
    let (mut saved_refs, mut lost_refs) = (0, Vec::new());
    for reference in found.refs.values() {
        let Some(cid) = reference.cid else { continue };
        if store.missing(&[cid])?.is_empty() {
            store.keep_ref(&reference.name, cid)?;
            saved_refs += 1;
        } else {
            lost_refs.push(reference.name.clone());
            if !found.blocks.contains_key(&cid) {
                lost.insert(cid);
            }
        }
    }
    let saved = store.stats();
    drop(store);

    let moved_to = if is_aside { from } else { aside };
    if !is_aside {
        fs::rename(&current, &moved_to).map_err(|error| place.error(error))?;
    }
    fs::rename(&new, &current).map_err(|error| place.error(error))?;
    // Nobody else would ever take it away.
    if let Some(copy) = E::preimage(&place) {
        fs::rename(copy, moved_to.join("before-open")).map_err(|error| place.error(error))?;
    }
    place.mark(Progress::Ready)?;
    Ok(Recovered {
        saved,
        held,
        saved_refs,
        lost: lost.into_iter().collect(),
        incomplete: plan.incomplete,
        lost_refs,
        damaged: found.damaged.len() as u64,
        moved_to,
    })
}

/// Which blocks can be saved, and in which order.
struct Plan {
    /// Each after everything it links to.
    order: Vec<Cid>,
    incomplete: Vec<Cid>,
    lost: BTreeSet<Cid>,
}

impl Plan {
    fn new(found: &Found) -> Self {
        let mut lost = BTreeSet::new();
        let mut holders: BTreeMap<Cid, Vec<Cid>> = BTreeMap::new();
        let mut waits_for: BTreeMap<Cid, usize> = BTreeMap::new();
        let mut order = Vec::new();
        for (cid, block) in &found.blocks {
            for link in &block.links {
                holders.entry(*link).or_default().push(*cid);
                if !found.blocks.contains_key(link) {
                    lost.insert(*link);
                }
            }
            if block.links.is_empty() {
                order.push(*cid);
            } else {
                waits_for.insert(*cid, block.links.len());
            }
        }
        let mut next = 0;
        while let Some(cid) = order.get(next) {
            next += 1;
            for holder in holders.remove(cid).unwrap_or_default() {
                if let Some(n) = waits_for.get_mut(&holder) {
                    *n -= 1;
                    if *n == 0 {
                        waits_for.remove(&holder);
                        order.push(holder);
                    }
                }
            }
        }
        Self {
            order,
            incomplete: waits_for.into_keys().collect(),
            lost,
        }
    }
}

fn save<E: Engine>(store: &Disk<E>, found: &mut Found, order: &[Cid]) -> Result<(), Error> {
    let mut batch: Vec<Block> = Vec::new();
    let mut bytes = 0;
    let mut cids = order.iter().peekable();
    while let Some(cid) = cids.next() {
        let block = found.load(cid).map_err(|error| store.place.error(error))?;
        let block = block.ok_or(ErrorKind::Missing { cid: *cid })?;
        bytes += block.bytes().len();
        batch.push(block);
        if bytes >= BATCH_BYTES || cids.peek().is_none() {
            let stored_at = |cid: &Cid| {
                let block = found.blocks.get(cid);
                block.map_or(std::time::SystemTime::UNIX_EPOCH, |block| block.stored_at)
            };
            store.put_at(&batch, &stored_at)?;
            batch.clear();
            bytes = 0;
        }
    }
    Ok(())
}

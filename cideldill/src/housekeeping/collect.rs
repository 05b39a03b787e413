//! Taking out what no reference leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use super::walk::{BLOCKS_PER_READ, mark};
use super::{OnProgress, Ticker};
use crate::cid::Cid;
use crate::error::Error;
use crate::link::links;
use crate::store::{BlockStore, Stats};

/// What [`gc`] shall keep, and whether it shall take out the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gc {
    /// Blocks to keep, with all they lead to, beside those that references stand for. Default none.
    pub roots: Vec<Cid>,
    /// Blocks that came within this time are kept, with all they lead to: who has put a value but
    /// not named it yet has that long. Default one day.
    pub grace: Duration,
    /// Only count. Default true.
    pub is_dry_run: bool,
}

impl Default for Gc {
    fn default() -> Self {
        Self {
            roots: Vec::new(),
            grace: Duration::from_secs(24 * 60 * 60),
            is_dry_run: true,
        }
    }
}

/// What [`gc`] found and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GcReport {
    /// What references and the given roots lead to.
    pub kept: Stats,
    /// What nothing leads to but is too young, with what it leads to.
    pub young: Stats,
    /// What nothing leads to and is old enough: what was taken out, or would be.
    pub garbage: Stats,
    /// What was taken out; nothing in a dry run.
    pub removed: Stats,
    /// Blocks counted as garbage that were used meanwhile, and stayed.
    pub spared: u64,
}

/// Takes out blocks that nothing leads to: only called by a user, never by a store.
///
/// Two phases: first everything is marked that references, [`Gc::roots`] and young blocks lead to,
/// while others read and write; then, in one critical section with puts, what is not marked goes,
/// except blocks that were used meanwhile. Afterwards the store has another
/// [`epoch`](BlockStore::epoch), so that nobody relies on what they knew of it.
///
/// A block that was put long ago and is put again keeps its time of arrival. So name a value soon
/// after it was put, and while it is stored again: put under a name that is not dropped, or let no gc
/// run between. Storing a value or name that a gc has taken away is a typed error
/// ([`Missing`](crate::ErrorKind::Missing)), never half a value.
///
/// ```
/// use cideldill::housekeeping::{Gc, gc};
/// use cideldill::Store;
/// use std::time::Duration;
/// let store = Store::in_memory();
/// let kept = store.put(&"kept")?;
/// store.put(&"forgotten")?;
/// store.blocks().set_ref("main", Some(kept))?;
/// let mut options = Gc::default();
/// options.grace = Duration::ZERO;
/// assert_eq!(gc(store.blocks(), &options, &mut |_| {})?.garbage.blocks, 1);
/// assert_eq!(store.blocks().stats().blocks, 2); // it was a dry run
/// options.is_dry_run = false;
/// assert_eq!(gc(store.blocks(), &options, &mut |_| {})?.removed.blocks, 1);
/// assert_eq!(store.load::<String>(kept)?, "kept");
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// [`Missing`](crate::ErrorKind::Missing) or [`Corrupt`](crate::ErrorKind::Corrupt) where a block to
/// keep is damaged: what it leads to is not known, so nothing is taken out of a damaged store. What
/// the store says.
pub fn gc(
    store: &dyn BlockStore,
    options: &Gc,
    progress: &mut OnProgress<'_>,
) -> Result<GcReport, Error> {
    let mut report = GcReport::default();
    if options.is_dry_run {
        choose(store, options, progress, &mut report)?;
        return Ok(report);
    }
    let swept = store.sweep(&mut || {
        let garbage = choose(store, options, progress, &mut report)?;
        holders_first(store, &garbage)
    })?;
    report.removed = swept.removed;
    report.spared = swept.spared;
    Ok(report)
}

fn choose(
    store: &dyn BlockStore,
    options: &Gc,
    progress: &mut OnProgress<'_>,
    report: &mut GcReport,
) -> Result<Vec<Cid>, Error> {
    let mut ticker = Ticker::new(progress, "marking what is kept", None);
    let mut kept = BTreeSet::new();
    let roots = store.refs()?.into_values().chain(options.roots.clone());
    mark(store, roots, &mut kept, &mut ticker)?;
    ticker.end();

    // A clock that was set back makes blocks look young: they are kept.
    let limit = SystemTime::now().checked_sub(options.grace);
    let limit = limit.unwrap_or(SystemTime::UNIX_EPOCH);
    let of = Some(store.stats().blocks);
    let mut ticker = Ticker::new(progress, "looking for garbage", of);
    let mut old = Vec::new();
    let mut young = Vec::new();
    for cid in store.iter() {
        let cid = cid?;
        ticker.tick();
        // Gone since it was listed: another sweep.
        let Some(metadata) = store.metadata(&cid)? else {
            continue;
        };
        if kept.contains(&cid) {
            count(&mut report.kept, metadata.bytes);
        } else if metadata.stored_at > limit {
            young.push(cid);
        } else {
            old.push((cid, metadata.bytes));
        }
    }
    ticker.end();

    let mut ticker = Ticker::new(progress, "marking what is young", None);
    let mut spared = kept;
    let marked = spared.len();
    mark(store, young.iter().copied(), &mut spared, &mut ticker)?;
    ticker.end();
    report.young.blocks = (spared.len() - marked) as u64;
    for cid in &young {
        report.young.bytes += store.metadata(cid)?.map_or(0, |metadata| metadata.bytes);
    }
    let mut garbage = Vec::new();
    for (cid, bytes) in old {
        if spared.contains(&cid) {
            report.young.bytes += bytes;
        } else {
            count(&mut report.garbage, bytes);
            garbage.push(cid);
        }
    }
    Ok(garbage)
}

fn count(stats: &mut Stats, bytes: u64) {
    stats.blocks += 1;
    stats.bytes += bytes;
}

/// What links before what it links to, so that a sweep that is cut short leaves a whole store.
fn holders_first(store: &dyn BlockStore, garbage: &[Cid]) -> Result<Vec<Cid>, Error> {
    let mut held: BTreeMap<Cid, u64> = garbage.iter().map(|cid| (*cid, 0)).collect();
    let mut links_of: BTreeMap<Cid, Vec<Cid>> = BTreeMap::new();
    for page in garbage.chunks(BLOCKS_PER_READ) {
        for (cid, bytes) in page.iter().zip(store.read_unverified(page)?) {
            // What a damaged block leads to does not matter any more.
            let links = bytes.and_then(|bytes| links(&bytes).ok());
            let mut links = links.unwrap_or_default();
            links.retain(|link| held.contains_key(link));
            for link in &links {
                *held.entry(*link).or_default() += 1;
            }
            if !links.is_empty() {
                links_of.insert(*cid, links);
            }
        }
    }
    let is_top = |cid: &Cid| held.get(cid) == Some(&0);
    let mut order: Vec<Cid> = garbage.iter().copied().filter(is_top).collect();
    let mut next = 0;
    while let Some(cid) = order.get(next).copied() {
        next += 1;
        for link in links_of.remove(&cid).unwrap_or_default() {
            if let Some(n) = held.get_mut(&link) {
                *n -= 1;
                if *n == 0 {
                    order.push(link);
                }
            }
        }
    }
    Ok(order)
}

//! A look at every block, link and reference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::report::{Damage, FsckReport, Repaired};
use super::value_check::check_values;
use super::walk::BLOCKS_PER_READ;
use super::{OnProgress, Ticker};
use crate::cid::Cid;
use crate::digest::Digester;
use crate::error::Error;
use crate::limits::Limits;
use crate::link::links;
use crate::store::{BlockStore, Stats};

/// What [`fsck`] shall do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fsck {
    /// Correct what can be corrected without dropping anything: the statistics. Default false.
    pub repair: bool,
    /// Also take out blocks whose bytes are corrupt or unreadable, so that they can be stored again;
    /// as long as they are there a store takes them for known. Default false.
    pub drop_unsound: bool,
    /// What reading one value may cost. A chunked value is read whole, without what its elements link
    /// to; one beyond the limits is [`Damage::Unchecked`].
    pub limits: Limits,
}

/// What is known of a block after its bytes were read.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, one a line"
)]
pub(super) struct Facts {
    /// Its bytes match its CID and are a block, as far as links can be found in it.
    pub(super) is_sound: bool,
    /// A block links to it.
    pub(super) is_linked: bool,
    /// A node links to it: it may be a chunk, which is checked with the value it is part of.
    pub(super) is_in_node: bool,
    /// It is a list of chunks.
    pub(super) is_node: bool,
    /// A reference stands for it.
    pub(super) is_named: bool,
}

pub(super) type Known = BTreeMap<Cid, Facts>;

/// Checks a whole store, and lists all damage.
///
/// - Every block is read and hashed; its links lead to blocks that are there; what is kept beside it
///   agrees with it; the statistics are those of the blocks.
/// - Every reference stands for a block that is there.
/// - Every value is read without its type, with all checks of the format, and encoded again: its cuts,
///   chunks and keys are where the format puts them (docs/format.md section 11). A value's parts in
///   blocks of their own are values themselves, so this costs each block about once.
///
/// Others may use the store meanwhile; blocks that come later are not looked at.
///
/// With [`Fsck::repair`] and [`Fsck::drop_unsound`] it also repairs. Nothing sound is ever dropped: not
/// blocks that link to nothing, not references to what is missing (it may be brought back), not blocks
/// that are not canonical (they are data). A damaged store is healed by storing, importing or
/// [copying](super::copy) what is missing again; the report names it.
///
/// ```
/// use cideldill::housekeeping::{Fsck, fsck};
/// use cideldill::Store;
/// let store = Store::in_memory();
/// store.put(&vec!["many words ".repeat(200)])?;
/// let report = fsck(store.blocks(), &Fsck::default(), &mut |_| {})?;
/// assert!(report.is_whole(), "{:?}", report.damage);
/// assert_eq!(report.checked.blocks, 2);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// What the store says when it is repaired. Damage is no error: it is in the report.
pub fn fsck(
    store: &dyn BlockStore,
    options: &Fsck,
    progress: &mut OnProgress<'_>,
) -> Result<FsckReport, Error> {
    let mut check = Check {
        store,
        known: Known::new(),
        report: FsckReport {
            epoch: store.epoch(),
            checked: Stats::default(),
            links: 0,
            refs: 0,
            values: 0,
            damage: Vec::new(),
            repaired: Repaired::default(),
        },
    };
    let kept = store.stats();
    check.list();
    check.refs();
    check.blocks(progress);
    check.statistics(kept);
    check_values(
        store,
        &check.known,
        options.limits,
        progress,
        &mut check.report,
    );
    let Check { mut report, .. } = check;
    if options.drop_unsound {
        drop_unsound(store, &mut report)?;
    }
    if options.repair || options.drop_unsound {
        let before = store.stats();
        report.repaired.statistics = store.recount()? != before;
    }
    Ok(report)
}

struct Check<'s> {
    store: &'s dyn BlockStore,
    known: Known,
    report: FsckReport,
}

impl Check<'_> {
    fn found(&mut self, damage: Damage) {
        self.report.damage.push(damage);
    }

    fn list(&mut self) {
        for cid in self.store.iter() {
            match cid {
                Ok(cid) => drop(self.known.insert(cid, Facts::default())),
                Err(error) => self.found(Damage::Listing {
                    reason: reason(&error),
                }),
            }
        }
    }

    fn refs(&mut self) {
        let refs = match self.store.refs() {
            Ok(refs) => refs,
            Err(error) => {
                let reason = reason(&error);
                self.found(Damage::Listing { reason });
                BTreeMap::new()
            }
        };
        self.report.refs = refs.len() as u64;
        for (name, cid) in refs {
            if self.is_there(&cid) {
                if let Some(facts) = self.known.get_mut(&cid) {
                    facts.is_named = true;
                }
            } else {
                self.found(Damage::RefToNothing { name, cid });
            }
        }
    }

    /// Also asks the store, for blocks that came after the list was made.
    fn is_there(&self, cid: &Cid) -> bool {
        self.known.contains_key(cid) || self.store.contains(cid).unwrap_or(false)
    }

    fn blocks(&mut self, progress: &mut OnProgress<'_>) {
        let of = Some(self.known.len() as u64);
        let mut ticker = Ticker::new(progress, "checking blocks", of);
        let cids: Vec<Cid> = self.known.keys().copied().collect();
        let mut digests = Vec::new();
        for page in cids.chunks(BLOCKS_PER_READ) {
            let found = self.read(page);
            let messages: Vec<&[u8]> = found.iter().map(|(_, bytes)| &**bytes).collect();
            Digester::default().digest_many(&messages, &mut digests);
            for ((cid, bytes), digest) in found.iter().zip(&digests) {
                ticker.tick();
                self.block(*cid, bytes, Cid::from_bytes(*digest));
            }
        }
        ticker.end();
    }

    /// The bytes of these blocks; those that cannot be read are damage, and those that a sweep took
    /// meanwhile are nothing.
    fn read(&mut self, page: &[Cid]) -> Vec<(Cid, Arc<[u8]>)> {
        let mut found = Vec::with_capacity(page.len());
        let together = self.store.read_unverified(page);
        for (number, cid) in page.iter().enumerate() {
            let alone = match &together {
                Ok(together) => Ok(together.get(number).cloned().flatten()),
                Err(_) => self
                    .store
                    .read_unverified(&[*cid])
                    .map(|mut one| one.pop().flatten()),
            };
            match alone {
                Ok(Some(bytes)) => found.push((*cid, bytes)),
                Ok(None) => {
                    if self.store.contains(cid).unwrap_or(false) {
                        let reason = "it is listed, but not there".to_owned();
                        self.found(Damage::Unreadable { cid: *cid, reason });
                    } else {
                        self.known.remove(cid);
                    }
                }
                Err(error) => {
                    let reason = reason(&error);
                    self.found(Damage::Unreadable { cid: *cid, reason });
                }
            }
        }
        found
    }

    fn block(&mut self, cid: Cid, bytes: &[u8], actual: Cid) {
        self.report.checked.blocks += 1;
        self.report.checked.bytes += bytes.len() as u64;
        match self.store.metadata(&cid) {
            Ok(Some(metadata)) if metadata.bytes != bytes.len() as u64 => {
                let (says, has) = (metadata.bytes, bytes.len());
                let reason = format!("it says {says} bytes, the block has {has}");
                self.found(Damage::Metadata { cid, reason });
            }
            Ok(_) => {}
            Err(error) => {
                let reason = reason(&error);
                self.found(Damage::Metadata { cid, reason });
            }
        }
        if actual != cid {
            return self.found(Damage::Corrupt { cid, actual });
        }
        let links = match links(bytes) {
            Ok(links) => links,
            Err(error) => {
                let reason = reason(&error);
                return self.found(Damage::Refused { cid, reason });
            }
        };
        let is_node = is_node(bytes);
        if let Some(facts) = self.known.get_mut(&cid) {
            facts.is_sound = true;
            facts.is_node = is_node;
        }
        self.report.links += links.len() as u64;
        let mut missing = BTreeSet::new();
        for link in links {
            if let Some(facts) = self.known.get_mut(&link) {
                facts.is_linked = true;
                facts.is_in_node |= is_node;
            } else if !self.is_there(&link) && missing.insert(link) {
                self.found(Damage::MissingBlock {
                    cid: link,
                    holder: cid,
                });
            }
        }
    }

    /// Only compared if nothing was stored meanwhile.
    fn statistics(&mut self, kept: Stats) {
        let counted = Stats {
            blocks: self.known.len() as u64,
            bytes: self.report.checked.bytes,
        };
        let has_unreadable = self.report.checked.blocks < counted.blocks;
        let is_right = counted.blocks == kept.blocks
            && (has_unreadable || has_wrong_length(&self.report) || counted.bytes == kept.bytes);
        if !is_right && self.store.stats() == kept && self.store.epoch() == self.report.epoch {
            self.found(Damage::Statistics { kept, counted });
        }
    }
}

/// Whether there is a block that counts with another length than the bytes found have.
fn has_wrong_length(report: &FsckReport) -> bool {
    let mut damage = report.damage.iter();
    damage.any(|damage| matches!(damage, Damage::Metadata { .. }))
}

/// Takes out what has no sound bytes, and finds what that leaves without something it leads to.
fn drop_unsound(store: &dyn BlockStore, report: &mut FsckReport) -> Result<(), Error> {
    let unsound = report.unsound();
    if unsound.is_empty() {
        return Ok(());
    }
    store.sweep(&mut || {
        // What could not be read may be sound: the system may have refused for a moment only.
        let is_sound = |cid: &Cid| matches!(store.get(cid), Ok(Some(_)));
        Ok(unsound
            .iter()
            .copied()
            .filter(|cid| !is_sound(cid))
            .collect())
    })?;
    let left: BTreeSet<Cid> = store
        .missing(&unsound.iter().copied().collect::<Vec<_>>())?
        .into_iter()
        .collect();
    report.repaired.dropped = left.iter().copied().collect();
    report.repaired.incomplete = holders(store, &left)?;
    report.epoch = store.epoch();
    Ok(())
}

/// The blocks that lead to one of these.
fn holders(store: &dyn BlockStore, lost: &BTreeSet<Cid>) -> Result<Vec<Cid>, Error> {
    let mut held_by: BTreeMap<Cid, Vec<Cid>> = BTreeMap::new();
    super::walk::for_each_page(store, |page| {
        for (cid, bytes) in page.iter().zip(store.read_unverified(page)?) {
            for link in bytes
                .and_then(|bytes| links(&bytes).ok())
                .unwrap_or_default()
            {
                held_by.entry(link).or_default().push(*cid);
            }
        }
        Ok(())
    })?;
    let mut incomplete = BTreeSet::new();
    let mut waiting: Vec<Cid> = lost.iter().copied().collect();
    while let Some(cid) = waiting.pop() {
        for holder in held_by.remove(&cid).unwrap_or_default() {
            if incomplete.insert(holder) {
                waiting.push(holder);
            }
        }
    }
    Ok(incomplete.into_iter().collect())
}

/// Whether the desc of a block, which is known to be a string, starts with `%`.
fn is_node(bytes: &[u8]) -> bool {
    let desc = match bytes.get(1) {
        Some(0xd9) => 3,
        Some(0xda) => 4,
        Some(0xdb) => 6,
        _ => 2,
    };
    bytes.get(desc) == Some(&b'%')
}

/// An error with its causes, on one line.
pub(super) fn reason(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

//! Keeping house in a store: checking it, looking what is in it, moving it, taking out what nobody
//! needs.
//!
//! | function | what it does |
//! |---|---|
//! | [`fsck`] | looks at every block, link and reference, and lists all damage |
//! | [`survey`] | counts blocks by kind and size |
//! | [`export`], [`import`] | all or part of a store to an archive (CAR version 1, docs/archive.md), and back |
//! | [`copy`] | the same from one store to another |
//! | [`gc`] | takes out what no reference leads to; a dry run unless told otherwise |
//!
//! Each works on any [`BlockStore`], while others use it, and needs memory for the CIDs of the blocks
//! it looks at (about 200 bytes each), never for all their bytes; `fsck` also for the largest value
//! without its parts in blocks of their own. None is ever called by itself.

mod batches;
mod car;
mod collect;
mod copy;
mod export;
mod fsck;
mod import;
mod names;
mod report;
mod survey;
mod value_check;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

pub use collect::{Gc, GcReport, gc};
pub use copy::{Copied, copy};
pub use export::{Exported, export};
pub use fsck::{Fsck, fsck};
pub use import::{Import, Imported, import};
pub use report::{Damage, FsckReport, Repaired};
pub use survey::{BlockKind, SizeClass, Survey, survey};

use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::store::{BlockStore, expect_name};

/// How far a long piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done, for people: `"checking blocks"`.
    pub step: &'static str,
    /// Blocks done in this step.
    pub blocks: u64,
    /// Blocks to do in this step, where that is known before.
    pub of: Option<u64>,
}

/// Called about every thousand blocks, and at the end of each step.
pub type OnProgress<'p> = dyn FnMut(Progress) + 'p;

/// Which part of a store is exported or copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Every block and every reference.
    #[default]
    All,
    /// What these lead to.
    Part {
        /// Names of references; they go along.
        names: Vec<String>,
        /// Blocks that need no name.
        roots: Vec<Cid>,
    },
}

/// What a selection comes to.
struct Selected {
    refs: BTreeMap<String, Cid>,
    /// Each once: the blocks that references stand for, then the others in the order given, or all
    /// that nobody links to.
    roots: Vec<Cid>,
}

impl Selection {
    fn select(
        &self,
        store: &dyn BlockStore,
        progress: &mut OnProgress<'_>,
    ) -> Result<Selected, Error> {
        let mut refs = store.refs()?;
        let more = match self {
            Self::All => {
                let linked = walk::linked(store, progress)?;
                let mut top = Vec::new();
                for cid in store.iter() {
                    let cid = cid?;
                    if !linked.contains(&cid) {
                        top.push(cid);
                    }
                }
                top
            }
            Self::Part { names, roots } => {
                if let Some(name) = names.iter().find(|name| !refs.contains_key(*name)) {
                    let name = name.clone();
                    return Err(ErrorKind::UnknownReference { name }.into());
                }
                refs.retain(|name, _| names.contains(name));
                roots.clone()
            }
        };
        // Where they go they could not be set, so none of them is.
        for name in refs.keys() {
            expect_name(name)?;
        }
        let mut met = BTreeSet::new();
        let mut roots: Vec<Cid> = refs.values().copied().chain(more).collect();
        roots.retain(|cid| met.insert(*cid));
        Ok(Selected { refs, roots })
    }
}

/// Tells every so many blocks how far the work is.
struct Ticker<'t, 'p> {
    progress: &'t mut OnProgress<'p>,
    now: Progress,
}

const BLOCKS_PER_TICK: u64 = 1_024;

impl<'t, 'p> Ticker<'t, 'p> {
    fn new(progress: &'t mut OnProgress<'p>, step: &'static str, of: Option<u64>) -> Self {
        let blocks = 0;
        let now = Progress { step, blocks, of };
        Self { progress, now }
    }

    fn tick(&mut self) {
        self.now.blocks += 1;
        if self.now.blocks.is_multiple_of(BLOCKS_PER_TICK) {
            (self.progress)(self.now);
        }
    }

    fn end(self) {
        (self.progress)(self.now);
    }
}

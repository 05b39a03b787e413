//! Blocks below roots, leaves first.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use crate::block::Block;
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::link::links;
use crate::store::BlockStore;

/// The blocks of whole values: these roots and all below them, each once and after everything it
/// links to; verified.
///
/// Holds the CIDs it has met, and of the blocks on the way down to where it is at most 4 MiB: others
/// are read twice. Takes a reference to the store, or an [`Arc`] of it.
///
/// ```
/// use cideldill::transport::leaves_first;
/// use cideldill::Store;
/// let store = Store::in_memory();
/// let cid = store.put(&vec!["a text that is long enough to be cut ".repeat(40), "few".into()])?;
/// let blocks: Vec<_> = leaves_first(store.blocks(), [cid]).collect::<Result<_, _>>()?;
/// assert_eq!((blocks.len(), blocks[1].cid()), (2, cid));
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// The iterator yields [`ErrorKind::Missing`], [`ErrorKind::Corrupt`] or what the store says, and
/// then ends.
pub fn leaves_first<S: Deref<Target: BlockStore>>(
    store: S,
    roots: impl IntoIterator<Item = Cid>,
) -> impl Iterator<Item = Result<Block, Error>> {
    let get = move |cid: &Cid| match store.get(cid)? {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(ErrorKind::Missing { cid: *cid }.into()),
    };
    let walk = Walk {
        max_held: HELD_BYTES,
        ..Walk::new(roots, get)
    };
    walk.map(|step: Result<(Cid, Arc<[u8]>), Error>| {
        step.map(|(cid, bytes)| Block::trusted(cid, bytes))
    })
}

/// Bytes of a store's blocks that are held; others are read a second time.
const HELD_BYTES: usize = 4 << 20;

/// Walks from roots over links. `get` finds a block's bytes; where it has none the walk goes no
/// deeper. No recursion: depth costs memory only.
pub(super) struct Walk<G, B> {
    get: G,
    /// Blocks to look at, and blocks whose links were looked at.
    open: Vec<Step<B>>,
    met: BTreeSet<Cid>,
    held: usize,
    /// Bytes of blocks that may be held while what they link to is visited.
    max_held: usize,
}

enum Step<B> {
    Enter(Cid),
    /// With its bytes, if they are held.
    Leave(Cid, Option<B>),
}

impl<B: AsRef<[u8]>, G: FnMut(&Cid) -> Result<Option<B>, Error>> Walk<G, B> {
    pub(super) fn new(roots: impl IntoIterator<Item = Cid>, get: G) -> Self {
        let mut open: Vec<_> = roots.into_iter().map(Step::Enter).collect();
        open.reverse();
        Self {
            get,
            open,
            met: BTreeSet::new(),
            held: 0,
            max_held: usize::MAX,
        }
    }

    fn step(&mut self) -> Result<Option<(Cid, B)>, Error> {
        while let Some(step) = self.open.pop() {
            let cid = match step {
                Step::Leave(cid, Some(bytes)) => {
                    self.held -= bytes.as_ref().len();
                    return Ok(Some((cid, bytes)));
                }
                Step::Leave(cid, None) => match (self.get)(&cid)? {
                    Some(bytes) => return Ok(Some((cid, bytes))),
                    None => continue,
                },
                Step::Enter(cid) => cid,
            };
            if !self.met.insert(cid) {
                continue;
            }
            let Some(bytes) = (self.get)(&cid)? else {
                continue;
            };
            let below = links(bytes.as_ref())?;
            let len = bytes.as_ref().len();
            let is_held = self.held + len <= self.max_held;
            self.held += if is_held { len } else { 0 };
            self.open.push(Step::Leave(cid, is_held.then_some(bytes)));
            self.open.extend(below.into_iter().rev().map(Step::Enter));
        }
        Ok(None)
    }
}

impl<B: AsRef<[u8]>, G: FnMut(&Cid) -> Result<Option<B>, Error>> Iterator for Walk<G, B> {
    type Item = Result<(Cid, B), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step().transpose();
        if matches!(step, Some(Err(_))) {
            self.open.clear();
        }
        step
    }
}

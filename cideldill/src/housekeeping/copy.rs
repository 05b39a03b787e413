//! From one store to another.

use super::batches::Batches;
use super::walk::Walk;
use super::{OnProgress, Selection, Ticker};
use crate::error::Error;
use crate::store::{BlockStore, PutReport};

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The blocks of the selection, and those that were new in the other store.
    pub report: PutReport,
    /// References set in the other store.
    pub refs: u64,
}

/// Copies blocks and references to another store, which may be of another kind.
///
/// Leaves go first, in batches of at most 1,000 blocks, each atomic; references are set when all
/// blocks are there. What the other store has already is not written again. A reference of the same
/// name in the other store then stands for the copied block.
///
/// ```
/// use cideldill::housekeeping::{Selection, copy};
/// use cideldill::Store;
/// let (from, to) = (Store::in_memory(), Store::in_memory());
/// let cid = from.put(&vec!["many words ".repeat(200)])?;
/// from.blocks().set_ref("latest", Some(cid))?;
/// copy(from.blocks(), to.blocks(), &Selection::All, &mut |_| {})?;
/// assert_eq!(to.blocks().get_ref("latest")?, Some(cid));
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// [`UnknownReference`](crate::ErrorKind::UnknownReference);
/// [`ReferenceName`](crate::ErrorKind::ReferenceName) for a name that the other store would not take;
/// [`Missing`](crate::ErrorKind::Missing) or [`Corrupt`](crate::ErrorKind::Corrupt) blocks, and what
/// either store says. Batches that were written stay; they are whole.
pub fn copy(
    from: &dyn BlockStore,
    to: &dyn BlockStore,
    selection: &Selection,
    progress: &mut OnProgress<'_>,
) -> Result<Copied, Error> {
    let selected = selection.select(from, progress)?;
    let mut ticker = Ticker::new(progress, "copying blocks", None);
    let mut batches = Batches::new(to);
    let mut walk = Walk::new(from);
    for root in &selected.roots {
        walk.visit(*root, &mut |block| {
            ticker.tick();
            batches.push(block)
        })?;
    }
    batches.flush()?;
    for (name, cid) in &selected.refs {
        to.set_ref(name, Some(*cid))?;
    }
    ticker.end();
    Ok(Copied {
        report: batches.report,
        refs: selected.refs.len() as u64,
    })
}

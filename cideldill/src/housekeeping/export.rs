//! A store, or a part of it, to an archive.

use std::io::Write;

use super::car::Writer;
use super::names;
use super::walk::Walk;
use super::{OnProgress, Selected, Selection, Ticker};
use crate::error::Error;
use crate::store::{BlockStore, Stats};

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// Blocks of the store in the archive, and their bytes.
    pub blocks: Stats,
    /// References in the archive.
    pub refs: u64,
    /// The length of the archive.
    pub bytes: u64,
}

/// Writes blocks and references to an archive: CAR version 1, docs/archive.md.
///
/// Each block stands there once, after everything it links to, so that [`import`](super::import) needs
/// no memory for what waits. The same selection of the same blocks gives the same bytes. The writer
/// should buffer.
///
/// ```
/// use cideldill::housekeeping::{Import, Selection, export, import};
/// use cideldill::Store;
/// let store = Store::in_memory();
/// let cid = store.put(&vec!["many words ".repeat(200)])?;
/// store.blocks().set_ref("latest", Some(cid))?;
/// let mut archive = Vec::new();
/// export(store.blocks(), &Selection::All, &mut archive, &mut |_| {})?;
///
/// let other = Store::in_memory();
/// import(other.blocks(), &mut archive.as_slice(), &Import::default(), &mut |_| {})?;
/// assert_eq!(other.blocks().get_ref("latest")?, Some(cid));
/// assert_eq!(other.load::<Vec<String>>(cid)?.len(), 1);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// [`UnknownReference`](crate::ErrorKind::UnknownReference);
/// [`ReferenceName`](crate::ErrorKind::ReferenceName) for a name that no archive can have;
/// [`Malformed`](crate::ErrorKind::Malformed) for a block in the store that has the tag of an archive's
/// names;
/// [`Missing`](crate::ErrorKind::Missing) or [`Corrupt`](crate::ErrorKind::Corrupt) blocks, and what
/// the store says; [`Io`](crate::ErrorKind::Io) with what the writer says. What was written then is
/// not a whole archive.
pub fn export(
    store: &dyn BlockStore,
    selection: &Selection,
    out: &mut dyn Write,
    progress: &mut OnProgress<'_>,
) -> Result<Exported, Error> {
    let Selected { refs, mut roots } = selection.select(store, progress)?;
    let names = match refs.len() {
        0 => None,
        _ => names::block_of(&refs)?,
    };
    let mut exported = Exported {
        refs: refs.len() as u64,
        ..Exported::default()
    };
    let blocks = roots.clone();
    roots.extend(names.as_ref().map(crate::block::Block::cid));
    let mut writer = Writer::new(out, &roots)?;
    let mut ticker = Ticker::new(progress, "exporting blocks", None);
    let mut walk = Walk::new(store);
    for root in blocks {
        walk.visit(root, &mut |block| {
            ticker.tick();
            // Nobody could read the archive.
            names::expect_none(&block)?;
            exported.blocks.blocks += 1;
            exported.blocks.bytes += block.bytes().len() as u64;
            writer.block(block.cid(), block.bytes())
        })?;
    }
    if let Some(names) = names {
        writer.block(names.cid(), names.bytes())?;
    }
    exported.bytes = writer.end()?;
    ticker.end();
    Ok(exported)
}

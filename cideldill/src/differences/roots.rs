//! Two values by their roots: whether they are cut alike, whether their contents differ or only which
//! pointers are the same.

use std::sync::Arc;

use super::change::Change;
use super::identity::identity_change;
use super::place::Opener;
use super::walk::Walk;
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::codec::Profile;
use crate::encoded::{Encoded, decode_with, encode};
use crate::error::Error;
use crate::limits::Limits;
use crate::value::Value;

/// What changed from one value to another, reading only the blocks where they differ.
///
/// Structs are compared by field name, maps by key, sets by element. In sequences what is equal at
/// both ends, and chunks that both have, are skipped; what is left is compared in order, and the
/// surplus was added or removed: an insertion into a long list is one change. Text and bytes change
/// as a whole. There are no changes exactly if the CIDs are equal: where the content is equal and other
/// pointers are the same, one change says which.
///
/// ```
/// use cideldill::{Store, differences};
/// let store = Store::in_memory();
/// let before = store.put(&vec![(1, "a"), (2, "b")])?;
/// let after = store.put(&vec![(1, "a"), (2, "c"), (3, "d")])?;
/// let changes = differences(before, after, store.blocks())?;
/// assert_eq!(changes[0].to_string(), r#"[1].1: "b" -> "c""#);
/// assert_eq!(changes[1].to_string(), r#"[2]: added (3, "d")"#);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// A missing or corrupt block, or bytes that no encoder writes, among the blocks that had to be
/// read.
pub fn differences(old: Cid, new: Cid, source: &dyn BlockSource) -> Result<Vec<Change>, Error> {
    differences_with(old, new, source, Limits::default())
}

/// The same within other limits: of bytes and items read in all. The depth is that inside one block. A
/// cycle is read once, and its items count each time it is gone around: beside one of another length
/// that can be often.
///
/// # Errors
/// As [`differences`].
pub fn differences_with(
    old: Cid,
    new: Cid,
    source: &dyn BlockSource,
    limits: Limits,
) -> Result<Vec<Change>, Error> {
    if old == new {
        return Ok(Vec::new());
    }
    let mut opener = Opener::new(source, limits);
    let profiles = [opener.profile_of(old)?, opener.profile_of(new)?];
    if profiles[0] == profiles[1] && profiles[0] != Profile::WHOLE {
        return compare(opener, old, new, source, limits);
    }
    // In one large block nothing can be skipped, and other cuts have other CIDs: compare what the
    // standard profile makes of the values.
    let again =
        |cid| -> Result<Encoded, Error> { encode(&decode_with::<Value>(cid, source, limits)?) };
    let (old, new) = (again(old)?, again(new)?);
    let roots = (old.root(), new.root());
    if roots.0 == roots.1 {
        return Ok(Vec::new());
    }
    let both = Both(old, new);
    compare(Opener::new(&both, limits), roots.0, roots.1, &both, limits)
}

/// Compares two values of one profile.
fn compare(
    mut opener: Opener<'_>,
    old: Cid,
    new: Cid,
    source: &dyn BlockSource,
    limits: Limits,
) -> Result<Vec<Change>, Error> {
    let contents = (opener.content(old)?, opener.content(new)?);
    let mut changes = Vec::new();
    if contents.0 != contents.1 {
        changes = Walk::new(opener).run(contents.0, contents.1)?;
    }
    if changes.is_empty() {
        changes.push(identity_change(old, new, source, limits)?);
    }
    Ok(changes)
}

/// The blocks of two values.
struct Both(Encoded, Encoded);

impl BlockSource for Both {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let load = |cid| {
            self.0
                .load_many(&[cid])
                .or_else(|_| self.1.load_many(&[cid]))
        };
        let blocks: Result<Vec<_>, _> = cids.iter().map(|cid| load(*cid)).collect();
        Ok(blocks?.into_iter().flatten().collect())
    }
}

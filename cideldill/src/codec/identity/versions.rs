//! Persistent collections: a clone of one that was met is written from what was written for it.
//!
//! Clones are told apart by their roots alone, so it is two versions of one size that may be one. No
//! identity is recorded: the bytes are those of walking it again.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;

use super::copies::Copy;
use crate::codec::encode::Encoder;
use crate::error::Error;

/// How many versions with one key are kept, the newest: more would have to be compared with each.
const VERSIONS: usize = 16;

/// A collection that shares memory with its clones. Keeping one changes none of the others.
pub(crate) trait Persistent: Clone + 'static {
    /// What clones have in common: the number of elements and the address of one.
    fn key(&self) -> (usize, usize);

    fn is_clone_of(&self, other: &Self) -> bool;
}

/// The collections that were met in a value.
#[derive(Default)]
pub(in crate::codec) struct Versions(BTreeMap<(TypeId, usize, usize), Vec<Version>>);

struct Version {
    /// Keeps its memory, so that no other one gets the address.
    collection: Box<dyn Any>,
    written: Copy,
}

impl Versions {
    pub(in crate::codec) fn clear(&mut self) {
        self.0.clear();
    }

    fn find<P: Persistent>(&self, key: &(TypeId, usize, usize), collection: &P) -> Option<Copy> {
        let known = self.0.get(key)?.iter().rev();
        let mut known = known.filter_map(|version| {
            let other = version.collection.downcast_ref::<P>()?;
            other.is_clone_of(collection).then_some(version.written)
        });
        known.next()
    }
}

impl Encoder<'_> {
    /// Writes a collection, by `write` if no clone of it was written before.
    pub(crate) fn persistent<P: Persistent>(
        &mut self,
        collection: &P,
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.records_identity() || self.is_explaining || self.memory.identity.is_dry() {
            return write(self);
        }
        let (size, address) = collection.key();
        let key = (TypeId::of::<P>(), size, address);
        if let Some(written) = self.versions.find(&key, collection) {
            let (mut tape, identity) = self.tape();
            identity.copies.paste(written, &mut tape);
            return Ok(());
        }
        let scope = self.open();
        let n_places = self.memory.identity.places.len();
        write(self)?;
        let (tape, identity) = self.tape();
        // What is said about pointers inside is said for each time they are met.
        let says_nothing = identity.places.len() == n_places && !identity.is_pinned(scope.start);
        if identity.is_dry() || !says_nothing {
            return Ok(());
        }
        let link = tape.first_link(scope.start);
        let written = identity.copies.keep(&tape, scope.start, scope.notes, link);
        let versions = self.versions.0.entry(key).or_default();
        if versions.len() == VERSIONS {
            versions.remove(0);
        }
        versions.push(Version {
            collection: Box::new(collection.clone()),
            written,
        });
        Ok(())
    }
}

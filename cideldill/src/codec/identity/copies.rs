//! What was written for each node that can be met again.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places fit 32 bits: more than that is refused when the value ends"
)]

use crate::codec::batch::{Batch, OpenLink, fill};
use crate::codec::registry::Note;

/// Contents of nodes, one after the other.
#[derive(Default)]
pub(super) struct Copies {
    bytes: Vec<u8>,
    notes: Vec<Note>,
    /// Links among the bytes that wait for a digest, ascending.
    links: Vec<OpenLink>,
}

/// Where a copy lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copy {
    start: u32,
    end: u32,
    notes: u32,
    notes_end: u32,
}

/// The parts of the encoder's memory that content consists of.
pub(super) struct Tape<'m> {
    pub(super) buffer: &'m mut Vec<u8>,
    pub(super) notes: &'m mut Vec<Note>,
    pub(super) links: &'m mut Vec<OpenLink>,
}

impl Tape<'_> {
    /// The first link without a digest from here on.
    pub(super) fn first_link(&self, start: usize) -> usize {
        self.links
            .partition_point(|link| (link.at as usize) < start)
    }
}

impl Copies {
    /// Keeps all that stands on the tape from these places on.
    pub(super) fn keep(&mut self, tape: &Tape<'_>, start: usize, note: usize, link: usize) -> Copy {
        let (base, notes) = (self.bytes.len() as u32, self.notes.len() as u32);
        self.bytes.extend_from_slice(&tape.buffer[start..]);
        self.notes
            .extend(tape.notes[note..].iter().map(|note| Note {
                at: note.at - start as u32 + base,
                shape: note.shape,
            }));
        self.links
            .extend(tape.links[link..].iter().map(|link| OpenLink {
                at: link.at - start as u32 + base,
                block: link.block,
            }));
        Copy {
            start: base,
            end: self.bytes.len() as u32,
            notes,
            notes_end: self.notes.len() as u32,
        }
    }

    /// Writes a copy at the end of the tape.
    pub(super) fn paste(&self, copy: Copy, tape: &mut Tape<'_>) {
        let base = tape.buffer.len() as u32;
        tape.buffer
            .extend_from_slice(&self.bytes[copy.start as usize..copy.end as usize]);
        let notes = &self.notes[copy.notes as usize..copy.notes_end as usize];
        tape.notes.extend(notes.iter().map(|note| Note {
            at: note.at - copy.start + base,
            shape: note.shape,
        }));
        let first = self.links.partition_point(|link| link.at < copy.start);
        let links = self.links[first..].iter();
        let links = links.take_while(|link| link.at < copy.end);
        tape.links.extend(links.map(|link| OpenLink {
            at: link.at - copy.start + base,
            block: link.block,
        }));
    }

    /// The bytes of a copy.
    pub(super) fn bytes(&self, copy: Copy) -> &[u8] {
        &self.bytes[copy.start as usize..copy.end as usize]
    }

    /// The link that a copy consists of waits for this block, if it does.
    pub(super) fn open_link(&self, copy: Copy) -> Option<OpenLink> {
        let first = self.links.partition_point(|link| link.at < copy.start);
        self.links
            .get(first)
            .copied()
            .filter(|l| l.at == copy.start)
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.bytes.len() > u32::MAX as usize
    }

    /// Takes in the digests of a finished batch.
    pub(super) fn resolve(&mut self, batch: &Batch) {
        for link in self.links.drain(..) {
            fill(&mut self.bytes, link, batch.digest(link.block));
        }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.notes.clear();
        self.links.clear();
    }

    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

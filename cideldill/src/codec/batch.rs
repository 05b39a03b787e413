//! Closed blocks that wait for their digests.
//!
//! Digests are deferred so that many independent blocks are hashed together. A parent waits for its
//! children: blocks are hashed level by level, links are filled in between.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use super::write::LINK_HEADER;
use crate::cid::Cid;
use crate::digest::{Digest, Digester};
use crate::error::Error;

/// Where finished blocks go.
pub(crate) trait Sink {
    /// Takes blocks, children before parents. A block can come more than once.
    fn accept(&mut self, blocks: &[(Cid, &[u8])]) -> Result<(), Error>;

    /// What came so far is not wanted: the value is written again.
    fn discard(&mut self) {}
}

/// Keeps nothing: for computing a CID alone.
pub(crate) struct Discard;

impl Sink for Discard {
    fn accept(&mut self, _: &[(Cid, &[u8])]) -> Result<(), Error> {
        Ok(())
    }
}

/// A block of the current batch, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockNumber(pub(super) u32);

/// A link whose digest is not known yet: where its first byte stands, and which block it names.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenLink {
    pub(super) at: u32,
    pub(super) block: BlockNumber,
}

#[derive(Default)]
pub(super) struct Batch {
    /// The bytes of all waiting blocks, one after the other.
    pub(super) arena: Vec<u8>,
    blocks: Vec<Waiting>,
    /// Links inside the arena that wait for a digest.
    links: Vec<OpenLink>,
    digests: Vec<Digest>,
    digester: Digester,
    scratch: Vec<Digest>,
    /// Bytes and blocks closed so far, those already handed on included.
    closed: (u64, u64),
}

struct Waiting {
    start: usize,
    end: usize,
    /// The block's part of `links`.
    links: (usize, usize),
    /// One more than the highest level of a block it links to.
    level: u32,
}

impl Batch {
    /// Bytes that wait.
    pub(super) fn len(&self) -> usize {
        self.arena.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Closes the block whose bytes were appended to the arena from `start` on. `links` are its links
    /// without a digest, at their places in the arena.
    pub(super) fn close(
        &mut self,
        start: usize,
        links: impl Iterator<Item = OpenLink>,
    ) -> BlockNumber {
        let first_link = self.links.len();
        self.links.extend(links);
        let level = self.links[first_link..]
            .iter()
            .map(|link| self.blocks[link.block.0 as usize].level + 1)
            .max()
            .unwrap_or(0);
        self.closed.0 += (self.arena.len() - start) as u64;
        self.closed.1 += 1;
        let number = BlockNumber(self.blocks.len() as u32);
        self.blocks.push(Waiting {
            start,
            end: self.arena.len(),
            links: (first_link, self.links.len()),
            level,
        });
        number
    }

    /// Hashes everything that waits and hands it to the sink.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        self.hash();
        let blocks: Vec<(Cid, &[u8])> = self
            .blocks
            .iter()
            .zip(&self.digests)
            .map(|(block, digest)| {
                (
                    Cid::from_bytes(*digest),
                    &self.arena[block.start..block.end],
                )
            })
            .collect();
        sink.accept(&blocks)
    }

    fn hash(&mut self) {
        if let [only] = self.blocks.as_slice() {
            // The common small value: no lists, no levels.
            let digest = self.digester.digest_one(&self.arena[only.start..only.end]);
            self.digests.push(digest);
            return;
        }
        self.digests.resize(self.blocks.len(), [0; 64]);
        // Sorted once: a long chain of blocks has as many levels as blocks.
        let mut by_level: Vec<usize> = (0..self.blocks.len()).collect();
        by_level.sort_by_key(|number| self.blocks[*number].level);
        let is_same_level = |a: &usize, b: &usize| self.blocks[*a].level == self.blocks[*b].level;
        for of_level in by_level.chunk_by(is_same_level) {
            for number in of_level {
                let (first, end) = self.blocks[*number].links;
                for link in &self.links[first..end] {
                    let digest = self.digests[link.block.0 as usize];
                    fill(&mut self.arena, *link, &digest);
                }
            }
            let messages: Vec<&[u8]> = of_level
                .iter()
                .map(|number| &self.blocks[*number])
                .map(|block| &self.arena[block.start..block.end])
                .collect();
            self.digester.digest_many(&messages, &mut self.scratch);
            for (number, digest) in of_level.iter().zip(&self.scratch) {
                self.digests[*number] = *digest;
            }
        }
    }

    /// The digest of a block, after [`finish`](Self::finish).
    pub(super) fn digest(&self, block: BlockNumber) -> &Digest {
        &self.digests[block.0 as usize]
    }

    /// The digest of the block closed last, after [`finish`](Self::finish).
    pub(super) fn last_digest(&self) -> Option<Digest> {
        self.digests.last().copied()
    }

    /// Forgets the blocks; keeps the memory and the counts.
    pub(super) fn clear(&mut self) {
        self.arena.clear();
        self.blocks.clear();
        self.links.clear();
        self.digests.clear();
    }

    pub(super) fn counts(&self) -> Digester {
        self.digester
    }

    /// Bytes and blocks closed so far.
    pub(super) fn closed(&self) -> (u64, u64) {
        self.closed
    }

    /// Starts the counts anew; with `is_idle` nothing is hashed.
    pub(super) fn reset_counts(&mut self, is_idle: bool) {
        self.closed = (0, 0);
        self.digester = Digester {
            is_idle,
            ..Digester::default()
        };
    }

    pub(super) fn capacity(&self) -> usize {
        self.arena.capacity()
    }
}

/// Writes a digest into its link.
pub(super) fn fill(bytes: &mut [u8], link: OpenLink, digest: &Digest) {
    let at = link.at as usize + LINK_HEADER.len();
    bytes[at..at + digest.len()].copy_from_slice(digest);
}

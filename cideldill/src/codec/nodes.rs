//! Nodes: the links to a long value's chunks, as a tree of lists.
//!
//! A list's groups wait for the digests of the blocks they name; then they form nodes, whose links
//! are groups one level up. Implements the second half of docs/format.md section 7.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use super::batch::{Batch, BlockNumber, OpenLink};
use super::boundary::{self, ends_after};
use super::encode::{Encoder, Header};
use super::identity::ScopeNumber;
use super::profile::ChunkSizes;
use super::registry::Note;
use super::write::{self, LINK_LEN};
use crate::digest::Digest;
use crate::shape::DescRef;

impl Encoder<'_> {
    /// Opens the list of a value's chunks.
    pub(super) fn open_list(&mut self, desc: DescRef<'_>) {
        self.memory.lists.push(ChunkList::new(desc));
    }

    /// Adds a chunk to the innermost list.
    pub(super) fn add_to_list(
        &mut self,
        block: BlockNumber,
        count: u64,
        key: Key,
        places: Option<ScopeNumber>,
    ) {
        let group = Group::new(block, count, key, places);
        if let Some(list) = self.memory.lists.last_mut() {
            list.add(0, group);
        }
    }

    /// Ends the innermost list: the block of its top node, and what is to be said about identity
    /// behind the link to it.
    pub(super) fn close_list(&mut self, desc: DescRef<'_>) -> (BlockNumber, Option<ScopeNumber>) {
        let sizes = self.profile.node;
        for level in 0.. {
            let Some(list) = self.memory.lists.last_mut() else {
                break;
            };
            if list.is_one_node(level, sizes) {
                let groups = list.take_level(level);
                self.memory.lists.pop();
                return self.emit_node(desc, &groups);
            }
            // Boundaries between links need their digests. The flush also moves the list on.
            self.flush();
            let Some(list) = self.memory.lists.last_mut() else {
                break;
            };
            let rest = list.take_level(level);
            if !rest.is_empty() {
                self.emit_node_into_list(self.memory.lists.len() - 1, level, &rest);
            }
        }
        (BlockNumber(0), None)
    }

    /// Makes nodes of the groups whose digests became known.
    pub(super) fn advance_lists(&mut self) {
        let sizes = self.profile.node;
        for number in 0..self.memory.lists.len() {
            for level in 0..self.memory.lists[number].levels.len() {
                while let Some(groups) = self.memory.lists[number].next_node(level, sizes) {
                    self.emit_node_into_list(number, level, &groups);
                }
            }
        }
    }

    fn emit_node_into_list(&mut self, number: usize, level: usize, groups: &[Group]) {
        let desc = std::mem::take(&mut self.memory.lists[number].desc);
        let (block, places) = self.emit_node(DescRef::Text(&desc), groups);
        let list = &mut self.memory.lists[number];
        list.desc = desc;
        let count = groups.iter().map(|group| group.count).sum();
        let key = groups.first().map(|group| group.key.clone());
        let group = Group::new(block, count, key.unwrap_or_default(), places);
        list.add(level + 1, group);
    }

    fn emit_node(
        &mut self,
        desc: DescRef<'_>,
        groups: &[Group],
    ) -> (BlockNumber, Option<ScopeNumber>) {
        // The node is written behind everything in the buffer and moved out from there.
        let scope = self.open();
        let is_keyed = matches!(desc.letter(), b'{' | b'<');
        let parts = if is_keyed { 3 } else { 2 };
        let len = (parts * groups.len()) as u64;
        write::array_header(&mut self.memory.buffer, len);
        for group in groups {
            let at = self.memory.buffer.len();
            self.memory.identity.note_link(at, group.places);
            match &group.block {
                Reference::Known(digest) => self.known_link(digest),
                Reference::Waiting(block) => {
                    let at = self.memory.buffer.len() as u32;
                    let block = *block;
                    self.memory.links.push(OpenLink { at, block });
                    self.known_link(&[0; 64]);
                }
            }
            let memory = &mut self.memory;
            write::unsigned(&mut memory.buffer, group.count);
            let base = memory.buffer.len() as u32;
            memory.buffer.extend_from_slice(&group.key.bytes);
            let notes = group.key.notes.iter().map(|note| Note {
                at: note.at + base,
                shape: note.shape,
            });
            memory.notes.extend(notes);
        }
        let body = self.body(&scope);
        let places = self.memory.identity.scope(body.start, body.end, 0);
        let block = self.emit(desc, Some(b'%'), Header::None, &body);
        self.forget_from(&scope);
        (block, places)
    }
}

/// The chunks of one open value: groups that form nodes, level by level.
#[derive(Debug)]
pub(super) struct ChunkList {
    desc: Vec<u8>,
    levels: Vec<Level>,
}

/// The groups of one level that are in no node yet.
#[derive(Debug, Default)]
struct Level {
    groups: std::collections::VecDeque<Group>,
    /// Their length together.
    len: usize,
    /// How many at the front have a digest.
    known: usize,
    /// The level was longer than one node: nodes end by the rule.
    is_divided: bool,
}

impl Level {
    fn fits_one_node(&self, sizes: ChunkSizes) -> bool {
        self.len <= sizes.max || self.groups.len() <= 2
    }
}

/// One element of a node list.
#[derive(Clone, Debug)]
struct Group {
    block: Reference,
    count: u64,
    key: Key,
    /// The bytes it takes in a node.
    len: usize,
    /// What is to be said about identity behind its link.
    places: Option<ScopeNumber>,
}

#[derive(Clone, Debug)]
enum Reference {
    Waiting(BlockNumber),
    Known(Digest),
}

/// A first key with the places of its shape indices.
#[derive(Clone, Debug, Default)]
pub(super) struct Key {
    pub(super) bytes: Box<[u8]>,
    pub(super) notes: Box<[Note]>,
}

impl Group {
    fn new(block: BlockNumber, count: u64, key: Key, places: Option<ScopeNumber>) -> Self {
        let len = LINK_LEN + write::unsigned_len(count) + key.bytes.len();
        Self {
            block: Reference::Waiting(block),
            count,
            key,
            len,
            places,
        }
    }

    fn state(&self) -> u64 {
        if !self.key.bytes.is_empty() {
            return boundary::hash(&self.key.bytes);
        }
        match &self.block {
            Reference::Known(digest) => digest
                .first_chunk()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes)),
            Reference::Waiting(_) => 0,
        }
    }
}

impl ChunkList {
    fn new(desc: DescRef<'_>) -> Self {
        let mut text = Vec::new();
        desc.write(&mut text);
        Self {
            desc: text,
            levels: Vec::new(),
        }
    }

    fn add(&mut self, level: usize, group: Group) {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Level::default);
        }
        let level = &mut self.levels[level];
        level.len += group.len;
        level.groups.push_back(group);
    }

    /// Takes in the digests of a finished batch.
    pub(super) fn resolve(&mut self, batch: &Batch) {
        for level in &mut self.levels {
            for group in level.groups.iter_mut().skip(level.known) {
                if let Reference::Waiting(block) = group.block {
                    group.block = Reference::Known(*batch.digest(block));
                }
            }
            level.known = level.groups.len();
        }
    }

    /// Whether all groups of a level fit one node, with nothing taken from it before.
    fn is_one_node(&self, level: usize, sizes: ChunkSizes) -> bool {
        let level = self.levels.get(level);
        level.is_none_or(|level| !level.is_divided && level.fits_one_node(sizes))
    }

    fn take_level(&mut self, level: usize) -> Vec<Group> {
        let level = self.levels.get_mut(level).map(|level| {
            level.len = 0;
            level.known = 0;
            level.groups.drain(..).collect()
        });
        level.unwrap_or_default()
    }

    /// The groups of the next node whose end is certain, taken from the level.
    fn next_node(&mut self, level: usize, sizes: ChunkSizes) -> Option<Vec<Group>> {
        let level = self.levels.get_mut(level)?;
        level.is_divided |= !level.fits_one_node(sizes);
        if !level.is_divided {
            return None;
        }
        let mut node_len = 0;
        let mut end = None;
        for (at, group) in level.groups.iter().take(level.known).enumerate() {
            node_len += group.len;
            // A node of one group would only repeat the level below: long keys would never end.
            if at == 0 {
                continue;
            }
            if at >= 2 && node_len > sizes.max {
                end = Some(at);
                break;
            }
            if node_len >= sizes.min && ends_after(group.state(), sizes.average, group.len) {
                end = Some(at + 1);
                break;
            }
        }
        let node: Vec<Group> = level.groups.drain(..end?).collect();
        level.len -= node.iter().map(|group| group.len).sum::<usize>();
        level.known -= node.len();
        Some(node)
    }
}

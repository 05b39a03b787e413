//! Nodes: the links to a long value's chunks, as a tree of lists.
//!
//! A list's groups wait for the digests of the blocks they name; then they form nodes, whose links
//! are groups one level up. Implements the second half of docs/format.md section 7.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::collections::VecDeque;

use super::batch::{Batch, BlockNumber};
use super::boundary::{self, ends_after};
use super::emit::Header;
use super::encode::Encoder;
use super::identity::ScopeNumber;
use super::profile::ChunkSizes;
use super::registry::Note;
use super::write::{self, LINK_LEN};
use crate::digest::Digest;
use crate::shape::DescRef;

impl Encoder<'_> {
    /// Opens the list of the chunks of a value that starts at this place of the buffer.
    pub(super) fn open_list(&mut self, desc: DescRef<'_>, start: usize) {
        let list = ChunkList::new(desc, self.divided_levels(start));
        self.memory.lists.push(list);
    }

    /// How many levels of nodes are divided, however few groups they have, of a value that starts at
    /// this place. None but of the part of a longer value ([`inner_node`](super::inner_node)).
    #[inline]
    pub(super) fn divided_levels(&self, start: usize) -> usize {
        if start == 0 { self.divided_levels } else { 0 }
    }

    /// Adds a chunk to the innermost list.
    pub(super) fn add_to_list(
        &mut self,
        block: BlockNumber,
        count: u64,
        key: Option<Box<Key>>,
        places: Option<ScopeNumber>,
    ) {
        if let Some(list) = self.memory.lists.last_mut() {
            list.add(0, block, count, key, places);
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
                let top = list.take_level(level);
                self.memory.lists.pop();
                return self.emit_node(desc, &top);
            }
            // Boundaries between links need their digests. The flush also moves the list on.
            self.flush();
            let Some(list) = self.memory.lists.last_mut() else {
                break;
            };
            let rest = list.take_level(level);
            if !rest.groups.is_empty() {
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
                while let Some(node) = self.memory.lists[number].next_node(level, sizes) {
                    self.emit_node_into_list(number, level, &node);
                }
            }
        }
    }

    fn emit_node_into_list(&mut self, number: usize, level: usize, node: &Node) {
        let desc = std::mem::take(&mut self.memory.lists[number].desc);
        let (block, places) = self.emit_node(DescRef::Text(&desc), node);
        let list = &mut self.memory.lists[number];
        list.desc = desc;
        let count = node.groups.iter().map(|group| group.count).sum();
        let key = node.groups.first().and_then(|group| group.key.clone());
        list.add(level + 1, block, count, key, places);
    }

    fn emit_node(&mut self, desc: DescRef<'_>, node: &Node) -> (BlockNumber, Option<ScopeNumber>) {
        // The node is written behind everything in the buffer and moved out from there.
        let scope = self.open();
        let is_keyed = matches!(desc.letter(), b'{' | b'<');
        let parts = if is_keyed { 3 } else { 2 };
        let len = (parts * node.groups.len()) as u64;
        write::array_header(&mut self.buffer, len);
        for (number, group) in node.groups.iter().enumerate() {
            let at = self.buffer.len();
            self.memory.identity.note_link(at, group.places);
            match node.digests.get(number) {
                Some(digest) => self.known_link(digest),
                None => self.link(group.block),
            }
            write::unsigned(&mut self.buffer, group.count);
            let Some(key) = &group.key else { continue };
            let base = self.buffer.len() as u32;
            self.buffer.extend_from_slice(&key.bytes);
            let notes = key.notes.iter().map(|note| Note {
                at: note.at + base,
                shape: note.shape,
            });
            self.notes.extend(notes);
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
    /// These first levels are divided, however short they are.
    divided_levels: usize,
}

/// The groups of one level that are in no node yet.
#[derive(Debug, Default)]
struct Level {
    groups: VecDeque<Group>,
    /// The digests of the first of them, as far as they are known.
    digests: VecDeque<Digest>,
    /// Their length together.
    len: usize,
    /// The level was longer than one node: nodes end by the rule.
    is_divided: bool,
}

impl Level {
    fn fits_one_node(&self, sizes: ChunkSizes) -> bool {
        self.len <= sizes.max || self.groups.len() <= 2
    }

    /// Takes groups from the front.
    fn take(&mut self, n: usize) -> Node {
        let n_known = n.min(self.digests.len());
        let node = Node {
            groups: self.groups.drain(..n).collect(),
            digests: self.digests.drain(..n_known).collect(),
        };
        self.len -= node.groups.iter().map(|group| group.len).sum::<usize>();
        node
    }
}

/// Groups that become one node, with the digests of the first of them.
#[derive(Debug, Default)]
struct Node {
    groups: Vec<Group>,
    digests: Vec<Digest>,
}

/// One element of a node list. Kept small: it is moved for each chunk.
#[derive(Debug)]
struct Group {
    block: BlockNumber,
    count: u64,
    /// The first key, in maps and sets.
    key: Option<Box<Key>>,
    /// The bytes it takes in a node.
    len: usize,
    /// What is to be said about identity behind its link.
    places: Option<ScopeNumber>,
}

/// A first key with the places of its shape indices.
#[derive(Clone, Debug, Default)]
pub(super) struct Key {
    pub(super) bytes: Box<[u8]>,
    pub(super) notes: Box<[Note]>,
}

impl Group {
    fn state(&self, digest: &Digest) -> u64 {
        match &self.key {
            Some(key) => boundary::hash(&key.bytes),
            None => digest
                .first_chunk()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes)),
        }
    }
}

impl ChunkList {
    fn new(desc: DescRef<'_>, divided_levels: usize) -> Self {
        let mut text = Vec::new();
        desc.write(&mut text);
        Self {
            desc: text,
            levels: Vec::new(),
            divided_levels,
        }
    }

    /// Adds a group. (It is made where it stays: to move it just after would be to wait for it.)
    fn add(
        &mut self,
        level: usize,
        block: BlockNumber,
        count: u64,
        key: Option<Box<Key>>,
        places: Option<ScopeNumber>,
    ) {
        while self.levels.len() <= level {
            self.levels.push(Level {
                is_divided: self.levels.len() < self.divided_levels,
                ..Level::default()
            });
        }
        let level = &mut self.levels[level];
        let key_len = key.as_ref().map_or(0, |key| key.bytes.len());
        let len = LINK_LEN + write::unsigned_len(count) + key_len;
        level.len += len;
        level.groups.push_back(Group {
            block,
            count,
            key,
            len,
            places,
        });
    }

    /// Takes in the digests of a finished batch.
    pub(super) fn resolve(&mut self, batch: &Batch) {
        for level in &mut self.levels {
            let waiting = level.groups.range(level.digests.len()..);
            let digests = waiting.map(|group| *batch.digest(group.block));
            level.digests.extend(digests);
        }
    }

    /// Whether all groups of a level fit one node, with nothing taken from it before.
    fn is_one_node(&self, level: usize, sizes: ChunkSizes) -> bool {
        let level = self.levels.get(level);
        level.is_none_or(|level| !level.is_divided && level.fits_one_node(sizes))
    }

    fn take_level(&mut self, level: usize) -> Node {
        let level = self.levels.get_mut(level);
        level.map_or_else(Node::default, |level| level.take(level.groups.len()))
    }

    /// The groups of the next node whose end is certain, taken from the level.
    fn next_node(&mut self, level: usize, sizes: ChunkSizes) -> Option<Node> {
        let level = self.levels.get_mut(level)?;
        level.is_divided |= !level.fits_one_node(sizes);
        if !level.is_divided {
            return None;
        }
        let mut node_len = 0;
        let mut end = None;
        let known = level.groups.iter().zip(&level.digests);
        for (at, (group, digest)) in known.enumerate() {
            node_len += group.len;
            // A node of one group would only repeat the level below: long keys would never end.
            if at == 0 {
                continue;
            }
            if at >= 2 && node_len > sizes.max {
                end = Some(at);
                break;
            }
            if node_len >= sizes.min && ends_after(group.state(digest), sizes.average, group.len) {
                end = Some(at + 1);
                break;
            }
        }
        Some(level.take(end?))
    }
}

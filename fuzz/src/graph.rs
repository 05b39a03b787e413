//! Graphs of blocks from a fuzzer's bytes: every block stands under its true CID, and links lead to
//! blocks that are there, so that mutations reach what lies behind the digests.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cideldill::{BlockSource, Cid, Error, ErrorKind};

/// The starts of a link and of a part in a block; in the fuzzer's bytes a single byte follows in the
/// place of the digest, the number of an earlier block.
const STARTS: [[u8; 3]; 2] = [[0xc7, 0x40, 0x01], [0xc7, 0x45, 0x03]];

/// The number that stands for a block that is not there.
const NOWHERE: u8 = 0xff;

/// Blocks, each linking only to earlier ones, and a record of which were asked for.
pub struct Graph {
    blocks: BTreeMap<Cid, Arc<[u8]>>,
    order: Vec<Cid>,
    asked: RefCell<BTreeSet<Cid>>,
}

impl Graph {
    /// Reads blocks of up to 65,535 bytes, each after its length; the last one is the root.
    pub fn parse(mut data: &[u8]) -> Option<Self> {
        let mut graph = Self {
            blocks: BTreeMap::new(),
            order: Vec::new(),
            asked: RefCell::default(),
        };
        while let Some((len, rest)) = data.split_first_chunk() {
            let len = usize::from(u16::from_le_bytes(*len)).min(rest.len());
            let (written, rest) = rest.split_at(len);
            graph.push(written);
            data = rest;
        }
        (!graph.order.is_empty()).then_some(graph)
    }

    fn push(&mut self, mut written: &[u8]) {
        let mut block = Vec::with_capacity(written.len());
        while let Some(byte) = written.first() {
            match after_start(written) {
                Some((start, [number, rest @ ..])) => {
                    block.extend_from_slice(start);
                    block.extend_from_slice(self.numbered(*number).as_bytes());
                    written = rest;
                }
                _ => {
                    block.push(*byte);
                    written = &written[1..];
                }
            }
        }
        let cid = Cid::of(&block);
        self.blocks.insert(cid, block.into());
        self.order.push(cid);
    }

    fn numbered(&self, number: u8) -> Cid {
        let nowhere = Cid::from_bytes([0; Cid::LEN]);
        if number == NOWHERE || self.order.is_empty() {
            return nowhere;
        }
        self.order[usize::from(number) % self.order.len()]
    }

    /// The inverse of [`parse`](Self::parse) for blocks of which each links only to earlier ones, if
    /// they are few and short enough.
    pub fn write(blocks: &[Vec<u8>]) -> Option<Vec<u8>> {
        let numbers: BTreeMap<[u8; 64], usize> = blocks
            .iter()
            .map(|block| *Cid::of(block).as_bytes())
            .zip(0..)
            .collect();
        let mut out = Vec::new();
        for block in blocks {
            let mut written = Vec::new();
            let mut rest = block.as_slice();
            while let Some(byte) = rest.first() {
                let digest = after_start(rest)
                    .and_then(|(start, rest)| Some((start, rest.split_first_chunk()?)));
                match digest {
                    Some((start, (digest, after))) => {
                        let number = numbers.get(digest).copied().unwrap_or(NOWHERE.into());
                        written.extend_from_slice(start);
                        written.push(u8::try_from(number).ok()?);
                        rest = after;
                    }
                    None => {
                        written.push(*byte);
                        rest = &rest[1..];
                    }
                }
            }
            out.extend(u16::try_from(written.len()).ok()?.to_le_bytes());
            out.extend(written);
        }
        Some(out)
    }

    /// The CID of the last block.
    pub fn root(&self) -> Cid {
        self.order[self.order.len() - 1]
    }

    /// The bytes of a block.
    pub fn block(&self, cid: &Cid) -> Option<&Arc<[u8]>> {
        self.blocks.get(cid)
    }

    /// All blocks.
    pub fn blocks(&self) -> &BTreeMap<Cid, Arc<[u8]>> {
        &self.blocks
    }

    /// The blocks that a reader asked for, the root among them.
    pub fn asked(&self) -> BTreeSet<Cid> {
        self.asked.borrow().clone()
    }

    /// Whether one of these blocks is a node of a chunked value.
    pub fn has_nodes(&self) -> bool {
        self.has_blocks_of(b"%")
    }

    /// Whether one of these blocks is a root with an overlay or a cycle.
    pub fn has_identity(&self) -> bool {
        self.has_blocks_of(b"!~")
    }

    /// Whether the desc of one of these blocks starts with one of these letters.
    fn has_blocks_of(&self, letters: &[u8]) -> bool {
        let asked = self.asked.borrow();
        let is_one = |block: &Arc<[u8]>| {
            let letter = match block.get(1) {
                Some(0xd9) => block.get(3),
                Some(0xda) => block.get(4),
                _ => block.get(2),
            };
            letter.is_some_and(|letter| letters.contains(letter))
        };
        let blocks = asked.iter().filter_map(|cid| self.blocks.get(cid));
        blocks.into_iter().any(is_one)
    }
}

/// What is followed by a digest, and what stands after it.
fn after_start(bytes: &[u8]) -> Option<(&'static [u8; 3], &[u8])> {
    let mut starts = STARTS.iter();
    starts.find_map(|start| Some((start, bytes.strip_prefix(start)?)))
}

impl BlockSource for Graph {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        self.asked.borrow_mut().extend(cids);
        let find = |cid| self.blocks.get(cid).cloned();
        cids.iter()
            .map(|cid| find(cid).ok_or_else(|| ErrorKind::Missing { cid: *cid }.into()))
            .collect()
    }
}

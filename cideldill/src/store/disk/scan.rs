//! Sound records in the raw bytes of an engine's file, found without the engine.
//!
//! sled appends pages, and parts of pages, to a log; redb keeps pages of a tree, old ones until they
//! are used again. In both a record of ours lies in one piece, often several times. So the file is
//! read once from front to back, every place where one of our magics stands is tried, and only what
//! passes its check counts. What the engine thinks of the page around it does not matter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::time::SystemTime;

use super::bytes::{Head, LONGEST, Piece, Prefix};
use super::record::{LONGEST_NAME, Reference, time};
use crate::block::Block;
use crate::cid::Cid;
use crate::link::links;

/// How much of the file is looked at in one go.
const WINDOW: usize = 1 << 20;

/// No record is longer, so that one which starts in the first part of a window ends in it.
const OVERLAP: usize = LONGEST;

/// The first byte of every magic.
const MARK: u8 = 0xc1;

/// What is sound in some files, by place. Blocks' bytes are read again when they are wanted.
pub(super) struct Found {
    files: Vec<File>,
    pub(super) blocks: BTreeMap<Cid, Sound>,
    /// The newest record of each name.
    pub(super) refs: BTreeMap<String, Reference>,
    /// Blocks with a first record but not all of their bytes.
    pub(super) damaged: BTreeSet<Prefix>,
    pieces: BTreeMap<(Prefix, u32), At>,
}

/// A place: which file, and where in it.
type At = (usize, u64);

/// A block whose bytes match its CID.
pub(super) struct Sound {
    pub(super) links: BTreeSet<Cid>,
    pub(super) stored_at: SystemTime,
    head: At,
}

/// A first record of a block with further pieces, which are known only at the end of the file.
struct Long {
    prefix: Prefix,
    at: At,
}

impl Found {
    /// Reads all of these files.
    pub(super) fn scan(paths: &[PathBuf]) -> io::Result<Self> {
        let mut found = Self {
            files: paths.iter().map(File::open).collect::<io::Result<_>>()?,
            blocks: BTreeMap::new(),
            refs: BTreeMap::new(),
            damaged: BTreeSet::new(),
            pieces: BTreeMap::new(),
        };
        let mut known = BTreeSet::new();
        let mut long = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            each_mark(&File::open(path)?, |at, bytes| {
                found.note((number, at), bytes, &mut known, &mut long);
            })?;
        }
        for Long { prefix, at } in long {
            if !known.contains(&prefix) && found.accept(prefix, at)? {
                known.insert(prefix);
            }
        }
        found.damaged.retain(|prefix| !known.contains(prefix));
        Ok(found)
    }

    /// The block, read and verified once more; `None` if the file changed since.
    pub(super) fn load(&mut self, cid: &Cid) -> io::Result<Option<Block>> {
        let Some(sound) = self.blocks.get(cid) else {
            return Ok(None);
        };
        let block = self.assemble(sound.head)?.map(|(block, _)| block);
        Ok(block.filter(|block| block.cid() == *cid))
    }

    /// Keeps what stands here, if it is a record.
    fn note(&mut self, at: At, bytes: &[u8], known: &mut BTreeSet<Prefix>, long: &mut Vec<Long>) {
        if let Some(head) = Head::read(bytes) {
            if known.contains(&head.prefix) {
                return;
            }
            self.damaged.insert(head.prefix);
            match head.more() {
                Some(0) => {
                    let block = Block::new(head.piece);
                    if self.keep(&block, head.prefix, time(head.stored_at), at) {
                        known.insert(head.prefix);
                    }
                }
                Some(_) => long.push(Long {
                    prefix: head.prefix,
                    at,
                }),
                None => {}
            }
        } else if let Some(piece) = Piece::read(bytes) {
            if piece.is_sound() {
                self.pieces.insert((piece.prefix, piece.number), at);
            }
        } else if let Some(reference) = Reference::read(bytes) {
            let newest = self.refs.get(&reference.name).map(|newest| newest.sequence);
            if newest.is_none_or(|newest| newest <= reference.sequence) {
                self.refs.insert(reference.name.clone(), reference);
            }
        }
    }

    fn accept(&mut self, prefix: Prefix, at: At) -> io::Result<bool> {
        Ok(match self.assemble(at)? {
            Some((block, stored_at)) => self.keep(&block, prefix, stored_at, at),
            None => false,
        })
    }

    /// Takes a block in, if its bytes match what is left of its name and are a block.
    fn keep(&mut self, block: &Block, prefix: Prefix, stored_at: SystemTime, head: At) -> bool {
        let links = links(block.bytes());
        let (true, Ok(links)) = (block.cid().as_bytes().starts_with(&prefix), links) else {
            return false;
        };
        let sound = Sound {
            links: links.into_iter().collect(),
            stored_at,
            head,
        };
        self.blocks.insert(block.cid(), sound);
        true
    }

    /// The block whose first record stands here.
    fn assemble(&self, head: At) -> io::Result<Option<(Block, SystemTime)>> {
        let record = self.read_at(head)?;
        let Some(head) = Head::read(&record) else {
            return Ok(None);
        };
        let mut bytes = head.piece.to_vec();
        for number in 0..head.more().unwrap_or(0) {
            let Some(at) = self.pieces.get(&(head.prefix, number)) else {
                return Ok(None);
            };
            let record = self.read_at(*at)?;
            let Some(piece) = Piece::read(&record) else {
                return Ok(None);
            };
            bytes.extend_from_slice(piece.bytes);
        }
        let is_whole = bytes.len() as u64 == head.len;
        Ok(is_whole.then(|| (Block::new(bytes), time(head.stored_at))))
    }

    fn read_at(&self, (file, at): At) -> io::Result<Vec<u8>> {
        let mut record = Vec::with_capacity(OVERLAP);
        if let Some(mut file) = self.files.get(file) {
            file.seek(SeekFrom::Start(at))?;
            file.take(OVERLAP as u64).read_to_end(&mut record)?;
        }
        Ok(record)
    }
}

/// Calls with each place where a magic may stand, and the bytes from there on.
fn each_mark(file: &File, mut visit: impl FnMut(u64, &[u8])) -> io::Result<()> {
    let mut window = Vec::with_capacity(WINDOW + OVERLAP);
    let mut base = 0_u64;
    loop {
        let wanted = (WINDOW + OVERLAP - window.len()) as u64;
        let read = file.take(wanted).read_to_end(&mut window)?;
        let is_last = (read as u64) < wanted;
        let end = if is_last { window.len() } else { WINDOW };
        for (at, byte) in window.iter().enumerate().take(end) {
            if *byte == MARK
                && let Some(bytes) = window.get(at..)
            {
                visit(base + at as u64, bytes);
            }
        }
        if is_last {
            return Ok(());
        }
        window.drain(..end);
        base += end as u64;
    }
}

const _: () = assert!(LONGEST > LONGEST_NAME + 128 && WINDOW > OVERLAP);

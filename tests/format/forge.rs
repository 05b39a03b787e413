//! Changes to the places in cycles and to overlays, with all links made to fit.

use std::collections::BTreeMap;
use std::sync::Arc;

use cideldill::{BlockSource, Cid, Error, ErrorKind};
use cideldill_reference::notation::to_hex;
use cideldill_reference::random::Random;
use cideldill_reference::reader::overlay_of;
use cideldill_reference::reference::{Blocks, Encoded, cid_of};

/// Blocks under the digests of their bytes.
pub(crate) struct Stored {
    plain: Blocks,
    shared: BTreeMap<Cid, Arc<[u8]>>,
}

impl Stored {
    fn new(plain: Blocks) -> Self {
        let shared = plain.iter();
        let shared = shared.map(|(cid, block)| (Cid::from_bytes(*cid), block.as_slice().into()));
        let shared = shared.collect();
        Self { plain, shared }
    }

    /// The same for the slow reader.
    pub(crate) fn plain(&self) -> &Blocks {
        &self.plain
    }
}

impl BlockSource for Stored {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let missing = |cid: &Cid| Error::from(ErrorKind::Missing { cid: *cid });
        let find = |cid: &Cid| self.shared.get(cid).cloned().ok_or_else(|| missing(cid));
        cids.iter().map(find).collect()
    }
}

type Digest = [u8; 64];

/// A place that can be changed.
#[derive(Clone, Copy)]
enum Spot {
    /// Offset and level of a back reference or part, from this byte on.
    Place(Digest, usize),
    /// Any byte after the table of a cycle's block.
    InCycle(Digest),
    Overlay,
}

/// The blocks with one to three changes: what was changed, the new root and the blocks.
pub(crate) fn changed(encoded: &Encoded, random: &mut Random) -> Option<(String, Cid, Stored)> {
    let (mut root, mut blocks) = (encoded.root, encoded.blocks.clone());
    let mut changes = Vec::new();
    for _ in 0..[1, 1, 1, 1, 2, 3][random.below(6)] {
        let spots = spots(&root, &blocks);
        if spots.is_empty() {
            break;
        }
        let (change, cid, bytes) = match spots[random.below(spots.len())] {
            Spot::Place(cid, at) => {
                let mut bytes = blocks[&cid].clone();
                let before = to_hex(&bytes[at..at + 5]);
                let place = new_place(&blocks, &bytes, at, random);
                bytes[at..at + 5].copy_from_slice(&place);
                (
                    format!("place at {at}: {before} to {}", to_hex(&place)),
                    cid,
                    bytes,
                )
            }
            Spot::InCycle(cid) => {
                let mut bytes = blocks[&cid].clone();
                let at = 1 + random.below(bytes.len() - 1);
                bytes[at] ^= 1 << random.below(8);
                (format!("byte {at} of a cycle"), cid, bytes)
            }
            Spot::Overlay => {
                let overlay = overlay_of(&root, &blocks).ok()?;
                let new = new_overlay(&overlay, random);
                let root_block = &blocks[&root];
                let content =
                    &root_block[root_block.iter().position(|&byte| byte == 0xc7)?..][..67];
                // Version and profile, desc `!`, no shapes, two parts.
                let mut bytes = vec![root_block[0], 0xa1, b'!', 0x90, 0x92];
                bytes.extend_from_slice(content);
                bytes.extend(binary(&new));
                (
                    format!("overlay {} to {}", to_hex(&overlay), to_hex(&new)),
                    root,
                    bytes,
                )
            }
        };
        changes.push(change);
        (root, blocks) = replaced(root, &blocks, cid, bytes);
    }
    (!changes.is_empty()).then(|| {
        let cid = Cid::from_bytes(root);
        (changes.join("; "), cid, Stored::new(blocks))
    })
}

fn spots(root: &Digest, blocks: &Blocks) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (cid, block) in blocks {
        let starts = (0..block.len()).filter_map(|at| match &block[at..] {
            [0xc7, 5, 2, rest @ ..] if rest.len() >= 5 => Some(at + 3),
            [0xc7, 0x45, 3, rest @ ..] if rest.len() >= 69 => Some(at + 67),
            _ => None,
        });
        spots.extend(starts.map(|at| Spot::Place(*cid, at)));
        if block.get(2) == Some(&b'~') {
            spots.push(Spot::InCycle(*cid));
        }
    }
    // As likely as all others: it says the most.
    if overlay_of(root, blocks).is_ok_and(|overlay| overlay.len() < 256) {
        spots.extend(vec![Spot::Overlay; spots.len().max(1)]);
    }
    spots
}

/// Another place: near the one that stood there, one that another item names, or anywhere.
fn new_place(blocks: &Blocks, block: &[u8], at: usize, random: &mut Random) -> [u8; 5] {
    let mut place: [u8; 5] = block[at..at + 5].try_into().unwrap();
    let offset = u32::from_be_bytes([place[0], place[1], place[2], place[3]]);
    let longest = blocks.values().map(Vec::len).max().unwrap_or(1);
    let other = match random.below(6) {
        0 => offset ^ 1 << random.below(6),
        1 => offset.wrapping_add(1),
        2 => offset.saturating_sub(1),
        3 => 0,
        _ => u32::try_from(random.below(longest)).unwrap(),
    };
    match random.below(5) {
        0 => place[4] = u8::try_from(random.below(3)).unwrap(),
        1 => {
            place[4] = u8::try_from(random.below(2)).unwrap();
            place[..4].copy_from_slice(&other.to_be_bytes());
        }
        _ => place[..4].copy_from_slice(&other.to_be_bytes()),
    }
    place
}

/// An overlay with a byte changed, added, removed or moved.
fn new_overlay(overlay: &[u8], random: &mut Random) -> Vec<u8> {
    let mut new = overlay.to_vec();
    let at = random.below(new.len());
    match random.below(7) {
        0 => drop(new.remove(at)),
        1 => new.insert(at, u8::try_from(random.below(32)).unwrap()),
        2 => new[at] = u8::try_from(random.below(64)).unwrap(),
        // Another kind at the same place.
        3 => new[at] = new[at] & !7 | u8::try_from(1 + random.below(6)).unwrap(),
        // The same kind elsewhere.
        4 => new[at] = new[at].wrapping_add(8),
        5 => new[at] = new[at].wrapping_sub(8),
        _ => new[at] ^= 1 << random.below(8),
    }
    new
}

fn binary(bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    [&[0xc4, length], &bytes[..usize::from(length)]].concat()
}

/// The blocks with other bytes in the place of one, and all that link to it changed.
fn replaced(mut root: Digest, blocks: &Blocks, old: Digest, bytes: Vec<u8>) -> (Digest, Blocks) {
    let mut blocks = blocks.clone();
    let new = cid_of(&bytes);
    if new == old {
        return (root, blocks);
    }
    blocks.remove(&old);
    blocks.insert(new, bytes);
    if root == old {
        root = new;
    }
    let holder = |blocks: &Blocks| {
        let mut held = blocks.iter();
        held.find_map(|(cid, block)| Some((*cid, with_digest(block, &old, &new)?)))
    };
    while let Some((cid, bytes)) = holder(&blocks) {
        (root, blocks) = replaced(root, &blocks, cid, bytes);
    }
    (root, blocks)
}

fn with_digest(block: &[u8], old: &Digest, new: &Digest) -> Option<Vec<u8>> {
    let at = block.windows(old.len()).position(|window| window == old)?;
    let mut block = block.to_vec();
    block[at..at + old.len()].copy_from_slice(new);
    Some(with_digest(&block, old, new).unwrap_or(block))
}

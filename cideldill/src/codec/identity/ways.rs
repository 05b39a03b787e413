//! The way to a node that stands further on, through the blocks that hold it.
//!
//! A block on the way is walked over once; then every place in it is known to which a way leads. So the
//! ways to many nodes take no longer than the blocks they lead through.

use std::collections::{BTreeMap, BTreeSet};

use super::restoring::{Occurrence, Restoring, Snapshot};
use crate::cid::Cid;
use crate::codec::decode::{self, Decoder};
use crate::codec::overlay::{Entry, Kind, Overlay, Scope};
use crate::codec::read::{self as cycle, Cursor};
use crate::codec::skip::{Step, Walker};
use crate::desc::DescText;
use crate::error::Error;

/// How a node further on is come to.
pub(super) enum Way {
    /// The reader stands before it; this is the desc there.
    Here(DescText),
    /// It is a node of a cycle, at this place.
    InCycle(Occurrence, cycle::Place),
    Unknown,
}

/// The blocks on the ways that were gone.
#[derive(Default)]
pub(super) struct Ways {
    /// By the scopes of their values.
    blocks: BTreeMap<Scope, WayBlock>,
    /// How many bytes they have.
    len: usize,
    /// The blocks that were entered on ways, by the first bytes of their names.
    met: BTreeSet<u64>,
}

/// So many bytes of blocks are kept at most.
const MOST_BYTES: usize = 256 << 20;

enum WayBlock {
    Cycle(Cid),
    Other {
        start: Snapshot,
        is_node: bool,
        /// Where ways lead on or end, ascending.
        places: Vec<PlaceOnWay>,
    },
}

/// A place in a block.
struct PlaceOnWay {
    /// Counted as places are, from the start of the block.
    start: usize,
    at: usize,
    extra_index_bytes: usize,
    desc: DescText,
}

/// Notes the outermost values that begin at the places to which ways lead.
struct Finder {
    wanted: std::iter::Peekable<std::vec::IntoIter<usize>>,
    places: Vec<PlaceOnWay>,
}

impl Finder {
    fn note(&mut self, decoder: &Decoder<'_>, desc: impl FnOnce() -> Option<DescText>) {
        let start = decoder.start();
        while self.wanted.next_if(|wanted| *wanted < start).is_some() {}
        if self.wanted.next_if_eq(&start).is_none() {
            return;
        }
        self.places.extend(desc().map(|desc| PlaceOnWay {
            start,
            at: decoder.cursor.at,
            extra_index_bytes: decoder.open.extra_index_bytes,
            desc,
        }));
    }
}

impl Walker for Finder {
    fn begin(&mut self, decoder: &Decoder<'_>, desc: &[u8]) -> Step {
        self.note(decoder, || DescText::parse(desc));
        match self.wanted.peek() {
            Some(_) => Step::On,
            None => Step::Stop,
        }
    }
}

/// The places in a block that begins at `body` where links and nodes stand of which this scope tells,
/// ascending.
fn places_of(overlay: &Overlay, scope: Scope, body: usize) -> Vec<usize> {
    let mut places = Vec::new();
    let mut open = vec![(scope, body)];
    while let Some((scope, base)) = open.pop() {
        for entry in overlay.entries(scope) {
            let place = base.saturating_add(entry.offset as usize);
            match entry.kind {
                Kind::Link => places.push(place),
                Kind::Node | Kind::Pointer => {
                    places.push(place);
                    open.extend((!entry.scope.is_empty()).then_some((entry.scope, place)));
                }
                Kind::Same | Kind::Weak => {}
            }
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// The place to which the entries within a cycle's block lead, if they do not leave it.
fn place_in_cycle(path: &[(Scope, Entry)]) -> Option<cycle::Place> {
    let entries = || path.iter().map(|(_, entry)| entry);
    if path.is_empty() || entries().any(|entry| entry.kind == Kind::Link) {
        return None;
    }
    let offset = entries().try_fold(0_u32, |sum, entry| sum.checked_add(entry.offset))?;
    // A pointer at the start of what another leads to begins where that does.
    let level = entries().rev().take_while(|entry| entry.offset == 0);
    let level = level.count().try_into().ok()?;
    Some(cycle::Place { offset, level })
}

impl Decoder<'_> {
    /// Goes where a path leads.
    pub(super) fn follow(&mut self, content: Cid, path: &[(Scope, Entry)]) -> Result<Way, Error> {
        let known = |scope: &Scope| {
            let identity = self.identity.as_deref();
            identity.is_some_and(|identity| identity.ways.blocks.contains_key(scope))
        };
        let is_known =
            |(_, entry): &(Scope, Entry)| entry.kind == Kind::Link && known(&entry.scope);
        let last_known = path.iter().rposition(is_known);
        let mut block = match last_known.and_then(|last| path.get(last)) {
            Some((_, entry)) => entry.scope,
            None => match self.first_way_block(content)? {
                Some(scope) => scope,
                None => return Ok(Way::Unknown),
            },
        };
        let mut rest = path.get(last_known.map_or(0, |last| last + 1)..);
        while let Some(path) = rest {
            if let Some(cid) = self.cycle_on_way(block) {
                return Ok(match place_in_cycle(path) {
                    Some(place) => Way::InCycle((cid, block), place),
                    None => Way::Unknown,
                });
            }
            let link = path.iter().position(|(_, entry)| entry.kind == Kind::Link);
            let inside = link.map_or(path, |link| path.get(..=link).unwrap_or_default());
            let Some((desc, is_node)) = self.go_in_block(block, inside) else {
                return Ok(Way::Unknown);
            };
            let Some((link, entry)) = link.zip(inside.last()) else {
                return Ok(Way::Here(desc));
            };
            self.enter_way_block(entry.1.scope, is_node)?;
            block = entry.1.scope;
            rest = path.get(link + 1..);
        }
        Ok(Way::Unknown)
    }

    fn cycle_on_way(&self, scope: Scope) -> Option<Cid> {
        match self.identity.as_deref()?.ways.blocks.get(&scope)? {
            WayBlock::Cycle(cid) => Some(*cid),
            WayBlock::Other { .. } => None,
        }
    }

    /// Where every way begins: at the link to the content block.
    fn first_way_block(&mut self, content: Cid) -> Result<Option<Scope>, Error> {
        let identity = self.identity.as_deref();
        if let Some(outermost) = identity.map(Restoring::outermost)
            && identity.is_some_and(|identity| identity.ways.blocks.contains_key(&outermost))
        {
            return Ok(Some(outermost));
        }
        let (block, written) = self.root_block(content)?;
        let prefixed = written.strip_prefix(b"%").or(written.strip_prefix(b"~"));
        let Some(desc) = DescText::parse(prefixed.unwrap_or(&written)) else {
            return Ok(None);
        };
        self.loaded = Some((content, block));
        self.hold(content);
        let outermost = self.open.scope;
        self.open = decode::Open {
            table: self.table.len(),
            scope: outermost,
            ..decode::Open::default()
        };
        let place = PlaceOnWay {
            start: 0,
            at: self.cursor.at,
            extra_index_bytes: 0,
            desc,
        };
        let start = self.snapshot(self.cursor.at, self.open);
        self.keep_way_block(
            outermost,
            WayBlock::Other {
                start,
                is_node: false,
                places: vec![place],
            },
        );
        Ok(Some(outermost))
    }

    /// Puts the reader where entries lead in a block on the way. Returns the desc there, and whether
    /// the block is a node.
    fn go_in_block(&mut self, block: Scope, path: &[(Scope, Entry)]) -> Option<(DescText, bool)> {
        let identity = self.identity.as_deref()?;
        let WayBlock::Other {
            start,
            is_node,
            places,
        } = identity.ways.blocks.get(&block)?
        else {
            return None;
        };
        let (last, around) = path.split_last()?;
        let base = around.iter().fold(start.open.body, |sum, (_, entry)| {
            sum.saturating_add(entry.offset as usize)
        });
        let place = base.saturating_add(last.1.offset as usize);
        let found = places.binary_search_by_key(&place, |place| place.start);
        let place = places.get(found.ok()?)?;
        self.cursor = start.cursor.clone();
        self.cursor.at = place.at;
        self.open = decode::Open {
            table: self.table.len(),
            extra_index_bytes: place.extra_index_bytes,
            is_revisit: true,
            scope: last.0,
            base,
            ..start.open
        };
        self.table.extend_from_slice(&start.table);
        Some((place.desc.clone(), *is_node))
    }

    /// Enters the block at the link here, and notes the places in it.
    fn enter_way_block(&mut self, scope: Scope, is_below_node: bool) -> Result<(), Error> {
        let cid = self.read_link()?;
        let block = self.load(cid)?;
        if super::restore_cycle::is_cycle(&block) {
            self.keep_way_block(scope, WayBlock::Cycle(cid));
            return Ok(());
        }
        let mut head = Cursor::new(block.clone());
        head.byte()?;
        let written = head.string_bytes()?;
        let desc = DescText::parse(written.strip_prefix(b"%").unwrap_or(written));
        let desc = desc.ok_or_else(|| head.malformed("the desc is none"))?;
        let place = if is_below_node {
            decode::Place::Chunk
        } else {
            decode::Place::Cut
        };
        // Here they are met on the way only.
        self.swap_met();
        let entered = self.enter_block(cid, block, place, None, scope);
        self.swap_met();
        let entered = entered?;
        let start = self.snapshot(self.cursor.at, self.open);
        let Some(identity) = self.identity.as_deref() else {
            return Ok(());
        };
        let wanted = places_of(&identity.overlay, scope, self.open.body);
        let mut finder = Finder {
            wanted: wanted.into_iter().peekable(),
            places: Vec::new(),
        };
        let depth = self.depth;
        if entered.is_node {
            self.walk_node(&desc, &mut finder)?;
        } else {
            self.walk(&desc, &mut finder)?;
        }
        self.depth = depth;
        self.keep_way_block(
            scope,
            WayBlock::Other {
                start,
                is_node: entered.is_node,
                places: finder.places,
            },
        );
        Ok(())
    }

    /// Walks over the groups of a node.
    fn walk_node(&mut self, desc: &DescText, finder: &mut Finder) -> Result<(), Error> {
        let key = crate::codec::key_desc(desc);
        self.cursor.array_len()?;
        while self.cursor.left() > 0 {
            finder.note(self, || Some(desc.clone()));
            self.read_link()?;
            self.cursor.unsigned()?;
            if let Some(key) = &key {
                self.skip(key)?;
            }
        }
        Ok(())
    }

    fn keep_way_block(&mut self, scope: Scope, block: WayBlock) {
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        let ways = &mut identity.ways;
        let len = match &block {
            WayBlock::Cycle(_) => 0,
            WayBlock::Other { start, .. } => start.cursor.block.len(),
        };
        ways.len = ways.len.saturating_add(len);
        if ways.len > MOST_BYTES {
            ways.len = len;
            ways.blocks.clear();
        }
        ways.blocks.insert(scope, block);
    }

    fn swap_met(&mut self) {
        if let Some(identity) = self.identity.as_deref_mut() {
            std::mem::swap(&mut identity.ways.met, &mut self.met);
        }
    }
}

//! The strict reader: blocks back to a model, refusing everything that sections 11 and 14.4 list.
//!
//! It knows no types, so it sees only pointers that something says something about. They stand
//! around all of the item at their place, around an option rather than in it; and what a hole
//! stands for is a cell under a pointer of its own. Encoded again that makes no difference.
//!
//! Reading is bounded: values deeper than [`MAX_DEPTH`] and roots that expand to more than
//! [`MAX_BYTES`] of blocks are refused. It never panics, whatever the bytes are.

mod body;
mod cycle;
mod forms;
mod header;
mod items;
mod overlay;
mod same;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::desc::BadDesc;
use crate::model::Model;
use crate::profile::Profile;
use crate::reference::{self, Blocks, Cid};
use crate::shared::Shared;
use body::{Body, Place};
use cycle::Named;
use header::{block_desc, shape_table};
use items::{Item, Items};
use overlay::{Kind, Scope};
use same::First;

/// How deep values may stand in each other.
pub const MAX_DEPTH: usize = 300;

/// How many bytes of blocks may be read for one root, those met again counted again.
pub const MAX_BYTES: usize = 1 << 26;

/// Which rule bytes break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A clause of the list in section 11.
    Clause(u8),
    /// The checks of section 11 across blocks, by encoding again.
    Across,
    /// A clause of section 14.4.
    Identity,
    /// A block that is not there.
    Missing,
    /// A block whose bytes do not have its CID.
    Corrupt,
    /// Deeper or longer than this reader reads.
    Limit,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clause(number) => write!(f, "11.{number}"),
            Self::Across => f.write_str("11 across blocks"),
            Self::Identity => f.write_str("14.4"),
            Self::Missing => f.write_str("missing"),
            Self::Corrupt => f.write_str("corrupt"),
            Self::Limit => f.write_str("limit"),
        }
    }
}

/// Why bytes were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub rule: Rule,
    /// In words.
    pub reason: String,
}

impl Refused {
    fn new(rule: Rule, reason: impl Into<String>) -> Self {
        Self {
            rule,
            reason: reason.into(),
        }
    }

    fn clause<T>(number: u8, reason: impl Into<String>) -> Result<T, Self> {
        Err(Self::new(Rule::Clause(number), reason))
    }
}

impl From<BadDesc> for Refused {
    fn from(bad: BadDesc) -> Self {
        Self::new(Rule::Clause(4), bad.to_string())
    }
}

/// The value under a root, after all checks made on every read.
///
/// An option whose inner value is the whole root comes back as the inner value (section 8).
///
/// # Errors
/// If a block is missing, corrupt or breaks a rule.
pub fn decode(root: &Cid, blocks: &Blocks) -> Result<Model, Refused> {
    decode_shared(root, blocks).map(|(shared, _)| shared.root)
}

/// The value under a root and its profile, after the checks across blocks too.
///
/// # Errors
/// If a block is missing, corrupt or breaks a rule, or the value's own encoding is another one.
pub fn fsck(root: &Cid, blocks: &Blocks) -> Result<(Model, Profile), Refused> {
    fsck_shared(root, blocks).map(|(shared, profile)| (shared.root, profile))
}

/// The same as [`fsck`], with the nodes that pointers lead to. The root may be a content block
/// beside which there is an overlay.
///
/// # Errors
/// As [`fsck`].
pub fn fsck_shared(root: &Cid, blocks: &Blocks) -> Result<(Shared, Profile), Refused> {
    let (shared, profile) = decode_shared(root, blocks)?;
    match reference::encode_shared(&shared, profile) {
        Ok(again) if [again.root, again.content].contains(root) => Ok((shared, profile)),
        Ok(_) => Err(Refused::new(Rule::Across, "the value is encoded otherwise")),
        Err(failed) => Err(Refused::new(Rule::Across, failed.to_string())),
    }
}

/// The same as [`decode`], with the nodes that pointers lead to, and the profile.
///
/// # Errors
/// As [`decode`].
pub fn decode_shared(root: &Cid, blocks: &Blocks) -> Result<(Shared, Profile), Refused> {
    let mut reader = Reader::new(root, blocks);
    let root = reader.root(root)?;
    reader.check_present()?;
    let profile = reader
        .profile
        .ok_or_else(|| Refused::new(Rule::Clause(1), "no block read"))?;
    let nodes = reader.nodes.into_iter().collect::<Option<Vec<_>>>();
    let nodes = nodes.ok_or_else(|| Refused::new(Rule::Identity, "a node without content"))?;
    let shared = Shared { root, nodes };
    let cycles = shared.cycles();
    for (head, node) in reader.on_cycle {
        if cycles[node].is_none() || cycles[node] != cycles[head] {
            let reason = "a back reference or a hole that is not on the cycle";
            return Err(Refused::new(Rule::Identity, reason));
        }
    }
    Ok((shared, profile))
}

/// The bytes of a root's overlay.
///
/// # Errors
/// If there is none, or it cannot be read.
pub fn overlay_of(root: &Cid, blocks: &Blocks) -> Result<Vec<u8>, Refused> {
    let overlay = Reader::new(root, blocks).overlay(root)?;
    let none = || Refused::new(Rule::Identity, "no overlay");
    overlay.map(|(_, overlay)| overlay).ok_or_else(none)
}

/// Why a block is read.
enum Role {
    /// As the content block of a root, which may be the root itself.
    Root,
    /// In place of a value with this desc.
    Linked(String),
    /// As a part of a chunked value with this desc.
    Chunk(String),
}

/// What a block holds.
struct Part {
    model: Model,
    /// Elements, entries or bytes, if it can be a chunk.
    count: u64,
    /// The head, if it is a cycle: the value is what the head holds.
    head: Option<usize>,
}

/// How far the entries of a scope were met.
struct Cursor {
    scope: Scope,
    next: usize,
    /// Where the scope starts, as the length of what was read of its block.
    base: usize,
}

struct Reader<'a> {
    blocks: &'a Blocks,
    /// That of the first block read.
    profile: Option<Profile>,
    bytes_left: usize,
    /// Those that the overlay numbers come first. One without content was not read to its end.
    nodes: Vec<Option<Model>>,
    /// The scopes around the item that is read, the innermost last.
    cursors: Vec<Cursor>,
    /// More than 0 where content is read without identity: no links are followed.
    skipping: usize,
    has_overlay: bool,
    /// The places that back references and parts name, by the cycle's block.
    named: Named,
    /// The nodes of each cycle where it was read first.
    read_cycles: BTreeMap<Cid, BTreeMap<items::Place, usize>>,
    /// Where the nodes that the overlay numbers were met first.
    firsts: BTreeMap<usize, First>,
    /// Nodes that must not hold an option with nothing in it.
    present: Vec<usize>,
    /// Nodes that must be on the cycle of a head, each after that head.
    on_cycle: Vec<(usize, usize)>,
}

impl<'a> Reader<'a> {
    fn new(root: &Cid, blocks: &'a Blocks) -> Self {
        Self {
            blocks,
            profile: None,
            bytes_left: MAX_BYTES,
            nodes: Vec::new(),
            cursors: Vec::new(),
            skipping: 0,
            has_overlay: false,
            named: cycle::named(root, blocks),
            read_cycles: BTreeMap::new(),
            firsts: BTreeMap::new(),
            present: Vec::new(),
            on_cycle: Vec::new(),
        }
    }

    /// The value under a root, which may have an overlay (section 14.3).
    fn root(&mut self, cid: &Cid) -> Result<Model, Refused> {
        let Some((content, overlay)) = self.overlay(cid)? else {
            return self.content(cid, Scope::from([]), None);
        };
        let (outermost, count) = overlay::parse(&overlay)?;
        self.has_overlay = true;
        self.nodes = vec![None; count];
        self.outermost(&content, &outermost, None)
    }

    /// The content block and the overlay of a root, if it has one.
    fn overlay(&mut self, cid: &Cid) -> Result<Option<(Cid, Vec<u8>)>, Refused> {
        let bytes = self.bytes_of(cid)?;
        let mut items = Items::new(bytes);
        let profile = self.first_byte(&mut items)?;
        if !matches!(items.next(), Ok(Item::Text("!"))) {
            self.bytes_left += bytes.len();
            return Ok(None);
        }
        if profile.number == Profile::WHOLE.number {
            return Refused::clause(7, "a root with an overlay in the whole profile");
        }
        if !shape_table(&mut items)?.is_empty() {
            return Refused::clause(5, "a shape that is not used");
        }
        let (Item::Array(2), Item::Link(content)) = (items.next()?, items.next()?) else {
            return Refused::clause(2, "a root that is no link and overlay");
        };
        let mut body = Body::new(self, profile, Vec::new(), items);
        body.reader.enter(Scope::from([]), 0);
        let overlay = body.value("y", Place::Inside, 0)?;
        if !body.items.is_at_end() {
            return Refused::clause(9, "bytes after the value");
        }
        self.leave()?;
        let Model::Bytes(overlay) = overlay else {
            return Refused::clause(2, "an overlay that is no byte string");
        };
        Ok(Some((content, overlay)))
    }

    /// The imagined item that is only the link to the content block, and the pointers around it.
    fn outermost(
        &mut self,
        content: &Cid,
        scope: &Scope,
        around: Option<usize>,
    ) -> Result<Model, Refused> {
        let [entry] = &scope[..] else {
            return Err(Refused::new(
                Rule::Identity,
                "entries beyond the outermost link",
            ));
        };
        let is_head = around.is_some() && cycle::is_one(content, self.blocks);
        match entry.kind {
            Kind::Pointer if !is_head && !overlay::begins_with_pointer(&entry.scope) => {}
            _ if entry.offset > 0 => {}
            Kind::Link => return self.content(content, Rc::clone(&entry.scope), around),
            Kind::Node(_) if entry.scope.is_empty() => {}
            Kind::Pointer | Kind::Node(_) => {
                let node = self.node(entry.kind);
                let model = if entry.scope.is_empty() {
                    self.content(content, Scope::from([]), Some(node))?
                } else {
                    self.outermost(content, &entry.scope, Some(node))?
                };
                let desc = model.desc();
                self.nodes[node] = Some(model);
                return Ok(Model::Pointer(node, desc));
            }
            _ => {}
        }
        Err(Refused::new(
            Rule::Identity,
            "an entry that the outermost link has no item for",
        ))
    }

    /// The content block of a root.
    fn content(
        &mut self,
        cid: &Cid,
        scope: Scope,
        around: Option<usize>,
    ) -> Result<Model, Refused> {
        let part = self.block(cid, &Role::Root, scope, around, 0)?;
        Ok(match part.head {
            Some(head) if around != Some(head) => Model::Pointer(head, part.model.desc()),
            _ => part.model,
        })
    }

    /// The node of an entry.
    fn node(&mut self, kind: Kind) -> usize {
        match kind {
            Kind::Node(number) => number,
            _ => self.new_node(),
        }
    }

    fn new_node(&mut self) -> usize {
        self.nodes.push(None);
        self.nodes.len() - 1
    }

    /// Where a pointer leads to what an option holds, the option must hold something.
    fn check_present(&self) -> Result<(), Refused> {
        for node in &self.present {
            let mut path = BTreeSet::from([*node]);
            let mut content = self.nodes[*node].as_ref();
            let is_anything = loop {
                content = match content {
                    Some(Model::Cell(inner)) => Some(inner),
                    Some(Model::Pointer(node, _)) if !path.insert(*node) => break false,
                    Some(Model::Pointer(node, _)) => self.nodes[*node].as_ref(),
                    Some(Model::Option(_, None)) => break false,
                    _ => break true,
                };
            };
            if !is_anything {
                let reason = "a pointer to what an empty option holds";
                return Err(Refused::new(Rule::Identity, reason));
            }
        }
        Ok(())
    }

    fn enter(&mut self, scope: Scope, base: usize) {
        self.cursors.push(Cursor {
            scope,
            next: 0,
            base,
        });
    }

    fn leave(&mut self) -> Result<(), Refused> {
        match self.cursors.pop() {
            Some(cursor) if cursor.next < cursor.scope.len() => Err(Refused::new(
                Rule::Identity,
                "an entry where no such item stands",
            )),
            _ => Ok(()),
        }
    }

    /// The next entry, if it is for this offset and of a kind that is asked for.
    fn entry_at(&mut self, at: usize, is_asked: fn(Kind) -> bool) -> Option<(Kind, Scope)> {
        let cursor = self.cursors.last_mut()?;
        let entry = cursor.scope.get(cursor.next)?;
        let offset = u64::try_from(at.checked_sub(cursor.base)?).ok()?;
        if entry.offset != offset || !is_asked(entry.kind) {
            return None;
        }
        cursor.next += 1;
        Some((entry.kind, Rc::clone(&entry.scope)))
    }

    /// Whether the next entry lies before this.
    fn has_entry_before(&self, end: usize) -> bool {
        let next = |cursor: &Cursor| {
            let entry = cursor.scope.get(cursor.next)?;
            Some(entry.offset < (end - cursor.base) as u64)
        };
        self.cursors.last().and_then(next).unwrap_or(false)
    }

    fn bytes_of(&mut self, cid: &Cid) -> Result<&'a [u8], Refused> {
        let missing = || Refused::new(Rule::Missing, "a block is missing");
        let bytes = self.blocks.get(cid).ok_or_else(missing)?;
        let too_much = || Refused::new(Rule::Limit, "too many bytes under one root");
        self.bytes_left = self
            .bytes_left
            .checked_sub(bytes.len())
            .ok_or_else(too_much)?;
        if reference::cid_of(bytes) != *cid {
            return Err(Refused::new(
                Rule::Corrupt,
                "bytes that do not have their CID",
            ));
        }
        Ok(bytes)
    }

    /// A block with what the overlay says about it. `around` is the pointer whose content it is.
    fn block(
        &mut self,
        cid: &Cid,
        role: &Role,
        scope: Scope,
        around: Option<usize>,
        depth: usize,
    ) -> Result<Part, Refused> {
        let mut items = Items::new(self.bytes_of(cid)?);
        let profile = self.first_byte(&mut items)?;
        let (prefix, desc) = block_desc(&mut items, role)?;
        if prefix.is_some() && profile.number == Profile::WHOLE.number {
            return Refused::clause(7, "a node or a cycle in the whole profile");
        }
        let table = shape_table(&mut items)?;
        let mut body = Body::new(self, profile, table, items);
        body.reader.enter(scope, body.items.length());
        let part = match prefix {
            Some('~') => body.cycle(cid, &desc, around, depth)?,
            Some(_) => body.node(&desc, depth)?,
            None => body.whole(&desc, role, depth)?,
        };
        if body.used < body.table.len() {
            return Refused::clause(5, "a shape that is not used");
        }
        if !body.items.is_at_end() {
            return Refused::clause(9, "bytes after the value");
        }
        self.leave()?;
        Ok(part)
    }

    fn first_byte(&mut self, items: &mut Items) -> Result<Profile, Refused> {
        let Item::Unsigned(first) = items.next()? else {
            return Refused::clause(1, "a first byte that is no positive fixint");
        };
        let profile = match (first / 16, Profile::numbered(first % 16)) {
            (1, Some(profile)) => profile,
            (1, None) => return Refused::clause(1, "an unknown profile"),
            _ => return Refused::clause(1, "another version of the format"),
        };
        if self.profile.get_or_insert(profile).number != profile.number {
            return Refused::clause(1, "another profile than the block that links here");
        }
        Ok(profile)
    }
}

#[cfg(test)]
mod tests;

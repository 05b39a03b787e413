//! The strict reader: blocks back to a model, refusing everything that sections 11 and 14.4 list.
//!
//! It knows no types, so it sees only pointers that something says something about. They stand
//! around all of the item at their place, around an option rather than in it; and what a hole
//! stands for is a cell under a pointer of its own. Encoded again that makes no difference.
//!
//! Reading is bounded: values deeper than [`MAX_DEPTH`] and roots that expand to more than
//! [`MAX_BYTES`] of blocks are refused. It never panics, whatever the bytes are.

mod cycle;
mod items;
mod overlay;
mod same;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::desc::{self, BadDesc};
use crate::model::{self, Bits, Model, Shape};
use crate::profile::Profile;
use crate::reference::{self, Blocks, Cid};
use crate::shared::Shared;
use cycle::{Cycle, Named};
use items::{Item, Items};
use overlay::{Kind, Scope};
use same::{First, Written};

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
        match entry.kind {
            _ if entry.offset > 0 => {}
            Kind::Link => return self.content(content, Rc::clone(&entry.scope), around),
            Kind::Pointer | Kind::Node(_) if !entry.scope.is_empty() => {
                let node = self.node(entry.kind);
                let model = self.outermost(content, &entry.scope, Some(node))?;
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

/// The `%` or `~` of a desc, and the desc without it.
fn block_desc(items: &mut Items, role: &Role) -> Result<(Option<char>, String), Refused> {
    let whole = items.text(4, "a block's desc that is no str")?;
    let prefix = whole.chars().next().filter(|first| "%~".contains(*first));
    let desc = whole.trim_start_matches(|first| Some(first) == prefix);
    if prefix.is_some_and(|prefix| whole.len() != prefix.len_utf8() + desc.len()) {
        return Refused::clause(4, "a desc with two prefixes");
    }
    desc::check(desc)?;
    if prefix == Some('%') && !desc.starts_with(['[', '{', '<', 's', 'y']) {
        return Refused::clause(4, "a node of what cannot be chunked");
    }
    let is_allowed = match role {
        Role::Root => true,
        Role::Linked(expected) if prefix == Some('~') => {
            desc == expected || unwrapped(expected) == Some(desc)
        }
        Role::Linked(expected) => desc == expected,
        Role::Chunk(expected) => desc == expected && prefix != Some('~'),
    };
    if is_allowed {
        return Ok((prefix, desc.to_owned()));
    }
    Refused::clause(4, "a link to a block with another desc than its place")
}

/// What an option of this desc holds unwrapped, if it is one.
fn unwrapped(desc: &str) -> Option<&str> {
    desc.strip_prefix('?').filter(|of| !desc::is_wrapped(of))
}

fn shape_table(items: &mut Items) -> Result<Vec<Rc<Shape>>, Refused> {
    let Item::Array(count) = items.next()? else {
        return Refused::clause(5, "a shape table that is no array");
    };
    let mut table: Vec<Rc<Shape>> = Vec::new();
    for _ in 0..count {
        let shape = shape(items)?;
        if table.iter().any(|known| **known == shape) {
            return Refused::clause(5, "a shape that stands twice");
        }
        table.push(Rc::new(shape));
    }
    Ok(table)
}

fn shape(items: &mut Items) -> Result<Shape, Refused> {
    let Item::Array(parts @ 2..) = items.next()? else {
        return Refused::clause(5, "a shape that is no array of at least two");
    };
    let (tag, version) = match items.next()? {
        Item::Text(tag) => (tag, 0),
        Item::Array(2) => {
            let tag = items.text(5, "a tag that is no str")?;
            match items.next()? {
                Item::Unsigned(version @ 1..=0xffff_ffff) => (tag, version),
                _ => return Refused::clause(5, "a version that is not from 1 to 2^32 - 1"),
            }
        }
        _ => return Refused::clause(5, "a tag that is neither a str nor an array of two"),
    };
    let types = items.text(5, "types that are no str")?;
    let fields =
        desc::split(types).map_err(|bad| Refused::new(Rule::Clause(5), bad.to_string()))?;
    let mut names: Vec<String> = Vec::new();
    for _ in 2..parts {
        let name = items.text(5, "a name that is no str")?;
        if names.iter().any(|known| known == name) {
            return Refused::clause(5, "two fields with one name");
        }
        names.push(name.to_owned());
    }
    if !names.is_empty() && names.len() != fields.len() {
        return Refused::clause(5, "neither no name nor one a field");
    }
    Ok(Shape {
        tag: tag.to_owned(),
        version,
        types: types.to_owned(),
        names,
    })
}

/// Where a value stands in its block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the block's value.
    Whole,
    /// It is what the block's value, an unwrapped option, holds.
    InWholeOption,
    Inside,
}

/// A block's value while it is read.
struct Body<'r, 'a, 'b> {
    reader: &'r mut Reader<'b>,
    profile: Profile,
    table: Vec<Rc<Shape>>,
    /// How many shapes of the table were met.
    used: usize,
    items: Items<'a>,
    /// Where the indices of shapes stand that were read, where each ends, and the shape.
    indices: BTreeMap<usize, (usize, Rc<Shape>)>,
    /// If it is the block of a cycle.
    cycle: Option<Cycle>,
}

impl<'r, 'a, 'b> Body<'r, 'a, 'b> {
    fn new(
        reader: &'r mut Reader<'b>,
        profile: Profile,
        table: Vec<Rc<Shape>>,
        items: Items<'a>,
    ) -> Self {
        Self {
            reader,
            profile,
            table,
            used: 0,
            items,
            indices: BTreeMap::new(),
            cycle: None,
        }
    }

    /// The value of a block that is no node.
    fn whole(&mut self, desc: &str, role: &Role, depth: usize) -> Result<Part, Refused> {
        let start = self.items.length();
        let model = self.value(desc, Place::Whole, depth)?;
        let length = self.items.length() - start;
        if matches!(role, Role::Linked(_)) && length < self.profile.cut {
            return Refused::clause(7, "a linked block shorter than the cut");
        }
        let count = match &model {
            Model::Text(text) => text.len(),
            Model::Bytes(bytes) => bytes.len(),
            Model::Sequence(_, elements) | Model::Set(_, elements) => elements.len(),
            Model::Map(_, _, entries) => entries.len(),
            _ => 0,
        };
        Ok(Part {
            model,
            count: count as u64,
            head: None,
        })
    }

    /// The value of a node (section 7).
    fn node(&mut self, desc: &str, depth: usize) -> Result<Part, Refused> {
        if depth >= MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "too deep"));
        }
        let Item::Array(parts) = self.items.next()? else {
            return Refused::clause(2, "a node that is no array");
        };
        let key_desc = key_desc(desc)?;
        let per_group = if key_desc.is_some() { 3 } else { 2 };
        if parts == 0 || parts % per_group != 0 {
            return Refused::clause(8, "a node that is no list of one or more groups");
        }
        let start = self.items.length();
        let mut whole: Option<Part> = None;
        let mut before = None;
        for _ in 0..parts / per_group {
            let at = self.items.length();
            let Item::Link(cid) = self.items.next()? else {
                return Refused::clause(2, "a group that does not start with a link");
            };
            let entry = self.reader.entry_at(at, |kind| kind == Kind::Link);
            let count = match self.items.next()? {
                Item::Unsigned(count @ 1..) => count,
                Item::Unsigned(_) | Item::Negative(_) => {
                    return Refused::clause(8, "a count that is not at least 1");
                }
                _ => return Refused::clause(2, "a count that is no integer"),
            };
            if let Some(key_desc) = &key_desc {
                let links = self.items.links;
                // What the overlay says about it, it says where the key stands in its chunk.
                self.reader.skipping += 1;
                let key = self.value(key_desc, Place::Inside, depth + 1);
                self.reader.skipping -= 1;
                let holds_link = self.items.links > links;
                if !ascends(&mut before, &key?, holds_link) {
                    return Refused::clause(8, "first keys that are not strictly ascending");
                }
            }
            let role = Role::Chunk(desc.to_owned());
            let scope = entry.map_or_else(|| Scope::from([]), |(_, scope)| scope);
            let part = self.reader.block(&cid, &role, scope, None, depth + 1)?;
            if part.count != count {
                return Refused::clause(8, "a count that does not match the child");
            }
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => {
                    whole.count += part.count;
                    extend(&mut whole.model, part.model);
                }
            }
        }
        let is_long = self.items.length() - start > self.profile.node.max;
        if is_long && parts / per_group > 2 {
            return Refused::clause(8, "a list of more than two groups above the node maximum");
        }
        whole.ok_or_else(|| Refused::new(Rule::Clause(8), "a node without groups"))
    }

    /// A value with this desc, and the pointers to it.
    fn value(&mut self, desc: &str, place: Place, depth: usize) -> Result<Model, Refused> {
        self.pointed(desc, place, None, depth)
    }

    /// A value and the pointers to it inside of this one, if there is one around.
    fn pointed(
        &mut self,
        desc: &str,
        place: Place,
        around: Option<(usize, u8)>,
        depth: usize,
    ) -> Result<Model, Refused> {
        if depth >= MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "too deep"));
        }
        if self.reader.skipping > 0 {
            return self.item(desc, place, None, depth);
        }
        let at = self.items.length();
        let level = around.map_or(Some(0), |(_, level)| level.checked_add(1));
        let entry = self.reader.entry_at(at, Kind::is_pointer);
        let (kind, scope) = match entry {
            Some((Kind::Same(node), _)) => {
                let (start, kept) = (self.items.end(), self.items.kept);
                let part = match self.items.clone().next() {
                    Ok(Item::Part(cid, place)) => Some((cid, place)),
                    _ => None,
                };
                self.reader.skipping += 1;
                let content = self.item(desc, place, None, depth);
                self.reader.skipping -= 1;
                content?;
                if self.items.kept > kept {
                    let reason = "a back reference or a hole below an entry of kind 4";
                    return Err(Refused::new(Rule::Identity, reason));
                }
                self.check_same(node, &self.written_since(start), part)?;
                return self.lead_to(node, desc);
            }
            Some((kind, scope)) => (kind, Some(scope)),
            None if self.is_named(at, level) => (Kind::Pointer, None),
            None => return self.item(desc, place, around.map(|(node, _)| node), depth),
        };
        let node = self.reader.node(kind);
        self.begin(at, level, node);
        let start = self.items.end();
        let has_scope = scope.is_some();
        if let Some(scope) = scope {
            self.reader.enter(scope, at);
        }
        // Beyond the last level there are pointers that no place names.
        let around = (node, level.unwrap_or(u8::MAX));
        let content = self.pointed(desc, place, Some(around), depth + 1)?;
        if has_scope {
            self.reader.leave()?;
        }
        if matches!(kind, Kind::Node(_)) {
            self.met_first(node, at, level, start);
        }
        self.reader.nodes[node] = Some(content);
        Ok(Model::Pointer(node, desc.to_owned()))
    }

    /// A pointer to a node that was read before.
    fn lead_to(&mut self, node: usize, desc: &str) -> Result<Model, Refused> {
        let Some(Some(content)) = self.reader.nodes.get(node) else {
            return Err(Refused::new(
                Rule::Identity,
                "a pointer to a node that has not ended",
            ));
        };
        let holds = content.desc();
        let is_inside = matches!(content, Model::Option(_, Some(_)) | Model::Pointer(..));
        let is_inside = is_inside && unwrapped(&holds) == Some(desc);
        if holds != desc && unwrapped(desc) != Some(&holds) && !is_inside {
            return Err(Refused::new(
                Rule::Identity,
                format!("a pointer to {holds} in the place of {desc}"),
            ));
        }
        if holds != desc && is_inside {
            // The content of a cell may follow later.
            self.reader.present.push(node);
        }
        Ok(Model::Pointer(node, desc.to_owned()))
    }

    /// A value without the pointers to all of it, but for the head of a cycle: this is `around`.
    fn item(
        &mut self,
        desc: &str,
        place: Place,
        around: Option<usize>,
        depth: usize,
    ) -> Result<Model, Refused> {
        if depth >= MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "too deep"));
        }
        let start = self.items.length();
        let kept = self.items.kept;
        let before = self.items.clone();
        let first = if self.items.peek() == Some(0xc7) {
            Some(self.items.next()?)
        } else {
            None
        };
        match first {
            Some(Item::Back(place)) => return self.back(place, desc),
            Some(Item::Hole) => return self.hole(desc),
            Some(Item::Part(cid, place)) => return self.part(&cid, place, desc, depth),
            Some(Item::Link(cid)) if cycle::is_one(&cid, self.reader.blocks) => {
                self.check_link(place)?;
                return self.linked(&cid, desc, start, around, depth);
            }
            _ => self.items = before,
        }
        if let Some(of) = unwrapped(desc) {
            if self.items.peek() == Some(0xc0) {
                self.items.next()?;
                return Ok(Model::Option(of.to_owned(), None));
            }
            let place = if place == Place::Whole {
                Place::InWholeOption
            } else {
                Place::Inside
            };
            let is_array_of_one = self.items.peek() == Some(0x91);
            let inner =
                self.item(of, place, None, depth + 1)
                    .map_err(|refused| match refused.rule {
                        Rule::Clause(2) if is_array_of_one => {
                            Refused::new(Rule::Clause(6), "a wrapped option in an unwrapped place")
                        }
                        _ => refused,
                    })?;
            return Ok(Model::Option(of.to_owned(), Some(Box::new(inner))));
        }
        let item = self.items.next()?;
        if let (Item::Link(cid), true) = (&item, may_be_linked(desc)) {
            self.check_link(place)?;
            return self.linked(cid, desc, start, None, depth);
        }
        if let (Item::Weak, "w") = (&item, desc) {
            let entry = match self.reader.skipping {
                0 => self
                    .reader
                    .entry_at(start, |kind| matches!(kind, Kind::Weak(_))),
                _ => None,
            };
            return Ok(Model::Weak(match entry {
                Some((Kind::Weak(node), _)) => Some(node),
                _ => None,
            }));
        }
        let model = self.own_form(desc, item, depth)?;
        let length = self.items.length() - start;
        let cuttable = may_be_linked(desc)
            && !matches!(&model, Model::Option(_, None))
            && !matches!(&model, Model::Record(_, fields) if fields.is_empty());
        let is_long = length >= self.profile.cut && self.items.kept == kept;
        if place != Place::Whole && cuttable && is_long {
            return Refused::clause(7, "a part of at least the cut that stands inline");
        }
        Ok(model)
    }

    fn check_link(&self, place: Place) -> Result<(), Refused> {
        if self.profile.number == Profile::WHOLE.number {
            return Refused::clause(7, "a link in the whole profile");
        }
        if place != Place::Inside {
            return Refused::clause(7, "a block that holds nothing but a link");
        }
        Ok(())
    }

    /// What a link that began here stands for.
    fn linked(
        &mut self,
        cid: &Cid,
        desc: &str,
        start: usize,
        around: Option<usize>,
        depth: usize,
    ) -> Result<Model, Refused> {
        if self.reader.skipping > 0 {
            // Never looked at: keys with links are not compared.
            return Ok(Model::Unit);
        }
        let entry = self.reader.entry_at(start, |kind| kind == Kind::Link);
        let scope = entry.map_or_else(|| Scope::from([]), |(_, scope)| scope);
        let role = Role::Linked(desc.to_owned());
        let part = self.reader.block(cid, &role, scope, around, depth + 1)?;
        Ok(match part.head {
            Some(head) if around != Some(head) => Model::Pointer(head, desc.to_owned()),
            _ => part.model,
        })
    }

    /// The numbers of a bin, and the pointers to them.
    fn numbers(&mut self, of: &str, bytes: &[u8]) -> Result<Option<Vec<Model>>, Refused> {
        let numbers = items::packed(of, bytes)?;
        let end = self.items.length();
        if self.reader.skipping > 0 || !self.reader.has_entry_before(end) {
            return Ok(Some(numbers).filter(|_| of != "B"));
        }
        let width = bytes.len() / numbers.len().max(1);
        let mut at = end - bytes.len();
        let mut pointed = Vec::new();
        for number in numbers {
            pointed.push(self.number(number, at)?);
            at += width;
        }
        Ok(Some(pointed))
    }

    fn number(&mut self, number: Model, at: usize) -> Result<Model, Refused> {
        let desc = number.desc();
        let (kind, scope) = match self.reader.entry_at(at, Kind::is_pointer) {
            None => return Ok(number),
            Some((Kind::Same(node), _)) => {
                self.check_same(node, &Written::number(&number), None)?;
                return self.lead_to(node, &desc);
            }
            Some(entry) => entry,
        };
        let node = self.reader.node(kind);
        let first = First {
            written: Written::number(&number),
            place: None,
        };
        self.reader.firsts.insert(node, first);
        self.reader.enter(scope, at);
        let content = self.number(number, at)?;
        self.reader.leave()?;
        self.reader.nodes[node] = Some(content);
        Ok(Model::Pointer(node, desc))
    }

    /// A value in the form of its desc, whose first item was read.
    fn own_form(&mut self, desc: &str, item: Item, depth: usize) -> Result<Model, Refused> {
        if let Some(model) = items::scalar(desc, &item)? {
            return Ok(model);
        }
        let (kind, of) = desc.split_at(1);
        match (kind, item) {
            ("s", Item::Text(text)) => {
                self.refuse_long(text.len())?;
                Ok(Model::Text(text.to_owned()))
            }
            ("y", Item::Binary(bytes)) => {
                self.refuse_long(bytes.len())?;
                Ok(match self.numbers("B", bytes)? {
                    Some(numbers) => Model::Sequence("B".to_owned(), numbers),
                    None => Model::Bytes(bytes.to_owned()),
                })
            }
            ("[", Item::Binary(bytes)) if desc::packed_width(of).is_some() => {
                self.refuse_long(bytes.len())?;
                let numbers = self.numbers(of, bytes)?.unwrap_or_default();
                Ok(Model::Sequence(of.to_owned(), numbers))
            }
            ("[", Item::Array(count)) if desc::packed_width(of).is_none() => {
                let elements = self.elements(of, count, false, depth)?;
                Ok(Model::Sequence(of.to_owned(), elements))
            }
            ("<", Item::Array(count)) => Ok(Model::Set(
                of.to_owned(),
                self.elements(of, count, true, depth)?,
            )),
            ("{", Item::Map(count)) => {
                let (key, value) = desc::split_first(of)?;
                let entries = self.entries(key, value, count, depth)?;
                Ok(Model::Map(key.to_owned(), value.to_owned(), entries))
            }
            ("(", Item::Array(count)) => {
                let descs = desc::split(of.strip_suffix(')').unwrap_or(of))?;
                if descs.len() as u64 != count {
                    return Refused::clause(2, "a tuple with another number of parts");
                }
                Ok(Model::Tuple(self.fields(&descs, depth)?))
            }
            ("*", Item::Array(2)) => {
                let desc = self.items.text(4, "an any's desc that is no str")?;
                desc::check(desc)?;
                if desc == "*" {
                    return Refused::clause(6, "an any in an any");
                }
                Ok(Model::Any(Box::new(self.value(
                    desc,
                    Place::Inside,
                    depth + 1,
                )?)))
            }
            ("?", Item::Nil) => Ok(Model::Option(of.to_owned(), None)),
            ("?", Item::Array(1)) => {
                let inner = self.value(of, Place::Inside, depth + 1)?;
                Ok(Model::Option(of.to_owned(), Some(Box::new(inner))))
            }
            ("?", _) => Refused::clause(6, "an option that is not wrapped"),
            ("@", item) => self.record(&item, depth),
            _ => Refused::clause(2, format!("a form that {desc} does not allow")),
        }
    }

    fn record(&mut self, item: &Item, depth: usize) -> Result<Model, Refused> {
        let mut start = self.items.end();
        let (index, fields) = match item {
            Item::Array(count @ 1..) => (self.items.next_index()?, count - 1),
            Item::Unsigned(index) => {
                start -= 1 + self.items.count_index_as_one(*index);
                (*index, 0)
            }
            _ => return Refused::clause(2, "a record that is neither index nor array"),
        };
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(shape) = self.table.get(position).cloned() else {
            return Refused::clause(5, "an index out of the table");
        };
        match position.cmp(&self.used) {
            Ordering::Less => {}
            Ordering::Equal => self.used += 1,
            Ordering::Greater => return Refused::clause(5, "shapes not in order of first use"),
        }
        let known = (self.items.end(), Rc::clone(&shape));
        self.indices.insert(start, known);
        let descs = desc::split(&shape.types)?;
        if descs.len() as u64 != fields {
            return Refused::clause(5, "a record with another number of fields");
        }
        if matches!(item, Item::Array(1)) {
            return Refused::clause(2, "an array around a record without fields");
        }
        let fields = self.fields(&descs, depth)?;
        Ok(Model::Record(shape, fields))
    }

    fn fields(&mut self, descs: &[&str], depth: usize) -> Result<Vec<Model>, Refused> {
        descs
            .iter()
            .map(|desc| self.value(desc, Place::Inside, depth + 1))
            .collect()
    }

    fn elements(
        &mut self,
        of: &str,
        count: u64,
        ascending: bool,
        depth: usize,
    ) -> Result<Vec<Model>, Refused> {
        let start = self.items.length();
        let kept = self.items.kept;
        let mut elements = Vec::new();
        let mut before = None;
        for _ in 0..count {
            elements.push(if ascending {
                self.key(of, &mut before, depth)?
            } else {
                self.value(of, Place::Inside, depth + 1)?
            });
        }
        if self.items.kept == kept {
            self.refuse_long(self.items.length() - start)?;
        }
        Ok(elements)
    }

    fn entries(
        &mut self,
        key_desc: &str,
        value_desc: &str,
        count: u64,
        depth: usize,
    ) -> Result<Vec<(Model, Model)>, Refused> {
        let start = self.items.length();
        let kept = self.items.kept;
        let mut entries = Vec::new();
        let mut before = None;
        for _ in 0..count {
            let key = self.key(key_desc, &mut before, depth)?;
            let value = self.value(value_desc, Place::Inside, depth + 1)?;
            entries.push((key, value));
        }
        if self.items.kept == kept {
            self.refuse_long(self.items.length() - start)?;
        }
        Ok(entries)
    }

    /// A key that must be greater than the one before it.
    fn key(
        &mut self,
        desc: &str,
        before: &mut Option<(Model, bool)>,
        depth: usize,
    ) -> Result<Model, Refused> {
        let (items, used) = (self.items.clone(), self.used);
        // Keys are compared by their content, so it is read twice, first without its pointers.
        self.reader.skipping += 1;
        let content = self.value(desc, Place::Inside, depth + 1);
        self.reader.skipping -= 1;
        let content = content?;
        if !ascends(before, &content, self.items.links > items.links) {
            return Refused::clause(6, "keys that are not strictly ascending");
        }
        if self.reader.skipping > 0 {
            return Ok(content);
        }
        (self.items, self.used) = (items, used);
        self.value(desc, Place::Inside, depth + 1)
    }

    fn refuse_long(&self, elements: usize) -> Result<(), Refused> {
        if elements > self.profile.leaf.max {
            return Refused::clause(7, "elements above the leaf maximum in one block");
        }
        Ok(())
    }
}

/// Whether this key is greater than the one before it, where neither of the two holds a link.
fn ascends(before: &mut Option<(Model, bool)>, key: &Model, holds_link: bool) -> bool {
    match before.replace((key.clone(), holds_link)) {
        Some((before, false)) if !holds_link => model::compare(&before, key).is_lt(),
        _ => true,
    }
}

fn may_be_linked(desc: &str) -> bool {
    match desc.strip_prefix('?') {
        Some(of) => desc::is_wrapped(of),
        None => desc.starts_with(['@', 's', 'y', '*', '[', '{', '<', '(']),
    }
}

/// The desc of the keys, for maps and sets.
fn key_desc(desc: &str) -> Result<Option<String>, Refused> {
    Ok(match desc.split_at(1) {
        ("<", of) => Some(of.to_owned()),
        ("{", of) => Some(desc::split_first(of)?.0.to_owned()),
        _ => None,
    })
}

/// Adds a part of a chunked value to those before it.
fn extend(whole: &mut Model, part: Model) {
    match (whole, part) {
        (Model::Text(whole), Model::Text(part)) => whole.push_str(&part),
        (Model::Bytes(whole), Model::Bytes(part)) => whole.extend(part),
        (Model::Sequence(_, whole), Model::Sequence(_, part))
        | (Model::Set(_, whole), Model::Set(_, part)) => whole.extend(part),
        (Model::Map(_, _, whole), Model::Map(_, _, part)) => whole.extend(part),
        // Where only one of them has pointers to its bytes.
        (whole @ Model::Bytes(_), part @ Model::Sequence(..)) => {
            let Model::Bytes(bytes) = whole else { return };
            *whole = Model::Sequence("B".to_owned(), numbers(bytes));
            extend(whole, part);
        }
        (Model::Sequence(_, whole), Model::Bytes(part)) => whole.extend(numbers(&part)),
        _ => {}
    }
}

fn numbers(bytes: &[u8]) -> Vec<Model> {
    let number = |&byte: &u8| Model::Unsigned(Bits::B8, u128::from(byte));
    bytes.iter().map(number).collect()
}

/// The integer of these bits, if it is in range.
fn in_range(bits: Bits, number: u128, signed: bool) -> bool {
    let available = if signed {
        bits.count() - 1
    } else {
        bits.count()
    };
    available == 128 || number >> available == 0
}

#[cfg(test)]
mod tests;

//! The strict reader: blocks back to a model, refusing everything that section 11 lists.
//!
//! Reading is bounded: values deeper than [`MAX_DEPTH`] and roots that expand to more than
//! [`MAX_BYTES`] of blocks are refused. It never panics, whatever the bytes are.

mod items;

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use crate::desc::{self, BadDesc};
use crate::model::{self, Bits, Model, Shape};
use crate::profile::Profile;
use crate::reference::{self, Blocks, Cid};
use items::{Item, Items};

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
    /// A reserved form (section 12): not yet.
    Reserved,
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
            Self::Reserved => f.write_str("12"),
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
        let rule = if bad == BadDesc::Reserved {
            Rule::Reserved
        } else {
            Rule::Clause(4)
        };
        Self::new(rule, bad.to_string())
    }
}

/// The value under a root, after all checks made on every read.
///
/// An option whose inner value is the whole root comes back as the inner value (section 8).
///
/// # Errors
/// If a block is missing, corrupt or breaks a rule.
pub fn decode(root: &Cid, blocks: &Blocks) -> Result<Model, Refused> {
    decode_with_profile(root, blocks).map(|(model, _)| model)
}

/// The value under a root and its profile, after the checks across blocks too.
///
/// # Errors
/// If a block is missing, corrupt or breaks a rule, or the value's own encoding is another one.
pub fn fsck(root: &Cid, blocks: &Blocks) -> Result<(Model, Profile), Refused> {
    let (model, profile) = decode_with_profile(root, blocks)?;
    match reference::encode(&model, profile) {
        Ok((again, _)) if again == *root => Ok((model, profile)),
        Ok(_) => Err(Refused::new(Rule::Across, "the value is encoded otherwise")),
        Err(_) => Err(Refused::new(Rule::Across, "two keys are equal")),
    }
}

fn decode_with_profile(root: &Cid, blocks: &Blocks) -> Result<(Model, Profile), Refused> {
    let mut reader = Reader {
        blocks,
        profile: None,
        bytes_left: MAX_BYTES,
    };
    let part = reader.block(root, &Role::Root, 0)?;
    let profile = reader
        .profile
        .ok_or_else(|| Refused::new(Rule::Clause(1), "no block read"))?;
    Ok((part.model, profile))
}

/// Why a block is read.
enum Role {
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
}

struct Reader<'a> {
    blocks: &'a Blocks,
    /// That of the first block read.
    profile: Option<Profile>,
    bytes_left: usize,
}

impl Reader<'_> {
    fn block(&mut self, cid: &Cid, role: &Role, depth: usize) -> Result<Part, Refused> {
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
        let mut items = Items::new(bytes);
        let profile = self.first_byte(&mut items)?;
        let (desc, is_node) = block_desc(&mut items, role)?;
        if is_node && profile.number == Profile::WHOLE.number {
            return Refused::clause(7, "a node in the whole profile");
        }
        let mut body = Body {
            reader: self,
            profile,
            table: shape_table(&mut items)?,
            used: 0,
            items,
        };
        let part = if is_node {
            body.node(&desc, depth)?
        } else {
            body.whole(&desc, role, depth)?
        };
        if body.used < body.table.len() {
            return Refused::clause(5, "a shape that is not used");
        }
        if body.items.is_at_end() {
            Ok(part)
        } else {
            Refused::clause(9, "bytes after the value")
        }
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

/// The desc without its `%`, and whether it had one.
fn block_desc(items: &mut Items, role: &Role) -> Result<(String, bool), Refused> {
    let whole = items.text(4, "a block's desc that is no str")?;
    if whole.starts_with(['!', '~']) {
        return Err(Refused::new(
            Rule::Reserved,
            "a root with an overlay, or a cycle",
        ));
    }
    let plain = whole.strip_prefix('%');
    let desc = plain.unwrap_or(whole);
    desc::check(desc)?;
    if plain.is_some() && !desc.starts_with(['[', '{', '<', 's', 'y']) {
        return Refused::clause(4, "a node of what cannot be chunked");
    }
    match role {
        Role::Linked(expected) | Role::Chunk(expected) if desc != expected => {
            Refused::clause(4, format!("a link to {desc} in the place of {expected}"))
        }
        _ => Ok((desc.to_owned(), plain.is_some())),
    }
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
    let fields = desc::split(types).map_err(|bad| match bad {
        BadDesc::Reserved => Refused::from(bad),
        _ => Refused::new(Rule::Clause(5), bad.to_string()),
    })?;
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
}

impl Body<'_, '_, '_> {
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
            let Item::Link(cid) = self.items.next()? else {
                return Refused::clause(2, "a group that does not start with a link");
            };
            let count = match self.items.next()? {
                Item::Unsigned(count @ 1..) => count,
                Item::Unsigned(_) | Item::Negative(_) => {
                    return Refused::clause(8, "a count that is not at least 1");
                }
                _ => return Refused::clause(2, "a count that is no integer"),
            };
            if let Some(key_desc) = &key_desc {
                let links = self.items.links;
                let key = self.value(key_desc, Place::Inside, depth + 1)?;
                let holds_link = self.items.links > links;
                if !ascends(&mut before, &key, holds_link) {
                    return Refused::clause(8, "first keys that are not strictly ascending");
                }
            }
            let role = Role::Chunk(desc.to_owned());
            let part = self.reader.block(&cid, &role, depth + 1)?;
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

    /// A value with this desc.
    fn value(&mut self, desc: &str, place: Place, depth: usize) -> Result<Model, Refused> {
        if depth >= MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "too deep"));
        }
        let start = self.items.length();
        if let Some(of) = desc.strip_prefix('?')
            && !desc::is_wrapped(of)
        {
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
            let inner = self
                .value(of, place, depth + 1)
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
            if self.profile.number == Profile::WHOLE.number {
                return Refused::clause(7, "a link in the whole profile");
            }
            if place != Place::Inside {
                return Refused::clause(7, "a block that holds nothing but a link");
            }
            let role = Role::Linked(desc.to_owned());
            return Ok(self.reader.block(cid, &role, depth + 1)?.model);
        }
        let model = self.own_form(desc, item, depth)?;
        let length = self.items.length() - start;
        let cuttable = may_be_linked(desc)
            && !matches!(&model, Model::Option(_, None))
            && !matches!(&model, Model::Record(_, fields) if fields.is_empty());
        if place != Place::Whole && cuttable && length >= self.profile.cut {
            return Refused::clause(7, "a part of at least the cut that stands inline");
        }
        Ok(model)
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
                Ok(Model::Bytes(bytes.to_owned()))
            }
            ("[", Item::Binary(bytes)) if desc::packed_width(of).is_some() => {
                self.refuse_long(bytes.len())?;
                items::packed(of, bytes)
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
        let (index, fields) = match item {
            Item::Array(count @ 1..) => (self.items.next_index()?, count - 1),
            Item::Unsigned(index) => {
                self.items.count_index_as_one(*index);
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
        let mut elements = Vec::new();
        let mut before = None;
        for _ in 0..count {
            let links = self.items.links;
            let element = self.value(of, Place::Inside, depth + 1)?;
            if ascending && !ascends(&mut before, &element, self.items.links > links) {
                return Refused::clause(6, "keys that are not strictly ascending");
            }
            elements.push(element);
        }
        self.refuse_long(self.items.length() - start)?;
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
        let mut entries = Vec::new();
        let mut before = None;
        for _ in 0..count {
            let links = self.items.links;
            let key = self.value(key_desc, Place::Inside, depth + 1)?;
            if !ascends(&mut before, &key, self.items.links > links) {
                return Refused::clause(6, "keys that are not strictly ascending");
            }
            let value = self.value(value_desc, Place::Inside, depth + 1)?;
            entries.push((key, value));
        }
        self.refuse_long(self.items.length() - start)?;
        Ok(entries)
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
        _ => {}
    }
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

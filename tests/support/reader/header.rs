//! What stands in a block before its value: the desc and the table of shapes.

use std::rc::Rc;

use super::items::{Item, Items};
use super::{Refused, Role, Rule};
use crate::desc;
use crate::model::Shape;

/// The `%` or `~` of a desc, and the desc without it.
pub(super) fn block_desc(
    items: &mut Items,
    role: &Role,
) -> Result<(Option<char>, String), Refused> {
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
pub(super) fn unwrapped(desc: &str) -> Option<&str> {
    desc.strip_prefix('?').filter(|of| !desc::is_wrapped(of))
}

pub(super) fn shape_table(items: &mut Items) -> Result<Vec<Rc<Shape>>, Refused> {
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

pub(super) fn shape(items: &mut Items) -> Result<Shape, Refused> {
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

//! The shape table of a block as a reader keeps it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::Cursor;
use crate::desc::{DescText, split};
use crate::error::Error;
use crate::shape::{Shape, ShapeText, are_types};

/// The shapes a decoder has met, numbered. Blocks share most of theirs: each is checked once, and
/// compared once with the type that reads it.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    known: Vec<Known>,
    by_bytes: BTreeMap<Box<[u8]>, usize>,
    /// The shape read last.
    last: usize,
    /// How many tables were read.
    tables: u64,
}

#[derive(Debug)]
struct Known {
    bytes: Box<[u8]>,
    shape: ShapeText,
    /// The constants it was compared with last, by address, and what came of it.
    matched: Option<(usize, Match)>,
    /// The shape that followed it last time.
    next: usize,
    /// The last table it stood in.
    table: u64,
}

/// How a written shape serves a type.
#[derive(Clone, Debug)]
pub(super) enum Match {
    /// It is this variant's shape exactly.
    Exact(usize),
    /// It is read field by field as this variant.
    Evolved(usize, Arc<Plan>),
}

/// Which written fields a type takes.
#[derive(Debug)]
pub(super) struct Plan {
    /// For each field of the type the number of the written one.
    pub(super) fields: Vec<Option<usize>>,
    /// The written fields that the type does not have.
    pub(super) unknown: Vec<usize>,
}

impl Shapes {
    /// Reads the table at the cursor and appends the numbers of its shapes.
    pub(super) fn read(&mut self, cursor: &mut Cursor, out: &mut Vec<usize>) -> Result<(), Error> {
        let n = cursor.array_len()?;
        self.tables += 1;
        for _ in 0..n {
            let number = self.read_shape(cursor)?;
            if let Some(last) = self.known.get_mut(self.last) {
                last.next = number;
            }
            self.last = number;
            if let Some(known) = self.known.get_mut(number)
                && std::mem::replace(&mut known.table, self.tables) == self.tables
            {
                return Err(cursor.malformed("a shape stands twice in the table"));
            }
            out.push(number);
        }
        Ok(())
    }

    fn read_shape(&mut self, cursor: &mut Cursor) -> Result<usize, Error> {
        let rest = cursor.block.get(cursor.at..).unwrap_or_default();
        // A shape's own headers say where it ends, so no shape is the beginning of another.
        if let Some(number) = self.known.get(self.last).map(|last| last.next)
            && let Some(next) = self.known.get(number)
            && rest.starts_with(&next.bytes)
        {
            cursor.at += next.bytes.len();
            return Ok(number);
        }
        let start = cursor.at;
        for _ in 0..cursor.array_len()? {
            if matches!(cursor.peek()?, 0x90..=0x9f) {
                cursor.array_len()?;
                cursor.string_bytes()?;
                cursor.unsigned()?;
            } else {
                cursor.string_bytes()?;
            }
        }
        let bytes = cursor.block.get(start..cursor.at).unwrap_or_default();
        if let Some(number) = self.by_bytes.get(bytes) {
            return Ok(*number);
        }
        let bytes: Box<[u8]> = bytes.into();
        cursor.at = start;
        let shape = parse_shape(cursor)?;
        let number = self.known.len();
        self.by_bytes.insert(bytes.clone(), number);
        self.known.push(Known {
            bytes,
            shape,
            matched: None,
            next: 0,
            table: 0,
        });
        Ok(number)
    }

    #[inline]
    pub(super) fn get(&self, number: usize) -> Option<&ShapeText> {
        self.known.get(number).map(|known| &known.shape)
    }

    /// What was found out when the shape was compared with these constants.
    #[inline]
    pub(super) fn matched(&self, number: usize, shapes: &'static [Shape]) -> Option<&Match> {
        let (address, found) = self.known.get(number)?.matched.as_ref()?;
        (*address == shapes.as_ptr().addr()).then_some(found)
    }

    /// Compares the shape with these constants, once.
    pub(super) fn find_match(&mut self, number: usize, shapes: &'static [Shape]) -> Option<Match> {
        if let Some(found) = self.matched(number, shapes) {
            return Some(found.clone());
        }
        let known = self.known.get_mut(number)?;
        let found = find_match(&known.shape, shapes)?;
        known.matched = Some((shapes.as_ptr().addr(), found.clone()));
        Some(found)
    }
}

fn parse_shape(cursor: &mut Cursor) -> Result<ShapeText, Error> {
    let parts = cursor.array_len()?;
    if parts < 2 {
        return Err(cursor.malformed("a shape has a tag and types"));
    }
    let has_version = matches!(cursor.peek()?, 0x90..=0x9f);
    if has_version && cursor.array_len()? != 2 {
        return Err(cursor.malformed("a versioned tag has two parts"));
    }
    let tag: Box<str> = cursor.text()?.into();
    let version = if has_version { cursor.unsigned()? } else { 0 };
    let version = match u32::try_from(version) {
        Ok(0) if has_version => return Err(cursor.malformed("a version is at least 1")),
        Ok(version) => version,
        Err(_) => return Err(cursor.malformed("a version has 32 bits")),
    };
    let text = cursor.text()?.as_bytes();
    let types: Option<Vec<DescText>> = if are_types(text) {
        split(text).map(DescText::parse).collect()
    } else {
        None
    };
    let Some(types) = types else {
        return Err(cursor.malformed("field types are not descs"));
    };
    let mut names = Vec::new();
    for _ in 2..parts {
        names.push(cursor.text()?.into());
    }
    let shape = ShapeText::new(&tag, version, types, names);
    shape.ok_or_else(|| cursor.malformed("names are one a field, all different, or none"))
}

/// How a written shape serves a type with these shapes, if its tag is one of theirs.
fn find_match(written: &ShapeText, shapes: &'static [Shape]) -> Option<Match> {
    let tag = written.tag();
    // Some tags have two shapes.
    let exact = |shape: &Shape| shape.tag == tag && is_exact(written, shape);
    if let Some(variant) = shapes.iter().position(exact) {
        return Some(Match::Exact(variant));
    }
    let by_tag = |shape: &Shape| shape.tag == tag;
    let by_alias = |shape: &Shape| shape.tag_aliases.contains(&tag);
    let variant = shapes
        .iter()
        .position(by_tag)
        .or_else(|| shapes.iter().position(by_alias))?;
    let shape = shapes.get(variant)?;
    // Data of another version of the type may mean something else under the same names.
    if written.version() != shape.version {
        return None;
    }
    if tag.starts_with("std::") && !is_evolved_generic(written, shape) {
        return None;
    }
    Some(Match::Evolved(variant, Arc::new(plan(written, shape))))
}

/// The standard library's types that hold values of others.
const GENERIC: [&str; 3] = ["std::Result::", "std::Bound::", "std::Range"];

/// Whether this is a standard type's record but for the types of what it holds: only those evolve.
fn is_evolved_generic(written: &ShapeText, shape: &Shape) -> bool {
    GENERIC.iter().any(|start| shape.tag.starts_with(start))
        && written.version() == shape.version
        && written.len() == shape.types.len()
        && written.names().eq(shape.names.iter().copied())
}

fn is_exact(written: &ShapeText, shape: &Shape) -> bool {
    let types = written.types().iter().zip(shape.types);
    written.version() == shape.version
        && written.len() == shape.types.len()
        && written.names().len() == shape.names.len()
        && types.clone().all(|(text, desc)| desc.is(text.as_bytes()))
        && written.names().zip(shape.names).all(|(a, b)| a == *b)
}

/// Fields are found by name, then by alias; by number where there are no names.
fn plan(written: &ShapeText, shape: &Shape) -> Plan {
    let names: Vec<&str> = written.names().collect();
    let by_name = |name: &str| names.iter().position(|written| *written == name);
    let fields: Vec<Option<usize>> = (0..shape.types.len())
        .map(|field| match shape.names.get(field) {
            // Numbers say nothing about fields that were written by name.
            None => (names.is_empty() && field < written.len()).then_some(field),
            Some(name) => by_name(name).or_else(|| {
                let aliases = shape.aliases.iter().filter(|(_, of)| *of == field);
                aliases.clone().find_map(|(alias, _)| by_name(alias))
            }),
        })
        .collect();
    let unknown = (0..written.len())
        .filter(|number| !fields.contains(&Some(*number)))
        .collect();
    Plan { fields, unknown }
}

//! The shape table of a block as a reader keeps it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::read::Cursor;
use crate::desc::{DescText, split};
use crate::error::Error;
use crate::shape::{Shape, ShapeText, are_types};

/// A shape of an open block, and what was found out about it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) shape: ShapeText,
    /// The constants it was compared with, by address, and what came of it.
    pub(super) matched: Option<(usize, Match)>,
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

/// Tables kept because the next block is likely to have the same.
const KEPT_TABLES: usize = 8;

/// Tables read before, so that a long sequence's chunks parse theirs once.
#[derive(Debug, Default)]
pub(super) struct Tables {
    kept: Vec<(Box<[u8]>, Vec<Entry>)>,
    next: usize,
}

impl Tables {
    /// Reads the table at the cursor and appends its shapes.
    pub(super) fn read(&mut self, cursor: &mut Cursor, out: &mut Vec<Entry>) -> Result<(), Error> {
        if cursor.peek()? == 0x90 {
            cursor.at += 1;
            return Ok(());
        }
        let rest = cursor.block.get(cursor.at..).unwrap_or_default();
        // A table's own headers say where it ends, so no table is the beginning of another.
        if let Some((bytes, entries)) = self.kept.iter().find(|kept| rest.starts_with(&kept.0)) {
            cursor.at += bytes.len();
            out.extend_from_slice(entries);
            return Ok(());
        }
        let start = cursor.at;
        let entries = parse(cursor)?;
        out.extend_from_slice(&entries);
        let bytes = cursor.block.get(start..cursor.at).unwrap_or_default();
        let kept = (bytes.into(), entries);
        match self.kept.get_mut(self.next) {
            Some(place) => *place = kept,
            None => self.kept.push(kept),
        }
        self.next = (self.next + 1) % KEPT_TABLES;
        Ok(())
    }

    /// Remembers what was found out about a shape for the next block with the same table.
    pub(super) fn remember(&mut self, table: &[Entry], index: usize) {
        let same = self.kept.iter_mut().find(|(_, entries)| {
            entries.len() == table.len()
                && entries.iter().zip(table).all(|(a, b)| a.shape == b.shape)
        });
        if let Some((_, entries)) = same
            && let (Some(kept), Some(entry)) = (entries.get_mut(index), table.get(index))
        {
            kept.matched.clone_from(&entry.matched);
        }
    }
}

fn parse(cursor: &mut Cursor) -> Result<Vec<Entry>, Error> {
    let n = cursor.array_len()?;
    let mut entries = Vec::new();
    let mut seen = BTreeSet::new();
    for _ in 0..n {
        let start = cursor.at;
        let shape = parse_shape(cursor)?;
        let bytes: Box<[u8]> = cursor
            .block
            .get(start..cursor.at)
            .unwrap_or_default()
            .into();
        if !seen.insert(bytes) {
            return Err(cursor.malformed("a shape stands twice in the table"));
        }
        entries.push(Entry {
            shape,
            matched: None,
        });
    }
    Ok(entries)
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
    let types = cursor.text()?.as_bytes();
    let types: Option<Vec<DescText>> = if are_types(types) {
        split(types).map(DescText::parse).collect()
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
pub(super) fn find_match(written: &ShapeText, shapes: &'static [Shape]) -> Option<Match> {
    let tag = written.tag();
    let by_tag = |shape: &Shape| shape.tag == tag;
    let by_alias = |shape: &Shape| shape.tag_aliases.contains(&tag);
    let variant = shapes
        .iter()
        .position(by_tag)
        .or_else(|| shapes.iter().position(by_alias))?;
    let shape = shapes.get(variant)?;
    if shape.tag == tag && is_exact(written, shape) {
        return Some(Match::Exact(variant));
    }
    Some(Match::Evolved(variant, Arc::new(plan(written, shape))))
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
            None => (field < written.len()).then_some(field),
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

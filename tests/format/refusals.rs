//! The list behind `tests/vectors/refused.json`.

#![allow(clippy::too_many_lines, reason = "they are tables")]

mod containers;
mod identity;
mod items;
mod nodes;
mod overlay;
mod parts;
mod places;
mod shapes;
mod trees;

use cideldill_reference::notation::hex;
use cideldill_reference::pack;

/// Blocks, the first of which is the root, and the rule they break.
pub(crate) struct Refusal {
    pub(crate) name: String,
    /// As `reader::Rule` prints.
    pub(crate) rule: &'static str,
    pub(crate) blocks: Vec<Vec<u8>>,
}

pub(crate) fn all() -> Vec<Refusal> {
    let lists = [
        items::refusals(),
        shapes::refusals(),
        containers::refusals(),
        trees::refusals(),
        nodes::refusals(),
        identity::refusals(),
    ];
    lists.into_iter().flatten().collect()
}

/// The bytes of hexadecimal digits with spaces between them.
fn spaced(digits: &str) -> Vec<u8> {
    hex(&digits.replace(' ', ""))
}

/// A whole block.
fn raw(name: &str, rule: &'static str, digits: &str) -> Refusal {
    Refusal {
        name: name.to_owned(),
        rule,
        blocks: vec![spaced(digits)],
    }
}

/// A block with these parts; the table and the value as they stand there.
fn block(profile: u8, desc: &str, table: &[u8], value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![16 + profile];
    pack::text(&mut bytes, desc);
    bytes.extend(table);
    bytes.extend(value);
    bytes
}

/// A block of the standard profile without shapes.
fn plain(name: &str, rule: &'static str, desc: &str, value: &str) -> Refusal {
    let blocks = vec![block(0, desc, &[0x90], &spaced(value))];
    Refusal {
        name: name.to_owned(),
        rule,
        blocks,
    }
}

/// A block of the standard profile with a table.
fn shaped(name: &str, rule: &'static str, desc: &str, table: &str, value: &str) -> Refusal {
    let blocks = vec![block(0, desc, &spaced(table), &spaced(value))];
    Refusal {
        name: name.to_owned(),
        rule,
        blocks,
    }
}

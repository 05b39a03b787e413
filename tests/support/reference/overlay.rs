//! The overlay (section 14.3), read off the marks in the forms of a value's blocks.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{Form, Piece};

/// An entry of a scope.
struct Entry {
    /// From the start of the scope.
    offset: usize,
    kind: Kind,
    scope: Vec<Entry>,
}

/// Kinds by their numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Link,
    /// 2, or 6 if there is nothing inside.
    Node(usize),
    /// 3, or 7 if there is nothing inside.
    Pointer,
    Same(usize),
    Weak(usize),
}

/// The overlay of a value with this outermost form; empty if there is nothing to say.
pub(super) fn stream(outermost: &Form) -> Vec<u8> {
    let entries = entries(outermost, &Named::among(outermost));
    if entries.is_empty() {
        return Vec::new();
    }
    let mut numbers = BTreeMap::new();
    number(&entries, &mut numbers);
    let mut out = Vec::new();
    write_scope(&entries, &numbers, &mut 0, &mut out);
    out
}

/// The nodes that are met, and those of them that entries name.
struct Named {
    met: BTreeSet<usize>,
    named: BTreeSet<usize>,
}

impl Named {
    fn among(form: &Form) -> Self {
        let (mut met, mut named) = (BTreeSet::new(), BTreeSet::new());
        let mut ahead = vec![form];
        while let Some(form) = ahead.pop() {
            for piece in &form.pieces {
                match piece {
                    Piece::Enter(node) => {
                        met.insert(*node);
                    }
                    Piece::Same(node) | Piece::Weak(node) => {
                        named.insert(*node);
                    }
                    Piece::Link(_, Some(hidden)) => ahead.push(hidden),
                    _ => {}
                }
            }
        }
        let named = named.intersection(&met).copied().collect();
        Self { met, named }
    }
}

/// A scope whose end is not reached.
struct Open {
    /// The pointer whose content it is, but for the outermost.
    node: usize,
    start: usize,
    entries: Vec<Entry>,
    /// Its content is a back reference, or it is a cycle's head inside a pointer at the same place.
    is_told_apart: bool,
}

fn entries(form: &Form, named: &Named) -> Vec<Entry> {
    let mut outermost = Open {
        node: usize::MAX,
        start: 0,
        entries: Vec::new(),
        is_told_apart: false,
    };
    let mut inner: Vec<Open> = Vec::new();
    let mut at = 0;
    for piece in &form.pieces {
        let is_inside = inner.len() > 1 && inner[inner.len() - 2].start == at;
        let begins_here = inner.last_mut().filter(|open| open.start == at);
        if let Some(open) = begins_here {
            open.is_told_apart |= match piece {
                Piece::Back(_) => true,
                Piece::Head => is_inside,
                _ => false,
            };
        }
        let found = match piece {
            Piece::Enter(node) => {
                inner.push(Open {
                    node: *node,
                    start: at,
                    entries: Vec::new(),
                    is_told_apart: false,
                });
                Vec::new()
            }
            Piece::Leave => inner
                .pop()
                .map_or_else(Vec::new, |ended| leave(ended, named)),
            Piece::Same(node) => vec![(at, Kind::Same(*node), Vec::new())],
            Piece::Weak(node) if named.met.contains(node) => {
                vec![(at, Kind::Weak(*node), Vec::new())]
            }
            Piece::Link(_, Some(hidden)) => match entries(hidden, named) {
                inside if inside.is_empty() => Vec::new(),
                inside => vec![(at, Kind::Link, inside)],
            },
            _ => Vec::new(),
        };
        let around = inner.last_mut().unwrap_or(&mut outermost);
        around
            .entries
            .extend(found.into_iter().map(|(at, kind, scope)| Entry {
                offset: at - around.start,
                kind,
                scope,
            }));
        at += piece.length();
    }
    outermost.entries
}

/// What a pointer that was met first adds to the scope around it; offsets are those of the form.
fn leave(ended: Open, named: &Named) -> Vec<(usize, Kind, Vec<Entry>)> {
    let Open {
        node,
        start,
        entries,
        is_told_apart,
    } = ended;
    if named.named.contains(&node) {
        return vec![(start, Kind::Node(node), entries)];
    }
    let starts_with_pointer = entries.first().is_some_and(|first| {
        first.offset == 0 && !matches!(first.kind, Kind::Link | Kind::Weak(_))
    });
    if starts_with_pointer || is_told_apart {
        return vec![(start, Kind::Pointer, entries)];
    }
    let shifted = |entry: Entry| (start + entry.offset, entry.kind, entry.scope);
    entries.into_iter().map(shifted).collect()
}

/// Numbers the nodes in the order of their entries.
fn number(entries: &[Entry], numbers: &mut BTreeMap<usize, usize>) {
    for entry in entries {
        if let Kind::Node(node) = entry.kind {
            let next = numbers.len();
            numbers.insert(node, next);
        }
        number(&entry.scope, numbers);
    }
}

fn write_scope(
    entries: &[Entry],
    numbers: &BTreeMap<usize, usize>,
    count: &mut usize,
    out: &mut Vec<u8>,
) {
    let mut before = 0;
    for entry in entries {
        let kind = match entry.kind {
            Kind::Link => 1,
            Kind::Node(_) if entry.scope.is_empty() => 6,
            Kind::Node(_) => 2,
            Kind::Pointer if entry.scope.is_empty() => 7,
            Kind::Pointer => 3,
            Kind::Same(_) => 4,
            Kind::Weak(_) => 5,
        };
        leb128(out, (entry.offset - before) as u64 * 8 + kind);
        before = entry.offset;
        match entry.kind {
            Kind::Same(node) => leb128(out, (*count - numbers[&node]) as u64),
            Kind::Weak(node) => match numbers[&node] {
                number if number <= *count => leb128(out, (*count - number) as u64 * 2),
                number => leb128(out, (number - *count) as u64 * 2 - 1),
            },
            Kind::Node(_) => *count += 1,
            Kind::Link | Kind::Pointer => {}
        }
        if !entry.scope.is_empty() {
            write_scope(&entry.scope, numbers, count, out);
        }
    }
    leb128(out, 0);
}

fn leb128(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

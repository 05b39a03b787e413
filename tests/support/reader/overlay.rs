//! The overlay's stream of numbers as a tree of entries (sections 14.3 and 14.4).

use std::rc::Rc;

use super::{Refused, Rule};

/// An entry of a scope.
#[derive(Debug)]
pub(super) struct Entry {
    /// From the start of the scope.
    pub(super) offset: u64,
    pub(super) kind: Kind,
    /// Empty for `Same` and `Weak`, and where nothing is said about the inside.
    pub(super) scope: Scope,
}

/// The entries of a scope.
pub(super) type Scope = Rc<[Entry]>;

/// What an entry says, with the number of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Link,
    Node(usize),
    Pointer,
    Same(usize),
    Weak(usize),
}

impl Kind {
    pub(super) fn is_pointer(self) -> bool {
        matches!(self, Self::Node(_) | Self::Pointer | Self::Same(_))
    }
}

/// Whether the first entry is that of a pointer that begins where the scope does.
pub(super) fn begins_with_pointer(scope: &Scope) -> bool {
    let first = scope.first();
    first.is_some_and(|first| first.offset == 0 && first.kind.is_pointer())
}

/// The outermost scope, and how many nodes have a number.
pub(super) fn parse(bytes: &[u8]) -> Result<(Scope, usize), Refused> {
    let mut stream = Stream {
        rest: bytes,
        count: 0,
        named: Vec::new(),
        depth: 0,
    };
    let outermost = stream.scope()?;
    if !stream.rest.is_empty() {
        return refuse("bytes after the overlay's end");
    }
    let mut is_named = vec![false; stream.count];
    for number in stream.named {
        match is_named.get_mut(number) {
            Some(is_named) => *is_named = true,
            None => return refuse("an entry that names no node"),
        }
    }
    if is_named.contains(&false) {
        return refuse("a node that no entry names");
    }
    Ok((outermost, stream.count))
}

fn refuse<T>(reason: &str) -> Result<T, Refused> {
    Err(Refused::new(Rule::Identity, reason))
}

struct Stream<'a> {
    rest: &'a [u8],
    count: usize,
    named: Vec<usize>,
    depth: usize,
}

impl Stream<'_> {
    fn scope(&mut self) -> Result<Scope, Refused> {
        self.depth += 1;
        if self.depth > 3 * super::MAX_DEPTH {
            return Err(Refused::new(Rule::Limit, "scopes too deep"));
        }
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let number = self.number()?;
            if number == 0 {
                break;
            }
            let (difference, kind) = (number / 8, number % 8);
            let before = entries.last().map(|entry| entry.offset);
            let offset = match before {
                Some(_) if difference == 0 => return refuse("two entries at one offset"),
                before => before.unwrap_or(0).checked_add(difference),
            };
            let Some(offset) = offset else {
                return refuse("an offset of more than 64 bits");
            };
            entries.push(self.entry(offset, kind)?);
        }
        self.depth -= 1;
        if entries.is_empty() {
            return refuse("a scope without entries");
        }
        Ok(entries.into())
    }

    fn entry(&mut self, offset: u64, kind: u64) -> Result<Entry, Refused> {
        let none = || Scope::from([]);
        let (kind, scope) = match kind {
            1 => (Kind::Link, self.scope()?),
            2 => (self.node(), self.scope()?),
            3 => {
                let scope = self.scope()?;
                let is_link = |first: &Entry| first.offset == 0 && first.kind == Kind::Link;
                if !begins_with_pointer(&scope) && !scope.first().is_some_and(is_link) {
                    return refuse("a pointer that needs no entry");
                }
                (Kind::Pointer, scope)
            }
            4 => match self.number()? {
                0 => return refuse("a pointer that is the same as a later one"),
                back => (Kind::Same(self.name(i128::from(back))?), none()),
            },
            5 => {
                let zigzag = self.number()?;
                let half = i128::from(zigzag / 2);
                let back = if zigzag % 2 == 0 { half } else { -half - 1 };
                (Kind::Weak(self.name(back)?), none())
            }
            6 => (self.node(), none()),
            7 => (Kind::Pointer, none()),
            _ => return refuse("an entry of no kind"),
        };
        Ok(Entry {
            offset,
            kind,
            scope,
        })
    }

    fn node(&mut self) -> Kind {
        self.count += 1;
        Kind::Node(self.count - 1)
    }

    fn name(&mut self, back: i128) -> Result<usize, Refused> {
        // What lies ahead is compared with the number of nodes in the end.
        match usize::try_from(self.count as i128 - back) {
            Ok(number) => {
                self.named.push(number);
                Ok(number)
            }
            Err(_) => refuse("an entry that names no node"),
        }
    }

    /// A number in LEB128, in its shortest form.
    fn number(&mut self) -> Result<u64, Refused> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some((&byte, rest)) = self.rest.split_first() else {
                return refuse("an overlay that ends early");
            };
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return refuse("a number of more than 64 bits");
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return refuse("a number not in its shortest form");
                }
                return Ok(number);
            }
        }
        refuse("a number of more than 64 bits")
    }
}

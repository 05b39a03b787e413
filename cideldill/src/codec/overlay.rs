//! The overlay: which pointers of a value are the same, beside its content.
//!
//! A stream of numbers, read into an arena where entries are found by their offsets. Whatever the
//! bytes claim, reading them takes memory in proportion to them and no stack. Knows nothing of
//! blocks or types. Implements docs/format.md section 14.3; `overlay_write` is the other direction.

mod paths;

pub(super) use paths::Paths;

use crate::error::{Error, ErrorKind};

/// What stands at the place of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A link; the scope is that of the linked block's value.
    Link,
    /// A pointer that others name is met first; the scope is that of its content.
    Node,
    /// A pointer that none names is met first, not the only one at its place; the scope is that of
    /// its content.
    Pointer,
    /// A pointer to a node that was met before.
    Same,
    /// A weak pointer to a node that is met anywhere.
    Weak,
}

impl Kind {
    /// Whether a pointer is met first where this entry says.
    pub(super) fn is_first(self) -> bool {
        matches!(self, Self::Node | Self::Pointer)
    }

    /// Whether a strong pointer begins where this entry says.
    pub(super) fn is_pointer(self) -> bool {
        matches!(self, Self::Node | Self::Pointer | Self::Same)
    }
}

/// The kinds as they are written.
pub(super) const LINK: u64 = 1;
pub(super) const NODE: u64 = 2;
pub(super) const POINTER: u64 = 3;
pub(super) const SAME: u64 = 4;
pub(super) const WEAK: u64 = 5;
pub(super) const NODE_ALONE: u64 = 6;
pub(super) const POINTER_ALONE: u64 = 7;

/// A scope of an [`Overlay`], by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope(u32);

impl Scope {
    /// The scope of what has none: there are no entries in it.
    pub(crate) const EMPTY: Self = Self(0);

    /// Whether there is nothing to say inside.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::EMPTY
    }
}

/// What is said about one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// From the first byte of the scope.
    pub(crate) offset: u32,
    pub(crate) kind: Kind,
    /// Of the node that begins here or is led to.
    pub(crate) number: u32,
    /// What is said about the inside.
    pub(crate) scope: Scope,
}

/// A pointer that others name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// What is said about its content.
    pub(crate) scope: Scope,
    /// A weak pointer somewhere in that scope leads to this node.
    pub(crate) has_weak_inside: bool,
    /// A weak pointer leads to this node.
    pub(crate) has_weak: bool,
}

/// An overlay that was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlay {
    /// The entries of each scope stand together, ascending.
    entries: Vec<Entry>,
    scopes: Vec<(u32, u32)>,
    nodes: Vec<Node>,
    has_weak: bool,
}

impl Overlay {
    /// The outermost scope: that of the link to the content block.
    pub(crate) fn outermost(&self) -> Scope {
        // It ends last.
        Scope(self.scopes.len().saturating_sub(1).try_into().unwrap_or(0))
    }

    /// The entries of a scope, ascending by their offsets.
    pub(crate) fn entries(&self, scope: Scope) -> &[Entry] {
        let range = self.scopes.get(scope.0 as usize).copied();
        let (start, end) = range.unwrap_or_default();
        self.entries
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// What is said about a place.
    #[inline]
    pub(crate) fn entry(&self, scope: Scope, offset: usize) -> Option<&Entry> {
        if scope.is_empty() {
            return None;
        }
        let offset = u32::try_from(offset).ok()?;
        let entries = self.entries(scope);
        let at = entries.binary_search_by_key(&offset, |entry| entry.offset);
        entries.get(at.ok()?)
    }

    /// Whether there are weak pointers.
    pub(crate) fn has_weak(&self) -> bool {
        self.has_weak
    }

    /// How many entries there are.
    pub(crate) fn n_entries(&self) -> usize {
        self.entries.len()
    }

    /// The pointers that others name, by number.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Reads an overlay.
    ///
    /// Refuses all that shows in the bytes alone: what is not such a stream, entries that are not
    /// needed, and numbers that name no node.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let mut parser = Parser {
            bytes,
            at: 0,
            overlay: Self {
                scopes: vec![(0, 0)],
                ..Self::default()
            },
            pending: Vec::new(),
            open: vec![0],
            states: Vec::new(),
            forward: Vec::new(),
        };
        while !parser.open.is_empty() {
            parser.step()?;
        }
        parser.finish()
    }
}

struct Parser<'b> {
    bytes: &'b [u8],
    at: usize,
    overlay: Overlay,
    /// The entries of the scopes that are open, outermost first.
    pending: Vec<Entry>,
    /// The first entry in `pending` of each scope that has not ended.
    open: Vec<usize>,
    /// What is known of each node.
    states: Vec<State>,
    /// Weak pointers to nodes that were not met yet.
    forward: Vec<u32>,
}

#[derive(Clone, Copy)]
struct State {
    is_open: bool,
    is_named: bool,
}

impl Parser<'_> {
    #[cold]
    fn malformed(&self, reason: &'static str) -> Error {
        let offset = self.at;
        ErrorKind::Malformed { reason, offset }.into()
    }

    /// Seven bits a byte, the lowest first.
    fn number(&mut self) -> Result<u64, Error> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some(byte) = self.bytes.get(self.at) else {
                return Err(self.malformed("the overlay ends too early"));
            };
            let bits = u64::from(byte & 0x7f);
            let is_last = byte & 0x80 == 0;
            if bits << shift >> shift != bits || (shift == 63 && !is_last) {
                return Err(self.malformed("a number of the overlay is below 2^64"));
            }
            if is_last && bits == 0 && shift > 0 {
                return Err(self.malformed("a number of the overlay is not in its shortest form"));
            }
            self.at += 1;
            number |= bits << shift;
            if is_last {
                break;
            }
        }
        Ok(number)
    }

    /// Reads an entry, or the end of a scope.
    fn step(&mut self) -> Result<(), Error> {
        let number = self.number()?;
        if number == 0 {
            return self.end();
        }
        let offset = self.offset(number >> 3)?;
        let entry = |kind, number| Entry {
            offset,
            kind,
            number,
            scope: Scope::EMPTY,
        };
        match number & 7 {
            LINK => self.begin(entry(Kind::Link, 0)),
            NODE => {
                let number = self.node(true)?;
                self.begin(entry(Kind::Node, number));
            }
            POINTER => self.begin(entry(Kind::Pointer, 0)),
            SAME => {
                let number = self.same()?;
                self.pending.push(entry(Kind::Same, number));
            }
            WEAK => {
                let number = self.weak()?;
                self.overlay.has_weak = true;
                self.pending.push(entry(Kind::Weak, number));
            }
            NODE_ALONE => {
                let number = self.node(false)?;
                self.pending.push(entry(Kind::Node, number));
            }
            POINTER_ALONE => self.pending.push(entry(Kind::Pointer, 0)),
            _ => return Err(self.malformed("an unknown kind of entry in the overlay")),
        }
        Ok(())
    }

    /// The offset of the entry that is so far from the one before it in its scope.
    fn offset(&self, distance: u64) -> Result<u32, Error> {
        let first = self.open.last().copied().unwrap_or_default();
        let before = self.pending.get(first..).and_then(<[_]>::last);
        if before.is_some() && distance == 0 {
            return Err(self.malformed("two entries of the overlay for one place"));
        }
        let before = before.map_or(0, |entry| entry.offset);
        u32::try_from(distance)
            .ok()
            .and_then(|distance| before.checked_add(distance))
            .ok_or_else(|| self.malformed("an entry of the overlay lies outside any block"))
    }

    fn begin(&mut self, entry: Entry) {
        self.pending.push(entry);
        self.open.push(self.pending.len());
    }

    /// The number of the node that begins.
    fn node(&mut self, is_open: bool) -> Result<u32, Error> {
        let number = u32::try_from(self.states.len());
        let number = number.map_err(|_| self.malformed("too many nodes"))?;
        self.states.push(State {
            is_open,
            is_named: false,
        });
        self.overlay.nodes.push(Node::default());
        Ok(number)
    }

    fn same(&mut self) -> Result<u32, Error> {
        let distance = self.number()?;
        let count = self.states.len() as u64;
        if distance == 0 || distance > count {
            return Err(self.malformed("a pointer leads to a node that was not met"));
        }
        let number = count - distance;
        // There are at most as many nodes as a `u32` counts.
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        match self.states.get_mut(number as usize) {
            Some(state) if !state.is_open => state.is_named = true,
            _ => return Err(self.malformed("a pointer leads to a node that it stands in")),
        }
        Ok(number)
    }

    fn weak(&mut self) -> Result<u32, Error> {
        let zigzag = self.number()?;
        let count = self.states.len() as u64;
        let distance = zigzag.div_ceil(2);
        let number = if zigzag % 2 == 0 {
            count.checked_sub(distance)
        } else {
            count.checked_add(distance)
        };
        // Each node takes a byte at least.
        let number = number.filter(|number| *number < self.bytes.len() as u64);
        let number = number.and_then(|number| u32::try_from(number).ok());
        let Some(number) = number else {
            return Err(self.malformed("a weak pointer leads to no node"));
        };
        match self.states.get_mut(number as usize) {
            Some(state) => {
                state.is_named = true;
                if let Some(node) = self.overlay.nodes.get_mut(number as usize) {
                    node.has_weak = true;
                    node.has_weak_inside |= state.is_open;
                }
            }
            None => self.forward.push(number),
        }
        Ok(number)
    }

    /// Ends the innermost scope.
    fn end(&mut self) -> Result<(), Error> {
        let Some(first) = self.open.pop() else {
            return Ok(());
        };
        let entries = self.pending.split_off(first);
        let Some(inside) = entries.first() else {
            return Err(self.malformed("an empty scope in the overlay"));
        };
        let number = u32::try_from(self.overlay.scopes.len());
        let start = u32::try_from(self.overlay.entries.len());
        let end = u32::try_from(self.overlay.entries.len() + entries.len());
        let (Ok(number), Ok(start), Ok(end)) = (number, start, end) else {
            return Err(self.malformed("too many entries in the overlay"));
        };
        if let Some(holder) = self.pending.last_mut() {
            let is_told_apart = inside.offset == 0 && inside.kind != Kind::Weak;
            if holder.kind == Kind::Pointer && !is_told_apart {
                return Err(self.malformed("a pointer of which there is nothing to say"));
            }
            holder.scope = Scope(number);
            if holder.kind == Kind::Node {
                let node = holder.number as usize;
                if let Some(node) = self.overlay.nodes.get_mut(node) {
                    node.scope = Scope(number);
                }
                if let Some(state) = self.states.get_mut(node) {
                    state.is_open = false;
                }
            }
        }
        self.overlay.scopes.push((start, end));
        self.overlay.entries.extend(entries);
        Ok(())
    }

    fn finish(mut self) -> Result<Overlay, Error> {
        if self.at < self.bytes.len() {
            return Err(self.malformed("bytes after the overlay"));
        }
        for number in std::mem::take(&mut self.forward) {
            match self.states.get_mut(number as usize) {
                Some(state) => {
                    state.is_named = true;
                    if let Some(node) = self.overlay.nodes.get_mut(number as usize) {
                        node.has_weak = true;
                    }
                }
                None => return Err(self.malformed("a weak pointer leads to no node")),
            }
        }
        if self.states.iter().any(|state| !state.is_named) {
            return Err(self.malformed("a node of the overlay that none names"));
        }
        Ok(self.overlay)
    }
}

#[cfg(test)]
mod tests;

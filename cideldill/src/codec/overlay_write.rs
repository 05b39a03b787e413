//! Writing an overlay: what is said about places while a value is encoded, bottom up, and the stream
//! it becomes.
//!
//! [`OverlayBuilder`] gathers: every pointer met first is told to it, and it finds out at the end
//! which have to be listed. Each entry is moved once when the part around it ends, so that depth
//! costs nothing. Implements docs/format.md section 14.3.

use super::overlay::{LINK, NODE, NODE_ALONE, POINTER, SAME, WEAK};

/// A pointer's number, as the encoder counts them.
pub(crate) type PointerId = u32;

/// One step of an overlay that is written; offsets count from the start of the scope around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A link; what follows is inside, until [`Token::End`].
    Link(u32),
    /// A pointer that others name is met first; what follows is inside, until [`Token::End`].
    Node(u32, PointerId),
    /// The same for one that none names.
    Pointer(u32),
    /// A pointer is met again.
    Same(u32, PointerId),
    /// A weak pointer.
    Weak(u32, PointerId),
    /// Ends a link, node or pointer.
    End,
}

/// The stream that says this. Each `Same` and `Weak` names a `Node`; others are left out.
pub(crate) fn write(tokens: &[Token]) -> Vec<u8> {
    let mut numbers = Numbers::default();
    for token in tokens {
        if let Token::Node(_, id) = token {
            numbers.add(*id);
        }
    }
    let mut out = Vec::new();
    // Where the entry before in each open scope stands.
    let mut before = vec![0];
    let mut count: u64 = 0;
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        let mut head = |offset: u32, kind: u64| {
            let before = before.last_mut();
            let distance = before.map_or(0, |before| offset - std::mem::replace(before, offset));
            number(&mut out, u64::from(distance) << 3 | kind);
        };
        match *token {
            Token::End => {
                before.pop();
                out.push(0);
            }
            Token::Link(offset) => {
                head(offset, LINK);
                before.push(0);
            }
            Token::Pointer(offset) => {
                head(offset, POINTER);
                before.push(0);
            }
            Token::Node(offset, _) => {
                count += 1;
                if tokens.next_if_eq(&&Token::End).is_some() {
                    head(offset, NODE_ALONE);
                } else {
                    head(offset, NODE);
                    before.push(0);
                }
            }
            Token::Same(offset, id) => {
                if let Some(named) = numbers.get(id) {
                    head(offset, SAME);
                    number(&mut out, count.saturating_sub(named));
                }
            }
            Token::Weak(offset, id) => {
                if let Some(named) = numbers.get(id) {
                    head(offset, WEAK);
                    number(
                        &mut out,
                        if named <= count {
                            (count - named) * 2
                        } else {
                            (named - count) * 2 - 1
                        },
                    );
                }
            }
        }
    }
    out.push(0);
    out
}

/// Seven bits a byte, the lowest first.
fn number(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let bits = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            return out.push(bits);
        }
        out.push(bits | 0x80);
    }
}

/// The numbers of nodes, in the order of their entries.
#[derive(Default)]
struct Numbers {
    by_id: Vec<Option<u32>>,
    count: u32,
}

impl Numbers {
    fn add(&mut self, id: PointerId) {
        let id = id as usize;
        if id >= self.by_id.len() {
            self.by_id.resize(id + 1, None);
        }
        if let Some(number) = self.by_id.get_mut(id) {
            *number = Some(self.count);
            self.count += 1;
        }
    }

    fn get(&self, id: PointerId) -> Option<u64> {
        let number = self.by_id.get(id as usize).copied().flatten();
        number.map(u64::from)
    }
}

/// What is said about places, while the parts around them are still open.
///
/// Places are positions in the encoder's buffer. When a part is moved out into a block, what is said
/// about it is [taken](Self::take) and stands under the link from then on.
#[derive(Default)]
pub(crate) struct OverlayBuilder {
    /// Entries of what is still in the buffer, ascending.
    pending: Vec<Pending>,
    /// Entries under a link or pointer; those of one scope stand together.
    inside: Vec<Pending>,
    scopes: Vec<Inside>,
}

/// What is said about the inside of a link or pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken(u32);

#[derive(Clone, Copy)]
struct Pending {
    at: u32,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Link(Taken),
    First(PointerId, Option<Taken>),
    Same(PointerId),
    Weak(PointerId),
}

/// A scope, and what is known of it when everything was said.
struct Inside {
    start: usize,
    end: usize,
    /// Nothing in it has to be listed.
    is_empty: bool,
    /// A pointer that has to be listed begins where it does.
    starts_with_pointer: bool,
}

impl OverlayBuilder {
    /// Whether nothing is said about what stands in the buffer from here on.
    pub(crate) fn is_empty_from(&self, start: u32) -> bool {
        self.pending.last().is_none_or(|last| last.at < start)
    }

    /// Takes all that is said from a position on. Positions inside count from there.
    pub(crate) fn take(&mut self, start: u32) -> Option<Taken> {
        self.take_between(start, u32::MAX)
    }

    /// The same, up to before another position.
    pub(crate) fn take_between(&mut self, start: u32, end: u32) -> Option<Taken> {
        let first = self.pending.partition_point(|entry| entry.at < start);
        let last = self.pending.partition_point(|entry| entry.at < end);
        if first >= last {
            return None;
        }
        let taken = Taken(self.scopes.len().try_into().unwrap_or(u32::MAX));
        let from = self.inside.len();
        let moved = self.pending.drain(first..last);
        self.inside.extend(moved.map(|entry| Pending {
            at: entry.at - start,
            ..entry
        }));
        self.scopes.push(Inside {
            start: from,
            end: self.inside.len(),
            is_empty: true,
            starts_with_pointer: false,
        });
        Some(taken)
    }

    /// A link stands here to a block of which this is said.
    pub(crate) fn link(&mut self, at: u32, taken: Taken) {
        self.add(at, What::Link(taken));
    }

    /// A pointer that was met first ends; its content began here.
    pub(crate) fn close_pointer(&mut self, start: u32, id: PointerId) {
        let inside = self.take(start);
        self.add(start, What::First(id, inside));
    }

    /// A pointer that was met before stands here.
    pub(crate) fn same(&mut self, at: u32, id: PointerId) {
        self.add(at, What::Same(id));
    }

    /// A weak pointer stands here.
    pub(crate) fn weak(&mut self, at: u32, id: PointerId) {
        self.add(at, What::Weak(id));
    }

    fn add(&mut self, at: u32, what: What) {
        // Nearly always the last.
        let place = self.pending.partition_point(|entry| entry.at < at);
        self.pending.insert(place, Pending { at, what });
    }

    /// What stands in the buffer from a position on moved so far to the front.
    pub(crate) fn move_back(&mut self, from: u32, distance: u32) {
        let first = self.pending.partition_point(|entry| entry.at < from);
        for entry in self.pending.get_mut(first..).unwrap_or_default() {
            entry.at -= distance;
        }
    }

    /// The overlay of a value whose content block is all that was said; none if there is nothing to
    /// say.
    pub(crate) fn finish(mut self) -> Option<Vec<u8>> {
        let content = self.take(0)?;
        self.link(0, content);
        let root = self.take(0)?;
        let named = self.named();
        for number in 0..self.scopes.len() {
            self.decide(number, &named);
        }
        if self.scope(root).is_none_or(|root| root.is_empty) {
            return None;
        }
        Some(write(&self.tokens(root, &named)))
    }

    /// Which pointers are met in the value and named by others.
    fn named(&self) -> Vec<bool> {
        let mut met = Vec::new();
        let mut named = Vec::new();
        let mark = |marks: &mut Vec<bool>, id: PointerId| {
            let id = id as usize;
            if id >= marks.len() {
                marks.resize(id + 1, false);
            }
            if let Some(mark) = marks.get_mut(id) {
                *mark = true;
            }
        };
        for entry in &self.inside {
            match entry.what {
                What::First(id, _) => mark(&mut met, id),
                What::Same(id) | What::Weak(id) => mark(&mut named, id),
                What::Link(_) => {}
            }
        }
        named.resize(met.len(), false);
        named.iter().zip(&met).map(|(a, b)| *a && *b).collect()
    }

    fn scope(&self, taken: Taken) -> Option<&Inside> {
        self.scopes.get(taken.0 as usize)
    }

    /// Finds out what of a scope has to be listed; those inside it come before it.
    fn decide(&mut self, number: usize, named: &[bool]) {
        let is_named = |id: PointerId| named.get(id as usize) == Some(&true);
        let Some(scope) = self.scopes.get(number) else {
            return;
        };
        let (mut is_empty, mut starts_with_pointer) = (true, false);
        for entry in self.inside.get(scope.start..scope.end).unwrap_or_default() {
            let (is_listed, is_pointer) = match entry.what {
                What::Link(taken) => (self.scope(taken).is_some_and(|s| !s.is_empty), false),
                What::First(id, inside) => {
                    let inside = inside.and_then(|inside| self.scope(inside));
                    let starts = inside.is_some_and(|inside| inside.starts_with_pointer);
                    let is_named = is_named(id);
                    let is_filled = inside.is_some_and(|inside| !inside.is_empty);
                    (is_named || is_filled, is_named || starts)
                }
                What::Same(id) => (is_named(id), is_named(id)),
                What::Weak(id) => (is_named(id), false),
            };
            is_empty &= !is_listed;
            starts_with_pointer |= is_pointer && entry.at == 0;
        }
        if let Some(scope) = self.scopes.get_mut(number) {
            scope.is_empty = is_empty;
            scope.starts_with_pointer = starts_with_pointer;
        }
    }

    /// What has to be listed, in order.
    fn tokens(&self, root: Taken, named: &[bool]) -> Vec<Token> {
        enum Step {
            /// The rest of a scope, whose start lies so far from that of the scope it is listed in.
            Entries(std::ops::Range<usize>, u32),
            End,
        }
        let is_named = |id: PointerId| named.get(id as usize) == Some(&true);
        let entries = |taken: Option<Taken>, base| {
            let scope = taken.and_then(|taken| self.scope(taken));
            Step::Entries(scope.map_or(0..0, |scope| scope.start..scope.end), base)
        };
        let mut tokens = Vec::new();
        let mut steps = vec![entries(Some(root), 0)];
        while let Some(step) = steps.pop() {
            let Step::Entries(mut rest, base) = step else {
                tokens.push(Token::End);
                continue;
            };
            let entry = rest.next().and_then(|at| self.inside.get(at));
            let Some(entry) = entry else {
                continue;
            };
            steps.push(Step::Entries(rest, base));
            let at = base + entry.at;
            match entry.what {
                What::Same(id) if is_named(id) => tokens.push(Token::Same(at, id)),
                What::Weak(id) if is_named(id) => tokens.push(Token::Weak(at, id)),
                What::Same(_) | What::Weak(_) => {}
                What::Link(taken) => {
                    if self.scope(taken).is_some_and(|scope| !scope.is_empty) {
                        tokens.push(Token::Link(at));
                        steps.extend([Step::End, entries(Some(taken), 0)]);
                    }
                }
                What::First(id, inside) if is_named(id) => {
                    tokens.push(Token::Node(at, id));
                    steps.extend([Step::End, entries(inside, 0)]);
                }
                What::First(_, inside) => {
                    let scope = inside.and_then(|inside| self.scope(inside));
                    if scope.is_some_and(|scope| scope.starts_with_pointer) {
                        tokens.push(Token::Pointer(at));
                        steps.extend([Step::End, entries(inside, 0)]);
                    } else {
                        // It has no scope: what is inside belongs to the one around it.
                        steps.push(entries(inside, at));
                    }
                }
            }
        }
        tokens
    }
}

//! Where pointers stand, scope by scope, and the overlay that follows.
//!
//! While a value is written its pointers are noted with their places in the buffer. When a part of
//! the buffer becomes a block, or a pointer ends, the places inside it become a scope of their own,
//! counted from its start. Only at the end is known which nodes were met again: what nobody names
//! then vanishes, and what is left is the overlay.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use crate::codec::overlay_write::Token;

/// A scope by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codec) struct ScopeNumber(u32);

/// An item that identity has to do with: its place, counted from the start of the buffer or scope.
#[derive(Clone, Copy, Debug)]
pub(in crate::codec) struct Place {
    pub(in crate::codec) at: u32,
    pub(in crate::codec) what: What,
}

impl Place {
    /// The same elsewhere.
    pub(in crate::codec) fn moved_to(self, at: usize) -> Self {
        let at = at as u32;
        Self { at, ..self }
    }
}

#[derive(Clone, Copy, Debug)]
pub(in crate::codec) enum What {
    /// A link, with something to say behind it.
    Link(ScopeNumber),
    /// A pointer to a node that was met here first.
    Node(Node),
    /// A pointer to a node that was met before.
    Again(u32),
    /// A weak pointer, by its number among them.
    Weak(u32),
}

/// A pointer to a node that was met first.
#[derive(Clone, Copy, Debug)]
pub(in crate::codec) struct Node {
    pub(super) id: u32,
    pub(super) scope: ScopeNumber,
    /// It is listed though none names it: what stands here does not say that it is about this
    /// pointer and not about another one at the place.
    pub(super) is_told_apart: bool,
}

/// All scopes. One that is inside another comes before it.
#[derive(Default)]
pub(super) struct Scopes {
    places: Vec<Place>,
    ends: Vec<u32>,
}

impl Scopes {
    /// Makes a scope of places, which are counted from `start`, plus `header` bytes before it.
    pub(super) fn add(&mut self, places: &[Place], start: usize, header: usize) -> ScopeNumber {
        let moved = places.iter().map(|place| Place {
            at: place.at - start as u32 + header as u32,
            what: place.what,
        });
        self.places.extend(moved);
        self.ends.push(self.places.len() as u32);
        ScopeNumber(self.ends.len() as u32 - 1)
    }

    /// The places of a scope.
    pub(super) fn get(&self, scope: ScopeNumber) -> &[Place] {
        let number = scope.0 as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.places[start as usize..self.ends[number] as usize]
    }

    /// The nodes that were met again, as often as they were.
    pub(super) fn named(&self) -> impl Iterator<Item = u32> {
        self.places.iter().filter_map(|place| match place.what {
            What::Again(node) => Some(node),
            _ => None,
        })
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.ends.clear();
    }

    pub(super) fn capacity(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
    }

    /// The overlay with this outermost scope. `named` says which nodes others name, `targets` where
    /// weak pointers lead.
    pub(super) fn tokens(
        &self,
        outermost: ScopeNumber,
        named: &[bool],
        targets: &[Option<u32>],
    ) -> Vec<Token> {
        let speaks = self.speaking(named, targets);
        let speaks = |scope: &ScopeNumber| speaks[scope.0 as usize];
        let begins = self.beginning(named);
        let mut tokens = Vec::new();
        // Scopes that are being listed: what is left of each, what to add to its offsets, and
        // whether it ends with a token.
        let mut open = vec![(self.get(outermost).iter(), 0_u32, false)];
        while let Some((places, base, has_end)) = open.last_mut() {
            let Some(place) = places.next() else {
                if *has_end {
                    tokens.push(Token::End);
                }
                open.pop();
                continue;
            };
            let at = place.at + *base;
            match place.what {
                What::Link(scope) if speaks(&scope) => {
                    tokens.push(Token::Link(at));
                    open.push((self.get(scope).iter(), 0, true));
                }
                What::Node(Node {
                    id,
                    scope,
                    is_told_apart,
                }) => {
                    if is_named(named, id) {
                        tokens.push(Token::Node(at, id));
                        open.push((self.get(scope).iter(), 0, true));
                    } else if is_told_apart || begins[scope.0 as usize] {
                        tokens.push(Token::Pointer(at));
                        open.push((self.get(scope).iter(), 0, true));
                    } else if speaks(&scope) {
                        open.push((self.get(scope).iter(), at, false));
                    }
                }
                What::Again(node) => tokens.push(Token::Same(at, node)),
                What::Weak(number) => {
                    if let Some(node) = targets[number as usize] {
                        tokens.push(Token::Weak(at, node));
                    }
                }
                What::Link(_) => {}
            }
        }
        tokens
    }

    /// Which scopes have anything in the overlay.
    fn speaking(&self, named: &[bool], targets: &[Option<u32>]) -> Vec<bool> {
        let mut speaks: Vec<bool> = Vec::with_capacity(self.ends.len());
        for number in 0..self.ends.len() as u32 {
            let places = self.get(ScopeNumber(number)).iter();
            let mut places = places.map(|place| match place.what {
                What::Link(inner) => speaks[inner.0 as usize],
                What::Node(node) => node.is_listed(named) || speaks[node.scope.0 as usize],
                What::Again(_) => true,
                What::Weak(weak) => targets[weak as usize].is_some(),
            });
            let any = places.any(|speaks| speaks);
            speaks.push(any);
        }
        speaks
    }

    /// Of which scopes the first entry would be a pointer's, at their start.
    fn beginning(&self, named: &[bool]) -> Vec<bool> {
        let mut begins: Vec<bool> = Vec::with_capacity(self.ends.len());
        for number in 0..self.ends.len() as u32 {
            let first = self.get(ScopeNumber(number)).first();
            begins.push(match first.filter(|place| place.at == 0) {
                Some(Place { what, .. }) => match what {
                    What::Again(_) => true,
                    What::Node(node) => node.is_listed(named) || begins[node.scope.0 as usize],
                    What::Link(_) | What::Weak(_) => false,
                },
                None => false,
            });
        }
        begins
    }
}

impl Node {
    /// Whether there is an entry for it, whatever is inside.
    fn is_listed(&self, named: &[bool]) -> bool {
        self.is_told_apart || is_named(named, self.id)
    }
}

/// Whether others name a node. One without a number has no others.
fn is_named(named: &[bool], node: u32) -> bool {
    named.get(node as usize).is_some_and(|named| *named)
}

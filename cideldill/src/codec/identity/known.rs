//! What is known of the pointers of a value while it is written: its nodes, and where pointers to
//! them stand.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::any::{Any, TypeId};
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};
use std::mem::take;

use super::address::ByAddress;
use super::copies::{Copies, Copy};
use super::cycle::{Cycles, Dry};
use super::place::{Node, Place, ScopeNumber, Scopes, What};
use super::search::Search;
use crate::codec::batch::Batch;
use crate::codec::overlay_write::Token;
use crate::error::{Error, ErrorKind};

/// What a pointer leads to: an allocation, as a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeKey {
    address: u64,
    as_type: TypeId,
}

impl NodeKey {
    pub(crate) fn new<T: ?Sized + 'static>(pointer: *const T) -> Self {
        Self::of_type(pointer, TypeId::of::<T>())
    }

    /// What stands there as another type than the pointer's: behind a trait object.
    pub(crate) fn of_type<T: ?Sized>(pointer: *const T, as_type: TypeId) -> Self {
        Self {
            address: pointer.cast::<()>().addr() as u64,
            as_type,
        }
    }

    /// The node of a tree with this label.
    pub(crate) fn of_label(label: u64) -> Self {
        Self {
            // Neighbours as far apart as allocations are.
            address: label.rotate_left(4),
            as_type: TypeId::of::<crate::value::Value>(),
        }
    }
}

impl Hash for NodeKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // What differs only in its type is rare.
        state.write_u64(self.address);
    }
}

/// The number of a node that needs none: only one pointer leads to it, and it is on no cycle.
pub(super) const NO_NODE: u32 = u32::MAX;

/// In the place of a cell's address: cells here do not count.
pub(super) const NO_CELL: usize = usize::MAX;

/// What is known of all pointers of a value.
#[derive(Default)]
pub(in crate::codec) struct Identity {
    /// Pointers, weak pointers and links with something behind them, where they stand in the buffer.
    pub(in crate::codec) places: Vec<Place>,
    /// Where back references and holes stand in the buffer.
    pub(super) pins: Vec<u32>,
    scopes: Scopes,
    /// The nodes that pointers may come back to, by their numbers.
    pub(super) nodes: Vec<State>,
    pub(super) by_key: ByAddress<NodeKey, u32>,
    pub(super) open: Vec<OpenNode>,
    /// How many nodes were opened in this run.
    pub(super) n_met: u32,
    pub(super) weak: Vec<NodeKey>,
    /// How many of the parts that are open may go away before the value ends.
    pub(super) n_passing: u32,
    /// Keeps the addresses of nodes that may go away from being given to others.
    pub(super) reserved: Vec<Box<dyn Any>>,
    pub(super) copies: Copies,
    /// The address of the outermost cell that is open in the innermost node that is; 0 if none is.
    pub(super) cell: usize,
    /// A cycle was found: the rest is only walked.
    pub(super) explores: bool,
    pub(super) search: Search,
    /// The cycles of the value, once they are known.
    pub(super) cycles: Option<Box<Cycles>>,
    /// A node is walked again for the cells that were left out.
    pub(super) dry: Option<Box<Dry>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// The second run has not met it yet. It is on this cycle, if on one.
    New(Option<u32>),
    /// Its content is being written. It was the node opened at this count.
    Open(u32),
    /// It was walked, and is on a cycle with a node that is open.
    Waiting(u32),
    /// It was walked, and is on this cycle.
    Member(u32),
    /// Its content is known.
    Known(Copy),
    /// On a cycle: where it stands in the cycle's block.
    OnCycle {
        cycle: u32,
        offset: u32,
        level: u8,
        /// It was walked again for its cells.
        is_walked: bool,
        /// It was the node opened at this count.
        opened: u32,
    },
    /// Nobody comes back to it.
    Left,
}

/// A node whose content is being written.
pub(super) struct OpenNode {
    pub(super) id: u32,
    /// How many nodes were opened before it.
    pub(super) opened: u32,
    /// The first opened of the nodes that are open and that it is known to lead to.
    pub(super) low: u32,
    pub(super) start: usize,
    pub(super) level: u8,
    /// The cycle that it is on.
    pub(super) cycle: Option<u32>,
    /// It stands in no other node of its cycle, as far as the object that is being written goes.
    pub(super) is_outermost: bool,
    /// It leads to itself.
    pub(super) is_loop: bool,
}

impl OpenNode {
    /// On no cycle that is known.
    #[inline]
    pub(super) fn new(id: u32, opened: u32, start: usize) -> Self {
        Self {
            id,
            opened,
            low: opened,
            start,
            level: 0,
            cycle: None,
            is_outermost: false,
            is_loop: false,
        }
    }
}

impl Identity {
    pub(in crate::codec) fn clear(&mut self) {
        self.places.clear();
        self.pins.clear();
        self.scopes.clear();
        self.nodes.clear();
        self.by_key.clear();
        self.open.clear();
        self.n_met = 0;
        self.weak.clear();
        self.n_passing = 0;
        self.reserved.clear();
        self.copies.clear();
        self.cell = 0;
        self.explores = false;
        self.search.clear();
        self.cycles = None;
        self.dry = None;
    }

    /// Bytes kept for the next value.
    pub(in crate::codec) fn capacity(&self) -> usize {
        self.nodes.capacity() * size_of::<State>()
            + self.by_key.capacity() * size_of::<(NodeKey, u32)>()
            + self.open.capacity() * size_of::<OpenNode>()
            + self.scopes.capacity()
            + self.copies.capacity()
    }

    /// Takes in the digests of a finished batch.
    pub(in crate::codec) fn resolve(&mut self, batch: &Batch) {
        self.copies.resolve(batch);
    }

    pub(in crate::codec) fn is_too_large(&self) -> bool {
        self.copies.is_too_large()
    }

    /// What is written now is thrown away.
    #[inline]
    pub(in crate::codec) fn is_dry(&self) -> bool {
        self.explores || self.dry.is_some()
    }

    /// A part that starts here holds a back reference or a hole: it stays where it is.
    #[inline]
    pub(in crate::codec) fn is_pinned(&self, start: usize) -> bool {
        self.pins.last().is_some_and(|pin| *pin as usize >= start)
    }

    /// The first place from here on.
    pub(in crate::codec) fn first_place(&self, start: usize) -> usize {
        self.places
            .partition_point(|place| (place.at as usize) < start)
    }

    /// The places in a part of the buffer as a scope, which starts `header` bytes before the part.
    /// None if there are none.
    pub(in crate::codec) fn scope(
        &mut self,
        start: usize,
        end: usize,
        header: usize,
    ) -> Option<ScopeNumber> {
        if self.places.is_empty() {
            return None;
        }
        let (first, last) = (self.first_place(start), self.first_place(end));
        let places = &self.places[first..last];
        (!places.is_empty()).then(|| self.scopes.add(places, start, header))
    }

    /// A part of the buffer goes away, and what follows moves to its start.
    pub(in crate::codec) fn forget_part(&mut self, start: usize, end: usize) {
        if self.places.is_empty() {
            return;
        }
        let (first, last) = (self.first_place(start), self.first_place(end));
        self.places.drain(first..last);
        for place in &mut self.places[first..] {
            place.at -= (end - start) as u32;
        }
    }

    /// Takes the place of the one pointer that stands from here on, if one does.
    pub(in crate::codec) fn take_place(&mut self, start: usize) -> Option<Place> {
        let last = self.places.last()?;
        if (last.at as usize) < start {
            return None;
        }
        self.places.pop()
    }

    /// Notes places, which are counted from `start`.
    pub(in crate::codec) fn note_places(&mut self, places: &[Place], start: usize) {
        let places = places.iter();
        self.places
            .extend(places.map(|place| place.moved_to(place.at as usize + start)));
    }

    /// Places as a scope of their own.
    pub(in crate::codec) fn scope_of(
        &mut self,
        places: &[Place],
        start: usize,
        header: usize,
    ) -> Option<ScopeNumber> {
        (!places.is_empty()).then(|| self.scopes.add(places, start, header))
    }

    /// Notes a link with something behind it.
    pub(in crate::codec) fn note_link(&mut self, at: usize, scope: Option<ScopeNumber>) {
        if let Some(scope) = scope {
            let what = What::Link(scope);
            self.places.push(Place {
                at: at as u32,
                what,
            });
        }
    }

    /// The value stands in a root block: a scope of its own behind the imagined link to it.
    pub(in crate::codec) fn close_root(&mut self) {
        let inside = self.scope(0, usize::MAX, 0);
        self.places.clear();
        self.note_link(0, inside);
    }

    /// The overlay of the whole value, and how many weak pointers lead out of it.
    pub(in crate::codec) fn tokens(&mut self) -> (Vec<Token>, u64) {
        if self.places.is_empty() {
            return (Vec::new(), 0);
        }
        let targets = self.weak.iter().map(|key| self.met(*key));
        let targets: Vec<Option<u32>> = targets.collect();
        let outside = targets.iter().filter(|target| target.is_none()).count();
        let mut named = vec![false; self.nodes.len()];
        for node in self.scopes.named().chain(targets.iter().flatten().copied()) {
            named[node as usize] = true;
        }
        for place in &self.places {
            if let What::Again(node) = place.what {
                named[node as usize] = true;
            }
        }
        let outermost = self.scopes.add(&self.places, 0, 0);
        let tokens = self.scopes.tokens(outermost, &named, &targets);
        (tokens, outside as u64)
    }

    /// Makes the places inside a pointer a scope. Those of a pointer that nobody can name belong to
    /// the scope around it, unless there is another pointer at the same place to tell it from.
    pub(super) fn close_scope(
        &mut self,
        id: u32,
        start: usize,
        is_unique: bool,
        is_told_apart: bool,
    ) {
        let first = self.first_place(start);
        if is_unique && !is_told_apart {
            let begins_with_pointer = self.places.get(first).is_some_and(|place| {
                place.at as usize == start && matches!(place.what, What::Node(_) | What::Again(_))
            });
            if !begins_with_pointer {
                return;
            }
        }
        let scope = self.scopes.add(&self.places[first..], start, 0);
        self.places.truncate(first);
        self.places.push(Place {
            at: start as u32,
            what: What::Node(Node {
                id,
                scope,
                is_told_apart,
            }),
        });
    }

    /// Whether no cycle was found and nothing is walked again.
    #[inline]
    pub(super) fn is_first_run(&self) -> bool {
        !self.explores && self.cycles.is_none() && self.dry.is_none()
    }

    /// Whether a pointer, a weak pointer or a link with something behind it stands from here on.
    #[inline]
    pub(super) fn has_places_from(&self, start: usize) -> bool {
        self.places
            .last()
            .is_some_and(|place| place.at as usize >= start)
    }

    /// Counts a node that is opened. Returns how many were before it.
    #[inline]
    pub(super) fn count_opened(&mut self) -> Result<u32, Error> {
        let opened = self.n_met;
        let n_met = opened.checked_add(1);
        self.n_met = n_met.ok_or_else(too_large)?;
        Ok(opened)
    }

    /// The number of a node that was met, if others may lead to it.
    pub(super) fn met(&self, key: NodeKey) -> Option<u32> {
        let id = *self.by_key.get(&key)?;
        let is_met = !matches!(self.nodes[id as usize], State::New(_));
        is_met.then_some(id)
    }

    /// Meets a node: its number, and what was known of it if it was met before.
    pub(super) fn meet(&mut self, key: NodeKey, is_unique: bool) -> (u32, Option<State>) {
        let state = State::Open(self.n_met);
        let known = if !is_unique {
            match self.by_key.entry(key) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(vacant) => {
                    let id = self.nodes.len() as u32;
                    vacant.insert(id);
                    self.nodes.push(state);
                    return (id, None);
                }
            }
        } else if self.cycles.is_some()
            && let Some(known) = self.by_key.get(&key)
        {
            *known
        } else {
            return (NO_NODE, None);
        };
        let node = &mut self.nodes[known as usize];
        let before = *node;
        if matches!(before, State::New(_)) {
            *node = state;
        }
        (known, Some(before))
    }

    /// Whether a node is the head of a cycle that is written.
    pub(super) fn is_head(&self, id: u32) -> bool {
        match (self.nodes.get(id as usize), self.cycles.as_deref()) {
            (Some(State::OnCycle { cycle, .. }), Some(cycles)) => {
                cycles.head_of_closed(*cycle) == Some(id)
            }
            _ => false,
        }
    }

    /// Starts the second run, in which cycles are known.
    pub(in crate::codec) fn restart(&mut self) {
        let (mut nodes, by_key) = (take(&mut self.nodes), take(&mut self.by_key));
        let reserved = take(&mut self.reserved);
        for state in &mut nodes {
            let State::Member(cycle) = *state else {
                *state = State::New(None);
                continue;
            };
            *state = State::New(Some(cycle));
        }
        let cycles = Cycles::new(&mut self.search);
        self.clear();
        self.nodes = nodes;
        self.by_key = by_key;
        self.reserved = reserved;
        self.cycles = Some(Box::new(cycles));
    }
}

/// Out of line: an error takes room on the stack.
#[cold]
#[inline(never)]
fn too_large() -> Error {
    ErrorKind::TooLarge { what: "a value" }.into()
}

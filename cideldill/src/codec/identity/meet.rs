//! The nodes that were met, and what a pointer to one becomes.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::any::TypeId;
use std::hash::{BuildHasherDefault, Hasher};

use super::copies::{Copies, Copy, Tape};
use super::cycle::{Cycles, Dry, Edge};
use super::place::{Place, ScopeNumber, Scopes, What};
use crate::codec::batch::{Batch, OpenLink};
use crate::codec::encode::{Encoder, Memory, Scope};
use crate::codec::overlay_write::Token;
use crate::codec::profile::Profile;
use crate::codec::write::{BACK_HEADER, LINK_HEADER, PART_HEADER, WEAK};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};

/// What a pointer leads to: an allocation, as a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
            address: label,
            as_type: TypeId::of::<crate::value::Value>(),
        }
    }
}

/// A pointer that is kept, to look at its node again.
pub(crate) trait Target {
    /// Writes the node once more.
    fn reduce_again(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;
}

/// What came of a pointer.
pub(crate) enum Met {
    /// Its node was met before, and all is written.
    Known,
    /// The node's content is to be written now.
    New(PointerScope),
}

/// An open pointer.
#[must_use = "an open pointer must be closed"]
pub(crate) struct PointerScope {
    pub(super) scope: Scope,
    pub(super) is_unique: bool,
    /// The cell that the pointer stands in, if that counts.
    pub(super) cell: u32,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Recorded,
    /// No identity is recorded here, only that this node is open.
    Plain(NodeKey),
    /// What is written is thrown away.
    Dry,
}

/// What is kept only so that it stays where it is.
pub(in crate::codec) trait Alive {}

impl<T> Alive for T {}

/// What is known of all pointers of a value.
#[derive(Default)]
pub(in crate::codec) struct Identity {
    /// Pointers, weak pointers and links with something behind them, where they stand in the buffer.
    pub(in crate::codec) places: Vec<Place>,
    /// Where back references and holes stand in the buffer.
    pub(super) pins: Vec<u32>,
    scopes: Scopes,
    pub(super) nodes: Vec<Node>,
    by_key: ByKey,
    pub(super) open: Vec<OpenNode>,
    weak: Vec<NodeKey>,
    pub(super) copies: Copies,
    pub(super) edges: Vec<Edge>,
    /// The addresses of cells met in nodes.
    pub(super) cells: Vec<usize>,
    /// The cell of the innermost node that is open, counted from 1.
    pub(super) cell: u32,
    /// A cycle was found: the rest is only walked.
    pub(super) explores: bool,
    /// The cycles of the value, once they are known.
    pub(super) cycles: Option<Box<Cycles>>,
    /// A node is walked again for the cells that were left out.
    pub(super) dry: Option<Box<Dry>>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) key: NodeKey,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    Open,
    /// Its content is known.
    Known(Copy),
    /// On a cycle: where it stands in the cycle's block.
    OnCycle {
        cycle: u32,
        offset: u32,
        level: u8,
        /// It was walked again for its cells.
        is_walked: bool,
    },
    /// Nobody comes back to it.
    Left,
}

/// A node whose content is being written.
pub(super) struct OpenNode {
    pub(super) id: u32,
    pub(super) start: usize,
    pub(super) level: u8,
    /// The cycle that it is on.
    pub(super) cycle: Option<u32>,
    /// It stands in no other node of its cycle, as far as the object that is being written goes.
    pub(super) is_outermost: bool,
}

#[expect(
    clippy::disallowed_types,
    reason = "only looked up, by addresses; its order is never seen"
)]
type ByKey = std::collections::HashMap<NodeKey, u32, BuildHasherDefault<AddressHasher>>;

/// Addresses are spread already; types hardly differ.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(26);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u128(&mut self, number: u128) {
        self.write_u64(number as u64);
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
        self.weak.clear();
        self.copies.clear();
        self.edges.clear();
        self.cells.clear();
        self.cell = 0;
        self.explores = false;
        self.cycles = None;
        self.dry = None;
    }

    /// Bytes kept for the next value.
    pub(in crate::codec) fn capacity(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.by_key.capacity() * size_of::<(NodeKey, u32)>()
            + self.edges.capacity() * size_of::<Edge>()
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
        let targets = self.weak.iter().map(|key| self.by_key.get(key).copied());
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
    /// the scope around it, unless another pointer that begins at the same place needs telling apart.
    fn close_scope(&mut self, id: u32, start: usize, is_unique: bool) {
        let first = self.first_place(start);
        if is_unique {
            let begins_with_pointer = self.places.get(first).is_some_and(|place| {
                place.at as usize == start && matches!(place.what, What::Node(..) | What::Again(_))
            });
            if !begins_with_pointer {
                return;
            }
        }
        let scope = self.scopes.add(&self.places[first..], start, 0);
        self.places.truncate(first);
        self.places.push(Place {
            at: start as u32,
            what: What::Node(id, scope),
        });
    }

    /// How many pointers were met, strong and weak.
    #[cfg(feature = "rpds")]
    pub(super) fn n_met(&self) -> usize {
        self.nodes.len() + self.weak.len()
    }

    /// Whether a node was met.
    pub(super) fn knows(&self, key: NodeKey) -> bool {
        self.by_key.contains_key(&key)
    }

    fn is_head(&self, cycle: u32, id: u32) -> bool {
        let cycles = self.cycles.as_deref();
        cycles.is_some_and(|cycles| cycles.head_of_closed(cycle) == Some(id))
    }

    /// Starts the second run, in which cycles are known.
    pub(in crate::codec) fn restart(&mut self) {
        let nodes = self.nodes.iter().map(|node| node.key).collect();
        let cycles = Cycles::new(nodes, &self.edges, &self.cells);
        self.clear();
        self.cycles = Some(Box::new(cycles));
    }
}

impl Memory {
    pub(super) fn tape(&mut self) -> (Tape<'_>, &mut Identity) {
        let tape = Tape {
            buffer: &mut self.buffer,
            notes: &mut self.notes,
            links: &mut self.links,
        };
        (tape, &mut self.identity)
    }
}

impl Encoder<'_> {
    /// Writes something that may be gone before the whole value is written: what a function made, or
    /// what another thread can take out. Its nodes are kept until then, because they are known by
    /// their addresses, which others could get.
    pub(crate) fn passing(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.passing += 1;
        let written = write(self);
        self.passing -= 1;
        written
    }

    /// Whether a cycle was found, so that all must be written again.
    pub(crate) fn found_cycle(&self) -> bool {
        self.memory.identity.explores
    }

    pub(super) fn records_identity(&self) -> bool {
        self.whole == 0 && self.profile != Profile::WHOLE
    }

    /// Meets a pointer. `is_unique` says that no other pointer, strong or weak, leads to the node.
    pub(crate) fn open_pointer(&mut self, key: NodeKey, is_unique: bool) -> Result<Met, Error> {
        if !self.records_identity() {
            return self.open_plain_pointer(key, is_unique);
        }
        let start = self.memory.buffer.len();
        let identity = &mut self.memory.identity;
        if identity.dry.is_some() {
            return Ok(self.meet_dry(key, is_unique));
        }
        let id = identity.nodes.len() as u32;
        let is_alone = is_unique && identity.cycles.is_none();
        let known = if is_alone {
            None
        } else {
            match identity.by_key.entry(key) {
                std::collections::hash_map::Entry::Occupied(known) => Some(*known.get()),
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(id);
                    None
                }
            }
        };
        if identity.cycles.is_none()
            && let Some(from) = identity.open.last()
        {
            identity.edges.push(Edge {
                from: from.id,
                to: known.unwrap_or(id),
                cell: identity.cell,
            });
        }
        if let Some(known) = known {
            self.meet_again(known)?;
            return Ok(Met::Known);
        }
        let mut open = OpenNode {
            id,
            start,
            level: 0,
            cycle: None,
            is_outermost: false,
        };
        if identity.cycles.is_some() {
            self.enter_cycle(key, &mut open)?;
        }
        let identity = &mut self.memory.identity;
        identity.nodes.push(Node {
            key,
            state: State::Open,
        });
        identity.open.push(open);
        Ok(Met::New(PointerScope {
            cell: std::mem::take(&mut identity.cell),
            is_unique,
            kind: Kind::Recorded,
            scope: self.open(),
        }))
    }

    /// Writes a pointer to a node that was met before.
    fn meet_again(&mut self, id: u32) -> Result<(), Error> {
        let at = self.memory.buffer.len() as u32;
        let identity = &mut self.memory.identity;
        match identity.nodes[id as usize].state {
            State::Open if identity.cycles.is_some() => Err(no_cell()),
            State::Open => {
                self.explore();
                self.memory.buffer.push(0xc0);
                Ok(())
            }
            State::Known(copy) => {
                identity.places.push(Place {
                    at,
                    what: What::Again(id),
                });
                let (mut tape, identity) = self.memory.tape();
                identity.copies.paste(copy, &mut tape);
                Ok(())
            }
            State::OnCycle {
                cycle,
                offset,
                level,
                ..
            } => {
                self.meet_cycle_again(id, cycle, offset, level);
                Ok(())
            }
            State::Left => {
                self.memory.buffer.push(0xc0);
                Ok(())
            }
        }
    }

    fn meet_cycle_again(&mut self, id: u32, cycle: u32, offset: u32, level: u8) {
        let memory = &mut *self.memory;
        let at = memory.buffer.len() as u32;
        let identity = &mut memory.identity;
        let Some(cycles) = identity.cycles.as_deref() else {
            return;
        };
        match cycles.head_of_closed(cycle) {
            None => {
                identity.pins.push(at);
                memory.buffer.extend_from_slice(&BACK_HEADER);
            }
            Some(head) => {
                identity.places.push(Place {
                    at,
                    what: What::Again(id),
                });
                memory.buffer.extend_from_slice(&PART_HEADER);
                if let State::Known(copy) = identity.nodes[head as usize].state {
                    let digest = &identity.copies.bytes(copy)[LINK_HEADER.len()..];
                    memory.buffer.extend_from_slice(digest);
                    let waiting = identity.copies.open_link(copy);
                    memory.links.extend(waiting.map(|link| OpenLink {
                        at,
                        block: link.block,
                    }));
                }
            }
        }
        memory.buffer.extend_from_slice(&offset.to_be_bytes());
        memory.buffer.push(level);
    }

    /// Walks on into the nodes of the cycle that were met first inside the one that is walked again.
    fn meet_dry(&mut self, key: NodeKey, is_unique: bool) -> Met {
        let scope = self.open();
        let identity = &mut self.memory.identity;
        if let Some(id) = identity.by_key.get(&key).copied()
            && let Some(node) = identity.nodes.get_mut(id as usize)
            && let Some(dry) = identity.dry.as_deref_mut()
            && dry.walks_into(id, &mut node.state)
        {
            return Met::New(PointerScope {
                scope,
                is_unique,
                cell: identity.cell,
                kind: Kind::Dry,
            });
        }
        self.memory.buffer.push(0xc0);
        Met::Known
    }

    /// Ends a pointer. `keep` makes another pointer to the node.
    pub(crate) fn close_pointer(
        &mut self,
        pointer: &PointerScope,
        desc: &'static Desc,
        keep: &dyn Fn() -> Box<dyn Target>,
    ) -> Result<(), Error> {
        match pointer.kind {
            Kind::Recorded => {}
            Kind::Plain(key) => {
                self.plain_open.remove(&key);
                return Ok(());
            }
            Kind::Dry => return Ok(()),
        }
        if self.passing > 0 {
            self.alive.push(Box::new(keep()));
        }
        let identity = &mut self.memory.identity;
        identity.cell = pointer.cell;
        let Some(node) = identity.open.pop() else {
            return Ok(());
        };
        let (id, start) = (node.id, node.start);
        let cycle = node.cycle;
        let (offset, level) = match cycle {
            Some(_) if !identity.explores => self.leave_cycle_node(&node, pointer, desc, keep)?,
            _ => (0, 0),
        };
        let state = cycle.map(|cycle| State::OnCycle {
            cycle,
            offset,
            level,
            is_walked: false,
        });
        self.settle_pointer(pointer, id, start, state);
        Ok(())
    }

    /// Notes what became of a pointer: of one on a cycle `state`, if that is written already the
    /// link to it.
    pub(super) fn settle_pointer(
        &mut self,
        pointer: &PointerScope,
        id: u32,
        start: usize,
        state: Option<State>,
    ) {
        if self.memory.identity.explores {
            self.memory.identity.nodes[id as usize].state = State::Left;
            self.forget_from(&pointer.scope);
            self.memory.buffer.push(0xc0);
            return;
        }
        let (tape, identity) = self.memory.tape();
        identity.close_scope(id, start, pointer.is_unique);
        identity.nodes[id as usize].state = match state {
            Some(State::OnCycle { cycle, .. }) if identity.is_head(cycle, id) => {
                let (note, link) = (pointer.scope.notes, tape.first_link(start));
                State::Known(identity.copies.keep(&tape, start, note, link))
            }
            Some(state) => state,
            None if pointer.is_unique => State::Left,
            None => {
                let (note, link) = (pointer.scope.notes, tape.first_link(start));
                State::Known(identity.copies.keep(&tape, start, note, link))
            }
        };
    }

    /// A pointer whose node cannot be written: what is explained goes on behind it.
    pub(crate) fn abandon_pointer(&mut self, pointer: &PointerScope) {
        if let Kind::Plain(key) = pointer.kind {
            self.plain_open.remove(&key);
        }
    }

    /// A weak pointer. `target` is a pointer to what it leads to, if that is alive.
    pub(crate) fn weak_pointer_to<P: 'static>(
        &mut self,
        target: Option<P>,
        key: impl FnOnce(&P) -> NodeKey,
    ) {
        self.weak_pointer(target.as_ref().map(key));
        if self.passing > 0
            && let Some(target) = target
        {
            self.alive.push(Box::new(target));
        }
    }

    /// A weak pointer. `target` is what it leads to, if that is alive.
    pub(crate) fn weak_pointer(&mut self, target: Option<NodeKey>) {
        let at = self.memory.buffer.len() as u32;
        let records = self.records_identity();
        let identity = &mut self.memory.identity;
        if let Some(target) = target
            && records
            && !identity.is_dry()
        {
            let what = What::Weak(identity.weak.len() as u32);
            identity.weak.push(target);
            identity.places.push(Place { at, what });
        }
        self.memory.buffer.extend_from_slice(&WEAK);
    }

    /// Where nothing is recorded about identity: in keys that are written whole, in the profile
    /// that cuts nothing.
    fn open_plain_pointer(&mut self, key: NodeKey, is_unique: bool) -> Result<Met, Error> {
        if !is_unique {
            self.holds_pointer = true;
            // Once is enough to explain what cannot be recorded, however often it is met.
            if self.is_explaining && !self.explained.insert(key) {
                self.memory.buffer.push(0xc0);
                return Ok(Met::Known);
            }
            if self.stops_at_pointers || !self.plain_open.insert(key) {
                return Err(ErrorKind::Unsupported {
                    type_name: "a shared pointer",
                    reason: "it is on a cycle, which neither keys nor the whole profile can hold",
                }
                .into());
            }
        }
        let scope = self.open();
        Ok(Met::New(PointerScope {
            scope,
            is_unique,
            cell: 0,
            kind: Kind::Plain(key),
        }))
    }
}

/// The error for a cycle that no cell closes.
#[cold]
pub(super) fn no_cell() -> Error {
    ErrorKind::Unsupported {
        type_name: "a shared pointer",
        reason: "it is on a cycle that no `RefCell`, lock or `OnceCell` in plain sight closes",
    }
    .into()
}

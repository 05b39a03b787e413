//! What a pointer becomes whose node is met: its content, what was written before, a back reference.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::any::Any;
use std::mem::take;

use super::copies::Tape;
use super::known::{Identity, NO_NODE, NodeKey, OpenNode, State};
use super::place::{Place, What};
use crate::codec::batch::OpenLink;
use crate::codec::encode::{Encoder, Scope};
use crate::codec::profile::Profile;
use crate::codec::write::{BACK_HEADER, LINK_HEADER, PART_HEADER, WEAK};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::stack::grow;

/// A pointer, whatever its type.
pub(crate) trait Target {
    /// Writes the node.
    fn reduce_node(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;

    /// Another pointer to the node.
    fn keep(&self) -> Box<dyn Target>;

    /// Keeps the node's address from being given to another, and nothing else of it.
    fn reserve(&self) -> Box<dyn Any>;
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
    key: NodeKey,
    pub(super) is_unique: bool,
    /// The cell of the node around it that the pointer stands in, 0 if in none.
    pub(super) cell: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Recorded,
    /// No identity is recorded here, only that this node is open.
    Plain,
    /// What is written is thrown away.
    Dry,
}

impl Encoder<'_> {
    pub(super) fn tape(&mut self) -> (Tape<'_>, &mut Identity) {
        let tape = Tape {
            buffer: &mut self.buffer,
            notes: &mut self.notes,
            links: &mut self.memory.links,
        };
        (tape, &mut self.memory.identity)
    }

    /// Whether a cycle was found, so that all must be written again.
    pub(crate) fn found_cycle(&self) -> bool {
        self.memory.identity.explores
    }

    pub(super) fn records_identity(&self) -> bool {
        self.whole == 0 && self.profile != Profile::WHOLE
    }

    /// Writes a pointer. `is_unique` says that no other pointer, strong or weak, leads to the node.
    pub(crate) fn pointer(
        &mut self,
        key: NodeKey,
        is_unique: bool,
        desc: &'static Desc,
        target: &dyn Target,
    ) -> Result<(), Error> {
        if is_unique && self.memory.identity.is_first_run() && self.records_identity() {
            return self.unique_pointer(key, desc, target);
        }
        self.shared_pointer(key, is_unique, desc, target)
    }

    /// The same where others may lead to the node, or cycles are known. Out of line: what it needs of
    /// the stack, the levels of a deep value without such nodes do not.
    #[inline(never)]
    fn shared_pointer(
        &mut self,
        key: NodeKey,
        is_unique: bool,
        desc: &'static Desc,
        target: &dyn Target,
    ) -> Result<(), Error> {
        // By reference: what was written in small parts just now is slow to read in large ones.
        let met = self.open_pointer(key, is_unique);
        let pointer = match &met {
            Ok(Met::New(pointer)) => pointer,
            Ok(Met::Known) => return Ok(()),
            Err(_) => return met.map(drop),
        };
        let written = grow(|| target.reduce_node(self));
        self.end_pointer(pointer, written, desc, target)
    }

    /// The same while no cycle was found, and nobody can come back to the node.
    #[inline(never)]
    fn unique_pointer(
        &mut self,
        key: NodeKey,
        desc: &'static Desc,
        target: &dyn Target,
    ) -> Result<(), Error> {
        let scope = self.open();
        let identity = &mut self.memory.identity;
        let cell = take(&mut identity.cell);
        let opened = identity.count_opened()?;
        let open = OpenNode::new(NO_NODE, opened, scope.start);
        identity.open.push(open);
        let written = grow(|| target.reduce_node(self));
        let identity = &mut self.memory.identity;
        if written.is_ok() && !identity.explores && !identity.has_places_from(scope.start) {
            identity.open.pop();
            identity.cell = cell;
            return Ok(());
        }
        self.end_unique_pointer((scope, cell), key, written, desc, target)
    }

    #[cold]
    #[inline(never)]
    fn end_unique_pointer(
        &mut self,
        (scope, cell): (Scope, usize),
        key: NodeKey,
        written: Result<(), Error>,
        desc: &'static Desc,
        target: &dyn Target,
    ) -> Result<(), Error> {
        let pointer = PointerScope {
            scope,
            key,
            is_unique: true,
            cell,
            kind: Kind::Recorded,
        };
        self.end_pointer(&pointer, written, desc, target)
    }

    #[inline(never)]
    fn end_pointer(
        &mut self,
        pointer: &PointerScope,
        written: Result<(), Error>,
        desc: &'static Desc,
        target: &dyn Target,
    ) -> Result<(), Error> {
        if written.is_err() {
            self.abandon_pointer(pointer);
            return written;
        }
        self.close_pointer(pointer, desc, target)
    }

    /// Meets a pointer.
    #[inline(never)]
    pub(crate) fn open_pointer(&mut self, key: NodeKey, is_unique: bool) -> Result<Met, Error> {
        if !self.records_identity() {
            return self.open_plain_pointer(key, is_unique);
        }
        let start = self.buffer.len();
        let identity = &mut self.memory.identity;
        if identity.dry.is_some() {
            return Ok(self.meet_dry(key, is_unique));
        }
        let (id, known) = identity.meet(key, is_unique);
        let cycle = match known {
            None => None,
            Some(State::New(cycle)) => cycle,
            Some(state) => {
                self.meet_again(id, state)?;
                return Ok(Met::Known);
            }
        };
        let mut open = OpenNode::new(id, identity.count_opened()?, start);
        if let Some(cycle) = cycle {
            open.cycle = Some(cycle);
            self.enter_cycle(cycle, &mut open)?;
        }
        let identity = &mut self.memory.identity;
        identity.open.push(open);
        Ok(Met::New(PointerScope {
            cell: take(&mut identity.cell),
            key,
            is_unique,
            kind: Kind::Recorded,
            scope: self.open(),
        }))
    }

    /// Writes a pointer to a node that was met before.
    fn meet_again(&mut self, id: u32, state: State) -> Result<(), Error> {
        let at = self.buffer.len() as u32;
        let identity = &mut self.memory.identity;
        match state {
            State::Open(_) if identity.cycles.is_some() => return Err(no_cell()),
            State::Open(opened) | State::Waiting(opened) => {
                identity.lead_back(opened);
                self.explore();
                self.nil();
            }
            State::Known(copy) if !identity.explores => {
                identity.places.push(Place {
                    at,
                    what: What::Again(id),
                });
                let (mut tape, identity) = self.tape();
                identity.copies.paste(copy, &mut tape);
            }
            State::OnCycle {
                cycle,
                offset,
                level,
                ..
            } => self.meet_cycle_again(id, cycle, offset, level),
            State::Known(_) | State::New(_) | State::Member(_) | State::Left => self.nil(),
        }
        Ok(())
    }

    fn meet_cycle_again(&mut self, id: u32, cycle: u32, offset: u32, level: u8) {
        let memory = &mut *self.memory;
        let at = self.buffer.len() as u32;
        let identity = &mut memory.identity;
        let Some(cycles) = identity.cycles.as_deref() else {
            return;
        };
        match cycles.head_of_closed(cycle) {
            None => {
                identity.pins.push(at);
                self.buffer.extend_from_slice(&BACK_HEADER);
            }
            Some(head) => {
                identity.places.push(Place {
                    at,
                    what: What::Again(id),
                });
                self.buffer.extend_from_slice(&PART_HEADER);
                if let State::Known(copy) = identity.nodes[head as usize] {
                    let digest = &identity.copies.bytes(copy)[LINK_HEADER.len()..];
                    self.buffer.extend_from_slice(digest);
                    let waiting = identity.copies.open_link(copy);
                    memory.links.extend(waiting.map(|link| OpenLink {
                        at,
                        block: link.block,
                    }));
                }
            }
        }
        self.buffer.extend_from_slice(&offset.to_be_bytes());
        self.buffer.push(level);
    }

    /// Walks on into the nodes of the cycle that were met first inside the one that is walked again.
    fn meet_dry(&mut self, key: NodeKey, is_unique: bool) -> Met {
        let scope = self.open();
        let identity = &mut self.memory.identity;
        if let Some(id) = identity.by_key.get(&key).copied()
            && let Some(node) = identity.nodes.get_mut(id as usize)
            && let Some(dry) = identity.dry.as_deref_mut()
            && dry.walks_into(node)
        {
            return Met::New(PointerScope {
                scope,
                key,
                is_unique,
                cell: take(&mut identity.cell),
                kind: Kind::Dry,
            });
        }
        self.buffer.push(0xc0);
        Met::Known
    }

    /// Ends a pointer.
    fn close_pointer(
        &mut self,
        pointer: &PointerScope,
        desc: &'static Desc,
        target: &dyn Target,
    ) -> Result<(), Error> {
        let identity = &mut self.memory.identity;
        // Where cycles are known or looked for, keys are kept of all nodes.
        let has_key = !pointer.is_unique || identity.explores || identity.cycles.is_some();
        if identity.n_passing > 0 && has_key {
            identity.reserved.push(target.reserve());
        }
        let Some(node) = self.leave_node(pointer) else {
            return Ok(());
        };
        let mut state = None;
        if let Some(cycle) = node.cycle {
            let (offset, level) = self.leave_cycle_node(&node, pointer, desc, target)?;
            state = Some(State::OnCycle {
                cycle,
                offset,
                level,
                is_walked: false,
                opened: node.opened,
            });
        }
        self.settle_pointer(pointer, node.id, node.start, state);
        Ok(())
    }

    /// A pointer's node ends. Returned if there is something to note about it.
    #[inline]
    pub(super) fn leave_node(&mut self, pointer: &PointerScope) -> Option<OpenNode> {
        match pointer.kind {
            Kind::Recorded => {}
            Kind::Plain => {
                self.plain_open.remove(&pointer.key);
                return None;
            }
            Kind::Dry => {
                self.memory.identity.cell = pointer.cell;
                return None;
            }
        }
        let identity = &mut self.memory.identity;
        identity.cell = pointer.cell;
        let node = identity.open.pop()?;
        if !identity.explores {
            return Some(node);
        }
        identity.leave_explored(&node, pointer.key);
        self.forget_from(&pointer.scope);
        self.nil();
        None
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
        let (tape, identity) = self.tape();
        let is_head = identity.is_head(id);
        let around = identity.open.last().filter(|around| around.start == start);
        // Of several pointers at one place, which does the item tell about?
        let is_told_apart =
            tape.buffer[start..].starts_with(&BACK_HEADER) || (is_head && around.is_some());
        identity.close_scope(id, start, pointer.is_unique, is_told_apart);
        if id == NO_NODE {
            return;
        }
        let is_written = is_head || state.is_none();
        identity.nodes[id as usize] = match state {
            Some(state) if !is_written => state,
            _ => {
                let (note, link) = (pointer.scope.notes, tape.first_link(start));
                State::Known(identity.copies.keep(&tape, start, note, link))
            }
        };
    }

    /// A pointer whose node cannot be written: what is explained goes on behind it.
    fn abandon_pointer(&mut self, pointer: &PointerScope) {
        if let Some(node) = self.leave_node(pointer) {
            self.memory.identity.set(node.id, State::Left);
        }
    }

    /// A weak pointer. `target` is what it leads to, if that is alive; `reserve` makes something that
    /// keeps its address.
    pub(crate) fn weak_pointer(
        &mut self,
        target: Option<NodeKey>,
        reserve: impl FnOnce() -> Box<dyn Any>,
    ) {
        let at = self.buffer.len() as u32;
        let records = self.records_identity();
        let identity = &mut self.memory.identity;
        if target.is_some() && !records {
            self.holds_pointer = true;
        } else if let Some(target) = target
            && !identity.is_dry()
        {
            let what = What::Weak(identity.weak.len() as u32);
            identity.weak.push(target);
            if identity.n_passing > 0 {
                identity.reserved.push(reserve());
            }
            identity.places.push(Place { at, what });
        }
        self.buffer.extend_from_slice(&WEAK);
    }

    /// Where nothing is recorded about identity: in keys that are written whole, in the profile
    /// that cuts nothing.
    fn open_plain_pointer(&mut self, key: NodeKey, is_unique: bool) -> Result<Met, Error> {
        if !is_unique {
            self.holds_pointer = true;
            // Once is enough to explain what cannot be recorded, however often it is met.
            if self.is_explaining && !self.explained.insert(key) {
                self.buffer.push(0xc0);
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
            key,
            is_unique,
            cell: 0,
            kind: Kind::Plain,
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

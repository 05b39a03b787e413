//! Cycles: which nodes are on one, and how those are written (docs/format.md section 14.2).
//!
//! That there is a cycle shows when a pointer leads to a node that is open. The rest of the value is
//! then only walked, to know all cycles and the cells through which they close, and the value is
//! written again.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::collections::VecDeque;
use std::ops::Range;

use super::address::AddressSet;
use super::known::{NO_CELL, OpenNode, State};
use super::meet::{PointerScope, Target, no_cell};
use super::place::Place;
use super::search::Search;
use crate::codec::batch::OpenLink;
use crate::codec::emit::Header;
use crate::codec::encode::{Encoder, Scope};
use crate::codec::registry::Note;
use crate::codec::write::HOLE;
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;
use crate::stack::grow;

/// The cycles of a value.
pub(super) struct Cycles {
    /// The addresses of the cells that are left out.
    left_out: AddressSet,
    states: Vec<CycleState>,
    /// The cycles being written, innermost last.
    open: Vec<OpenCycle>,
}

#[derive(Clone, Copy, Debug)]
enum CycleState {
    NotMet,
    Open,
    Closed { head: u32 },
}

struct OpenCycle {
    number: u32,
    start: usize,
    /// The cells that were left out, in their order.
    holes: Vec<usize>,
    /// How many of them are those of outermost nodes that ended.
    n_queued: usize,
    /// The outermost nodes that ended and left cells out.
    queue: VecDeque<Waiting>,
}

/// An outermost node with cells that are still to be written.
struct Waiting {
    target: Box<dyn Target>,
    id: u32,
    /// Which of the cycle's cells that were left out are its.
    holes: Range<usize>,
    /// The nodes that were opened while it was, it included.
    opened: Range<u32>,
}

/// A node that is walked again for its cells: what is written meanwhile is thrown away.
#[derive(Default)]
pub(super) struct Dry {
    /// The cells still to come.
    holes: Range<usize>,
    /// The address of the next of them.
    next: Option<usize>,
    cycle: u32,
    /// The nodes that were met first inside the one that is walked.
    opened: Range<u32>,
    /// The encoder's own memory, while this walk uses another.
    aside: Aside,
}

#[derive(Default)]
struct Aside {
    buffer: Vec<u8>,
    notes: Vec<Note>,
    links: Vec<OpenLink>,
    ends: Vec<u32>,
    places: Vec<Place>,
    pins: Vec<u32>,
}

impl Aside {
    fn swap(&mut self, encoder: &mut Encoder<'_>) {
        std::mem::swap(&mut self.buffer, &mut encoder.buffer);
        std::mem::swap(&mut self.notes, &mut encoder.notes);
        let memory = &mut encoder.memory;
        std::mem::swap(&mut self.links, &mut memory.links);
        std::mem::swap(&mut self.ends, &mut encoder.ends);
        std::mem::swap(&mut self.places, &mut memory.identity.places);
        std::mem::swap(&mut self.pins, &mut memory.identity.pins);
    }

    fn clear(&mut self) {
        self.buffer.clear();
        self.notes.clear();
        self.links.clear();
        self.ends.clear();
        self.places.clear();
        self.pins.clear();
    }
}

impl Dry {
    /// Whether the walk goes on into this node: it was met first inside the one that is walked.
    pub(super) fn walks_into(&self, state: &mut State) -> bool {
        match state {
            State::OnCycle {
                cycle,
                is_walked,
                opened,
                ..
            } if *cycle == self.cycle && self.opened.contains(opened) => {
                !std::mem::replace(is_walked, true)
            }
            _ => false,
        }
    }
}

/// What to do with a cell.
#[must_use = "an open cell must be closed"]
enum CellStep {
    /// Its content is to be written now.
    Open(OpenCell),
    /// It is written later.
    LeftOut,
}

/// An open cell.
#[must_use = "an open cell must be closed"]
struct OpenCell(Inner);

enum Inner {
    /// It tells nothing: it is in no node, or in another cell.
    Plain,
    /// The outermost cell of a node.
    Outermost,
    /// A cell that was left out is written after all.
    Late(Box<Dry>),
}

impl Encoder<'_> {
    /// From here on the value is only walked.
    #[cold]
    pub(super) fn explore(&mut self) {
        self.memory.identity.explores = true;
        self.discard();
    }

    /// Writes what a user's function made, which is gone before the value ends. No cycle closes
    /// through cells that were made with it: the second run would find others.
    #[doc(hidden)]
    pub fn made<R>(&mut self, write: impl FnOnce(&mut Self) -> R) -> R {
        let around = self.memory.identity.cell;
        if around == 0 {
            self.memory.identity.cell = NO_CELL;
        }
        let written = self.passing(|encoder| grow(|| write(encoder)));
        self.memory.identity.cell = around;
        written
    }

    /// Writes what may go away before the value ends: it was made on the way, or a lock lets others
    /// at it. No other allocation may come to stand where a shared pointer met there leads, or the
    /// two would be taken for one.
    pub(crate) fn passing<R>(&mut self, write: impl FnOnce(&mut Self) -> R) -> R {
        self.memory.identity.n_passing += 1;
        let written = write(self);
        self.memory.identity.n_passing -= 1;
        written
    }

    /// Writes the content of a cell, now or, if a cycle closes through it, later.
    #[inline]
    pub(crate) fn cell<T: ?Sized>(
        &mut self,
        cell: &T,
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self.open_cell(std::ptr::from_ref(cell).cast::<()>().addr()) {
            CellStep::LeftOut => Ok(()),
            CellStep::Open(cell) => {
                write(self)?;
                self.close_cell(cell);
                Ok(())
            }
        }
    }

    #[inline]
    fn open_cell(&mut self, address: usize) -> CellStep {
        let identity = &self.memory.identity;
        if (identity.open.is_empty() && identity.dry.is_none()) || self.whole > 0 {
            return CellStep::Open(OpenCell(Inner::Plain));
        }
        self.open_cell_in_node(address)
    }

    fn open_cell_in_node(&mut self, address: usize) -> CellStep {
        let identity = &mut self.memory.identity;
        if identity.cell != 0 {
            return CellStep::Open(OpenCell(Inner::Plain));
        }
        if let Some(mut dry) = identity.dry.take() {
            if dry.next != Some(address) {
                identity.dry = Some(dry);
                return CellStep::Open(OpenCell(Inner::Plain));
            }
            let cycles = identity.cycles.as_deref();
            dry.next = dry.holes.next().and_then(|hole| cycles?.hole(hole));
            dry.aside.swap(self);
            self.memory.identity.cell = address;
            return CellStep::Open(OpenCell(Inner::Late(dry)));
        }
        if let Some(cycles) = identity.cycles.as_deref_mut() {
            let node = identity.open.last();
            if node.is_some_and(|node| node.cycle.is_some())
                && cycles.left_out.contains(&address)
                && let Some(cycle) = cycles.open.last_mut()
            {
                cycle.holes.push(address);
                identity.pins.push(self.buffer.len() as u32);
                self.buffer.extend_from_slice(&HOLE);
                return CellStep::LeftOut;
            }
        }
        identity.cell = address;
        CellStep::Open(OpenCell(Inner::Outermost))
    }

    #[inline]
    fn close_cell(&mut self, cell: OpenCell) {
        match cell.0 {
            Inner::Plain => {}
            Inner::Outermost => self.memory.identity.cell = 0,
            Inner::Late(mut dry) => {
                dry.aside.swap(self);
                self.memory.identity.cell = 0;
                self.memory.identity.dry = Some(dry);
            }
        }
    }

    /// A node on a cycle in the second run: where it stands in the block.
    pub(super) fn enter_cycle(&mut self, number: u32, node: &mut OpenNode) -> Result<(), Error> {
        let identity = &mut self.memory.identity;
        let Some(cycles) = identity.cycles.as_deref_mut() else {
            return Ok(());
        };
        match cycles.states[number as usize] {
            CycleState::NotMet => {
                cycles.states[number as usize] = CycleState::Open;
                cycles.open.push(OpenCycle {
                    number,
                    start: node.start,
                    holes: Vec::new(),
                    n_queued: 0,
                    queue: VecDeque::new(),
                });
                node.is_outermost = true;
            }
            CycleState::Open => {
                let around = identity.open.last();
                node.is_outermost = around.is_none_or(|around| around.cycle != Some(number));
                let around = around.filter(|around| around.start == node.start);
                node.level = match around {
                    Some(around) => around.level.checked_add(1).ok_or(ErrorKind::TooLarge {
                        what: "a pointer to a pointer",
                    })?,
                    None => 0,
                };
            }
            CycleState::Closed { .. } => return Err(ErrorKind::ChangedWhileEncoding.into()),
        }
        Ok(())
    }

    /// The end of a node on a cycle. The head's is that of the cycle. Returns the node's place.
    pub(super) fn leave_cycle_node(
        &mut self,
        node: &OpenNode,
        pointer: &PointerScope,
        desc: &'static Desc,
        target: &dyn Target,
    ) -> Result<(u32, u8), Error> {
        let identity = &mut self.memory.identity;
        let Some(open) = identity
            .cycles
            .as_deref_mut()
            .and_then(|c| c.open.last_mut())
        else {
            return Err(ErrorKind::ChangedWhileEncoding.into());
        };
        let place = ((node.start - open.start) as u32, node.level);
        if node.is_outermost && open.n_queued < open.holes.len() {
            open.queue.push_back(Waiting {
                target: target.keep(),
                id: node.id,
                holes: open.n_queued..open.holes.len(),
                opened: node.opened..identity.n_met,
            });
            open.n_queued = open.holes.len();
        }
        let is_head = place == (0, 0);
        if is_head {
            identity.nodes[node.id as usize] = State::OnCycle {
                cycle: open.number,
                offset: 0,
                level: 0,
                is_walked: false,
                opened: node.opened,
            };
            self.close_cycle(node.id, &pointer.scope, desc)?;
        }
        Ok(place)
    }

    /// Writes the cells that were left out, and moves the cycle into its block.
    fn close_cycle(&mut self, head: u32, scope: &Scope, desc: &'static Desc) -> Result<(), Error> {
        let cell = std::mem::take(&mut self.memory.identity.cell);
        let mut walk = Box::<Dry>::default();
        while let Some(target) = self.next_in_queue(&mut walk) {
            walk.aside.swap(self);
            self.memory.identity.dry = Some(walk);
            target.reduce_node(self)?;
            walk = match self.memory.identity.dry.take() {
                Some(walk) if walk.next.is_none() => walk,
                _ => return Err(ErrorKind::ChangedWhileEncoding.into()),
            };
            walk.aside.swap(self);
            walk.aside.clear();
        }
        self.memory.identity.cell = cell;
        self.finish_cycle(head, scope, DescRef::Constant(desc))
    }

    /// Moves a cycle into its block, after its cells.
    pub(super) fn finish_cycle(
        &mut self,
        head: u32,
        scope: &Scope,
        desc: DescRef<'_>,
    ) -> Result<(), Error> {
        let identity = &mut self.memory.identity;
        if !identity.is_pinned(scope.start) {
            return Err(no_cell());
        }
        if let Some(cycles) = identity.cycles.as_deref_mut()
            && let Some(cycle) = cycles.open.pop()
        {
            cycles.states[cycle.number as usize] = CycleState::Closed { head };
        }
        let pins = identity
            .pins
            .partition_point(|pin| (*pin as usize) < scope.start);
        identity.pins.truncate(pins);
        let body = self.body(scope);
        let places = self.memory.identity.scope(body.start, body.end, 0);
        let block = self.emit(desc, Some(b'~'), Header::None, &body);
        self.replace(scope, block, places);
        self.flush_if_full();
        Ok(())
    }

    /// The next node to walk again.
    fn next_in_queue(&mut self, walk: &mut Dry) -> Option<Box<dyn Target>> {
        let identity = &mut self.memory.identity;
        let cycle = identity.cycles.as_deref_mut()?.open.last_mut()?;
        let waiting = cycle.queue.pop_front()?;
        walk.cycle = cycle.number;
        walk.opened = waiting.opened;
        walk.holes = waiting.holes;
        walk.next = walk
            .holes
            .next()
            .and_then(|hole| cycle.holes.get(hole).copied());
        if let State::OnCycle { is_walked, .. } = &mut identity.nodes[waiting.id as usize] {
            *is_walked = true;
        }
        Some(waiting.target)
    }

    /// Whether a cycle is being written: nothing that is open may leave the buffer before it ends.
    pub(in crate::codec) fn is_in_cycle(&self) -> bool {
        let cycles = self.memory.identity.cycles.as_deref();
        cycles.is_some_and(|cycles| !cycles.open.is_empty())
    }
}

impl Cycles {
    /// The cycles that were found.
    pub(super) fn new(search: &mut Search) -> Self {
        Self {
            left_out: std::mem::take(&mut search.left_out),
            states: vec![CycleState::NotMet; search.n_cycles as usize],
            open: Vec::new(),
        }
    }

    /// The address of a cell that was left out of the innermost cycle.
    fn hole(&self, number: usize) -> Option<usize> {
        self.open.last()?.holes.get(number).copied()
    }

    /// Where the innermost cycle that is being written starts.
    pub(super) fn innermost_start(&self) -> Option<usize> {
        self.open.last().map(|cycle| cycle.start)
    }

    /// The head of a cycle, if that is written already.
    pub(super) fn head_of_closed(&self, cycle: u32) -> Option<u32> {
        match self.states.get(cycle as usize) {
            Some(CycleState::Closed { head }) => Some(*head),
            _ => None,
        }
    }
}

//! Cycles: which nodes are on one, and how those are written (docs/format.md section 14.2).
//!
//! That there is a cycle shows when a pointer leads to a node that is open. The rest of the value is
//! then only walked, to know all cycles and the cells through which they close, and the value is
//! written again.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::meet::{NodeKey, OpenNode, PointerScope, State, Target, no_cell};
use super::place::Place;
use crate::codec::batch::OpenLink;
use crate::codec::encode::{Encoder, Header, Memory, Scope};
use crate::codec::registry::Note;
use crate::codec::write::HOLE;
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;

/// From one node to another, by their numbers, through the cell with this number, if through one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) cell: u32,
}

/// The cycles of a value.
pub(super) struct Cycles {
    /// The cycle of each node that is on one.
    of_node: BTreeMap<NodeKey, u32>,
    /// The addresses of the cells that are left out, ascending.
    left_out: Vec<usize>,
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
    /// The cells that were left out of the outermost node that is open, in their order.
    holes: Vec<usize>,
    /// The same of outermost nodes that ended.
    queue: VecDeque<Waiting>,
}

/// An outermost node with cells that are still to be written.
struct Waiting {
    target: Box<dyn Target>,
    holes: Vec<usize>,
    nodes: Range<u32>,
}

/// A node that is walked again for its cells: what is written meanwhile is thrown away.
pub(super) struct Dry {
    holes: std::vec::IntoIter<usize>,
    next: Option<usize>,
    cycle: u32,
    /// The nodes that were met first inside the one that is walked.
    nodes: Range<u32>,
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
    fn swap(&mut self, memory: &mut Memory) {
        std::mem::swap(&mut self.buffer, &mut memory.buffer);
        std::mem::swap(&mut self.notes, &mut memory.notes);
        std::mem::swap(&mut self.links, &mut memory.links);
        std::mem::swap(&mut self.ends, &mut memory.ends);
        std::mem::swap(&mut self.places, &mut memory.identity.places);
        std::mem::swap(&mut self.pins, &mut memory.identity.pins);
    }
}

impl Dry {
    /// Whether the walk goes on into this node: it was met first inside the one that is walked.
    pub(super) fn walks_into(&self, id: u32, state: &mut State) -> bool {
        match state {
            State::OnCycle {
                cycle, is_walked, ..
            } if *cycle == self.cycle && self.nodes.contains(&id) => {
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
        let memory = &mut *self.memory;
        let identity = &mut memory.identity;
        if identity.cell != 0 {
            return CellStep::Open(OpenCell(Inner::Plain));
        }
        if let Some(mut dry) = identity.dry.take() {
            if dry.next != Some(address) {
                identity.dry = Some(dry);
                return CellStep::Open(OpenCell(Inner::Plain));
            }
            dry.next = dry.holes.next();
            dry.aside.swap(memory);
            memory.identity.cell = 1;
            return CellStep::Open(OpenCell(Inner::Late(dry)));
        }
        if let Some(cycles) = identity.cycles.as_deref_mut() {
            let is_left_out = cycles.left_out.binary_search(&address).is_ok();
            let is_on_cycle = identity
                .open
                .last()
                .is_some_and(|node| node.cycle.is_some());
            if is_left_out
                && is_on_cycle
                && let Some(cycle) = cycles.open.last_mut()
            {
                cycle.holes.push(address);
                identity.pins.push(memory.buffer.len() as u32);
                memory.buffer.extend_from_slice(&HOLE);
                return CellStep::LeftOut;
            }
            identity.cell = 1;
        } else {
            identity.cells.push(address);
            identity.cell = identity.cells.len() as u32;
        }
        CellStep::Open(OpenCell(Inner::Outermost))
    }

    #[inline]
    fn close_cell(&mut self, cell: OpenCell) {
        match cell.0 {
            Inner::Plain => {}
            Inner::Outermost => self.memory.identity.cell = 0,
            Inner::Late(mut dry) => {
                dry.aside.swap(&mut self.memory);
                self.memory.identity.cell = 0;
                self.memory.identity.dry = Some(dry);
            }
        }
    }

    /// A new node in the second run: which cycle it is on, and where it stands in its block.
    pub(super) fn enter_cycle(&mut self, key: NodeKey, node: &mut OpenNode) -> Result<(), Error> {
        let identity = &mut self.memory.identity;
        let Some(cycles) = identity.cycles.as_deref_mut() else {
            return Ok(());
        };
        let Some(number) = cycles.of_node.get(&key).copied() else {
            return Ok(());
        };
        match cycles.states[number as usize] {
            CycleState::NotMet => {
                cycles.states[number as usize] = CycleState::Open;
                cycles.open.push(OpenCycle {
                    number,
                    start: node.start,
                    holes: Vec::new(),
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
        node.cycle = Some(number);
        Ok(())
    }

    /// The end of a node on a cycle. The head's is that of the cycle. Returns the node's place.
    pub(super) fn leave_cycle_node(
        &mut self,
        node: &OpenNode,
        pointer: &PointerScope,
        desc: &'static Desc,
        keep: &dyn Fn() -> Box<dyn Target>,
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
        if node.is_outermost && !open.holes.is_empty() {
            open.queue.push_back(Waiting {
                target: keep(),
                holes: std::mem::take(&mut open.holes),
                nodes: node.id..identity.nodes.len() as u32,
            });
        }
        let is_head = place == (0, 0);
        if is_head {
            identity.nodes[node.id as usize].state = State::OnCycle {
                cycle: open.number,
                offset: 0,
                level: 0,
                is_walked: false,
            };
            self.close_cycle(node.id, &pointer.scope, desc)?;
        }
        Ok(place)
    }

    /// Writes the cells that were left out, and moves the cycle into its block.
    fn close_cycle(&mut self, head: u32, scope: &Scope, desc: &'static Desc) -> Result<(), Error> {
        let mut aside = Aside::default();
        let cell = std::mem::take(&mut self.memory.identity.cell);
        while let Some((cycle, waiting)) = self.next_in_queue() {
            let first = waiting.nodes.start as usize;
            if let State::OnCycle { is_walked, .. } = &mut self.memory.identity.nodes[first].state {
                *is_walked = true;
            }
            let mut holes = waiting.holes.into_iter();
            let mut walk = Box::new(Dry {
                next: holes.next(),
                holes,
                cycle,
                nodes: waiting.nodes,
                aside: std::mem::take(&mut aside),
            });
            walk.aside.swap(&mut self.memory);
            self.memory.identity.dry = Some(walk);
            waiting.target.reduce_again(self)?;
            let Some(mut walk) = self.memory.identity.dry.take() else {
                return Err(ErrorKind::ChangedWhileEncoding.into());
            };
            walk.aside.swap(&mut self.memory);
            if walk.next.is_some() {
                return Err(ErrorKind::ChangedWhileEncoding.into());
            }
            aside = walk.aside;
            aside.buffer.clear();
            aside.notes.clear();
            aside.links.clear();
            aside.ends.clear();
            aside.places.clear();
            aside.pins.clear();
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

    fn next_in_queue(&mut self) -> Option<(u32, Waiting)> {
        let cycles = self.memory.identity.cycles.as_deref_mut()?;
        let cycle = cycles.open.last_mut()?;
        Some((cycle.number, cycle.queue.pop_front()?))
    }

    /// Whether a cycle is being written: nothing that is open may leave the buffer before it ends.
    pub(in crate::codec) fn is_in_cycle(&self) -> bool {
        let cycles = self.memory.identity.cycles.as_deref();
        cycles.is_some_and(|cycles| !cycles.open.is_empty())
    }
}

impl Cycles {
    /// Finds the cycles among nodes.
    pub(super) fn new(nodes: Vec<NodeKey>, edges: &[Edge], cells: &[usize]) -> Self {
        let component = components(nodes.len(), edges);
        let mut is_cycle = vec![false; nodes.len()];
        let mut left_out = Vec::new();
        for edge in edges {
            let of = component[edge.from as usize];
            if of == component[edge.to as usize] {
                is_cycle[of as usize] = true;
                if let Some(cell) = edge.cell.checked_sub(1) {
                    left_out.push(cells[cell as usize]);
                }
            }
        }
        left_out.sort_unstable();
        left_out.dedup();
        let on_cycle = nodes.into_iter().zip(&component);
        let on_cycle = on_cycle.filter(|(_, of)| is_cycle[**of as usize]);
        Self {
            of_node: on_cycle.map(|(key, of)| (key, *of)).collect(),
            left_out,
            states: vec![CycleState::NotMet; component.len()],
            open: Vec::new(),
        }
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

/// The strongly connected component of each node: Tarjan's algorithm (Depth-first search and linear
/// graph algorithms, 1972), without recursion.
pub(crate) fn components(n: usize, edges: &[Edge]) -> Vec<u32> {
    const NOT_MET: u32 = u32::MAX;
    // The edges of each node stand together.
    let mut first = vec![0_u32; n + 1];
    for edge in edges {
        first[edge.from as usize + 1] += 1;
    }
    for node in 0..n {
        first[node + 1] += first[node];
    }
    let mut filled = first.clone();
    let mut targets = vec![0_u32; edges.len()];
    for edge in edges {
        let place = &mut filled[edge.from as usize];
        targets[*place as usize] = edge.to;
        *place += 1;
    }
    let mut number = vec![NOT_MET; n];
    let mut low = vec![0_u32; n];
    let mut component = vec![NOT_MET; n];
    let mut waiting = Vec::new();
    // Open nodes, each with its next edge.
    let mut open: Vec<(u32, u32)> = Vec::new();
    let mut met = 0;
    let mut found = 0;
    for root in 0..n as u32 {
        if number[root as usize] != NOT_MET {
            continue;
        }
        open.push((root, first[root as usize]));
        while let Some((node, edge)) = open.last_mut() {
            let at = *node as usize;
            if *edge == first[at] && number[at] == NOT_MET {
                number[at] = met;
                low[at] = met;
                met += 1;
                waiting.push(*node);
            }
            if *edge < first[at + 1] {
                let to = targets[*edge as usize];
                *edge += 1;
                if number[to as usize] == NOT_MET {
                    open.push((to, first[to as usize]));
                } else if component[to as usize] == NOT_MET {
                    low[at] = low[at].min(number[to as usize]);
                }
                continue;
            }
            open.pop();
            if let Some((around, _)) = open.last() {
                low[*around as usize] = low[*around as usize].min(low[at]);
            }
            if low[at] == number[at] {
                while let Some(member) = waiting.pop() {
                    component[member as usize] = found;
                    if member as usize == at {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    component
}

//! What is known of pointers while a value is read.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::begun::{Begun, Make};
use super::cycle_index::CycleIndex;
use super::first::First;
use super::pointer::{Filled, Kept, NodeType};
use super::ways::Ways;
use crate::cid::Cid;
use crate::codec::decode;
use crate::codec::overlay::{Entry, Kind, Overlay, Paths, Scope};
use crate::codec::read::{Cursor, Place};

/// What is known of pointers while a value is read.
#[derive(Default)]
pub(in crate::codec) struct Restoring {
    pub(super) overlay: Overlay,
    /// The nodes that the overlay numbers.
    pub(super) nodes: Vec<State>,
    /// Where each of them was met first.
    pub(super) firsts: BTreeMap<u32, First>,
    /// The shapes of the blocks where nodes were, by the blocks' addresses.
    pub(super) tables: BTreeMap<usize, TableOf>,
    /// The cycles being read, innermost last.
    pub(super) cycles: Vec<OpenCycle>,
    /// Those that were read, or some of whose nodes were.
    pub(super) closed: BTreeMap<Occurrence, OpenCycle>,
    /// In which of its occurrences each cycle was read first.
    pub(super) first_closed: BTreeMap<Cid, Scope>,
    /// The cycles in the order in which they were closed, each with how many of its nodes were known
    /// before.
    pub(super) order_closed: Vec<(Occurrence, usize)>,
    /// The cycles that are being read, also those that were left for a node further on.
    pub(super) entered: Vec<Occurrence>,
    /// The nodes whose cells were left out and are filled.
    pub(super) filled: Filled,
    /// The nodes that were made, in their order.
    pub(super) made: Vec<u32>,
    /// The node that is being read, as far as its cells go; outside of all, the value itself.
    pub(super) node: Option<NodeCells>,
    /// Weak pointers in the open cell or node that lead to nodes that are not there yet.
    pub(super) unresolved: u64,
    /// The pointers read in the open cell so far, if some may have to be read again.
    pub(super) read: Option<Vec<Box<dyn Kept>>>,
    /// The pointers of a cell that is read again.
    pub(super) known: Option<std::vec::IntoIter<Box<dyn Kept>>>,
    /// Cells that are read again when every node is there.
    pub(super) late: Vec<LateNode>,
    /// Weak pointers that lead to a node of the value and could not be restored.
    pub(super) lost: u64,
    /// Values that stand where a pointer was recorded that leads to the same as others.
    pub(super) unshared: u64,
    /// The nodes that weak pointers were made to lead to, as often as they were.
    pub(super) led: Vec<u32>,
    /// The content block.
    pub(super) content: Option<Cid>,
    pub(super) paths: Option<Paths>,
    /// Nodes that are being made ahead.
    pub(super) n_ahead: u32,
    /// Nodes that are too far inside others that are made ahead: they are made before those.
    pub(super) deep: Vec<(u32, Make)>,
    /// Those that were so since the outermost of the others is made.
    pub(super) too_deep: BTreeSet<u32>,
    /// How often there was one.
    pub(super) n_deep: usize,
    /// A node that stood in the way because it is being made.
    pub(super) conflict: Option<u32>,
    /// The nodes to which no way leads.
    pub(super) unreachable: BTreeSet<u32>,
    /// The blocks on the ways to nodes.
    pub(super) ways: Ways,
    /// What has to be begun before which node.
    pub(super) begun: Begun,
}

/// What is known of the place that is left for a node further on.
pub(super) struct SetAside {
    pub(super) cycles: Vec<OpenCycle>,
    pub(super) node: Option<NodeCells>,
    pub(super) unresolved: u64,
    pub(super) read: Option<Vec<Box<dyn Kept>>>,
    pub(super) known: Option<std::vec::IntoIter<Box<dyn Kept>>>,
}

/// A block and the shapes of its table.
pub(super) type TableOf = (Arc<[u8]>, Arc<[usize]>);

#[derive(Default)]
pub(super) enum State {
    #[default]
    NotMet,
    /// It is being made, and can hold this weak pointer to itself if there is one.
    Making(Option<(NodeType, Box<dyn Any>)>),
    Made(Box<dyn Kept>),
}

/// A cycle where it stands: its block, and what the overlay says of that there.
pub(super) type Occurrence = (Cid, Scope);

pub(super) struct OpenCycle {
    pub(super) occurrence: Occurrence,
    /// How many blocks are open around its own.
    pub(super) depth: usize,
    /// Where its value starts.
    pub(super) start: usize,
    pub(super) places: BTreeMap<Place, usize>,
    pub(super) nodes: Vec<CycleNode>,
    /// The pointers that are open, each with its start and level.
    pub(super) open: Vec<(usize, u8)>,
    /// The holes of the object that is being read.
    pub(super) holes: Vec<Hole>,
    /// A pointer leads back to the head.
    pub(super) is_closed: bool,
    /// How many nodes were known when it was entered this time.
    pub(super) n_known: usize,
    /// Where what stands in it, if some of it was read out of turn.
    pub(super) index: Option<Box<CycleIndex>>,
    /// What is read now stands before or after what is to be read next.
    pub(super) is_out_of_turn: bool,
    /// Cells of nodes that were read out of turn.
    pub(super) waiting: Vec<Waiting>,
    /// Where values begin and no pointers.
    pub(super) values: Vec<usize>,
    /// To enter its block again.
    pub(super) block: Option<Block>,
}

impl OpenCycle {
    pub(super) fn new(occurrence: Occurrence, depth: usize, start: usize) -> Self {
        Self {
            occurrence,
            depth,
            start,
            places: BTreeMap::new(),
            nodes: Vec::new(),
            open: Vec::new(),
            holes: Vec::new(),
            is_closed: false,
            n_known: 0,
            index: None,
            is_out_of_turn: false,
            waiting: Vec::new(),
            values: Vec::new(),
            block: None,
        }
    }

    /// The node at a place, if it was made.
    pub(super) fn known(&self, place: Place) -> Option<&dyn Kept> {
        let node = self.places.get(&place)?;
        self.nodes.get(*node)?.pointer.as_deref()
    }

    /// Forgets all nodes but the first.
    pub(super) fn truncate(&mut self, n_nodes: usize) {
        self.nodes.truncate(n_nodes);
        self.places.retain(|_, node| *node < n_nodes);
        self.open.clear();
        self.holes.clear();
        self.waiting.clear();
        self.is_out_of_turn = false;
    }
}

/// The block of a cycle that was left.
pub(super) struct Block {
    pub(super) cursor: Cursor,
    pub(super) open: decode::Open,
    pub(super) table: Vec<usize>,
}

/// A cell that is filled when the node that was asked for is there.
pub(super) struct Waiting {
    /// Where its hole stands in the block.
    pub(super) at: usize,
    pub(super) target: Target,
}

#[derive(Default)]
pub(super) struct CycleNode {
    pub(super) pointer: Option<Box<dyn Kept>>,
    pub(super) cells: usize,
}

/// A node with cells that are read again; none is the value itself.
pub(super) struct LateNode {
    pub(super) pointer: Option<Box<dyn Kept>>,
    pub(super) n_cells: usize,
    pub(super) cells: Vec<Late>,
}

/// A cell that is read again: a weak pointer in it leads to a node that was not there yet.
pub(super) struct Late {
    pub(super) cell: usize,
    pub(super) written: Option<Box<[u8]>>,
    pub(super) place: Snapshot,
    /// The other pointers in it, which stay.
    pub(super) pointers: Vec<Box<dyn Kept>>,
}

/// A place to read at again.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub(super) cursor: Cursor,
    pub(super) open: decode::Open,
    pub(super) table: Arc<[usize]>,
}

pub(super) struct Hole {
    /// Where it stands in the block.
    pub(super) at: usize,
    /// The desc of its place.
    pub(super) written: Box<[u8]>,
    /// What is to be filled: nothing, if the type passes over this place.
    pub(super) target: Option<Target>,
}

pub(in crate::codec) struct Target {
    pub(super) node: usize,
    pub(super) cell: usize,
    /// The desc to read with, if that is not the type's.
    pub(super) written: Option<Box<[u8]>>,
}

#[derive(Default)]
pub(super) struct NodeCells {
    /// Its number in its cycle, if it is on one.
    pub(super) of_cycle: Option<usize>,
    /// The cells met so far.
    pub(super) cells: usize,
    pub(super) is_in_cell: bool,
    pub(super) late: Vec<Late>,
}

/// What was known before a node began, and where it stands if it is on a cycle.
#[derive(Default)]
pub(super) struct Around {
    pub(super) place: Option<Place>,
    pub(super) node: Option<NodeCells>,
    pub(super) unresolved: u64,
    pub(super) read: Option<Vec<Box<dyn Kept>>>,
}

impl Restoring {
    pub(super) fn set_aside(&mut self) -> SetAside {
        SetAside {
            cycles: std::mem::take(&mut self.cycles),
            node: self.node.take(),
            unresolved: std::mem::take(&mut self.unresolved),
            read: self.read.take(),
            known: self.known.take(),
        }
    }

    pub(super) fn take_back(&mut self, aside: SetAside) {
        self.cycles = aside.cycles;
        self.node = aside.node;
        self.unresolved = aside.unresolved;
        self.read = aside.read;
        self.known = aside.known;
    }

    pub(in crate::codec) fn new(overlay: Overlay, content: Cid) -> Self {
        let nodes = overlay.nodes().iter().map(|_| State::NotMet).collect();
        let node = overlay.has_weak().then(NodeCells::default);
        Self {
            overlay,
            nodes,
            node,
            content: Some(content),
            ..Self::default()
        }
    }

    /// A cycle was left, of which so many nodes were known when it was entered.
    pub(super) fn close(&mut self, mut cycle: OpenCycle, n_known: usize) {
        let occurrence = cycle.occurrence;
        if cycle.nodes.is_empty() || self.closed.contains_key(&occurrence) {
            self.unshared += cycle.count_unshared();
            return;
        }
        self.first_closed
            .entry(occurrence.0)
            .or_insert(occurrence.1);
        self.order_closed.push((occurrence, n_known));
        self.closed.insert(occurrence, cycle);
    }

    /// Forgets the nodes of cycles that were made after so many cycles had been closed.
    pub(super) fn reopen(&mut self, n_closed: usize) {
        let n_closed = n_closed.min(self.order_closed.len());
        for ((cid, scope), n_known) in self.order_closed.split_off(n_closed).into_iter().rev() {
            let occurrence = (cid, scope);
            let open = self.cycles.iter_mut();
            for cycle in open.filter(|cycle| cycle.occurrence == occurrence) {
                cycle.n_known = cycle.n_known.min(n_known);
            }
            if n_known > 0 {
                if let Some(cycle) = self.closed.get_mut(&occurrence) {
                    cycle.truncate(n_known);
                }
                continue;
            }
            self.closed.remove(&occurrence);
            if self.first_closed.get(&cid) == Some(&scope) {
                self.first_closed.remove(&cid);
            }
        }
    }

    /// Leaves the cycles that were entered since, as they were then.
    pub(super) fn leave_cycles(&mut self, n_cycles: usize, n_entered: usize) {
        self.entered.truncate(n_entered);
        for mut cycle in self.cycles.split_off(n_cycles.min(self.cycles.len())) {
            if cycle.n_known > 0 {
                cycle.truncate(cycle.n_known);
                self.closed.insert(cycle.occurrence, cycle);
            }
        }
    }

    /// What leads to scopes and nodes.
    pub(super) fn paths(&mut self) -> &Paths {
        self.paths.get_or_insert_with(|| self.overlay.paths())
    }

    /// The value is made: its cycles stay closed.
    pub(in crate::codec) fn keep_cycles(&mut self) {
        self.filled.keep();
    }

    /// The scope that holds everything.
    pub(in crate::codec) fn outermost(&self) -> Scope {
        self.overlay.outermost()
    }

    /// The scope behind the link to the content block; none if a pointer stands around that link.
    pub(in crate::codec) fn behind_root(&self) -> Option<Scope> {
        match self.overlay.entries(self.outermost()) {
            [] => Some(Scope::EMPTY),
            [entry, ..] if entry.kind == Kind::Link && entry.offset == 0 => Some(entry.scope),
            _ => None,
        }
    }

    /// How many entries the overlay has.
    pub(in crate::codec) fn n_entries(&self) -> usize {
        self.overlay.n_entries()
    }

    /// How many nodes the overlay numbers.
    pub(in crate::codec) fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    pub(in crate::codec) fn entry(&self, scope: Scope, offset: usize) -> Option<Entry> {
        self.overlay.entry(scope, offset).copied()
    }
}

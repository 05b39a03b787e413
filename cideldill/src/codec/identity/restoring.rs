//! What is known of pointers while a value is read.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ahead::Make;
use super::first::First;
use super::pointer::Kept;
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
    /// Those that were read, each block's first occurrence.
    pub(super) closed: BTreeMap<Cid, BTreeMap<Place, Box<dyn Kept>>>,
    /// Their blocks, in the order in which they were read.
    pub(super) order_closed: Vec<Cid>,
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
    /// The content block.
    pub(super) content: Option<Cid>,
    pub(super) paths: Option<Paths>,
    /// Nodes that are being made ahead.
    pub(super) n_ahead: u32,
    /// A node that stood in the way because it is being made.
    pub(super) conflict: Option<u32>,
    /// The nodes that were in the way, each with what was to be made.
    pub(super) conflicts: BTreeSet<(u32, u32)>,
    /// A node to be begun anew, after another that is made so.
    pub(super) anew: Option<(u32, u32, Make)>,
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
    Making(Option<Box<dyn Any>>),
    Made(Box<dyn Kept>),
}

pub(super) struct OpenCycle {
    pub(super) cid: Cid,
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

//! Giving pointers back: the same as they were, in cycles and weak ones too.
//!
//! The overlay says which pointers are the same; a cycle's block says it itself. A node is made when
//! its pointer is read first. Nodes on a cycle are made with stand-ins in the cells that were left
//! out, and these are filled when everything they can lead back to is there.

use std::any::{Any, type_name};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use super::ahead::Make;
use crate::cid::Cid;
use crate::codec::decode::{self, Decoder};
use crate::codec::overlay::{Entry, Kind, Overlay, Paths, Scope};
use crate::codec::read::{Cursor, Item, Place};
use crate::desc::{Desc, DescText};
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::DescRef;
use crate::stack::grow;

/// The place of a cycle's head.
const HEAD: Place = Place {
    offset: 0,
    level: 0,
};

/// A shared pointer that can be made.
pub(crate) trait Shared: Reduce + Clone + 'static {
    /// The weak pointer to the same node.
    type Weak: Clone + 'static;

    /// Reads the node.
    fn read(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Self, Error>;

    /// Makes a node that can hold weak pointers to itself. `make` cannot fail.
    fn cyclic(
        decoder: &mut Decoder<'_>,
        written: Option<&[u8]>,
        announce: impl FnOnce(&mut Decoder<'_>, Self::Weak),
        fail: impl FnOnce(Error) -> Infallible,
    ) -> Self;

    fn downgrade(&self) -> Self::Weak;

    /// The cells in the node, in the order in which they are read.
    fn cells<'a>(&'a self, cells: &mut Cells<'a>);
}

/// The cells in a value that stand in no other cell, in the order in which they are read.
#[doc(hidden)]
#[derive(Default)]
pub struct Cells<'a> {
    found: Vec<&'a dyn Fill>,
    /// Some are in a place whose order is not that of the data.
    is_refused: bool,
}

impl<'a> Cells<'a> {
    pub(crate) fn add(&mut self, cell: &'a dyn Fill) {
        self.found.push(cell);
    }

    pub(crate) fn append(&mut self, other: &mut Self) {
        self.found.append(&mut other.found);
        self.is_refused |= other.is_refused;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Cells in a place whose order is not that of the data: a cycle cannot close through them.
    pub(crate) fn refuse(&mut self, find: impl FnOnce(&mut Self)) {
        let before = self.found.len();
        find(self);
        self.is_refused |= self.found.len() > before;
    }
}

/// A cell that can be set when it is part of a value already.
pub(crate) trait Fill {
    fn fill(&self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error>;
}

/// A pointer of whatever type.
pub(super) trait Kept {
    fn as_any(&self) -> &dyn Any;
    fn copy(&self) -> Box<dyn Kept>;
    fn cells<'a>(&'a self, cells: &mut Cells<'a>);
}

impl<P: Shared> Kept for P {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn copy(&self) -> Box<dyn Kept> {
        Box::new(self.clone())
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        Shared::cells(self, cells);
    }
}

/// What is known of pointers while a value is read.
#[derive(Default)]
pub(in crate::codec) struct Restoring {
    pub(super) overlay: Overlay,
    /// The nodes that the overlay numbers.
    pub(super) nodes: Vec<State>,
    /// The cycles being read, innermost last.
    pub(super) cycles: Vec<OpenCycle>,
    /// Those that were read, each block's first occurrence.
    closed: BTreeMap<Cid, BTreeMap<Place, Box<dyn Kept>>>,
    /// The node that is being read, as far as its cells go; outside of all, the value itself.
    node: Option<NodeCells>,
    /// Weak pointers in the open cell or node that lead to nodes that are not there yet.
    unresolved: u64,
    /// The pointers read in the open cell so far, if some may have to be read again.
    pub(super) read: Option<Vec<Box<dyn Kept>>>,
    /// The pointers of a cell that is read again.
    pub(super) known: Option<std::vec::IntoIter<Box<dyn Kept>>>,
    /// Cells that are read again when every node is there.
    late: Vec<LateNode>,
    /// Weak pointers that lead to a node of the value and could not be restored.
    lost: u64,
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
    cycles: Vec<OpenCycle>,
    node: Option<NodeCells>,
    unresolved: u64,
    pub(super) read: Option<Vec<Box<dyn Kept>>>,
    pub(super) known: Option<std::vec::IntoIter<Box<dyn Kept>>>,
}

#[derive(Default)]
pub(super) enum State {
    #[default]
    NotMet,
    /// It is being made, and can hold this weak pointer to itself if there is one.
    Making(Option<Box<dyn Any>>),
    Made(Box<dyn Kept>),
}

pub(super) struct OpenCycle {
    /// How many blocks are open around its own.
    depth: usize,
    /// Where its value starts.
    start: usize,
    places: BTreeMap<Place, usize>,
    nodes: Vec<CycleNode>,
    /// The pointers that are open, each with its start and level.
    open: Vec<(usize, u8)>,
    /// The holes of the object that is being read.
    holes: Vec<Hole>,
    /// A pointer leads back to the head.
    is_closed: bool,
}

#[derive(Default)]
struct CycleNode {
    pointer: Option<Box<dyn Kept>>,
    cells: usize,
}

/// A node with cells that are read again; none is the value itself.
struct LateNode {
    pointer: Option<Box<dyn Kept>>,
    n_cells: usize,
    cells: Vec<Late>,
}

/// A cell that is read again: a weak pointer in it leads to a node that was not there yet.
struct Late {
    cell: usize,
    written: Option<Box<[u8]>>,
    place: Snapshot,
    /// The other pointers in it, which stay.
    pointers: Vec<Box<dyn Kept>>,
}

/// A place to read at again.
#[derive(Clone)]
struct Snapshot {
    cursor: Cursor,
    open: decode::Open,
    table: Arc<[usize]>,
}

struct Hole {
    /// Where it stands in the block.
    at: usize,
    /// The desc of its place.
    written: Box<[u8]>,
    /// What is to be filled: nothing, if the type passes over this place.
    target: Option<Target>,
}

pub(in crate::codec) struct Target {
    node: usize,
    cell: usize,
    /// The desc to read with, if that is not the type's.
    written: Option<Box<[u8]>>,
}

#[derive(Default)]
struct NodeCells {
    /// Its number in its cycle, if it is on one.
    of_cycle: Option<usize>,
    /// The cells met so far.
    cells: usize,
    is_in_cell: bool,
    late: Vec<Late>,
}

/// What was known before a node began, and where it stands if it is on a cycle.
#[derive(Default)]
struct Around {
    place: Option<Place>,
    node: Option<NodeCells>,
    unresolved: u64,
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

/// What a pointer's entry says.
enum Said<P> {
    /// The node is there.
    Known(P),
    /// It is to be made.
    New {
        number: Option<u32>,
        scope: Option<Scope>,
    },
}

impl Decoder<'_> {
    /// Reads a pointer. `written` is the desc it was written with, if that is not the type's.
    pub(crate) fn pointer<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        if self.identity.is_none() && self.cursor.item() == Item::Other {
            return grow(|| P::read(self, written));
        }
        self.pointer_with_identity(written)
    }

    #[inline(never)]
    fn pointer_with_identity<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        if let Some(identity) = self.identity.as_deref_mut()
            && let Some(known) = identity.known.as_mut()
        {
            let known = known.next();
            let pointer = known
                .as_deref()
                .map_or_else(|| Err(other_type::<P>()), same_type);
            return self.pass_over(pointer?, written);
        }
        let pointer = self.read_pointer_again(written)?;
        if let Some(identity) = self.identity.as_deref_mut()
            && let Some(read) = identity.read.as_mut()
        {
            read.push(Box::new(P::clone(&pointer)));
        }
        Ok(pointer)
    }

    /// Reads a pointer, once more if that is how its weak pointers find what they lead to.
    fn read_pointer_again<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        let numbered = match self.entry_here() {
            Some(entry) if matches!(entry.kind, Kind::Node | Kind::Same) => Some(entry.number),
            _ => None,
        };
        let Some(number) = numbered.filter(|_| self.has_weak()) else {
            return self.read_pointer(written);
        };
        let mark = self.mark();
        match self.read_pointer(written) {
            Err(error) => {
                let Some((first, make)) = self.begins_anew(number) else {
                    return Err(error);
                };
                self.go_back(mark);
                make(self, first)?;
                self.read_pointer_again(written)
            }
            read => read,
        }
    }

    fn has_weak(&self) -> bool {
        let identity = self.identity.as_deref();
        identity.is_some_and(|identity| identity.overlay.has_weak())
    }

    fn read_pointer<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        let position = self.position();
        let (number, scope) = match self.said::<P>()? {
            Said::Known(pointer) => return self.pass_over(pointer, written),
            Said::New { number, scope } => (number, scope),
        };
        match self.cursor.item() {
            Item::Back => return self.back_reference(),
            Item::Part => return self.part(),
            Item::Link | Item::Weak | Item::Hole | Item::Other => {}
        }
        let around = (self.open.scope, self.open.base);
        if let Some(scope) = scope {
            self.open.scope = scope;
            self.open.base = position;
        }
        let cycle = self.enter_cycle(written.map_or(DescRef::Constant(P::DESC), DescRef::Text))?;
        let place = self.place_on_cycle(position);
        let node = self.begin_node(place);
        let pointer = match number {
            Some(number) => match self.make_node::<P>(number, written) {
                Ok(pointer) => pointer,
                Err(error) => {
                    self.set_state(number, State::NotMet);
                    return Err(error);
                }
            },
            None => grow(|| P::read(self, written))?,
        };
        if let Some(number) = number {
            self.set_state(number, State::Made(Box::new(pointer.clone())));
        }
        self.end_node(node, &pointer);
        if let Some((cid, entered)) = cycle {
            self.fill_cells()?;
            self.leave(entered)?;
            self.leave_cycle(cid)?;
        }
        (self.open.scope, self.open.base) = around;
        Ok(pointer)
    }

    /// Where the next item stands, as entries of the overlay count.
    fn position(&self) -> usize {
        self.packed_place.unwrap_or_else(|| self.start())
    }

    /// What the overlay says about the place here.
    pub(crate) fn entry_here(&self) -> Option<Entry> {
        if self.open.scope.is_empty() {
            return None;
        }
        let offset = self.position().checked_sub(self.open.base)?;
        self.identity.as_ref()?.entry(self.open.scope, offset)
    }

    /// The scope behind the link that stands here.
    #[inline]
    pub(in crate::codec) fn scope_of_link(&self) -> Scope {
        match self.entry_here() {
            Some(entry) if entry.kind == Kind::Link => entry.scope,
            _ => Scope::EMPTY,
        }
    }

    fn said<P: Shared>(&mut self) -> Result<Said<P>, Error> {
        let nothing = Said::New {
            number: None,
            scope: None,
        };
        let entry = self.entry_here();
        let (Some(entry), Some(identity)) = (entry, self.identity.as_deref_mut()) else {
            return Ok(nothing);
        };
        let number = match entry.kind {
            Kind::Link | Kind::Weak => return Ok(nothing),
            Kind::Pointer => {
                return Ok(Said::New {
                    number: None,
                    scope: Some(entry.scope),
                });
            }
            Kind::Node | Kind::Same => entry.number,
        };
        match identity.nodes.get(number as usize) {
            Some(State::Made(pointer)) => same_type(&**pointer).map(Said::Known),
            Some(State::NotMet) => Ok(Said::New {
                number: Some(number),
                // Where the first place was passed over, its scope still tells about the content.
                scope: identity
                    .overlay
                    .nodes()
                    .get(number as usize)
                    .map(|node| node.scope),
            }),
            Some(State::Making(_)) => {
                identity.conflict = Some(number);
                Err(self
                    .cursor
                    .malformed("a pointer leads to a node that it stands in"))
            }
            None => Err(self.cursor.malformed("a pointer leads to no node")),
        }
    }

    fn set_state(&mut self, number: u32, state: State) {
        if let Some(identity) = self.identity.as_deref_mut()
            && let Some(node) = identity.nodes.get_mut(number as usize)
        {
            *node = state;
        }
    }

    fn make_node<P: Shared>(&mut self, number: u32, written: Option<&[u8]>) -> Result<P, Error> {
        let identity = self.identity.as_deref();
        let node = identity.and_then(|identity| identity.overlay.nodes().get(number as usize));
        let node = node.copied().unwrap_or_default();
        // Weak pointers from elsewhere can wait for the node to be made, but not every one does.
        let wants_weak = node.has_weak_inside || (node.has_weak && cfg!(panic = "unwind"));
        if wants_weak {
            return self.make_cyclic(number, written);
        }
        self.set_state(number, State::Making(None));
        grow(|| P::read(self, written))
    }

    /// Makes a node that weak pointers inside it lead to.
    fn make_cyclic<P: Shared>(&mut self, number: u32, written: Option<&[u8]>) -> Result<P, Error> {
        if cfg!(panic = "abort") {
            return Err(ErrorKind::Unsupported {
                type_name: type_name::<P>(),
                reason: "weak pointers to what they stand in need unwinding panics to be loaded",
            }
            .into());
        }
        let mut failure = None;
        // `new_cyclic` takes a closure that cannot fail: an error leaves it by unwinding, without
        // a panic's message.
        let made = catch_unwind(AssertUnwindSafe(|| {
            grow(|| {
                P::cyclic(
                    self,
                    written,
                    |decoder, weak| decoder.set_state(number, State::Making(Some(Box::new(weak)))),
                    |error| {
                        failure = Some(error);
                        resume_unwind(Box::new(()))
                    },
                )
            })
        }));
        match (made, failure) {
            (Ok(made), _) => Ok(made),
            (Err(_), Some(error)) => Err(error),
            (Err(panic), None) => resume_unwind(panic),
        }
    }

    /// Reads a weak pointer to a `P`. None if it leads to nothing in the value.
    pub(crate) fn weak_pointer<P: Shared>(&mut self) -> Result<Option<P::Weak>, Error> {
        let entry = self.entry_here();
        self.cursor.weak()?;
        let Some(Entry {
            kind: Kind::Weak,
            number,
            ..
        }) = entry
        else {
            return Ok(None);
        };
        self.make_target::<P>(number)?;
        let identity = self.identity.as_deref();
        let state = identity.and_then(|identity| identity.nodes.get(number as usize));
        match state {
            Some(State::Made(pointer)) => same_type::<P>(&**pointer).map(|p| Some(p.downgrade())),
            Some(State::Making(Some(weak))) => match weak.downcast_ref::<P::Weak>() {
                Some(weak) => Ok(Some(weak.clone())),
                None => Err(other_type::<P>()),
            },
            _ => {
                if let Some(identity) = self.identity.as_deref_mut() {
                    identity.unresolved += 1;
                }
                Ok(None)
            }
        }
    }

    // Cycles.

    /// Enters the block of a cycle, if the link to one stands here.
    fn enter_cycle(&mut self, desc: DescRef<'_>) -> Result<Option<(Cid, decode::Entered)>, Error> {
        if self.cursor.item() != Item::Link {
            return Ok(None);
        }
        let at = self.cursor.at;
        let scope = self.scope_of_link();
        let cid = self.read_link()?;
        let block = self.load(cid)?;
        if !is_cycle(&block) {
            self.cursor.at = at;
            self.loaded = Some((cid, block));
            return Ok(None);
        }
        let entered = self.enter_block(cid, block, decode::Place::Cycle, Some(desc), scope)?;
        let cycle = OpenCycle {
            depth: self.depth_of_blocks(),
            start: self.start(),
            places: BTreeMap::new(),
            nodes: Vec::new(),
            open: Vec::new(),
            holes: Vec::new(),
            is_closed: false,
        };
        let identity = self.identity.get_or_insert_default();
        identity.cycles.push(cycle);
        Ok(Some((cid, entered)))
    }

    /// The cycle whose own bytes are being read.
    fn cycle_here(&mut self) -> Option<&mut OpenCycle> {
        let depth = self.depth_of_blocks();
        let cycle = self.identity.as_deref_mut()?.cycles.last_mut()?;
        (cycle.depth == depth).then_some(cycle)
    }

    /// Goes behind the content of a pointer to a node that is there.
    fn pass_over<P: Shared>(&mut self, pointer: P, written: Option<&[u8]>) -> Result<P, Error> {
        let desc = match written {
            Some(written) => DescText::parse(written),
            None => Some(P::DESC.to_text()),
        };
        match desc {
            Some(desc) => self.skip(&desc)?,
            None => return Err(self.cursor.malformed("the desc is none")),
        }
        Ok(pointer)
    }

    /// Where the pointer that begins here stands in a cycle's own bytes, if it stands there.
    fn place_on_cycle(&mut self, position: usize) -> Option<(usize, Place)> {
        let start = self.start();
        let cycle = self.cycle_here()?;
        // The head's own position is that of the link to its block.
        let at = if cycle.nodes.is_empty() {
            start
        } else {
            position
        };
        let around = cycle.open.last().filter(|(start, _)| *start == at);
        let level = around.map_or(0, |(_, level)| level.saturating_add(1));
        let offset = u32::try_from(at - cycle.start).unwrap_or(u32::MAX);
        Some((at, Place { offset, level }))
    }

    /// A node begins. Returns what was known of the one around it.
    fn begin_node(&mut self, at: Option<(usize, Place)>) -> Around {
        let mut of_cycle = None;
        if let Some((at, place)) = at
            && let Some(cycle) = self.cycle_here()
        {
            cycle.open.push((at, place.level));
            cycle.nodes.push(CycleNode::default());
            of_cycle = Some(cycle.nodes.len() - 1);
        }
        let place = at.map(|(_, place)| place);
        let Some(identity) = self.identity.as_deref_mut() else {
            return Around {
                place,
                ..Around::default()
            };
        };
        let counts = of_cycle.is_some() || identity.overlay.has_weak();
        let node = counts.then(|| NodeCells {
            of_cycle,
            ..NodeCells::default()
        });
        Around {
            place,
            node: std::mem::replace(&mut identity.node, node),
            unresolved: std::mem::take(&mut identity.unresolved),
            read: identity.read.take(),
        }
    }

    fn end_node<P: Shared>(&mut self, around: Around, pointer: &P) {
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        identity.lost += std::mem::replace(&mut identity.unresolved, around.unresolved);
        identity.read = around.read;
        let Some(node) = std::mem::replace(&mut identity.node, around.node) else {
            return;
        };
        if !node.late.is_empty() {
            identity.late.push(LateNode {
                pointer: Some(Box::new(pointer.clone())),
                n_cells: node.cells,
                cells: node.late,
            });
        }
        if let Some(of_cycle) = node.of_cycle
            && let Some(cycle) = self.cycle_here()
        {
            cycle.open.pop();
            let place = around.place.map(|place| (place, of_cycle));
            cycle.places.extend(place);
            if let Some(known) = cycle.nodes.get_mut(of_cycle) {
                known.pointer = Some(Box::new(pointer.clone()));
                known.cells = node.cells;
            }
        }
    }

    fn back_reference<P: Shared>(&mut self) -> Result<P, Error> {
        let place = self.read_back_reference()?;
        let missing = self
            .cursor
            .malformed("a back reference leads to no node that was read");
        let Some(cycle) = self.cycle_here() else {
            return Err(missing);
        };
        cycle.is_closed |= place == HEAD;
        let node = cycle
            .places
            .get(&place)
            .and_then(|node| cycle.nodes.get(*node));
        match node.and_then(|node| node.pointer.as_deref()) {
            Some(pointer) => same_type(pointer),
            None => Err(missing),
        }
    }

    /// Goes behind a back reference that is not asked for. It closes the cycle nevertheless.
    pub(in crate::codec) fn skip_back_reference(&mut self) -> Result<(), Error> {
        let place = self.read_back_reference()?;
        if let Some(cycle) = self.cycle_here() {
            cycle.is_closed |= place == HEAD;
        }
        Ok(())
    }

    fn part<P: Shared>(&mut self) -> Result<P, Error> {
        let (cid, place) = self.read_part()?;
        let closed = self.identity.as_deref().and_then(|i| i.closed.get(&cid));
        match closed.and_then(|nodes| nodes.get(&place)) {
            Some(pointer) => same_type(&**pointer),
            None => Err(ErrorKind::PartOfCycle { cid }.into()),
        }
    }

    /// Reads the content of a cell, or what stands there until it can be read.
    pub(crate) fn cell<T>(
        &mut self,
        desc: &'static Desc,
        written: Option<&[u8]>,
        stand_in: fn() -> Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let node = self.identity.as_deref_mut().and_then(|i| i.node.as_mut());
        let Some(node) = node.filter(|node| !node.is_in_cell) else {
            return read(self);
        };
        let (number, of_cycle) = (node.cells, node.of_cycle);
        node.cells += 1;
        let desc = written.map_or(DescRef::Constant(desc), DescRef::Text);
        let copied = written.map(Into::into);
        if self.cursor.item() == Item::Hole {
            let target = of_cycle.map(|node| Target {
                node,
                cell: number,
                written: copied,
            });
            self.leave_open(desc, target)?;
            return stand_in().ok_or_else(no_stand_in::<T>);
        }
        let (place, open) = (self.cursor.at, self.open);
        self.set_in_cell(true);
        let (value, pointers) = self.read_cell(read)?;
        self.set_in_cell(false);
        if let Some(pointers) = pointers {
            let late = Late {
                cell: number,
                written: copied,
                place: self.snapshot(place, open),
                pointers,
            };
            if let Some(node) = self.node() {
                node.late.push(late);
            }
        }
        Ok(value)
    }

    /// Reads the content of a cell. If it has to be read again, says which pointers were read.
    fn read_cell<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(T, Option<Vec<Box<dyn Kept>>>), Error> {
        let mut around = Around::default();
        if let Some(identity) = self.identity.as_deref_mut() {
            around.unresolved = std::mem::take(&mut identity.unresolved);
            let pointers = identity.overlay.has_weak().then(Vec::new);
            around.read = std::mem::replace(&mut identity.read, pointers);
        }
        let value = read(self)?;
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok((value, None));
        };
        let unresolved = std::mem::replace(&mut identity.unresolved, around.unresolved);
        let pointers = std::mem::replace(&mut identity.read, around.read);
        Ok((value, pointers.filter(|_| unresolved > 0)))
    }

    fn node(&mut self) -> Option<&mut NodeCells> {
        self.identity.as_deref_mut()?.node.as_mut()
    }

    fn set_in_cell(&mut self, is_in_cell: bool) {
        if let Some(node) = self.node() {
            node.is_in_cell = is_in_cell;
        }
    }

    /// A place of the block that is being read.
    fn snapshot(&self, at: usize, open: decode::Open) -> Snapshot {
        let table = self.table.get(self.open.table..).unwrap_or_default();
        Snapshot {
            cursor: Cursor {
                at,
                ..self.cursor.clone()
            },
            open,
            table: table.into(),
        }
    }

    /// Reads at a place again.
    fn read_again<T>(
        &mut self,
        place: Snapshot,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let cursor = std::mem::replace(&mut self.cursor, place.cursor);
        let open = std::mem::replace(&mut self.open, place.open);
        let table = self.table.len();
        self.open.table = table;
        self.open.is_revisit = true;
        self.table.extend_from_slice(&place.table);
        let value = read(self)?;
        self.table.truncate(table);
        self.cursor = cursor;
        self.open = open;
        Ok(value)
    }

    /// Reads the cells again whose weak pointers lead to nodes that were not there before.
    /// Says how many are lost nevertheless.
    pub(in crate::codec) fn fill_late<T: Reconstruct>(&mut self, value: &T) -> Result<u64, Error> {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(0);
        };
        identity.lost += std::mem::take(&mut identity.unresolved);
        let mut late = std::mem::take(&mut identity.late);
        late.extend(identity.node.take().map(|node| LateNode {
            pointer: None,
            n_cells: node.cells,
            cells: node.late,
        }));
        for node in late {
            let mut cells = Cells::default();
            match &node.pointer {
                Some(pointer) => pointer.cells(&mut cells),
                None => value.cells(&mut cells),
            }
            if node.cells.is_empty() {
                continue;
            }
            if cells.is_refused || cells.found.len() != node.n_cells {
                return Err(hidden_cells());
            }
            for late in node.cells {
                let Some(cell) = cells.found.get(late.cell) else {
                    return Err(hidden_cells());
                };
                if let Some(identity) = self.identity.as_deref_mut() {
                    identity.known = Some(late.pointers.into_iter());
                }
                let written = late.written;
                self.read_again(late.place, |this| {
                    grow(|| cell.fill(this, written.as_deref()))
                })?;
            }
        }
        let identity = self.identity.as_deref();
        Ok(identity.map_or(0, |identity| identity.lost + identity.unresolved))
    }

    /// Reads a hole. What was walked over before is known already, then only what it is for is new.
    pub(in crate::codec) fn leave_open(
        &mut self,
        desc: DescRef<'_>,
        target: Option<Target>,
    ) -> Result<(), Error> {
        let at = self.cursor.at;
        let is_revisit = self.open.is_revisit;
        self.read_hole()?;
        let Some(cycle) = self.cycle_here() else {
            return Ok(());
        };
        if is_revisit {
            let known = cycle.holes.binary_search_by_key(&at, |hole| hole.at);
            if let Some(hole) = known.ok().and_then(|known| cycle.holes.get_mut(known)) {
                hole.target = target;
            }
            return Ok(());
        }
        let mut written = Vec::new();
        desc.write(&mut written);
        cycle.holes.push(Hole {
            at,
            written: written.into(),
            target,
        });
        Ok(())
    }

    /// A value was made without being read: its cells are counted nevertheless.
    pub(in crate::codec) fn count_cells<'a>(&mut self, add: impl FnOnce(&mut Cells<'a>)) {
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        if let Some(node) = identity.node.as_mut().filter(|node| !node.is_in_cell) {
            let mut cells = Cells::default();
            add(&mut cells);
            node.cells += cells.found.len();
        }
    }

    /// Reads the cells that were left out of a cycle whose head is made.
    fn fill_cells(&mut self) -> Result<(), Error> {
        let mut queue = VecDeque::new();
        let node = self.identity.as_deref_mut().and_then(|i| i.node.take());
        // Cells in what is read now are set where they stand.
        loop {
            if let Some(cycle) = self.cycle_here()
                && !cycle.holes.is_empty()
            {
                queue.push_back(std::mem::take(&mut cycle.holes).into_iter());
            }
            let Some(holes) = queue.pop_front() else {
                break;
            };
            self.fill_object(holes, &mut queue)?;
        }
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.node = node;
        }
        Ok(())
    }

    /// Fills the cells that were left out of one object.
    fn fill_object(
        &mut self,
        holes: std::vec::IntoIter<Hole>,
        queue: &mut VecDeque<std::vec::IntoIter<Hole>>,
    ) -> Result<(), Error> {
        let mut pointers: BTreeMap<usize, (Box<dyn Kept>, usize)> = BTreeMap::new();
        let lost = |this: &Self| {
            this.cursor
                .malformed("a cell that was left out has no node")
        };
        let Some(cycle) = self.cycle_here() else {
            return Err(lost(self));
        };
        for target in holes
            .as_slice()
            .iter()
            .filter_map(|hole| hole.target.as_ref())
        {
            if let Some(node) = cycle.nodes.get(target.node)
                && let Some(pointer) = &node.pointer
            {
                pointers
                    .entry(target.node)
                    .or_insert_with(|| (pointer.copy(), node.cells));
            }
        }
        let mut late = Vec::new();
        let mut found = BTreeMap::new();
        for (node, (pointer, n_cells)) in &pointers {
            let mut cells = Cells::default();
            pointer.cells(&mut cells);
            if cells.is_refused || cells.found.len() != *n_cells {
                return Err(hidden_cells());
            }
            found.insert(*node, cells.found);
        }
        for hole in holes {
            match hole.target {
                None => match DescText::parse(&hole.written) {
                    Some(desc) => self.skip(&desc)?,
                    None => return Err(lost(self)),
                },
                Some(target) => {
                    let cells = found.get(&target.node);
                    let Some(cell) = cells.and_then(|cells| cells.get(target.cell)) else {
                        return Err(lost(self));
                    };
                    let (at, open) = (self.cursor.at, self.open);
                    let written = target.written.as_deref();
                    let fill = |this: &mut Self| grow(|| cell.fill(this, written));
                    let ((), pointers) = self.read_cell(fill)?;
                    if let Some(cells) = pointers.map(|pointers| Late {
                        cell: target.cell,
                        written: target.written,
                        place: self.snapshot(at, open),
                        pointers,
                    }) {
                        late.push((target.node, cells));
                    }
                }
            }
            if let Some(cycle) = self.cycle_here()
                && !cycle.holes.is_empty()
            {
                queue.push_back(std::mem::take(&mut cycle.holes).into_iter());
            }
        }
        if let Some(identity) = self.identity.as_deref_mut() {
            let late = late.into_iter().filter_map(|(node, late)| {
                let (pointer, n_cells) = pointers.get(&node)?;
                Some(LateNode {
                    pointer: Some(pointer.copy()),
                    n_cells: *n_cells,
                    cells: vec![late],
                })
            });
            identity.late.extend(late);
        }
        Ok(())
    }

    fn leave_cycle(&mut self, cid: Cid) -> Result<(), Error> {
        let open = self.cursor.malformed("a cycle that is none");
        let identity = self.identity.get_or_insert_default();
        let Some(cycle) = identity.cycles.pop().filter(|cycle| cycle.is_closed) else {
            return Err(open);
        };
        identity.closed.entry(cid).or_insert_with(|| {
            let places = cycle.places.iter();
            let pointers = places.filter_map(|(place, node)| {
                let pointer = cycle.nodes.get(*node)?.pointer.as_deref()?;
                Some((*place, pointer.copy()))
            });
            pointers.collect()
        });
        Ok(())
    }
}

/// The pointer as it is asked for.
fn same_type<P: Shared>(pointer: &dyn Kept) -> Result<P, Error> {
    let pointer = pointer.as_any().downcast_ref::<P>();
    pointer.cloned().ok_or_else(other_type::<P>)
}

#[cold]
fn other_type<P>() -> Error {
    ErrorKind::WrongKind {
        expected: type_name::<P>().into(),
        found: "a pointer to the same node as another type".into(),
    }
    .into()
}

#[cold]
fn hidden_cells() -> Error {
    ErrorKind::Unsupported {
        type_name: "a node of a cycle",
        reason: "its cells are not in plain sight: a cycle cannot close through a field that is \
                 converted",
    }
    .into()
}

#[cold]
fn no_stand_in<T>() -> Error {
    ErrorKind::Unsupported {
        type_name: type_name::<T>(),
        reason: "a cycle closes through a cell with this content, which has no value without a \
                 pointer to stand there at first: use an `Option`",
    }
    .into()
}

/// Whether a block is that of a cycle.
pub(super) fn is_cycle(block: &Arc<[u8]>) -> bool {
    let mut head = Cursor::new(Arc::clone(block));
    let is_known = head.byte().is_ok();
    is_known && head.string_bytes().is_ok_and(|desc| desc.starts_with(b"~"))
}

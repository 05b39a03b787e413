//! Giving pointers back: the same as they were, in cycles and weak ones too.
//!
//! The overlay says which pointers are the same; a cycle's block says it itself. A node is made when
//! its pointer is read first. Nodes on a cycle are made with stand-ins in the cells that were left
//! out, and these are filled when everything they can lead back to is there.

use std::any::{Any, type_name};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::cid::Cid;
use crate::codec::decode::{self, Decoder};
use crate::codec::overlay::{Entry, Kind, Overlay, Scope};
use crate::codec::read::{Cursor, Item, Place};
use crate::desc::{Desc, DescText};
use crate::error::{Error, ErrorKind};
use crate::reduce::Reduce;
use crate::shape::DescRef;
use crate::stack::grow;

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
trait Kept {
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
    overlay: Overlay,
    /// The nodes that the overlay numbers.
    nodes: Vec<State>,
    /// The cycles being read, innermost last.
    cycles: Vec<OpenCycle>,
    /// Those that were read, each block's first occurrence.
    closed: BTreeMap<Cid, BTreeMap<Place, Box<dyn Kept>>>,
    /// The node of a cycle that is being read, as far as its cells go.
    node: Option<NodeCells>,
}

#[derive(Default)]
enum State {
    #[default]
    NotMet,
    /// It is being made, and can hold this weak pointer to itself if there is one.
    Making(Option<Box<dyn Any>>),
    Made(Box<dyn Kept>),
}

struct OpenCycle {
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

#[derive(Clone, Copy)]
struct NodeCells {
    node: usize,
    is_in_cell: bool,
}

impl Restoring {
    pub(in crate::codec) fn new(overlay: Overlay) -> Self {
        let nodes = overlay.nodes().iter().map(|_| State::NotMet).collect();
        Self {
            overlay,
            nodes,
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
            [entry, ..] if entry.kind == Kind::Link => Some(entry.scope),
            _ => None,
        }
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
        let position = self.position();
        let (number, scope) = match self.said::<P>()? {
            Said::Known(pointer) => {
                let desc = match written {
                    Some(written) => DescText::parse(written),
                    None => Some(P::DESC.to_text()),
                };
                match desc {
                    Some(desc) => self.skip(&desc)?,
                    None => return Err(self.cursor.malformed("the desc is none")),
                }
                return Ok(pointer);
            }
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
        let on_cycle = self.open_cycle_node(position);
        let pointer = match number {
            Some(number) if self.is_weak_target(number) => self.make_cyclic(number, written)?,
            Some(number) => {
                self.set_state(number, State::Making(None));
                grow(|| P::read(self, written))?
            }
            None => grow(|| P::read(self, written))?,
        };
        if let Some(number) = number {
            self.set_state(number, State::Made(Box::new(pointer.clone())));
        }
        self.close_cycle_node(on_cycle, &pointer);
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

    fn said<P: Shared>(&self) -> Result<Said<P>, Error> {
        let nothing = Said::New {
            number: None,
            scope: None,
        };
        let (Some(entry), Some(identity)) = (self.entry_here(), self.identity.as_deref()) else {
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
            Some(State::Making(_)) | None => Err(self
                .cursor
                .malformed("a pointer leads to a node that it stands in")),
        }
    }

    fn set_state(&mut self, number: u32, state: State) {
        if let Some(identity) = self.identity.as_deref_mut()
            && let Some(node) = identity.nodes.get_mut(number as usize)
        {
            *node = state;
        }
    }

    fn is_weak_target(&self, number: u32) -> bool {
        let identity = self.identity.as_deref();
        let node = identity.and_then(|identity| identity.overlay.nodes().get(number as usize));
        node.is_some_and(|node| node.has_weak_inside)
    }

    /// Makes a node that weak pointers inside it lead to.
    fn make_cyclic<P: Shared>(
        &mut self,
        number: u32,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
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
        let identity = self.identity.as_deref();
        let state = identity.and_then(|identity| identity.nodes.get(number as usize));
        match state {
            Some(State::Made(pointer)) => same_type::<P>(&**pointer).map(|p| Some(p.downgrade())),
            Some(State::Making(Some(weak))) => match weak.downcast_ref::<P::Weak>() {
                Some(weak) => Ok(Some(weak.clone())),
                None => Err(other_type::<P>()),
            },
            _ => Ok(None),
        }
    }

    // Cycles.

    /// Enters the block of a cycle, if the link to one stands here.
    fn enter_cycle(
        &mut self,
        desc: DescRef<'_>,
    ) -> Result<Option<(Cid, decode::Entered)>, Error> {
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

    /// A pointer begins: in a cycle's own bytes, others can lead back to it.
    fn open_cycle_node(
        &mut self,
        position: usize,
    ) -> (Option<(usize, Place)>, Option<NodeCells>) {
        let start = self.start();
        let mut opened = None;
        if let Some(cycle) = self.cycle_here() {
            // The head's own position is that of the link to its block.
            let at = if cycle.nodes.is_empty() { start } else { position };
            let around = cycle.open.last().filter(|(start, _)| *start == at);
            let level = match around {
                Some((_, level)) => level.saturating_add(1),
                None => 0,
            };
            let offset = u32::try_from(at - cycle.start).unwrap_or(u32::MAX);
            cycle.open.push((at, level));
            cycle.nodes.push(CycleNode::default());
            opened = Some((cycle.nodes.len() - 1, Place { offset, level }));
        }
        let Some(identity) = self.identity.as_deref_mut() else {
            return (None, None);
        };
        let node = opened.map(|(node, _)| NodeCells {
            node,
            is_in_cell: false,
        });
        (opened, std::mem::replace(&mut identity.node, node))
    }

    fn close_cycle_node<P: Shared>(
        &mut self,
        (opened, around): (Option<(usize, Place)>, Option<NodeCells>),
        pointer: &P,
    ) {
        if let Some((node, place)) = opened
            && let Some(cycle) = self.cycle_here()
        {
            cycle.open.pop();
            cycle.places.insert(place, node);
            if let Some(node) = cycle.nodes.get_mut(node) {
                node.pointer = Some(Box::new(pointer.clone()));
            }
        }
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.node = around;
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
        cycle.is_closed |= place == Place { offset: 0, level: 0 };
        let node = cycle.places.get(&place).and_then(|node| cycle.nodes.get(*node));
        match node.and_then(|node| node.pointer.as_deref()) {
            Some(pointer) => same_type(pointer),
            None => Err(missing),
        }
    }

    fn part<P: Shared>(&mut self) -> Result<P, Error> {
        let (cid, place) = self.read_part()?;
        let closed = self.identity.as_deref().and_then(|i| i.closed.get(&cid));
        match closed.and_then(|nodes| nodes.get(&place)) {
            Some(pointer) => same_type(&**pointer),
            None => Err(ErrorKind::PartOfCycle { cid }.into()),
        }
    }

    /// Reads the content of a cell; none if it was left out.
    pub(crate) fn cell<T>(
        &mut self,
        desc: &'static Desc,
        written: Option<&[u8]>,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let node = self.identity.as_deref().and_then(|identity| identity.node);
        let Some(node) = node.filter(|node| !node.is_in_cell) else {
            return read(self).map(Some);
        };
        let desc = written.map_or(DescRef::Constant(desc), DescRef::Text);
        let is_hole = self.cursor.item() == Item::Hole;
        let number = self.next_cell(node.node);
        if is_hole {
            self.leave_open(
                desc,
                Some(Target {
                    node: node.node,
                    cell: number,
                    written: written.map(Into::into),
                }),
            )?;
            return Ok(None);
        }
        let inside = NodeCells {
            is_in_cell: true,
            ..node
        };
        self.set_node(Some(inside));
        let value = read(self)?;
        self.set_node(Some(node));
        Ok(Some(value))
    }

    fn set_node(&mut self, node: Option<NodeCells>) {
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.node = node;
        }
    }

    /// The number of the next cell of a node that is being read.
    fn next_cell(&mut self, node: usize) -> usize {
        let cycle = self.identity.as_deref_mut().and_then(|i| i.cycles.last_mut());
        let Some(node) = cycle.and_then(|cycle| cycle.nodes.get_mut(node)) else {
            return 0;
        };
        node.cells += 1;
        node.cells - 1
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
        if let Some(node) = identity.node.filter(|node| !node.is_in_cell)
            && let Some(cycle) = identity.cycles.last_mut()
            && let Some(known) = cycle.nodes.get_mut(node.node)
        {
            let mut cells = Cells::default();
            add(&mut cells);
            known.cells += cells.found.len();
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
        for target in holes.as_slice().iter().filter_map(|hole| hole.target.as_ref()) {
            if let Some(node) = cycle.nodes.get(target.node)
                && let Some(pointer) = &node.pointer
            {
                pointers
                    .entry(target.node)
                    .or_insert_with(|| (pointer.copy(), node.cells));
            }
        }
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
                    grow(|| cell.fill(self, target.written.as_deref()))?;
                }
            }
            if let Some(cycle) = self.cycle_here()
                && !cycle.holes.is_empty()
            {
                queue.push_back(std::mem::take(&mut cycle.holes).into_iter());
            }
        }
        Ok(())
    }

    fn leave_cycle(&mut self, cid: Cid) -> Result<(), Error> {
        let open = self.cursor.malformed("a cycle that is none");
        let identity = self.identity.get_or_insert_default();
        let Some(cycle) = identity.cycles.pop().filter(|cycle| cycle.is_closed) else {
            return Err(open);
        };
        let mut nodes = cycle.nodes;
        identity.closed.entry(cid).or_insert_with(|| {
            let places = cycle.places.into_iter();
            let pointers = places.filter_map(|(place, node)| {
                let pointer = nodes.get_mut(node)?.pointer.take()?;
                Some((place, pointer))
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

/// Whether a block is that of a cycle.
fn is_cycle(block: &Arc<[u8]>) -> bool {
    let mut head = Cursor::new(Arc::clone(block));
    let is_known = head.byte().is_ok();
    is_known
        && head
            .string_bytes()
            .is_ok_and(|desc| desc.starts_with(b"~"))
}

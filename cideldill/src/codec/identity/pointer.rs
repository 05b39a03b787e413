//! Shared pointers and cells, whatever their types.

use std::any::{Any, TypeId, type_name};
use std::convert::Infallible;

use crate::codec::decode::Decoder;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::stack::grow_for;

/// A shared pointer that can be made.
pub(crate) trait Shared: Reduce + Clone + 'static {
    /// The pointer alone, without the codec that it goes through.
    type Plain: Clone + 'static;
    /// The weak pointer to the same node.
    type Weak: Clone + 'static;

    fn plain(&self) -> &Self::Plain;

    fn of_plain(plain: Self::Plain) -> Self;

    /// Reads the node.
    fn read(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<Self, Error>;

    /// Makes a node that can hold weak pointers to itself.
    fn cyclic(
        decoder: &mut Decoder<'_>,
        written: Option<&[u8]>,
        announce: impl FnOnce(&mut Decoder<'_>, Self::Weak) -> Result<(), Error>,
        fail: impl FnOnce(Error) -> Infallible,
    ) -> Self;

    fn downgrade(&self) -> Self::Weak;

    /// The type of the node.
    fn node_type() -> NodeType;

    /// Whether nothing keeps what a weak pointer led to.
    fn is_gone(weak: &Self::Weak) -> bool;

    /// The cells in the node, in the order in which they are read.
    fn cells<'a>(&'a self, cells: &mut Cells<'a>);
}

/// The type of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl NodeType {
    pub(crate) fn of<T: ?Sized + 'static>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        }
    }
}

/// The cells in a value that stand in no other cell, in the order in which they are read.
#[doc(hidden)]
#[derive(Default)]
pub struct Cells<'a> {
    pub(super) found: Vec<Found<'a>>,
    /// Some are in a place whose order is not that of the data.
    pub(super) is_refused: bool,
}

impl<'a> Cells<'a> {
    pub(crate) fn add(&mut self, cell: &'a dyn Fill) {
        self.found.push(Found::Own(cell));
    }

    /// The cells in a value that may lie deep.
    pub(crate) fn find_in(&mut self, value: &'a dyn FindCells) {
        grow_for(&mut || value.find(self));
    }

    /// A cell whose content goes through a codec.
    pub(crate) fn add_through(&mut self, cell: impl Fill + 'a) {
        self.found.push(Found::Through(Box::new(cell)));
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

/// [`Reconstruct::cells`] behind a pointer.
pub(crate) trait FindCells {
    fn find<'a>(&'a self, cells: &mut Cells<'a>);
}

impl<T: Reconstruct> FindCells for T {
    fn find<'a>(&'a self, cells: &mut Cells<'a>) {
        self.cells(cells);
    }
}

/// A cell that can be set when it is part of a value already.
pub(crate) trait Fill {
    fn fill(&self, decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<(), Error>;

    /// Puts back what stood there before, if that can be: what the cell leads to may hold it.
    fn empty(&self);
}

/// A cell that was found.
pub(super) enum Found<'a> {
    Own(&'a dyn Fill),
    Through(Box<dyn Fill + 'a>),
}

impl Found<'_> {
    pub(super) fn fill(
        &self,
        decoder: &mut Decoder<'_>,
        written: Option<&[u8]>,
    ) -> Result<(), Error> {
        match self {
            Self::Own(cell) => cell.fill(decoder, written),
            Self::Through(cell) => cell.fill(decoder, written),
        }
    }

    fn empty(&self) {
        match self {
            Self::Own(cell) => cell.empty(),
            Self::Through(cell) => cell.empty(),
        }
    }
}

/// Nodes whose cells close cycles. If the value is not kept their cells are emptied, or nobody would
/// ever free them. (Cells that can be set only once stay as they are.)
#[derive(Default)]
pub(super) struct Filled(Vec<Box<dyn Kept>>);

impl Filled {
    pub(super) fn add(&mut self, node: Box<dyn Kept>) {
        self.0.push(node);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Empties the cells of those that were added since there were so many.
    pub(super) fn empty_since(&mut self, len: usize) {
        drop(Self(self.0.split_off(len.min(self.0.len()))));
    }

    /// The value is made: its cells stay.
    pub(super) fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        for node in &self.0 {
            let mut cells = Cells::default();
            node.cells(&mut cells);
            cells.found.iter().for_each(Found::empty);
        }
    }
}

/// A pointer of whatever type.
pub(super) trait Kept {
    fn as_any(&self) -> &dyn Any;
    fn copy(&self) -> Box<dyn Kept>;
    fn node_type(&self) -> NodeType;
    /// A weak pointer to the same node, of the type that this pointer's is.
    fn weak(&self) -> Box<dyn Any>;
    /// Says later whether the node is gone.
    fn watch(&self) -> Box<dyn Fn() -> bool>;
    fn cells<'a>(&'a self, cells: &mut Cells<'a>);
}

impl<P: Shared> Kept for P {
    fn as_any(&self) -> &dyn Any {
        self.plain()
    }

    fn copy(&self) -> Box<dyn Kept> {
        Box::new(self.clone())
    }

    fn node_type(&self) -> NodeType {
        P::node_type()
    }

    fn weak(&self) -> Box<dyn Any> {
        Box::new(self.downgrade())
    }

    fn watch(&self) -> Box<dyn Fn() -> bool> {
        let weak = self.downgrade();
        Box::new(move || P::is_gone(&weak))
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        Shared::cells(self, cells);
    }
}

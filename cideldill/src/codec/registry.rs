//! The shapes an encoder has met, numbered, and the shape tables of blocks.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places in the buffer fit 32 bits: a longer buffer is refused when its block is closed"
)]

use std::collections::BTreeMap;

use crate::desc;
use crate::shape::{DescRef, Shape, ShapeText, write_shape};

/// A shape by its number in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShapeNumber(pub(super) u32);

/// The place of a shape index in the buffer; it is written as 0 until its block is closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note {
    pub(super) at: u32,
    pub(super) shape: ShapeNumber,
}

#[derive(Default)]
pub(super) struct Registry {
    shapes: Vec<Known>,
    by_bytes: BTreeMap<Box<[u8]>, ShapeNumber>,
    by_address: AddressMap,
    /// The table being built for one block.
    table: Vec<ShapeNumber>,
    epoch: u32,
    /// A shape has a field whose desc is over the limits: no block may use it.
    has_too_large_desc: bool,
}

struct Known {
    bytes: Box<[u8]>,
    text: ShapeText,
    /// Its index in the table built at that epoch.
    index: (u32, u32),
}

impl Registry {
    #[inline]
    pub(super) fn constant(&mut self, shape: &'static Shape) -> ShapeNumber {
        let address = std::ptr::from_ref(shape).addr();
        match self.by_address.get(address) {
            Some(number) => ShapeNumber(number),
            None => self.add_constant(shape, address),
        }
    }

    #[cold]
    fn add_constant(&mut self, shape: &'static Shape, address: usize) -> ShapeNumber {
        // One constant can have several addresses; equal bytes are one shape.
        let number = self.text(&shape.to_text());
        self.by_address.insert(address, number.0);
        number
    }

    /// The number of a shape that no constant stands for.
    pub(super) fn text(&mut self, text: &ShapeText) -> ShapeNumber {
        let mut bytes = Vec::new();
        write_shape(
            &mut bytes,
            text.tag(),
            text.version(),
            text.types().iter().map(|d| DescRef::Text(d.as_bytes())),
            text.names(),
        );
        if let Some(number) = self.by_bytes.get(bytes.as_slice()) {
            return *number;
        }
        let types = &mut text.types().iter();
        self.has_too_large_desc |= !types.all(|desc| desc::is_desc(desc.as_bytes()));
        let number = ShapeNumber(self.shapes.len() as u32);
        self.by_bytes.insert(bytes.clone().into(), number);
        self.shapes.push(Known {
            bytes: bytes.into(),
            text: text.clone(),
            index: (0, 0),
        });
        number
    }

    pub(super) fn shape(&self, number: ShapeNumber) -> &ShapeText {
        &self.shapes[number.0 as usize].text
    }

    /// How many shapes are known. Dynamic values can bring any number of them.
    pub(super) fn len(&self) -> usize {
        self.shapes.len()
    }

    pub(super) fn has_too_large_desc(&self) -> bool {
        self.has_too_large_desc
    }

    /// Starts the table of a new block.
    pub(super) fn start_table(&mut self) {
        self.table.clear();
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            // After 2^32 blocks: no old stamp may pass for a new one.
            self.shapes
                .iter_mut()
                .for_each(|shape| shape.index = (0, 0));
            self.epoch = 1;
        }
    }

    /// The index of a shape in the table, which it joins at its first use.
    #[inline]
    pub(super) fn index(&mut self, number: ShapeNumber) -> u32 {
        let shape = &mut self.shapes[number.0 as usize];
        if shape.index.0 != self.epoch {
            shape.index = (self.epoch, self.table.len() as u32);
            self.table.push(number);
        }
        shape.index.1
    }

    /// The bytes of the table's shapes, in order.
    pub(super) fn table(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let shapes = self.table.iter();
        shapes.map(|number| &*self.shapes[number.0 as usize].bytes)
    }
}

/// From the address of a constant to its number.
struct AddressMap {
    /// Those used last, each at the place its address says.
    recent: [(usize, u32); RECENT],
    all: BTreeMap<usize, u32>,
}

const RECENT: usize = 64;

impl Default for AddressMap {
    fn default() -> Self {
        Self {
            recent: [(0, 0); RECENT],
            all: BTreeMap::new(),
        }
    }
}

impl AddressMap {
    #[inline]
    fn get(&mut self, address: usize) -> Option<u32> {
        // Shapes are larger than 32 bytes, so their lowest address bits tell little.
        let place = (address >> 5) % RECENT;
        match self.recent[place] {
            (found, number) if found == address => Some(number),
            _ => self.get_rare(address, place),
        }
    }

    #[cold]
    #[inline(never)]
    fn get_rare(&mut self, address: usize, place: usize) -> Option<u32> {
        let number = *self.all.get(&address)?;
        self.recent[place] = (address, number);
        Some(number)
    }

    fn insert(&mut self, address: usize, number: u32) {
        self.all.insert(address, number);
    }
}

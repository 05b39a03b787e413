//! `smallvec` 1: sequences, wherever the elements are kept.

use smallvec::{Array, SmallVec};

use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;

impl<A: Array<Item: Reduce>> Reduce for SmallVec<A> {
    const DESC: &'static Desc = A::Item::SEQUENCE;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.as_slice().reduce(encoder)
    }
}

impl<A: Array<Item: Reconstruct>> Reconstruct for SmallVec<A> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        Vec::reconstruct(decoder).map(Self::from_vec)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        Vec::reconstruct_as(decoder, written).map(Self::from_vec)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        self.iter().for_each(|item| item.cells(cells));
    }

    fn stand_in() -> Option<Self> {
        Some(Self::new())
    }
}

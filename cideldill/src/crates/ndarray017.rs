//! `ndarray` 0.17: the shape, and the elements in row-major order, however they lie in memory.

use ndarray::{Array, ArrayD, Dimension, IxDyn};

use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::impls::out_of_range;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::stack::grow;

const TAG: &str = "std::crate::ndarray::Array";

impl<T: Reduce, D: Dimension> Reduce for Array<T, D> {
    const DESC: &'static Desc = &Desc::Record(TAG);
    const SHAPES: &'static [Shape] = &[Shape {
        tag: TAG,
        version: 0,
        types: &[<u64 as Reduce>::SEQUENCE, T::SEQUENCE],
        names: &["shape", "data"],
        tag_aliases: &[],
        aliases: &[],
    }];

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let scope = encoder.open_record(&Self::SHAPES[0]);
        let lengths: Vec<u64> = self.shape().iter().map(|length| *length as u64).collect();
        lengths.reduce(encoder)?;
        let written = grow(|| match self.as_slice() {
            Some(items) => T::reduce_slice(items, encoder),
            None => T::reduce_sequence(self.iter(), encoder),
        });
        if let Err(error) = written {
            encoder.refused(error.in_field("data"))?;
        }
        encoder.end_record(scope)
    }
}

impl<T: Reconstruct, D: Dimension> Reconstruct for Array<T, D> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        let record = decoder.open_record(Self::SHAPES)?;
        let lengths: Vec<usize> = decoder.field(&record, 0)?;
        let items: Vec<T> = decoder.field(&record, 1)?;
        decoder.close_record(record)?;
        // It counts the elements, so no shape is taken on trust.
        let array = ArrayD::from_shape_vec(IxDyn(&lengths), items);
        let array = array.and_then(ArrayD::into_dimensionality);
        array.map_err(|_| out_of_range::<Self>("a shape"))
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow(|| self.iter().for_each(|item| item.cells(cells)));
    }
}

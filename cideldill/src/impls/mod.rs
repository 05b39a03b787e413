//! The traits for types we do not own.

mod collections;
mod number;
mod pointer;
mod text;
mod tuple;

pub(crate) use collections::sequence_as;

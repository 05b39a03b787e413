//! Dynamic values: any block graph as a tree, without the Rust type.
//!
//! [`tree`] and [`parts`] hold it, [`build`] makes it by hand, [`decode`] and [`encode`] read and
//! write blocks, [`order`] sorts keys, [`mod@print`] and [`at`] are for people. A tree can be a million
//! levels deep: nothing here recurses. Links are followed or kept as unloaded parts; no bytes of a
//! block are kept.

mod at;
mod build;
mod components;
mod convert;
mod decode;
mod decode_cycle;
mod decode_leaf;
mod decode_pointer;
mod decode_step;
mod encode;
mod encode_pointer;
mod encode_step;
mod equal;
mod order;
mod parts;
mod pointer;
mod print;
mod short;
mod tree;

pub(crate) use build::has_link;
pub(crate) use decode::{Links, read_block, read_root, read_value};
pub(crate) use order::compare;
pub use parts::{
    AnyValue, LinkValue, MapValue, OptionValue, RecordValue, SequenceValue, SetValue, TupleValue,
};
pub use pointer::{CellValue, PartValue, PointerValue, WeakValue};
pub(crate) use pointer::{Label, pointed};
pub use print::Printer;
pub(crate) use print::{rust_type, short};
pub(crate) use short::{key_text, short_text};
pub use tree::Value;

#[cfg(test)]
mod tests;

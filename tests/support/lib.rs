//! A second implementation of docs/format.md, written from that page only.
//!
//! [`mod@reference`] is the executable specification: a slow encoder whose code follows the page
//! section by section. [`reader`] is the strict decoder of section 11. Both work on [`model`], the
//! kinds of section 3 as plain data, and share nothing with the crate under test, so that a
//! disagreement shows a mistake in one of them or a gap in the page.
//!
//! [`shared`] adds what section 14 says about pointers, and [`graph`] makes random graphs of them.
//!
//! [`notation`] is the JSON in which `tests/vectors/` writes a model down, and [`random`] makes
//! models with sizes around every limit from a seed.

pub mod desc;
pub mod graph;
pub mod model;
pub mod notation;
pub mod pack;
pub mod profile;
pub mod random;
pub mod reader;
pub mod reference;
pub mod shared;

//! What storing takes: memory that does not grow with the value, work that grows with it and no
//! faster, digests in large batches. Counted, not timed; a process of its own, because allocations
//! are counted.

#[macro_use]
#[path = "../delegate.rs"]
mod delegate;

mod allocated;
mod work;

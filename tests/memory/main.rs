//! What storing takes: memory that does not grow with the value, work that grows with it and no
//! faster, digests in large batches. Counted, not timed; a process of its own, because allocations
//! are counted.

mod allocated;
mod work;

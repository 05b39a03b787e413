//! What storing takes: memory that does not grow with the value, work that grows with it and no
//! faster, digests in large batches. What comparing and explaining take: memory that grows with what
//! is found and no faster. Counted, not timed; a process of its own, because allocations
//! are counted.

#[macro_use]
#[path = "../delegate.rs"]
mod delegate;

mod allocated;
mod differences;
mod explain;
mod work;

/// Checks that what something takes grows with the number and no faster, and is below a bound for each.
#[track_caller]
fn assert_linear(numbers: [u64; 3], bytes_each: u64, taken: impl Fn(u64) -> u64) {
    let mut first = None;
    for n in numbers {
        let bytes = taken(n);
        assert!(bytes < n * bytes_each, "{bytes} bytes for {n}");
        let (fewer, least) = *first.get_or_insert((n, bytes));
        // A tenth is left for what grows in steps.
        let limit = least * n / fewer * 11 / 10;
        assert!(bytes < limit, "{bytes} bytes for {n}, {least} for {fewer}");
    }
}

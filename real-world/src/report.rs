//! What a step cost in a store.

use std::time::Instant;

use cideldill::{Cid, Error, Reduce, Store};

/// Stores a value and prints what that took.
pub(crate) fn put<T: Reduce>(store: &Store, step: &str, value: &T) -> Result<Cid, Error> {
    let start = Instant::now();
    let put = store.put_reporting(value)?;
    let report = put.report;
    println!(
        "  {step:<34} {:>5} blocks {:>9} bytes; new {:>5} blocks {:>9} bytes  {:>8.1?}  {}..",
        report.blocks,
        report.bytes,
        report.new_blocks,
        report.new_bytes,
        start.elapsed(),
        put.cid.short()
    );
    Ok(put.cid)
}

/// Prints the first few changes between two snapshots.
pub(crate) fn changes(store: &Store, before: Cid, after: Cid) -> Result<(), Error> {
    const SHOWN: usize = 4;
    let changes = store.differences(before, after)?;
    for change in changes.iter().take(SHOWN) {
        let text: String = change.to_string().chars().take(140).collect();
        println!("    {text}");
    }
    if changes.len() > SHOWN {
        println!("    .. and {} more", changes.len() - SHOWN);
    }
    Ok(())
}

//! The main job: real data into a store, one change, and what the second snapshot cost and says.
//!
//! `cargo run --release --example quickstart` takes a recorded `cargo metadata` of this workspace;
//! `-- --live` takes the current one; `-- --record` prints the current one as it is recorded.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is a program"
)]

mod metadata;

use std::error::Error;
use std::time::Instant;

use cideldill::Store;
use metadata::Metadata;

fn main() -> Result<(), Box<dyn Error>> {
    let flag = std::env::args().nth(1);
    let metadata = match flag.as_deref() {
        None => Metadata::recorded()?,
        Some("--live") => {
            eprintln!("asking cargo for the metadata of this workspace ..");
            Metadata::live()?
        }
        Some("--record") => {
            println!("{}", serde_json::to_string_pretty(&Metadata::live()?)?);
            return Ok(());
        }
        Some(other) => return Err(format!("unknown argument {other}: --live or --record").into()),
    };
    snapshots(metadata)
}

fn snapshots(mut metadata: Metadata) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("metadata.cid");

    let store = Store::open(&path)?;
    println!(
        "{} packages into a store on disk\n",
        metadata.packages.len()
    );
    let start = Instant::now();
    let before = store.put_reporting(&metadata)?;
    let first_time = start.elapsed();

    let changed = metadata
        .packages
        .iter()
        .position(|package| package.name == "serde")
        .unwrap_or(0);
    metadata.packages[changed].version.push_str("-patched");
    let start = Instant::now();
    let after = store.put_reporting(&metadata)?;
    let second_time = start.elapsed();

    for (name, put, time) in [
        ("before", before, first_time),
        ("after", after, second_time),
    ] {
        println!("{name:>6}  {}..", put.cid.short());
        println!(
            "        {:>4} blocks, {:>7} bytes; new: {:>4} blocks, {:>7} bytes  ({time:.1?})",
            put.report.blocks, put.report.bytes, put.report.new_blocks, put.report.new_bytes,
        );
    }

    println!("\nwhat changed");
    let start = Instant::now();
    for change in store.differences(before.cid, after.cid)? {
        println!("        {change}");
    }
    println!(
        "        ({:.1?}, reading only what differs)",
        start.elapsed()
    );

    let place = format!(".packages[{changed}].dependencies[0]");
    let tree = store.value(before.cid)?;
    if let Some(dependency) = tree.at(&place.parse()?) {
        println!("\n{place}, read without the Rust type");
        println!("        {}", dependency.display().width(usize::MAX));
    }

    drop(store);
    let store = Store::open(&path)?;
    let start = Instant::now();
    let loaded: Metadata = store.load(after.cid)?;
    let load_time = start.elapsed();
    assert_eq!(loaded, metadata, "what was put comes back");
    metadata.packages[changed] = store
        .load::<Metadata>(before.cid)?
        .packages
        .swap_remove(changed);
    assert_eq!(
        store.put(&metadata)?,
        before.cid,
        "an equal value has an equal cid"
    );
    println!("\nreopened, loaded and compared: both are equal to what was put  ({load_time:.1?})");
    Ok(())
}

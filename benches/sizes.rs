//! The bytes behind docs/benchmarks.md: `cargo run --release -p cideldill-benches --example sizes`.
//!
//! Not timed, so the same everywhere.

#![allow(clippy::print_stdout, reason = "this is a program")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "sizes here are small"
)]

use std::collections::BTreeMap;

use cideldill::{Debuggable, Encoded, Store, encode};
use cideldill_data::{log, mesh, random::Random, save, snapshots, updates};
use serde::Serialize;

fn main() {
    println!("data set      cideldill   rmp compact    ratio     rmp named    ratio");
    print_stored("log", &log::logs(10_000));
    print_stored("mesh", &mesh::mesh(125_000));
    print_stored("save", &save::save_data(500));
    print_stored("updates", &updates::updates(1_000));

    println!("\n1,000 snapshots of 1.03 MB, one counter changed each time");
    let mut flat = snapshots::flat();
    snapshot("flat map", &mut flat, |state, number| {
        if let Some(record) = state.values_mut().nth(number * 7 % 1000) {
            record.counter += 1;
        }
    });
    let mut nested = snapshots::nested();
    snapshot("10 x 10 x 10", &mut nested, |state, number| {
        let at = number * 7 % 1000;
        let record = state
            .values_mut()
            .nth(at / 100)
            .and_then(|level| level.values_mut().nth(at / 10 % 10))
            .and_then(|level| level.values_mut().nth(at % 10));
        if let Some(record) = record {
            record.counter += 1;
        }
    });

    println!("\nnew bytes for one edit, mean and largest of 100");
    let mut random = Random::new(6);
    let mut numbers: Vec<u64> = (0..1_000_000).map(|_| random.bits()).collect();
    edits(
        "Vec<u64> of 1,000,000, one changed",
        &mut numbers,
        |numbers| {
            let at = random.below(numbers.len() as u64) as usize;
            numbers[at] = random.bits();
        },
    );
    edits(
        "Vec<u64> of 1,000,000, one inserted",
        &mut numbers,
        |numbers| {
            let at = random.below(numbers.len() as u64) as usize;
            numbers.insert(at, random.bits());
        },
    );
    let mut map: BTreeMap<u64, (u64, String)> = (0..100_000)
        .map(|key| (key, (random.bits(), format!("entry {key}"))))
        .collect();
    edits("map of 100,000, one entry changed", &mut map, |map| {
        let key = random.below(100_000);
        map.insert(key, (random.bits(), format!("entry {key}")));
    });
    let mut text: String = (0..1_000_000)
        .map(|_| char::from(97 + random.below(26) as u8))
        .collect();
    edits(
        "text of 1,000,000 bytes, one character inserted",
        &mut text,
        |text| {
            let at = random.below(text.len() as u64) as usize;
            text.insert(at, '!');
        },
    );
}

fn encoding<T: Debuggable>(value: &T) -> Encoded {
    encode(value).expect("plain data")
}

fn print_stored<T: Debuggable + Serialize>(name: &str, value: &T) {
    let ours = encoding(value).len();
    let compact = rmp_serde::to_vec(value).expect("plain data").len();
    let named = rmp_serde::to_vec_named(value).expect("plain data").len();
    println!(
        "{name:<10} {ours:>12} {compact:>13} {:>8.2} {named:>13} {:>8.2}",
        ours as f64 / compact as f64,
        ours as f64 / named as f64,
    );
}

fn snapshot<T: Debuggable>(name: &str, state: &mut T, change: impl Fn(&mut T, usize)) {
    let store = Store::in_memory();
    for number in 0..1000 {
        change(state, number);
        store.put(state).expect("memory");
    }
    let kept = store.blocks().stats();
    println!(
        "{name:<14} {:>8} blocks {:>10} bytes",
        kept.blocks, kept.bytes
    );
}

fn edits<T: Debuggable>(name: &str, value: &mut T, mut edit: impl FnMut(&mut T)) {
    let store = Store::in_memory();
    store.put(value).expect("memory");
    let mut new: Vec<u64> = Vec::new();
    for _ in 0..100 {
        edit(value);
        let put = store.put_reporting(value).expect("memory");
        new.push(put.report.new_bytes);
    }
    let mean = new.iter().sum::<u64>() / new.len() as u64;
    let largest = new.iter().max().copied().unwrap_or_default();
    println!("{name:<48} {mean:>7} {largest:>7}");
}

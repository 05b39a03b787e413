//! Heap above the value while it is stored.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use allocation_counter::measure;
use cideldill::{Block, BlockStore, Error, MemoryStore, PutReport, Reduce, Store, compute_cid};

/// What storing may take beside the value, however large that is.
const ROOM: u64 = 64 << 20;

/// A store that counts blocks and lets them go: what is left is what the encoder needs itself.
#[derive(Default)]
struct Nowhere {
    bytes: Arc<AtomicU64>,
    nothing: MemoryStore,
}

impl BlockStore for Nowhere {
    delegate!(nothing: read_unverified, missing, iter, metadata, stats, names, refs, flush);

    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error> {
        let bytes = blocks.iter().map(|block| block.bytes().len() as u64).sum();
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(PutReport::default())
    }
}

/// Stores a value of about this many bytes.
#[track_caller]
fn assert_little_room<T: Reduce + ?Sized>(value: &T, bytes: u64) {
    let bytes_stored = Arc::default();
    let store = Store::new(Nowhere {
        bytes: Arc::clone(&bytes_stored),
        ..Nowhere::default()
    });
    let used = measure(|| assert!(store.put(value).is_ok()));
    let stored = bytes_stored.load(Ordering::Relaxed);
    assert!(stored > bytes / 10 * 9, "all of it is stored: {stored}");
    assert!(used.bytes_max < ROOM, "put took {} bytes", used.bytes_max);
}

/// Numbers of which no two neighbours are alike.
fn numbers(n: u64) -> impl Iterator<Item = u64> {
    (0..n).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn numbers_of(bytes: u64) {
    let value: Vec<u64> = numbers(bytes / 8).collect();
    assert_little_room(&value, bytes);
}

fn strings_of(bytes: u64) {
    // Short ones stay in their chunks; every hundredth is a block of its own.
    let text = |number: u64| match number % 100 {
        0 => format!("{number:064x}").repeat(32),
        _ => format!("{number:064x}"),
    };
    let per_hundred = 99 * 66 + 2_048;
    let value: Vec<String> = numbers(bytes / per_hundred * 100)
        .zip(0..)
        .map(|(_, n)| text(n))
        .collect();
    assert_little_room(&value, bytes);
}

fn text_of(bytes: u64) {
    let mut value = String::new();
    for number in numbers(bytes / 32) {
        write!(value, "{number:032x}").unwrap();
    }
    assert_little_room(&value, bytes);
}

fn byte_string_of(bytes: u64) {
    let value: Vec<u8> = numbers(bytes / 8).flat_map(u64::to_le_bytes).collect();
    assert_little_room(&value, bytes);
}

fn map_of(bytes: u64) {
    let value: BTreeMap<u64, String> = numbers(bytes / 75)
        .map(|number| (number, format!("{number:064x}")))
        .collect();
    assert_little_room(&value, bytes);
}

const LARGE: u64 = 256 << 20;

#[test]
fn numbers_are_stored_in_little_memory() {
    numbers_of(LARGE);
}

#[test]
fn strings_are_stored_in_little_memory() {
    strings_of(LARGE);
}

#[test]
fn one_long_text_is_stored_in_little_memory() {
    text_of(LARGE);
}

#[test]
fn one_long_byte_string_is_stored_in_little_memory() {
    byte_string_of(LARGE);
}

#[test]
fn a_cid_is_computed_in_little_memory() {
    let value: Vec<u64> = numbers(LARGE / 32).collect();
    let used = measure(|| assert!(compute_cid(&value).is_ok()));
    assert!(
        used.bytes_max < ROOM / 4,
        "it took {} bytes",
        used.bytes_max
    );
}

/// The references that put a map in order take room of their own: 16 bytes an entry.
#[test]
fn a_map_is_stored_in_little_memory() {
    map_of(LARGE / 4);
}

#[test]
#[ignore = "takes minutes and gigabytes"]
fn a_gigabyte_is_stored_in_little_memory() {
    numbers_of(4 * LARGE);
    strings_of(4 * LARGE);
    text_of(4 * LARGE);
    byte_string_of(4 * LARGE);
}

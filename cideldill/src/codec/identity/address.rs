//! Tables by address.

#![expect(
    clippy::disallowed_types,
    reason = "only looked up, by addresses; the order is never seen"
)]

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

pub(super) type ByAddress<K, V> = HashMap<K, V, BuildHasherDefault<AddressHasher>>;
pub(super) type AddressSet = HashSet<usize, BuildHasherDefault<AddressHasher>>;

/// Keeps what lies together in memory together in the table: what a program made one after the other
/// it mostly holds one after the other, and a table larger than the caches costs a wait for memory an
/// entry.
#[derive(Clone, Default)]
pub(super) struct AddressHasher(u64);

/// Allocations are at least this far apart, as a power of two.
const STEP: u32 = 4;
/// So many places of the table stand for so much memory in a row, as a power of two.
const ROW: u32 = 5;
/// 2^64 divided by the golden ratio: spreads what is close.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, address: u64) {
        let row = (address >> (STEP + ROW)).wrapping_mul(SPREAD) >> 32;
        let place = row << ROW | address >> STEP & ((1 << ROW) - 1);
        // The table compares the highest bits first.
        self.0 = place ^ address.wrapping_mul(SPREAD) & 0xff << 56;
    }

    fn write_usize(&mut self, address: usize) {
        self.write_u64(address as u64);
    }
}

//! Room was made for 4,096 elements at once, whatever they take and at every level: a few bytes that
//! claim long sequences cost 32 MiB where elements are wide, and a gigabyte where they are deep.

use std::collections::BTreeMap;

use allocation_counter::measure;
use cideldill::{Debuggable, Reconstruct, decode};

use crate::support::Blocks;

type Wide = [u128; 512];

fn peak<T: Reconstruct>(bytes: &[u8]) -> u64 {
    let (root, blocks) = Blocks::of(bytes.to_vec());
    let used = measure(|| assert!(decode::<T>(root, &blocks).is_err()));
    used.bytes_max
}

#[test]
fn room_is_made_in_bytes_not_elements() {
    // The first element is refused: it is no array of 512.
    let claim = [
        &b"\x11\xa3[[Q\x90\xdc\xff\xff"[..],
        &[0xc4, 0].repeat(65_535),
    ]
    .concat();
    assert!(peak::<Vec<Wide>>(&claim) < 4 << 20);
    let claim = [
        &b"\x11\xa4{B[Q\x90\xde\xff\xff"[..],
        &[1, 0xc4, 0].repeat(65_535),
    ]
    .concat();
    assert!(peak::<BTreeMap<u8, Wide>>(&claim) < 4 << 20);
}

#[derive(Debuggable)]
struct Deep {
    below: Vec<Deep>,
    number: u64,
}

#[test]
fn room_is_bounded_over_all_levels() {
    // Nearly as deep as may be, 4,096 elements claimed at each level, and enough small ones behind
    // that the claims could be true.
    let head = b"\x11\xa1@\x91\x94\xa4Deep\xa3[@L\xa5below\xa6number";
    let levels = b"\x93\x00\xdc\x10\x00".repeat(4_900);
    let claim = [&head[..], &levels, &b"\x93\x00\x90\x00".repeat(8_000)].concat();
    let peak = peak::<Deep>(&claim);
    assert!(peak < 64 << 20, "{peak}");
}

//! Pointers and cycles (section 14.4, and what it adds to sections 11 and 12).
//!
//! Their names start with `identity: `.

use cideldill_reference::reference::cid_of;

use super::{Refusal, block, overlay, parts, places, plain, raw, spaced};

/// A table of a struct with an option of a record, and one of a struct with two.
pub(super) const ONE: &str = "91 92 a1 54 a2 3f 40";
pub(super) const TWO: &str = "91 92 a1 54 a4 3f 40 3f 40";

pub(super) const TO_HEAD: &str = "c7 05 02 00 00 00 00 00";
pub(super) const HOLE: &str = "c7 00 05";
const WEAK: &str = "c7 00 04";

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = items();
    list.extend(cycles());
    list.extend(parts::refusals());
    list.extend(places::refusals());
    list.extend(overlay::refusals());
    for refusal in &mut list {
        refusal.name.insert_str(0, "identity: ");
    }
    list
}

pub(super) fn refusal(name: &str, rule: &'static str, blocks: Vec<Vec<u8>>) -> Refusal {
    let name = name.to_owned();
    Refusal { name, rule, blocks }
}

pub(super) fn link_to(block: &[u8]) -> Vec<u8> {
    [&[0xc7, 0x40, 1], cid_of(block).as_slice()].concat()
}

fn items() -> Vec<Refusal> {
    let mut list: Vec<_> = [
        ("a weak pointer in fixext", "w", "d4 04 00"),
        ("a part that is too short", "(@)", "91 d6 03 00 00 00 00"),
        ("a weak pointer with a byte", "w", "c7 01 04 00"),
        ("a weak pointer in a longer header", "w", "c8 00 00 04"),
        ("nil in the place of a weak pointer", "w", "c0"),
        ("a weak pointer in the place of an integer", "L", WEAK),
        ("a weak pointer in an option of an integer", "?L", WEAK),
        (
            "a weak pointer in the place of packed numbers",
            "([H)",
            "91 c7 00 04",
        ),
        (
            "a back reference with a short place",
            "(n)",
            "91 c7 04 02 00 00 00 00",
        ),
        (
            "a back reference in a longer header",
            "(n)",
            "91 c8 00 05 02 00 00 00 00 00",
        ),
        ("a back reference in fixext", "(n)", "91 d4 02 00"),
        ("a part without a place", "{@t", "81 d4 03 00 c3"),
        ("a hole in fixext", "d", "d5 05 00 00"),
        ("a hole with a byte", "d", "c7 01 05 00"),
        (
            "a hole where a node's groups start with a link",
            "%[s",
            "92 c7 00 05 01",
        ),
    ]
    .map(|(name, desc, value)| plain(name, "11.2", desc, value))
    .into();
    list.extend([
        plain(
            "two equal weak pointers in a set",
            "11.6",
            "<w",
            "92 c7 00 04 c7 00 04",
        ),
        plain("a weak pointer and a record in a desc", "11.4", "w@", "00"),
        plain(
            "a weak pointer in the place of an any's desc",
            "11.4",
            "*",
            "92 c7 00 04 05",
        ),
        raw(
            "a hole in the place of the desc",
            "11.4",
            "10 c7 00 05 90 05",
        ),
        raw(
            "a hole in the place of the table",
            "11.5",
            "10 a1 42 c7 00 05 05",
        ),
        raw(
            "a hole in the place of a shape",
            "11.5",
            "10 a1 40 91 c7 00 05 00",
        ),
        raw(
            "a hole in the place of an index",
            "11.2",
            "10 a1 40 91 92 a1 54 a1 42 92 c7 00 05 05",
        ),
        plain(
            "a back reference outside a cycle",
            "14.4",
            "(n)",
            &format!("91 {TO_HEAD}"),
        ),
        plain(
            "a hole outside a cycle",
            "14.4",
            "(n)",
            &format!("91 {HOLE}"),
        ),
    ]);
    list
}

/// The block of a cycle.
pub(super) fn cycle(desc: &str, table: &str, value: &[&str]) -> Vec<u8> {
    block(0, desc, &spaced(table), &spaced(&value.concat()))
}

/// A ring of one.
pub(super) fn ring() -> Vec<u8> {
    cycle("~@", ONE, &["92 00", HOLE, TO_HEAD])
}

/// A ring of two, the second of which begins at 5.
pub(super) fn ring_of_two() -> Vec<u8> {
    cycle("~@", ONE, &["92 00", HOLE, "92 00", TO_HEAD])
}

fn cycles() -> Vec<Refusal> {
    let one = |name: &str, value: &[&str]| refusal(name, "14.4", vec![cycle("~@", ONE, value)]);
    let of = |name: &str, rule, desc: &str, value: &[&str]| {
        refusal(name, rule, vec![cycle(desc, ONE, value)])
    };
    let to = |place: &str| format!("c7 05 02 {place}");
    let mut whole = ring();
    whole[0] = 0x11;
    vec![
        one(
            "a cycle without a back reference to its head",
            &["92 00", HOLE, "c0"],
        ),
        one("a cycle that leads to nothing", &["92 00", "c0"]),
        one("fewer cells than holes", &["92 00", HOLE]),
        one("more cells than holes", &["92 00", HOLE, TO_HEAD, "05"]),
        one("a cycle without a cell", &["92 00", TO_HEAD]),
        one(
            "a back reference inside the item of its node",
            &["92 00", HOLE, "92 00", &to("00 00 00 05 00")],
        ),
        one(
            "a back reference to the middle of an item",
            &["92 00", HOLE, &to("00 00 00 01 00")],
        ),
        one(
            "a back reference to an item that follows",
            &["92 00", HOLE, &to("00 00 00 0d 00")],
        ),
        one(
            "a back reference beyond the block",
            &["92 00", HOLE, &to("ff ff ff ff 00")],
        ),
        refusal(
            "a back reference to a record in the place of an integer",
            "14.4",
            vec![cycle(
                "~@",
                "91 92 a1 54 a2 3f 4c",
                &["92 00", HOLE, TO_HEAD],
            )],
        ),
        of("a cycle of no desc", "11.4", "~", &["92 00", HOLE, TO_HEAD]),
        of(
            "a cycle of a node",
            "11.4",
            "~%[@",
            &["92 00", HOLE, TO_HEAD],
        ),
        of(
            "a node of a cycle",
            "11.4",
            "%~@",
            &["92 00", HOLE, TO_HEAD],
        ),
        of("a cycle twice", "11.4", "~~@", &["92 00", HOLE, TO_HEAD]),
        of("a cycle of a root", "11.4", "~!", &["92 00", HOLE, TO_HEAD]),
        refusal("a cycle in the whole profile", "11.7", vec![whole]),
        refusal(
            "a shape that only a cycle's missing cell would use",
            "11.5",
            vec![cycle(
                "~@",
                "92 92 a1 54 a2 3f 40 92 a1 55 a0",
                &["92 00", HOLE, TO_HEAD],
            )],
        ),
        refusal(
            "a back reference to what an empty option holds",
            "14.4",
            vec![cycle(
                "~@",
                "91 92 a1 54 a5 3f 40 3f 40 40",
                &["94 00", HOLE, "c0", &to("00 00 00 05 00"), TO_HEAD],
            )],
        ),
        refusal(
            "a back reference to what the empty option in a cell holds",
            "14.4",
            vec![cycle(
                "~@",
                "91 92 a1 54 a5 3f 40 3f 40 40",
                &["94 00", HOLE, HOLE, &to("00 00 00 05 00"), TO_HEAD, "c0"],
            )],
        ),
        refusal(
            "a back reference to a node that is not on the cycle",
            "14.4",
            vec![cycle(
                "~@",
                "92 92 a1 54 a6 3f 40 3f 40 3f 40 92 a1 55 a0",
                &["94 00", HOLE, "01", &to("00 00 00 05 00"), TO_HEAD],
            )],
        ),
        refusal(
            "a back reference to a node in a cell that is not on the cycle",
            "14.4",
            vec![cycle(
                "~@",
                "93 92 a1 54 a2 3f 40 92 a1 57 a5 40 3f 40 3f 40 92 a1 55 a0",
                &["92 00", HOLE, "94 01 02", &to("00 00 00 07 00"), TO_HEAD],
            )],
        ),
        refusal(
            "a cell that does not lead back and is left out",
            "14.4",
            vec![cycle("~@", TWO, &["93 00", HOLE, HOLE, TO_HEAD, "c0"])],
        ),
        // What stands before the hole, or holds it, is never cut; this is neither.
        refusal(
            "a part right behind a hole that is long enough to be cut",
            "11.7",
            vec![cycle(
                "~@",
                "91 92 a1 54 a3 3f 40 73",
                &["93 00", HOLE, "da 04 4c", &"61".repeat(1_100), TO_HEAD],
            )],
        ),
        refusal(
            "a link to a cycle in the place of another desc",
            "11.4",
            vec![
                block(
                    0,
                    "(s)",
                    &[0x90],
                    &[&[0x91], link_to(&ring()).as_slice()].concat(),
                ),
                ring(),
            ],
        ),
        refusal(
            "a cycle as a chunk",
            "11.4",
            vec![
                block(
                    0,
                    "%[@",
                    &[0x90],
                    &[&[0x92], link_to(&ring()).as_slice(), &[1]].concat(),
                ),
                ring(),
            ],
        ),
        refusal(
            "a block that is only a link to a cycle",
            "11.7",
            vec![block(0, "@", &[0x90], &link_to(&ring())), ring()],
        ),
        refusal(
            "a cycle as a key",
            "11 across blocks",
            vec![
                block(
                    0,
                    "<@",
                    &[0x90],
                    &[&[0x91], link_to(&ring()).as_slice()].concat(),
                ),
                ring(),
            ],
        ),
    ]
}

//! Pointers, cycles and overlays (section 14.4, and what it adds to sections 11 and 12).
//!
//! Their names start with `identity: `.

use cideldill_reference::pack;
use cideldill_reference::reference::cid_of;

use super::{Refusal, block, plain, raw, spaced};

/// A table of a struct with an option of a record, and one of a struct with two.
const ONE: &str = "91 92 a1 54 a2 3f 40";
const TWO: &str = "91 92 a1 54 a4 3f 40 3f 40";

const TO_HEAD: &str = "c7 05 02 00 00 00 00 00";
const HOLE: &str = "c7 00 05";
const WEAK: &str = "c7 00 04";

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = items();
    list.extend(cycles());
    list.extend(parts());
    list.extend(roots());
    list.extend(streams());
    for refusal in &mut list {
        refusal.name.insert_str(0, "identity: ");
    }
    list
}

fn refusal(name: &str, rule: &'static str, blocks: Vec<Vec<u8>>) -> Refusal {
    let name = name.to_owned();
    Refusal { name, rule, blocks }
}

fn link_to(block: &[u8]) -> Vec<u8> {
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
fn cycle(desc: &str, table: &str, value: &[&str]) -> Vec<u8> {
    block(0, desc, &spaced(table), &spaced(&value.concat()))
}

/// A ring of one.
fn ring() -> Vec<u8> {
    cycle("~@", ONE, &["92 00", HOLE, TO_HEAD])
}

/// A ring of two, the second of which begins at 5.
fn ring_of_two() -> Vec<u8> {
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

fn parts() -> Vec<Refusal> {
    let part = |block: &[u8], place: [u8; 5]| {
        [&[0xc7, 0x45, 3], cid_of(block).as_slice(), &place].concat()
    };
    let leaf = block(0, "@", &spaced("91 92 a1 54 a0"), &[0]);
    let pair = |second: &[u8]| {
        let value = [&[0x92], link_to(&ring()).as_slice(), second].concat();
        block(0, "(@@)", &[0x90], &value)
    };
    let whole = block(
        1,
        "(@)",
        &[0x90],
        &[&[0x91], part(&ring(), [0; 5]).as_slice()].concat(),
    );
    let head = pair(&part(&ring(), [0; 5]));
    let of_two = ring_of_two();
    let to_second = part(&of_two, [0, 0, 0, 5, 0]);
    let other = [&[0x92], link_to(&of_two).as_slice(), &to_second].concat();
    let other = block(0, "(@@)", &[0x90], &other);
    let leaf_to_head = ["93 00", TO_HEAD, TO_HEAD].concat();
    let twice = ["93 00", HOLE, HOLE, &leaf_to_head, &leaf_to_head];
    let twice = cycle("~@", TWO, &twice);
    vec![
        refusal(
            "a part of a block that is no cycle",
            "14.4",
            vec![pair(&part(&leaf, [0; 5])), ring(), leaf.clone()],
        ),
        refusal(
            "a part where no node of its cycle begins",
            "14.4",
            vec![pair(&part(&ring(), [0, 0, 0, 1, 0])), ring()],
        ),
        refusal("a part in the whole profile", "11.7", vec![whole, ring()]),
        refusal(
            "a part of a cycle that was not met before",
            "11 across blocks",
            vec![
                block(
                    0,
                    "(@)",
                    &[0x90],
                    &[&[0x91], part(&ring(), [0; 5]).as_slice()].concat(),
                ),
                ring(),
            ],
        ),
        refusal(
            "the head of a cycle as a part",
            "14.4",
            vec![
                // The node at 1, and at 68 the same again.
                root(&head, &[1, 14, 0x9c, 4, 1, 0, 0]),
                head,
                ring(),
            ],
        ),
        refusal(
            "a part of another node than it is said to be",
            "14.4",
            vec![
                root(&other, &[1, 14, 0x9c, 4, 1, 0, 0]),
                other,
                ring_of_two(),
            ],
        ),
        refusal(
            "the same as a node, with a back reference inside",
            "14.4",
            vec![
                // Through the outermost link: the node at 8, and at 26 the same again.
                root(&twice, &[1, 70, 0x94, 1, 1, 0, 0]),
                twice,
            ],
        ),
    ]
}

/// A root with this content block and this overlay.
fn root(content: &[u8], overlay: &[u8]) -> Vec<u8> {
    let mut value = [&[0x92], link_to(content).as_slice()].concat();
    pack::bytes(&mut value, overlay);
    block(content[0] - 16, "!", &[0x90], &value)
}

/// Two numbers, which [`SAME`] says are one.
fn numbers() -> Vec<u8> {
    block(0, "(LL)", &[0x90], &[0x92, 5, 5])
}

/// Through the outermost link: the node at 1, and at 2 the same again.
const SAME: &[u8] = &[1, 14, 12, 1, 0, 0];

fn roots() -> Vec<Refusal> {
    let content = numbers();
    let with = |name: &str, rule, root: Vec<u8>| refusal(name, rule, vec![root, numbers()]);
    let value = |parts: &[&[u8]]| parts.concat();
    let link = link_to(&content);
    let bin = &[&[0xc4, 6], SAME].concat();
    let twice = root(&root(&content, SAME), SAME);
    let whole = block(1, "(LL)", &[0x90], &[0x92, 5, 5]);
    let short = block(2, "(LL)", &[0x90], &[0x92, 5, 5]);
    vec![
        with(
            "a root of a desc",
            "11.4",
            block(0, "!L", &[0x90], &value(&[&[0x92], &link, bin])),
        ),
        with(
            "a root with a shape",
            "11.5",
            block(0, "!", &spaced(ONE), &value(&[&[0x92], &link, bin])),
        ),
        with(
            "a root of three",
            "11.2",
            block(0, "!", &[0x90], &value(&[&[0x93], &link, bin, &[0xc0]])),
        ),
        with(
            "a root without its overlay",
            "11.2",
            block(0, "!", &[0x90], &value(&[&[0x91], &link])),
        ),
        with(
            "a root with its content in it",
            "11.2",
            block(0, "!", &[0x90], &value(&[&[0x92, 5], bin])),
        ),
        with(
            "a root with an overlay that is a string",
            "11.2",
            block(0, "!", &[0x90], &value(&[&[0x92], &link, &[0xa6], SAME])),
        ),
        with(
            "a root with bytes after it",
            "11.9",
            block(0, "!", &[0x90], &value(&[&[0x92], &link, bin, &[0]])),
        ),
        refusal(
            "a root of a root",
            "11.4",
            vec![twice, root(&content, SAME), content.clone()],
        ),
        refusal(
            "a link to a root",
            "11.4",
            vec![
                block(
                    0,
                    "((LL))",
                    &[0x90],
                    &value(&[&[0x91], &link_to(&root(&content, SAME))]),
                ),
                root(&content, SAME),
                content.clone(),
            ],
        ),
        refusal(
            "a root in the whole profile",
            "11.7",
            vec![root(&whole, SAME), whole],
        ),
        refusal(
            "an overlay of the cut that stands inline",
            "11.7",
            vec![
                root(
                    &short,
                    &[&[1, 14], [12, 1].repeat(30).as_slice(), &[0, 0]].concat(),
                ),
                short,
            ],
        ),
        refusal(
            "a root whose content has another profile",
            "11.1",
            vec![
                {
                    let mut root = root(&content, SAME);
                    root[0] = 0x12;
                    root
                },
                content,
            ],
        ),
    ]
}

fn streams() -> Vec<Refusal> {
    let of = |name: &str, overlay: &[u8]| {
        let content = numbers();
        refusal(name, "14.4", vec![root(&content, overlay), content])
    };
    let with = |name: &str, rule, content: Vec<u8>, overlay: &[u8]| {
        refusal(name, rule, vec![root(&content, overlay), content])
    };
    let sixty_four = [0xff; 9];
    let record = |value: &str| block(0, "@", &spaced(ONE), &spaced(value));
    let tuple = |desc: &str, value: &[u8]| block(0, desc, &[0x90], value);
    let weak = tuple("(w)", &spaced("91 c7 00 04"));
    vec![
        of("an overlay without bytes", &[]),
        of("an overlay without entries", &[0]),
        of("an overlay that ends in a scope", &[1, 14, 12, 1, 0]),
        of("an overlay that ends before a count", &[1, 14, 12]),
        of("an overlay that ends in a number", &[1, 14, 12, 0x81]),
        of("bytes after an overlay", &[1, 14, 12, 1, 0, 0, 0]),
        of(
            "a number not in its shortest form",
            &[0x81, 0, 14, 12, 1, 0, 0],
        ),
        of(
            "a zero not in its shortest form",
            &[1, 14, 12, 1, 0x80, 0, 0],
        ),
        of(
            "a number of 64 bits and more",
            &[&[1, 14][..], &sixty_four, &[2, 1, 0, 0]].concat(),
        ),
        of(
            "a number of more than ten bytes",
            &[&[1, 14][..], &sixty_four, &[0x81, 1, 1, 0, 0]].concat(),
        ),
        of(
            "the same as a node that is not there yet",
            &[1, 14, 12, 0, 0, 0],
        ),
        of("the same as a node before the first", &[1, 14, 12, 2, 0, 0]),
        of(
            "a weak pointer to a node before the first",
            &[1, 14, 13, 4, 0, 0],
        ),
        of(
            "a weak pointer to a node after the last",
            &[1, 14, 13, 1, 0, 0],
        ),
        of("an entry of kind 0", &[1, 14, 8, 12, 1, 0, 0]),
        of(
            "a pointer with an entry that is the only one at its place",
            &[1, 14, 15, 12, 1, 0, 0],
        ),
        of("a node that no entry names", &[1, 14, 0, 0]),
        of("a node with an empty scope", &[1, 10, 0, 12, 1, 0, 0]),
        of("a link with an empty scope", &[1, 0, 0]),
        of("a pointer with an empty scope", &[1, 11, 0, 12, 1, 0, 0]),
        of(
            "a pointer around nothing at its start",
            &[1, 14, 11, 12, 1, 0, 0, 0],
        ),
        of("two entries at one offset", &[1, 14, 4, 1, 0, 0]),
        of(
            "an entry of a link where none stands",
            &[1, 9, 6, 0, 12, 1, 0, 0],
        ),
        of(
            "an entry of a weak pointer where none stands",
            &[1, 14, 13, 2, 0, 0],
        ),
        of(
            "an entry after the end of the value",
            &[1, 14, 12, 1, 12, 1, 0, 0],
        ),
        of(
            "an entry after the end of its scope",
            &[1, 10, 12, 1, 0, 0, 0],
        ),
        of("an outermost entry behind the link", &[9, 14, 12, 1, 0, 0]),
        of("two outermost entries", &[1, 14, 12, 1, 0, 12, 1, 0]),
        of("an outermost node without a scope", &[6, 12, 1, 0]),
        with(
            "the same as a node of another desc",
            "14.4",
            tuple("(LI)", &[0x92, 5, 5]),
            SAME,
        ),
        with(
            "the same as the node it stands in",
            "14.4",
            record("92 00 92 00 c0"),
            &[1, 2, 20, 1, 0, 0, 0],
        ),
        with(
            "a pointer in the middle of a number of a packed sequence",
            "14.4",
            tuple("[H", &[0xc4, 4, 1, 0, 1, 0]),
            &[1, 8 * 2 + 6, 8 + 4, 1, 0, 0],
        ),
        with(
            "a pointer in the middle of a string",
            "14.4",
            tuple("(s)", &[0x91, 0xa2, b'a', b'a']),
            &[1, 8 * 2 + 6, 8 + 4, 1, 0, 0],
        ),
        with(
            "the same as a node with other content",
            "14.4",
            tuple("(LL)", &[0x92, 5, 6]),
            SAME,
        ),
        with(
            "the same as a node with another shape",
            "14.4",
            block(
                0,
                "(@@)",
                &spaced("92 92 a1 54 a0 92 a1 55 a0"),
                &[0x92, 0, 1],
            ),
            SAME,
        ),
        with(
            "a pointer around the link to content that was not cut",
            "11 across blocks",
            weak.clone(),
            &[2, 1, 13, 2, 0, 0, 0],
        ),
        with(
            "a weak pointer that says it leads to itself",
            "14.4",
            weak,
            &[1, 13, 0, 0, 0],
        ),
    ]
}

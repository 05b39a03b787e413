//! Cuts and links (clauses 1, 4 and 8), mostly in the small profile.

use cideldill_reference::pack;
use cideldill_reference::reference::cid_of;

use super::{Refusal, block, spaced};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = cuts();
    list.extend(links());
    list
}

pub(super) fn refusal(name: &str, rule: &'static str, blocks: Vec<Vec<u8>>) -> Refusal {
    Refusal {
        name: name.to_owned(),
        rule,
        blocks,
    }
}

/// A str with its header.
pub(super) fn text(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    pack::text(&mut out, &"x".repeat(length));
    out
}

/// A bin with its header.
pub(super) fn binary(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    pack::bytes(&mut out, &vec![7; length]);
    out
}

pub(super) fn link_to(block: &[u8]) -> Vec<u8> {
    [&[0xc7, 0x40, 1], cid_of(block).as_slice()].concat()
}

fn cuts() -> Vec<Refusal> {
    let small = |name: &str, desc: &str, value: Vec<u8>| {
        refusal(name, "11.7", vec![block(2, desc, &[0x90], &value)])
    };
    let around = |header: &[u8], inner: &[u8]| [header, inner].concat();
    let mut list = vec![
        small(
            "a string of the cut in a tuple",
            "(s)",
            around(&[0x91], &text(62)),
        ),
        small("a string of the cut in an option", "?s", text(62)),
        small(
            "a string of the cut in a wrapped option",
            "??s",
            around(&[0x91], &text(62)),
        ),
        small(
            "a string of the cut in an any",
            "*",
            around(&[0x92, 0xa1, b's'], &text(62)),
        ),
        small(
            "a string of the cut as a key",
            "{sn",
            [&[0x81], text(62).as_slice(), &[0xc0]].concat(),
        ),
        small(
            "a string of the cut as a value",
            "{ns",
            around(&[0x81, 0xc0], &text(62)),
        ),
        small(
            "a string of the cut in a set",
            "<s",
            around(&[0x91], &text(62)),
        ),
        small(
            "a byte string of the cut in a tuple",
            "(y)",
            around(&[0x91], &binary(62)),
        ),
        small(
            "packed numbers of the cut in a tuple",
            "([b)",
            around(&[0x91], &binary(62)),
        ),
        small(
            "a tuple of the cut in a tuple",
            "((ss))",
            [&[0x91, 0x92], text(30).as_slice(), &text(32)].concat(),
        ),
        small(
            "a sequence of the cut in a tuple",
            "([n)",
            [&[0x91, 0xdc, 0, 61], [0xc0; 61].as_slice()].concat(),
        ),
        small(
            "a wrapped option of the cut in a tuple",
            "(??s)",
            around(&[0x91, 0x91], &text(61)),
        ),
        small(
            "an any of the cut in a tuple",
            "(*)",
            around(&[0x91, 0x92, 0xa1, b's'], &text(59)),
        ),
        small("513 bytes of elements in one string", "s", text(513)),
        small("513 bytes of elements in one byte string", "y", binary(513)),
        small("513 packed numbers in one block", "[b", binary(513)),
        small(
            "513 elements in one block",
            "[n",
            [&[0xdc, 2, 1], [0xc0; 513].as_slice()].concat(),
        ),
    ];
    let numbers = (0..300_u64).flat_map(|number| {
        let mut out = Vec::new();
        pack::unsigned(&mut out, number);
        out
    });
    let numbers: Vec<_> = numbers.collect();
    list.push(small(
        "a set of more than 512 bytes of elements",
        "<H",
        around(&[0xdc, 1, 44], &numbers),
    ));
    let record = [&[0x92, 0], text(60).as_slice()].concat();
    let table = spaced("91 92 a1 54 a1 73");
    let blocks = vec![block(2, "(@)", &table, &around(&[0x91], &record))];
    list.push(refusal("a record of the cut in a tuple", "11.7", blocks));
    let blocks = vec![block(0, "(s)", &[0x90], &around(&[0x91], &text(1_021)))];
    list.push(refusal("a string of 1,024 in a tuple", "11.7", blocks));
    let blocks = vec![block(0, "?s", &[0x90], &text(1_021))];
    list.push(refusal(
        "Some of a string of 1,024 under its own desc",
        "11.7",
        blocks,
    ));
    list
}

/// A root of one link to `child`, inside a tuple with this desc.
fn linking(name: &str, rule: &'static str, desc: &str, child: Vec<u8>) -> Refusal {
    let root = block(
        2,
        desc,
        &[0x90],
        &[&[0x91], link_to(&child).as_slice()].concat(),
    );
    refusal(name, rule, vec![root, child])
}

fn links() -> Vec<Refusal> {
    let child = |desc: &str, value: &[u8]| block(2, desc, &[0x90], value);
    let long = || child("s", &text(80));
    let root_of = |profile: u8, desc: &str, value: &[u8]| block(profile, desc, &[0x90], value);
    vec![
        linking(
            "a link to a string below the cut",
            "11.7",
            "(s)",
            child("s", &text(61)),
        ),
        linking(
            "a link to an empty string",
            "11.7",
            "(s)",
            child("s", &text(0)),
        ),
        linking(
            "a link to an absent option",
            "11.7",
            "(??s)",
            child("??s", &[0xc0]),
        ),
        linking(
            "a link to a record without fields",
            "11.7",
            "(@)",
            block(2, "@", &spaced("91 92 a1 54 a0"), &[0]),
        ),
        linking(
            "a link to an any below the cut",
            "11.7",
            "(*)",
            child("*", &spaced("92 a1 42 05")),
        ),
        linking(
            "a link to a tuple below the cut",
            "11.7",
            "((B))",
            child("(B)", &[0x91, 5]),
        ),
        linking(
            "a link to a link",
            "11.7",
            "(s)",
            child("s", &link_to(&long())),
        ),
        refusal(
            "a root that is a link",
            "11.7",
            vec![root_of(2, "s", &link_to(&long())), long()],
        ),
        refusal(
            "a root of Some that is a link",
            "11.7",
            vec![root_of(2, "?s", &link_to(&long())), long()],
        ),
        refusal(
            "a link in the whole profile that leads to nothing",
            "11.7",
            vec![root_of(
                1,
                "(s)",
                &[&[0x91], link_to(&long()).as_slice()].concat(),
            )],
        ),
        refusal("a link in the whole profile", "11.7", {
            let child = block(1, "s", &[0x90], &text(2_000));
            vec![
                root_of(1, "(s)", &[&[0x91], link_to(&child).as_slice()].concat()),
                child,
            ]
        }),
        linking(
            "a link to bytes in the place of a string",
            "11.4",
            "(s)",
            child("y", &binary(80)),
        ),
        linking(
            "a link to a string in the place of bytes",
            "11.4",
            "(y)",
            long(),
        ),
        linking(
            "a link to a string in the place of a list of them",
            "11.4",
            "([s)",
            long(),
        ),
        linking(
            "a link to an option in the place of its inner value",
            "11.4",
            "(?s)",
            child("?s", &text(80)),
        ),
        linking(
            "a link to the inner value in the place of a wrapped option",
            "11.4",
            "(??s)",
            long(),
        ),
        linking(
            "a link to a value in the place of an any",
            "11.4",
            "(*)",
            long(),
        ),
        linking(
            "a link to packed numbers of another width",
            "11.4",
            "([H)",
            child("[h", &binary(80)),
        ),
        linking(
            "a block of the standard profile linked from the small one",
            "11.1",
            "(s)",
            block(0, "s", &[0x90], &text(1_100)),
        ),
        linking(
            "a block of the whole profile linked from the small one",
            "11.1",
            "(s)",
            block(1, "s", &[0x90], &text(80)),
        ),
        linking(
            "a linked block of another version",
            "11.1",
            "(s)",
            block(16, "s", &[0x90], &text(80)),
        ),
        linking(
            "bytes after the value of a linked block",
            "11.9",
            "(s)",
            [long(), vec![0xc0]].concat(),
        ),
        linking(
            "a linked block with a part of the cut",
            "11.7",
            "((s))",
            child("(s)", &[&[0x91], text(80).as_slice()].concat()),
        ),
        linking(
            "a linked block with a shape it does not use",
            "11.5",
            "(s)",
            block(2, "s", &spaced("91 92 a1 54 a0"), &text(80)),
        ),
    ]
}

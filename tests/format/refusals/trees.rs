//! Cuts, links, chunks and nodes (clauses 1, 4, 7 and 8, and the checks across blocks), mostly in
//! the small profile.

use cideldill_reference::model::{Bits, Model};
use cideldill_reference::pack;
use cideldill_reference::profile::Profile;
use cideldill_reference::reference::{cid_of, encode};

use super::{Refusal, block, spaced};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = cuts();
    list.extend(links());
    list.extend(nodes());
    list.extend(across());
    list
}

fn refusal(name: &str, rule: &'static str, blocks: Vec<Vec<u8>>) -> Refusal {
    Refusal {
        name: name.to_owned(),
        rule,
        blocks,
    }
}

/// A str with its header.
fn text(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    pack::text(&mut out, &"x".repeat(length));
    out
}

/// A bin with its header.
fn binary(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    pack::bytes(&mut out, &vec![7; length]);
    out
}

fn link_to(block: &[u8]) -> Vec<u8> {
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

/// A group: link, count, and what follows.
fn group(child: &[u8], count: u64, key: &[u8]) -> Vec<u8> {
    let mut out = link_to(child);
    pack::unsigned(&mut out, count);
    out.extend(key);
    out
}

/// A node with this header before its groups.
fn node(desc: &str, header: u8, groups: &[Vec<u8>]) -> Vec<u8> {
    block(
        2,
        desc,
        &[0x90],
        &[&[header], groups.concat().as_slice()].concat(),
    )
}

fn nodes() -> Vec<Refusal> {
    let leaf = |desc: &str, value: &[u8]| block(2, desc, &[0x90], value);
    let units = |count: usize| {
        let mut value = Vec::new();
        pack::array_header(&mut value, count);
        value.resize(value.len() + count, 0xc0);
        leaf("[n", &value)
    };
    let truths = |keys: &[u8]| {
        let mut value = vec![0x80 + u8::try_from(keys.len()).unwrap()];
        value.extend(keys.iter().flat_map(|&key| [key, 0xc3]));
        leaf("{Bt", &value)
    };
    let (a, b) = (units(300), units(400));
    let (low, high) = (truths(&[1, 2]), truths(&[3, 4]));
    let with = |root: Vec<u8>, children: &[&Vec<u8>]| {
        let children = children.iter().map(|&child| child.clone());
        [root].into_iter().chain(children).collect::<Vec<_>>()
    };
    let eight = |count: usize| (0..count).map(|_| group(&a, 300, &[])).collect::<Vec<_>>();
    let wide = block(
        2,
        "%[n",
        &[0x90],
        &[spaced("dc 00 10"), eight(8).concat()].concat(),
    );
    let mut list = vec![
        refusal(
            "a node without groups",
            "11.8",
            vec![node("%[n", 0x90, &[])],
        ),
        refusal("a node that is nil", "11.2", vec![node("%[n", 0xc0, &[])]),
        refusal(
            "a node that is a map",
            "11.2",
            with(node("%[n", 0x81, &[group(&a, 300, &[])]), &[&a]),
        ),
        refusal(
            "a node with a link and no count",
            "11.8",
            with(node("%[n", 0x91, &[link_to(&a)]), &[&a]),
        ),
        refusal(
            "a node with three parts",
            "11.8",
            with(
                node("%[n", 0x93, &[group(&a, 300, &[]), link_to(&b)]),
                &[&a, &b],
            ),
        ),
        refusal(
            "a map's node without first keys",
            "11.8",
            with(
                node("%{Bt", 0x94, &[group(&low, 2, &[]), group(&high, 2, &[])]),
                &[&low, &high],
            ),
        ),
        refusal(
            "a sequence's node with first keys",
            "11.2",
            with(
                node(
                    "%[n",
                    0x96,
                    &[group(&a, 300, &[0xc0]), group(&b, 400, &[0xc0])],
                ),
                &[&a, &b],
            ),
        ),
        refusal(
            "a count that is too large",
            "11.8",
            with(
                node("%[n", 0x94, &[group(&a, 301, &[]), group(&b, 400, &[])]),
                &[&a, &b],
            ),
        ),
        refusal(
            "a count that is too small",
            "11.8",
            with(
                node("%[n", 0x94, &[group(&a, 300, &[]), group(&b, 399, &[])]),
                &[&a, &b],
            ),
        ),
        refusal(
            "a count that is nil",
            "11.2",
            with(
                node("%[n", 0x92, &[[link_to(&a), vec![0xc0]].concat()]),
                &[&a],
            ),
        ),
        refusal(
            "a count that is negative",
            "11.8",
            with(
                node("%[n", 0x92, &[[link_to(&a), vec![0xff]].concat()]),
                &[&a],
            ),
        ),
        refusal(
            "a value where a link must stand",
            "11.2",
            with(
                node("%[n", 0x94, &[spaced("91 c0 01"), group(&a, 300, &[])]),
                &[&a],
            ),
        ),
        refusal(
            "an empty child that counts none",
            "11.8",
            with(
                node(
                    "%[n",
                    0x94,
                    &[group(&a, 300, &[]), group(&units(0), 0, &[])],
                ),
                &[&a, &units(0)],
            ),
        ),
        refusal(
            "an empty child that counts one",
            "11.8",
            with(
                node(
                    "%[n",
                    0x94,
                    &[group(&a, 300, &[]), group(&units(0), 1, &[])],
                ),
                &[&a, &units(0)],
            ),
        ),
        refusal("a string's count in characters", "11.8", {
            let child = leaf(
                "s",
                &[vec![0xd9, 200], "\u{e9}".repeat(100).into_bytes()].concat(),
            );
            with(
                node(
                    "%s",
                    0x94,
                    &[group(&child, 100, &[]), group(&child, 100, &[])],
                ),
                &[&child],
            )
        }),
        refusal("packed numbers' count in bytes", "11.8", {
            let child = leaf("[H", &binary(80));
            with(
                node(
                    "%[H",
                    0x94,
                    &[group(&child, 80, &[]), group(&child, 80, &[])],
                ),
                &[&child],
            )
        }),
        refusal(
            "a list of eight groups above the node maximum",
            "11.8",
            vec![wide.clone(), a.clone()],
        ),
        refusal("a child's list above the node maximum", "11.8", {
            let root = node(
                "%[n",
                0x94,
                &[group(&wide, 2_400, &[]), group(&b, 400, &[])],
            );
            with(root, &[&wide, &a, &b])
        }),
        refusal(
            "first keys descending",
            "11.8",
            with(
                node("%{Bt", 0x96, &[group(&high, 2, &[3]), group(&low, 2, &[1])]),
                &[&high, &low],
            ),
        ),
        refusal(
            "equal first keys",
            "11.8",
            with(
                node("%{Bt", 0x96, &[group(&low, 2, &[1]), group(&low, 2, &[1])]),
                &[&low],
            ),
        ),
        refusal(
            "a count as uint 32",
            "11.2",
            with(
                node(
                    "%[n",
                    0x92,
                    &[[link_to(&a), spaced("ce 00 00 01 2c")].concat()],
                ),
                &[&a],
            ),
        ),
        refusal(
            "a child of another desc",
            "11.4",
            with(
                node("%[n", 0x94, &[group(&a, 300, &[]), group(&low, 2, &[])]),
                &[&a, &low],
            ),
        ),
        refusal("a child that is a node of another desc", "11.4", {
            let inner = node("%[n", 0x92, &[group(&a, 300, &[])]);
            with(node("%[t", 0x92, &[group(&inner, 300, &[])]), &[&inner, &a])
        }),
        refusal("bytes after a node", "11.9", {
            with(
                [
                    node("%[n", 0x94, &[group(&a, 300, &[]), group(&b, 400, &[])]),
                    vec![0xc0],
                ]
                .concat(),
                &[&a, &b],
            )
        }),
        refusal(
            "a node of fewer groups than it says",
            "11.9",
            with(node("%[n", 0x94, &[group(&a, 300, &[])]), &[&a]),
        ),
    ];
    let whole_leaf = block(
        1,
        "[n",
        &[0x90],
        &[spaced("dc 01 2c"), vec![0xc0; 300]].concat(),
    );
    let whole = block(
        1,
        "%[n",
        &[0x90],
        &[vec![0x92], group(&whole_leaf, 300, &[])].concat(),
    );
    list.push(refusal(
        "a node in the whole profile",
        "11.7",
        vec![whole, whole_leaf],
    ));
    list
}

fn across() -> Vec<Refusal> {
    let leaf = |desc: &str, value: &[u8]| block(2, desc, &[0x90], value);
    let units = |count: usize| {
        let mut value = Vec::new();
        pack::array_header(&mut value, count);
        value.resize(value.len() + count, 0xc0);
        leaf("[n", &value)
    };
    let rule = "11 across blocks";
    let two = |desc: &str, groups: [Vec<u8>; 2], children: Vec<Vec<u8>>| {
        let header = if desc.starts_with("%<") { 0x96 } else { 0x94 };
        [vec![node(desc, header, &groups)], children].concat()
    };
    let (a, b) = (units(300), units(400));
    let (few, fewer) = (units(20), units(30));
    let set = |numbers: std::ops::Range<u8>| {
        let mut value = Vec::new();
        pack::array_header(&mut value, numbers.len());
        value.extend(numbers);
        leaf("<B", &value)
    };
    let pair = |first: &[u8], second: &[u8]| [first, second].concat();
    let (x, y) = (leaf("s", &text(70)), leaf("s", &text(80)));
    let linked_keys = |first: &[u8], second: &[u8]| {
        vec![
            leaf(
                "<s",
                &pair(&[0x92], &pair(&link_to(first), &link_to(second))),
            ),
            x.clone(),
            y.clone(),
        ]
    };
    let single = node("%[n", 0x92, &[group(&a, 300, &[])]);
    let truths = |keys: std::ops::Range<u8>| {
        let mut value = Vec::new();
        pack::map_header(&mut value, keys.len());
        value.extend(keys.flat_map(|key| [key, 0xc3]));
        leaf("{Bt", &value)
    };
    let (low, high) = (truths(1..3), truths(3..5));
    let mut list = vec![
        refusal(
            "a first key that is not the child's",
            rule,
            vec![
                node("%{Bt", 0x96, &[group(&low, 2, &[1]), group(&high, 2, &[4])]),
                low,
                high,
            ],
        ),
        refusal(
            "chunks that end elsewhere",
            rule,
            two(
                "%[n",
                [group(&a, 300, &[]), group(&b, 400, &[])],
                vec![a.clone(), b.clone()],
            ),
        ),
        refusal(
            "a value that is too short for chunks",
            rule,
            two(
                "%[n",
                [group(&few, 20, &[]), group(&fewer, 30, &[])],
                vec![few.clone(), fewer],
            ),
        ),
        refusal(
            "a node over one chunk",
            rule,
            vec![single.clone(), a.clone()],
        ),
        refusal(
            "a node over a node",
            rule,
            vec![
                node("%[n", 0x92, &[group(&single, 300, &[])]),
                single.clone(),
                a.clone(),
            ],
        ),
        refusal(
            "a node beside a chunk",
            rule,
            two(
                "%[n",
                [group(&single, 300, &[]), group(&b, 400, &[])],
                vec![single, a, b],
            ),
        ),
        refusal("cut keys descending", rule, linked_keys(&y, &x)),
        refusal("a cut key that stands twice", rule, linked_keys(&x, &x)),
        refusal("a short key after a cut one that is greater", rule, {
            let key = [0xa1, b'a'];
            vec![
                leaf("<s", &pair(&[0x92], &pair(&link_to(&x), &key))),
                x.clone(),
            ]
        }),
        refusal("keys of neighbouring chunks that overlap", rule, {
            let (low, high) = (set(0..100), set(50..120));
            two(
                "%<B",
                [group(&low, 100, &[0]), group(&high, 70, &[50])],
                vec![low, high],
            )
        }),
    ];
    list.extend(grouped_otherwise());
    list
}

/// The right chunks of a value, in nodes of other groups than the page says.
fn grouped_otherwise() -> Vec<Refusal> {
    let numbers = (0..300).map(|number| Model::Unsigned(Bits::B64, number));
    let value = Model::Sequence("L".to_owned(), numbers.collect());
    let elements: Vec<_> = (0..300_u64).flat_map(u64::to_le_bytes).collect();
    let (root, blocks) = encode(&value, Profile::SMALL).unwrap();
    // The chunks are found by what they hold: the start of what is left.
    let mut chunks = Vec::new();
    let mut left = elements.as_slice();
    while !left.is_empty() {
        let is_next = |length: &usize| {
            let mut held = Vec::new();
            pack::bytes(&mut held, &left[..*length]);
            blocks.contains_key(&cid_of(&block(2, "[L", &[0x90], &held)))
        };
        let length = (8..=left.len()).step_by(8).find(is_next).unwrap();
        let mut held = Vec::new();
        pack::bytes(&mut held, &left[..length]);
        chunks.push((block(2, "[L", &[0x90], &held), length as u64 / 8));
        left = &left[length..];
    }
    let level = |below: &[(Vec<u8>, u64)], groups: &[usize]| {
        let mut below = below.iter();
        let parts = groups.iter().map(|&n| {
            let members: Vec<_> = below.by_ref().take(n).collect();
            let mut value = Vec::new();
            pack::array_header(&mut value, 2 * n);
            value.extend(
                members
                    .iter()
                    .flat_map(|(child, count)| group(child, *count, &[])),
            );
            let count = members.iter().map(|(_, count)| count).sum();
            (block(2, "%[L", &[0x90], &value), count)
        });
        parts.collect::<Vec<_>>()
    };
    let regrouped = |name: &str, lengths: &[usize]| {
        let mut levels = vec![chunks.clone(), level(&chunks, lengths)];
        while let [.., last] = levels.as_slice()
            && last.len() > 1
        {
            let mut rest = last.len();
            let mut lengths = Vec::new();
            while rest > 0 {
                let n = if rest <= 7 { rest } else { 5 };
                lengths.push(n);
                rest -= n;
            }
            levels.push(level(last, &lengths));
        }
        levels.reverse();
        let blocks: Vec<_> = levels
            .concat()
            .into_iter()
            .map(|(block, _)| block)
            .collect();
        assert_ne!(cid_of(&blocks[0]), root);
        refusal(name, "11 across blocks", blocks)
    };
    let all = |first: &[usize]| {
        let mut lengths = first.to_vec();
        let mut rest = chunks.len() - first.iter().sum::<usize>();
        while rest > 0 {
            lengths.push(rest.min(7));
            rest -= rest.min(7);
        }
        lengths
    };
    vec![
        regrouped("node lists divided at other places", &all(&[])),
        regrouped("a part of one group that is not the last", &all(&[1])),
        regrouped(
            "parts of one group, so that a level repeats the one below",
            &vec![1; chunks.len()],
        ),
    ]
}

//! Chunks and nodes (clause 7, and the checks across blocks), mostly in the small profile.

use cideldill_reference::model::{Bits, Model};
use cideldill_reference::pack;
use cideldill_reference::profile::Profile;
use cideldill_reference::reference::{cid_of, encode};

use super::trees::{binary, link_to, refusal, text};
use super::{Refusal, block, spaced};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = nodes();
    list.extend(across());
    list
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

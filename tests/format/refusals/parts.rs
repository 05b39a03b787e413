//! Parts of cycles in other blocks (section 14.4).

use cideldill_reference::reference::cid_of;

use super::identity::{HOLE, TO_HEAD, TWO, cycle, link_to, refusal, ring, ring_of_two};
use super::overlay::root;
use super::trees::text;
use super::{Refusal, block, spaced};

fn part(block: &[u8], place: [u8; 5]) -> Vec<u8> {
    [&[0xc7, 0x45, 3], cid_of(block).as_slice(), &place].concat()
}

pub(super) fn refusals() -> Vec<Refusal> {
    let leaf = block(0, "@", &spaced("91 92 a1 54 a0"), &[0]);
    let string = block(0, "s", &[0x90], &text(1_100));
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
    let mut list = vec![
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
        refusal(
            "a part of a block of a string",
            "14.4",
            vec![pair(&part(&string, [0; 5])), ring(), string],
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
    ];
    list.extend(of_another_desc());
    list
}

/// Where a node of a record is named in another place.
fn of_another_desc() -> Vec<Refusal> {
    let ring = ring_of_two();
    let content = |desc: &str| {
        let to_second = part(&ring, [0, 0, 0, 5, 0]);
        let value = [&[0x92], link_to(&ring).as_slice(), &to_second].concat();
        block(0, &format!("(@{desc})"), &[0x90], &value)
    };
    let alone = |name: &str, desc: &str| refusal(name, "14.4", vec![content(desc), ring.clone()]);
    let content_of_integer = content("L");
    // Through both links: the node at 5 of the ring, and at 68 the same again.
    let overlay = &[1, 9, 46, 0, 0x9c, 4, 1, 0, 0];
    vec![
        alone("a part in the place of an integer", "L"),
        alone("a part in the place of an option of an integer", "?L"),
        alone("a part in the place of a sequence", "[@"),
        refusal(
            "a part in the place of an integer that is said to be the same",
            "14.4",
            vec![
                root(&content_of_integer, overlay),
                content_of_integer,
                ring.clone(),
            ],
        ),
    ]
}

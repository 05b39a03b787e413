//! Roots with overlays (sections 14.3 and 14.4), and the overlays themselves.

use cideldill_reference::pack;

use super::identity::{ONE, link_to, refusal};
use super::{Refusal, block, spaced};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = roots();
    list.extend(streams());
    list
}

/// A root with this content block and this overlay.
pub(super) fn root(content: &[u8], overlay: &[u8]) -> Vec<u8> {
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

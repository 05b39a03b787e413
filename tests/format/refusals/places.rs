//! Entries of an overlay at elements of bins, at groups of nodes and at back references (section 14.4).

use cideldill_reference::model::Model;
use cideldill_reference::profile::Profile;
use cideldill_reference::reference::{Blocks, Cid, encode};

use super::identity::{HOLE, TO_HEAD, TWO, cycle, link_to, refusal};
use super::overlay::root;
use super::{Refusal, block};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = vec![around_a_back_reference()];
    for bins in [Bins::PACKED, Bins::BYTES] {
        list.extend(bins.refusals());
    }
    list.extend(groups());
    list.extend(first_keys());
    list
}

/// A pointer that a back reference names, and in it one to the head.
fn around_a_back_reference() -> Refusal {
    let to_pointer = "c7 05 02 00 00 00 08 00";
    let ring = cycle("~@", TWO, &["93 00", HOLE, HOLE, TO_HEAD, to_pointer]);
    let value = [&[0x93], link_to(&ring).as_slice(), &[5, 5]].concat();
    let content = block(0, "(@LL)", &[0x90], &value);
    refusal(
        "a back reference to a pointer around another one, without an entry",
        "14.4",
        vec![
            // The numbers at 68 and 69 are one.
            root(&content, &[1, 0xa6, 4, 12, 1, 0, 0]),
            content,
            ring,
        ],
    )
}

/// A kind of bin whose elements are numbers.
struct Bins {
    name: &'static str,
    desc: &'static str,
    /// Of an element, and of one that is never here.
    of: &'static str,
    other: &'static str,
    width: u8,
}

impl Bins {
    const PACKED: Self = Self {
        name: "a packed sequence",
        desc: "[L",
        of: "L",
        other: "H",
        width: 8,
    };
    const BYTES: Self = Self {
        name: "a byte string",
        desc: "y",
        of: "B",
        other: "L",
        width: 1,
    };

    /// A bin of the number 5.
    fn five(&self) -> Vec<u8> {
        let mut bin = vec![0xc4, self.width, 5];
        bin.resize(2 + usize::from(self.width), 0);
        bin
    }

    fn refusals(&self) -> Vec<Refusal> {
        let with = |name: &str, desc: &str, value: &[u8], overlay: &[u8]| {
            let content = block(0, desc, &[0x90], value);
            let name = format!("an element of {} {name}", self.name);
            refusal(&name, "14.4", vec![root(&content, overlay), content])
        };
        let (desc, of, other) = (self.desc, self.of, self.other);
        let after = |numbers: &[u8]| [numbers, &self.five()].concat();
        let beside = format!("({of}{desc})");
        // After one number the element stands at 4.
        let same = [1, 14, 28, 1, 0, 0];
        vec![
            with(
                "that is the same as a node of another desc",
                &format!("({other}{desc})"),
                &after(&[0x92, 5]),
                &same,
            ),
            with(
                "that is the same as a node with other content",
                &beside,
                &after(&[0x92, 6]),
                &same,
            ),
            with(
                "that is the same as the node it stands in",
                desc,
                &self.five(),
                &[1, 18, 4, 1, 0, 0, 0],
            ),
            with(
                "with the entry of a link",
                desc,
                &self.five(),
                &[1, 17, 6, 12, 1, 0, 0, 0],
            ),
            with(
                "with the entry of a weak pointer",
                &beside,
                &after(&[0x92, 5]),
                &[1, 14, 29, 2, 0, 0],
            ),
            with(
                "with an entry that it does not need",
                &format!("({of}{of}{desc})"),
                &after(&[0x93, 5, 5]),
                &[1, 14, 12, 1, 31, 0, 0],
            ),
        ]
    }
}

/// The root of a chunked value with an overlay beside it.
fn chunked(name: &str, (content, mut blocks): (Cid, Blocks), overlay: &[u8]) -> Refusal {
    let top = blocks.remove(&content).expect("the top node");
    let above = vec![root(&top, overlay), top];
    refusal(
        name,
        "14.4",
        [above, blocks.into_values().collect()].concat(),
    )
}

/// Units in two chunks, the groups of which stand at 1 and 71.
fn groups() -> Vec<Refusal> {
    let units = Model::Sequence("n".to_owned(), vec![Model::Unit; 513]);
    let units = encode(&units, Profile::SMALL).expect("no keys");
    let with = |name: &str, overlay: &[u8]| chunked(name, units.clone(), overlay);
    vec![
        with(
            "a node where a group of a node list begins",
            &[1, 14, 0xb4, 4, 1, 0, 0],
        ),
        with(
            "a node around the link of a group of a node list",
            &[1, 10, 1, 30, 12, 1, 0, 0, 0xb4, 4, 2, 0, 0],
        ),
        with(
            "a pointer around the link of a group of a node list",
            &[1, 11, 1, 30, 12, 1, 0, 0, 0, 0],
        ),
        with(
            "the same as a node where a group of a node list begins",
            &[1, 9, 30, 0, 0xb4, 4, 1, 0, 0],
        ),
        with(
            "a weak pointer where a group of a node list begins",
            &[1, 9, 30, 0, 0xb5, 4, 2, 0, 0],
        ),
        with(
            "a pointer where a group of a node list begins",
            &[1, 9, 30, 12, 1, 0, 0xb7, 4, 0, 0],
        ),
    ]
}

/// Keys of 60 bytes: that of the first group stands at 69, the second group at 129.
fn first_keys() -> Vec<Refusal> {
    let key = |number| Model::Text(format!("{number}{}", "c".repeat(57)));
    let keys = Model::Set("s".to_owned(), (0..9).map(key).collect());
    let keys = encode(&keys, Profile::SMALL).expect("different keys");
    let with = |name: &str, overlay: &[u8]| chunked(name, keys.clone(), overlay);
    vec![
        with(
            "a node at a first key that a node list repeats",
            &[1, 0xae, 4, 0xe1, 3, 12, 1, 0, 0, 0],
        ),
        with(
            "the same as the key where a node list repeats it",
            &[1, 9, 14, 0, 0xa4, 4, 1, 0, 0],
        ),
    ]
}

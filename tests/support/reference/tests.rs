use std::ops::Range;

use super::*;
use crate::model::{Bits, Shape};
use crate::profile::Bounds;

fn text(text: &str) -> Model {
    Model::Text(text.to_owned())
}

fn some(model: Model) -> Model {
    Model::Option(model.desc(), Some(Box::new(model)))
}

fn unit_record(tag: usize) -> Model {
    let (tag, types) = (format!("Kind::{tag}"), String::new());
    Model::Record(
        Rc::new(Shape {
            tag,
            version: 0,
            types,
            names: Vec::new(),
        }),
        Vec::new(),
    )
}

fn counting(count: usize, after: &str) -> Model {
    let pieces: Vec<_> = (0..count)
        .map(|number| format!("{number}{after}"))
        .collect();
    Model::Text(pieces.concat())
}

fn numbers(count: u128) -> Vec<Model> {
    (0..count)
        .map(|number| Model::Unsigned(Bits::B64, number))
        .collect()
}

/// The counts of the chunks a value is divided into.
fn chunks(model: &Model, profile: Profile) -> Vec<u64> {
    let mut encoder = Encoder::new(&Shared::plain(Model::Unit), profile);
    let (_, state, elements) = encoder.elements(model).unwrap();
    let chunks = divide(&elements, state, profile.leaf, 1);
    let count = |chunk: Range<usize>| elements[chunk].iter().map(|element| element.count).sum();
    chunks.into_iter().map(count).collect()
}

/// Computed apart from this program.
/// Computed apart from this program.
#[test]
fn chunks_end_at_the_pinned_places() {
    let small = Profile::SMALL;
    let packed = Model::Sequence("L".to_owned(), numbers(300));
    assert_eq!(chunks(&packed, small)[..6], [8, 14, 13, 15, 14, 19]);
    assert_eq!(
        chunks(&counting(300, " "), small)[..6],
        [73, 150, 109, 89, 88, 93]
    );
    assert_eq!(
        chunks(&counting(200, "\u{e9}"), small),
        [74, 132, 68, 292, 204, 120]
    );
    let entries = numbers(300)
        .into_iter()
        .map(|number| (number, Model::Bool(true)));
    let map = Model::Map("L".to_owned(), "t".to_owned(), entries.collect());
    assert_eq!(chunks(&map, small), [43, 94, 27, 26, 35, 30, 30, 15]);
    assert_eq!(
        chunks(&counting(5_000, " "), Profile::STANDARD)[..8],
        [1_436, 2_893, 1_921, 1_289, 1_294, 877, 1_005, 4_096]
    );
}

#[test]
fn without_an_end_by_content_a_chunk_ends_before_what_would_pass_the_maximum() {
    let elements = |length, count| {
        let element = Element {
            key: Some(Form::default()),
            ..Element::new(Form::write(|out| out.resize(length, 7)))
        };
        vec![element; count]
    };
    // The fold of this key's hash is too large to end a chunk of such elements.
    let of_least = |length, count, least| {
        divide(
            &elements(length, count),
            State::Key,
            Bounds {
                min: 10,
                average: 1 << 20,
                max: 30,
            },
            least,
        )
    };
    let of = |length, count| of_least(length, count, 1);
    assert_eq!(of(10, 7), [0..3, 3..6, 6..7]);
    assert_eq!(of(9, 7), [0..3, 3..6, 6..7]);
    assert_eq!(of(31, 2), [0..1, 1..2]);
    // A part of a node list has two, however long they are.
    assert_eq!(of_least(31, 5, 2), [0..2, 2..4, 4..5]);
    assert_eq!(of_least(16, 4, 2), [0..2, 2..4]);
    // The minimum alone decides where every fold is small enough.
    let often = |length, count, least| {
        divide(
            &elements(length, count),
            State::Key,
            Bounds {
                min: 10,
                average: 0,
                max: 30,
            },
            least,
        )
    };
    assert_eq!(often(4, 7, 1), [0..3, 3..6, 6..7]);
    assert_eq!(often(10, 2, 1), [0..1, 1..2]);
    assert_eq!(often(10, 5, 2), [0..2, 2..4, 4..5]);
}

#[test]
fn a_text_is_divided_between_characters_only() {
    let euros = Model::Text("\u{20ac}".repeat(400));
    assert!(
        chunks(&euros, Profile::SMALL)
            .iter()
            .all(|count| count % 3 == 0 && *count <= 510)
    );
    let (_, blocks) = encode(&counting(3_000, "\u{1f980}"), Profile::SMALL).unwrap();
    assert!(blocks.len() > 100);
}

#[test]
fn a_value_at_the_leaf_maximum_is_one_block_and_one_byte_more_makes_two() {
    for profile in [Profile::STANDARD, Profile::SMALL] {
        let of = |length| {
            encode(&Model::Text("x".repeat(length)), profile)
                .unwrap()
                .1
                .len()
        };
        assert_eq!(of(profile.leaf.max), 1);
        assert!(of(profile.leaf.max + 1) > 2);
    }
}

#[test]
fn nodes_have_as_many_levels_as_their_lists_need() {
    let (root, blocks) = encode(&counting(20_000, " "), Profile::SMALL).unwrap();
    // A node's value follows the desc "%s" and an empty table.
    let first_link = |block: &Vec<u8>| -> Option<Cid> {
        let at = block
            .windows(3)
            .position(|window| window == [0xc7, 0x40, 1])?;
        block[at + 3..at + 67].try_into().ok()
    };
    let mut levels = 0;
    let mut below = Some(root);
    while let Some(cid) = below.filter(|cid| blocks[cid].starts_with(&[18, 0xa2, b'%', b's'])) {
        levels += 1;
        assert!(blocks[&cid].len() <= 4 + 1 + 3 + Profile::SMALL.node.max);
        below = first_link(&blocks[&cid]);
    }
    assert!(levels >= 3, "{levels}");
}

#[test]
fn some_of_a_cut_value_has_the_cid_of_the_value() {
    let long = text(&"x".repeat(1_021));
    let short = text(&"x".repeat(1_020));
    let root = |model: &Model| encode(model, Profile::STANDARD).unwrap().0;
    assert_eq!(root(&some(long.clone())), root(&long));
    assert_ne!(root(&some(short.clone())), root(&short));
    assert_ne!(root(&some(some(long.clone()))), root(&long));
}

#[test]
fn a_wrapped_option_is_cut_from_1_024_on() {
    // Headers: three bytes of the str, one of the wrapping. From 1,021 on it is the str that is
    // cut, and what wraps its link is short.
    for (length, is_cut) in [(1_019, false), (1_020, true), (1_021, false)] {
        let wrapped = some(some(text(&"x".repeat(length))));
        let alone = encode(&wrapped, Profile::STANDARD).unwrap().0;
        let holder = Model::Tuple(vec![wrapped, Model::Unit]);
        let (_, blocks) = encode(&holder, Profile::STANDARD).unwrap();
        assert_eq!(blocks.contains_key(&alone), is_cut, "{length}");
    }
}

#[test]
fn an_index_of_128_takes_two_bytes_and_counts_one() {
    let list = |tags: std::ops::Range<usize>, last: usize| {
        let elements = tags
            .map(unit_record)
            .chain(std::iter::repeat_n(unit_record(128), last));
        Model::Sequence("@".to_owned(), elements.collect())
    };
    let (root, blocks) = encode(&list(0..128, 1), Profile::STANDARD).unwrap();
    assert!(blocks[&root].ends_with(&[0x7e, 0x7f, 0xcc, 0x80]));
    // 3 bytes of header and 1,020 indices stay inline, though they take 2,043 bytes there.
    for (count, expected) in [(1_020, 1), (1_021, 2)] {
        let holder = Model::Tuple(vec![list(0..128, 0), list(0..0, count)]);
        let (_, blocks) = encode(&holder, Profile::STANDARD).unwrap();
        assert_eq!(blocks.len(), expected, "{count}");
    }
}

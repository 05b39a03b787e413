//! Cycles and cells (section 14.2), and pointers that lead out of blocks, rule by rule.

use serde_json::{Value as Json, json};

use super::identity::{
    cell, link_of_ring, long, node, number, pointer, record, sequence, shared, text, tuple, weak,
};
use super::{Vector, small, standard};

pub(super) fn vectors() -> Vec<Vector> {
    let mut list = cycles();
    list.extend(cells());
    list.extend(across_blocks());
    list
}

fn cycles() -> Vec<Vector> {
    let ring = |names: &[&str]| -> Vec<Json> {
        let count = names.len();
        let link = |(at, name): (usize, &&str)| link_of_ring(name, (at + 1) % count);
        names.iter().enumerate().map(link).collect()
    };
    let three = ring(&["a", "b", "c"]);
    vec![
        standard("a ring of one", shared(&node(0), &ring(&["a"]))),
        standard("a ring of two", shared(&node(0), &ring(&["a", "b"]))),
        standard("a ring of three", shared(&node(0), &three)),
        standard(
            "a ring of three, entered at another node",
            shared(&node(1), &three),
        ),
        small("a ring of three, small", shared(&node(0), &three)),
        standard(
            "same: an option of a ring of three",
            shared(&json!({"some": node(0)}), &three),
        ),
        standard(
            "a ring of three in a tuple",
            shared(&tuple(&[node(0)]), &three),
        ),
        standard(
            "a ring that is met again at its head",
            shared(&tuple(&[node(0), node(0)]), &three),
        ),
        standard(
            "a ring that is met again at another node",
            shared(&tuple(&[node(0), node(1), node(2), node(1)]), &three),
        ),
        standard(
            "two equal rings",
            shared(
                &tuple(&[node(0), node(1)]),
                &[link_of_ring("a", 0), link_of_ring("a", 1)],
            ),
        ),
        standard(
            "two equal rings, each met again at another node",
            shared(
                &tuple(&[node(0), node(2), node(1), node(3)]),
                &[
                    link_of_ring("a", 1),
                    link_of_ring("b", 0),
                    link_of_ring("a", 3),
                    link_of_ring("b", 2),
                ],
            ),
        ),
        standard(
            "a ring that leads to another ring",
            shared(
                &node(0),
                &[
                    record("Both", &[cell(0), cell(1)]),
                    link_of_ring("inner", 2),
                    link_of_ring("inner too", 1),
                ],
            ),
        ),
        standard(
            "a ring that leads into one met before, at another node",
            shared(
                &tuple(&[node(1), node(0)]),
                &[
                    record("Both", &[cell(0), cell(2)]),
                    link_of_ring("first", 2),
                    link_of_ring("second", 1),
                ],
            ),
        ),
        standard(
            "a weak pointer into a ring, and one out of it",
            shared(
                &tuple(&[weak(1), node(0), node(2)]),
                &[
                    record("Node", &[cell(1), weak(2)]),
                    record("Node", &[cell(0), weak(1)]),
                    record("Leaf", &[]),
                ],
            ),
        ),
        standard(
            "a node in a ring that is shared with the outside",
            shared(
                &tuple(&[node(1), node(0), node(1)]),
                &[
                    record("Node", &[cell(0), node(1)]),
                    record("Leaf", &[number(1)]),
                ],
            ),
        ),
        standard(
            "a pointer to a pointer in a ring",
            shared(
                &pointer(0, "@"),
                &[pointer(1, "@"), record("Node", &[cell(0), cell(1)])],
            ),
        ),
        standard(
            "a pointer to a pointer in a ring, not at its head",
            shared(
                &node(0),
                &[
                    record("Node", &[node(1)]),
                    pointer(2, "@"),
                    record("Node", &[cell(1), cell(2), cell(0)]),
                ],
            ),
        ),
        standard(
            "a pointer to a pointer in a ring, the outer one outside",
            shared(
                &pointer(0, "@"),
                &[
                    pointer(1, "@"),
                    record("Node", &[cell(2), cell(2)]),
                    pointer(1, "@"),
                ],
            ),
        ),
        standard(
            "a pointer to the head of a ring, met twice",
            shared(
                &tuple(&[pointer(0, "@"), pointer(0, "@")]),
                &[pointer(1, "@"), record("Node", &[cell(1), weak(0)])],
            ),
        ),
        standard(
            "a pointer to an option, in it a pointer to the head of a ring",
            shared(
                &pointer(0, "?@"),
                &[json!({"some": pointer(1, "@")}), record("Node", &[cell(1)])],
            ),
        ),
        standard(
            "an option in the head of a ring",
            shared(
                &tuple(&[pointer(0, "?@")]),
                &[json!({"some": record("Node", &[json!({"cell": pointer(0, "?@")})])})],
            ),
        ),
    ]
}

fn cells() -> Vec<Vector> {
    let leaf = record("Leaf", &[number(1)]);
    let empty = json!({"cell": {"none": "@"}});
    let nested = |cells: &[Json]| json!({"cell": sequence("?@", cells)});
    vec![
        standard(
            "a cell that leads to no cycle is written in place",
            shared(
                &tuple(&[cell(0), cell(0), empty.clone()]),
                std::slice::from_ref(&leaf),
            ),
        ),
        standard(
            "a cell in a ring that does not lead back is not left out",
            shared(
                &node(0),
                &[
                    record("Node", &[cell(1), cell(0), empty.clone()]),
                    leaf.clone(),
                ],
            ),
        ),
        standard(
            "cells inside a cell that is left out are written in place",
            shared(
                &node(0),
                &[
                    record(
                        "Node",
                        &[nested(&[cell(0), cell(1), empty.clone(), cell(2)])],
                    ),
                    leaf,
                    record("Node", &[nested(&[cell(0), cell(2)])]),
                ],
            ),
        ),
        standard(
            "a node that is a cell",
            shared(
                &pointer(0, "?@"),
                &[json!({"cell": {"some": record("Node", &[json!({"some": pointer(0, "?@")})])}})],
            ),
        ),
        standard(
            "contents follow in the order of holes, whatever nodes they are in",
            shared(
                &node(0),
                &[
                    record("Outer", &[cell(0), node(1), cell(2)]),
                    record("Inner", &[cell(0), cell(2)]),
                    record("Late", &[cell(1), cell(0)]),
                ],
            ),
        ),
        standard(
            "a node in a ring's cell, with a hole and a node with one",
            shared(
                &node(0),
                &[
                    record("Head", &[cell(1)]),
                    record("Outer", &[node(2), cell(0), node(3)]),
                    record("Inner", &[cell(1)]),
                    record("Inner", &[cell(2)]),
                ],
            ),
        ),
    ]
}

fn across_blocks() -> Vec<Vector> {
    let leaf = record("Leaf", &[number(1)]);
    let many = |each: Json, count: usize| json!([{"for": count, "each": each}]);
    let padded = |at: usize| record("Padded", &[json!({"str": format!("{at}")}), text(300)]);
    let nodes: Vec<_> = (1..=40).map(padded).collect();
    let with_head = |head: Json| [&[head], &nodes[..]].concat();
    let sequence_of = |items: Json| json!({"seq": {"of": "@", "items": items}});
    let to_nodes: Vec<_> = (1..=40).map(node).collect();
    let options = |items: Json| json!({"seq": {"of": "?@", "items": items}});
    vec![
        standard(
            "a sequence in a ring that holds back references is kept whole",
            shared(
                &node(0),
                &[record(
                    "Head",
                    &[json!({"cell": options(many(json!({"some": node(0)}), 600))})],
                )],
            ),
        ),
        standard(
            "a sequence in a ring that holds holes is kept whole",
            shared(
                &node(0),
                &[record("Head", &[options(many(cell(0), 1_500))])],
            ),
        ),
        standard(
            "a sequence in a ring that holds neither is chunked",
            shared(
                &node(0),
                &with_head(record("Head", &[cell(0), sequence_of(json!(to_nodes))])),
            ),
        ),
        standard(
            "a text in a ring is chunked",
            shared(&node(0), &[record("Head", &[cell(0), long("-")])]),
        ),
        small(
            "a sequence in a small ring that holds neither is chunked",
            shared(
                &node(0),
                &with_head(record("Head", &[cell(0), sequence_of(json!(to_nodes))])),
            ),
        ),
        standard(
            "pointers in chunks, met before and after",
            shared(
                &tuple(&[node(40), sequence_of(json!(to_nodes)), node(1), node(20)]),
                &with_head(leaf.clone()),
            ),
        ),
        standard(
            "an overlay that is cut",
            shared(
                &tuple(&[node(0), sequence_of(many(node(0), 700))]),
                std::slice::from_ref(&leaf),
            ),
        ),
        standard(
            "an overlay that is chunked",
            shared(
                &tuple(&[node(0), sequence_of(many(node(0), 4_000))]),
                std::slice::from_ref(&leaf),
            ),
        ),
        small(
            "a small overlay that is cut",
            shared(
                &tuple(&[node(0), sequence_of(many(node(0), 40))]),
                std::slice::from_ref(&leaf),
            ),
        ),
        small(
            "a small overlay that is chunked",
            shared(
                &tuple(&[node(0), sequence_of(many(node(0), 300))]),
                std::slice::from_ref(&leaf),
            ),
        ),
        small(
            "a small ring with cut parts that is met again",
            shared(
                &tuple(&[node(0), text(80), node(1)]),
                &[
                    record("Node", &[text(100), cell(1)]),
                    record("Node", &[text(100), cell(0), node(2), node(2)]),
                    record("Leaf", &[text(200), text(30)]),
                ],
            ),
        ),
    ]
}

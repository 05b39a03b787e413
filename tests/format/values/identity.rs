//! Pointers, cycles and weak pointers (section 14), rule by rule.

use serde_json::{Value as Json, json};

use super::{Vector, counting, small, standard, whole};

/// A value and the nodes that its pointers lead to.
fn shared(root: &Json, nodes: &[Json]) -> Json {
    json!({"shared": {"root": root, "nodes": nodes}})
}

fn pointer(to: usize, of: &str) -> Json {
    json!({"pointer": {"to": to.to_string(), "of": of}})
}

/// A pointer to a record.
fn node(to: usize) -> Json {
    pointer(to, "@")
}

fn weak(to: usize) -> Json {
    json!({"weak": to.to_string()})
}

fn record(tag: &str, fields: &[Json]) -> Json {
    json!({"record": {"tag": tag, "fields": fields}})
}

fn tuple(parts: &[Json]) -> Json {
    json!({"tuple": parts})
}

fn sequence(of: &str, items: &[Json]) -> Json {
    json!({"seq": {"of": of, "items": items}})
}

/// `RefCell<Option<Rc<_>>>`
fn cell(to: usize) -> Json {
    json!({"cell": {"some": node(to)}})
}

/// A node of a ring: a name and a cell.
fn link_of_ring(name: &str, to: usize) -> Json {
    record("Node", &[json!({"str": name}), cell(to)])
}

fn number(number: u32) -> Json {
    json!({"u64": number.to_string()})
}

fn text(length: usize) -> Json {
    json!({"str": [{"for": length, "each": "x"}]})
}

/// A byte string that is long enough to be chunked, and not like another.
fn long(after: &str) -> Json {
    counting(after, 1_500)
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut list = aliases();
    list.extend(weak_pointers());
    list.extend(cycles());
    list.extend(cells());
    list.extend(across_blocks());
    list
}

fn aliases() -> Vec<Vector> {
    let twice = |of: &str| tuple(&[pointer(0, of), pointer(0, of)]);
    let distinct = |of: &str| tuple(&[pointer(0, of), pointer(1, of)]);
    let small_one = record("Small", &[number(7)]);
    let large_one = record("Large", &[text(1_200)]);
    vec![
        standard(
            "a pointer met once",
            shared(
                &tuple(&[node(0), number(1)]),
                std::slice::from_ref(&small_one),
            ),
        ),
        standard(
            "a small node met twice",
            shared(&twice("@"), std::slice::from_ref(&small_one)),
        ),
        standard(
            "two equal small nodes",
            shared(&distinct("@"), &[small_one.clone(), small_one.clone()]),
        ),
        standard(
            "a large node met twice",
            shared(&twice("@"), std::slice::from_ref(&large_one)),
        ),
        standard(
            "two equal large nodes",
            shared(&distinct("@"), &[large_one.clone(), large_one.clone()]),
        ),
        standard(
            "two equal small nodes, each met twice",
            shared(
                &tuple(&[node(0), node(1), node(0), node(1)]),
                &[small_one.clone(), small_one.clone()],
            ),
        ),
        standard(
            "two equal large nodes, each met twice",
            shared(
                &tuple(&[node(0), node(1), node(1), node(0)]),
                &[large_one.clone(), large_one.clone()],
            ),
        ),
        whole(
            "a small node met twice, in the profile without identity",
            shared(&twice("@"), std::slice::from_ref(&small_one)),
        ),
        standard(
            "a node inside a node, both met twice",
            shared(
                &tuple(&[node(0), node(1), node(0), node(1)]),
                &[record("Outer", &[node(1)]), small_one.clone()],
            ),
        ),
        standard(
            "a node inside another that is met once",
            shared(
                &tuple(&[node(0), node(1)]),
                &[record("Outer", &[node(1)]), small_one.clone()],
            ),
        ),
        standard(
            "a pointer to a pointer: the outer one met twice",
            shared(&twice("L"), &[pointer(1, "L"), number(5)]),
        ),
        standard(
            "a pointer to a pointer: the inner one met twice",
            shared(
                &tuple(&[pointer(0, "L"), pointer(1, "L")]),
                &[pointer(1, "L"), number(5)],
            ),
        ),
        standard(
            "a pointer to a pointer: both met twice",
            shared(
                &tuple(&[pointer(0, "L"), pointer(1, "L"), pointer(0, "L")]),
                &[pointer(1, "L"), number(5)],
            ),
        ),
        standard(
            "two pointers to one pointer, of which one is met twice",
            shared(
                &tuple(&[pointer(0, "L"), pointer(1, "L"), pointer(1, "L")]),
                &[pointer(2, "L"), pointer(2, "L"), number(5)],
            ),
        ),
        standard(
            "three levels of pointers: the innermost met twice",
            shared(
                &tuple(&[pointer(0, "L"), pointer(2, "L")]),
                &[pointer(1, "L"), pointer(2, "L"), number(5)],
            ),
        ),
        standard(
            "an absent option in a pointer that is met twice",
            shared(&twice("?L"), &[json!({"none": "L"})]),
        ),
        standard(
            "options of one pointer",
            shared(
                &tuple(&[json!({"some": node(0)}), json!({"some": node(0)}), node(0)]),
                std::slice::from_ref(&small_one),
            ),
        ),
        standard(
            "a number met in a field and in a packed sequence",
            shared(
                &tuple(&[
                    pointer(0, "L"),
                    sequence(
                        "L",
                        &[number(1), pointer(0, "L"), pointer(1, "L"), pointer(1, "L")],
                    ),
                ]),
                &[number(5), number(6)],
            ),
        ),
        standard(
            "one byte met twice in a byte string",
            shared(
                &sequence(
                    "B",
                    &[
                        json!({"u8": "1"}),
                        pointer(0, "B"),
                        json!({"u8": "3"}),
                        pointer(0, "B"),
                    ],
                ),
                &[json!({"u8": "2"})],
            ),
        ),
        standard(
            "keys that are pointers, and met again as values",
            shared(
                &tuple(&[
                    json!({"map": {"keys": "s", "values": "L", "entries": [
                        [pointer(0, "s"), number(1)], [pointer(1, "s"), number(2)]]}}),
                    pointer(0, "s"),
                    pointer(1, "s"),
                ]),
                &[json!({"str": "later"}), json!({"str": "first"})],
            ),
        ),
        small(
            "long keys that are pointers, repeated in nodes and met again",
            shared(
                &tuple(&[
                    json!({"set": {"of": "s", "items": [
                        {"for": 80, "each": {"pointer": {"to": "#", "of": "s"}}}]}}),
                    pointer(0, "s"),
                    pointer(79, "s"),
                ]),
                &(0..80)
                    .map(|at| json!({"str": format!("{at:03}{}", "k".repeat(40))}))
                    .collect::<Vec<_>>(),
            ),
        ),
        standard(
            "the root is a pointer, and small",
            shared(
                &node(0),
                &[record("Root", &[node(1), node(1)]), small_one.clone()],
            ),
        ),
        standard(
            "the root is a pointer, and was cut",
            shared(
                &node(0),
                &[
                    record("Root", &[node(1), node(1), text(900), text(900)]),
                    small_one,
                ],
            ),
        ),
    ]
}

fn weak_pointers() -> Vec<Vector> {
    let leaf = record("Leaf", &[number(7)]);
    vec![
        standard(
            "a weak pointer to nothing",
            shared(&json!({"weak": null}), &[]),
        ),
        standard(
            "a weak pointer to a node that was met",
            shared(&tuple(&[node(0), weak(0)]), std::slice::from_ref(&leaf)),
        ),
        standard(
            "a weak pointer to a node that is met later",
            shared(&tuple(&[weak(0), node(0)]), std::slice::from_ref(&leaf)),
        ),
        standard(
            "same: a weak pointer outside the value",
            shared(&json!({"weak": "0"}), std::slice::from_ref(&leaf)),
        ),
        standard(
            "weak pointers further on and back, past other nodes",
            shared(
                &tuple(&[
                    weak(1),
                    node(0),
                    node(1),
                    weak(0),
                    node(2),
                    weak(1),
                    weak(2),
                ]),
                &[leaf.clone(), leaf.clone(), leaf.clone()],
            ),
        ),
        standard(
            "a weak pointer to the node it stands in",
            shared(&node(0), &[record("Me", &[weak(0)])]),
        ),
        standard(
            "a weak pointer to the large node it stands in",
            shared(
                &node(0),
                &[record(
                    "Me",
                    &[weak(0), text(1_000), text(1_000), text(500)],
                )],
            ),
        ),
        standard(
            "parent and children by weak pointers",
            shared(
                &node(0),
                &[
                    record(
                        "Parent",
                        &[json!({"cell": sequence("@", &[node(1), node(2)])})],
                    ),
                    record("Child", &[number(1), weak(0)]),
                    record("Child", &[number(2), weak(0)]),
                ],
            ),
        ),
        standard(
            "a pointer to a weak pointer that is met twice",
            shared(
                &tuple(&[pointer(0, "w"), pointer(0, "w"), node(1)]),
                &[weak(1), leaf.clone()],
            ),
        ),
        standard(
            "weak pointers in an option and an any",
            shared(
                &tuple(&[json!({"some": weak(0)}), json!({"any": weak(0)}), node(0)]),
                std::slice::from_ref(&leaf),
            ),
        ),
        standard(
            "weak pointers in keys",
            shared(
                &tuple(&[
                    json!({"set": {"of": "@", "items": [
                        record("Key", &[weak(0), number(1)]), record("Key", &[weak(1), number(2)])]}}),
                    node(0),
                    json!({"map": {"keys": "@", "values": "L", "entries": [
                        [record("Key", &[weak(1), number(1)]), number(2)]]}}),
                    node(1),
                ]),
                &[leaf.clone(), leaf.clone()],
            ),
        ),
        standard(
            "more weak pointers than one block holds",
            shared(
                &tuple(&[
                    node(0),
                    json!({"seq": {"of": "w", "items": [
                    {"for": 2_000, "each": {"weak": "0"}}]}}),
                ]),
                &[record("Target", &[number(1)])],
            ),
        ),
    ]
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

//! Pointers and weak pointers (section 14), rule by rule.

use serde_json::{Value as Json, json};

use super::{Vector, counting, cycles, places, small, standard, whole};

/// A value and the nodes that its pointers lead to.
pub(super) fn shared(root: &Json, nodes: &[Json]) -> Json {
    json!({"shared": {"root": root, "nodes": nodes}})
}

pub(super) fn pointer(to: usize, of: &str) -> Json {
    json!({"pointer": {"to": to.to_string(), "of": of}})
}

/// A pointer to a record.
pub(super) fn node(to: usize) -> Json {
    pointer(to, "@")
}

pub(super) fn weak(to: usize) -> Json {
    json!({"weak": to.to_string()})
}

pub(super) fn record(tag: &str, fields: &[Json]) -> Json {
    json!({"record": {"tag": tag, "fields": fields}})
}

pub(super) fn tuple(parts: &[Json]) -> Json {
    json!({"tuple": parts})
}

pub(super) fn sequence(of: &str, items: &[Json]) -> Json {
    json!({"seq": {"of": of, "items": items}})
}

/// `RefCell<Option<Rc<_>>>`
pub(super) fn cell(to: usize) -> Json {
    json!({"cell": {"some": node(to)}})
}

/// A node of a ring: a name and a cell.
pub(super) fn link_of_ring(name: &str, to: usize) -> Json {
    record("Node", &[json!({"str": name}), cell(to)])
}

pub(super) fn number(number: u32) -> Json {
    json!({"u64": number.to_string()})
}

pub(super) fn text(length: usize) -> Json {
    json!({"str": [{"for": length, "each": "x"}]})
}

/// A byte string that is long enough to be chunked, and not like another.
pub(super) fn long(after: &str) -> Json {
    counting(after, 1_500)
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut list = aliases();
    list.extend(weak_pointers());
    list.extend(cycles::vectors());
    list.extend(places::vectors());
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

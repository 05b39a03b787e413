//! Several pointers at one place: which of them has an entry (section 14.3).

use serde_json::json;

use super::identity::{
    cell, link_of_ring, node, number, pointer, record, sequence, shared, tuple, weak,
};
use super::{Vector, standard, whole};

pub(super) fn vectors() -> Vec<Vector> {
    let mut list = told_apart();
    list.extend(in_bins());
    list.extend(into_cycles());
    list.extend(of_the_longest_desc());
    list
}

/// A pointer that none names, around the first entry of its content's scope.
fn told_apart() -> Vec<Vector> {
    let leaf = record("Leaf", &[number(7)]);
    vec![
        standard(
            "a pointer around a node that holds another node",
            shared(
                &tuple(&[node(0), node(1), node(2)]),
                &[node(1), record("Outer", &[node(2)]), leaf.clone()],
            ),
        ),
        standard(
            "a pointer around a pointer that was met before",
            shared(&tuple(&[node(1), node(0)]), &[node(1), leaf.clone()]),
        ),
        standard(
            "a pointer around a pointer to a number that was met before",
            shared(
                &tuple(&[pointer(1, "L"), pointer(0, "L")]),
                &[pointer(1, "L"), number(5)],
            ),
        ),
        standard(
            "same: a pointer around a weak pointer to a node",
            shared(
                &tuple(&[pointer(0, "w"), node(1)]),
                &[weak(1), leaf.clone()],
            ),
        ),
        standard(
            "two pointers around a weak pointer to a node, the inner one met twice",
            shared(
                &tuple(&[pointer(0, "w"), pointer(1, "w"), node(2)]),
                &[pointer(1, "w"), weak(2), leaf.clone()],
            ),
        ),
        standard(
            "a pointer around a record that starts with a node",
            shared(
                &tuple(&[node(0), node(1)]),
                &[record("Outer", &[node(1)]), leaf.clone()],
            ),
        ),
        whole(
            "a weak pointer, in the profile without identity",
            shared(&tuple(&[weak(0), node(0), json!({"weak": null})]), &[leaf]),
        ),
    ]
}

/// Pointers to elements that are not items of their own.
fn in_bins() -> Vec<Vector> {
    let one = json!({"u8": "1"});
    vec![
        standard(
            "a pointer to a pointer in a packed sequence, the inner one met twice",
            shared(
                &sequence("L", &[number(1), pointer(0, "L"), pointer(1, "L")]),
                &[pointer(1, "L"), number(5)],
            ),
        ),
        standard(
            "a pointer to a pointer in a packed sequence, both met twice",
            shared(
                &sequence("L", &[pointer(0, "L"), pointer(1, "L"), pointer(0, "L")]),
                &[pointer(1, "L"), number(5)],
            ),
        ),
        standard(
            "a pointer to a pointer in a packed sequence, the inner one met before",
            shared(
                &tuple(&[
                    pointer(1, "L"),
                    sequence("L", &[pointer(0, "L"), number(1)]),
                ]),
                &[pointer(1, "L"), number(5)],
            ),
        ),
        standard(
            "a pointer to a pointer in a byte string, the inner one met twice",
            shared(
                &sequence("B", &[one.clone(), pointer(0, "B"), pointer(1, "B")]),
                &[pointer(1, "B"), one],
            ),
        ),
    ]
}

/// Pointers outside of a cycle to pointers that lead into it.
fn into_cycles() -> Vec<Vector> {
    let ring = [link_of_ring("a", 1), link_of_ring("b", 0)];
    let with = |outside: &[serde_json::Value]| [&ring[..], outside].concat();
    vec![
        standard(
            "a pointer to a pointer into a ring that was met before, met twice",
            shared(&tuple(&[node(0), node(2), node(2)]), &with(&[node(1)])),
        ),
        standard(
            "a pointer to a pointer to the head of a ring that was met before, met twice",
            shared(&tuple(&[node(0), node(2), node(2)]), &with(&[node(0)])),
        ),
        standard(
            "two pointers to one pointer into a ring, of which one is met twice",
            shared(
                &tuple(&[node(0), node(2), node(3), node(3)]),
                &with(&[node(4), node(4), node(1)]),
            ),
        ),
        standard(
            "a pointer to a record of pointers into a ring, met twice",
            shared(
                &tuple(&[node(0), node(2), node(2)]),
                &with(&[record("Outside", &[node(1), node(0), cell(1)])]),
            ),
        ),
    ]
}

/// The `~` in front of a desc does not count towards its limit.
fn of_the_longest_desc() -> Vec<Vector> {
    let desc = format!("({}@)", "B".repeat(4_093));
    let to_head = || pointer(0, &desc);
    let head = json!({"tuple": [
        {"for": 4_093, "each": {"u8": "7"}}, record("Back", &[json!({"cell": to_head()})])]});
    vec![standard(
        "a cycle's desc of 4,096 characters after its ~",
        shared(&to_head(), &[head]),
    )]
}

//! The crate against the slow encoder on values with pointers: the same blocks from a typed value and
//! from a dynamic one, and the same bytes refused.

mod convert;
mod stored;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::rc::{Rc, Weak};

use cideldill::{Block, Cid, Debuggable, Encoded, Store, Value, decode, encode_with};
use cideldill_reference::graph::{Edge, EdgeKind, Graph, graph, wild};
use cideldill_reference::notation::{hex, shared};
use cideldill_reference::profile::Profile;
use cideldill_reference::reference::{self, cid_of, encode_shared};
use convert::ours;
use serde_json::Value as Json;
use stored::Stored;

fn file(name: &str) -> Vec<Json> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "vectors", name]
        .iter()
        .collect();
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn assert_same(name: &str, found: &Encoded, expected: &reference::Encoded) {
    let root = Cid::from_bytes(expected.root);
    assert_eq!(found.root(), root, "{name}: another root");
    assert_eq!(found.blocks().len(), expected.blocks.len(), "{name}");
    for block in found.blocks() {
        let expected = expected.blocks.get(block.cid().as_bytes());
        assert_eq!(
            expected.map(Vec::as_slice),
            Some(&**block.bytes()),
            "{name}"
        );
    }
}

/// Read without its type, a value is written again with the same blocks.
fn assert_read_and_written(name: &str, expected: &reference::Encoded, profile: Profile) {
    let stored = Stored::of(expected.blocks.values());
    let read: Value = decode(Cid::from_bytes(expected.root), &stored)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_same(name, &encode_with(&read, ours(profile)).unwrap(), expected);
}

#[test]
fn dynamic_values_have_the_blocks_of_the_vectors() {
    for entry in file("identity.json") {
        let profile = Profile::numbered(entry["profile"].as_u64().unwrap_or(0)).unwrap();
        let expected = encode_shared(&shared(&entry["value"]), profile).unwrap();
        assert_read_and_written(&entry["name"].to_string(), &expected, profile);
    }
}

#[test]
fn dynamic_values_have_the_blocks_of_random_ones() {
    for seed in 0..5_000 {
        let profile = [Profile::SMALL, Profile::STANDARD][usize::from(seed % 3 == 0)];
        for value in [graph(seed).model(), wild(seed)] {
            if let Ok(expected) = encode_shared(&value, profile) {
                assert_read_and_written(&format!("seed {seed}"), &expected, profile);
            }
        }
    }
}

#[test]
fn refused_bytes_are_refused() {
    let mut failed = Vec::new();
    for entry in file("refused.json") {
        let name = entry["name"].as_str().unwrap();
        if !name.starts_with("identity: ") {
            continue;
        }
        let blocks = entry["blocks"].as_array().unwrap().iter();
        let blocks: Vec<_> = blocks.map(|block| hex(block.as_str().unwrap())).collect();
        let root = Cid::from_bytes(cid_of(&blocks[0]));
        match decode::<Value>(root, &Stored::of(&blocks)) {
            Ok(_) if entry["on"] == "read" => failed.push(format!("{name} is read")),
            Ok(value) => {
                let profile = Profile::numbered(u64::from(blocks[0][0] & 15)).unwrap();
                let again = encode_with(&value, ours(profile));
                if again.is_ok_and(|again| again.root() == root) {
                    failed.push(format!("{name} is written so again"));
                }
            }
            Err(_) => {}
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[derive(Debuggable)]
struct Node {
    name: u32,
    pad: String,
    plain: Vec<Rc<Node>>,
    cells: Vec<RefCell<Option<Rc<Node>>>>,
    nested: RefCell<Vec<RefCell<Option<Rc<Node>>>>>,
    weak: Vec<Weak<Node>>,
    weak_cells: RefCell<Vec<Weak<Node>>>,
}

/// All nodes of the graph, by their numbers.
fn nodes(graph: &Graph) -> Vec<Rc<Node>> {
    // From the last on, as `plain` and `weak` lead to what was made before.
    let mut made: BTreeMap<usize, Rc<Node>> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate().rev() {
        let of = |kind| targets(&node.edges, kind);
        let empty = |kind| of(kind).map(|_| RefCell::new(None)).collect();
        let new = Rc::new_cyclic(|me| Node {
            name: node.name,
            pad: node.pad.clone(),
            plain: of(EdgeKind::Plain)
                .filter_map(|target| made.get(&target?).cloned())
                .collect(),
            cells: empty(EdgeKind::Cell),
            nested: RefCell::new(empty(EdgeKind::NestedCell)),
            weak: of(EdgeKind::Weak)
                .map(|target| match target {
                    Some(target) if target == at => me.clone(),
                    Some(target) => Rc::downgrade(&made[&target]),
                    None => Weak::new(),
                })
                .collect(),
            weak_cells: RefCell::new(Vec::new()),
        });
        made.insert(at, new);
    }
    let made: Vec<_> = made.into_values().collect();
    for (node, new) in graph.nodes.iter().zip(&made) {
        let set = |cells: &[RefCell<Option<Rc<Node>>>], kind| {
            for (cell, target) in cells.iter().zip(targets(&node.edges, kind)) {
                *cell.borrow_mut() = target.map(|target| Rc::clone(&made[target]));
            }
        };
        set(&new.cells, EdgeKind::Cell);
        set(&new.nested.borrow(), EdgeKind::NestedCell);
        let weak = |target: Option<usize>| target.map(|to| Rc::downgrade(&made[to]));
        let weak = targets(&node.edges, EdgeKind::WeakCell).map(|to| weak(to).unwrap_or_default());
        *new.weak_cells.borrow_mut() = weak.collect();
    }
    made
}

fn targets(edges: &[Edge], kind: EdgeKind) -> impl Iterator<Item = Option<usize>> {
    let edges = edges.iter().filter(move |edge| edge.kind == kind);
    edges.map(|edge| edge.target)
}

/// Cycles would never be freed.
fn empty(nodes: &[Rc<Node>]) {
    for node in nodes {
        node.cells.iter().for_each(|cell| drop(cell.take()));
        node.nested.take();
    }
}

#[test]
fn typed_graphs_have_the_blocks_of_their_models_and_come_back() {
    let mut whole = 0;
    for seed in 0..3_000 {
        let profile = [Profile::SMALL, Profile::STANDARD][usize::from(seed % 3 == 0)];
        let graph = graph(seed);
        let name = format!("seed {seed}");
        let expected = encode_shared(&graph.model(), profile).unwrap();
        let made = nodes(&graph);
        let root: Vec<_> = graph.root.iter().map(|&at| Rc::clone(&made[at])).collect();
        assert_same(
            &name,
            &encode_with(&root, ours(profile)).unwrap(),
            &expected,
        );
        let blocks = expected.blocks.values();
        let blocks: Vec<_> = blocks.map(|block| Block::new(block.as_slice())).collect();
        let store = Store::in_memory();
        store.blocks().put_many(&blocks).unwrap();
        let back = store.load_reporting::<Vec<Rc<Node>>>(Cid::from_bytes(expected.root));
        let back = back.unwrap_or_else(|error| panic!("{name}: {error}"));
        // A weak pointer in a plain field to a node of a cycle that is read later.
        if back.weak_lost == 0 {
            let again = encode_with(&back.value, ours(profile)).unwrap();
            assert_same(&name, &again, &expected);
            whole += 1;
        }
        empty(&made);
    }
    assert!(whole > 2_000, "{whole}");
}

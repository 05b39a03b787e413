//! Random graphs of pointers.
//!
//! A [`Graph`] can be built as one Rust type and as a model, so that the two encodings can be
//! compared:
//!
//! ```text
//! struct Node {
//!     name: u32,
//!     pad: String,
//!     plain: Vec<Rc<Node>>,
//!     cells: Vec<RefCell<Option<Rc<Node>>>>,
//!     nested: RefCell<Vec<RefCell<Option<Rc<Node>>>>>,
//!     weak: Vec<Weak<Node>>,
//!     weak_cells: RefCell<Vec<Weak<Node>>>,
//! }
//! let root: Vec<Rc<Node>>;
//! ```
//!
//! [`wild`] makes values of all kinds with pointers anywhere.

mod wild;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::model::{Bits, Model, Shape};
use crate::random::Random;
use crate::shared::Shared;

pub use wild::wild;

/// Which field of a node an edge stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// `plain`; always to a node with a higher number, so that nodes can be made from the last on.
    Plain,
    /// `cells`
    Cell,
    /// `nested`
    NestedCell,
    /// `weak`; always to the node itself, which `Rc::new_cyclic` makes possible, or to one with a
    /// higher number.
    Weak,
    /// `weak_cells`
    WeakCell,
}

/// An edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The field. Edges of one field stand in it in their order.
    pub kind: EdgeKind,
    /// The number of a node; none for an empty cell, and for a weak pointer that leads to nothing.
    pub target: Option<usize>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpec {
    /// Nodes of one name may have equal content.
    pub name: u32,
    /// `pad`
    pub pad: String,
    /// All edges.
    pub edges: Vec<Edge>,
}

/// A graph: nodes, and the pointers that the root, a sequence, holds. Nodes that it does not reach
/// live outside the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The nodes by their numbers.
    pub nodes: Vec<NodeSpec>,
    /// Numbers of nodes.
    pub root: Vec<usize>,
}

/// The graph of this seed.
pub fn graph(seed: u64) -> Graph {
    let mut random = Random::new(seed);
    let n = match random.below(20) {
        0..=13 => random.between(1, 8),
        14..=18 => random.between(8, 24),
        _ => random.between(24, 80),
    };
    let names = random.one_of(&[1, 2, n]);
    let pads: &[usize] = match random.below(4) {
        0 => &[0],
        1 => &[0, 0, 300],
        2 => &[0, 0, 0, 20, 300, 1_200],
        _ => &[300, 1_200],
    };
    let most = random.one_of(&[1, 2, 3]);
    let mut nodes: Vec<NodeSpec> = Vec::new();
    for i in 0..n {
        // Equal contents on purpose, with pointers to the same nodes.
        if let (true, Some(before)) = (random.one_in(8), nodes.last()) {
            let mut copy = before.clone();
            copy.edges.retain(|edge| {
                let is_made_before = edge.target > Some(i) || edge.target.is_none();
                !matches!(edge.kind, EdgeKind::Plain | EdgeKind::Weak) || is_made_before
            });
            nodes.push(copy);
            continue;
        }
        let many = random.one_in(12);
        let mut edges = Vec::new();
        let plain = if many { 60 } else { random.below(most + 1) };
        if i + 1 < n {
            edges.extend((0..plain).map(|_| Edge {
                kind: EdgeKind::Plain,
                target: Some(random.between(i + 1, (i + 4).min(n - 1))),
            }));
        }
        let others = if random.one_in(20) {
            80
        } else {
            random.below(most + 1)
        };
        let kinds: &[_] = match random.below(4) {
            0 => &[EdgeKind::Cell],
            1 => &[EdgeKind::NestedCell],
            2 => &[EdgeKind::Weak, EdgeKind::WeakCell],
            _ => &[
                EdgeKind::Cell,
                EdgeKind::NestedCell,
                EdgeKind::Weak,
                EdgeKind::WeakCell,
            ],
        };
        edges.extend((0..others).map(|_| {
            let target = (!random.one_in(6)).then(|| match random.below(4) {
                0 => i,
                1 => (i + 1) % n,
                _ => random.below(n),
            });
            let kind = match random.one_of(kinds) {
                EdgeKind::Weak if target < Some(i) => EdgeKind::WeakCell,
                kind => kind,
            };
            Edge { kind, target }
        }));
        nodes.push(NodeSpec {
            name: u32::try_from(i % names).unwrap_or(0),
            pad: "x".repeat(random.one_of(pads)),
            edges,
        });
    }
    let length = if random.one_in(12) {
        100
    } else {
        random.between(1, 3)
    };
    let root = (0..length).map(|_| random.below(n.min(4))).collect();
    Graph { nodes, root }
}

impl Graph {
    /// The graph as a `Vec<Rc<Node>>`.
    pub fn model(&self) -> Shared {
        let shape = shape();
        let pointer = |node: usize| Model::Pointer(node, "@".to_owned());
        let cell = |target: Option<usize>| {
            let held = target.map(|node| Box::new(pointer(node)));
            Model::Cell(Box::new(Model::Option("@".to_owned(), held)))
        };
        let node = |node: &NodeSpec| {
            let of = |kind, make: &dyn Fn(Option<usize>) -> Model| {
                let edges = node.edges.iter().filter(|edge| edge.kind == kind);
                edges.map(|edge| make(edge.target)).collect()
            };
            let plain = of(EdgeKind::Plain, &|target| pointer(target.unwrap_or(0)));
            let nested = of(EdgeKind::NestedCell, &cell);
            let weak_cells = of(EdgeKind::WeakCell, &Model::Weak);
            let sequence = |of: &str, elements| Model::Sequence(of.to_owned(), elements);
            Model::Record(
                Rc::clone(&shape),
                vec![
                    Model::Unsigned(Bits::B32, u128::from(node.name)),
                    Model::Text(node.pad.clone()),
                    sequence("@", plain),
                    sequence("?@", of(EdgeKind::Cell, &cell)),
                    Model::Cell(Box::new(sequence("?@", nested))),
                    sequence("w", of(EdgeKind::Weak, &Model::Weak)),
                    Model::Cell(Box::new(sequence("w", weak_cells))),
                ],
            )
        };
        Shared {
            root: Model::Sequence(
                "@".to_owned(),
                self.root.iter().copied().map(pointer).collect(),
            ),
            nodes: self.nodes.iter().map(node).collect(),
        }
    }

    /// What is reached from the root, numbered as it is met, each node's edges by field; weak
    /// pointers that lead elsewhere lead to nothing.
    #[must_use]
    pub fn as_met(&self) -> Self {
        let mut numbers = BTreeMap::new();
        let mut order = Vec::new();
        let mut ahead: Vec<_> = self.root.iter().rev().copied().collect();
        while let Some(node) = ahead.pop() {
            if numbers.contains_key(&node) {
                continue;
            }
            numbers.insert(node, order.len());
            order.push(node);
            let edges = by_field(&self.nodes[node].edges);
            let strong = edges.iter().filter(|edge| !is_weak(edge.kind));
            ahead.extend(strong.rev().filter_map(|edge| edge.target));
        }
        let renumbered = |edge: &Edge| Edge {
            kind: edge.kind,
            target: edge.target.and_then(|node| numbers.get(&node).copied()),
        };
        let nodes = order.iter().map(|&node| NodeSpec {
            edges: by_field(&self.nodes[node].edges)
                .iter()
                .map(renumbered)
                .collect(),
            ..self.nodes[node].clone()
        });
        Self {
            nodes: nodes.collect(),
            root: self.root.iter().map(|node| numbers[node]).collect(),
        }
    }

    /// The graph that a model read from blocks stands for, if it is one: a load as `Vec<Rc<Node>>`.
    pub fn of(shared: &Shared) -> Option<Self> {
        let mut load = Load {
            shared,
            numbers: BTreeMap::new(),
            nodes: Vec::new(),
            ahead: Vec::new(),
        };
        let Model::Sequence(_, root) = load.peeled(&shared.root).1 else {
            return None;
        };
        let root = root.iter().map(|node| load.pointer(node)).collect();
        while let Some((number, record)) = load.ahead.pop() {
            load.nodes[number] = load.node(record);
        }
        Some(Self {
            nodes: load.nodes.into_iter().collect::<Option<_>>()?,
            root,
        })
    }
}

fn is_weak(kind: EdgeKind) -> bool {
    matches!(kind, EdgeKind::Weak | EdgeKind::WeakCell)
}

fn by_field(edges: &[Edge]) -> Vec<Edge> {
    let mut edges = edges.to_vec();
    edges.sort_by_key(|edge| edge.kind as u8);
    edges
}

fn shape() -> Rc<Shape> {
    let names = [
        "name",
        "pad",
        "plain",
        "cells",
        "nested",
        "weak",
        "weak_cells",
    ];
    Rc::new(Shape {
        tag: "Node".to_owned(),
        version: 0,
        types: "Is[@[?@[?@[w[w".to_owned(),
        names: names.map(str::to_owned).to_vec(),
    })
}

/// A graph while it is read off a model.
struct Load<'a> {
    shared: &'a Shared,
    /// By the model's numbers.
    numbers: BTreeMap<usize, usize>,
    nodes: Vec<Option<NodeSpec>>,
    ahead: Vec<(usize, &'a Model)>,
}

impl<'a> Load<'a> {
    /// What pointers, cells and options hold, and the last pointer that leads to it.
    fn peeled(&self, mut model: &'a Model) -> (Option<usize>, &'a Model) {
        let mut node = None;
        loop {
            model = match model {
                Model::Pointer(number, _) => {
                    node = Some(*number);
                    &self.shared.nodes[*number]
                }
                Model::Cell(content) => {
                    // The pointer before was to the cell.
                    node = None;
                    content
                }
                Model::Option(_, Some(inner)) => inner,
                other => return (node, other),
            };
        }
    }

    fn pointer(&mut self, place: &'a Model) -> usize {
        let (node, record) = self.peeled(place);
        let known = node.and_then(|node| self.numbers.get(&node));
        if let Some(known) = known {
            return *known;
        }
        let number = self.nodes.len();
        self.nodes.push(None);
        self.ahead.push((number, record));
        if let Some(node) = node {
            self.numbers.insert(node, number);
        }
        number
    }

    fn node(&mut self, record: &'a Model) -> Option<NodeSpec> {
        let Model::Record(_, fields) = record else {
            return None;
        };
        let [
            Model::Unsigned(_, name),
            Model::Text(pad),
            plain,
            cells,
            nested,
            weak,
            weak_cells,
        ] = &fields[..]
        else {
            return None;
        };
        let mut edges = Vec::new();
        for (kind, field) in [
            (EdgeKind::Plain, plain),
            (EdgeKind::Cell, cells),
            (EdgeKind::NestedCell, nested),
            (EdgeKind::Weak, weak),
            (EdgeKind::WeakCell, weak_cells),
        ] {
            let Model::Sequence(_, elements) = self.peeled(field).1 else {
                return None;
            };
            for element in elements {
                let target = match self.peeled(element).1 {
                    Model::Option(_, None) => None,
                    // It is numbered as its node is, which may be met later.
                    Model::Weak(node) => node.map(|node| self.weakly(node)),
                    _ => Some(self.pointer(element)),
                };
                edges.push(Edge { kind, target });
            }
        }
        Some(NodeSpec {
            name: u32::try_from(*name).ok()?,
            pad: pad.clone(),
            edges,
        })
    }

    fn weakly(&mut self, node: usize) -> usize {
        if let Some(known) = self.numbers.get(&node) {
            return *known;
        }
        let number = self.nodes.len();
        self.nodes.push(None);
        self.ahead
            .push((number, self.peeled(&self.shared.nodes[node]).1));
        self.numbers.insert(node, number);
        number
    }
}

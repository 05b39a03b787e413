//! Values of all kinds with pointers, cells and weak pointers anywhere.

use std::rc::Rc;

use crate::desc;
use crate::model::{Bits, Model, Shape};
use crate::random::Random;
use crate::shared::Shared;

/// A value with pointers to pointers, to parts of keys, to numbers of packed sequences, through
/// chunks and out of cycles. Some have equal keys, keys that lead to cycles, or cycles without a
/// cell, and cannot be encoded.
pub fn wild(seed: u64) -> Shared {
    const DESCS: [&str; 24] = [
        "@", "@", "@", "@", "?@", "?@", "[@", "[?@", "L", "[L", "B", "y", "s", "w", "[w", "{s@",
        "{@L", "<(@s)", "(@s)", "(w?@)", "*", "??@", "[s", "<L",
    ];
    let mut random = Random::new(seed);
    let n = match random.below(8) {
        0..=5 => random.between(1, 6),
        _ => random.between(6, 20),
    };
    let variety = random.between(1, DESCS.len());
    let first = random.below(DESCS.len() + 1 - variety);
    let descs = &DESCS[first..first + variety];
    let mut wild = Wild {
        descs: (0..n).map(|_| random.one_of(descs).to_owned()).collect(),
        shapes: shapes(),
        most: random.one_of(&[2, 3, 4, 70]),
        lengths: random.one_of(&[[0, 1, 3], [0, 1, 70], [3, 300, 1_200]]),
        at: 0,
        budget: 0,
        random,
    };
    let mut nodes = Vec::new();
    for at in 0..n {
        wild.at = at;
        wild.budget = 120;
        let desc = wild.descs[at].clone();
        let mut node = wild.held(&desc, 5, Around::Node);
        // Equal content on purpose.
        if let (true, Some(before)) = (wild.random.one_in(6), nodes.last())
            && wild.descs[at - 1] == desc
        {
            node = Model::clone(before);
        }
        nodes.push(node);
    }
    // The root is no node: it leads to all.
    wild.at = 0;
    wild.budget = 200;
    let desc = wild
        .random
        .one_of(&["@", "[@", "(@@)", "[?@", "?@", "*", "{@L"]);
    let root = wild.value(desc, 5, Around::LeftOut);
    let lead = |node: usize| Model::Pointer(node, wild.descs[node].clone());
    let root = match wild.random.below(4) {
        0 => lead(0),
        1 => Model::Option(wild.descs[0].clone(), Some(Box::new(lead(0)))),
        2 => Model::Tuple(vec![root, lead(0)]),
        _ => root,
    };
    Shared { root, nodes }
}

fn shapes() -> Vec<Rc<Shape>> {
    let shape = |tag: &str, types: &str| {
        Rc::new(Shape {
            tag: tag.to_owned(),
            version: 0,
            types: types.to_owned(),
            names: Vec::new(),
        })
    };
    vec![
        shape("Leaf", ""),
        shape("Pad", "s"),
        shape("One", "?@"),
        shape("Two", "@?@"),
        shape("Text", "s?@[@"),
        shape("Weak", "w?@w"),
        shape("Numbers", "L[LyB"),
        shape("Many", "[?@[w"),
        shape("Keys", "{@L<(@s){s@"),
        shape("Any", "*??@"),
    ]
}

/// What may be pointed to from here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// Nodes with higher numbers.
    Node,
    /// All of them.
    LeftOut,
    /// Nodes with higher numbers, and no cells.
    Key,
}

struct Wild {
    random: Random,
    descs: Vec<String>,
    shapes: Vec<Rc<Shape>>,
    most: usize,
    lengths: [usize; 3],
    at: usize,
    budget: usize,
}

impl Wild {
    fn value(&mut self, desc: &str, depth: usize, around: Around) -> Model {
        let at = self.at;
        let fits = |node: &usize| around == Around::LeftOut || *node > at;
        let nodes = (0..self.descs.len()).filter(fits);
        let nodes: Vec<_> = nodes.filter(|&node| self.descs[node] == desc).collect();
        let is_late = self.budget == 0 || depth == 0;
        if !nodes.is_empty() && (is_late || self.random.one_in(2)) {
            return Model::Pointer(self.random.one_of(&nodes), desc.to_owned());
        }
        self.held(desc, depth, around)
    }

    /// A value that is no pointer, but may be a cell with one.
    fn held(&mut self, desc: &str, depth: usize, around: Around) -> Model {
        self.budget = self.budget.saturating_sub(1);
        if around == Around::Node && self.random.one_in(3) {
            // Not at once to a node before: no type has pointers that lead only to each other.
            let held = if self.random.one_in(4) {
                self.value(desc, depth, Around::Node)
            } else {
                self.held(desc, depth, Around::LeftOut)
            };
            return Model::Cell(Box::new(held));
        }
        let depth = if self.budget == 0 { 0 } else { depth };
        let inside = depth.saturating_sub(1);
        let (kind, of) = desc.split_at(1);
        match kind {
            "?" if depth == 0 || self.random.one_in(4) => Model::Option(of.to_owned(), None),
            "?" => {
                let inner = self.value(of, inside, around);
                Model::Option(of.to_owned(), Some(Box::new(inner)))
            }
            "[" => {
                let elements = self.values(of, depth, around);
                Model::Sequence(of.to_owned(), elements)
            }
            "y" => match self.random.below(2) {
                0 => Model::Bytes(vec![7; self.random.one_of(&self.lengths.clone())]),
                _ => Model::Sequence("B".to_owned(), self.values("B", depth, around)),
            },
            "<" => Model::Set(of.to_owned(), self.values(of, depth, Around::Key)),
            "{" => {
                let (key, value) = desc::split_first(of).expect("a desc made here");
                let keys = self.values(key, depth, Around::Key);
                let entries = keys.into_iter().map(|key| {
                    let value = self.value(value, inside, around);
                    (key, value)
                });
                Model::Map(key.to_owned(), value.to_owned(), entries.collect())
            }
            "(" => {
                let descs = desc::split(&of[..of.len() - 1]).expect("a desc made here");
                let parts = descs.iter().map(|desc| self.value(desc, inside, around));
                Model::Tuple(parts.collect())
            }
            "*" => {
                let descs = ["@", "?@", "L", "w", "[@"];
                let desc = self.random.one_of(&descs);
                Model::Any(Box::new(self.value(desc, inside, around)))
            }
            "@" => self.record(depth, around),
            "s" => {
                let length = self.random.one_of(&self.lengths.clone());
                let number = self.random.below(1_000);
                Model::Text(format!("{number}{}", "x".repeat(length)))
            }
            "w" => {
                let node = self.random.below(self.descs.len());
                Model::Weak((!self.random.one_in(4)).then_some(node))
            }
            "B" => Model::Unsigned(Bits::B8, self.random.below(3) as u128),
            _ => Model::Unsigned(Bits::B64, self.random.below(1_000_000) as u128),
        }
    }

    fn values(&mut self, of: &str, depth: usize, around: Around) -> Vec<Model> {
        if depth == 0 {
            return Vec::new();
        }
        let most = if self.budget > 80 { self.most } else { 3 };
        let count = self.random.below(most + 1);
        (0..count)
            .map(|_| self.value(of, depth - 1, around))
            .collect()
    }

    fn record(&mut self, depth: usize, around: Around) -> Model {
        let shapes = if depth == 0 { 2 } else { self.shapes.len() };
        let at = self.random.below(shapes);
        let shape = Rc::clone(&self.shapes[at]);
        let descs = desc::split(&shape.types).expect("descs made here");
        let fields = descs
            .iter()
            .map(|desc| self.value(desc, depth.saturating_sub(1), around))
            .collect();
        Model::Record(Rc::clone(&shape), fields)
    }
}

//! Values with identity (section 14): nodes that pointers share, and the cycles among them.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{DuplicateKey, Model};

/// A value whose pointers lead to nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The value.
    pub root: Model,
    /// What the pointers to each node lead to, by the node's number.
    pub nodes: Vec<Model>,
}

/// Why a value has no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unencodable {
    /// Two keys of one map, or two elements of one set, are equal (section 5).
    DuplicateKey(DuplicateKey),
    /// A key leads to a node on a cycle.
    CyclicKey,
    /// A cycle closes without a cell.
    CycleWithoutCell,
    /// A cycle in the whole profile, which records no identity.
    CycleInWhole,
    /// A place in a cycle with an offset or a level too large to be written.
    FarPlace,
}

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DuplicateKey(_) => "two keys are equal",
            Self::CyclicKey => "a key that leads to a cycle",
            Self::CycleWithoutCell => "a cycle that closes without a cell",
            Self::CycleInWhole => "a cycle in the whole profile",
            Self::FarPlace => "a place in a cycle that is too far away",
        })
    }
}

impl From<DuplicateKey> for Unencodable {
    fn from(duplicate: DuplicateKey) -> Self {
        Self::DuplicateKey(duplicate)
    }
}

impl Shared {
    /// A value without pointers.
    pub fn plain(root: Model) -> Self {
        let nodes = Vec::new();
        Self { root, nodes }
    }

    /// For each node the number of the cycle it is on, if it is on one.
    pub fn cycles(&self) -> Vec<Option<usize>> {
        cycles(&self.nodes.iter().map(pointers).collect::<Vec<_>>())
    }

    /// The same value with every map and set in it ascending.
    ///
    /// # Errors
    /// If two keys of one map are equal, or one leads to a cycle.
    pub fn sorted(&self) -> Result<Self, Unencodable> {
        let cycles = self.cycles();
        for model in self.nodes.iter().chain([&self.root]) {
            let mut seen = BTreeSet::new();
            let mut ahead = pointers_of_keys(model);
            while let Some(node) = ahead.pop() {
                if cycles[node].is_some() {
                    return Err(Unencodable::CyclicKey);
                }
                if seen.insert(node) {
                    ahead.extend(pointers(&self.nodes[node]));
                }
            }
        }
        let nodes = self.nodes.iter();
        let nodes = nodes.map(|node| node.sorted_among(&self.nodes));
        Ok(Self {
            root: self.root.sorted_among(&self.nodes)?,
            nodes: nodes.collect::<Result<_, _>>()?,
        })
    }
}

/// The nodes that the pointers in a value lead to, without what those hold.
pub fn pointers(model: &Model) -> Vec<usize> {
    let mut found = Vec::new();
    let mut ahead = vec![model];
    while let Some(model) = ahead.pop() {
        if let Model::Pointer(node, _) = model {
            found.push(*node);
        }
        ahead.extend(model.parts());
    }
    found
}

fn pointers_of_keys(model: &Model) -> Vec<usize> {
    let mut found = Vec::new();
    let mut ahead = vec![model];
    while let Some(model) = ahead.pop() {
        match model {
            Model::Map(_, _, entries) => {
                found.extend(entries.iter().flat_map(|(key, _)| pointers(key)));
            }
            Model::Set(_, elements) => found.extend(elements.iter().flat_map(pointers)),
            _ => {}
        }
        ahead.extend(model.parts());
    }
    found
}

/// The strongly connected components with an edge inside, by Tarjan's algorithm with its stack on
/// the heap: a list of nodes may be long.
fn cycles(edges: &[Vec<usize>]) -> Vec<Option<usize>> {
    const NEW: usize = usize::MAX;
    let mut order = vec![NEW; edges.len()];
    let mut low = vec![NEW; edges.len()];
    let mut is_open = vec![false; edges.len()];
    let mut cycle = vec![None; edges.len()];
    let (mut met, mut open, mut count) = (0, Vec::new(), 0);
    for start in 0..edges.len() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if order[start] == NEW {
            path.push((start, 0));
        }
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if *next == 0 {
                (order[node], low[node]) = (met, met);
                met += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(&target) = edges[node].get(*next) {
                *next += 1;
                if order[target] == NEW {
                    path.push((target, 0));
                } else if is_open[target] {
                    low[node] = low[node].min(order[target]);
                }
                continue;
            }
            path.pop();
            if let Some(&(before, _)) = path.last() {
                low[before] = low[before].min(low[node]);
            }
            if low[node] == order[node] {
                let at = open.iter().rposition(|&open| open == node).unwrap_or(0);
                let members = open.split_off(at);
                let is_cycle = members.len() > 1 || edges[node].contains(&node);
                for member in members {
                    is_open[member] = false;
                    cycle[member] = is_cycle.then_some(count);
                }
                count += 1;
            }
        }
    }
    cycle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_reach_each_other_are_on_one_cycle() {
        let edges = [vec![1], vec![2, 3], vec![1], vec![4, 5], vec![], vec![5]];
        let found = cycles(&edges);
        assert_eq!(found[1], found[2]);
        let is_on_one: Vec<_> = found.iter().map(Option::is_some).collect();
        assert_eq!(is_on_one, [false, true, true, false, false, true]);
        assert_ne!(found[1], found[5]);
    }

    #[test]
    fn a_long_ring_takes_no_stack() {
        let n = 200_000;
        let ring: Vec<_> = (0..n).map(|node| vec![(node + 1) % n]).collect();
        let found = cycles(&ring);
        assert!(
            found
                .iter()
                .all(|&cycle| cycle.is_some() && cycle == found[0])
        );
    }

    #[test]
    fn a_key_must_not_lead_to_a_cycle() {
        let pointer = |node| Model::Pointer(node, "?@".to_owned());
        let lead = |node| Model::Option("@".to_owned(), Some(Box::new(pointer(node))));
        let set = Model::Set("?@".to_owned(), vec![pointer(0)]);
        let nodes = vec![lead(1), Model::Cell(Box::new(pointer(1)))];
        let cyclic = Shared { root: set, nodes };
        assert_eq!(cyclic.sorted(), Err(Unencodable::CyclicKey));
    }
}

//! Which nodes are on a cycle, and through which cells cycles close: found while the value is walked.
//!
//! Strongly connected components in the order of the walk itself: Nuutila and Soisalon-Soininen, "On
//! finding the strongly connected components in a directed graph" (1994). A pointer to a node that is
//! open, or that is on a cycle with one, closes a cycle. Without cycles nothing is noted.

use super::address::AddressSet;
use super::known::{Identity, NO_CELL, NO_NODE, NodeKey, OpenNode, State};

/// What is known so far.
#[derive(Default)]
pub(super) struct Search {
    /// Nodes that were walked and are on a cycle with one that is open.
    waiting: Vec<Waiting>,
    /// The addresses of the cells through which cycles close.
    pub(super) left_out: AddressSet,
    pub(super) n_cycles: u32,
}

struct Waiting {
    id: u32,
    key: NodeKey,
    opened: u32,
}

impl Search {
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.left_out.clear();
        self.n_cycles = 0;
    }
}

impl Identity {
    /// The innermost node leads to one that is open, or on a cycle with one.
    pub(super) fn lead_back(&mut self, opened: u32) {
        if let Some(node) = self.open.last_mut() {
            node.is_loop |= node.opened == opened;
            node.low = node.low.min(opened);
        }
        self.leave_cell_out();
    }

    fn leave_cell_out(&mut self) {
        if !matches!(self.cell, 0 | NO_CELL) {
            self.search.left_out.insert(self.cell);
        }
    }

    /// A node was walked.
    pub(super) fn leave_explored(&mut self, node: &OpenNode, key: NodeKey) {
        if node.low < node.opened {
            if let Some(around) = self.open.last_mut() {
                around.low = around.low.min(node.low);
            }
            self.leave_cell_out();
            self.search.waiting.push(Waiting {
                id: node.id,
                key,
                opened: node.opened,
            });
            self.set(node.id, State::Waiting(node.opened));
            return;
        }
        let waiting = self.search.waiting.iter().rev();
        let n_members = waiting.take_while(|member| member.opened > node.opened);
        let n_members = n_members.count();
        if n_members == 0 && !node.is_loop {
            self.set(node.id, State::Left);
            return;
        }
        let cycle = self.search.n_cycles;
        self.search.n_cycles += 1;
        for _ in 0..n_members {
            if let Some(member) = self.search.waiting.pop() {
                self.join(member.id, member.key, cycle);
            }
        }
        self.join(node.id, key, cycle);
    }

    fn join(&mut self, id: u32, key: NodeKey, cycle: u32) {
        if id == NO_NODE {
            // The second run has to know it.
            let id = u32::try_from(self.nodes.len()).unwrap_or(NO_NODE);
            self.by_key.insert(key, id);
            self.nodes.push(State::Member(cycle));
        } else {
            self.set(id, State::Member(cycle));
        }
    }

    pub(super) fn set(&mut self, id: u32, state: State) {
        if let Some(node) = self.nodes.get_mut(id as usize) {
            *node = state;
        }
    }
}

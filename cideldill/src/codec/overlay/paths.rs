//! The way to a node: what holds each scope of an overlay.

use super::{Entry, Kind, Overlay, Scope};

/// Where each scope and each node is held.
#[derive(Debug, Default)]
pub(in crate::codec) struct Paths {
    holder: Vec<Option<(Scope, Entry)>>,
    nodes: Vec<Option<(Scope, Entry)>>,
    /// For each scope the one of the block that it tells about.
    blocks: Vec<Scope>,
}

impl Overlay {
    /// The entries that lead to each node from outside.
    pub(in crate::codec) fn paths(&self) -> Paths {
        let mut holder = vec![None; self.scopes.len()];
        let mut nodes = vec![None; self.nodes.len()];
        for (number, (start, end)) in self.scopes.iter().enumerate() {
            let scope = Scope(u32::try_from(number).unwrap_or_default());
            for at in *start..*end {
                let Some(entry) = self.entries.get(at as usize) else {
                    continue;
                };
                if let Some(holder) = holder.get_mut(entry.scope.0 as usize) {
                    *holder = Some((scope, *entry));
                }
                if entry.kind == Kind::Node
                    && let Some(node) = nodes.get_mut(entry.number as usize)
                {
                    *node = Some((scope, *entry));
                }
            }
        }
        let mut blocks: Vec<Scope> = Vec::with_capacity(holder.len());
        blocks.resize(holder.len(), Scope::EMPTY);
        // A scope ends before the one that holds it.
        for number in (0..holder.len()).rev() {
            let own = Scope(u32::try_from(number).unwrap_or_default());
            let block = match holder.get(number) {
                Some(Some((around, entry))) if entry.kind != Kind::Link => {
                    blocks.get(around.0 as usize).copied().unwrap_or_default()
                }
                _ => own,
            };
            if let Some(place) = blocks.get_mut(number) {
                *place = block;
            }
        }
        Paths {
            holder,
            nodes,
            blocks,
        }
    }
}

impl Paths {
    /// The way from the outermost scope to a node: for each entry its scope, the node's own last.
    pub(in crate::codec) fn to_node(&self, number: u32) -> Vec<(Scope, Entry)> {
        let mut path: Vec<(Scope, Entry)> = Vec::new();
        let mut next = self.nodes.get(number as usize).copied().flatten();
        while let Some((scope, entry)) = next {
            path.push((scope, entry));
            // The empty scope is held by many, and leads nowhere.
            let is_held = !scope.is_empty() && path.len() <= self.holder.len();
            let holder = self.holder.get(scope.0 as usize).filter(|_| is_held);
            next = holder.copied().flatten();
        }
        path.reverse();
        path
    }

    /// The scope of the block in which a node stands.
    pub(in crate::codec) fn block_of(&self, number: u32) -> Scope {
        let node = self.nodes.get(number as usize).copied().flatten();
        let block = node.and_then(|(scope, _)| self.blocks.get(scope.0 as usize));
        block.copied().unwrap_or_default()
    }

    /// The node, if it has a number, that the pointer right around the link to a block leads to.
    pub(in crate::codec) fn around_block(&self, block: Scope) -> Option<u32> {
        if block.is_empty() {
            return None;
        }
        let (around, link) = self.holder.get(block.0 as usize).copied().flatten()?;
        if link.kind != Kind::Link || link.offset != 0 || around.is_empty() {
            return None;
        }
        let (_, pointer) = self.holder.get(around.0 as usize).copied().flatten()?;
        (pointer.kind == Kind::Node).then_some(pointer.number)
    }
}

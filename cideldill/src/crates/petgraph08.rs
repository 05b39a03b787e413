//! `petgraph` 0.8: nodes and edges in the order of their indices, which come back the same.
//!
//! A `StableGraph` keeps the gaps where something was removed. Not kept: which gap is filled next,
//! and, where edges were removed, the order in which neighbours are visited.

use petgraph::graph::{EdgeIndex, IndexType, NodeIndex};
use petgraph::stable_graph::StableGraph;
use petgraph::visit::{EdgeIndexable, NodeIndexable};
use petgraph::{EdgeType, Graph};

use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::impls::out_of_range;
use crate::impls::record::variants;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::stack::grow;

variants! {
    [N, E] Dense<N, E> {
        0 "std::crate::petgraph::Graph"
            named (0 is_directed: bool, 1 nodes: Vec<N>, 2 edges: Vec<(u64, u64, E)>)
            => [Dense { is_directed, nodes, edges }];
    };
    [N, E] Sparse<N, E> {
        0 "std::crate::petgraph::StableGraph"
            named (0 is_directed: bool, 1 nodes: Vec<Option<N>>, 2 edges: Vec<Option<(u64, u64, E)>>)
            => [Sparse { is_directed, nodes, edges }];
    };
}

/// An edge is its source, target and weight.
struct Dense<N, E> {
    is_directed: bool,
    nodes: Vec<N>,
    edges: Vec<(u64, u64, E)>,
}

/// The same with gaps.
struct Sparse<N, E> {
    is_directed: bool,
    nodes: Vec<Option<N>>,
    edges: Vec<Option<(u64, u64, E)>>,
}

impl<N: Reduce, E: Reduce, Ty: EdgeType, Ix: IndexType> Reduce for Graph<N, E, Ty, Ix> {
    const DESC: &'static Desc = Dense::<N, E>::DESC;
    const SHAPES: &'static [Shape] = Dense::<N, E>::SHAPES;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let edges = self.raw_edges().iter().map(|edge| {
            let (source, target) = (edge.source().index(), edge.target().index());
            (source as u64, target as u64, &edge.weight)
        });
        let parts = Dense {
            is_directed: self.is_directed(),
            nodes: self.node_weights().collect(),
            edges: edges.collect(),
        };
        grow(|| parts.reduce(encoder))
    }
}

impl<N, E, Ty, Ix> Reconstruct for Graph<N, E, Ty, Ix>
where
    N: Reconstruct,
    E: Reconstruct,
    Ty: EdgeType,
    Ix: IndexType,
{
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        let parts: Dense<N, E> = grow(|| Dense::reconstruct(decoder))?;
        let wrong = || out_of_range::<Self>("a graph");
        check_kind::<Self, Ty>(parts.is_directed)?;
        let mut graph = Self::with_capacity(parts.nodes.len(), parts.edges.len());
        for node in parts.nodes {
            graph.try_add_node(node).map_err(|_| wrong())?;
        }
        for (source, target, weight) in parts.edges {
            let ends = ends(source, target, graph.node_count());
            let (source, target) = ends.ok_or_else(wrong)?;
            let edge = graph.try_add_edge(source, target, weight);
            edge.map_err(|_| wrong())?;
        }
        Ok(graph)
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow(|| {
            self.node_weights().for_each(|node| node.cells(cells));
            self.edge_weights().for_each(|edge| edge.cells(cells));
        });
    }
}

impl<N: Reduce, E: Reduce, Ty: EdgeType, Ix: IndexType> Reduce for StableGraph<N, E, Ty, Ix> {
    const DESC: &'static Desc = Sparse::<N, E>::DESC;
    const SHAPES: &'static [Shape] = Sparse::<N, E>::SHAPES;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let nodes = (0..self.node_bound()).map(|index| self.node_weight(NodeIndex::new(index)));
        let edges = (0..self.edge_bound()).map(|index| {
            let index = EdgeIndex::new(index);
            let (source, target) = self.edge_endpoints(index)?;
            let weight = self.edge_weight(index)?;
            Some((source.index() as u64, target.index() as u64, weight))
        });
        let parts = Sparse {
            is_directed: self.is_directed(),
            nodes: nodes.collect(),
            edges: edges.collect(),
        };
        grow(|| parts.reduce(encoder))
    }
}

impl<N, E, Ty, Ix> Reconstruct for StableGraph<N, E, Ty, Ix>
where
    N: Reconstruct,
    E: Reconstruct,
    Ty: EdgeType,
    Ix: IndexType,
{
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        let parts: Sparse<N, E> = grow(|| Sparse::reconstruct(decoder))?;
        check_kind::<Self, Ty>(parts.is_directed)?;
        with_gaps(parts).ok_or_else(|| out_of_range::<Self>("a graph"))
    }

    fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
        grow(|| {
            self.node_weights().for_each(|node| node.cells(cells));
            self.edge_weights().for_each(|edge| edge.cells(cells));
        });
    }
}

/// A graph without gaps is made first, then what is none is left out. The last node and the last
/// edge are never a gap, and no edge leads to one.
fn with_gaps<N, E, Ty, Ix>(parts: Sparse<N, E>) -> Option<StableGraph<N, E, Ty, Ix>>
where
    Ty: EdgeType,
    Ix: IndexType,
{
    let Sparse { nodes, edges, .. } = parts;
    let ends_in_gap = nodes.last().is_some_and(Option::is_none);
    if ends_in_gap || edges.last().is_some_and(Option::is_none) {
        return None;
    }
    // Where a gap among the edges leads is never seen.
    let anywhere = nodes.iter().position(Option::is_some).unwrap_or_default() as u64;
    let mut full = StableGraph::with_capacity(nodes.len(), edges.len());
    let count = nodes.len();
    let is_there: Vec<bool> = nodes.iter().map(Option::is_some).collect();
    for node in nodes {
        full.try_add_node(node).ok()?;
    }
    for edge in edges {
        let (source, target, weight) = match edge {
            Some((source, target, weight)) => (source, target, Some(weight)),
            None => (anywhere, anywhere, None),
        };
        let (source, target): (NodeIndex<Ix>, NodeIndex<Ix>) = ends(source, target, count)?;
        if !is_there[source.index()] || !is_there[target.index()] {
            return None;
        }
        full.try_add_edge(source, target, weight).ok()?;
    }
    Some(full.filter_map_owned(|_, node| node, |_, edge| edge))
}

fn ends<Ix: IndexType>(
    source: u64,
    target: u64,
    count: usize,
) -> Option<(NodeIndex<Ix>, NodeIndex<Ix>)> {
    let index = |number: u64| usize::try_from(number).ok().filter(|index| *index < count);
    Some((
        NodeIndex::new(index(source)?),
        NodeIndex::new(index(target)?),
    ))
}

fn check_kind<G, Ty: EdgeType>(is_directed: bool) -> Result<(), Error> {
    if is_directed == Ty::is_directed() {
        return Ok(());
    }
    Err(out_of_range::<G>("whether the edges have a direction"))
}

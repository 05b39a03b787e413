//! The packages of this workspace's lock file as a graph, which has support of its own (the feature
//! `petgraph`).

use std::collections::BTreeMap;

use cideldill::{Debuggable, Store};
use petgraph::algo::toposort;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};

use crate::Outcome;
use crate::report::{changes, put};

#[derive(Debuggable, Clone, Debug, PartialEq)]
struct Package {
    name: String,
    version: String,
}

#[derive(Debuggable, Clone, Debug, PartialEq)]
struct Needs;

type Packages = StableDiGraph<Package, Needs>;

/// Reads the few lines of a lock file that matter here.
fn packages(lock: &str) -> Packages {
    let mut graph = Packages::new();
    let mut by_name: BTreeMap<&str, NodeIndex> = BTreeMap::new();
    let mut needs: Vec<(NodeIndex, &str)> = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key));
            line.unwrap_or_default().trim_matches(['"', ' ', '='])
        };
        let (name, version) = (field("name"), field("version"));
        let node = graph.add_node(Package {
            name: name.into(),
            version: version.into(),
        });
        by_name.insert(name, node);
        let list = package.split_once("dependencies = [").map(|(_, list)| list);
        let names = list.into_iter().flat_map(|list| list.split('"'));
        needs.extend(names.filter_map(|text| Some((node, text.split(' ').next()?))));
    }
    for (from, name) in needs {
        if let Some(to) = by_name.get(name) {
            graph.add_edge(from, *to, Needs);
        }
    }
    graph
}

pub(crate) fn run() -> Outcome {
    let store = Store::in_memory();
    let mut graph = packages(include_str!("../Cargo.lock"));
    let step = format!(
        "{} packages, {} edges",
        graph.node_count(),
        graph.edge_count()
    );
    let before = put(&store, &step, &graph)?;
    let again: Packages = store.load(before)?;
    let sorted = |graph: &Packages| toposort(graph, None).map_err(|_| "a cycle");
    println!(
        "  loaded: nodes equal {}, a topological order of all {}",
        again.node_indices().eq(graph.node_indices())
            && again.node_weights().eq(graph.node_weights()),
        sorted(&again)?.len() == graph.node_count()
    );
    let some = graph.node_indices().nth(20).ok_or("too few packages")?;
    graph[some].version.push_str("-patched");
    let after = put(&store, "one version changed", &graph)?;
    changes(&store, before, after)?;
    graph.remove_node(some);
    let removed = put(&store, "one package removed", &graph)?;
    let again: Packages = store.load(removed)?;
    println!(
        "  loaded: the gap is where it was: {}",
        again.node_weight(some).is_none()
    );
    Ok(())
}

//! Strongly connected components.

#![expect(
    clippy::cast_possible_truncation,
    reason = "nodes and edges are numbered with 32 bits"
)]

/// The strongly connected component of each node: Tarjan's algorithm (Depth-first search and linear
/// graph algorithms, 1972), without recursion.
pub(super) fn components(n: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    const NOT_MET: u32 = u32::MAX;
    // The edges of each node stand together.
    let mut first = vec![0_u32; n + 1];
    for (from, _) in edges {
        first[*from as usize + 1] += 1;
    }
    for node in 0..n {
        first[node + 1] += first[node];
    }
    let mut filled = first.clone();
    let mut targets = vec![0_u32; edges.len()];
    for (from, to) in edges {
        let place = &mut filled[*from as usize];
        targets[*place as usize] = *to;
        *place += 1;
    }
    let mut number = vec![NOT_MET; n];
    let mut low = vec![0_u32; n];
    let mut component = vec![NOT_MET; n];
    let mut waiting = Vec::new();
    // Open nodes, each with its next edge.
    let mut open: Vec<(u32, u32)> = Vec::new();
    let mut met = 0;
    let mut found = 0;
    for root in 0..n as u32 {
        if number[root as usize] != NOT_MET {
            continue;
        }
        open.push((root, first[root as usize]));
        while let Some((node, edge)) = open.last_mut() {
            let at = *node as usize;
            if *edge == first[at] && number[at] == NOT_MET {
                number[at] = met;
                low[at] = met;
                met += 1;
                waiting.push(*node);
            }
            if *edge < first[at + 1] {
                let to = targets[*edge as usize];
                *edge += 1;
                if number[to as usize] == NOT_MET {
                    open.push((to, first[to as usize]));
                } else if component[to as usize] == NOT_MET {
                    low[at] = low[at].min(number[to as usize]);
                }
                continue;
            }
            open.pop();
            if let Some((around, _)) = open.last() {
                low[*around as usize] = low[*around as usize].min(low[at]);
            }
            if low[at] == number[at] {
                while let Some(member) = waiting.pop() {
                    component[member as usize] = found;
                    if member as usize == at {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    component
}

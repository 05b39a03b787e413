//! What docs/format.md section 14 promises, on random graphs of pointers: the slow encoder against
//! the strict reader.
//!
//! A failure names its seed; `graph(seed)` and `wild(seed)` are the values.

use std::collections::BTreeMap;

use cideldill_reference::graph::{Graph, graph, wild};
use cideldill_reference::model::Model;
use cideldill_reference::profile::Profile;
use cideldill_reference::random::Random;
use cideldill_reference::reader::{Rule, decode, fsck_shared, overlay_of};
use cideldill_reference::reference::{Blocks, Encoded, cid_of, encode_shared};
use cideldill_reference::shared::{Shared, Unencodable};

fn profile_of(seed: u64) -> Profile {
    [Profile::SMALL, Profile::SMALL, Profile::STANDARD][usize::try_from(seed % 3).unwrap()]
}

#[test]
fn every_graph_comes_back_with_its_identity() {
    for seed in 0..1_500 {
        let graph = graph(seed);
        let encoded = encode_shared(&graph.model(), profile_of(seed)).unwrap();
        let (read, _) = fsck_shared(&encoded.root, &encoded.blocks)
            .unwrap_or_else(|refused| panic!("seed {seed}: {refused:?}"));
        let loaded = Graph::of(&read).unwrap_or_else(|| panic!("seed {seed}: no graph"));
        assert!(loaded.as_met() == graph.as_met(), "seed {seed}");
    }
}

#[test]
fn every_value_with_pointers_is_what_its_blocks_are_read_as() {
    let mut refused = BTreeMap::<String, u32>::new();
    let mut encoded_ones = 0;
    for seed in 0..6_000 {
        let value = wild(seed);
        let encoded = match encode_shared(&value, profile_of(seed)) {
            Ok(encoded) => encoded,
            Err(failed) => {
                *refused.entry(failed.to_string()).or_default() += 1;
                continue;
            }
        };
        encoded_ones += 1;
        for root in [encoded.root, encoded.content] {
            fsck_shared(&root, &encoded.blocks)
                .unwrap_or_else(|refused| panic!("seed {seed}: {refused:?}"));
        }
    }
    assert!(encoded_ones > 4_000, "{encoded_ones} {refused:?}");
}

/// Sharing is no part of content, where there is no cycle.
#[test]
fn content_does_not_depend_on_sharing() {
    let mut shared_ones = 0;
    for seed in 0..3_000 {
        let value = wild(seed);
        if value.cycles().iter().any(Option::is_some) {
            continue;
        }
        let Ok(encoded) = encode_shared(&value, profile_of(seed)) else {
            continue;
        };
        // Every pointer a node of its own.
        let mut apart = Vec::new();
        let Some(root) = taken_apart(&value.root, &value, &mut apart) else {
            continue;
        };
        let apart = Shared { root, nodes: apart };
        let apart = encode_shared(&apart, profile_of(seed)).unwrap();
        assert_eq!(encoded.content, apart.content, "seed {seed}");
        assert_eq!(apart.root, apart.content, "seed {seed}");
        shared_ones += u32::from(encoded.root != encoded.content);
    }
    assert!(shared_ones > 100, "{shared_ones}");
}

/// The value with a node for each pointer and weak pointers to nothing, if it is not too large.
fn taken_apart(model: &Model, value: &Shared, nodes: &mut Vec<Model>) -> Option<Model> {
    let mut one = |model: &Model| taken_apart(model, value, nodes);
    Some(match model {
        Model::Pointer(node, desc) => {
            let node = one(&value.nodes[*node])?;
            nodes.push(node);
            if nodes.len() > 2_000 {
                return None;
            }
            Model::Pointer(nodes.len() - 1, desc.clone())
        }
        Model::Weak(_) => Model::Weak(None),
        Model::Cell(content) => Model::Cell(Box::new(one(content)?)),
        Model::Any(inner) => Model::Any(Box::new(one(inner)?)),
        Model::Option(of, Some(inner)) => Model::Option(of.clone(), Some(Box::new(one(inner)?))),
        Model::Sequence(of, all) => {
            Model::Sequence(of.clone(), all.iter().map(one).collect::<Option<_>>()?)
        }
        Model::Set(of, all) => Model::Set(of.clone(), all.iter().map(one).collect::<Option<_>>()?),
        Model::Tuple(all) => Model::Tuple(all.iter().map(one).collect::<Option<_>>()?),
        Model::Record(shape, all) => {
            Model::Record(shape.clone(), all.iter().map(one).collect::<Option<_>>()?)
        }
        Model::Map(key, of, entries) => {
            let mut entry = |(key, of): &(Model, Model)| Some((one(key)?, one(of)?));
            let entries = entries.iter().map(&mut entry).collect::<Option<_>>()?;
            Model::Map(key.clone(), of.clone(), entries)
        }
        scalar => scalar.clone(),
    })
}

/// The numbers of nodes are not in the bytes.
#[test]
fn the_order_in_which_nodes_are_listed_does_not_matter() {
    for seed in 0..1_000 {
        let value = graph(seed);
        let n = value.nodes.len();
        let moved = |node: usize| (node + 1) % n;
        let mut other = value.clone();
        other.nodes.rotate_right(1);
        other.root.iter_mut().for_each(|node| *node = moved(*node));
        for edge in other.nodes.iter_mut().flat_map(|node| &mut node.edges) {
            edge.target = edge.target.map(moved);
        }
        let [value, other] =
            [value, other].map(|graph| encode_shared(&graph.model(), profile_of(seed)).unwrap());
        assert!(value == other, "seed {seed}");
    }
}

/// Every change of a root, of an overlay and of a cycle is refused, or is the root of another value.
#[test]
fn changed_bytes_are_refused_or_make_another_value() {
    let (mut refused, mut across, mut accepted) = (0, 0, 0);
    for seed in 0..600 {
        let mut random = Random::new(seed);
        let value = if seed % 2 == 0 {
            graph(seed).model()
        } else {
            wild(seed)
        };
        let Ok(encoded) = encode_shared(&value, profile_of(seed)) else {
            continue;
        };
        for root in [encoded.root, encoded.content] {
            // A changed overlay can undo sharing, and what was shared is then read again and again.
            if encoded.blocks[&root].len() > 400 || encoded.blocks.len() > 8 {
                continue;
            }
            for _ in 0..8 {
                let mut changed = encoded.blocks[&root].clone();
                let at = random.below(changed.len());
                match random.below(4) {
                    0 => drop(changed.remove(at)),
                    1 => changed.insert(at, random.bits().to_le_bytes()[0]),
                    _ => changed[at] ^= 1 << random.below(8),
                }
                let cid = cid_of(&changed);
                let mut blocks = encoded.blocks.clone();
                blocks.insert(cid, changed);
                match fsck_shared(&cid, &blocks) {
                    Ok(_) => accepted += 1,
                    Err(found) if found.rule == Rule::Across => {
                        assert!(decode(&cid, &blocks).is_ok(), "seed {seed}");
                        across += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    let enough = refused > 1_000 && accepted > 100;
    assert!(
        enough,
        "{refused} refused, {across} by fsck, {accepted} accepted"
    );
}

#[test]
fn cycles_are_written_in_blocks_of_their_own_only() {
    let pointer = |node| Model::Pointer(node, "@".to_owned());
    let held = |node: usize| Model::Option("@".to_owned(), Some(Box::new(pointer(node))));
    let alone = |node: Model| Shared {
        root: Model::Pointer(0, node.desc()),
        nodes: vec![node],
    };
    let without_cell = encode_shared(&alone(Model::Tuple(vec![pointer(0)])), Profile::STANDARD);
    assert_eq!(without_cell, Err(Unencodable::CycleWithoutCell));
    let ring = alone(Model::Cell(Box::new(held(0))));
    let whole = encode_shared(&ring, Profile::WHOLE);
    assert_eq!(whole, Err(Unencodable::CycleInWhole));
}

#[test]
fn a_ring_of_many_nodes_is_one_block_and_takes_no_stack() {
    let ring = Shared {
        root: Model::Pointer(0, "@".to_owned()),
        nodes: ring_of(5_000),
    };
    let encoded = encode_shared(&ring, Profile::STANDARD).unwrap();
    assert_eq!(encoded.blocks.len(), 1);
    fsck_shared(&encoded.root, &encoded.blocks).unwrap();
}

fn ring_of(n: usize) -> Vec<Model> {
    let Model::Record(shape, fields) = &graph(0).model().nodes[0] else {
        panic!("a node is a record");
    };
    let mut fields = fields.clone();
    for (at, of) in [(2, "@"), (5, "w")] {
        fields[at] = Model::Sequence(of.to_owned(), Vec::new());
    }
    for (at, of) in [(4, "?@"), (6, "w")] {
        fields[at] = Model::Cell(Box::new(Model::Sequence(of.to_owned(), Vec::new())));
    }
    fields[1] = Model::Text(String::new());
    let node = |at: usize| {
        let next = Model::Pointer((at + 1) % n, "@".to_owned());
        let held = Model::Option("@".to_owned(), Some(Box::new(next)));
        let mut fields = fields.clone();
        fields[3] = Model::Sequence("?@".to_owned(), vec![Model::Cell(Box::new(held))]);
        Model::Record(shape.clone(), fields)
    };
    (0..n).map(node).collect()
}

/// The generators reach what the tests above claim to test.
#[test]
fn the_random_values_have_every_form_of_identity() {
    const FORMS: [&str; 9] = [
        "part",
        "back reference to a pointer in a pointer",
        "hole",
        "weak pointer",
        "long overlay",
        "node below a cycle",
        "entry of kind 3",
        "cycle of several blocks",
        "equal cycles",
    ];
    let mut found = BTreeMap::new();
    for seed in 0..3_000 {
        for value in [graph(seed).model(), wild(seed)] {
            let Ok(encoded) = encode_shared(&value, profile_of(seed)) else {
                continue;
            };
            for form in forms(&encoded) {
                *found.entry(form).or_insert(0) += 1;
            }
        }
    }
    for form in FORMS {
        assert!(
            found.get(form).is_some_and(|&count| count > 0),
            "{form}: {found:?}"
        );
    }
}

fn forms(encoded: &Encoded) -> Vec<&'static str> {
    let Encoded { root, blocks, .. } = encoded;
    let has = |bytes: &[u8], item: &[u8]| bytes.windows(item.len()).any(|window| window == item);
    let any = |item: &[u8]| blocks.values().any(|block| has(block, item));
    let is_cycle = |block: &&Vec<u8>| block[2] == b'~';
    let mut forms = Vec::new();
    let mut note = |is_found: bool, form| {
        if is_found {
            forms.push(form);
        }
    };
    note(any(&[0xc7, 0x45, 3]), "part");
    note(any(&[0xc7, 0, 5]), "hole");
    note(any(&[0xc7, 0, 4]), "weak pointer");
    let deep = |block: &Vec<u8>| {
        let places = block.windows(8).filter(|item| item[..3] == [0xc7, 5, 2]);
        places.into_iter().any(|item| item[7] > 0)
    };
    note(
        blocks.values().any(deep),
        "back reference to a pointer in a pointer",
    );
    note(
        blocks
            .values()
            .filter(is_cycle)
            .any(|block| has(block, &[0xc7, 0x40, 1])),
        "cycle of several blocks",
    );
    let Ok(overlay) = overlay_of(root, blocks) else {
        return forms;
    };
    note(overlay.len() > 600, "long overlay");
    note(
        overlay.starts_with(&[1, 3]) || overlay.starts_with(&[3]) || has(&overlay, &[11]),
        "entry of kind 3",
    );
    note(
        blocks.values().filter(is_cycle).count() > 1,
        "node below a cycle",
    );
    note(has_twice(blocks), "equal cycles");
    forms
}

/// Whether some block links twice to one cycle.
fn has_twice(blocks: &Blocks) -> bool {
    let cycles = blocks.iter().filter(|(_, block)| block[2] == b'~');
    let mut cycles = cycles.map(|(cid, _)| [&[0xc7, 0x40, 1], cid.as_slice()].concat());
    cycles.any(|link| {
        let links = |block: &Vec<u8>| block.windows(67).filter(|item| *item == link).count();
        blocks.values().any(|block| links(block) > 1)
    })
}

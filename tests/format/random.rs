//! What docs/format.md promises about every value, on random ones around every limit.
//!
//! A failure names its seed; `random::case(seed)` is the value.

use cideldill_reference::desc;
use cideldill_reference::model::Model;
use cideldill_reference::profile::Profile;
use cideldill_reference::random::{Random, case};
use cideldill_reference::reader::{Rule, decode, fsck};
use cideldill_reference::reference::{Blocks, Cid, cid_of, encode, length};

const SEEDS: u64 = 100_000;

/// What a reader that is not told the type gets: an option whose inner value is the whole root
/// comes back as the inner value (section 8).
fn as_read(model: Model, root_desc: &str) -> Model {
    match model {
        Model::Option(of, Some(inner)) if root_desc.trim_start_matches('%') == of => *inner,
        model => model,
    }
}

fn desc_of(block: &[u8]) -> &str {
    let (start, length) = match block[1] {
        0xd9 => (3, usize::from(block[2])),
        0xda => (4, usize::from(block[2]) << 8 | usize::from(block[3])),
        short => (2, usize::from(short & 31)),
    };
    std::str::from_utf8(&block[start..start + length]).unwrap()
}

#[test]
fn every_value_comes_back_equal() {
    for seed in 0..SEEDS {
        let case = case(seed);
        let (root, blocks) = encode(&case.model, case.profile).unwrap();
        let (read, _) =
            fsck(&root, &blocks).unwrap_or_else(|refused| panic!("seed {seed}: {refused:?}"));
        let expected = as_read(case.model.sorted().unwrap(), desc_of(&blocks[&root]));
        assert!(read == expected, "seed {seed}");
    }
}

/// Invariant: a component has the same bytes inside any value as alone. A chunk too.
#[test]
fn every_block_but_an_inner_node_is_the_root_of_its_own_value() {
    let mut inner_nodes = 0;
    for seed in (0..SEEDS).step_by(10) {
        let case = case(seed);
        let (_, blocks) = encode(&case.model, case.profile).unwrap();
        for (cid, block) in &blocks {
            match fsck(cid, &blocks) {
                Ok(_) => {}
                Err(refused) => {
                    assert_eq!(refused.rule, Rule::Across, "seed {seed}: {refused:?}");
                    assert!(is_linked_from_a_node(cid, block, &blocks), "seed {seed}");
                    inner_nodes += 1;
                }
            }
        }
    }
    assert!(inner_nodes > 0, "no value had nodes of several levels");
}

fn is_linked_from_a_node(cid: &Cid, block: &[u8], blocks: &Blocks) -> bool {
    desc_of(block).starts_with('%')
        && blocks.values().any(|holder| {
            desc_of(holder) == desc_of(block) && holder.windows(64).any(|window| window == cid)
        })
}

/// Invariant: the parts of a value that are long enough, encoded alone, are blocks of the whole.
#[test]
fn every_part_that_is_cut_has_the_same_cid_alone() {
    let mut cut = 0;
    for seed in (0..SEEDS).step_by(10) {
        let case = case(seed);
        let (_, blocks) = encode(&case.model, case.profile).unwrap();
        let mut parts = case.model.parts();
        while let Some(part) = parts.pop() {
            parts.extend(part.parts());
            let (root, part_blocks) = encode(part, case.profile).unwrap();
            let is_long = length(part, case.profile).unwrap() >= case.profile.cut;
            for cid in part_blocks.keys().filter(|&&cid| is_long || cid != root) {
                assert!(blocks.contains_key(cid), "seed {seed}: {part:?}");
                cut += 1;
            }
            if part_blocks.len() > 20 {
                break;
            }
        }
    }
    assert!(cut > 1_000, "too few parts were cut");
}

/// Every change of a small block is refused, or it is exactly the block of another value.
#[test]
fn every_changed_byte_is_refused_or_makes_another_value() {
    let (mut refused, mut accepted) = (0_u32, 0_u32);
    for seed in 0..4_000 {
        let case = case(seed);
        let (root, blocks) = encode(&case.model, case.profile).unwrap();
        let [block] = blocks.values().collect::<Vec<_>>()[..] else {
            continue;
        };
        if block.len() > 60 {
            continue;
        }
        let mut random = Random::new(seed);
        for changed in changes(block, &mut random) {
            let cid = cid_of(&changed);
            let alone = Blocks::from([(cid, changed)]);
            match decode(&cid, &alone) {
                Err(_) => refused += 1,
                Ok(_) if cid == root => {}
                Ok(model) => {
                    accepted += 1;
                    let again = fsck(&cid, &alone);
                    assert!(
                        again.is_ok(),
                        "seed {seed}: {:02x?} reads as {model:?}",
                        alone[&cid]
                    );
                }
            }
        }
    }
    assert!(
        refused > 100_000 && accepted > 10_000,
        "{refused} refused, {accepted} accepted"
    );
}

/// All changes of one byte to a neighbouring or random value, all bytes left out, and some put in.
fn changes(block: &[u8], random: &mut Random) -> Vec<Vec<u8>> {
    let mut changed = Vec::new();
    for at in 0..block.len() {
        let others = (0..8).map(|bit| block[at] ^ (1 << bit));
        let near = [
            block[at].wrapping_add(1),
            block[at].wrapping_sub(1),
            0xc0,
            0x90,
            0xa0,
            0xc4,
        ];
        let any = [0; 4].map(|_| random.bits().to_le_bytes()[0]);
        for byte in others.chain(near).chain(any) {
            let mut block = block.to_vec();
            block[at] = byte;
            changed.push(block);
        }
        let mut shorter = block.to_vec();
        shorter.remove(at);
        changed.push(shorter);
        let mut longer = block.to_vec();
        longer.insert(at, block[random.below(block.len())]);
        changed.push(longer);
        let mut swapped = block.to_vec();
        swapped.swap(at, random.below(block.len()));
        changed.push(swapped);
        changed.push(block[..at].to_vec());
    }
    changed
}

/// The same for roots that link to blocks: only what lies across blocks is left to `fsck`.
#[test]
fn changed_roots_of_several_blocks_are_refused_or_found_by_fsck() {
    let mut found = 0;
    for seed in 0..20_000 {
        let case = case(seed);
        if case.profile.number != Profile::SMALL.number {
            continue;
        }
        let (root, blocks) = encode(&case.model, case.profile).unwrap();
        if blocks.len() < 2 || blocks[&root].len() > 200 {
            continue;
        }
        let mut random = Random::new(seed);
        for _ in 0..40 {
            let mut changed = blocks[&root].clone();
            let at = random.below(changed.len());
            changed[at] ^= 1 << random.below(8);
            let cid = cid_of(&changed);
            let mut blocks = blocks.clone();
            blocks.insert(cid, changed);
            match fsck(&cid, &blocks) {
                Err(refused) if refused.rule == Rule::Across => found += 1,
                Err(_) => {}
                Ok((model, profile)) => {
                    let (again, _) = encode(&model, profile).unwrap();
                    assert_eq!(again, cid, "seed {seed}");
                }
            }
        }
    }
    assert!(found > 0, "no change was left to fsck");
}

/// The generator reaches what the tests above claim to test.
#[test]
fn the_random_values_lie_around_every_limit() {
    let mut at_the_cut = [0; 3];
    let mut chunked = 0;
    let mut deep_nodes = 0;
    let mut wide_tables = 0;
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..10_000 {
        let case = case(seed);
        let (root, blocks) = encode(&case.model, case.profile).unwrap();
        let mut models = vec![&case.model];
        while let Some(model) = models.pop() {
            let desc = model.desc();
            desc::check(&desc).unwrap();
            kinds.insert(desc.as_bytes()[0]);
            if models.len() < 50 {
                models.extend(model.parts());
            }
        }
        let inner = as_read(case.model.clone(), desc_of(&blocks[&root]));
        let own = length(&inner, case.profile).unwrap();
        for (below, count) in at_the_cut.iter_mut().enumerate() {
            *count += u32::from(own + below == case.profile.cut);
        }
        let nodes: Vec<_> = blocks
            .values()
            .filter(|block| desc_of(block).starts_with('%'))
            .collect();
        chunked += u32::from(!nodes.is_empty());
        deep_nodes += u32::from(nodes.len() > 3);
        wide_tables += u32::from(
            blocks
                .values()
                .any(|block| block.windows(3).any(|w| w == [0xdc, 0, 129])),
        );
    }
    assert_eq!(kinds.len(), "BHILQbhilqfdtcsyn@?[{<(*".len());
    assert!(at_the_cut.iter().all(|&count| count > 50), "{at_the_cut:?}");
    assert!(
        chunked > 300 && deep_nodes > 20 && wide_tables > 0,
        "{chunked} {deep_nodes} {wide_tables}"
    );
}

//! D7: CIDs depended on the order of insertion, the hash seed, sharing, memory addresses, clocks and
//! what was registered before. Here only on the content; other processes are asked in
//! `tests/requirements/processes.rs`.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::time::Instant;

use cideldill::{Debuggable, Opaque, Registration, Registry};

use crate::support::{cid, long_text};

#[test]
fn neither_order_of_insertion_nor_hasher() {
    let words: Vec<String> = (0..3_000).map(|n| format!("word {n}")).collect();
    let forward: HashMap<_, _, RandomState> = words.iter().map(|word| (word, 1_u8)).collect();
    let backward: HashMap<_, _, BuildHasherDefault<DefaultHasher>> =
        words.iter().rev().map(|word| (word, 1_u8)).collect();
    assert_eq!(cid(&forward), cid(&backward));
    let forward: HashSet<_, RandomState> = words.iter().collect();
    // One that grew large and shrank again.
    let mut backward: HashSet<_, RandomState> = words.iter().rev().collect();
    let more: Vec<String> = (0..9_000).map(|n| format!("more {n}")).collect();
    backward.extend(&more);
    backward.retain(|word| word.starts_with("word"));
    assert_eq!(cid(&forward), cid(&backward));
    assert_eq!(cid(&forward), cid(&words.iter().collect::<BTreeSet<_>>()));
}

#[test]
fn neither_sharing_nor_capacity() {
    for length in [3, 3_000] {
        let one = long_text(length);
        let mut other = String::with_capacity(10 * length);
        other.push_str(&one);
        assert_eq!(cid(&[&one, &one]), cid(&[&one, &other]));
    }
}

#[test]
fn neither_address_nor_clock() {
    let opaque = || Opaque::new("handle", Box::new(Instant::now()));
    assert_eq!(cid(&[opaque(), opaque()]), cid(&[opaque(), opaque()]));
    assert_eq!(cid(&opaque()), cid(&opaque()));
}

struct Foreign;
struct Other;

#[derive(Debuggable)]
struct Holder(#[debuggable(reducer)] Foreign, Vec<u8>);

#[test]
fn nor_what_else_is_registered_and_when() {
    let foreign = || Registration::new("foreign", |_: &Foreign| 1_u8, |_| Ok::<_, String>(Foreign));
    let other = || Registration::new("other", |_: &Other| 2_u8, |_| Ok::<_, String>(Other));
    let plain = cid(&vec![1_u8; 5]);
    let cids = |register: &dyn Fn(&Registry)| {
        let registry = Registry::new();
        register(&registry);
        registry.enter(|| (cid(&Holder(Foreign, vec![])), cid(&vec![1_u8; 5])))
    };
    let alone = cids(&|registry| registry.register(foreign()).unwrap());
    let before = cids(&|registry| {
        registry.register(other()).unwrap();
        registry.register(foreign()).unwrap();
    });
    let again = cids(&|registry| {
        registry.register(foreign()).unwrap();
        registry.remove::<Foreign>();
        registry.register(foreign()).unwrap();
        registry.register(other()).unwrap();
    });
    assert_eq!((alone, alone), (before, again));
    assert_eq!(alone.1, plain);
}

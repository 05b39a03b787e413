//! Versions of a persistent map, which share in memory all but what changed (the feature `rpds`).

use std::rc::Rc;

use cideldill::Store;
use rpds::HashTrieMap;

use crate::Outcome;
use crate::report::put;

type Map = HashTrieMap<u32, String>;

const VERSIONS: u32 = 100;

pub(crate) fn run() -> Outcome {
    let store = Store::in_memory();
    let first: Map = (0..10_000).map(|n| (n, format!("entry {n}"))).collect();
    put(&store, "a map of 10,000 entries", &first)?;
    let second = first.insert(5_000, "changed".into());
    put(&store, "one entry changed", &second)?;
    let mut last = second;
    let mut versions = vec![last.clone()];
    for n in 0..VERSIONS {
        last = last.insert(n * 97, format!("changed {n}"));
        versions.push(last.clone());
    }
    put(&store, "its last 101 versions, in one value", &versions)?;
    let clones = vec![first.clone(); 100];
    put(&store, "100 clones of it, in one value", &clones)?;
    let shared = Rc::new(first);
    let shared = vec![shared; 100];
    let cid = put(&store, "the same behind an `Rc`", &shared)?;
    let again: Vec<Rc<Map>> = store.load(cid)?;
    println!(
        "  loaded: still one map: {}",
        again.iter().all(|map| Rc::ptr_eq(map, &again[0]))
    );
    Ok(())
}

//! Persistent collections that share most of what they hold.

use std::rc::Rc;

use cideldill::{Debuggable, Profile, Store, encode, encode_with};
use rpds::{HashTrieMap, RedBlackTreeSet, Vector};

use crate::support::{assert_comes_back, cid, loaded};

/// 2,000 entries.
fn map() -> HashTrieMap<u32, String> {
    (0..2_000).map(|n| (n, format!("entry {n}"))).collect()
}

#[test]
fn a_version_costs_what_changed() {
    let store = Store::in_memory();
    let first = map();
    let whole = store.put_reporting(&first).unwrap().report;
    let second = first.insert(1_000, "changed".into());
    let step = store.put_reporting(&second).unwrap().report;
    assert!(
        step.new_bytes * 5 < whole.new_bytes,
        "{step:?} after {whole:?}"
    );
    // A clone costs nothing.
    let again = store.put_reporting(&second.clone()).unwrap().report;
    assert_eq!(again.new_blocks, 0);
}

#[test]
fn clones_share_their_blocks() {
    let one = map();
    let clones = vec![one.clone(); 50];
    let encoded = encode(&clones).unwrap();
    let alone = encode(&one).unwrap();
    assert!(
        encoded.blocks().len() <= alone.blocks().len() + 5,
        "the blocks of one, and a list"
    );
    assert_comes_back(&clones);
}

#[test]
fn behind_a_shared_pointer_a_collection_is_written_once_and_comes_back_shared() {
    #[derive(Debuggable)]
    struct History(Vec<Rc<Vector<String>>>);
    let one: Rc<Vector<String>> = Rc::new((0..2_000).map(|n| format!("line {n}")).collect());
    let history = History(vec![one; 1_000]);
    let encoded = encode(&history).unwrap();
    let back: History = loaded(&encoded).unwrap();
    assert!(back.0.iter().all(|version| Rc::ptr_eq(version, &back.0[0])));
    assert_eq!(cid(&back), encoded.root());
}

/// Clones of a map or set are written from what was written before: the bytes are the same as if each
/// had been walked, whatever stands inside.
#[test]
fn clones_are_recorded_as_if_each_was_walked() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Versions")]
    struct Versions<M: 'static>(Vec<M>, RedBlackTreeSet<String>, RedBlackTreeSet<String>);
    let set: RedBlackTreeSet<String> = (0..700).map(|n| format!("word {n}")).collect();
    for n in [0_u32, 1, 10, 100, 900] {
        let walked = |from: u32| -> HashTrieMap<u32, Vec<u32>> {
            (0..n)
                .map(|k| (k, vec![k + from; 1 + k as usize % 400]))
                .collect()
        };
        let (one, other) = (walked(0), walked(1));
        let clones = [&one, &other, &one, &other, &other, &one].map(Clone::clone);
        let apart = [0, 1, 0, 1, 1, 0].map(walked);
        for profile in [Profile::STANDARD, Profile::SMALL, Profile::WHOLE] {
            let of = |maps: &[HashTrieMap<u32, Vec<u32>>; 6],
                      sets: [&RedBlackTreeSet<String>; 2]| {
                let [a, b] = sets.map(Clone::clone);
                encode_with(&Versions(maps.to_vec(), a, b), profile).unwrap()
            };
            let rebuilt: RedBlackTreeSet<String> = set.iter().cloned().collect();
            assert_eq!(of(&clones, [&set, &set]), of(&apart, [&set, &rebuilt]));
        }
    }
}

/// What is said about pointers inside is said for each clone.
#[test]
fn pointers_in_clones_come_back_shared() {
    let shared = Rc::new("shared".to_owned());
    let map: HashTrieMap<u32, Rc<String>> = (0..300).map(|n| (n, shared.clone())).collect();
    let apart: HashTrieMap<u32, Rc<String>> = (0..300).map(|n| (n, shared.clone())).collect();
    let clones = vec![map.clone(), map.clone()];
    assert_eq!(cid(&clones), cid(&vec![map, apart]));
    let back: Vec<HashTrieMap<u32, Rc<String>>> = loaded(&encode(&clones).unwrap()).unwrap();
    assert!(Rc::ptr_eq(&back[0][&7], &back[1][&200]));
    // Also if nothing in the first is new.
    let before = (shared, clones);
    let (first, back): (Rc<String>, Vec<HashTrieMap<u32, Rc<String>>>) =
        loaded(&encode(&before).unwrap()).unwrap();
    assert!(back.iter().all(|map| Rc::ptr_eq(&first, &map[&7])));
}

mod multiples {
    use rpds::HashTrieMap;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "functions that `with` names take references"
    )]
    pub(super) fn reduce(number: &u32) -> HashTrieMap<u32, u32> {
        (0..50).map(|n| (n, n * number)).collect()
    }

    #[expect(clippy::needless_pass_by_value, reason = "what was read is given away")]
    pub(super) fn reconstruct(map: HashTrieMap<u32, u32>) -> u32 {
        map[&1]
    }
}

/// A map that a function makes is gone when it is written: the next one is never taken for it.
#[test]
fn maps_that_functions_make_are_not_taken_for_one_another() {
    #[derive(Debuggable)]
    struct Item(#[debuggable(with = "multiples")] u32);
    let items: Vec<Item> = (0..200).map(Item).collect();
    let back: Vec<Item> = loaded(&encode(&items).unwrap()).unwrap();
    assert!(back.iter().zip(0..).all(|(item, number)| item.0 == number));
}

/// 20,000 clones of a map of 20,000 entries: walking each would be 400 million entries.
#[test]
fn clones_cost_nothing_however_large_they_are() {
    let map: HashTrieMap<u32, u32> = (0..20_000).map(|n| (n, n)).collect();
    let clones = vec![map; 20_000];
    let encoded = encode(&clones).unwrap();
    assert!(encoded.blocks().len() < 500, "{}", encoded.blocks().len());
}

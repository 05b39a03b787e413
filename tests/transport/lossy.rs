//! Random values through a way that loses requests, answers and whole stores: nothing is lost that
//! was acknowledged, nothing is stored that was not sent, and one retry suffices.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cideldill::transport::{BodyForm, CidCache, RequestLimits, SendError, Sender, Serializer};
use cideldill::{BlockStore, Cid, compute_cid};
use proptest::prelude::*;

use crate::support::{Far, blocks_of, long_text};

/// A value that shares parts with others: lists of lists of few texts, most of them cut.
type Forest = BTreeMap<u8, Vec<Vec<String>>>;

fn forest() -> impl Strategy<Value = Forest> {
    let text = (0_usize..6).prop_map(|n| long_text(900 + 60 * n));
    let list = prop::collection::vec(text, 0..5);
    let lists = prop::collection::vec(list, 0..4);
    prop::collection::btree_map(any::<u8>(), lists, 0..4)
}

#[derive(Clone, Copy, Debug)]
enum Trouble {
    None,
    LoseRequests(usize),
    LoseAnswers(usize),
    LoseStore,
    Forget,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        4 => Just(Trouble::None),
        1 => (1_usize..3).prop_map(Trouble::LoseRequests),
        1 => (1_usize..3).prop_map(Trouble::LoseAnswers),
        1 => Just(Trouble::LoseStore),
        1 => Just(Trouble::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_lost_or_invented(
        capacity in prop_oneof![Just(0_usize), 1_usize..8, Just(10_000)],
        blocks in prop_oneof![1_usize..6, Just(1_000)],
        is_binary in any::<bool>(),
        decompose in any::<bool>(),
        steps in prop::collection::vec((forest(), trouble()), 1..9),
    ) {
        let form = if is_binary { BodyForm::MessagePack } else { BodyForm::Json };
        let far = Far::new(form, RequestLimits::default().with_blocks(blocks).with_missing(5));
        let cache = Arc::new(CidCache::with_capacity(capacity));
        let serializer = Serializer::new(cache).with_decompose(decompose);
        let sender = Sender::with_serializer(far, serializer);
        let far = sender.transport();
        // What the store may hold, and what it must.
        let mut offered: BTreeSet<Cid> = BTreeSet::new();
        let mut acknowledged: BTreeMap<Cid, Forest> = BTreeMap::new();
        for (value, trouble) in steps {
            match trouble {
                Trouble::None => {}
                Trouble::LoseRequests(n) => far.lose_requests.store(n, Ordering::Relaxed),
                Trouble::LoseAnswers(n) => far.lose_answers.store(n, Ordering::Relaxed),
                Trouble::LoseStore => {
                    far.restart_empty();
                    acknowledged.clear();
                }
                Trouble::Forget => sender.serializer().cache().clear(),
            }
            let (_, all) = blocks_of(&value);
            offered.extend(all.iter().map(cideldill::Block::cid));
            far.requests();
            // Each failed exchange is reported; then everything is sent again.
            let mut failures = 0;
            let cid = loop {
                match sender.send(&value) {
                    Ok(cid) => break cid,
                    Err(SendError::Failed(_)) => failures += 1,
                    Err(other) => prop_assert!(false, "{other}"),
                }
                prop_assert!(failures < 4);
            };
            prop_assert_eq!(cid, compute_cid(&value).unwrap());
            if failures == 0 && blocks == 1_000 {
                prop_assert!(far.requests().len() <= 2, "one retry suffices");
            }
            acknowledged.insert(cid, value);
            let loader = far.loader();
            for (cid, value) in &acknowledged {
                let back: Forest = loader.load(*cid).unwrap();
                prop_assert_eq!(&back, value);
            }
        }
        let store = far.store();
        for cid in store.iter() {
            prop_assert!(offered.contains(&cid.unwrap()), "nothing is invented");
        }
    }
}

//! Values of more blocks than the cache holds, and than a request may carry.

use std::collections::BTreeSet;

use cideldill::transport::{BodyForm, Code, Offered, RequestLimits, SendError, Sender};
use cideldill::{BlockStore, Cid, compute_cid};

use crate::support::{Far, blocks_of, long_text, n_carried, texts};

/// 50,000 blocks and a few nodes, quickly made.
fn many() -> Vec<(u32, Vec<u8>)> {
    (0..50_000_u32)
        .map(|n| (n, [n.to_le_bytes().as_slice(), &[7; 1_030]].concat()))
        .collect()
}

#[test]
fn a_value_of_fifty_thousand_blocks_goes_through_a_cache_of_ten_thousand() {
    let limits = RequestLimits::default()
        .with_blocks(20_000)
        .with_objects(20_000)
        .with_body_bytes(64 << 20);
    let sender = Sender::new(Far::new(BodyForm::MessagePack, limits));
    let value = many();
    let cid = sender.send(&value).unwrap();
    let requests = sender.transport().requests();
    let carried: usize = requests.iter().map(n_carried).sum();
    assert!(carried > 50_000);
    assert_eq!(
        sender.transport().store().stats().blocks,
        carried as u64,
        "each once"
    );
    assert_eq!(sender.serializer().cache().len(), 10_000);
    // Known by its name, although four fifths of its blocks are forgotten.
    sender.send(&value).unwrap();
    let requests = sender.transport().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].objects, [Offered::by_name(cid)]);
    // One element changed: the blocks on the way to it, not the value.
    let mut changed = value;
    changed[25_000].1[9] ^= 1;
    sender.send(&changed).unwrap();
    let carried: usize = sender.transport().requests().iter().map(n_carried).sum();
    assert!(carried < 50, "{carried}");
}

#[test]
fn what_does_not_fit_one_request_goes_in_several_leaves_first() {
    for (blocks, body_bytes) in [(10, 16 << 20), (1_000, 20_000), (1, 16 << 20)] {
        let limits = RequestLimits::default()
            .with_blocks(blocks)
            .with_body_bytes(body_bytes);
        for form in [BodyForm::Json, BodyForm::MessagePack] {
            let sender = Sender::new(Far::new(form, limits));
            let value = vec![texts(0, 15), texts(10, 25), texts(0, 15)];
            let cid = sender.send(&value).unwrap();
            let requests = sender.transport().requests();
            assert!(requests.len() > 2);
            let mut met = BTreeSet::new();
            for offer in &requests {
                assert!(n_carried(offer) <= blocks);
                assert!(offer.to_body(form).len() <= body_bytes);
                for object in &offer.objects {
                    let own = object.data.iter().map(|data| (object.cid, data.clone()));
                    for (cid, _) in object.components.iter().cloned().chain(own) {
                        assert!(met.insert(cid), "each block once");
                    }
                }
            }
            assert_eq!(met.len(), blocks_of(&value).1.len());
            let last = requests.last().unwrap();
            assert!(last.objects.iter().any(|object| object.cid == cid));
            let back: Vec<Vec<String>> = sender.transport().loader().load(cid).unwrap();
            assert_eq!(back, value);
        }
    }
}

#[test]
fn several_values_that_do_not_fit_are_all_named_in_the_end() {
    let limits = RequestLimits::default().with_blocks(4).with_objects(3);
    let sender = Sender::new(Far::new(BodyForm::Json, limits));
    let values: Vec<_> = (0..8).map(|n| texts(n, n + 2)).collect();
    let serialized = values
        .iter()
        .map(|value| sender.serializer().serialize(value).unwrap());
    sender.upload(&serialized.collect::<Vec<_>>()).unwrap();
    let requests = sender.transport().requests();
    let named: BTreeSet<Cid> = requests
        .iter()
        .flat_map(|offer| offer.objects.iter().map(|object| object.cid))
        .collect();
    assert!(requests.iter().all(|offer| offer.objects.len() <= 3));
    for value in values {
        let cid = compute_cid(&value).unwrap();
        assert!(named.contains(&cid));
        let back: Vec<String> = sender.transport().loader().load(cid).unwrap();
        assert_eq!(back, value);
    }
}

#[test]
fn a_store_lost_between_two_parts_of_one_value_costs_one_retry() {
    let limits = RequestLimits::default().with_blocks(10);
    let far = Far::new(BodyForm::Json, limits);
    let way = Forgetful {
        far,
        after: 3.into(),
    };
    let sender = Sender::new(way);
    let value = (texts(0, 35), long_text(2_000));
    let cid = sender.send(&value).unwrap();
    let back: (Vec<String>, String) = sender.transport().far.loader().load(cid).unwrap();
    assert_eq!(back, value);
    // Lost each time, it is an error and not an endless loop.
    sender
        .transport()
        .after
        .store(u32::MAX, std::sync::atomic::Ordering::Relaxed);
    let other = (texts(40, 75), long_text(2_100));
    let refused = sender.send(&other).unwrap_err();
    assert!(matches!(refused, SendError::Refused(refusal) if refusal.code() == Code::CidNotFound));
}

/// Loses its store before a request: before one of them, or (`u32::MAX`) before each.
struct Forgetful {
    far: Far,
    after: std::sync::atomic::AtomicU32,
}

impl cideldill::transport::Transport for Forgetful {
    fn handshake(&self) -> Result<cideldill::transport::Handshake, SendError> {
        self.far.handshake()
    }

    fn exchange(
        &self,
        offer: &cideldill::transport::Offer,
    ) -> Result<cideldill::transport::Answer, SendError> {
        use std::sync::atomic::Ordering::Relaxed;
        let after = self.after.load(Relaxed);
        if after == 1 || after == u32::MAX {
            self.far.restart_empty();
        }
        if after != u32::MAX {
            self.after.store(after.saturating_sub(1), Relaxed);
        }
        self.far.exchange(offer)
    }
}

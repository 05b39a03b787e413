//! Values of more blocks than the cache holds, and than a request may carry.

use std::collections::BTreeSet;

use cideldill::transport::{
    Accepted, Answer, BodyForm, Code, Handshake, Offer, Offered, RequestLimits, SendError, Sender,
    Transport, leaves_first,
};
use cideldill::{BlockStore, Cid, Epoch, MemoryStore, PutReport, compute_cid};

use crate::support::{Far, blocks_of, long_text, n_carried, texts};

/// So many blocks of a kilobyte, and their nodes, quickly made.
fn many(n: u32) -> Vec<(u32, Vec<u8>)> {
    (0..n)
        .map(|n| (n, [n.to_le_bytes().as_slice(), &[7; 1_030]].concat()))
        .collect()
}

#[test]
fn a_value_of_fifty_thousand_blocks_goes_through_a_cache_of_ten_thousand() {
    let sender = Sender::new(Far::new(BodyForm::MessagePack, RequestLimits::default()));
    let carried = || -> usize { sender.transport().requests().iter().map(n_carried).sum() };
    let send = |value: &Vec<(u32, Vec<u8>)>| {
        let ready = sender.serializer().serialize(value).unwrap();
        sender.upload(&[ready]).unwrap();
    };
    let value = many(50_000);
    send(&value);
    let first = carried();
    assert!(first > 50_000);
    assert_eq!(
        sender.transport().store().stats().blocks,
        first as u64,
        "each once"
    );
    assert_eq!(sender.serializer().cache().len(), 10_000);
    // Known by its name, although four fifths of its blocks are forgotten.
    send(&value);
    let requests = sender.transport().requests();
    assert_eq!(requests.len(), 1);
    let cid = compute_cid(&value).unwrap();
    assert_eq!(requests[0].objects, [Offered::by_name(cid)]);
    // One element changed: the blocks on the way to it, not the value.
    let mut changed = value;
    changed[25_000].1[9] ^= 1;
    send(&changed);
    let again = carried();
    assert!(again < 50, "{again}");
}

#[test]
fn a_value_larger_than_is_held_in_memory_is_sent_as_it_is_encoded() {
    let sender = Sender::new(Far::new(BodyForm::MessagePack, RequestLimits::default()));
    let carried = || -> usize { sender.transport().requests().iter().map(n_carried).sum() };
    let mut value = many(18_000);
    let cid = sender.send(&value).unwrap();
    let first = carried();
    assert_eq!(
        sender.transport().store().stats().blocks,
        first as u64,
        "each once"
    );
    assert_eq!(sender.send(&value).unwrap(), cid);
    assert_eq!(carried(), 0, "its name is enough");
    // The other side is asked what it has: little of it is sent again.
    value[9_000].1[9] ^= 1;
    let changed = sender.send(&value).unwrap();
    let again = carried();
    assert!(again < 50, "{again}");
    let blocks = leaves_first(&*sender.transport().store(), [cid, changed]).count();
    assert_eq!(blocks, first + again);
    // And all of it if it says so wrongly, or lost it.
    sender.transport().restart_empty();
    assert_eq!(sender.send(&value).unwrap(), changed);
    let store = sender.transport().store();
    assert!(leaves_first(&*store, [changed]).all(|block| block.is_ok()));
}

/// Takes everything and keeps nothing.
struct Abyss;

impl Transport for Abyss {
    fn handshake(&self) -> Result<Handshake, SendError> {
        let limits = RequestLimits::default();
        Ok(Handshake::of(&MemoryStore::new(), limits))
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        Ok(Answer::Accepted(Accepted {
            cids: offer.objects.iter().map(|object| object.cid).collect(),
            report: PutReport::default(),
            epoch: Epoch::from_bytes([1; 16]),
        }))
    }
}

#[test]
fn sending_takes_memory_that_does_not_grow_with_the_value() {
    let value = many(55_000);
    let sender = Sender::new(Abyss);
    let info = allocation_counter::measure(|| {
        sender.send(&value).unwrap();
    });
    // A growing buffer takes up to twice what it holds, and once more while it moves.
    let mebibytes = info.bytes_max >> 20;
    assert!(mebibytes < 48, "{mebibytes} MiB");
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

impl Transport for Forgetful {
    fn handshake(&self) -> Result<Handshake, SendError> {
        self.far.handshake()
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
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

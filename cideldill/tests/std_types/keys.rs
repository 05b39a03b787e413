//! Different values, and the order of keys.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::OsString;
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, Wrapping};
use std::ops::Bound;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use cideldill::{Cid, Reconstruct, compute_cid, encode_with};

use crate::*;

#[test]
fn values_of_different_types_have_different_cids() {
    let cids = [
        compute_cid(&1_u8),
        compute_cid(&1_u16),
        compute_cid(&1_u32),
        compute_cid(&1_u64),
        compute_cid(&1_u128),
        compute_cid(&1_i8),
        compute_cid(&1_i32),
        compute_cid(&1_i64),
        compute_cid(&1.0_f32),
        compute_cid(&1.0_f64),
        compute_cid(&'1'),
        compute_cid("1"),
        compute_cid(&true),
        compute_cid(&None::<u8>),
        compute_cid(&None::<u64>),
        compute_cid(&()),
        compute_cid(&None::<()>),
        compute_cid(&Some(None::<()>)),
        compute_cid(&Some(1_u8)),
        compute_cid(&(1_u8,)),
        compute_cid(&[1_u8]),
        compute_cid(&[1_i8]),
        compute_cid(&BTreeSet::from([1_u8])),
        compute_cid(&BTreeMap::from([(1_u8, 1_u8)])),
        compute_cid(&Duration::from_secs(1)),
        compute_cid(&SystemTime::UNIX_EPOCH),
        compute_cid(&(1_u8..2)),
        compute_cid(&(1_u8..=2)),
        compute_cid(&(1_u8..)),
        compute_cid(&(..1_u8)),
        compute_cid(&(..=1_u8)),
        compute_cid(&OsString::from("1")),
        compute_cid(&PathBuf::from("1")),
        compute_cid(&Ok::<u8, u8>(1)),
        compute_cid(&Err::<u8, u8>(1)),
        compute_cid(&Bound::Included(1_u8)),
        compute_cid(&Bound::Excluded(1_u8)),
        compute_cid(&Ipv4Addr::LOCALHOST),
        compute_cid(&IpAddr::from(Ipv4Addr::LOCALHOST)),
        compute_cid(&Cid::from_bytes([0; 64])),
        compute_cid(&vec![0_u8; 64]),
    ];
    let different: BTreeSet<Cid> = cids.iter().map(|cid| *cid.as_ref().unwrap()).collect();
    assert_eq!(different.len(), cids.len());
}

/// The decoder refuses keys that are not in the format's order, so coming back shows the order.
fn keys_are_in_order<T>(keys: impl IntoIterator<Item = T>)
where
    T: Reconstruct + Ord + std::hash::Hash + Clone + Debug,
{
    let set: HashSet<T> = keys.into_iter().collect();
    let sorted: BTreeSet<T> = set.iter().cloned().collect();
    let heap: BinaryHeap<T> = set.iter().cloned().collect();
    let set_of_parts: BTreeSet<(VecDeque<T>, Option<T>)> = sorted
        .iter()
        .map(|key| {
            (
                VecDeque::from([key.clone(), key.clone()]),
                Some(key.clone()),
            )
        })
        .collect();
    for profile in PROFILES {
        let encoded = encode_with(&set, profile).unwrap();
        assert_eq!(encode_with(&sorted, profile).unwrap(), encoded);
        assert_eq!(loaded::<BTreeSet<T>>(&encoded).unwrap(), sorted);
        let map: HashMap<T, u8> = set.iter().map(|key| (key.clone(), 1)).collect();
        let encoded = encode_with(&map, profile).unwrap();
        assert_eq!(loaded::<HashMap<T, u8>>(&encoded).unwrap(), map);
        let encoded = encode_with(&set_of_parts, profile).unwrap();
        assert_eq!(loaded::<BTreeSet<_>>(&encoded).unwrap(), set_of_parts);
        // A heap is written in the order of a set's keys.
        let encoded = encode_with(&heap, profile).unwrap();
        let back = loaded::<BinaryHeap<T>>(&encoded).unwrap();
        assert_eq!(back.into_sorted_vec(), heap.clone().into_sorted_vec());
    }
}

#[test]
fn keys_of_every_type_are_written_in_the_order_of_the_format() {
    let numbers = [3_u64, 1, 300, 7, 70_000, 2];
    keys_are_in_order(numbers);
    keys_are_in_order(numbers.map(Reverse));
    keys_are_in_order([-1_i32, 5, -300, 0].map(Wrapping));
    keys_are_in_order(numbers.map(|n| NonZero::new(n).unwrap()));
    keys_are_in_order(numbers.map(Box::new));
    keys_are_in_order(numbers.map(|n| Duration::new(n % 4, n as u32)));
    keys_are_in_order(numbers.map(|n| SystemTime::UNIX_EPOCH - Duration::new(n % 4, n as u32)));
    keys_are_in_order(numbers.map(|n| Ipv4Addr::from_bits((n as u32).wrapping_mul(70_001))));
    keys_are_in_order(numbers.map(|n| Ipv6Addr::from_bits(u128::from(n) << 56)));
    keys_are_in_order(numbers.map(|n| Cid::of(&n.to_le_bytes())));
    keys_are_in_order(numbers.map(|n| SocketAddrV4::new(Ipv4Addr::from_bits(n as u32 % 3), 7)));
    keys_are_in_order(numbers.map(|n| {
        let ip = Ipv6Addr::from_bits(u128::from(n % 2));
        SocketAddrV6::new(ip, n as u16, n as u32 % 3, 7)
    }));
    keys_are_in_order([
        SocketAddr::from(([255, 0, 0, 1], 1)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, 1)),
        SocketAddr::from(([1, 0, 0, 1], 300)),
    ]);
    keys_are_in_order([
        IpAddr::from(Ipv6Addr::LOCALHOST),
        IpAddr::from(Ipv4Addr::BROADCAST),
        IpAddr::from(Ipv4Addr::LOCALHOST),
    ]);
    keys_are_in_order([Ordering::Less, Ordering::Equal, Ordering::Greater]);
    keys_are_in_order([Ok::<u8, u8>(1), Err(1), Ok(0), Err(0)]);
    keys_are_in_order(["b", "a", "ab", "a/b", "a/c", "a b"].map(PathBuf::from));
    keys_are_in_order(["b", "a", "ab"].map(OsString::from));
    keys_are_in_order([
        LinkedList::from([2_u8]),
        LinkedList::from([1, 2]),
        LinkedList::new(),
    ]);
    keys_are_in_order([
        VecDeque::from([2_u64]),
        VecDeque::from([1, 2]),
        VecDeque::new(),
    ]);
}

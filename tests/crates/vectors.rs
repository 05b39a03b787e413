//! The bytes and CIDs that docs/format.md section 10.2 gives. `vectors.txt` was written from that
//! page by other means than this crate: name, block in hexadecimal, CID.

use std::fmt::{Debug, Write as _};

use chrono::{DateTime, FixedOffset, Month, NaiveDate, NaiveTime, TimeDelta, Timelike, Weekday};
use cideldill::{Debuggable, encode};
use indexmap::{IndexMap, IndexSet};
use num_bigint::{BigInt, BigUint};
use petgraph::Graph;
use petgraph::stable_graph::StableUnGraph;
use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::support::{assert_comes_back, loaded};

/// Has the bytes and CID of the vector; says what came back.
#[track_caller]
fn has_bytes<T: Debuggable>(name: &str, value: &T) -> T {
    let encoded = encode(value).unwrap();
    let block = encoded.blocks().last().unwrap();
    let mut line = format!("{name} ");
    for byte in block.bytes().iter() {
        write!(line, "{byte:02x}").unwrap();
    }
    write!(line, " {}", encoded.root()).unwrap();
    let expected = include_str!("vectors.txt")
        .lines()
        .find(|line| line.split(' ').next() == Some(name));
    assert_eq!(Some(line.as_str()), expected);
    loaded(&encoded).unwrap()
}

#[track_caller]
fn vector<T: Debuggable + PartialEq + Debug>(name: &str, value: &T) {
    assert_eq!(has_bytes(name, value), *value);
    assert_comes_back(value);
}

#[test]
fn uuid() {
    let id = uuid::Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
    vector("uuid", &id);
}

#[test]
fn url() {
    let url = url::Url::parse("HTTPS://example.com:443/a?q=1").unwrap();
    vector("url", &url);
}

#[test]
fn bytes() {
    vector("bytes", &bytes::Bytes::from_static(&[1, 2, 255]));
    vector("bytes", &bytes::BytesMut::from(&[1, 2, 255][..]));
    // Like any byte string.
    vector("bytes", &vec![1_u8, 2, 255]);
}

#[test]
fn index_map_and_set() {
    let map: IndexMap<String, u8> = [("b".into(), 1), ("a".into(), 2)].into_iter().collect();
    vector("index_map", &map);
    let set: IndexSet<u16> = [3, 1].into_iter().collect();
    vector("index_set", &set);
}

#[test]
fn small_vec() {
    let items: SmallVec<[u32; 2]> = [1, 2, 3].into_iter().collect();
    vector("small_vec", &items);
    vector("small_vec", &vec![1_u32, 2, 3]);
}

#[test]
fn decimal() {
    vector("decimal", &Decimal::new(-150, 2));
    let mut zero = Decimal::new(0, 1);
    zero.set_sign_negative(true);
    vector("negative_zero", &zero);
    assert!(has_bytes("negative_zero", &zero).is_sign_negative());
}

#[test]
fn big_numbers() {
    vector("big_int", &-(BigInt::from(1) << 64_u32));
    vector("big_uint_zero", &BigUint::default());
}

#[test]
fn array() {
    let array = ndarray::arr2(&[[1_u16, 2, 3], [4, 5, 6]]);
    vector("array", &array);
    // The same value, lying in memory by columns.
    let by_columns = ndarray::arr2(&[[1_u16, 4], [2, 5], [3, 6]]).reversed_axes();
    assert!(!by_columns.is_standard_layout());
    vector("array", &by_columns);
}

#[test]
fn graphs() {
    let mut graph = Graph::<String, u8>::new();
    let (a, b) = (graph.add_node("a".into()), graph.add_node("b".into()));
    graph.add_edge(a, b, 5);
    let back = has_bytes("graph", &graph);
    assert_eq!(back[a], "a");
    assert_eq!(back.find_edge(a, b).map(|edge| back[edge]), Some(5));

    let mut graph = StableUnGraph::<String, u8>::default();
    let [a, b, c] = ["a", "b", "c"].map(|name| graph.add_node(name.into()));
    graph.add_edge(a, b, 5);
    graph.add_edge(a, c, 7);
    graph.remove_node(b);
    let back = has_bytes("stable_graph", &graph);
    assert_eq!((back.node_count(), back.edge_count()), (2, 1));
    assert_eq!(back.node_weight(b), None);
    assert_eq!(back[c], "c");
    assert_eq!(
        back.find_edge(c, a).map(|edge| (edge.index(), back[edge])),
        Some((1, 7))
    );
}

#[test]
fn persistent_collections() {
    let items: rpds::Vector<u8> = [1, 2, 3].into_iter().collect();
    vector("persistent_vector", &items);
    let items: rpds::ListSync<u8> = [1, 2, 3].into_iter().collect();
    vector("persistent_vector", &items);
    let items: rpds::Queue<u8> = [1, 2, 3].into_iter().collect();
    vector("persistent_vector", &items);
    let entries = || [("b".to_owned(), 2_u8), ("a".to_owned(), 1)];
    vector(
        "persistent_map",
        &<rpds::HashTrieMap<_, _>>::from_iter(entries()),
    );
    vector(
        "persistent_map",
        &<rpds::RedBlackTreeMapSync<_, _>>::from_iter(entries()),
    );
    vector(
        "persistent_set",
        &<rpds::HashTrieSet<_>>::from_iter([2_u32, 1]),
    );
    vector(
        "persistent_set",
        &<rpds::RedBlackTreeSet<_>>::from_iter([2_u32, 1]),
    );
}

#[test]
fn json() {
    vector(
        "json",
        &serde_json::json!({"b": [1, -2], "a": null, "c": 1.5}),
    );
}

#[test]
fn dates_and_times() {
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    vector("date", &date);
    let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
    vector("leap_second", &leap);
    vector("date_time", &date.and_hms_nano_opt(0, 1, 0, 5).unwrap());
    vector(
        "moment",
        &DateTime::from_timestamp(-1, 750_000_000).unwrap(),
    );
    let east = FixedOffset::east_opt(7200).unwrap();
    let moment = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let back = has_bytes("moment_with_offset", &moment.with_timezone(&east));
    assert_eq!((back.offset(), back.timestamp()), (&east, 1_700_000_000));
    vector("offset", &FixedOffset::west_opt(3600).unwrap());
    vector("span", &-TimeDelta::milliseconds(250));
    vector("weekday", &Weekday::Sun);
    vector("month", &Month::December);
    assert_eq!(leap.nanosecond(), 1_500_000_000);
}

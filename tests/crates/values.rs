//! Values at the limits of their types, inside other types and as keys.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc,
};
use cideldill::Debuggable;
use indexmap::{IndexMap, IndexSet};
use ndarray::{Array0, Array1, Array3, ArrayD, Axis, IxDyn};
use num_bigint::{BigInt, BigUint};
use petgraph::Graph;
use rust_decimal::Decimal;
use serde_json::json;
use smallvec::SmallVec;
use url::Url;
use uuid::Uuid;

use crate::support::{assert_comes_back, cid, long_text};

#[derive(Debuggable, Debug, PartialEq)]
struct Order {
    id: Uuid,
    page: Url,
    at: DateTime<Utc>,
    lines: IndexMap<String, (Decimal, BigInt)>,
    shipped: Option<DateTime<FixedOffset>>,
    label: Bytes,
    weights: SmallVec<[f64; 4]>,
    notes: serde_json::Value,
}

#[test]
fn real_third_party_types_need_nothing_but_a_feature() {
    let line = |n: u32| {
        (
            format!("line {n}"),
            (Decimal::new(1999, 2), BigInt::from(-3).pow(n)),
        )
    };
    let order = Order {
        id: Uuid::from_u128(7),
        page: Url::parse("https://example.com/%7Ea?b=c#d").unwrap(),
        at: DateTime::from_timestamp(1_700_000_000, 5).unwrap(),
        lines: (0..300).rev().map(line).collect(),
        shipped: Some(DateTime::parse_from_rfc3339("2024-02-29T12:00:00-03:30").unwrap()),
        label: Bytes::from(long_text(5_000)),
        weights: (0..9).map(f64::from).collect(),
        notes: json!({"text": long_text(3_000), "flags": [true, false]}),
    };
    assert_comes_back(&order);
}

#[test]
fn serialize_decimal() {
    for number in [
        Decimal::ZERO,
        Decimal::MAX,
        Decimal::MIN,
        Decimal::new(1, Decimal::MAX_SCALE),
        Decimal::new(-1999, 2),
    ] {
        assert_comes_back(&number);
    }
    // Equal numbers, but not the same value: the scale says how exact it is.
    assert_eq!(Decimal::new(10, 1), Decimal::new(100, 2));
    assert_ne!(cid(&Decimal::new(10, 1)), cid(&Decimal::new(100, 2)));
}

#[test]
fn serialize_datetime() {
    for at in [
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        DateTime::UNIX_EPOCH,
    ] {
        assert_comes_back(&at);
        assert_comes_back(&at.naive_utc());
    }
    // The crate lets a leap second follow any second.
    let odd = NaiveTime::MIN.with_nanosecond(1_999_999_999).unwrap();
    assert_comes_back(&odd);
    assert_comes_back(&NaiveDate::MIN.and_time(odd));
    assert_comes_back(&NaiveDate::MIN.and_time(odd).and_utc());
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        assert_comes_back(&date);
    }
    for span in [
        TimeDelta::MIN,
        TimeDelta::MAX,
        TimeDelta::zero(),
        -TimeDelta::nanoseconds(1),
    ] {
        assert_comes_back(&span);
    }
    // Equal moments of different offsets are told apart.
    let at = |offset| DateTime::UNIX_EPOCH.with_timezone(&FixedOffset::east_opt(offset).unwrap());
    assert_eq!(at(0), at(60));
    assert_ne!(cid(&at(0)), cid(&at(60)));
}

#[test]
fn keys_stand_in_their_order() {
    let ids: BTreeSet<Uuid> = (0..300).map(|n| Uuid::from_u128(n << 60)).collect();
    assert_comes_back(&ids);
    let day =
        |n: i32| NaiveDate::from_ymd_opt(n * 37 - 5_000, 1 + n.unsigned_abs() % 12, 1).unwrap();
    let days: BTreeMap<NaiveDate, i32> = (0..300).map(|n| (day(n), n)).collect();
    assert_comes_back(&days);
    let times: BTreeMap<NaiveDateTime, i32> = days
        .iter()
        .map(|(day, n)| (day.and_time(NaiveTime::MIN), *n))
        .collect();
    assert_comes_back(&times);
    let spans: BTreeSet<TimeDelta> = (-150..150)
        .map(|n| TimeDelta::milliseconds(n * 77))
        .collect();
    assert_comes_back(&spans);
    let urls: BTreeSet<Url> = (0..300)
        .map(|n| Url::parse(&format!("https://example.com/{n}")).unwrap())
        .collect();
    assert_comes_back(&urls);
    // By number here, by sign and bytes in the data.
    let numbers: BTreeSet<BigInt> = (-150..150).map(|n| BigInt::from(n).pow(3)).collect();
    assert_comes_back(&numbers);
    let decimals: BTreeSet<Decimal> = (0..300).map(|n| Decimal::new(n, 2)).collect();
    assert_comes_back(&decimals);
}

#[test]
fn numbers_of_any_size() {
    for bits in [0_u32, 7, 8, 63, 64, 5_000, 50_000] {
        let number = BigUint::from(1_u8) << bits;
        assert_comes_back(&-BigInt::from(number.clone()));
        assert_comes_back(&number);
    }
}

#[test]
fn order_is_part_of_an_index_map() {
    let map = |keys: [u8; 3]| {
        keys.map(|key| (key, key))
            .into_iter()
            .collect::<IndexMap<_, _>>()
    };
    assert_ne!(cid(&map([1, 2, 3])), cid(&map([3, 2, 1])));
    let long: IndexMap<String, Vec<u8>> = (0..2_000)
        .rev()
        .map(|n| (n.to_string(), vec![7; n % 9]))
        .collect();
    let encoded = cideldill::encode(&long).unwrap();
    let back: IndexMap<String, Vec<u8>> = crate::support::loaded(&encoded).unwrap();
    assert!(back.iter().eq(&long), "in the same order");
    let set: IndexSet<u8> = [3, 1, 2].into_iter().collect();
    assert_comes_back(&set);
}

#[test]
fn arrays_of_any_shape() {
    assert_comes_back(&Array0::from_elem((), "one".to_owned()));
    assert_comes_back(&Array1::<f64>::zeros(0));
    assert_comes_back(&Array3::<u8>::zeros((3, 0, 1_000_000)));
    let cube = Array3::from_shape_fn((20, 30, 40), |(a, b, c)| (a * 1_200 + b * 40 + c) as u64);
    assert_comes_back(&cube);
    let mut turned = cube.permuted_axes([2, 0, 1]);
    turned.invert_axis(Axis(1));
    assert_comes_back(&turned);
    assert_comes_back(&ArrayD::from_elem(IxDyn(&[2, 1, 2, 1, 2]), true));
    // Another shape is another value.
    let flat = Array1::from_elem(6, 0_u8);
    let shaped = flat.clone().into_shape_with_order((2, 3)).unwrap();
    assert_ne!(cid(&flat), cid(&shaped));
}

#[test]
fn a_graph_keeps_its_indices() {
    let mut graph = Graph::<String, f32>::new();
    let nodes: Vec<_> = (0..500).map(|n| graph.add_node(n.to_string())).collect();
    for (n, node) in nodes.iter().enumerate() {
        graph.add_edge(*node, nodes[n * n % 500], 0.5);
    }
    graph.remove_node(nodes[17]);
    let encoded = cideldill::encode(&graph).unwrap();
    let back: Graph<String, f32> = crate::support::loaded(&encoded).unwrap();
    assert!(back.node_weights().eq(graph.node_weights()));
    let ends = |graph: &Graph<String, f32>| -> Vec<_> {
        let edges = graph
            .edge_indices()
            .map(|edge| graph.edge_endpoints(edge).unwrap());
        edges.collect()
    };
    assert_eq!(ends(&back), ends(&graph));
    assert_eq!(cid(&back), encoded.root());
}

#[test]
fn json_is_what_serde_makes_of_it() {
    #[derive(Debuggable)]
    struct Own(serde_json::Value);
    #[derive(Debuggable)]
    #[debuggable(rename = "Own")]
    struct Serde(#[debuggable(serde)] serde_json::Value);

    let deep = (0..120).fold(json!(1), |inner, _| json!([inner]));
    for value in [
        json!(null),
        json!([]),
        json!({}),
        json!([1, 2.5, -3, u64::MAX, i64::MIN, -0.0, 1e300]),
        json!({"z": {"b": [], "a": [1, 2]}, "a": "text", "": [[], {}]}),
        deep,
    ] {
        assert_comes_back(&value);
        assert_eq!(cid(&Own(value.clone())), cid(&Serde(value)));
    }
}

//! Data that no value of these types writes.

use cideldill::{Debuggable, ErrorKind, Value, encode};
use indexmap::{IndexMap, IndexSet};
use ndarray::{Array2, ArrayD};
use num_bigint::{BigInt, BigUint};
use petgraph::Graph;
use petgraph::graph::{DiGraph, UnGraph};
use petgraph::stable_graph::StableGraph;

use crate::support::loaded;

/// Loading says what is wrong.
#[track_caller]
fn refused<T: Debuggable>(value: &Value) {
    let Err(error) = loaded::<T>(&encode(value).unwrap()) else {
        panic!("{value} is not refused");
    };
    let is_typed = matches!(
        error.kind(),
        ErrorKind::OutOfRange { .. } | ErrorKind::Refused { .. } | ErrorKind::DuplicateKey { .. }
    );
    assert!(is_typed, "{error}");
}

fn tuple(type_name: &str, fields: impl IntoIterator<Item = Value>) -> Value {
    Value::tuple_record(&format!("std::crate::{type_name}"), fields)
}

fn record<const N: usize>(type_name: &str, fields: [(&str, Value); N]) -> Value {
    Value::record(&format!("std::crate::{type_name}"), fields).unwrap()
}

fn of<T: cideldill::Reduce>(value: T) -> Value {
    Value::of(&value).unwrap()
}

#[test]
fn identifiers_and_urls() {
    refused::<uuid::Uuid>(&tuple("uuid::Uuid", [Value::bytes([7; 15])]));
    for text in ["not a url", "HTTPS://example.com/", "https://example.com"] {
        refused::<url::Url>(&tuple("url::Url", [Value::from(text.to_owned())]));
    }
}

#[test]
fn dates_and_times() {
    let date = |month: u8, day: u8| {
        let fields = [
            ("year", of(2023_i32)),
            ("month", of(month)),
            ("day", of(day)),
        ];
        record("chrono::NaiveDate", fields)
    };
    for (month, day) in [(0, 1), (13, 1), (2, 29), (1, 0)] {
        refused::<chrono::NaiveDate>(&date(month, day));
    }
    let time = |secs: u32, nanos: u32| {
        record(
            "chrono::NaiveTime",
            [("secs", of(secs)), ("nanos", of(nanos))],
        )
    };
    refused::<chrono::NaiveTime>(&time(86_400, 0));
    refused::<chrono::NaiveTime>(&time(0, 2_000_000_000));
    for (secs, nanos) in [(i64::MAX, 0), (i64::MIN, 0), (0, 2_000_000_000_u32)] {
        let fields = [("secs", of(secs)), ("nanos", of(nanos))];
        refused::<chrono::DateTime<chrono::Utc>>(&record("chrono::DateTime::Utc", fields));
    }
    let fields = [
        ("secs", of(0_i64)),
        ("nanos", of(0_u32)),
        ("offset", of(86_400_i32)),
    ];
    let moment = record("chrono::DateTime::FixedOffset", fields);
    refused::<chrono::DateTime<chrono::FixedOffset>>(&moment);
    for (secs, nanos) in [(i64::MAX, 0), (0, 1_000_000_000_u32)] {
        let fields = [("secs", of(secs)), ("nanos", of(nanos))];
        refused::<chrono::TimeDelta>(&record("chrono::TimeDelta", fields));
    }
}

#[test]
fn numbers() {
    for (mantissa, scale) in [(1_i128, 29_u32), (1 << 96, 0), (i128::MIN, 0)] {
        let fields = [("mantissa", of(mantissa)), ("scale", of(scale))];
        refused::<rust_decimal::Decimal>(&record("rust_decimal::Decimal", fields));
    }
    refused::<BigUint>(&tuple("num_bigint::BigUint", [Value::bytes([0, 1])]));
    for (is_negative, magnitude) in [(true, vec![]), (false, vec![0]), (true, vec![0, 1])] {
        let fields = [
            ("is_negative", of(is_negative)),
            ("magnitude", Value::bytes(magnitude)),
        ];
        refused::<BigInt>(&record("num_bigint::BigInt", fields));
    }
}

#[test]
fn two_equal_keys() {
    refused::<IndexMap<u8, u8>>(&of(vec![(1_u8, 1_u8), (1, 2)]));
    refused::<IndexSet<String>>(&of(vec!["a".to_owned(), "b".into(), "a".into()]));
}

#[test]
fn shapes_that_do_not_fit() {
    let array = |shape: &[u64], data: Vec<u8>| {
        record(
            "ndarray::Array",
            [("shape", of(shape.to_vec())), ("data", of(data))],
        )
    };
    refused::<Array2<u8>>(&array(&[2, 3], vec![0; 5]));
    refused::<Array2<u8>>(&array(&[2, 3], vec![0; 7]));
    refused::<Array2<u8>>(&array(&[6], vec![0; 6]));
    refused::<ArrayD<u8>>(&array(&[1 << 63, 2], vec![]));
    refused::<ArrayD<u8>>(&array(&[u64::MAX, u64::MAX], vec![0]));
    refused::<ArrayD<u8>>(&array(&[0, u64::MAX, u64::MAX], vec![]));
}

#[test]
fn graphs_that_cannot_be() {
    type Edge = (u64, u64, ());
    type Stable = StableGraph<u16, ()>;

    let graph = |is_directed: bool, edges: Vec<Edge>| {
        let nodes = ("nodes", of(vec![1_u8, 2]));
        let fields = [
            ("is_directed", of(is_directed)),
            nodes,
            ("edges", of(edges)),
        ];
        record("petgraph::Graph", fields)
    };
    assert!(loaded::<DiGraph<u8, ()>>(&encode(&graph(true, vec![(0, 1, ())])).unwrap()).is_ok());
    refused::<DiGraph<u8, ()>>(&graph(true, vec![(0, 2, ())]));
    refused::<DiGraph<u8, ()>>(&graph(true, vec![(u64::MAX, 0, ())]));
    refused::<UnGraph<u8, ()>>(&graph(true, vec![]));
    let many = vec![(0, 1, ()); 256];
    refused::<Graph<u8, (), petgraph::Directed, u8>>(&graph(true, many));

    let sparse = |nodes: Vec<Option<u16>>, edges: Vec<Option<Edge>>| {
        let parts = [("nodes", of(nodes)), ("edges", of(edges))];
        let [nodes, edges] = parts;
        record(
            "petgraph::StableGraph",
            [("is_directed", of(true)), nodes, edges],
        )
    };
    refused::<Stable>(&sparse(vec![Some(1), None], vec![]));
    refused::<Stable>(&sparse(vec![Some(1)], vec![None]));
    refused::<Stable>(&sparse(vec![None, Some(1)], vec![Some((0, 1, ()))]));
    refused::<Stable>(&sparse(vec![Some(1)], vec![None, Some((0, 1, ()))]));
}

#[test]
fn what_json_does_not_have() {
    #[derive(Debuggable, Debug)]
    struct Any(Value);
    #[derive(Debuggable, Debug)]
    #[debuggable(rename = "Any")]
    struct Json(serde_json::Value);

    for value in [
        Value::Char('x'),
        Value::U8(1),
        Value::I64(1),
        Value::F64(f64::NAN),
        Value::bytes([1]),
        Value::map([(Value::U8(1), Value::Unit)]).unwrap(),
        tuple("serde_json::Number", [Value::from("1".to_owned())]),
        tuple("serde_json::Number", [Value::from("one".to_owned())]),
    ] {
        refused::<Json>(&of(Any(value)));
    }
}

//! Every row of the table of section 10, and the types that could be confused.

use serde_json::{Value as Json, json};

use super::{Vector, standard};

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors: Vec<_> = rows()
        .into_iter()
        .map(|(name, value)| standard(name, value))
        .collect();
    let confusable = json!([
        {"any": {"u8": "1"}}, {"any": {"u64": "1"}}, {"any": {"i32": "1"}}, {"any": {"f64": "3ff0000000000000"}},
        {"any": {"char": "1"}}, {"any": {"str": "1"}}, {"any": {"bool": true}}, {"any": {"none": "B"}},
        {"any": {"none": "L"}}, {"any": {"unit": null}}, {"any": {"none": "n"}}, {"any": {"some": {"none": "B"}}}]);
    vectors.push(standard(
        "what could be confused, side by side",
        json!({"set": {"of": "*", "items": confusable}}),
    ));
    vectors
}

fn record(tag: &str, fields: &Json) -> Json {
    json!({"record": {"tag": tag, "fields": fields}})
}

fn named(tag: &str, names: &Json, fields: &Json) -> Json {
    json!({"record": {"tag": tag, "names": names, "fields": fields}})
}

fn rows() -> Vec<(&'static str, Json)> {
    let v4 = || record("std::Ipv4Addr", &json!([{"bytes": "7f000001"}]));
    let v6 = || {
        record(
            "std::Ipv6Addr",
            &json!([{"bytes": "00000000000000000000000000000001"}]),
        )
    };
    let socket_v4 = || {
        named(
            "std::SocketAddrV4",
            &json!(["ip", "port"]),
            &json!([v4(), {"u16": "8080"}]),
        )
    };
    let socket_v6 = || {
        let names = json!(["ip", "port", "flowinfo", "scope_id"]);
        named(
            "std::SocketAddrV6",
            &names,
            &json!([v6(), {"u16": "8080"}, {"u32": "1"}, {"u32": "2"}]),
        )
    };
    let os_text = || record("std::OsString::Text", &json!([{"str": "a/b"}]));
    let ends = || json!([{"u8": "1"}, {"u8": "5"}]);
    let seconds = || json!(["secs", "nanos"]);
    let cid = "ab".repeat(64);
    let double = "fn(u32) -> u32";
    vec![
        ("3usize", json!({"u64": "3"})),
        ("-3isize", json!({"i64": "-3"})),
        (
            "vec![1u32, 2]",
            json!({"seq": {"of": "I", "items": [{"u32": "1"}, {"u32": "2"}]}}),
        ),
        ("vec![1u8, 2]", json!({"bytes": "0102"})),
        (
            "vec![\"a\"]",
            json!({"seq": {"of": "s", "items": [{"str": "a"}]}}),
        ),
        (
            "BinaryHeap::from([2u16, 1, 2])",
            json!({"seq": {"of": "H", "items": [{"u16": "1"}, {"u16": "2"}, {"u16": "2"}]}}),
        ),
        (
            "BTreeMap::from([(\"a\", 1u8)])",
            json!({"map": {"keys": "s", "values": "B", "entries": [[{"str": "a"}, {"u8": "1"}]]}}),
        ),
        (
            "BTreeSet::from([2u8, 1])",
            json!({"set": {"of": "B", "items": [{"u8": "2"}, {"u8": "1"}]}}),
        ),
        ("(1u8,)", json!({"tuple": [{"u8": "1"}]})),
        (
            "(1u8, true)",
            json!({"tuple": [{"u8": "1"}, {"bool": true}]}),
        ),
        (
            "Ok::<u8, String>(1)",
            record("std::Result::Ok", &json!([{"u8": "1"}])),
        ),
        (
            "Err::<u8, String>",
            record("std::Result::Err", &json!([{"str": "no"}])),
        ),
        ("Ordering::Less", record("std::Ordering::Less", &json!([]))),
        (
            "Ordering::Equal",
            record("std::Ordering::Equal", &json!([])),
        ),
        (
            "Ordering::Greater",
            record("std::Ordering::Greater", &json!([])),
        ),
        (
            "Bound::Included(1u8)",
            record("std::Bound::Included", &json!([{"u8": "1"}])),
        ),
        (
            "Bound::Excluded(1u8)",
            record("std::Bound::Excluded", &json!([{"u8": "1"}])),
        ),
        (
            "Bound::<u8>::Unbounded",
            record("std::Bound::Unbounded", &json!([])),
        ),
        (
            "1u8..5",
            named("std::Range", &json!(["start", "end"]), &ends()),
        ),
        (
            "1u8..=5",
            named("std::RangeInclusive", &json!(["start", "end"]), &ends()),
        ),
        (
            "1u8..",
            named("std::RangeFrom", &json!(["start"]), &json!([{"u8": "1"}])),
        ),
        (
            "..5u8",
            named("std::RangeTo", &json!(["end"]), &json!([{"u8": "5"}])),
        ),
        (
            "..=5u8",
            named(
                "std::RangeToInclusive",
                &json!(["end"]),
                &json!([{"u8": "5"}]),
            ),
        ),
        ("..", record("std::RangeFull", &json!([]))),
        (
            "Duration::new(1, 999_999_999)",
            named(
                "std::Duration",
                &seconds(),
                &json!([{"u64": "1"}, {"u32": "999999999"}]),
            ),
        ),
        (
            "UNIX_EPOCH",
            named(
                "std::SystemTime",
                &seconds(),
                &json!([{"i64": "0"}, {"u32": "0"}]),
            ),
        ),
        (
            "UNIX_EPOCH - 1ns",
            named(
                "std::SystemTime",
                &seconds(),
                &json!([{"i64": "-1"}, {"u32": "999999999"}]),
            ),
        ),
        ("Ipv4Addr::LOCALHOST", v4()),
        ("Ipv6Addr::LOCALHOST", v6()),
        ("IpAddr::V4", record("std::IpAddr::V4", &json!([v4()]))),
        ("IpAddr::V6", record("std::IpAddr::V6", &json!([v6()]))),
        ("SocketAddrV4", socket_v4()),
        ("SocketAddrV6", socket_v6()),
        (
            "SocketAddr::V4",
            record("std::SocketAddr::V4", &json!([socket_v4()])),
        ),
        (
            "SocketAddr::V6",
            record("std::SocketAddr::V6", &json!([socket_v6()])),
        ),
        ("OsString of text", os_text()),
        (
            "OsString of Unix bytes",
            record("std::OsString::Unix", &json!([{"bytes": "61ff"}])),
        ),
        (
            "OsString of a lone surrogate",
            record(
                "std::OsString::Windows",
                &json!([{"seq": {"of": "H", "items": [{"u16": "97"}, {"u16": "55296"}]}}]),
            ),
        ),
        (
            "PathBuf::from(\"a/b\")",
            record("std::Path", &json!([os_text()])),
        ),
        ("Cid as data", record("std::Cid", &json!([{"bytes": cid}]))),
        (
            "a value under a reducer of version 3",
            json!({"record": {"tag": "std::reducer::url", "version": 3, "fields": [{"str": "https://example.com/"}]}}),
        ),
        ("a function", function(double)),
        (
            "a closure",
            named(
                "std::Closure",
                &json!(["function", "environment"]),
                &json!([
                    function("fn(Discount, u32) -> u32"),
                    named("Discount", &json!(["percent"]), &json!([{"u32": "10"}]))
                ]),
            ),
        ),
        (
            "a partial application",
            named(
                "std::Partial",
                &json!(["function", "bound"]),
                &json!([function(double), {"tuple": [{"u32": "2"}]}]),
            ),
        ),
        (
            "a trait object",
            record(
                "std::dyn::circle",
                &json!([named("Circle", &json!(["radius"]), &json!([{"u32": "2"}]))]),
            ),
        ),
        (
            "a number behind a trait",
            record("std::dyn::number", &json!([{"u32": "7"}])),
        ),
        (
            "a placeholder",
            named(
                "std::Placeholder",
                &json!(["type", "reason"]),
                &json!([{"str": "std::fs::File"}, {"str": "a handle"}]),
            ),
        ),
        (
            "a placeholder with its text",
            named(
                "std::Placeholder",
                &json!(["type", "reason", "debug"]),
                &json!([{"str": "std::fs::File"}, {"str": "a handle"}, {"str": "File { fd: 3 }"}]),
            ),
        ),
        (
            "an interned value",
            record("std::interned::Color", &json!([{"str": "red"}])),
        ),
        ("a captured error", captured(&json!({"none": "s"}))),
        (
            "a captured error with its backtrace",
            captured(&json!({"some": {"str": "0: main"}})),
        ),
        ("a description of a type", description()),
        (
            "a struct with a dynamic field",
            named(
                "Message",
                &json!(["id", "data"]),
                &json!([{"u64": "1"}, {"any": {"str": "x"}}]),
            ),
        ),
        (
            "a serde map of mixed values",
            json!({"any": {"map": {"keys": "s", "values": "*", "entries": [
            [{"str": "b"}, {"any": {"u64": "1"}}], [{"str": "a"}, {"any": {"str": "x"}}]]}}}),
        ),
        (
            "an empty serde sequence",
            json!({"any": {"seq": {"of": "*", "items": []}}}),
        ),
        (
            "a serde unit struct",
            json!({"any": {"record": {"tag": "Marker", "fields": []}}}),
        ),
    ]
}

fn function(signature: &str) -> Json {
    named(
        "std::function::double",
        &json!(["signature"]),
        &json!([{"str": signature}]),
    )
}

fn captured(backtrace: &Json) -> Json {
    let cause = json!({"tuple": [{"str": "invalid digit found in string"},
        {"some": {"str": "std::num::ParseIntError"}}]});
    named(
        "std::Error",
        &json!(["message", "type_name", "causes", "backtrace"]),
        &json!([{"str": "bad limit"}, {"some": {"str": "BadLimit"}},
            {"seq": {"of": "(s?s)", "items": [cause]}}, backtrace]),
    )
}

fn description() -> Json {
    let field = |name: &Json, desc: &str| json!({"tuple": [name, {"str": desc}]});
    let shape = |tag: &str, fields: &Json| {
        named(
            "std::TypeInfo::Shape",
            &json!(["tag", "version", "fields"]),
            &json!([{"str": tag}, {"u32": "0"}, {"seq": {"of": "(?ss)", "items": fields}}]),
        )
    };
    let shapes = json!([
        shape(
            "Line::Article",
            &json!([
                field(&json!({"some": {"str": "name"}}), "s"),
                field(&json!({"some": {"str": "price"}}), "I"),
            ])
        ),
        shape(
            "Line::Discount",
            &json!([field(&json!({"none": "s"}), "?B")])
        ),
    ]);
    named(
        "std::TypeInfo",
        &json!(["name", "strategy", "desc", "shapes"]),
        &json!([{"str": "Line"}, {"str": "slots"}, {"str": "@"},
            {"seq": {"of": "@", "items": shapes}}]),
    )
}

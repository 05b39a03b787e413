//! The order of keys of every kind. The elements are listed in another order than that of the bytes.

use serde_json::{Value as Json, json};

use super::{Vector, small, standard};

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (of, items) in of_every_kind() {
        let mut items = items.as_array().unwrap().clone();
        items.reverse();
        let pairs: Vec<_> = items
            .iter()
            .map(|item| json!([item, {"unit": null}]))
            .collect();
        vectors.push(standard(
            format!("<{of} descending"),
            json!({"set": {"of": of, "items": items}}),
        ));
        let map = json!({"map": {"keys": of, "values": "n", "entries": pairs}});
        vectors.push(standard(format!("{{{of}n descending"), map));
    }
    let long = |number: usize| json!({"str": [{"for": 30, "each": "abc"}, number.to_string()]});
    vectors.push(small(
        "small: keys are ordered before they are cut",
        json!({"set": {"of": "s", "items": [long(5), long(3), {"str": "abd"}, long(1), {"str": "ab"}, long(4), long(2)]}}),
    ));
    vectors.push(small(
        "small: keys that hold cut parts",
        json!({"map": {"keys": "(sB)", "values": "t", "entries": [
            [{"tuple": [long(2), {"u8": "1"}]}, {"bool": true}],
            [{"tuple": [long(1), {"u8": "9"}]}, {"bool": false}]]}}),
    ));
    vectors
}

/// Elements ascending, by desc.
fn of_every_kind() -> Vec<(&'static str, Json)> {
    let f64 = |bits: &str| json!({"f64": bits});
    let unnamed = |tag: &str, fields: Json| json!({"record": {"tag": tag, "fields": fields}});
    let record = |tag: &str, version: u64, names: Json, fields: Json| {
        let mut record = json!({"tag": tag, "names": names, "fields": fields});
        if version > 0 {
            record["version"] = json!(version);
        }
        json!({"record": record})
    };
    vec![
        (
            "B",
            json!([{"u8": "0"}, {"u8": "9"}, {"u8": "10"}, {"u8": "127"}, {"u8": "128"}, {"u8": "255"}]),
        ),
        (
            "L",
            json!([{"u64": "2"}, {"u64": "10"}, {"u64": "300"}, {"u64": "18446744073709551615"}]),
        ),
        (
            "Q",
            json!([{"u128": "1"}, {"u128": "18446744073709551615"}, {"u128": "18446744073709551616"}]),
        ),
        (
            "l",
            json!([{"i64": "-300"}, {"i64": "-2"}, {"i64": "-1"}, {"i64": "0"}, {"i64": "1"}, {"i64": "300"}]),
        ),
        (
            "q",
            json!([{"i128": "-9223372036854775809"}, {"i128": "-9223372036854775808"}, {"i128": "-1"},
            {"i128": "18446744073709551615"}, {"i128": "18446744073709551616"}]),
        ),
        (
            "f",
            json!([{"f32": "ffc00001"}, {"f32": "ff800000"}, {"f32": "bf800000"}, {"f32": "80000000"},
            {"f32": "00000000"}, {"f32": "3f800000"}, {"f32": "7f800000"}, {"f32": "7fc00000"}]),
        ),
        (
            "d",
            json!([
                f64("fff8000000000001"),
                f64("fff8000000000000"),
                f64("fff0000000000000"),
                f64("c000000000000000"),
                f64("bff0000000000000"),
                f64("8000000000000000"),
                f64("0000000000000000"),
                f64("3ff0000000000000"),
                f64("7ff0000000000000"),
                f64("7ff8000000000000")
            ]),
        ),
        ("t", json!([{"bool": false}, {"bool": true}])),
        (
            "c",
            json!([{"char": "\0"}, {"char": "Z"}, {"char": "a"}, {"char": "\u{e9}"}, {"char": "\u{ffff}"}, {"char": "\u{10000}"}]),
        ),
        (
            "s",
            json!([{"str": ""}, {"str": "Z"}, {"str": "a"}, {"str": "a\0"}, {"str": "ab"}, {"str": "b"},
            {"str": "\u{e9}"}, {"str": "\u{ffff}"}, {"str": "\u{10000}"}]),
        ),
        (
            "y",
            json!([{"bytes": ""}, {"bytes": "00"}, {"bytes": "0000"}, {"bytes": "7f"}, {"bytes": "80"}, {"bytes": "ff00"}]),
        ),
        ("n", json!([{"unit": null}])),
        (
            "?B",
            json!([{"none": "B"}, {"some": {"u8": "0"}}, {"some": {"u8": "1"}}]),
        ),
        (
            "??B",
            json!([{"none": "?B"}, {"some": {"none": "B"}}, {"some": {"some": {"u8": "0"}}}]),
        ),
        (
            "[h",
            json!([
            {"seq": {"of": "h", "items": []}},
            {"seq": {"of": "h", "items": [{"i16": "-1"}]}},
            {"seq": {"of": "h", "items": [{"i16": "-1"}, {"i16": "5"}]}},
            {"seq": {"of": "h", "items": [{"i16": "0"}]}},
            {"seq": {"of": "h", "items": [{"i16": "256"}]}}]),
        ),
        (
            "[s",
            json!([
            {"seq": {"of": "s", "items": [{"str": "a"}]}},
            {"seq": {"of": "s", "items": [{"str": "a"}, {"str": ""}]}},
            {"seq": {"of": "s", "items": [{"str": "aa"}]}},
            {"seq": {"of": "s", "items": [{"str": "b"}]}}]),
        ),
        (
            "<B",
            json!([
            {"set": {"of": "B", "items": []}},
            {"set": {"of": "B", "items": [{"u8": "9"}, {"u8": "1"}]}},
            {"set": {"of": "B", "items": [{"u8": "2"}]}}]),
        ),
        (
            "{Bt",
            json!([
            {"map": {"keys": "B", "values": "t", "entries": []}},
            {"map": {"keys": "B", "values": "t", "entries": [[{"u8": "1"}, {"bool": false}]]}},
            {"map": {"keys": "B", "values": "t", "entries": [[{"u8": "2"}, {"bool": false}], [{"u8": "1"}, {"bool": false}]]}},
            {"map": {"keys": "B", "values": "t", "entries": [[{"u8": "1"}, {"bool": true}]]}},
            {"map": {"keys": "B", "values": "t", "entries": [[{"u8": "2"}, {"bool": false}]]}}]),
        ),
        (
            "(sB)",
            json!([
            {"tuple": [{"str": "a"}, {"u8": "200"}]},
            {"tuple": [{"str": "aa"}, {"u8": "0"}]},
            {"tuple": [{"str": "b"}, {"u8": "1"}]},
            {"tuple": [{"str": "b"}, {"u8": "2"}]}]),
        ),
        (
            "@",
            json!([
                unnamed("A", json!([])),
                unnamed("A", json!([{"u8": "1"}, {"u8": "0"}])),
                unnamed("A", json!([{"u8": "1"}, {"u8": "1"}])),
                record("A", 0, json!(["b", "c"]), json!([{"u8": "0"}, {"u8": "0"}])),
                record("A", 0, json!(["c", "a"]), json!([{"u8": "0"}, {"u8": "0"}])),
                unnamed("A", json!([{"u16": "0"}])),
                unnamed("A", json!([{"i8": "0"}])),
                record("A", 1, json!([]), json!([{"u8": "0"}])),
                record("A", 200, json!([]), json!([{"u8": "0"}])),
                unnamed("A::B", json!([])),
                unnamed("B", json!([]))
            ]),
        ),
        (
            "*",
            json!([
            {"any": {"seq": {"of": "s", "items": []}}},
            {"any": {"u8": "1"}},
            {"any": {"u8": "2"}},
            {"any": {"u64": "0"}},
            {"any": {"none": "B"}},
            {"any": {"none": "s"}},
            {"any": {"str": ""}}]),
        ),
    ]
}

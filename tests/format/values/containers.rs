//! Strings, byte strings, sequences, maps, sets, tuples and anys at the steps of their headers.

use serde_json::{Value as Json, json};

use super::{Vector, counting, repeated, small, standard, whole};

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    texts_and_bytes(&mut vectors);
    sequences(&mut vectors);
    maps_and_sets(&mut vectors);
    tuples_and_anys(&mut vectors);
    vectors
}

fn texts_and_bytes(vectors: &mut Vec<Vector>) {
    for length in [0, 1, 15, 16, 31, 32, 255, 256, 1_020, 1_021] {
        vectors.push(standard(format!("str of {length}"), repeated("x", length)));
    }
    for (name, text) in [
        ("str 1", "1"),
        ("str with a nul", "a\0b"),
        (
            "str of 2, 3 and 4 byte characters",
            "\u{e9}\u{20ac}\u{1f980}",
        ),
        ("str not normalised", "e\u{301}"),
        (
            "str of 32 bytes in 16 characters",
            "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}",
        ),
    ] {
        vectors.push(standard(name, json!({"str": text})));
    }
    for length in [0, 1, 31, 32, 255, 256, 1_020, 1_021] {
        let value = json!({"bytes": [{"for": length, "each": "ff"}]});
        vectors.push(standard(format!("bytes of {length}"), value));
    }
    for length in [1_024, 4_096, 4_097, 65_535, 65_536] {
        vectors.push(whole(
            format!("whole: str of {length}"),
            repeated("x", length),
        ));
        let value = json!({"bytes": [{"for": length, "each": "ff"}]});
        vectors.push(whole(format!("whole: bytes of {length}"), value));
    }
}

fn sequence(of: &str, count: usize, each: &Json) -> Json {
    json!({"seq": {"of": of, "items": [{"for": count, "each": each}]}})
}

fn sequences(vectors: &mut Vec<Vector>) {
    let number = |kind: &str| json!({kind: "#"});
    let kinds = [
        ("H", number("u16")),
        ("I", number("u32")),
        ("L", number("u64")),
        ("Q", number("u128")),
        ("b", number("i8")),
        ("h", number("i16")),
        ("i", number("i32")),
        ("l", number("i64")),
        ("q", number("i128")),
        ("f", json!({"f32": "4000000#"})),
        ("d", json!({"f64": "400000000000000#"})),
    ];
    for (of, each) in &kinds {
        for count in [0, 1, 3] {
            vectors.push(standard(
                format!("[{of} of {count}, packed"),
                sequence(of, count, each),
            ));
        }
    }
    for (of, least, most) in [
        ("h", "-32768", "32767"),
        ("l", "-9223372036854775808", "9223372036854775807"),
    ] {
        let kind = if of == "h" { "i16" } else { "i64" };
        let items = json!([{kind: least}, {kind: "-1"}, {kind: most}]);
        vectors.push(standard(
            format!("[{of} of both ends, packed"),
            json!({"seq": {"of": of, "items": items}}),
        ));
    }
    let wide = json!([{"i128": "-170141183460469231731687303715884105728"}, {"i128": "-2"}, {"i128": "1"}]);
    vectors.push(standard(
        "[q of both ends, packed",
        json!({"seq": {"of": "q", "items": wide}}),
    ));
    for (length, count) in [(255, 255), (256, 256), (254, 127)] {
        let (of, each) = if length == count {
            ("b", json!({"i8": "1"}))
        } else {
            ("H", json!({"u16": "#"}))
        };
        vectors.push(standard(
            format!("[{of} of {length} bytes"),
            sequence(of, count, &each),
        ));
    }
    let truth = json!({"bool": true});
    for count in [0, 1, 15, 16, 255, 256] {
        vectors.push(standard(
            format!("[t of {count}"),
            sequence("t", count, &truth),
        ));
    }
    for count in [65_535, 65_536] {
        vectors.push(whole(
            format!("whole: [t of {count}"),
            sequence("t", count, &truth),
        ));
    }
    for (of, each) in [
        ("c", json!({"char": "x"})),
        ("s", json!({"str": "item #"})),
        ("y", json!({"bytes_of_text": "#"})),
        ("n", json!({"unit": null})),
        ("?L", json!({"some": {"u64": "#"}})),
        ("[H", sequence("H", 2, &json!({"u16": "7"}))),
        (
            "{sL",
            json!({"map": {"keys": "s", "values": "L", "entries": []}}),
        ),
        ("<B", json!({"set": {"of": "B", "items": [{"u8": "#"}]}})),
        ("(sB)", json!({"tuple": [{"str": "#"}, {"u8": "#"}]})),
        ("*", json!({"any": {"u8": "#"}})),
    ] {
        vectors.push(standard(format!("[{of} of 2"), sequence(of, 2, &each)));
        vectors.push(standard(format!("[{of} of none"), sequence(of, 0, &each)));
    }
}

fn maps_and_sets(vectors: &mut Vec<Vector>) {
    let map = |count: usize| {
        let each = json!([{"u32": "#"}, {"bool": true}]);
        json!({"map": {"keys": "I", "values": "t", "entries": [{"for": count, "each": each}]}})
    };
    let set =
        |count: usize| json!({"set": {"of": "I", "items": [{"for": count, "each": {"u32": "#"}}]}});
    for count in [0, 1, 15, 16] {
        vectors.push(standard(format!("{{It of {count}"), map(count)));
        vectors.push(standard(format!("<I of {count}"), set(count)));
    }
    for count in [65_535, 65_536] {
        vectors.push(whole(format!("whole: {{It of {count}"), map(count)));
        vectors.push(whole(format!("whole: <I of {count}"), set(count)));
    }
    for (keys, values) in [("s", "L"), ("L", "s"), ("s", "B"), ("@", "*")] {
        let value = json!({"map": {"keys": keys, "values": values, "entries": []}});
        vectors.push(standard(format!("{{{keys}{values} of none"), value));
    }
    for of in ["s", "L", "B", "@", "[s"] {
        let value = json!({"set": {"of": of, "items": []}});
        vectors.push(standard(format!("<{of} of none"), value));
    }
}

fn tuples_and_anys(vectors: &mut Vec<Vector>) {
    for count in [1, 2, 12, 15, 16] {
        let value = json!({"tuple": [{"for": count, "each": {"u8": "#"}}]});
        vectors.push(standard(format!("tuple of {count}"), value));
    }
    vectors.push(standard(
        "tuple in a tuple",
        json!({"tuple": [{"tuple": [{"u8": "1"}]}, {"u8": "2"}]}),
    ));
    for (name, value) in [
        ("u8", json!({"u8": "1"})),
        ("str", json!({"str": "1"})),
        ("unit", json!({"unit": null})),
        ("tuple of any", json!({"tuple": [{"any": {"u8": "1"}}]})),
        (
            "seq of any",
            json!({"seq": {"of": "*", "items": [{"any": {"u8": "1"}}, {"any": {"str": "1"}}]}}),
        ),
        (
            "desc of 40 characters",
            json!({"tuple": [{"for": 38, "each": {"u8": "#"}}]}),
        ),
    ] {
        vectors.push(standard(format!("any: {name}"), json!({"any": value})));
    }
    vectors.push(standard(
        "a desc with a letter inside 63 others",
        json!({"none": format!("{}n", "[".repeat(62))}),
    ));
    let widest = |letter: &str| format!("({})", letter.repeat(4_093));
    vectors.push(standard(
        "a desc of 4,096 characters",
        json!({"none": widest("L")}),
    ));
    let each = json!({"tuple": [{"for": 4_093, "each": {"u8": "#"}}]});
    vectors.push(small(
        "small: a node's desc of 4,096 characters after its %",
        sequence(&widest("B"), 10, &each),
    ));
    vectors.push(whole("whole: text of many pieces", counting(" ", 100)));
}

//! Chunked values: around the leaf maximum, and nodes of one and several levels.

use serde_json::{Value as Json, json};

use super::{Vector, counting, repeated, small, standard};

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    around_the_maximum(&mut vectors);
    of_several_levels(&mut vectors);
    with_parts(&mut vectors);
    with_long_keys(&mut vectors);
    at_the_bounds(&mut vectors);
    vectors
}

fn sequence(of: &str, count: usize, each: &Json) -> Json {
    json!({"seq": {"of": of, "items": [{"for": count, "each": each}]}})
}

fn around_the_maximum(vectors: &mut Vec<Vector>) {
    for elements in [4_095, 4_096, 4_097] {
        vectors.push(standard(
            format!("equal characters, {elements} bytes"),
            repeated("x", elements),
        ));
        let bytes = json!({"bytes": [{"for": elements, "each": "07"}]});
        vectors.push(standard(format!("equal bytes, {elements}"), bytes));
        let truth = json!({"bool": true});
        vectors.push(standard(
            format!("equal elements, {elements} bytes"),
            sequence("t", elements, &truth),
        ));
    }
    for (name, elements) in [("4,096", 512), ("4,104", 513)] {
        let value = sequence("L", elements, &json!({"u64": "#"}));
        vectors.push(standard(format!("packed numbers, {name} bytes"), value));
    }
    for elements in [511, 512, 513] {
        vectors.push(small(
            format!("small: equal characters, {elements} bytes"),
            repeated("x", elements),
        ));
        vectors.push(small(
            format!("small: packed, {elements} bytes"),
            sequence("b", elements, &json!({"i8": "5"})),
        ));
        vectors.push(small(
            format!("small: units, {elements} bytes"),
            sequence("n", elements, &json!({"unit": null})),
        ));
    }
    for elements in [127, 128, 129, 130] {
        let name = |kind: &str| format!("small: {kind} of {} bytes", 4 * elements);
        let each = json!({"char": "\u{20ac}"});
        vectors.push(small(
            name("characters as elements"),
            sequence("c", elements, &each),
        ));
        vectors.push(small(
            name("packed floats"),
            sequence("f", elements, &json!({"f32": "40000000"})),
        ));
        // 1 byte and 3 bytes: a chunk ends between characters only.
        vectors.push(small(
            name("a text of 1 and 3 byte characters"),
            repeated("\u{20ac}x", elements),
        ));
    }
    vectors.push(standard(
        "a text of 3 byte characters",
        repeated("\u{20ac}", 1_366),
    ));
    vectors.push(standard(
        "a text of 4 byte characters",
        counting("\u{1f980}", 4_000),
    ));
}

fn of_several_levels(vectors: &mut Vec<Vector>) {
    for count in [200, 1_000, 5_000] {
        vectors.push(small(
            format!("small: text of {count} numbers"),
            counting(" ", count),
        ));
        vectors.push(small(
            format!("small: text of {count} numbers and accents"),
            counting("\u{e9}", count),
        ));
        let bytes = json!({"bytes_of_text": [{"for": count, "each": "#,"}]});
        vectors.push(small(format!("small: bytes of {count} numbers"), bytes));
        for (of, kind) in [("H", "u16"), ("L", "u64"), ("q", "i128")] {
            let value = sequence(of, count, &json!({kind: "#"}));
            vectors.push(small(format!("small: packed {of}, {count}"), value));
        }
        vectors.push(small(
            format!("small: {count} strings"),
            sequence("s", count, &json!({"str": "item #"})),
        ));
        let map = json!({"map": {"keys": "s", "values": "I", "entries": [{"for": count, "each": [{"str": "key #"}, {"u32": "#"}]}]}});
        vectors.push(small(format!("small: map of {count}"), map));
        let set = json!({"set": {"of": "i", "items": [{"for": count, "each": {"i32": "-#"}}]}});
        vectors.push(small(format!("small: set of {count}"), set));
    }
    let numbers = sequence("L", 50_000, &json!({"u64": "#"}));
    vectors.push(standard("50,000 packed numbers", numbers));
    vectors.push(standard("text of 60,000 numbers", counting("\n", 60_000)));
    vectors.push(standard(
        "10,000 strings",
        sequence("s", 10_000, &json!({"str": "line # of a file"})),
    ));
    let map = json!({"map": {"keys": "L", "values": "@", "entries": [{"for": 5_000, "each": [{"u64": "#"},
        {"record": {"tag": "Entry", "names": ["id", "name"], "fields": [{"u64": "#"}, {"str": "name #"}]}}]}]}});
    vectors.push(standard("map of 5,000 records", map));
    let set = json!({"set": {"of": "s", "items": [{"for": 5_000, "each": {"str": "member #"}}]}});
    vectors.push(standard("set of 5,000 strings", set));
}

fn with_parts(vectors: &mut Vec<Vector>) {
    let long = |count: usize| json!({"str": [{"for": count, "each": "#0123456789"}]});
    vectors.push(small("small: a list of links", sequence("s", 40, &long(8))));
    let each =
        json!({"str": ["# is a number in a string that is long enough to be cut and moved out"]});
    vectors.push(small(
        "small: a list of different links",
        sequence("s", 200, &each),
    ));
    let map = json!({"map": {"keys": "s", "values": "n", "entries": [{"for": 200, "each": [each, {"unit": null}]}]}});
    vectors.push(small("small: first keys that are links", map));
    let key = json!({"tuple": [{"record": {"tag": "Id::#", "fields": []}}, {"u32": "#"}]});
    let set = json!({"set": {"of": "(@I)", "items": [{"for": 200, "each": key}]}});
    vectors.push(small(
        "small: first keys with records, each node with its own table",
        set,
    ));
    let records = sequence(
        "@",
        200,
        &json!({"record": {"tag": "Kind::#", "fields": [{"u32": "#"}]}}),
    );
    vectors.push(small("small: shapes of their own in each chunk", records));
    // The first byte of each chunk's elements is a shape's index.
    let without_fields = json!({"record": {"tag": "Kind::#", "fields": []}});
    vectors.push(small(
        "small: a chunked list of shapes without fields",
        sequence("@", 600, &without_fields),
    ));
    // More than an encoder keeps of one value: it goes on after the first part has left.
    let row = json!({"record": {"tag": "Row", "names": ["id", "text"], "fields": [{"u32": "#"}, {"str": "row #"}]}});
    vectors.push(standard("14,000 records", sequence("@", 14_000, &row)));
    let entry = json!([{"u32": "#"}, repeated("x", 1_021)]);
    vectors.push(standard(
        "map of 2,000 numbers to texts that are cut",
        json!({"map": {"keys": "I", "values": "s", "entries": [{"for": 2_000, "each": entry}]}}),
    ));
    vectors.push(standard(
        "300 shapes in one chunked list",
        sequence(
            "@",
            300,
            &json!({"record": {"tag": "Kind::#", "fields": [repeated("r", 60)]}}),
        ),
    ));
    vectors.push(small(
        "small: chunked parts in a record",
        json!({"record": {"tag": "Both", "names": ["text", "list"], "fields": [
        counting(" ", 300), {"some": sequence("H", 400, &json!({"u16": "#"}))}]}}),
    ));
    vectors.push(small(
        "small: Some of a chunked text in a tuple",
        json!({"tuple": [{"some": counting(" ", 250)}, {"u8": "1"}]}),
    ));
    vectors.push(small(
        "small: root: Some of Some of a chunked text",
        json!({"some": {"some": counting(" ", 250)}}),
    ));
}

/// Groups so long that a part of a node list has two, and that two groups pass the node maximum.
fn with_long_keys(vectors: &mut Vec<Vector>) {
    for count in [40, 1_000] {
        // A string of 1,021 bytes has a length of 1,024 and is cut.
        for length in [300, 500, 900, 1_020, 1_021, 1_100] {
            let pad = json!({"for": length - 3, "each": "k"});
            let set =
                json!({"set": {"of": "s", "items": [{"for": count, "each": {"str": [pad, "#"]}}]}});
            vectors.push(standard(
                format!("set of {count} keys of {length} bytes and a few"),
                set,
            ));
            let entry = json!([{"tuple": [{"u32": "#"}, {"str": [pad]}]}, {"u32": "#"}]);
            let map = json!({"map": {"keys": "(Is)", "values": "I", "entries": [{"for": count, "each": entry}]}});
            vectors.push(standard(
                format!("map of {count} tuples with {} bytes", length - 3),
                map,
            ));
        }
        let lengths = [10, 1_015, 700, 100, 950, 1_100].map(|length| {
            let pad = json!({"for": length, "each": "k"});
            json!({"for": count / 5, "each": [{"str": [format!("{length} #"), pad]}, {"bool": true}]})
        });
        let map = json!({"map": {"keys": "s", "values": "t", "entries": lengths}});
        vectors.push(standard(
            format!("map of {} long and short keys", count / 5 * 6),
            map,
        ));
    }
    let key = json!({"str": [{"for": 50, "each": "k"}, "#"]});
    let set = json!({"set": {"of": "s", "items": [{"for": 400, "each": key}]}});
    vectors.push(small("small: set of 400 long keys", set));
}

/// Where a comparison with `>=` for `>`, or a state that goes on, gives other blocks. Which letters
/// and lengths do was tried out.
fn at_the_bounds(vectors: &mut Vec<Vector>) {
    let text = |pads: usize, letter: &str| json!({"str": ["#", {"for": pads, "each": letter}]});
    vectors.push(standard(
        "200 strings, with chunks that end before an element",
        sequence("s", 200, &text(308, "-")),
    ));
    let equal = json!({"for": 23, "each": {"str": [{"for": 21, "each": "-"}]}});
    let others = json!({"for": 6, "each": text(20, "-")});
    vectors.push(small(
        "small: equal strings, of which the last is followed by another chunk",
        json!({"seq": {"of": "s", "items": [equal, others]}}),
    ));
    // Each group has 68 bytes and a key of 60.
    let keys = json!({"for": 9, "each": text(57, "c")});
    vectors.push(small(
        "small: a node list of exactly the node maximum",
        json!({"set": {"of": "s", "items": [keys]}}),
    ));
    let longer = json!({"str": ["-", {"for": 58, "each": "n"}]});
    let keys = json!({"for": 8, "each": text(57, "n")});
    vectors.push(small(
        "small: a node list of one byte more than the node maximum",
        json!({"set": {"of": "s", "items": [longer, keys]}}),
    ));
    let key = |pads: usize| json!({"str": [{"for": pads, "each": "K"}, "#"]});
    let (longer, keys) = (
        json!({"for": 10, "each": key(57)}),
        json!({"for": 8, "each": key(56)}),
    );
    vectors.push(small(
        "small: a part of a node list of exactly the node maximum",
        json!({"set": {"of": "s", "items": [longer, keys]}}),
    ));
    let entry = json!([{"str": "h-#"}, {"str": [{"for": 58, "each": "v"}]}]);
    vectors.push(small(
        "small: a part of a node list of exactly the node minimum",
        json!({"map": {"keys": "s", "values": "s", "entries": [{"for": 9, "each": entry}]}}),
    ));
}

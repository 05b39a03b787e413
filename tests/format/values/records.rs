//! Records, shapes and the shape table.

use serde_json::{Value as Json, json};

use super::{Vector, repeated, small, standard};

pub(super) fn vectors() -> Vec<Vector> {
    let point = |x: u8, y: u8| {
        json!({"record": {"tag": "Point", "names": ["x", "y"], "fields": [
            {"u8": x.to_string()}, {"u8": y.to_string()}]}})
    };
    let unit = |tag: &str| json!({"record": {"tag": tag, "fields": []}});
    let node = |next: Json| json!({"record": {"tag": "Node", "names": ["next"], "fields": [next]}});
    let mut vectors = vec![
        standard("struct with names", point(1, 2)),
        standard(
            "struct with the names exchanged",
            json!({"record": {"tag": "Point", "names": ["y", "x"], "fields": [{"u8": "1"}, {"u8": "2"}]}}),
        ),
        standard(
            "tuple struct",
            json!({"record": {"tag": "Point", "fields": [{"u8": "1"}, {"u8": "2"}]}}),
        ),
        standard("unit struct", unit("Point")),
        standard("variant without fields", unit("Shape::Point")),
        standard(
            "variant with a field",
            json!({"record": {"tag": "Shape::Circle", "fields": [{"f64": "3ff0000000000000"}]}}),
        ),
        standard(
            "struct with a version",
            json!({"record": {"tag": "Point", "version": 1, "fields": []}}),
        ),
        standard(
            "struct with version 128",
            json!({"record": {"tag": "Point", "version": 128, "fields": []}}),
        ),
        standard(
            "struct with version 2^32 - 1",
            json!({"record": {"tag": "Point", "version": 4_294_967_295_u32, "fields": []}}),
        ),
        standard("empty tag, which no type has", unit("")),
        standard(
            "empty name",
            json!({"record": {"tag": "T", "names": [""], "fields": [{"u8": "1"}]}}),
        ),
        standard(
            "field of a raw name",
            json!({"record": {"tag": "Token", "names": ["type"], "fields": [{"str": "x"}]}}),
        ),
        standard(
            "a record in a record",
            json!({"record": {"tag": "Segment", "names": ["from", "to"], "fields": [point(1, 2), point(3, 4)]}}),
        ),
        standard(
            "a list of records of three shapes",
            json!({"seq": {"of": "@", "items": [
            unit("E::B"), point(1, 2), unit("E::A"), unit("E::B"), point(3, 4)]}}),
        ),
        standard(
            "a shape is met before those of its fields",
            node(json!({"some": node(json!({"none": "@"}))})),
        ),
        standard(
            "shapes in keys, values and anys",
            json!({"map": {"keys": "@", "values": "*", "entries": [
            [unit("Key::Z"), {"any": point(1, 2)}], [unit("Key::A"), {"any": unit("Value")}]]}}),
        ),
        standard("a record with a field of every kind", every_kind()),
        standard(
            "two records that differ in a field's type",
            json!({"tuple": [
            {"record": {"tag": "T", "fields": [{"u8": "1"}]}}, {"record": {"tag": "T", "fields": [{"u16": "1"}]}}]}),
        ),
    ];
    for count in [127, 128, 129, 257] {
        let each = json!({"record": {"tag": "Kind::#", "fields": []}});
        let value = json!({"seq": {"of": "@", "items": [{"for": count, "each": each}, {"for": 1, "each": each}]}});
        vectors.push(standard(format!("{count} shapes"), value));
        let each = json!({"record": {"tag": "Kind::#", "fields": [{"u8": "7"}]}});
        let value = json!({"seq": {"of": "@", "items": [{"for": count, "each": each}]}});
        vectors.push(standard(format!("{count} shapes with a field"), value));
    }
    let list = |tag: &str, count: usize| {
        let each = json!({"record": {"tag": format!("{tag}::#"), "fields": []}});
        json!({"seq": {"of": "@", "items": [{"for": count, "each": each}]}})
    };
    // The last of these lists has indices of two bytes where it would stand inline, and its length
    // counts one for each.
    for count in [59, 60, 61, 62] {
        let value =
            json!({"tuple": [list("A", 50), list("B", 50), list("C", 28), list("D", count)]});
        vectors.push(small(
            format!("small: {count} shapes after 128 others"),
            value,
        ));
    }
    // Links in a block whose later indices take two bytes.
    let (cut, other) = (repeated("x", 70), repeated("y", 70));
    vectors.push(small(
        "small: links before, between and after 150 shapes",
        json!({"tuple": [cut, list("A", 50), list("B", 50), other, list("C", 50), cut]}),
    ));
    vectors
}

fn every_kind() -> Json {
    json!({"record": {"tag": "Everything", "names": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"],
        "fields": [
            {"u8": "1"}, {"i128": "-1"}, {"f32": "3f800000"}, {"bool": true}, {"char": "x"},
            {"str": "text"}, {"bytes": "00ff"}, {"unit": null}, {"some": {"u8": "1"}},
            {"seq": {"of": "H", "items": [{"u16": "1"}]}},
            {"map": {"keys": "s", "values": "[s", "entries": [[{"str": "k"}, {"seq": {"of": "s", "items": [{"str": "v"}]}}]]}},
            {"any": {"set": {"of": "(B)", "items": [{"tuple": [{"u8": "1"}]}]}}}]}})
}

//! Lengths of 1,023, 1,024 and 1,025, and 63 to 65 in the small profile.

use serde_json::{Value as Json, json};

use super::{Vector, repeated, small, standard};

/// A way to make a value of this kind with a string of so many bytes in it.
type Build = fn(Json) -> Json;

/// Kinds that are cut, with what they add to the string's bytes when it has a header of three
/// bytes.
const KINDS: [(&str, usize, Build); 10] = [
    ("string", 3, |text| text),
    ("tuple", 4, |text| json!({"tuple": [text]})),
    (
        "sequence",
        4,
        |text| json!({"seq": {"of": "s", "items": [text]}}),
    ),
    (
        "set",
        4,
        |text| json!({"set": {"of": "s", "items": [text]}}),
    ),
    (
        "map, in a key",
        5,
        |text| json!({"map": {"keys": "s", "values": "t", "entries": [[text, {"bool": true}]]}}),
    ),
    (
        "map, in a value",
        5,
        |text| json!({"map": {"keys": "t", "values": "s", "entries": [[{"bool": true}, text]]}}),
    ),
    ("any", 6, |text| json!({"any": text})),
    ("wrapped option", 4, |text| json!({"some": {"some": text}})),
    (
        "record",
        5,
        |text| json!({"record": {"tag": "R", "names": ["text"], "fields": [text]}}),
    ),
    (
        "record with an option",
        5,
        |text| json!({"record": {"tag": "R", "fields": [{"some": text}]}}),
    ),
];

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (kind, around, build) in KINDS {
        for length in [1_023, 1_024, 1_025] {
            let value = build(repeated("x", length - around));
            let beside = json!({"tuple": [value, {"u8": "1"}]});
            vectors.push(standard(format!("{kind} of {length} in a tuple"), beside));
        }
        for length in [63, 64, 65] {
            // The string's header has two bytes.
            let value = build(repeated("x", length - around + 1));
            let beside = json!({"tuple": [value, {"u8": "1"}]});
            vectors.push(small(
                format!("small: {kind} of {length} in a tuple"),
                beside,
            ));
        }
    }
    for length in [1_023, 1_024] {
        let packed =
            json!({"seq": {"of": "b", "items": [{"for": length - 3, "each": {"i8": "1"}}]}});
        vectors.push(standard(
            format!("packed sequence of {length} in a tuple"),
            json!({"tuple": [packed, {"u8": "1"}]}),
        ));
        let bytes = json!({"bytes": [{"for": length - 3, "each": "00"}]});
        vectors.push(standard(
            format!("byte string of {length} in a tuple"),
            json!({"tuple": [bytes, {"u8": "1"}]}),
        ));
    }
    roots(&mut vectors);
    nested(&mut vectors);
    vectors
}

/// The root of a value that was cut, and of an option around it (section 8).
fn roots(vectors: &mut Vec<Vector>) {
    let long = || repeated("y", 1_021);
    let short = || repeated("y", 1_020);
    // 67 bytes, as a link has.
    vectors.push(standard(
        "root: a string as long as a link",
        repeated("x", 65),
    ));
    vectors.push(standard("root: a string of 1,024", long()));
    vectors.push(standard(
        "same: Some of a string of 1,024",
        json!({"some": long()}),
    ));
    vectors.push(standard("root: a string of 1,023", short()));
    vectors.push(standard(
        "root: Some of a string of 1,023",
        json!({"some": short()}),
    ));
    vectors.push(standard(
        "root: Some of Some of a string of 1,024",
        json!({"some": {"some": long()}}),
    ));
    vectors.push(standard(
        "root: Some of Some of Some of a string of 1,024",
        json!({"some": {"some": {"some": long()}}}),
    ));
    vectors.push(standard(
        "root: any of a string of 1,024",
        json!({"any": long()}),
    ));
    vectors.push(standard(
        "root: any of Some of a string of 1,024",
        json!({"any": {"some": long()}}),
    ));
    let any = json!({"any": repeated("y", 1_018)});
    vectors.push(standard("root: an any of 1,024", any.clone()));
    vectors.push(standard(
        "same: Some of an any of 1,024",
        json!({"some": any}),
    ));
    let wrapped = |depth: usize| {
        let mut value = repeated("z", 70);
        for _ in 0..depth {
            value = json!({"some": value});
        }
        value
    };
    vectors.push(small("small: a string of 72", wrapped(0)));
    vectors.push(small("same: small: Some of a string of 72", wrapped(1)));
    vectors.push(small("small: Some of Some of a string of 72", wrapped(2)));
    vectors.push(small(
        "small: Some of Some of Some of a string of 72",
        wrapped(3),
    ));
    vectors.push(small(
        "small: the same in a tuple",
        json!({"tuple": [wrapped(0), wrapped(1), wrapped(2), wrapped(3)]}),
    ));
}

fn nested(vectors: &mut Vec<Vector>) {
    let long = || repeated("y", 1_500);
    vectors.push(standard(
        "a part that is met twice is one block",
        json!({"tuple": [long(), long()]}),
    ));
    vectors.push(standard(
        "a long list that is short after its parts were cut",
        json!({"tuple": [
        {"seq": {"of": "s", "items": [{"for": 10, "each": long()}]}}, {"u8": "1"}]}),
    ));
    vectors.push(standard(
        "a list of 15 links stays, header included, below the cut",
        json!({"tuple": [
        {"seq": {"of": "s", "items": [{"for": 15, "each": long()}]}}, {"u8": "1"}]}),
    ));
    vectors.push(standard(
        "a list of 16 links is cut",
        json!({"tuple": [
        {"seq": {"of": "s", "items": [{"for": 16, "each": long()}]}}, {"u8": "1"}]}),
    ));
    vectors.push(standard("a map with long keys and values", json!({"map": {"keys": "s", "values": "?s", "entries": [
        [repeated("b", 1_100), {"none": "s"}], [repeated("a", 1_100), {"some": long()}], [{"str": "c"}, {"some": {"str": ""}}]]}})));
    let mut list = json!({"none": "@"});
    for number in 0..12 {
        list = json!({"some": {"record": {"tag": "Node", "names": ["number", "next"], "fields": [{"u8": number.to_string()}, list]}}});
    }
    vectors.push(small("small: a linked list", list));
    let shape = |tag: &str| json!({"record": {"tag": tag, "names": ["text"], "fields": [repeated("t", 70)]}});
    vectors.push(small("small: shapes behind a link are in the linked block", json!({"seq": {"of": "@", "items": [
        shape("A"), {"record": {"tag": "B", "fields": []}}, shape("A"), {"record": {"tag": "C", "fields": []}}]}})));
}

//! Descs, shapes and the shape table (clauses 4 and 5).

use cideldill_reference::pack;

use super::{Refusal, block, plain, raw, shaped};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = descs();
    list.extend(shapes());
    list.extend(indices());
    list
}

fn descs() -> Vec<Refusal> {
    let mut list: Vec<_> = [
        ("an empty desc", "", "05"),
        ("an unknown character", "A", "05"),
        ("a space", " ", "05"),
        ("two descs", "BB", "05"),
        ("a sequence of bytes, which is y", "[B", "c4 00"),
        ("a sequence of sequences of bytes", "[[B", "90"),
        ("a map to a sequence of bytes", "{s[B", "80"),
        ("a tuple of none", "()", "90"),
        ("a tuple without its end", "(B", "91 05"),
        ("an end without its tuple", "B)", "05"),
        ("an option of nothing", "?", "c0"),
        ("a sequence of nothing", "[", "90"),
        ("a map without values", "{s", "80"),
        ("a node of an integer", "%L", "90"),
        ("a node of a record", "%@", "90"),
        ("a node of a tuple", "%(s)", "90"),
        ("a node of an option", "%?s", "90"),
        ("a node of an any", "%*", "90"),
        ("a node of a node", "%%s", "90"),
        ("a node in a sequence", "[%s", "90"),
        ("a root with an overlay inside", "[!s", "90"),
        ("a cycle inside", "?~", "c0"),
        ("an accent", "\u{e9}", "05"),
        ("a desc in an any that is empty", "*", "92 a0 05"),
        ("a desc in an any of two", "*", "92 a2 42 42 05"),
        ("a node in an any", "*", "92 a2 25 73 90"),
        ("a desc in an any that is no str", "*", "92 05 05"),
    ]
    .map(|(name, desc, value)| plain(name, "11.4", desc, value))
    .into();
    list.push(raw("a desc that is an integer", "11.4", "10 05 90 05"));
    list.push(raw("a desc that is a bin", "11.4", "10 c4 01 42 90 05"));
    let long = format!("?({})", "L".repeat(4_094));
    list.push(plain("a desc of 4,097 characters", "11.4", &long, "c0"));
    let deep = "[".repeat(64) + "n";
    list.push(plain(
        "a desc with a letter inside 64 others",
        "11.4",
        &deep,
        "90",
    ));
    let wide = format!("{}(ns)", "{n".repeat(63));
    list.push(plain(
        "a desc with two letters inside 64 others",
        "11.4",
        &wide,
        "80",
    ));
    let deep = "?".repeat(64) + "n";
    for (name, desc) in [
        ("a desc with a letter inside 64 others in an any", &deep),
        ("a desc of 4,097 characters in an any", &long),
    ] {
        let mut any = vec![0x92];
        pack::text(&mut any, desc);
        any.push(0xc0);
        let blocks = vec![block(0, "*", &[0x90], &any)];
        list.push(Refusal {
            name: name.to_owned(),
            rule: "11.4",
            blocks,
        });
    }
    let sequence = format!("[({})", "L".repeat(4_094));
    for (name, types, value) in [
        (
            "types with a letter inside 64 others",
            deep,
            &[0x92, 0, 0xc0][..],
        ),
        (
            "types with a desc of 4,097 characters",
            long,
            &[0x92, 0, 0xc0],
        ),
        (
            "types with a second desc of 4,097 characters",
            format!("B{sequence}"),
            &[0x93, 0, 5, 0x90],
        ),
    ] {
        let mut table = vec![0x91, 0x92, 0xa1, b'T'];
        pack::text(&mut table, &types);
        let blocks = vec![block(0, "@", &table, value)];
        list.push(Refusal {
            name: name.to_owned(),
            rule: "11.5",
            blocks,
        });
    }
    list
}

/// The table is `T` with a field of `B` unless it says otherwise.
fn shapes() -> Vec<Refusal> {
    [
        ("a table that is nil", "c0", "00"),
        ("a table that is a map", "80", "00"),
        ("a shape that is a str", "91 a1 54", "00"),
        ("a shape that is a map", "91 81 a1 54 a0", "00"),
        ("a shape of none", "91 90", "00"),
        ("a shape of a tag alone", "91 91 a1 54", "00"),
        ("a tag that is an integer", "91 92 05 a0", "00"),
        ("a tag that is nil", "91 92 c0 a0", "00"),
        ("a tag in an array of one", "91 92 91 a1 54 a0", "00"),
        (
            "a tag in an array of three",
            "91 92 93 a1 54 01 01 a0",
            "00",
        ),
        ("a version of 0", "91 92 92 a1 54 00 a0", "00"),
        (
            "a version of 2^32",
            "91 92 92 a1 54 cf 00 00 00 01 00 00 00 00 a0",
            "00",
        ),
        ("a negative version", "91 92 92 a1 54 ff a0", "00"),
        ("a version that is a str", "91 92 92 a1 54 a1 31 a0", "00"),
        (
            "a tag in an array that is an integer",
            "91 92 92 05 01 a0",
            "00",
        ),
        ("types that are nil", "91 92 a1 54 c0", "00"),
        (
            "types that are an array",
            "91 92 a1 54 91 a1 42",
            "92 00 05",
        ),
        (
            "types with an unknown character",
            "91 92 a1 54 a1 41",
            "92 00 05",
        ),
        (
            "types that end within a desc",
            "91 92 a1 54 a2 42 5b",
            "93 00 05 90",
        ),
        ("types with a node", "91 92 a1 54 a2 25 73", "92 00 90"),
        (
            "types with a sequence of bytes",
            "91 92 a1 54 a2 5b 42",
            "92 00 c4 00",
        ),
        ("a name without a field", "91 93 a1 54 a0 a1 61", "00"),
        (
            "more names than fields",
            "91 94 a1 54 a1 42 a1 61 a1 62",
            "92 00 05",
        ),
        (
            "fewer names than fields",
            "91 93 a1 54 a2 42 42 a1 61",
            "93 00 05 05",
        ),
        (
            "two fields with one name",
            "91 94 a1 54 a2 42 42 a1 61 a1 61",
            "93 00 05 05",
        ),
        (
            "the first and the last of three fields with one name",
            "91 95 a1 54 a3 42 42 42 a1 61 a1 62 a1 61",
            "94 00 05 05 05",
        ),
        (
            "two fields with an empty name",
            "91 94 a1 54 a2 42 42 a0 a0",
            "93 00 05 05",
        ),
        (
            "a name that is an integer",
            "91 93 a1 54 a1 42 05",
            "92 00 05",
        ),
        ("a name that is nil", "91 93 a1 54 a1 42 c0", "92 00 05"),
    ]
    .map(|(name, table, value)| shaped(name, "11.5", "@", table, value))
    .into()
}

fn indices() -> Vec<Refusal> {
    let mut list: Vec<_> = [
        (
            "a shape that stands twice",
            "(@@)",
            "92 92 a1 54 a0 92 a1 54 a0",
            "92 00 01",
        ),
        (
            "a shape with a version, a field and a name that stands twice",
            "(@@)",
            "92 93 92 a1 54 01 a1 42 a1 61 93 92 a1 54 01 a1 42 a1 61",
            "92 92 00 05 92 01 05",
        ),
        (
            "a shape that stands twice, another in between",
            "[@",
            "93 92 a1 54 a0 92 a1 55 a0 92 a1 54 a0",
            "93 00 01 02",
        ),
        (
            "a shape that is not used",
            "@",
            "92 92 a1 54 a0 92 a1 55 a0",
            "00",
        ),
        (
            "a shape in a block without records",
            "B",
            "91 92 a1 54 a0",
            "05",
        ),
        (
            "a shape used only behind a shape not used",
            "[@",
            "92 92 a1 54 a0 92 a1 55 a0",
            "91 01",
        ),
        (
            "shapes not in order of first use",
            "[@",
            "92 92 a1 54 a0 92 a1 55 a0",
            "92 01 00",
        ),
        (
            "shapes not in order of first use, all used",
            "[@",
            "92 92 a1 54 a0 92 a1 55 a0",
            "93 01 00 01",
        ),
        (
            "a holder's shape after its field's",
            "@",
            "92 92 a1 46 a0 92 a1 54 a1 40",
            "92 01 00",
        ),
        ("an index out of an empty table", "@", "90", "00"),
        (
            "an index out of the table",
            "[@",
            "91 92 a1 54 a0",
            "92 00 01",
        ),
        (
            "an index far out of the table",
            "@",
            "91 92 a1 54 a0",
            "cf 00 00 00 01 00 00 00 00",
        ),
        (
            "a record with a field too many",
            "@",
            "91 92 a1 54 a1 42",
            "93 00 05 05",
        ),
        (
            "a record with a field too few",
            "@",
            "91 92 a1 54 a2 42 42",
            "92 00 05",
        ),
        (
            "a record without its fields",
            "@",
            "91 92 a1 54 a1 42",
            "00",
        ),
        (
            "fields for a shape without any",
            "@",
            "91 92 a1 54 a0",
            "92 00 05",
        ),
    ]
    .map(|(name, desc, table, value)| shaped(name, "11.5", desc, table, value))
    .into();
    let table = "91 92 a1 54 a0";
    list.push(shaped(
        "an array around a record without fields",
        "11.2",
        "@",
        table,
        "91 00",
    ));
    list.push(shaped(
        "an empty array for a record",
        "11.2",
        "@",
        table,
        "90",
    ));
    list.push(shaped("a str for a record", "11.2", "@", table, "a1 54"));
    list.push(shaped("nil for a record", "11.2", "@", table, "c0"));
    list.push(shaped(
        "a map for a record",
        "11.2",
        "@",
        "91 92 a1 54 a1 42",
        "81 00 05",
    ));
    list.push(shaped("a negative index", "11.2", "@", table, "ff"));
    list.push(shaped(
        "an index that is a str",
        "11.2",
        "@",
        "91 92 a1 54 a1 42",
        "92 a1 30 05",
    ));
    list.push(shaped(
        "an index as uint 8",
        "11.2",
        "@",
        "91 92 a1 54 a1 42",
        "92 cc 00 05",
    ));
    list.push(shaped(
        "a tag as str 8",
        "11.2",
        "@",
        "91 92 d9 01 54 a0",
        "00",
    ));
    list.push(shaped(
        "a version as uint 8",
        "11.2",
        "@",
        "91 92 92 a1 54 cc 01 a0",
        "00",
    ));
    list.push(shaped(
        "a tag that is not UTF-8",
        "11.3",
        "@",
        "91 92 a1 ff a0",
        "00",
    ));
    list.push(shaped(
        "a name that is not UTF-8",
        "11.3",
        "@",
        "91 93 a1 54 a1 42 a1 ff",
        "92 00 05",
    ));
    list
}

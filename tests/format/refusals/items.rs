//! First bytes, single items, and what stands too much or too little (clauses 1, 2, 3, 4 and 9).

use super::{Refusal, plain, raw};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list = Vec::new();
    list.extend(first_bytes());
    list.extend(longer_forms());
    list.extend(other_forms());
    list.extend(contents());
    list.extend(ends());
    list.extend(letters());
    list
}

fn first_bytes() -> Vec<Refusal> {
    [
        ("version 0", "00 a1 42 90 05"),
        ("version 0, its last number", "0f a1 42 90 05"),
        ("version 2", "20 a1 42 90 05"),
        ("version 7", "70 a1 42 90 05"),
        ("profile 3", "13 a1 42 90 05"),
        ("profile 15", "1f a1 42 90 05"),
        ("a first byte that is no fixint", "cc 90 a1 42 90 05"),
        ("a first byte that is nil", "c0 a1 42 90 05"),
        ("a first byte that is negative", "f0 a1 42 90 05"),
        ("a block that starts with its desc", "a1 42 90 05"),
    ]
    .map(|(name, digits)| raw(name, "11.1", digits))
    .into()
}

fn longer_forms() -> Vec<Refusal> {
    let mut list: Vec<_> = [
        ("5 as uint 8", "L", "cc 05"),
        ("127 as uint 8", "L", "cc 7f"),
        ("255 as uint 16", "L", "cd 00 ff"),
        ("65,535 as uint 32", "L", "ce 00 00 ff ff"),
        ("2^32 - 1 as uint 64", "L", "cf 00 00 00 00 ff ff ff ff"),
        ("5 as int 8", "l", "d0 05"),
        ("200 as int 16", "l", "d1 00 c8"),
        ("65,536 as int 32", "l", "d2 00 01 00 00"),
        ("2^40 as int 64", "l", "d3 00 00 01 00 00 00 00 00"),
        ("-1 as int 8", "l", "d0 ff"),
        ("-32 as int 8", "l", "d0 e0"),
        ("-128 as int 16", "l", "d1 ff 80"),
        ("-32,768 as int 32", "l", "d2 ff ff 80 00"),
        ("-2^31 as int 64", "l", "d3 ff ff ff ff 80 00 00 00"),
        ("a str of 1 as str 8", "s", "d9 01 61"),
        ("an empty str as str 8", "s", "d9 00"),
        ("a str of 1 as str 16", "s", "da 00 01 61"),
        ("a str of 1 as str 32", "s", "db 00 00 00 01 61"),
        ("a bin of 1 as bin 16", "y", "c5 00 01 61"),
        ("a bin of 1 as bin 32", "y", "c6 00 00 00 01 61"),
        ("an array of 1 as array 16", "[t", "dc 00 01 c3"),
        ("an empty array as array 16", "[t", "dc 00 00"),
        ("an array of 1 as array 32", "[t", "dd 00 00 00 01 c3"),
        ("a map of 1 as map 16", "{Bt", "de 00 01 01 c3"),
        ("a map of 1 as map 32", "{Bt", "df 00 00 00 01 01 c3"),
        ("an any as array 16", "*", "dc 00 02 a1 42 05"),
        ("an any's desc as str 8", "*", "92 d9 01 42 05"),
        ("a character as str 8", "c", "d9 01 61"),
    ]
    .map(|(name, desc, value)| plain(name, "11.2", desc, value))
    .into();
    list.push(raw("a desc as str 8", "11.2", "10 d9 01 42 90 05"));
    list.push(raw(
        "an empty table as array 16",
        "11.2",
        "10 a1 42 dc 00 00 05",
    ));
    list.push(plain(
        "a str of 31 as str 8",
        "11.2",
        "s",
        &format!("d9 1f {}", "61".repeat(31)),
    ));
    list.push(plain(
        "a str of 255 as str 16",
        "11.2",
        "s",
        &format!("da 00 ff {}", "61".repeat(255)),
    ));
    list.push(plain(
        "a bin of 255 as bin 16",
        "11.2",
        "y",
        &format!("c5 00 ff {}", "61".repeat(255)),
    ));
    list.push(plain(
        "an array of 15 as array 16",
        "11.2",
        "[t",
        &format!("dc 00 0f {}", "c3".repeat(15)),
    ));
    let digest = "ab".repeat(64);
    list.push(plain(
        "a link as ext 16",
        "11.2",
        "(s)",
        &format!("91 c8 00 40 01 {digest}"),
    ));
    list.push(plain(
        "a link as ext 32",
        "11.2",
        "(s)",
        &format!("91 c9 00 00 00 40 01 {digest}"),
    ));
    list
}

fn other_forms() -> Vec<Refusal> {
    let mut list: Vec<_> = [
        ("the unused byte", "n", "c1"),
        ("the unused byte in a tuple", "(nn)", "92 c0 c1"),
        ("a float for an integer", "L", "ca 3f 80 00 00"),
        ("nil for an integer", "L", "c0"),
        ("a bool for an integer", "B", "c3"),
        (
            "a bin for an integer of 64 bits",
            "L",
            "c4 08 01 02 03 04 05 06 07 08",
        ),
        ("an integer for a float", "d", "01"),
        ("float 32 for float 64", "d", "ca 3f 80 00 00"),
        ("float 64 for float 32", "f", "cb 3f f0 00 00 00 00 00 00"),
        ("an integer for a bool", "t", "01"),
        ("nil for a bool", "t", "c0"),
        ("an integer for a character", "c", "31"),
        ("a bin for a character", "c", "c4 01 61"),
        ("a bin for a str", "s", "c4 01 61"),
        ("nil for a str", "s", "c0"),
        ("an array of characters for a str", "s", "91 a1 61"),
        ("a str for a bin", "y", "a1 61"),
        ("an array for a byte string", "y", "93 01 02 03"),
        ("an integer for unit", "n", "00"),
        ("an empty array for unit", "n", "90"),
        ("an array of nil for unit", "n", "91 c0"),
        ("an array for a packed sequence", "[H", "91 01"),
        ("a bin for a sequence of bools", "[t", "c4 01 c3"),
        ("a str for a sequence of characters", "[c", "a1 61"),
        ("a map for a sequence", "[s", "81 a1 61 a1 62"),
        ("nil for a sequence", "[s", "c0"),
        ("a bin for a set of integers", "<H", "c4 02 01 00"),
        ("a map for a set", "<B", "81 01 c0"),
        ("an array of pairs for a map", "{Bt", "91 92 01 c3"),
        ("an array for a map", "{Bt", "92 01 c3"),
        ("a map for a tuple", "(BB)", "81 01 02"),
        ("a tuple with a part too many", "(BB)", "93 01 02 03"),
        ("a tuple with a part too few", "(BB)", "91 01"),
        ("an any without its array", "*", "05"),
        ("an any with three parts", "*", "93 a1 42 05 05"),
        ("an any as a map", "*", "81 a1 42 05"),
        ("ext type 0", "(s)", "91 d4 00 00"),
        ("ext type 6", "(s)", "91 d4 06 00"),
        ("ext type 127", "(s)", "91 d4 7f 00"),
        ("a MessagePack timestamp", "(s)", "91 d6 ff 00 00 00 00"),
        ("a link of one byte", "(s)", "91 d4 01 00"),
        (
            "a link of 16 bytes",
            "(s)",
            "91 d8 01 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff",
        ),
        ("a link of no bytes", "(s)", "91 c7 00 01"),
    ]
    .map(|(name, desc, value)| plain(name, "11.2", desc, value))
    .into();
    let link = format!("c7 40 01 {}", "ab".repeat(64));
    for (name, desc) in [
        ("a link for an integer", "(L)"),
        ("a link for a wide integer", "(Q)"),
        ("a link for a character", "(c)"),
        ("a link for unit", "(n)"),
        ("a link for a float", "(d)"),
        ("a link in an option of an integer", "(?L)"),
    ] {
        list.push(plain(name, "11.2", desc, &format!("91 {link}")));
    }
    list.push(plain(
        "a link of 63 bytes",
        "11.2",
        "(s)",
        &format!("91 c7 3f 01 {}", "ab".repeat(63)),
    ));
    list.push(plain(
        "a link of 65 bytes",
        "11.2",
        "(s)",
        &format!("91 c7 41 01 {}", "ab".repeat(65)),
    ));
    list
}

fn contents() -> Vec<Refusal> {
    [
        ("a str of a lone continuation byte", "s", "a1 80"),
        ("a str with an overlong nul", "s", "a2 c0 80"),
        ("a str with a surrogate", "s", "a3 ed a0 80"),
        ("a str that ends within a character", "s", "a2 e2 82"),
        ("a str above U+10FFFF", "s", "a4 f4 90 80 80"),
        ("a str of Latin-1", "s", "a1 e9"),
        ("a character of none", "c", "a0"),
        ("a character of two", "c", "a2 61 62"),
        ("a character and a combining one", "c", "a3 65 cc 81"),
        ("a character that is not UTF-8", "c", "a1 ff"),
        ("256 in 8 bits", "B", "cd 01 00"),
        ("-1 without a sign", "B", "ff"),
        ("65,536 in 16 bits", "H", "ce 00 01 00 00"),
        ("2^32 in 32 bits", "I", "cf 00 00 00 01 00 00 00 00"),
        ("-1 in 64 bits without a sign", "L", "ff"),
        ("-1 in 128 bits without a sign", "Q", "ff"),
        ("128 in 8 bits with a sign", "b", "cc 80"),
        ("-129 in 8 bits", "b", "d1 ff 7f"),
        ("32,768 in 16 bits with a sign", "h", "cd 80 00"),
        ("-32,769 in 16 bits", "h", "d2 ff ff 7f ff"),
        ("2^31 in 32 bits with a sign", "i", "ce 80 00 00 00"),
        ("-2^31 - 1 in 32 bits", "i", "d3 ff ff ff ff 7f ff ff ff"),
        (
            "2^63 in 64 bits with a sign",
            "l",
            "cf 80 00 00 00 00 00 00 00",
        ),
        (
            "a wide integer of 15 bytes",
            "Q",
            "c4 0f 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
        ),
        (
            "a wide integer of 17 bytes",
            "Q",
            "c4 11 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
        ),
        ("a wide integer of no bytes", "q", "c4 00"),
        (
            "1 as a wide integer",
            "Q",
            "c4 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01",
        ),
        (
            "2^64 - 1 as a wide integer",
            "Q",
            "c4 10 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff",
        ),
        (
            "2^64 - 1 as a wide integer with a sign",
            "q",
            "c4 10 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff",
        ),
        (
            "-1 as a wide integer",
            "q",
            "c4 10 ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff",
        ),
        (
            "-2^63 as a wide integer",
            "q",
            "c4 10 ff ff ff ff ff ff ff ff 80 00 00 00 00 00 00 00",
        ),
        ("packed 16 bits in 3 bytes", "[H", "c4 03 01 00 02"),
        ("packed 32 bits in 2 bytes", "[i", "c4 02 01 00"),
        (
            "packed 64 bits in 9 bytes",
            "[L",
            "c4 09 01 00 00 00 00 00 00 00 00",
        ),
        (
            "packed 128 bits in 8 bytes",
            "[Q",
            "c4 08 01 00 00 00 00 00 00 00",
        ),
        ("packed floats in 6 bytes", "[f", "c4 06 00 00 80 3f 00 00"),
    ]
    .map(|(name, desc, value)| plain(name, "11.3", desc, value))
    .into_iter()
    .chain([raw("a desc that is not UTF-8", "11.3", "10 a1 ff 90 05")])
    .collect()
}

fn ends() -> Vec<Refusal> {
    let mut list: Vec<_> = [
        ("a value after the value", "B", "05 05"),
        ("nil after the value", "s", "a1 61 c0"),
        ("no value", "B", ""),
        ("an integer that is too short", "L", "cf 00 00 00 01 00"),
        ("a float that is too short", "d", "cb 3f f0 00"),
        ("a str that is too short", "s", "a5 61 62"),
        ("a str that claims 4 GB", "s", "db ff ff ff ff 61"),
        ("a bin that claims 4 GB", "y", "c6 ff ff ff ff 00"),
        ("packed numbers that claim 4 GB", "[H", "c6 ff ff ff fe 00"),
        (
            "an array that claims 2^32 - 1 elements",
            "[t",
            "dd ff ff ff ff c3",
        ),
        (
            "a map that claims 2^32 - 1 entries",
            "{Bt",
            "df ff ff ff ff 01 c3",
        ),
        ("an array with an element too few", "[t", "93 c2 c3"),
        ("a map without its last value", "{Bt", "82 01 c3 02"),
        ("a tuple without its last part", "(BB)", "92 01"),
        ("an any without its value", "*", "92 a1 42"),
        ("a link that is too short", "(s)", "91 c7 40 01 00 11 22"),
    ]
    .map(|(name, desc, value)| plain(name, "11.9", desc, value))
    .into();
    list.push(raw("no bytes", "11.9", ""));
    list.push(raw("a first byte and nothing else", "11.9", "10"));
    list.push(raw("a first byte and a desc", "11.9", "10 a1 42"));
    list.push(raw("a desc that is too short", "11.9", "10 a5 42"));
    list.push(raw(
        "a table that claims 2^32 - 1 shapes",
        "11.9",
        "10 a1 40 dd ff ff ff ff",
    ));
    list
}

fn letters() -> Vec<Refusal> {
    [
        ("a letter that means nothing", "x", "c0"),
        ("a sign that means nothing", "$", "c0"),
        (
            "a letter that means nothing, of a map's values",
            "{sx",
            "80",
        ),
    ]
    .map(|(name, desc, value)| plain(name, "11.4", desc, value))
    .into()
}

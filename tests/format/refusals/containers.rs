//! The order of keys, options and anys (clause 6).

use super::{Refusal, plain, shaped};

pub(super) fn refusals() -> Vec<Refusal> {
    let mut list: Vec<_> = [
        ("equal keys", "{Bt", "82 01 c3 01 c2"),
        ("descending keys", "{Bt", "82 02 c3 01 c3"),
        (
            "the last of three keys descends",
            "{Bt",
            "83 01 c3 03 c3 02 c3",
        ),
        ("equal elements of a set", "<B", "92 01 01"),
        ("descending elements of a set", "<B", "92 02 01"),
        ("equal units", "<n", "92 c0 c0"),
        ("negative after positive", "<l", "92 01 ff"),
        (
            "integers in the order of their bytes",
            "<l",
            "92 cd 01 00 cc ff",
        ),
        (
            "a wide integer before a plain one",
            "<Q",
            "92 c4 10 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 01",
        ),
        ("true before false", "<t", "92 c3 c2"),
        (
            "0.0 before -0.0",
            "<d",
            "92 cb 00 00 00 00 00 00 00 00 cb 80 00 00 00 00 00 00 00",
        ),
        (
            "two NaNs of the same bits",
            "<f",
            "92 ca 7f c0 00 00 ca 7f c0 00 00",
        ),
        (
            "a negative NaN after minus infinity",
            "<f",
            "92 ca ff 80 00 00 ca ff c0 00 00",
        ),
        (
            "negative floats in the order of their bits",
            "<f",
            "92 ca bf 80 00 00 ca c0 00 00 00",
        ),
        ("strings by length", "<s", "92 a1 62 a2 61 61"),
        ("a string before its prefix", "<s", "92 a2 61 61 a1 61"),
        ("an umlaut before z", "<s", "92 a2 c3 a4 a1 7a"),
        ("characters descending", "<c", "92 a1 62 a1 61"),
        ("byte strings as signed bytes", "<y", "92 c4 01 80 c4 01 7f"),
        ("Some before None", "<?B", "92 01 c0"),
        (
            "packed numbers as bytes",
            "<[H",
            "92 c4 02 00 01 c4 02 01 00",
        ),
        ("a sequence before its prefix", "<[t", "92 91 c2 90"),
        ("tuples by the last part", "<(BB)", "92 92 02 01 92 01 02"),
        ("maps by their first values", "<{Bt", "92 81 02 c2 81 01 c3"),
        ("equal keys in an inner map", "[{Bt", "91 82 01 c3 01 c3"),
        (
            "anys by their values",
            "<*",
            "92 92 a1 73 a1 61 92 a1 42 05",
        ),
        ("equal anys", "<*", "92 92 a1 42 05 92 a1 42 05"),
        ("a present option that is not wrapped", "??B", "05"),
        ("a present option of unit that is not wrapped", "?n", "c3"),
        (
            "a wrapped option that is wrapped once too little",
            "???B",
            "91 05",
        ),
        ("two values in one wrapped option", "??B", "92 05 05"),
        ("no value in a wrapped option", "??B", "90"),
        ("a wrapped option in an unwrapped place", "?B", "91 05"),
        ("a wrapped string in an unwrapped place", "?s", "91 a1 61"),
        ("a wrapped option in a tuple", "(?tB)", "92 91 c3 05"),
        ("an any in an any", "*", "92 a1 2a 92 a1 42 05"),
    ]
    .map(|(name, desc, value)| plain(name, "11.6", desc, value))
    .into();
    let two = "92 92 a1 42 a0 92 a1 41 a0";
    list.push(shaped(
        "records descending by tag",
        "11.6",
        "<@",
        two,
        "92 00 01",
    ));
    list.push(shaped(
        "equal records",
        "11.6",
        "<@",
        "91 92 a1 54 a1 42",
        "92 92 00 05 92 00 05",
    ));
    let versions = "92 92 92 a1 54 01 a0 92 a1 54 a0";
    list.push(shaped(
        "a version before none",
        "11.6",
        "<@",
        versions,
        "92 00 01",
    ));
    let names = "92 93 a1 54 a1 42 a1 61 92 a1 54 a1 42";
    list.push(shaped(
        "names before none",
        "11.6",
        "<@",
        names,
        "92 92 00 05 92 01 05",
    ));
    list
}

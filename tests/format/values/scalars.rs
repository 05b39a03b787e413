//! Kinds of one item, at every size step.

use serde_json::json;

use super::{Vector, standard};

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    integers(&mut vectors);
    floats(&mut vectors);
    for truth in [false, true] {
        vectors.push(standard(truth.to_string(), json!({"bool": truth})));
    }
    for character in [
        '\0',
        '1',
        'a',
        '\u{7f}',
        '\u{80}',
        '\u{7ff}',
        '\u{800}',
        '\u{d7ff}',
        '\u{e000}',
        '\u{ffff}',
        '\u{10000}',
        '\u{10ffff}',
    ] {
        let name = format!("char U+{:04X}", u32::from(character));
        vectors.push(standard(name, json!({"char": character})));
    }
    vectors.push(standard("unit", json!({"unit": null})));
    options(&mut vectors);
    vectors
}

fn integers(vectors: &mut Vec<Vector>) {
    let mut steps = vec![0_i128, 1];
    for power in [5, 7, 8, 15, 16, 31, 32, 63, 64, 126] {
        let step = 1_i128 << power;
        steps.extend([step - 1, step, step + 1, 1 - step, -step, -step - 1]);
    }
    steps.extend([-1, i128::MAX, i128::MIN]);
    steps.sort_unstable();
    steps.dedup();
    for bits in [8_u32, 16, 32, 64, 128] {
        let most = u128::MAX >> (128 - bits);
        for &number in steps
            .iter()
            .filter(|&&number| u128::try_from(number).is_ok_and(|n| n <= most))
        {
            let kind = format!("u{bits}");
            vectors.push(standard(
                format!("{kind} {number}"),
                json!({kind: number.to_string()}),
            ));
        }
        let most = i128::MAX >> (128 - bits);
        for &number in steps
            .iter()
            .filter(|&&number| number <= most && number >= -most - 1)
        {
            let kind = format!("i{bits}");
            vectors.push(standard(
                format!("{kind} {number}"),
                json!({kind: number.to_string()}),
            ));
        }
    }
    for number in [1 << 127, u128::MAX] {
        let number = number.to_string();
        vectors.push(standard(format!("u128 {number}"), json!({"u128": number})));
    }
}

fn floats(vectors: &mut Vec<Vector>) {
    for (name, bits) in [
        ("0.0", 0),
        ("-0.0", 1 << 31),
        ("1.0", 0x3f80_0000),
        ("the least above 0", 1),
        ("infinity", 0x7f80_0000),
        ("-infinity", 0xff80_0000),
        ("quiet NaN", 0x7fc0_0000),
        ("signalling NaN", 0x7f80_0001),
        ("negative NaN with a payload", 0xffc1_2345_u32),
    ] {
        vectors.push(standard(
            format!("f32 {name}"),
            json!({"f32": format!("{bits:08x}")}),
        ));
    }
    for (name, bits) in [
        ("0.0", 0),
        ("-0.0", 1 << 63),
        ("1.0", 0x3ff0_0000_0000_0000),
        ("0.1, which is no f32", 0x3fb9_9999_9999_999a),
        ("the least above 0", 1),
        ("infinity", 0x7ff0_0000_0000_0000),
        ("-infinity", 0xfff0_0000_0000_0000),
        ("quiet NaN", 0x7ff8_0000_0000_0000),
        ("signalling NaN", 0x7ff0_0000_0000_0001),
        ("negative NaN with a payload", 0xfff8_0123_4567_89ab_u64),
    ] {
        vectors.push(standard(
            format!("f64 {name}"),
            json!({"f64": format!("{bits:016x}")}),
        ));
    }
}

fn options(vectors: &mut Vec<Vector>) {
    for (name, value) in [
        ("None::<u8>", json!({"none": "B"})),
        ("None::<u64>", json!({"none": "L"})),
        ("None::<String>", json!({"none": "s"})),
        ("None::<()>", json!({"none": "n"})),
        ("Some(1u8)", json!({"some": {"u8": "1"}})),
        ("Some(1u64)", json!({"some": {"u64": "1"}})),
        ("Some(String::new())", json!({"some": {"str": ""}})),
        ("Some(())", json!({"some": {"unit": null}})),
        ("None::<Option<()>>", json!({"none": "?n"})),
        ("Some(None::<()>)", json!({"some": {"none": "n"}})),
        ("Some(Some(()))", json!({"some": {"some": {"unit": null}}})),
        ("None::<Option<u8>>", json!({"none": "?B"})),
        ("Some(None::<u8>)", json!({"some": {"none": "B"}})),
        ("Some(Some(1u8))", json!({"some": {"some": {"u8": "1"}}})),
        (
            "Some(Some(None::<u8>))",
            json!({"some": {"some": {"none": "B"}}}),
        ),
        ("Some(any ())", json!({"some": {"any": {"unit": null}}})),
        ("Some(any None)", json!({"some": {"any": {"none": "B"}}})),
        ("any None", json!({"any": {"none": "B"}})),
        ("any Some", json!({"any": {"some": {"u8": "1"}}})),
    ] {
        vectors.push(standard(name, value));
    }
}

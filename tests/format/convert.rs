//! Models as the crate's dynamic values, and back.

#![allow(dead_code, reason = "not every test goes back")]

use std::rc::Rc;

use cideldill::{Profile, Value};
use cideldill_reference::desc;
use cideldill_reference::model::{Bits, Model, Shape};
use cideldill_reference::profile;

/// The crate's profile with the number of this one.
pub(crate) fn ours(profile: profile::Profile) -> Profile {
    [Profile::STANDARD, Profile::WHOLE, Profile::SMALL][usize::from(profile.number)]
}

/// The value put together by hand, as far as the crate's constructors go: they make no records with
/// versions, and no tuples, options and records with parts that may be of any type.
pub(crate) fn by_hand(model: &Model) -> Option<Value> {
    Some(match model {
        Model::Unsigned(bits, number) => unsigned(*bits, *number),
        Model::Signed(bits, number) => signed(*bits, *number),
        Model::F32(bits) => f32::from_bits(*bits).into(),
        Model::F64(bits) => f64::from_bits(*bits).into(),
        Model::Bool(truth) => (*truth).into(),
        Model::Char(character) => (*character).into(),
        Model::Text(text) => text.as_str().into(),
        Model::Bytes(bytes) => Value::bytes(bytes.as_slice()),
        Model::Unit => ().into(),
        Model::Option(of, None) => Value::none(of).unwrap(),
        Model::Option(_, Some(inner)) => Value::some(by_hand(inner)?).unwrap(),
        Model::Sequence(of, elements) => {
            let elements = elements.iter().map(any_typed).collect::<Option<Vec<_>>>()?;
            Value::sequence_of(of, elements).unwrap()
        }
        Model::Set(of, elements) => {
            let elements = elements.iter().map(any_typed).collect::<Option<Vec<_>>>()?;
            Value::set_of(of, elements).unwrap()
        }
        Model::Map(key, value, entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| Some((any_typed(key)?, any_typed(value)?)))
                .collect::<Option<Vec<_>>>()?;
            Value::map_of(key, value, entries).unwrap()
        }
        Model::Tuple(parts) => {
            let parts = parts.iter().map(by_hand).collect::<Option<Vec<_>>>()?;
            Value::tuple(parts).unwrap()
        }
        Model::Record(shape, fields) => {
            let fields = fields.iter().map(by_hand).collect::<Option<Vec<_>>>()?;
            match (shape.version, shape.names.as_slice()) {
                (0, []) => Value::tuple_record(&shape.tag, fields),
                (0, names) => Value::record(&shape.tag, names.iter().zip(fields)).unwrap(),
                _ => return None,
            }
        }
        Model::Any(_) | Model::Pointer(..) | Model::Weak(_) | Model::Cell(_) => return None,
    })
}

/// What stands where any type may.
fn any_typed(model: &Model) -> Option<Value> {
    match model {
        Model::Any(inner) => by_hand(inner),
        model => by_hand(model),
    }
}

fn unsigned(bits: Bits, number: u128) -> Value {
    match bits {
        Bits::B8 => Value::U8(number.try_into().unwrap()),
        Bits::B16 => Value::U16(number.try_into().unwrap()),
        Bits::B32 => Value::U32(number.try_into().unwrap()),
        Bits::B64 => Value::U64(number.try_into().unwrap()),
        Bits::B128 => Value::U128(number),
    }
}

fn signed(bits: Bits, number: i128) -> Value {
    match bits {
        Bits::B8 => Value::I8(number.try_into().unwrap()),
        Bits::B16 => Value::I16(number.try_into().unwrap()),
        Bits::B32 => Value::I32(number.try_into().unwrap()),
        Bits::B64 => Value::I64(number.try_into().unwrap()),
        Bits::B128 => Value::I128(number),
    }
}

/// The model of a value that was loaded.
pub(crate) fn model_of(value: &Value) -> Model {
    model_as(value, value.desc())
}

/// The same where a value with this desc is expected.
fn model_as(value: &Value, expected: &str) -> Model {
    if expected == "*" {
        let inner = match value {
            Value::Any(any) => any.get(),
            inner => inner,
        };
        return Model::Any(Box::new(model_as(inner, inner.desc())));
    }
    assert_eq!(value.desc(), expected);
    let all = |values: &[Value], of: &str| values.iter().map(|value| model_as(value, of)).collect();
    let by_descs = |values: &[Value], descs: &[&str]| {
        assert_eq!(values.len(), descs.len());
        let pairs = values.iter().zip(descs);
        pairs.map(|(value, of)| model_as(value, of)).collect()
    };
    match value {
        Value::Unit => Model::Unit,
        Value::Bool(truth) => Model::Bool(*truth),
        Value::Char(character) => Model::Char(*character),
        Value::U8(number) => Model::Unsigned(Bits::B8, (*number).into()),
        Value::U16(number) => Model::Unsigned(Bits::B16, (*number).into()),
        Value::U32(number) => Model::Unsigned(Bits::B32, (*number).into()),
        Value::U64(number) => Model::Unsigned(Bits::B64, (*number).into()),
        Value::U128(number) => Model::Unsigned(Bits::B128, *number),
        Value::I8(number) => Model::Signed(Bits::B8, (*number).into()),
        Value::I16(number) => Model::Signed(Bits::B16, (*number).into()),
        Value::I32(number) => Model::Signed(Bits::B32, (*number).into()),
        Value::I64(number) => Model::Signed(Bits::B64, (*number).into()),
        Value::I128(number) => Model::Signed(Bits::B128, *number),
        Value::F32(number) => Model::F32(number.to_bits()),
        Value::F64(number) => Model::F64(number.to_bits()),
        Value::String(text) => Model::Text(text.clone()),
        Value::Bytes(bytes) => Model::Bytes(bytes.clone()),
        Value::Option(option) => {
            let of = option.inner_desc();
            let inner = option.get().map(|inner| Box::new(model_as(inner, of)));
            Model::Option(of.to_owned(), inner)
        }
        Value::Sequence(sequence) => {
            let of = sequence.element_desc();
            Model::Sequence(of.to_owned(), all(sequence.items(), of))
        }
        Value::Set(set) => {
            let of = set.element_desc();
            Model::Set(of.to_owned(), all(set.items(), of))
        }
        Value::Map(map) => {
            let (key, value) = (map.key_desc(), map.value_desc());
            let entries = map
                .entries()
                .map(|(k, v)| (model_as(k, key), model_as(v, value)));
            Model::Map(key.to_owned(), value.to_owned(), entries.collect())
        }
        Value::Tuple(tuple) => {
            let descs = desc::split(&expected[1..expected.len() - 1]).unwrap();
            Model::Tuple(by_descs(tuple.parts(), &descs))
        }
        Value::Record(record) => {
            let descs: Vec<_> = record.field_descs().collect();
            let shape = Shape {
                tag: record.tag().to_owned(),
                version: record.version().into(),
                types: descs.concat(),
                names: record.names().map(str::to_owned).collect(),
            };
            Model::Record(Rc::new(shape), by_descs(record.fields(), &descs))
        }
        Value::Any(_) | Value::Link(_) => panic!("not a value alone: {value}"),
        _ => panic!("a kind this test does not know: {value}"),
    }
}

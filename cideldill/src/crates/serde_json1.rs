//! `serde_json` 1: a `Value` as an any, like serde data (docs/format.md section 10.1).
//!
//! Its features must not show. With `preserve_order` objects are sorted nevertheless, and equal
//! values stay equal. With `arbitrary_precision` a number is its text: one that is what the crate
//! prints for a `u64`, `i64` or finite `f64` is recorded as that, any other with its text.

use serde_json::{Map, Number, Value as Json};

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::impls::out_of_range;
use crate::path::Segment;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::stack::grow;
use crate::value::{Value, key_text};

const NUMBER: &str = "std::crate::serde_json::Number";

impl Reduce for Json {
    const DESC: &'static Desc = Desc::ANY;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        to_tree(self)?.reduce(encoder)
    }
}

impl Reconstruct for Json {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        from_tree(&Value::reconstruct(decoder)?)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        from_tree(&Value::reconstruct_as(decoder, written)?)
    }

    fn stand_in() -> Option<Self> {
        Some(Self::Null)
    }
}

fn to_tree(json: &Json) -> Result<Value, Error> {
    grow(|| match json {
        Json::Null => Ok(Value::Unit),
        Json::Bool(value) => Ok(Value::Bool(*value)),
        Json::Number(number) => Ok(number_tree(number)),
        Json::String(text) => Ok(Value::String(text.clone())),
        Json::Array(items) => {
            let items: Result<Vec<Value>, Error> = items.iter().map(to_tree).collect();
            Value::sequence(items?)
        }
        Json::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| Ok((Value::String(key.clone()), to_tree(value)?)));
            let entries: Result<Vec<_>, Error> = entries.collect();
            Value::map(entries?)
        }
    })
}

fn number_tree(number: &Number) -> Value {
    let text = number.to_string();
    if let Some(number) = number.as_u64().filter(|number| number.to_string() == text) {
        return Value::U64(number);
    }
    if let Some(number) = number.as_i64().filter(|number| number.to_string() == text) {
        return Value::I64(number);
    }
    let prints_alike = |float: &f64| {
        let printed = Number::from_f64(*float);
        printed.is_some_and(|printed| printed.to_string() == text)
    };
    match number.as_f64().filter(prints_alike) {
        Some(float) => Value::F64(float),
        None => Value::tuple_record(NUMBER, [Value::String(text)]),
    }
}

fn from_tree(tree: &Value) -> Result<Json, Error> {
    grow(|| match tree {
        Value::Any(any) => from_tree(any.get()),
        Value::Unit => Ok(Json::Null),
        Value::Bool(value) => Ok(Json::Bool(*value)),
        Value::U64(number) => Ok(Json::from(*number)),
        Value::I64(number) if *number < 0 => Ok(Json::from(*number)),
        Value::F64(number) => {
            let number = Number::from_f64(*number).map(Json::Number);
            number.ok_or_else(|| out_of_range::<Json>("a number that is not finite"))
        }
        Value::String(text) => Ok(Json::String(text.clone())),
        Value::Sequence(items) => {
            let items =
                items.items().iter().enumerate().map(|(index, item)| {
                    from_tree(item).map_err(|error| error.in_index(index as u64))
                });
            items.collect::<Result<_, _>>().map(Json::Array)
        }
        Value::Map(entries) => {
            let mut object = Map::new();
            for (key, value) in entries.entries() {
                let Value::String(name) = key else {
                    return Err(out_of_range::<Json>("a key that is not text"));
                };
                let value =
                    from_tree(value).map_err(|error| error.within(Segment::Key(key_text(key))))?;
                object.insert(name.clone(), value);
            }
            Ok(Json::Object(object))
        }
        Value::Record(record) if record.tag() == NUMBER => match record.fields() {
            [Value::String(text)] => long_number(text, tree),
            _ => Err(out_of_range::<Json>("a number without text")),
        },
        _ => Err(out_of_range::<Json>("what JSON does not have")),
    })
}

/// A number that nothing but its text can say: `serde_json` must have been built to keep it.
fn long_number(text: &str, tree: &Value) -> Result<Json, Error> {
    let number = text.parse::<Number>().ok();
    match number.filter(|number| number_tree(number) == *tree) {
        Some(number) => Ok(Json::Number(number)),
        None => Err(out_of_range::<Json>(
            "a number that needs the feature `arbitrary_precision` of serde_json",
        )),
    }
}

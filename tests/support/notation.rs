//! The JSON in which `tests/vectors/` writes values down (tests/vectors/README.md).

use std::rc::Rc;

use serde_json::Value as Json;

use crate::model::{Bits, Model, Shape};
use crate::shared::Shared;

/// The value that a description stands for, with the nodes that its pointers lead to.
///
/// # Panics
/// If the description is not one; the files are our own.
pub fn shared(json: &Json) -> Shared {
    match json.get("shared") {
        Some(of) => Shared {
            root: model(&of["root"]),
            nodes: models(&of["nodes"]),
        },
        None => Shared::plain(model(json)),
    }
}

/// The model that a description stands for.
///
/// # Panics
/// If the description is not one; the files are our own.
pub fn model(json: &Json) -> Model {
    let (kind, of) = only_entry(json);
    match kind {
        "f32" => Model::F32(u32::from_str_radix(text(of), 16).expect("hex")),
        "f64" => Model::F64(u64::from_str_radix(text(of), 16).expect("hex")),
        "bool" => Model::Bool(of.as_bool().expect("a bool")),
        "char" => Model::Char(text(of).parse().expect("one character")),
        "str" => Model::Text(joined_text(of)),
        "bytes" => Model::Bytes(hex(&joined_text(of))),
        "bytes_of_text" => Model::Bytes(joined_text(of).into_bytes()),
        "unit" => Model::Unit,
        "none" => Model::Option(text(of).to_owned(), None),
        "some" => {
            let inner = model(of);
            Model::Option(inner.desc(), Some(Box::new(inner)))
        }
        "seq" => Model::Sequence(text(&of["of"]).to_owned(), models(&of["items"])),
        "set" => Model::Set(text(&of["of"]).to_owned(), models(&of["items"])),
        "map" => Model::Map(
            text(&of["keys"]).to_owned(),
            text(&of["values"]).to_owned(),
            expanded(&of["entries"])
                .iter()
                .map(|entry| (model(&entry[0]), model(&entry[1])))
                .collect(),
        ),
        "tuple" => Model::Tuple(models(of)),
        "record" => {
            let fields = models(&of["fields"]);
            let shape = Shape {
                tag: text(&of["tag"]).to_owned(),
                version: of
                    .get("version")
                    .map_or(0, |version| version.as_u64().expect("a u64")),
                types: fields.iter().map(Model::desc).collect(),
                names: expanded(&of["names"])
                    .iter()
                    .map(|name| text(name).to_owned())
                    .collect(),
            };
            Model::Record(Rc::new(shape), fields)
        }
        "any" => Model::Any(Box::new(model(of))),
        "pointer" => Model::Pointer(number(&of["to"]), text(&of["of"]).to_owned()),
        "weak" => Model::Weak((!of.is_null()).then(|| number(of))),
        "cell" => Model::Cell(Box::new(model(of))),
        _ => integer(kind, text(of)),
    }
}

fn integer(kind: &str, digits: &str) -> Model {
    let (sign, bits) = kind.split_at(1);
    let bits = Bits::ALL
        .into_iter()
        .find(|known| known.count().to_string() == bits);
    let bits = bits.unwrap_or_else(|| panic!("unknown kind {kind}"));
    match sign {
        "u" => Model::Unsigned(bits, digits.parse().expect("a decimal number")),
        "i" => Model::Signed(bits, digits.parse().expect("a decimal number")),
        _ => panic!("unknown kind {kind}"),
    }
}

fn only_entry(json: &Json) -> (&str, &Json) {
    let object = json
        .as_object()
        .unwrap_or_else(|| panic!("not an object: {json}"));
    let (kind, of) = object.iter().next().expect("one entry");
    assert_eq!(object.len(), 1, "more than one kind: {json}");
    (kind, of)
}

fn text(json: &Json) -> &str {
    json.as_str()
        .unwrap_or_else(|| panic!("not a string: {json}"))
}

/// The number of a node, a string so that it can be the number of an item.
fn number(json: &Json) -> usize {
    text(json).parse().expect("a node's number")
}

fn models(json: &Json) -> Vec<Model> {
    expanded(json).iter().map(model).collect()
}

/// A string, or a list of strings one after the other.
fn joined_text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        list => expanded(list).iter().map(text).collect(),
    }
}

/// A list in which every `{"for": n, "each": item}` stands for n items, `#` in their strings being
/// the numbers from 0.
fn expanded(json: &Json) -> Vec<Json> {
    let list = match json {
        Json::Null => return Vec::new(),
        Json::Array(list) => list,
        _ => panic!("not a list: {json}"),
    };
    let mut items = Vec::new();
    for item in list {
        match (item.get("for"), item.get("each")) {
            (Some(count), Some(each)) => {
                let count = count.as_u64().expect("a count");
                items.extend((0..count).map(|number| numbered(each, &number.to_string())));
            }
            _ => items.push(item.clone()),
        }
    }
    items
}

fn numbered(json: &Json, number: &str) -> Json {
    match json {
        Json::String(text) => Json::String(text.replace('#', number)),
        Json::Array(list) => list.iter().map(|item| numbered(item, number)).collect(),
        Json::Object(object) => object
            .iter()
            .map(|(key, item)| (key.clone(), numbered(item, number)))
            .collect(),
        other => other.clone(),
    }
}

/// The bytes of hexadecimal digits.
///
/// # Panics
/// If they are not.
pub fn hex(digits: &str) -> Vec<u8> {
    assert_eq!(digits.len() % 2, 0, "half a byte");
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// The hexadecimal digits of bytes.
pub fn to_hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_stands_for_as_many_items_as_it_says() {
        let short = json!({"seq": {"of": "s", "items": [
            {"str": "a"}, {"for": 2, "each": {"str": ["#", {"for": 2, "each": "x"}]}}]}});
        let long = json!({"seq": {"of": "s", "items": [
            {"str": "a"}, {"str": "0xx"}, {"str": "1xx"}]}});
        assert_eq!(model(&short), model(&long));
    }
}

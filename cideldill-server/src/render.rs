//! Values as JSON for people, within a budget. Not an encoding: it does not lead back to the value.
//!
//! | value | JSON |
//! |---|---|
//! | number | a number; a string if JSON's readers would round it |
//! | text, character | a string |
//! | byte string | `{"$bytes": "<base64>"}` |
//! | option | what is in it, or `null` |
//! | sequence, set, tuple | a list |
//! | map | an object if its keys are texts, else a list of pairs |
//! | record | an object with `$type`; unnamed fields as a list `$fields` |
//! | a part that was not loaded | `{"$link": "<cid>"}` |
//!
//! A name or key that starts with `$` gets another one before it. What is left out stands as `".."`.

use cideldill::transport::encode_base64;
use cideldill::{Cid, Error, ErrorKind, Limits, RecordValue, Store, Value};
use serde_json::{Map, Value as Json, json};

/// A value of more bytes than these is shown without the parts that stand in blocks of their own.
const MAX_LOADED_BYTES: u64 = 16 << 20;
const MAX_LOADED_ITEMS: u64 = 1_000_000;

const MAX_DEPTH: usize = 64;
const MAX_ITEMS: usize = 1_000;
const MAX_TEXT_BYTES: usize = 10_000;
const MAX_ALL_BYTES: usize = 1 << 20;

/// Integers beyond these are rounded by readers that know floats alone.
const MAX_EXACT: i128 = 1 << 53;

/// The value as JSON for people: `{"cid": .., "value": .., "complete": ..}`.
///
/// A large value costs no more memory than its largest block and a few times 16 MiB: of one that is
/// larger only the value's own block is shown, and the rest as links.
///
/// ```
/// let store = cideldill::Store::in_memory();
/// let cid = store.put(&("tea", vec![1, 2]))?;
/// let shown = cideldill_server::render_json(&store, cid)?;
/// assert_eq!(shown["value"].to_string(), r#"["tea",[1,2]]"#);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// A missing or corrupt block, or what the store says.
pub fn json(store: &Store, cid: Cid) -> Result<Json, Error> {
    let limits = Limits::default()
        .with_bytes(MAX_LOADED_BYTES)
        .with_repeated_bytes(MAX_LOADED_BYTES)
        .with_items(MAX_LOADED_ITEMS);
    json_within(store, cid, limits)
}

fn json_within(store: &Store, cid: Cid, limits: Limits) -> Result<Json, Error> {
    let loaded = store
        .load_with::<Value>(cid, limits)
        .or_else(|error| match error.kind() {
            ErrorKind::Limit { .. } => Value::shallow_with(cid, store.blocks(), limits),
            _ => Err(error),
        });
    let value = match loaded {
        Ok(value) => Some(value),
        Err(error) if matches!(error.kind(), ErrorKind::Limit { .. }) => None,
        Err(error) => return Err(error),
    };
    let mut renderer = Renderer {
        left: MAX_ALL_BYTES,
        is_complete: true,
    };
    let shown = match value {
        Some(value) => renderer.render(&value, MAX_DEPTH),
        None => renderer.link(cid),
    };
    Ok(json!({"cid": cid.to_string(), "value": shown, "complete": renderer.is_complete}))
}

struct Renderer {
    /// Bytes that may still be written.
    left: usize,
    is_complete: bool,
}

impl Renderer {
    /// The recursion is as deep as `depth`, whatever the value.
    fn render(&mut self, value: &Value, depth: usize) -> Json {
        self.spend(8);
        match value {
            Value::Unit => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Char(value) => Json::from(value.to_string()),
            Value::U8(number) => Json::from(*number),
            Value::U16(number) => Json::from(*number),
            Value::U32(number) => Json::from(*number),
            Value::I8(number) => Json::from(*number),
            Value::I16(number) => Json::from(*number),
            Value::I32(number) => Json::from(*number),
            Value::U64(number) => integer(i128::from(*number)),
            Value::I64(number) => integer(i128::from(*number)),
            Value::I128(number) => integer(*number),
            Value::U128(number) => match i128::try_from(*number) {
                Ok(number) => integer(number),
                Err(_) => Json::from(number.to_string()),
            },
            Value::F32(number) => float(f64::from(*number)),
            Value::F64(number) => float(*number),
            Value::String(text) => self.text(text),
            Value::Bytes(bytes) => {
                let shown = bytes.get(..self.room(bytes.len())).unwrap_or_default();
                let mut text = encode_base64(shown);
                if shown.len() < bytes.len() {
                    text.push_str("..");
                }
                json!({"$bytes": text})
            }
            Value::Link(link) => self.link(link.cid()),
            _ if depth == 0 || self.left == 0 => self.elided(),
            Value::Any(any) => self.render(any.get(), depth - 1),
            Value::Option(option) => match option.get() {
                Some(value) => self.render(value, depth - 1),
                None => Json::Null,
            },
            Value::Sequence(sequence) => self.list(sequence.items(), depth),
            Value::Set(set) => self.list(set.items(), depth),
            Value::Tuple(tuple) => self.list(tuple.parts(), depth),
            Value::Map(map) => {
                let is_object = map
                    .entries()
                    .all(|(key, _)| matches!(key, Value::String(_)));
                self.map(map.entries(), is_object, depth)
            }
            Value::Record(record) => self.record(record, depth),
            _ => self.elided(),
        }
    }

    fn list(&mut self, items: &[Value], depth: usize) -> Json {
        let mut list = Vec::new();
        for item in items {
            if list.len() == MAX_ITEMS || self.left == 0 {
                list.push(self.elided());
                break;
            }
            list.push(self.render(item, depth - 1));
        }
        Json::Array(list)
    }

    fn map<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v Value, &'v Value)>,
        is_object: bool,
        depth: usize,
    ) -> Json {
        let mut object = Map::new();
        let mut pairs = Vec::new();
        for (n, (key, value)) in entries.enumerate() {
            let is_last = n == MAX_ITEMS || self.left == 0;
            match key {
                _ if is_last && is_object => {
                    object.insert("..".into(), self.elided());
                }
                _ if is_last => pairs.push(self.elided()),
                Value::String(text) if is_object => {
                    let Json::String(key) = self.text(text) else {
                        continue;
                    };
                    object.insert(own(key), self.render(value, depth - 1));
                }
                key => {
                    let key = self.render(key, depth - 1);
                    pairs.push(json!([key, self.render(value, depth - 1)]));
                }
            }
            if is_last {
                break;
            }
        }
        if is_object {
            Json::Object(object)
        } else {
            Json::Array(pairs)
        }
    }

    fn record(&mut self, record: &RecordValue, depth: usize) -> Json {
        let mut object = Map::new();
        object.insert("$type".into(), self.text(record.tag()));
        if record.names().len() == 0 {
            if !record.fields().is_empty() {
                object.insert("$fields".into(), self.list(record.fields(), depth));
            }
            return Json::Object(object);
        }
        for (n, (name, field)) in record.names().zip(record.fields()).enumerate() {
            if n == MAX_ITEMS || self.left == 0 {
                object.insert("..".into(), self.elided());
                break;
            }
            self.spend(name.len());
            object.insert(own(name.into()), self.render(field, depth - 1));
        }
        Json::Object(object)
    }

    fn text(&mut self, text: &str) -> Json {
        let mut room = self.room(text.len());
        if room == text.len() {
            return Json::from(text);
        }
        while !text.is_char_boundary(room) {
            room -= 1;
        }
        Json::from(format!("{}..", text.get(..room).unwrap_or_default()))
    }

    fn link(&mut self, cid: Cid) -> Json {
        self.is_complete = false;
        self.spend(2 * Cid::LEN);
        json!({"$link": cid.to_string()})
    }

    fn elided(&mut self) -> Json {
        self.is_complete = false;
        Json::from("..")
    }

    /// How many bytes of so many are shown.
    fn room(&mut self, len: usize) -> usize {
        let room = len.min(MAX_TEXT_BYTES).min(self.left);
        self.spend(room);
        self.is_complete &= room == len;
        room
    }

    fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }
}

/// A key of the value's own, which is never one of ours.
fn own(mut key: String) -> String {
    if key.starts_with('$') {
        key.insert(0, '$');
    }
    key
}

fn integer(number: i128) -> Json {
    match i64::try_from(number) {
        Ok(small) if (-MAX_EXACT..=MAX_EXACT).contains(&number) => Json::from(small),
        _ => Json::from(number.to_string()),
    }
}

fn float(number: f64) -> Json {
    serde_json::Number::from_f64(number)
        .map_or_else(|| Json::from(number.to_string()), Json::Number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn shown(value: &impl cideldill::Reduce) -> Json {
        let store = Store::in_memory();
        let cid = store.put(value).unwrap();
        json(&store, cid).unwrap()
    }

    #[test]
    fn every_kind_has_a_form() {
        let map = BTreeMap::from([(1_u8, Some(true)), (2, None)]);
        let named = BTreeMap::from([("a".to_owned(), 1.5_f64)]);
        let value = (map, named, u64::MAX, vec![1_u8, 2], 'x', f64::NAN);
        let json = shown(&value);
        let expected =
            r#"[[[1,true],[2,null]],{"a":1.5},"18446744073709551615",{"$bytes":"AQI="},"x","NaN"]"#;
        assert_eq!(json["value"].to_string(), expected);
        assert_eq!(json["complete"], true);
    }

    #[test]
    fn a_key_of_the_value_is_never_taken_for_one_of_ours() {
        let fields = [("$type", Value::from("user's"))];
        let record = Value::record("Event", fields).unwrap();
        let json = shown(&record);
        assert_eq!(json["value"], json!({"$type": "Event", "$$type": "user's"}));
        let map = shown(&BTreeMap::from([("$link", 1)]));
        assert_eq!(map["value"], json!({"$$link": 1}));
    }

    #[test]
    fn what_is_too_much_is_left_out_and_said() {
        let long = shown(&vec!["x".repeat(20_000); 3]);
        assert_eq!(long["complete"], false);
        assert_eq!(long["value"][2].as_str().unwrap().len(), MAX_TEXT_BYTES + 2);
        let many = shown(&vec![(1, 2); 5_000]);
        assert_eq!(many["value"].as_array().unwrap().len(), MAX_ITEMS + 1);
        assert_eq!(many["value"][MAX_ITEMS], "..");
        let all = shown(&vec![vec!["y".repeat(9_000); 100]; 30]);
        assert!(all.to_string().len() < 2 * MAX_ALL_BYTES);
    }

    #[test]
    fn of_a_value_too_large_to_load_the_own_block_is_shown() {
        let store = Store::in_memory();
        let limits = Limits::default().with_bytes(10_000);
        let part = |n: usize| format!("{n} ").repeat(2_000);
        let cid = store.put(&("few", part(1), part(22), part(333))).unwrap();
        let large = json_within(&store, cid, limits).unwrap();
        assert_eq!(large["value"][0], "few");
        assert!(large["value"][3]["$link"].is_string(), "{large}");
        assert_eq!(large["complete"], false);

        let numbers: Vec<String> = (0..500).map(|n| format!("{n:0100}")).collect();
        let cid = store.put(&numbers).unwrap();
        let list = json_within(&store, cid, limits).unwrap();
        assert_eq!(list["value"]["$link"], list["cid"]);
    }
}

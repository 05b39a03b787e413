//! A tree to serde data.
//!
//! Accepts what `ser` wrote for every kind of serde's data model, and more where a type was changed
//! or asks for anything: a struct may come from a map, a wrapper may be new.

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::failure::Failure;
use crate::path::Segment;
use crate::stack::grow;
use crate::value::{RecordValue, Value, key_text};

/// Gives out a tree.
pub(super) struct FromValue(Value);

impl FromValue {
    pub(super) fn new(value: Value) -> Self {
        match value {
            Value::Any(any) => Self(any.into_inner()),
            value => Self(value),
        }
    }
}

/// Reads a part, with its place in errors.
fn part<'de, S: DeserializeSeed<'de>>(
    seed: S,
    value: Value,
    place: impl FnOnce() -> Segment,
) -> Result<S::Value, Failure> {
    let read = grow(|| seed.deserialize(FromValue::new(value)));
    read.map_err(|failure| failure.within::<S::Value>(place()))
}

fn first_field() -> Segment {
    Segment::Field("0".into())
}

fn children(mut value: Value) -> Vec<Value> {
    let mut children = Vec::new();
    value.take_children(&mut children);
    children
}

fn names(record: &RecordValue) -> Vec<String> {
    record.names().map(str::to_owned).collect()
}

/// The name of the variant this is, if it is one.
fn variant_name<'t>(tag: &'t str, of_enum: &str) -> Option<&'t str> {
    let own = tag.strip_prefix(of_enum).and_then(|t| t.strip_prefix("::"));
    own.or_else(|| Some(tag.split_once("::")?.1))
}

/// Whether this is a struct with one field without a name.
fn is_newtype(record: &RecordValue) -> bool {
    let is_variant = variant_name(record.tag(), "").is_some();
    !is_variant && record.names().len() == 0 && record.fields().len() == 1
}

/// The only field of a newtype.
fn newtype_field(record: RecordValue) -> Result<Value, Failure> {
    let mut fields = record.into_fields().into_vec();
    match (fields.pop(), fields.is_empty()) {
        (Some(field), true) => Ok(field),
        _ => Err(Failure::custom("expected one field without a name")),
    }
}

impl<'de> Deserializer<'de> for FromValue {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Value::Unit => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Char(value) => visitor.visit_char(value),
            Value::U8(value) => visitor.visit_u8(value),
            Value::U16(value) => visitor.visit_u16(value),
            Value::U32(value) => visitor.visit_u32(value),
            Value::U64(value) => visitor.visit_u64(value),
            Value::U128(value) => visitor.visit_u128(value),
            Value::I8(value) => visitor.visit_i8(value),
            Value::I16(value) => visitor.visit_i16(value),
            Value::I32(value) => visitor.visit_i32(value),
            Value::I64(value) => visitor.visit_i64(value),
            Value::I128(value) => visitor.visit_i128(value),
            Value::F32(value) => visitor.visit_f32(value),
            Value::F64(value) => visitor.visit_f64(value),
            Value::String(value) => visitor.visit_string(value),
            Value::Option(option) => match option.into_inner() {
                None => visitor.visit_none(),
                Some(value) => visitor.visit_some(Self::new(value)),
            },
            // Also what was a sequence of bytes; visitors of byte strings take a sequence.
            value @ (Value::Bytes(_) | Value::Sequence(_) | Value::Set(_) | Value::Tuple(_)) => {
                Parts::of(value).visit(visitor)
            }
            value @ Value::Map(_) => Entries::of_map(value).visit(visitor),
            Value::Record(record) => Self::record(record, visitor),
            Value::Any(any) => Self(any.into_inner()).deserialize_any(visitor),
            Value::Link(link) => Err(Failure::custom(format_args!(
                "the part in block {} was not loaded",
                link.cid()
            ))),
            Value::Weak(_) => visitor.visit_none(),
            mut pointer => {
                let mut content = Vec::new();
                pointer.take_children(&mut content);
                match content.pop() {
                    Some(content) => Self::new(content).deserialize_any(visitor),
                    None => Err(Failure::custom("a pointer whose content stands elsewhere")),
                }
            }
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Value::Bytes(bytes) => visitor.visit_byte_buf(bytes),
            value => Self(value).deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            value @ Value::Option(_) => Self(value).deserialize_any(visitor),
            value => visitor.visit_some(Self(value)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match self.0 {
            // A wrapper around an enum may be new: a variant is not taken for one.
            Value::Record(record) if is_newtype(&record) => {
                let field = newtype_field(record)?;
                let read = grow(|| visitor.visit_newtype_struct(Self::new(field)));
                read.map_err(|failure| failure.within::<V::Value>(first_field()))
            }
            value => visitor.visit_newtype_struct(Self(value)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match self.0 {
            Value::Record(record) if record.fields().is_empty() => visitor.visit_unit(),
            value => Self(value).deserialize_any(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            // The empty tuple, and a tuple struct.
            value @ (Value::Unit | Value::Record(_)) => Parts::of(value).visit(visitor),
            value => Self(value).deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Value::Record(record) => Self::fields(record, visitor),
            value => Self(value).deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match self.0 {
            Value::Record(record) => {
                let Some(variant) = variant_name(record.tag(), name) else {
                    return Err(Failure::custom(format_args!(
                        "expected a variant of `{name}`, found `{}`",
                        record.tag()
                    )));
                };
                let name = variant.to_owned();
                visitor.visit_enum(Variant { name, record })
            }
            Value::String(variant) => {
                let variant: StringDeserializer<Failure> = variant.into_deserializer();
                visitor.visit_enum(variant)
            }
            value => Self(value).deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string unit identifier
    }
}

impl FromValue {
    /// A record for a type that asks for anything: what other formats would have written for it.
    fn record<'de, V: Visitor<'de>>(record: RecordValue, visitor: V) -> Result<V::Value, Failure> {
        let (has_names, n_fields) = (record.names().len() > 0, record.fields().len());
        let Some(variant) = variant_name(record.tag(), "") else {
            return match (has_names, n_fields) {
                (false, 0) => visitor.visit_unit(),
                (false, 1) => visitor.visit_newtype_struct(Self::new(newtype_field(record)?)),
                _ => Self::fields(record, visitor),
            };
        };
        let variant = variant.to_owned();
        if n_fields == 0 {
            return visitor.visit_string(variant);
        }
        let content = match (has_names, n_fields) {
            (false, 1) => newtype_field(record)?,
            (false, _) => Value::tuple(record.into_fields())?,
            (true, _) => {
                let names = names(&record);
                let fields = record.into_fields();
                Value::record(&variant, names.into_iter().zip(fields))?
            }
        };
        let entry = (Key::Name(variant), content);
        Entries::new(vec![entry]).visit(visitor)
    }

    /// The fields of a record, as a map if they have names.
    fn fields<'de, V: Visitor<'de>>(record: RecordValue, visitor: V) -> Result<V::Value, Failure> {
        if record.names().len() == 0 && !record.fields().is_empty() {
            return Parts::of(Value::Record(record)).visit(visitor);
        }
        let names = names(&record).into_iter().map(Key::Name);
        Entries::new(names.zip(record.into_fields()).collect()).visit(visitor)
    }
}

/// Elements of a sequence, parts of a tuple, fields without names.
struct Parts {
    are_fields: bool,
    next: u64,
    rest: std::vec::IntoIter<Value>,
}

impl Parts {
    fn of(value: Value) -> Self {
        let are_fields = matches!(value, Value::Tuple(_) | Value::Record(_));
        let parts = match value {
            Value::Bytes(bytes) => bytes.into_iter().map(Value::U8).collect(),
            value => children(value),
        };
        Self {
            are_fields,
            next: 0,
            rest: parts.into_iter(),
        }
    }

    fn visit<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Failure> {
        let value = visitor.visit_seq(&mut self)?;
        match self.rest.len() {
            0 => Ok(value),
            left => Err(Failure::custom(format_args!("{left} elements too many"))),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Parts {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Failure> {
        let Some(value) = self.rest.next() else {
            return Ok(None);
        };
        let at = self.next;
        self.next += 1;
        let place = || {
            if self.are_fields {
                Segment::Field(at.to_string().into())
            } else {
                Segment::Index(at)
            }
        };
        part(seed, value, place).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A key of a map, or the name of a field.
enum Key {
    Name(String),
    Value(Value),
}

/// Entries of a map, or fields with their names.
struct Entries {
    entries: std::vec::IntoIter<(Key, Value)>,
    value: Option<(Segment, Value)>,
}

impl Entries {
    fn new(entries: Vec<(Key, Value)>) -> Self {
        Self {
            entries: entries.into_iter(),
            value: None,
        }
    }

    fn of_map(map: Value) -> Self {
        let mut children = children(map).into_iter();
        let pairs = std::iter::from_fn(|| {
            let key = children.next()?;
            Some((Key::Value(key), children.next()?))
        });
        Self::new(pairs.collect())
    }

    fn visit<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Failure> {
        let value = visitor.visit_map(&mut self)?;
        match self.entries.len() {
            0 => Ok(value),
            left => Err(Failure::custom(format_args!("{left} entries too many"))),
        }
    }
}

impl<'de> MapAccess<'de> for &mut Entries {
    type Error = Failure;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Failure> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        match key {
            Key::Name(name) => {
                self.value = Some((Segment::Field(name.clone().into()), value));
                let name: StringDeserializer<Failure> = name.into_deserializer();
                seed.deserialize(name).map(Some)
            }
            Key::Value(key) => {
                let place = Segment::Key(key_text(&key));
                self.value = Some((place.clone(), value));
                part(seed, key, || place).map(Some)
            }
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        let Some((place, value)) = self.value.take() else {
            return Err(Failure::custom("a value was asked for before its key"));
        };
        part(seed, value, || place)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A variant of an enum.
struct Variant {
    name: String,
    record: RecordValue,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Failure> {
        let name: StringDeserializer<Failure> = self.name.clone().into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        if self.record.fields().is_empty() {
            return Ok(());
        }
        let name = &self.name;
        Err(Failure::custom(format_args!("variant `{name}` has fields")))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Failure> {
        part(seed, newtype_field(self.record)?, first_field)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        Parts::of(Value::Record(self.record)).visit(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        FromValue::fields(self.record, visitor)
    }
}

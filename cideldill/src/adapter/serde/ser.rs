//! Serde data to a tree.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::failure::Failure;
use crate::error::{Error, ErrorKind};
use crate::path::Segment;
use crate::stack::grow;
use crate::value::{Value, key_text};

/// Elements for which room is made before they come.
const MAX_ROOM: usize = 4096;

/// The tree of a value.
pub(super) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Failure> {
    grow(|| value.serialize(ToValue))
}

/// The tree of a part, with its place in errors.
fn part<T: Serialize + ?Sized>(
    value: &T,
    place: impl FnOnce() -> Segment,
) -> Result<Value, Failure> {
    to_value(value).map_err(|failure| failure.within::<T>(place()))
}

/// The tag of a struct, or of a variant of an enum.
fn tag(name: &'static str, variant: Option<&'static str>) -> Result<String, Failure> {
    let tag = match variant {
        None => name.to_owned(),
        Some(variant) => format!("{name}::{variant}"),
    };
    if tag.starts_with("std::") {
        let reason = "its serde name starts with `std::`, which is reserved: rename it";
        return Err(Error::new(ErrorKind::Unsupported {
            type_name: name,
            reason,
        })
        .into());
    }
    Ok(tag)
}

#[derive(Clone, Copy)]
struct ToValue;

/// Plain items, by the method that takes them.
macro_rules! plain {
    ($($method:ident($type:ty) => $kind:ident;)*) => {$(
        fn $method(self, value: $type) -> Result<Value, Failure> {
            Ok(Value::$kind(value.into()))
        }
    )*};
}

impl Serializer for ToValue {
    type Ok = Value;
    type Error = Failure;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = Entries;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    plain! {
        serialize_bool(bool) => Bool;
        serialize_i8(i8) => I8;
        serialize_i16(i16) => I16;
        serialize_i32(i32) => I32;
        serialize_i64(i64) => I64;
        serialize_i128(i128) => I128;
        serialize_u8(u8) => U8;
        serialize_u16(u16) => U16;
        serialize_u32(u32) => U32;
        serialize_u64(u64) => U64;
        serialize_u128(u128) => U128;
        serialize_f32(f32) => F32;
        serialize_f64(f64) => F64;
        serialize_char(char) => Char;
        serialize_str(&str) => String;
        serialize_bytes(&[u8]) => Bytes;
    }

    fn serialize_none(self) -> Result<Value, Failure> {
        // Of what is not known.
        Ok(Value::none("*")?)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Failure> {
        Ok(Value::some(to_value(value)?)?)
    }

    fn serialize_unit(self) -> Result<Value, Failure> {
        Ok(Value::Unit)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Value, Failure> {
        Ok(Value::tuple_record(&tag(name, None)?, []))
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, Failure> {
        Ok(Value::tuple_record(&tag(name, Some(variant))?, []))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Failure> {
        let field = part(value, || Segment::Field("0".into()))?;
        Ok(Value::tuple_record(&tag(name, None)?, [field]))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Failure> {
        let field = part(value, || Segment::Field("0".into()))?;
        Ok(Value::tuple_record(&tag(name, Some(variant))?, [field]))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Parts, Failure> {
        Ok(Parts::new(Kind::Sequence, len.unwrap_or_default()))
    }

    fn serialize_tuple(self, len: usize) -> Result<Parts, Failure> {
        Ok(Parts::new(Kind::Tuple, len))
    }

    fn serialize_tuple_struct(self, name: &'static str, len: usize) -> Result<Parts, Failure> {
        Ok(Parts::new(Kind::Record(tag(name, None)?), len))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Parts, Failure> {
        Ok(Parts::new(Kind::Record(tag(name, Some(variant))?), len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Entries, Failure> {
        let room = len.unwrap_or_default().min(MAX_ROOM);
        Ok(Entries {
            entries: Vec::with_capacity(room),
            key: None,
        })
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Fields, Failure> {
        Fields::new(tag(name, None)?, len)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Fields, Failure> {
        Fields::new(tag(name, Some(variant))?, len)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// What parts one after the other will be.
enum Kind {
    Sequence,
    Tuple,
    Record(String),
}

/// An open sequence, tuple, tuple struct or tuple variant.
struct Parts {
    kind: Kind,
    parts: Vec<Value>,
}

impl Parts {
    fn new(kind: Kind, len: usize) -> Self {
        let parts = Vec::with_capacity(len.min(MAX_ROOM));
        Self { kind, parts }
    }

    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        let part = part(value, || match self.kind {
            Kind::Sequence => Segment::Index(self.parts.len() as u64),
            Kind::Tuple | Kind::Record(_) => Segment::Field(self.parts.len().to_string().into()),
        })?;
        self.parts.push(part);
        Ok(())
    }

    fn finish(self) -> Result<Value, Failure> {
        Ok(match self.kind {
            Kind::Sequence => Value::sequence(self.parts)?,
            Kind::Tuple => Value::tuple(self.parts)?,
            Kind::Record(tag) => Value::tuple_record(&tag, self.parts),
        })
    }
}

macro_rules! by_parts {
    ($($serialize:ident, $method:ident;)*) => {$(
        impl $serialize for Parts {
            type Ok = Value;
            type Error = Failure;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
                self.add(value)
            }

            fn end(self) -> Result<Value, Failure> {
                self.finish()
            }
        }
    )*};
}

by_parts! {
    SerializeSeq, serialize_element;
    SerializeTuple, serialize_element;
    SerializeTupleStruct, serialize_field;
    SerializeTupleVariant, serialize_field;
}

/// An open map.
struct Entries {
    entries: Vec<(Value, Value)>,
    key: Option<Value>,
}

impl SerializeMap for Entries {
    type Ok = Value;
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failure> {
        let place = || Segment::Index(self.entries.len() as u64);
        self.key = Some(part(key, place)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        let Some(key) = self.key.take() else {
            return Err(Failure::Message("a map's value has no key".into()));
        };
        let value = part(value, || Segment::Key(key_text(&key)))?;
        self.entries.push((key, value));
        Ok(())
    }

    fn end(self) -> Result<Value, Failure> {
        Ok(Value::map(self.entries)?)
    }
}

/// An open struct or struct variant.
struct Fields {
    tag: String,
    fields: Vec<(&'static str, Value)>,
}

impl Fields {
    #[expect(clippy::unnecessary_wraps, reason = "for the trait's methods")]
    fn new(tag: String, len: usize) -> Result<Self, Failure> {
        let fields = Vec::with_capacity(len.min(MAX_ROOM));
        Ok(Self { tag, fields })
    }
}

macro_rules! by_fields {
    ($($serialize:ident),*) => {$(
        impl $serialize for Fields {
            type Ok = Value;
            type Error = Failure;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Failure> {
                let value = part(value, || Segment::Field(name.into()))?;
                self.fields.push((name, value));
                Ok(())
            }

            fn end(self) -> Result<Value, Failure> {
                Ok(Value::record(&self.tag, self.fields)?)
            }
        }
    )*};
}

by_fields!(SerializeStruct, SerializeStructVariant);

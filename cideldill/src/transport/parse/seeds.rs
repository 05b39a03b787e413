//! How serde reads the parts of the messages: each kind of value where the message has it, and
//! nothing else.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Message, Reader};
use crate::cid::Cid;
use crate::transport::{BodyForm, Code, Offered, base64};

/// Reads a [`Message`].
pub(super) struct MapSeed<'r, M> {
    reader: &'r Reader<'r>,
    made: PhantomData<M>,
}

impl<'r, M> MapSeed<'r, M> {
    pub(super) fn new(reader: &'r Reader<'r>) -> Self {
        let made = PhantomData;
        Self { reader, made }
    }
}

impl<'de, M: Message> DeserializeSeed<'de> for MapSeed<'_, M> {
    type Value = M;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<M, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, M: Message> Visitor<'de> for MapSeed<'_, M> {
    type Value = M;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<M, A::Error> {
        M::read(self.reader, map)
    }
}

/// What a list can hold.
pub(super) trait Item: Sized {
    fn read<'de, D: Deserializer<'de>>(reader: &Reader<'_>, from: D) -> Result<Self, D::Error>;
}

impl Item for Cid {
    fn read<'de, D: Deserializer<'de>>(reader: &Reader<'_>, from: D) -> Result<Self, D::Error> {
        CidSeed(reader).deserialize(from)
    }
}

impl Item for Offered {
    fn read<'de, D: Deserializer<'de>>(reader: &Reader<'_>, from: D) -> Result<Self, D::Error> {
        MapSeed::new(reader).deserialize(from)
    }
}

struct ItemSeed<'r, T>(&'r Reader<'r>, PhantomData<T>);

impl<'de, T: Item> DeserializeSeed<'de> for ItemSeed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(self.0, deserializer)
    }
}

/// Reads a list of at most so many.
pub(super) struct ListSeed<'r, T> {
    reader: &'r Reader<'r>,
    limit: (usize, &'static str),
    made: PhantomData<T>,
}

impl<'r, T> ListSeed<'r, T> {
    pub(super) fn new(reader: &'r Reader<'r>, limit: (usize, &'static str)) -> Self {
        let made = PhantomData;
        Self {
            reader,
            limit,
            made,
        }
    }
}

impl<'de, T: Item> DeserializeSeed<'de> for ListSeed<'_, T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Item> Visitor<'de> for ListSeed<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(ItemSeed(self.reader, PhantomData))? {
            let (limit, what) = self.limit;
            self.reader.count(items.len() + 1, limit, what)?;
            items.push(item);
        }
        Ok(items)
    }
}

/// A key of any of the messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(pub(super) &'static str);

const KEYS: [&str; 6] = ["cid", "data", "components", "objects", "cids", "expected"];

pub(super) struct KeySeed<'r>(pub(super) &'r Reader<'r>);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key that is a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Key, E> {
        let known = KEYS.into_iter().find(|key| *key == text);
        known.map(Key).ok_or_else(|| {
            let shown: String = text.chars().take(32).collect();
            let message = format!("{shown:?} is not a key of this message");
            self.0.fail(Code::UnknownKey, message)
        })
    }
}

/// 128 digits, or 64 bytes.
pub(super) struct CidSeed<'r>(pub(super) &'r Reader<'r>);

impl<'de> DeserializeSeed<'de> for CidSeed<'_> {
    type Value = Cid;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cid, D::Error> {
        match self.0.form {
            BodyForm::Json => deserializer.deserialize_str(self),
            BodyForm::MessagePack => deserializer.deserialize_bytes(self),
        }
    }
}

impl Visitor<'_> for CidSeed<'_> {
    type Value = Cid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cid")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cid, E> {
        if self.0.form == BodyForm::MessagePack {
            return Err(E::invalid_type(serde::de::Unexpected::Str("text"), &self));
        }
        text.parse()
            .map_err(|error: crate::ParseCidError| self.0.fail(Code::InvalidCid, error.to_string()))
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Cid, E> {
        let cid = bytes.try_into().map(Cid::from_bytes);
        cid.map_err(|_| self.0.fail(Code::InvalidCid, "a cid has 64 bytes"))
    }
}

/// Null, or the other thing.
pub(super) struct OptionSeed<S>(pub(super) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OptionSeed<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OptionSeed<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null or a cid")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// A block's bytes: base64, or as they are.
pub(super) struct DataSeed<'r>(pub(super) &'r Reader<'r>);

impl<'de> DeserializeSeed<'de> for DataSeed<'_> {
    type Value = Arc<[u8]>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<[u8]>, D::Error> {
        match self.0.form {
            BodyForm::Json => deserializer.deserialize_str(self),
            BodyForm::MessagePack => deserializer.deserialize_bytes(self),
        }
    }
}

impl Visitor<'_> for DataSeed<'_> {
    type Value = Arc<[u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arc<[u8]>, E> {
        if self.0.form == BodyForm::MessagePack {
            return Err(E::invalid_type(serde::de::Unexpected::Str("text"), &self));
        }
        let bytes = base64::decode_base64(text);
        bytes
            .map(Into::into)
            .map_err(|refusal| self.0.refuse(refusal))
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Arc<[u8]>, E> {
        Ok(bytes.into())
    }
}

//! Strict reading of requests, JSON and `MessagePack` alike.
//!
//! The depth is that of the message and never that of the bytes: what does not belong where it
//! stands is refused when it is met, before it is read. Memory is in proportion to the body.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use rmp_serde::decode::Error as MessagePackError;
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{BodyForm, CidList, Code, Offer, Offered, RefUpdate, Refusal, RequestLimits, base64};
use crate::cid::Cid;

pub(super) fn offer(form: BodyForm, body: &[u8], limits: &RequestLimits) -> Result<Offer, Refusal> {
    Reader::new(form, limits).read(body)
}

pub(super) fn cid_list(
    form: BodyForm,
    body: &[u8],
    limits: &RequestLimits,
) -> Result<CidList, Refusal> {
    Reader::new(form, limits).read(body)
}

pub(super) fn ref_update(
    form: BodyForm,
    body: &[u8],
    limits: &RequestLimits,
) -> Result<RefUpdate, Refusal> {
    Reader::new(form, limits).read(body)
}

/// What one request has shown so far.
struct Reader<'l> {
    form: BodyForm,
    limits: &'l RequestLimits,
    /// The blocks met.
    blocks: Cell<usize>,
    /// Why it is refused: serde's own errors carry no codes.
    refusal: RefCell<Option<Refusal>>,
}

impl<'l> Reader<'l> {
    fn new(form: BodyForm, limits: &'l RequestLimits) -> Self {
        Self {
            form,
            limits,
            blocks: Cell::new(0),
            refusal: RefCell::new(None),
        }
    }

    fn read<M: Message>(self, body: &[u8]) -> Result<M, Refusal> {
        if body.len() > self.limits.body_bytes {
            let message = format!("a body has at most {} bytes", self.limits.body_bytes);
            return Err(Refusal::new(Code::TooLarge, message));
        }
        let read = match self.form {
            BodyForm::Json => self.read_json(body),
            BodyForm::MessagePack => self.read_messagepack(body),
        };
        // What we refused comes before what the parser made of it.
        read.map_err(|refusal| self.refusal.into_inner().unwrap_or(refusal))
    }

    fn read_json<M: Message>(&self, body: &[u8]) -> Result<M, Refusal> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let message = MapSeed::new(self).deserialize(&mut json);
        let message = message.and_then(|message| json.end().map(|()| message));
        message.map_err(|error| {
            let code = match error.classify() {
                serde_json::error::Category::Data => Code::InvalidRequest,
                _ => Code::InvalidJson,
            };
            Refusal::new(code, error.to_string())
        })
    }

    fn read_messagepack<M: Message>(&self, body: &[u8]) -> Result<M, Refusal> {
        let mut binary = rmp_serde::Deserializer::from_read_ref(body);
        let message = MapSeed::new(self).deserialize(&mut binary);
        let message = message.map_err(|error| {
            let code = match error {
                MessagePackError::Syntax(_) | MessagePackError::TypeMismatch(_) => {
                    Code::InvalidRequest
                }
                _ => Code::InvalidMessagePack,
            };
            Refusal::new(code, error.to_string())
        })?;
        // Nothing follows: there is not even the first byte of another item.
        if let Err(MessagePackError::InvalidMarkerRead(_)) = bool::deserialize(&mut binary) {
            return Ok(message);
        }
        let message = "bytes after the message";
        Err(Refusal::new(Code::InvalidMessagePack, message))
    }

    /// Ends the reading; only the first refusal counts.
    fn refuse<E: serde::de::Error>(&self, refusal: Refusal) -> E {
        let error = E::custom(&refusal);
        self.refusal.borrow_mut().get_or_insert(refusal);
        error
    }

    fn fail<E: serde::de::Error>(&self, code: Code, message: impl Into<String>) -> E {
        self.refuse(Refusal::new(code, message))
    }

    /// A key that this map does not have.
    fn unknown<E: serde::de::Error>(&self, key: Key) -> E {
        self.fail(Code::UnknownKey, format!("`{}` has no place here", key.0))
    }

    fn required<T, E: serde::de::Error>(&self, slot: Option<T>, key: &str) -> Result<T, E> {
        slot.ok_or_else(|| self.fail(Code::MissingKey, format!("`{key}` is not there")))
    }

    /// Reads a key's value into its slot, which is still empty.
    fn fill<'de, A: MapAccess<'de>, S: DeserializeSeed<'de>>(
        &self,
        slot: &mut Option<S::Value>,
        key: Key,
        map: &mut A,
        seed: S,
    ) -> Result<(), A::Error> {
        if slot.is_some() {
            return Err(self.fail(Code::DuplicateKey, format!("`{}` stands twice", key.0)));
        }
        *slot = Some(map.next_value_seed(seed)?);
        Ok(())
    }

    /// Counts one of at most so many.
    fn count<E: serde::de::Error>(&self, n: usize, limit: usize, what: &str) -> Result<(), E> {
        if n > limit {
            return Err(self.fail(
                Code::TooMany,
                format!("at most {limit} {what} in a request"),
            ));
        }
        Ok(())
    }

    fn count_block<E: serde::de::Error>(&self) -> Result<(), E> {
        self.blocks.set(self.blocks.get() + 1);
        self.count(self.blocks.get(), self.limits.blocks, "blocks")
    }
}

/// A message, or a part of one, that is a map.
trait Message: Sized {
    fn read<'de, A: MapAccess<'de>>(reader: &Reader<'_>, map: A) -> Result<Self, A::Error>;
}

impl Message for Offer {
    fn read<'de, A: MapAccess<'de>>(reader: &Reader<'_>, mut map: A) -> Result<Self, A::Error> {
        let mut object = PartialObject::default();
        let mut objects = None;
        while let Some(key) = map.next_key_seed(KeySeed(reader))? {
            match key {
                Key("objects") => {
                    let limit = (reader.limits.objects, "objects");
                    reader.fill(&mut objects, key, &mut map, ListSeed::new(reader, limit))?;
                }
                key => object.read_entry(reader, key, &mut map)?,
            }
        }
        let Some(objects) = objects else {
            return Ok(object.finish(reader)?.into());
        };
        if !object.is_empty() {
            let message = "`objects` stands alone";
            return Err(reader.fail(Code::UnknownKey, message));
        }
        if objects.is_empty() {
            return Err(reader.fail(Code::InvalidRequest, "`objects` is empty"));
        }
        Ok(Self { objects })
    }
}

impl Message for Offered {
    fn read<'de, A: MapAccess<'de>>(reader: &Reader<'_>, mut map: A) -> Result<Self, A::Error> {
        let mut object = PartialObject::default();
        while let Some(key) = map.next_key_seed(KeySeed(reader))? {
            object.read_entry(reader, key, &mut map)?;
        }
        object.finish(reader)
    }
}

/// An object of which some keys were read.
#[derive(Default)]
struct PartialObject {
    cid: Option<Cid>,
    data: Option<Arc<[u8]>>,
    components: Option<Components>,
}

impl PartialObject {
    fn is_empty(&self) -> bool {
        self.cid.is_none() && self.data.is_none() && self.components.is_none()
    }

    fn read_entry<'de, A: MapAccess<'de>>(
        &mut self,
        reader: &Reader<'_>,
        key: Key,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            Key("cid") => reader.fill(&mut self.cid, key, map, CidSeed(reader)),
            Key("data") => {
                reader.count_block()?;
                reader.fill(&mut self.data, key, map, DataSeed(reader))
            }
            Key("components") => reader.fill(&mut self.components, key, map, MapSeed::new(reader)),
            other => Err(reader.unknown(other)),
        }
    }

    fn finish<E: serde::de::Error>(self, reader: &Reader<'_>) -> Result<Offered, E> {
        Ok(Offered {
            cid: reader.required(self.cid, "cid")?,
            data: self.data,
            components: self.components.unwrap_or_default().0,
        })
    }
}

/// The entries of `components`.
#[derive(Default)]
struct Components(Vec<(Cid, Arc<[u8]>)>);

impl Message for Components {
    fn read<'de, A: MapAccess<'de>>(reader: &Reader<'_>, mut map: A) -> Result<Self, A::Error> {
        let mut components = Vec::new();
        let mut met = BTreeSet::new();
        while let Some(key) = map.next_key_seed(CidSeed(reader))? {
            reader.count_block()?;
            if !met.insert(key) {
                let refusal = Refusal::new(Code::DuplicateKey, "a component stands twice");
                return Err(reader.refuse(refusal.about(key)));
            }
            let component: Component = map.next_value_seed(MapSeed::new(reader))?;
            if component.cid != key {
                let refusal = Refusal::new(Code::ComponentKey, "the key is not the `cid`");
                return Err(reader.refuse(refusal.about(key)));
            }
            components.push((key, component.data));
        }
        Ok(Self(components))
    }
}

struct Component {
    cid: Cid,
    data: Arc<[u8]>,
}

impl Message for Component {
    fn read<'de, A: MapAccess<'de>>(reader: &Reader<'_>, mut map: A) -> Result<Self, A::Error> {
        let (mut cid, mut data) = (None, None);
        while let Some(key) = map.next_key_seed(KeySeed(reader))? {
            match key {
                Key("cid") => reader.fill(&mut cid, key, &mut map, CidSeed(reader))?,
                Key("data") => reader.fill(&mut data, key, &mut map, DataSeed(reader))?,
                other => return Err(reader.unknown(other)),
            }
        }
        Ok(Self {
            cid: reader.required(cid, "cid")?,
            data: reader.required(data, "data")?,
        })
    }
}

impl Message for CidList {
    fn read<'de, A: MapAccess<'de>>(reader: &Reader<'_>, mut map: A) -> Result<Self, A::Error> {
        let mut cids = None;
        while let Some(key) = map.next_key_seed(KeySeed(reader))? {
            match key {
                Key("cids") => {
                    let limit = (reader.limits.cids, "cids");
                    reader.fill(&mut cids, key, &mut map, ListSeed::new(reader, limit))?;
                }
                other => return Err(reader.unknown(other)),
            }
        }
        let cids = reader.required(cids, "cids")?;
        Ok(Self { cids })
    }
}

impl Message for RefUpdate {
    fn read<'de, A: MapAccess<'de>>(reader: &Reader<'_>, mut map: A) -> Result<Self, A::Error> {
        let (mut cid, mut expected) = (None, None);
        while let Some(key) = map.next_key_seed(KeySeed(reader))? {
            let slot = match key {
                Key("cid") => &mut cid,
                Key("expected") => &mut expected,
                other => return Err(reader.unknown(other)),
            };
            reader.fill(slot, key, &mut map, OptionSeed(CidSeed(reader)))?;
        }
        let cid = reader.required(cid, "cid")?;
        Ok(Self { cid, expected })
    }
}

/// Reads a [`Message`].
struct MapSeed<'r, M> {
    reader: &'r Reader<'r>,
    made: PhantomData<M>,
}

impl<'r, M> MapSeed<'r, M> {
    fn new(reader: &'r Reader<'r>) -> Self {
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
trait Item: Sized {
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
struct ListSeed<'r, T> {
    reader: &'r Reader<'r>,
    limit: (usize, &'static str),
    made: PhantomData<T>,
}

impl<'r, T> ListSeed<'r, T> {
    fn new(reader: &'r Reader<'r>, limit: (usize, &'static str)) -> Self {
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
struct Key(&'static str);

const KEYS: [&str; 6] = ["cid", "data", "components", "objects", "cids", "expected"];

struct KeySeed<'r>(&'r Reader<'r>);

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
struct CidSeed<'r>(&'r Reader<'r>);

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
struct OptionSeed<S>(S);

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
struct DataSeed<'r>(&'r Reader<'r>);

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

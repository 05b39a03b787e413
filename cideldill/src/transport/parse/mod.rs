//! Strict reading of requests, JSON and `MessagePack` alike.
//!
//! The depth is that of the message and never that of the bytes: what does not belong where it
//! stands is refused when it is met, before it is read. Memory is in proportion to the body.

mod seeds;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use rmp_serde::decode::Error as MessagePackError;
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, MapAccess};

use self::seeds::{CidSeed, DataSeed, Key, KeySeed, ListSeed, MapSeed, OptionSeed};
use super::{BodyForm, CidList, Code, Offer, Offered, RefUpdate, Refusal, RequestLimits};
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
                // The byte that MessagePack never uses.
                MessagePackError::TypeMismatch(marker) if marker.to_u8() == 0xc1 => {
                    Code::InvalidMessagePack
                }
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

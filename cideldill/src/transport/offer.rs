//! The offer: the request that brings objects to a server (docs/protocol.md section 2).

use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::{Refusal, RequestLimits, base64, parse};
use crate::cid::Cid;

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyForm {
    /// Text, bytes in it as base64.
    #[default]
    Json,
    /// The same message in binary.
    MessagePack,
}

impl BodyForm {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::MessagePack => "application/msgpack",
        }
    }

    /// The form of a media type; parameters such as a character set are left out of account.
    pub fn from_media_type(text: &str) -> Option<Self> {
        let name = text.split(';').next().unwrap_or_default().trim();
        [Self::Json, Self::MessagePack]
            .into_iter()
            .find(|form| form.media_type().eq_ignore_ascii_case(name))
    }

    /// Writes a message of this module; none of them can fail.
    pub(super) fn write(self, message: &impl Serialize) -> Vec<u8> {
        let written = match self {
            Self::Json => serde_json::to_vec(message).ok(),
            Self::MessagePack => rmp_serde::to_vec_named(message).ok(),
        };
        written.unwrap_or_default()
    }
}

/// One object: a CID, and what of it the other side may lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The object's name.
    pub cid: Cid,
    /// The bytes of its block, or a frame that ends with it; `None` if the other side has it.
    pub data: Option<Arc<[u8]>>,
    /// Further blocks it needs, at all depths, leaves first.
    pub components: Vec<(Cid, Arc<[u8]>)>,
}

impl Offered {
    /// The object by its name alone.
    pub const fn by_name(cid: Cid) -> Self {
        Self {
            cid,
            data: None,
            components: Vec::new(),
        }
    }
}

/// One or more objects in one request.
///
/// ```
/// use cideldill::transport::{BodyForm, Offer, RequestLimits, Serializer};
/// let offer = Offer::from(Serializer::default().serialize(&("tea", 7))?.offered());
/// let body = offer.to_body(BodyForm::Json);
/// assert!(body.starts_with(b"{\"cid\":\""));
/// assert_eq!(Offer::parse(BodyForm::Json, &body, &RequestLimits::default())?, offer);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// The objects, in the order the answer names them.
    pub objects: Vec<Offered>,
}

impl Offer {
    /// The body of a request. One object stands alone, several in `objects`.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(self)
    }

    /// Reads a body, within the limits.
    ///
    /// Only the form is checked; [`receive`](super::receive) checks what is in it.
    ///
    /// # Errors
    /// The code of rule 1 of docs/protocol.md section 3 that fits.
    pub fn parse(form: BodyForm, body: &[u8], limits: &RequestLimits) -> Result<Self, Refusal> {
        parse::offer(form, body, limits)
    }
}

impl From<Offered> for Offer {
    fn from(object: Offered) -> Self {
        Self {
            objects: vec![object],
        }
    }
}

/// Bytes as the form writes them.
struct Data<'a>(&'a [u8]);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&base64::encode_base64(self.0))
        } else {
            serializer.serialize_bytes(self.0)
        }
    }
}

struct Component<'a>(Cid, &'a [u8]);

impl Serialize for Component<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("cid", &self.0)?;
        map.serialize_entry("data", &Data(self.1))?;
        map.end()
    }
}

struct Components<'a>(&'a [(Cid, Arc<[u8]>)]);

impl Serialize for Components<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (cid, data) in self.0 {
            map.serialize_entry(cid, &Component(*cid, data))?;
        }
        map.end()
    }
}

impl Serialize for Offered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let has_components = !self.components.is_empty();
        let len = 1 + usize::from(self.data.is_some()) + usize::from(has_components);
        let mut map = serializer.serialize_map(Some(len))?;
        map.serialize_entry("cid", &self.cid)?;
        if let Some(data) = &self.data {
            map.serialize_entry("data", &Data(data))?;
        }
        if has_components {
            map.serialize_entry("components", &Components(&self.components))?;
        }
        map.end()
    }
}

impl Serialize for Offer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let [only] = self.objects.as_slice() {
            return only.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("objects", &self.objects)?;
        map.end()
    }
}

/// CIDs that a request asks about or for: the body of `/v1/missing` and `/v1/blocks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CidList {
    /// The CIDs, in the order asked.
    pub cids: Vec<Cid>,
}

impl CidList {
    /// The body of a request.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(self)
    }

    /// Reads a body, within the limits.
    ///
    /// # Errors
    /// As [`Offer::parse`].
    pub fn parse(form: BodyForm, body: &[u8], limits: &RequestLimits) -> Result<Self, Refusal> {
        parse::cid_list(form, body, limits)
    }
}

/// What a ref is to stand for: the body of `PUT /v1/refs/{name}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// The new CID; `None` to remove the ref.
    pub cid: Option<Cid>,
    /// What it must stand for before (`Some(None)`: nothing); `None` to set it whatever it is.
    pub expected: Option<Option<Cid>>,
}

impl RefUpdate {
    /// The body of a request.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(self)
    }

    /// Reads a body, within the limits.
    ///
    /// # Errors
    /// As [`Offer::parse`].
    pub fn parse(form: BodyForm, body: &[u8], limits: &RequestLimits) -> Result<Self, Refusal> {
        parse::ref_update(form, body, limits)
    }
}

impl Serialize for RefUpdate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let len = 1 + usize::from(self.expected.is_some());
        let mut map = serializer.serialize_map(Some(len))?;
        map.serialize_entry("cid", &self.cid)?;
        if let Some(expected) = &self.expected {
            map.serialize_entry("expected", expected)?;
        }
        map.end()
    }
}

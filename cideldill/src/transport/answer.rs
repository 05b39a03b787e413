//! What a server answers to an offer (docs/protocol.md section 4).

use serde::{Deserialize, Serialize};

use super::{BodyForm, CidList, Code, Refusal};
use crate::cid::Cid;
use crate::store::{BlockStore, Epoch, PutReport};

/// Every object is there, with all it needs, durably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The objects, in the order they were offered.
    pub cids: Vec<Cid>,
    /// The blocks the request carried, each once, and those of them that were new.
    pub report: PutReport,
    /// The life of the store that has them.
    pub epoch: Epoch,
}

/// What became of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All of it was taken.
    Accepted(Accepted),
    /// Nothing of it was taken.
    Refused(Refusal),
}

impl Answer {
    /// Its HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Accepted(_) => 200,
            Self::Refused(refusal) => refusal.code().status(),
        }
    }

    /// The body of the answer.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        match self {
            Self::Accepted(accepted) => form.write(&Body::from(accepted)),
            Self::Refused(refusal) => refusal.to_body(form),
        }
    }

    /// Reads the body of an answer. Keys this version does not know are left out.
    ///
    /// # Errors
    /// A refusal with [`Code::InvalidJson`], [`Code::InvalidMessagePack`] or
    /// [`Code::InvalidRequest`], for what is no answer.
    pub fn parse(form: BodyForm, body: &[u8]) -> Result<Self, Refusal> {
        read::<Body>(form, body)?.into_answer()
    }
}

/// Which of the CIDs asked about a store has not got: the answer of `/v1/missing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingCids {
    /// Those that are missing, each once, in the order asked.
    pub missing: Vec<Cid>,
    /// The life of the store that has the others.
    pub epoch: Epoch,
}

impl MissingCids {
    /// Asks a store.
    ///
    /// # Errors
    /// What the store says.
    pub fn of(store: &dyn BlockStore, asked: &CidList) -> Result<Self, Refusal> {
        // Before the store is asked: if a sweep comes between, the answer is of the time before it.
        let epoch = store.epoch();
        let missing = store.missing(&asked.cids);
        let missing = missing.map_err(|error| Refusal::from(&error))?;
        Ok(Self { missing, epoch })
    }

    /// The body of the answer.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(&Body {
            missing_cids: Some(self.missing.clone()),
            epoch: Some(self.epoch.to_string()),
            ..Body::default()
        })
    }

    /// Reads the body of an answer; one that refuses is the error.
    ///
    /// # Errors
    /// What the other side refused, or as [`Answer::parse`].
    pub fn parse(form: BodyForm, body: &[u8]) -> Result<Self, Refusal> {
        let body: Body = read(form, body)?;
        if body.error.is_some() {
            return match body.into_answer()? {
                Answer::Refused(refusal) => Err(refusal),
                Answer::Accepted(_) => Err(no_answer()),
            };
        }
        let (Some(missing), Some(text)) = (body.missing_cids, body.epoch) else {
            return Err(no_answer());
        };
        let epoch = epoch(&text)?;
        Ok(Self { missing, epoch })
    }
}

impl From<Result<Accepted, Refusal>> for Answer {
    fn from(result: Result<Accepted, Refusal>) -> Self {
        result.map_or_else(Self::Refused, Self::Accepted)
    }
}

impl Refusal {
    /// The body of the answer.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(&Body::from(self))
    }
}

/// An answer as it is written: with `error`, a refusal. One struct for both, because a format that
/// is not self-describing to serde cannot choose between two.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_cids: Option<Vec<Cid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cid: Option<Cid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cids: Option<Vec<Cid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_blocks: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<String>,
}

impl From<&Accepted> for Body {
    fn from(accepted: &Accepted) -> Self {
        Self {
            cids: Some(accepted.cids.clone()),
            blocks: Some(accepted.report.blocks),
            bytes: Some(accepted.report.bytes),
            new_blocks: Some(accepted.report.new_blocks),
            new_bytes: Some(accepted.report.new_bytes),
            epoch: Some(accepted.epoch.to_string()),
            ..Self::default()
        }
    }
}

impl From<&Refusal> for Body {
    fn from(refusal: &Refusal) -> Self {
        let is_missing = refusal.code() == Code::CidNotFound;
        Self {
            error: Some(refusal.code().as_str().to_owned()),
            missing_cids: is_missing.then(|| refusal.missing().to_vec()),
            truncated: refusal.is_truncated().then_some(true),
            message: Some(refusal.message().to_owned()),
            cid: refusal.cid(),
            epoch: refusal.epoch().map(|epoch| epoch.to_string()),
            ..Self::default()
        }
    }
}

impl Body {
    fn into_answer(self) -> Result<Answer, Refusal> {
        let epoch = self.epoch.as_deref().map(epoch).transpose()?;
        let Some(error) = self.error else {
            let (Some(cids), Some(epoch)) = (self.cids, epoch) else {
                return Err(no_answer());
            };
            let report = PutReport {
                blocks: self.blocks.unwrap_or_default(),
                bytes: self.bytes.unwrap_or_default(),
                new_blocks: self.new_blocks.unwrap_or_default(),
                new_bytes: self.new_bytes.unwrap_or_default(),
            };
            return Ok(Answer::Accepted(Accepted {
                cids,
                report,
                epoch,
            }));
        };
        let code: Code = error.parse().unwrap_or(Code::Unknown);
        let mut refusal = Refusal::new(code, self.message.unwrap_or_default());
        if let Some(missing) = self.missing_cids {
            refusal = refusal.with_missing(missing, self.truncated.unwrap_or(false));
        }
        if let Some(cid) = self.cid {
            refusal = refusal.about(cid);
        }
        if let Some(epoch) = epoch {
            refusal = refusal.in_epoch(epoch);
        }
        Ok(Answer::Refused(refusal))
    }
}

#[cold]
fn no_answer() -> Refusal {
    Refusal::new(Code::InvalidRequest, "not an answer to this request")
}

pub(super) fn epoch(text: &str) -> Result<Epoch, Refusal> {
    text.parse().map_err(|error: crate::ParseEpochError| {
        Refusal::new(Code::InvalidRequest, error.to_string())
    })
}

/// Reads what a server wrote.
pub(super) fn read<'b, T: Deserialize<'b>>(form: BodyForm, body: &'b [u8]) -> Result<T, Refusal> {
    match form {
        BodyForm::Json => serde_json::from_slice(body)
            .map_err(|error| Refusal::new(Code::InvalidJson, error.to_string())),
        BodyForm::MessagePack => rmp_serde::from_slice(body)
            .map_err(|error| Refusal::new(Code::InvalidMessagePack, error.to_string())),
    }
}

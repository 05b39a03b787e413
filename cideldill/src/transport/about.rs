//! What a server says of its store and its references (docs/protocol.md section 11).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BodyForm, Refusal, answer};
use crate::cid::Cid;
use crate::store::{BlockStore, Epoch};

/// How much a store has: the answer of `/v1/stats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreStats {
    /// Blocks.
    pub blocks: u64,
    /// Bytes of all blocks.
    pub bytes: u64,
    /// The life of the store.
    pub epoch: Epoch,
}

impl StoreStats {
    /// Asks a store.
    pub fn of(store: &dyn BlockStore) -> Self {
        let stats = store.stats();
        Self {
            blocks: stats.blocks,
            bytes: stats.bytes,
            epoch: store.epoch(),
        }
    }

    /// The body of the answer.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(&StatsBody {
            blocks: self.blocks,
            bytes: self.bytes,
            epoch: self.epoch.to_string(),
        })
    }

    /// Reads the body of an answer.
    ///
    /// # Errors
    /// As [`Answer::parse`](super::Answer::parse).
    pub fn parse(form: BodyForm, body: &[u8]) -> Result<Self, Refusal> {
        let body: StatsBody = answer::read(form, body)?;
        Ok(Self {
            blocks: body.blocks,
            bytes: body.bytes,
            epoch: answer::epoch(&body.epoch)?,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct StatsBody {
    blocks: u64,
    bytes: u64,
    epoch: String,
}

/// All references of a store: the answer of `/v1/refs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefList {
    /// Names, and what they stand for.
    pub refs: BTreeMap<String, Cid>,
}

impl RefList {
    /// The body of the answer.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(self)
    }

    /// Reads the body of an answer.
    ///
    /// # Errors
    /// As [`Answer::parse`](super::Answer::parse).
    pub fn parse(form: BodyForm, body: &[u8]) -> Result<Self, Refusal> {
        answer::read(form, body)
    }
}

/// What one reference stands for: the answer of `/v1/refs/{name}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefCid {
    /// The block; `None` after the reference was removed.
    pub cid: Option<Cid>,
}

impl RefCid {
    /// The body of the answer.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(self)
    }

    /// Reads the body of an answer.
    ///
    /// # Errors
    /// As [`Answer::parse`](super::Answer::parse).
    pub fn parse(form: BodyForm, body: &[u8]) -> Result<Self, Refusal> {
        answer::read(form, body)
    }
}

//! What both ends compare before the first message (docs/protocol.md section 8).

use serde::{Deserialize, Serialize};

use super::{BodyForm, Code, Refusal, RequestLimits, answer};
use crate::cid::Cid;
use crate::codec::{FORMAT_VERSION, Profile};
use crate::store::{BlockStore, Epoch};

/// The version of docs/protocol.md this crate speaks.
pub const PROTOCOL_VERSION: u32 = 1;

/// Names the format and its profiles: two programs with the same fingerprint make the same blocks.
pub fn format_fingerprint() -> String {
    let mut text = format!("cideldill format {FORMAT_VERSION}\n");
    for profile in Profile::ALL {
        text.push_str(&profile.to_string());
        text.push('\n');
    }
    let mut fingerprint = Cid::of(text.as_bytes()).to_string();
    fingerprint.truncate(64);
    fingerprint
}

/// What a server says about itself.
///
/// ```
/// use cideldill::MemoryStore;
/// use cideldill::transport::{Handshake, RequestLimits};
/// let handshake = Handshake::of(&MemoryStore::new(), RequestLimits::default());
/// handshake.check()?; // a server of this version
/// # Ok::<(), cideldill::transport::Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The version of the protocol.
    pub protocol: u32,
    /// The fingerprint of the format.
    pub format: String,
    /// The life of the store.
    pub epoch: Epoch,
    /// What one request may cost.
    pub limits: RequestLimits,
}

impl Handshake {
    /// What a server of this version with this store says.
    pub fn of(store: &dyn BlockStore, limits: RequestLimits) -> Self {
        Self {
            protocol: PROTOCOL_VERSION,
            format: format_fingerprint(),
            epoch: store.epoch(),
            limits,
        }
    }

    /// Whether this program can work with the other one.
    ///
    /// # Errors
    /// [`Code::UnsupportedProtocol`] or [`Code::UnsupportedFormat`].
    pub fn check(&self) -> Result<(), Refusal> {
        check_versions(Some(self.protocol), Some(&self.format))
    }

    /// The body of the answer.
    pub fn to_body(&self, form: BodyForm) -> Vec<u8> {
        form.write(&Body {
            protocol: self.protocol,
            format: self.format.clone(),
            epoch: self.epoch.to_string(),
            limits: self.limits,
        })
    }

    /// Reads what a server said.
    ///
    /// # Errors
    /// [`Code::InvalidJson`], [`Code::InvalidMessagePack`] or [`Code::InvalidRequest`].
    pub fn parse(form: BodyForm, body: &[u8]) -> Result<Self, Refusal> {
        let body: Body = answer::read(form, body)?;
        Ok(Self {
            protocol: body.protocol,
            format: body.format,
            epoch: answer::epoch(&body.epoch)?,
            limits: body.limits,
        })
    }
}

/// Compares what the other end says of itself with this program; what it does not say passes.
///
/// # Errors
/// [`Code::UnsupportedProtocol`] or [`Code::UnsupportedFormat`].
pub fn check_versions(protocol: Option<u32>, format: Option<&str>) -> Result<(), Refusal> {
    if protocol.is_some_and(|version| version != PROTOCOL_VERSION) {
        let message = format!("this is version {PROTOCOL_VERSION} of the protocol");
        return Err(Refusal::new(Code::UnsupportedProtocol, message));
    }
    let own = format_fingerprint();
    if format.is_some_and(|format| format != own) {
        let message = format!("the format here has the fingerprint {own}");
        return Err(Refusal::new(Code::UnsupportedFormat, message));
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Body {
    protocol: u32,
    format: String,
    epoch: String,
    limits: RequestLimits,
}

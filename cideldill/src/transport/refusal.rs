//! Why a request was refused: a stable code, a sentence, and what it is about (docs/protocol.md
//! section 5).

use std::fmt;
use std::str::FromStr;

use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::store::Epoch;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)*) => {
        /// What a refusal is called in every version, and its HTTP status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in an answer.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The HTTP status of an answer with this code.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)*
                }
            }
        }
    };
}

codes! {
    /// Blocks are missing.
    CidNotFound = "cid_not_found", 409;
    /// The body is not JSON.
    InvalidJson = "invalid_json", 400;
    /// The body is not `MessagePack`.
    InvalidMessagePack = "invalid_messagepack", 400;
    /// A value of another kind than the message has there.
    InvalidRequest = "invalid_request", 400;
    /// A key that the message does not have there.
    UnknownKey = "unknown_key", 400;
    /// A key twice.
    DuplicateKey = "duplicate_key", 400;
    /// A key that must be there is not.
    MissingKey = "missing_key", 400;
    /// Not a CID.
    InvalidCid = "invalid_cid", 400;
    /// A component's key is not its `cid`.
    ComponentKey = "component_key", 400;
    /// Not strict base64.
    InvalidBase64 = "invalid_base64", 400;
    /// Not a frame.
    InvalidFrame = "invalid_frame", 400;
    /// Data that has another CID.
    CidMismatch = "cid_mismatch", 400;
    /// Data that is not a block.
    InvalidBlock = "invalid_block", 400;
    /// A component that no object of the request leads to.
    UnlinkedComponent = "unlinked_component", 400;
    /// A body of more bytes than allowed.
    TooLarge = "too_large", 413;
    /// More objects, blocks or CIDs than allowed.
    TooMany = "too_many", 413;
    /// Another version of the protocol.
    UnsupportedProtocol = "unsupported_protocol", 400;
    /// Another format or other profiles.
    UnsupportedFormat = "unsupported_format", 400;
    /// No token, or not the right one.
    Unauthorized = "unauthorized", 401;
    /// A foreign `Host`.
    ForbiddenHost = "forbidden_host", 403;
    /// A foreign `Origin`.
    ForbiddenOrigin = "forbidden_origin", 403;
    /// No such path.
    UnknownRoute = "unknown_route", 404;
    /// The path has other methods.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The request did not come in time.
    Timeout = "timeout", 408;
    /// A ref does not stand for what was expected.
    RefConflict = "ref_conflict", 409;
    /// Neither JSON nor `MessagePack`.
    UnsupportedMediaType = "unsupported_media_type", 415;
    /// What is asked for is no value.
    InvalidValue = "invalid_value", 422;
    /// Not a name of a ref.
    InvalidRef = "invalid_ref", 400;
    /// Too much at once; try again later.
    Busy = "busy", 503;
    /// The store's disk is full or read-only.
    NoSpace = "no_space", 507;
    /// A block in the store does not match its CID.
    Corrupt = "corrupt", 500;
    /// Another failure of the store.
    StoreFailed = "store_failed", 500;
    /// A code of a newer server, which this version does not know.
    Unknown = "unknown", 500;
}

impl FromStr for Code {
    type Err = std::convert::Infallible;

    /// Every text is a code: [`Unknown`](Self::Unknown) if no other.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = Self::ALL.iter().find(|code| code.as_str() == text);
        Ok(code.copied().unwrap_or(Self::Unknown))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that was refused; nothing of it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    code: Code,
    message: String,
    cid: Option<Cid>,
    missing: Vec<Cid>,
    is_truncated: bool,
    epoch: Option<Epoch>,
}

impl Refusal {
    /// A refusal with a sentence for people.
    #[cold]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            cid: None,
            missing: Vec::new(),
            is_truncated: false,
            epoch: None,
        }))
    }

    /// A refusal because these blocks are missing; `is_truncated` if there are more.
    #[cold]
    pub fn missing_blocks(missing: Vec<Cid>, is_truncated: bool) -> Self {
        Self::new(Code::CidNotFound, "send these again with all their data")
            .with_missing(missing, is_truncated)
    }

    pub(super) fn with_missing(mut self, missing: Vec<Cid>, is_truncated: bool) -> Self {
        self.0.missing = missing;
        self.0.is_truncated = is_truncated;
        self
    }

    /// The same about this CID.
    #[must_use]
    pub fn about(mut self, cid: Cid) -> Self {
        self.0.cid = Some(cid);
        self
    }

    /// The same with the epoch of the store that was asked.
    #[must_use]
    pub fn in_epoch(mut self, epoch: Epoch) -> Self {
        self.0.epoch = Some(epoch);
        self
    }

    /// What it is called.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What it says to people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The CID it is about, if one.
    pub fn cid(&self) -> Option<Cid> {
        self.0.cid
    }

    /// The missing CIDs, for [`Code::CidNotFound`].
    pub fn missing(&self) -> &[Cid] {
        &self.0.missing
    }

    /// Whether more are missing than are listed.
    pub fn is_truncated(&self) -> bool {
        self.0.is_truncated
    }

    /// The epoch of the store, if it was asked.
    pub fn epoch(&self) -> Option<Epoch> {
        self.0.epoch
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.message)?;
        if let Some(cid) = self.0.cid {
            write!(f, " ({})", cid.short())?;
        }
        match self.0.missing.as_slice() {
            [] => Ok(()),
            [only] => write!(f, " (1 block: {})", only.short()),
            [first, rest @ ..] => {
                write!(f, " ({} blocks: {} ..)", rest.len() + 1, first.short())
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// What the store said, as an answer.
impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        let message = error.to_string();
        match error.kind() {
            ErrorKind::Missing { cid } => Self::missing_blocks(vec![*cid], false),
            ErrorKind::Corrupt { expected, .. } => {
                Self::new(Code::Corrupt, message).about(*expected)
            }
            ErrorKind::NoSpace { .. } => Self::new(Code::NoSpace, message),
            ErrorKind::ReferenceName { .. } => Self::new(Code::InvalidRef, message),
            ErrorKind::ReferenceConflict { found, .. } => {
                let refusal = Self::new(Code::RefConflict, message);
                match found {
                    Some(cid) => refusal.about(*cid),
                    None => refusal,
                }
            }
            // Paths and causes are for this machine's log, not for who asked.
            _ => Self::new(Code::StoreFailed, "the store failed"),
        }
    }
}

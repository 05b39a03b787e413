//! What can go wrong with a value, its bytes or its blocks: one opaque error with a kind, the place
//! inside the value, and the cause.

use std::error::Error as StdError;
use std::fmt;

use crate::cid::Cid;
use crate::path::{Path, Segment};

/// The cause of an error, as the code that failed gave it.
pub type Source = Box<dyn StdError + Send + Sync>;

/// What went wrong. Matched through [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value that cannot be recorded.
    #[error("{type_name} cannot be recorded: {reason}")]
    Unsupported {
        /// The type.
        type_name: &'static str,
        /// Why not, and what to do instead.
        reason: &'static str,
    },
    /// A `RefCell` that is mutably borrowed, or a lock that is held.
    #[error("{type_name} is in use while it is recorded")]
    InUse {
        /// The type.
        type_name: &'static str,
    },
    /// A lock whose holder panicked.
    #[error("{type_name} is poisoned")]
    Poisoned {
        /// The type.
        type_name: &'static str,
    },
    /// A part that alone says too little: it leads into a cycle that was entered elsewhere.
    #[error("a part of the cycle {}: load the value that holds it", cid.short())]
    PartOfCycle {
        /// The block of the cycle.
        cid: Cid,
    },
    /// A value with a cycle changed while it was recorded: it is looked at twice.
    #[error("the value changed while it was recorded")]
    ChangedWhileEncoding,
    /// Two keys of one map or set are equal.
    #[error("two keys are equal: {key}")]
    DuplicateKey {
        /// The key as text, shortened.
        key: String,
    },
    /// Two fields of one record have the same name.
    #[error("two fields are named `{name}`")]
    DuplicateField {
        /// The name.
        name: String,
    },
    /// More than the format can hold in one place.
    #[error("{what} is too large for one block")]
    TooLarge {
        /// What it is.
        what: &'static str,
    },
    /// A function of the user (`state`, `restore`, `constructor`, `with`, a reducer, serde) refused.
    #[error("{what} refused the value of type {type_name}")]
    Refused {
        /// Which function.
        what: &'static str,
        /// The type it was to make or take apart.
        type_name: &'static str,
    },
    /// No reducer is registered for this type.
    #[error("no reducer is registered for {type_name}: call `register_reducer` first")]
    NoReducer {
        /// The type.
        type_name: &'static str,
    },
    /// Data under a reducer that this program did not register.
    #[error("no reducer is registered under the name `{name}`: call `register_reducer` first")]
    UnknownReducer {
        /// The name in the data.
        name: String,
    },
    /// A registration that another one contradicts.
    #[error("a reducer for {type_name}, or under the name `{name}`, is registered already")]
    ReducerConflict {
        /// The type.
        type_name: &'static str,
        /// The name.
        name: String,
    },
    /// A registered name that the registry's [`Policy`](crate::Policy) does not let act: of a
    /// reducer, a function or a type behind a trait.
    #[error("the policy does not allow `{name}` of {type_name}")]
    Denied {
        /// The type.
        type_name: &'static str,
        /// The name.
        name: String,
    },
    /// A function that this program did not register.
    #[error("no function `{name}` is registered, as `{type_name}`: call `register_function` first")]
    UnknownFunction {
        /// Its name.
        name: String,
        /// The type asked for.
        type_name: &'static str,
    },
    /// A function of another type or signature than the one asked for.
    #[error("the function `{name}` is asked for as `{expected}`, found as `{found}`")]
    WrongSignature {
        /// Its name.
        name: String,
        /// The type asked for, or the signature in the registry.
        expected: String,
        /// The type in the registry, or the signature in the data.
        found: String,
    },
    /// A second function under one name.
    #[error("a function named `{name}` is registered already")]
    FunctionConflict {
        /// The name.
        name: String,
    },
    /// A type behind a trait that has no name there.
    #[error("{type_name} is not registered for `{trait_name}`: call `register_dyn` first")]
    NoDyn {
        /// The type.
        type_name: &'static str,
        /// The trait object.
        trait_name: &'static str,
    },
    /// A name that this program registered no type for.
    #[error("no type is registered as `{name}`, for `{trait_name}`: call `register_dyn` first")]
    UnknownDyn {
        /// The name in the data.
        name: String,
        /// The trait object asked for.
        trait_name: &'static str,
    },
    /// The name of a type that is not registered for the trait asked for.
    #[error("`{name}` is {type_name}, which is registered for another trait than `{trait_name}`")]
    WrongTrait {
        /// The name in the data.
        name: String,
        /// The type with this name.
        type_name: &'static str,
        /// The trait object asked for.
        trait_name: &'static str,
    },
    /// A registration for a trait that another one contradicts.
    #[error("{type_name}, or the name `{name}`, is registered for `{trait_name}` already")]
    DynConflict {
        /// The type.
        type_name: &'static str,
        /// The trait object.
        trait_name: &'static str,
        /// The name.
        name: String,
    },
    /// An interned type was asked for by itself: it is loaded as the `Arc` that this program has.
    #[error("{type_name} is interned: load an `Arc` of it")]
    Interned {
        /// The type.
        type_name: &'static str,
    },
    /// A function of the user panicked. What it said is the [source](StdError::source), if it said
    /// something.
    #[error("{what} of {type_name} panicked")]
    Panicked {
        /// Which function.
        what: &'static str,
        /// The type it was to make or take apart.
        type_name: &'static str,
    },

    /// Bytes that no encoder writes.
    #[error("malformed block: {reason}, at byte {offset}")]
    Malformed {
        /// What is wrong.
        reason: &'static str,
        /// Where, in bytes from the start of the block.
        offset: usize,
    },
    /// A format version or profile that this program does not know, or not here.
    #[error("first byte {found:#04x}: not a format version and profile that is known here")]
    Version {
        /// The first byte of the block.
        found: u8,
    },
    /// Another type of value than the one asked for.
    #[error("expected {expected}, found {found}")]
    WrongKind {
        /// The desc or tag asked for.
        expected: String,
        /// The desc or tag found.
        found: String,
    },
    /// A number that does not fit the type asked for, a sequence of another length than the array's,
    /// and the like.
    #[error("{what} is out of range for {type_name}")]
    OutOfRange {
        /// What was read.
        what: &'static str,
        /// The type asked for.
        type_name: &'static str,
    },
    /// A field that the type needs and the data does not have.
    #[error("the data has no field `{name}` of `{tag}`")]
    MissingField {
        /// The type or variant.
        tag: String,
        /// The field.
        name: String,
    },
    /// A variant that the enum does not have.
    #[error("`{tag}` is not a variant of this program's enum")]
    UnknownVariant {
        /// The tag in the data.
        tag: String,
    },
    /// A placeholder was asked for as the value it stands for.
    #[error("a placeholder for {type_name} stands here ({reason}): its value was not recorded")]
    Placeholder {
        /// The type as written.
        type_name: String,
        /// Why it was not recorded.
        reason: String,
    },
    /// Data beyond a limit of [`Limits`](crate::Limits).
    #[error("more than the limit of {limit} {what}; `Limits` can raise it")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// The limit.
        limit: u64,
    },

    /// A block that is not there.
    #[error("block {cid} is missing")]
    Missing {
        /// Its name.
        cid: Cid,
    },
    /// A block whose bytes do not match its CID.
    #[error("block {expected} is corrupt: its bytes have the cid {actual}")]
    Corrupt {
        /// The name it is kept under.
        expected: Cid,
        /// The CID of the bytes found.
        actual: Cid,
    },

    /// A directory that is not a store, and not empty.
    #[error("{path} is not a store: it has no marker of ours")]
    NotAStore {
        /// The directory.
        path: String,
    },
    /// A store that another process has open.
    #[error("{path} is locked by {holder}")]
    Locked {
        /// The directory.
        path: String,
        /// Who has it open, as far as it can be told.
        holder: String,
    },
    /// No space left, or a read-only disk.
    #[error("{path} cannot be written: {reason}")]
    NoSpace {
        /// The directory.
        path: String,
        /// Full or read-only.
        reason: &'static str,
    },
    /// A store that is broken or of an unknown version.
    #[error("the store in {path} cannot be read: {reason}")]
    Unreadable {
        /// The directory.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A name that stands for no block.
    #[error("the store has no reference named `{name}`")]
    UnknownReference {
        /// The name.
        name: String,
    },
    /// A name that a reference cannot have; see [`is_reference_name`](crate::is_reference_name).
    #[error(
        "{} is not a name of a reference: 1 to 255 bytes without control characters",
        crate::store::shown(name)
    )]
    ReferenceName {
        /// The name.
        name: String,
    },
    /// A name that does not stand for what it was expected to.
    #[error("the reference `{name}` stands for {}", short(*found))]
    ReferenceConflict {
        /// The name.
        name: String,
        /// What it stands for.
        found: Option<Cid>,
    },
    /// An archive that is not one, or is cut off.
    #[error("malformed archive: {reason}, at byte {offset}")]
    Archive {
        /// What is wrong.
        reason: &'static str,
        /// Where, in bytes from the start of the archive.
        offset: u64,
    },
    /// A block of an archive that is named in another way than ours are.
    #[error(
        "a block of codec {codec:#x} and hash {hash:#x}, at byte {offset} of the archive: \
         only raw blocks (0x55) under a SHA-512 (0x13) are known"
    )]
    ForeignBlock {
        /// Its multicodec.
        codec: u64,
        /// Its multihash.
        hash: u64,
        /// Where, in bytes from the start of the archive.
        offset: u64,
    },
    /// A file or stream beside the store that cannot be read or written.
    #[error("could not {action}")]
    Io {
        /// What was to be done.
        action: &'static str,
    },
    /// Another failure of the store's backend.
    #[error("the store failed while it was to {action}")]
    Backend {
        /// What it was doing.
        action: &'static str,
    },
}

fn short(cid: Option<Cid>) -> String {
    cid.map_or_else(|| "nothing".into(), |cid| cid.short())
}

/// An error with its [kind](Self::kind), the [place](Self::path) inside the value, and its cause.
///
/// Prints as `<kind> at root.items[3].conn`; the cause is in [`source`](StdError::source).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// Innermost step first: an error is built from the inside out.
    steps: Vec<Segment>,
    source: Option<Source>,
    /// More of the same value, where all were asked for (`explain`), and how many steps there were
    /// here when each was added: those that came later are further out, and lead to both.
    others: Vec<(usize, Error)>,
}

impl Error {
    /// An error of this kind, at the root.
    #[cold]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            steps: Vec::new(),
            source: None,
            others: Vec::new(),
        }))
    }

    /// The same with its cause.
    #[cold]
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Where in the value.
    pub fn path(&self) -> Path {
        self.0.steps.iter().rev().cloned().collect()
    }

    /// The same error seen from one step further out.
    #[cold]
    #[must_use]
    pub fn within(mut self, step: Segment) -> Self {
        self.0.steps.push(step);
        self
    }

    /// This and further errors of the same value as one.
    pub(crate) fn and(mut self, others: impl IntoIterator<Item = Self>) -> Self {
        let n_steps = self.0.steps.len();
        let others = others.into_iter().map(|other| (n_steps, other));
        self.0.others.extend(others);
        self
    }

    /// Each error by itself, with its path: they share the steps that they were added before.
    pub(crate) fn into_all(self) -> Vec<(Path, Self)> {
        let mut all = Vec::new();
        let mut waiting = vec![(Path::root(), self)];
        while let Some((mut path, mut error)) = waiting.pop() {
            let mut outwards = std::mem::take(&mut error.0.steps);
            while let Some((n_steps, other)) = error.0.others.pop() {
                let inwards = outwards.drain(n_steps..).rev();
                inwards.for_each(|step| path.push(step));
                waiting.push((path.clone(), other));
            }
            outwards.into_iter().rev().for_each(|step| path.push(step));
            all.push((path, error));
        }
        all
    }

    /// The same error seen from the holder of the field.
    #[cold]
    #[must_use]
    pub fn in_field(self, name: &'static str) -> Self {
        self.within(Segment::Field(name.into()))
    }

    /// The same error seen from the holder of the element.
    #[cold]
    #[must_use]
    pub fn in_index(self, index: u64) -> Self {
        self.within(Segment::Index(index))
    }
}

impl Drop for Inner {
    /// One by one: what is refused at every level is an error inside the one around it.
    fn drop(&mut self) {
        let mut waiting = std::mem::take(&mut self.others);
        while let Some((_, mut error)) = waiting.pop() {
            waiting.append(&mut error.0.others);
        }
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)?;
        if self.0.steps.is_empty() {
            return Ok(());
        }
        write!(f, " at root{}", self.path())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("path", &self.path().to_string())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

//! Errors as data: what they say, what caused them, and where, if that is asked for.

use std::backtrace::Backtrace;
use std::error::Error as StdError;
use std::fmt;

/// Causes kept of one error: a chain can be a circle.
const MAX_CAUSES: usize = 100;

/// An error as data: its message, its chain of causes, the names of types where they are known, the
/// text of a backtrace if it is to be recorded.
///
/// Most errors cannot be recorded themselves, least of all a `dyn Error`; one that derives
/// `Debuggable` needs none of this. What is recorded follows from what the error prints: equal texts,
/// equal CIDs. A [backtrace](Self::with_backtrace) is kept beside it and is not recorded, because it
/// names addresses and lines, unless [`record_backtrace`](Self::record_backtrace) says so.
///
/// ```
/// use cideldill::{CapturedError, decode, encode};
///
/// let error = "12x".parse::<u32>().unwrap_err();
/// let captured = CapturedError::of(&error);
/// assert_eq!(captured.message(), "invalid digit found in string");
/// assert_eq!(captured.type_name(), Some("std::num::ParseIntError"));
/// let encoded = encode(&captured)?;
/// assert_eq!(decode::<CapturedError>(encoded.root(), &encoded)?, captured);
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CapturedError {
    pub(crate) recorded: Recorded,
    /// The text of a backtrace that is not recorded.
    pub(crate) aside: Option<String>,
}

/// What the data has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) message: String,
    pub(crate) type_name: Option<String>,
    /// Each with its message and type.
    pub(crate) causes: Vec<(String, Option<String>)>,
    pub(crate) backtrace: Option<String>,
}

impl CapturedError {
    /// Captures an error, with its causes.
    ///
    /// The types of the standard library's errors are recognised; of another one say the type by
    /// [`with_type_name`](Self::with_type_name). Of a chain of more than 100 causes the first 100 are
    /// kept, and one that says so.
    pub fn of(error: &(dyn StdError + 'static)) -> Self {
        let of = |error: &(dyn StdError + 'static)| {
            (error.to_string(), type_of(error).map(ToOwned::to_owned))
        };
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            if causes.len() == MAX_CAUSES {
                causes.push(("and further causes".to_owned(), None));
                break;
            }
            causes.push(of(cause));
            next = cause.source();
        }
        let (message, type_name) = of(error);
        Self {
            recorded: Recorded {
                message,
                type_name,
                causes,
                backtrace: None,
            },
            aside: None,
        }
    }

    /// The same with the name of the error's type, which is recorded: a name that stays.
    #[must_use]
    pub fn with_type_name(mut self, name: impl Into<String>) -> Self {
        self.recorded.type_name = Some(name.into());
        self
    }

    /// The same with the text of a backtrace beside it, which is not recorded.
    #[must_use]
    pub fn with_backtrace(mut self, backtrace: &Backtrace) -> Self {
        self.aside = Some(backtrace.to_string());
        self
    }

    /// Puts the text of the backtrace into the data, and so into the CID: errors that were captured
    /// at two places, or by two builds, then differ.
    #[must_use]
    pub fn record_backtrace(mut self) -> Self {
        if let Some(text) = self.aside.take() {
            self.recorded.backtrace = Some(text);
        }
        self
    }

    /// What the error printed.
    pub fn message(&self) -> &str {
        &self.recorded.message
    }

    /// The name of its type, if it is known.
    pub fn type_name(&self) -> Option<&str> {
        self.recorded.type_name.as_deref()
    }

    /// Its causes, the nearest first: message, and name of the type if it is known.
    pub fn causes(&self) -> impl ExactSizeIterator<Item = (&str, Option<&str>)> {
        let causes = self.recorded.causes.iter();
        causes.map(|(message, type_name)| (message.as_str(), type_name.as_deref()))
    }

    /// The text of the backtrace, recorded or not.
    pub fn backtrace(&self) -> Option<&str> {
        let text = self.recorded.backtrace.as_deref();
        text.or(self.aside.as_deref())
    }
}

/// What is not recorded makes no difference.
impl PartialEq for CapturedError {
    fn eq(&self, other: &Self) -> bool {
        self.recorded == other.recorded
    }
}

impl Eq for CapturedError {}

/// Prints the message and its causes, with `: ` between them.
impl fmt::Display for CapturedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        self.causes()
            .try_for_each(|(cause, _)| write!(f, ": {cause}"))
    }
}

impl StdError for CapturedError {}

/// The type of an error, if it is one of the standard library's or ours.
fn type_of(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    macro_rules! known {
        ($($type:ty: $name:literal),* $(,)?) => {
            $(if error.is::<$type>() {
                return Some($name);
            })*
        };
    }
    known!(
        std::io::Error: "std::io::Error",
        std::fmt::Error: "std::fmt::Error",
        std::num::ParseIntError: "std::num::ParseIntError",
        std::num::ParseFloatError: "std::num::ParseFloatError",
        std::num::TryFromIntError: "std::num::TryFromIntError",
        std::str::ParseBoolError: "std::str::ParseBoolError",
        std::str::Utf8Error: "std::str::Utf8Error",
        std::string::FromUtf8Error: "std::string::FromUtf8Error",
        std::char::ParseCharError: "std::char::ParseCharError",
        std::array::TryFromSliceError: "std::array::TryFromSliceError",
        std::net::AddrParseError: "std::net::AddrParseError",
        std::env::VarError: "std::env::VarError",
        std::time::SystemTimeError: "std::time::SystemTimeError",
        std::sync::mpsc::RecvError: "std::sync::mpsc::RecvError",
    );
    if error.is::<crate::Error>() {
        return Some("cideldill::Error");
    }
    None
}

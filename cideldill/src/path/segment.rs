//! One step, and names as they are shown.

use std::borrow::Cow;
use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// A field of a struct or variant, by name; of a tuple or tuple struct by number (`.0`).
    Field(Cow<'static, str>),
    /// An element of a sequence or set, counted from 0.
    Index(u64),
    /// The value under a key of a map, the key as text (`["name"]`, `[7]`, `[(1, 2)]`).
    Key(String),
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) if is_plain(name) => write!(f, ".{name}"),
            Self::Field(name) => write!(f, ".[{name:?}]"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// A field's name as it is shown: in quotes if it could be taken for something else.
pub(crate) fn shown_field(name: &str) -> Cow<'_, str> {
    if is_plain(name) {
        name.into()
    } else {
        format!("{name:?}").into()
    }
}

/// A name as it is shown: in quotes if there is something in it that is not printed as it stands, such
/// as what moves a terminal's cursor or turns the direction of writing.
pub(crate) fn shown_name(name: &str) -> Cow<'_, str> {
    if is_printed(name) {
        name.into()
    } else {
        format!("{name:?}").into()
    }
}

/// Whether a field's name needs no quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(is_odd) && is_printed(name)
}

/// Whether quoting a name adds nothing but the quotes.
fn is_printed(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_word) || format!("{name:?}").len() == name.len() + 2
}

pub(super) fn is_odd(c: char) -> bool {
    matches!(c, '.' | '[' | ']' | '"' | '\\') || c.is_whitespace() || c.is_control()
}

//! Where something is inside a value: `.lines[3].price`, `.index["key"]`.
//!
//! A [`Path`] is data about a value, not a query language: each [`Segment`] takes one step. Errors
//! and differences carry one, and [`Value::at`](crate::Value::at) follows one.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

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

/// The steps from a root to a part of it, outermost first.
///
/// ```
/// use cideldill::{Path, Segment};
/// let path: Path = [Segment::Field("lines".into()), Segment::Index(3)].into_iter().collect();
/// assert_eq!(path.to_string(), ".lines[3]");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The path of the root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// This path and one step more.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Takes the last step away.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// Whether this is the root itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
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

/// How many steps are printed at each end of a very long path.
const SHOWN_AT_EACH_END: usize = 24;

impl fmt::Display for Path {
    /// A very long path is shortened in the middle; `{:#}` prints all of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0.len();
        if n <= 2 * SHOWN_AT_EACH_END || f.alternate() {
            return self.0.iter().try_for_each(|segment| segment.fmt(f));
        }
        self.0[..SHOWN_AT_EACH_END]
            .iter()
            .try_for_each(|segment| segment.fmt(f))?;
        write!(f, " .. {} steps .. ", n - 2 * SHOWN_AT_EACH_END)?;
        self.0[n - SHOWN_AT_EACH_END..]
            .iter()
            .try_for_each(|segment| segment.fmt(f))
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

fn is_odd(c: char) -> bool {
    matches!(c, '.' | '[' | ']' | '"' | '\\') || c.is_whitespace() || c.is_control()
}

/// Why a text is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePathError {
    /// A step starts with `.` or `[`.
    #[error("expected `.name` or `[index or key]` at byte {at}")]
    Step {
        /// Where, in bytes from the start.
        at: usize,
    },
    /// A `.` without a name, or a quoted name that is none.
    #[error("expected a field's name at byte {at}; odd ones are written `.[\"so\"]`")]
    Name {
        /// Where, in bytes from the start.
        at: usize,
    },
    /// A `[` that is not closed, or with nothing in it.
    #[error("expected an index or key and then `]` after byte {at}")]
    Bracket {
        /// Where it stands, in bytes from the start.
        at: usize,
    },
}

impl FromStr for Path {
    type Err = ParsePathError;

    /// What [`Display`](fmt::Display) prints in full. `[7]` is always an index, which finds the key 7
    /// too.
    ///
    /// ```
    /// use cideldill::{Path, Segment};
    /// let path: Path = r#".lines[3]["a ] b"].["odd name"]"#.parse()?;
    /// assert_eq!(path.segments()[2], Segment::Key(r#""a ] b""#.into()));
    /// assert_eq!(path.segments()[3], Segment::Field("odd name".into()));
    /// # Ok::<(), cideldill::ParsePathError>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, ParsePathError> {
        let mut path = Self::root();
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let (segment, len) = if rest.starts_with(".[") {
                let (inner, len) = bracket(text, at + 1)?;
                let name = unquote(inner).ok_or(ParsePathError::Name { at: at + 2 })?;
                (Segment::Field(name.into()), len + 1)
            } else if let Some(rest) = rest.strip_prefix('.') {
                let name = &rest[..rest.find(is_odd).unwrap_or(rest.len())];
                if name.is_empty() {
                    return Err(ParsePathError::Name { at: at + 1 });
                }
                (Segment::Field(name.to_owned().into()), name.len() + 1)
            } else if rest.starts_with('[') {
                let (inner, len) = bracket(text, at)?;
                let index = inner.parse().ok();
                let is_index = |index: &u64| index.to_string() == inner;
                let segment = match index.filter(is_index) {
                    Some(index) => Segment::Index(index),
                    None => Segment::Key(inner.into()),
                };
                (segment, len)
            } else {
                return Err(ParsePathError::Step { at });
            };
            path.push(segment);
            at += len;
        }
        Ok(path)
    }
}

/// What stands in the brackets that open at a place, and the length with them. Brackets inside nest;
/// those in quotes do not count.
fn bracket(text: &str, at: usize) -> Result<(&str, usize), ParsePathError> {
    let mut depth = 0_usize;
    let mut chars = text[at..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            '"' => skip_quoted(&mut chars, '"'),
            '\'' => skip_quoted(&mut chars, '\''),
            _ => {}
        }
        if depth == 0 {
            return match &text[at + 1..at + offset] {
                "" => Err(ParsePathError::Bracket { at }),
                inner if c == ']' => Ok((inner, offset + 1)),
                _ => Err(ParsePathError::Bracket { at }),
            };
        }
    }
    Err(ParsePathError::Bracket { at })
}

fn skip_quoted(chars: &mut impl Iterator<Item = (usize, char)>, quote: char) {
    while let Some((_, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            c if c == quote => return,
            _ => {}
        }
    }
}

/// The text that was quoted with the escapes of Rust.
fn unquote(quoted: &str) -> Option<String> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'u' => {
                    let rest = chars.as_str().strip_prefix('{')?;
                    let (digits, after) = rest.split_once('}')?;
                    chars = after.chars();
                    char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
                }
                c @ ('"' | '\'' | '\\') => c,
                _ => return None,
            }),
            '"' => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

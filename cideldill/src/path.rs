//! Where something is inside a value: `.lines[3].price`, `.index["key"]`.
//!
//! A [`Path`] is data about a value, not a query language: each [`Segment`] takes one step. Errors
//! and differences carry one, and [`Value::at`](crate::Value::at) follows one.

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
            Self::Field(name) => write!(f, ".{name}"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// How many steps are printed at each end of a very long path.
const SHOWN_AT_EACH_END: usize = 24;

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0.len();
        if n <= 2 * SHOWN_AT_EACH_END {
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

//! A path from its text.

use std::str::FromStr;

use super::Path;
use super::segment::{Segment, is_odd};

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

    /// What [`Display`](std::fmt::Display) prints in full. `[7]` is always an index, which finds the key 7
    /// too.
    ///
    /// ```
    /// use cideldill::{Path, Segment};
    /// let path: Path = r#".lines[3]["a ] b"].["odd name"]"#.parse()?;
    /// assert_eq!(path.segments()[2], &Segment::Key(r#""a ] b""#.into()));
    /// assert_eq!(path.segments()[3], &Segment::Field("odd name".into()));
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

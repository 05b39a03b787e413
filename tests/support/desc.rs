//! The grammar of descs (section 2).

use std::fmt;

/// The most characters a desc has, a `%` in front not counted.
pub const MAX_LENGTH: usize = 4_096;
/// The most letters that one letter of a desc stands inside.
pub const MAX_NESTING: usize = 63;

/// Why a text is not a desc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDesc {
    /// It does not follow the grammar.
    Grammar,
    /// It is longer or deeper than allowed.
    Limit,
}

impl fmt::Display for BadDesc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grammar => "a desc that does not follow the grammar",
            Self::Limit => "a desc over its limits",
        })
    }
}

/// Exactly one desc and nothing after it.
///
/// # Errors
/// If it is anything else.
pub fn check(text: &str) -> Result<(), BadDesc> {
    match split_first(text)? {
        (_, "") => Ok(()),
        _ => Err(BadDesc::Grammar),
    }
}

/// The descs of a concatenation, which needs no separators because they are a prefix code.
///
/// # Errors
/// If one of them is not a desc.
pub fn split(mut text: &str) -> Result<Vec<&str>, BadDesc> {
    let mut descs = Vec::new();
    while !text.is_empty() {
        let (first, rest) = split_first(text)?;
        descs.push(first);
        text = rest;
    }
    Ok(descs)
}

/// The first desc of a concatenation and what follows it.
///
/// # Errors
/// If the text does not start with a desc.
pub fn split_first(text: &str) -> Result<(&str, &str), BadDesc> {
    let end = end_of(text.as_bytes(), 0, 0)?;
    if end > MAX_LENGTH {
        return Err(BadDesc::Limit);
    }
    Ok(text.split_at(end))
}

/// Where the desc that starts at `at` ends; `open` counts what encloses it.
fn end_of(text: &[u8], at: usize, open: usize) -> Result<usize, BadDesc> {
    if open > MAX_NESTING {
        return Err(BadDesc::Limit);
    }
    let inner = at + 1;
    match text.get(at) {
        Some(
            b'B' | b'H' | b'I' | b'L' | b'Q' | b'b' | b'h' | b'i' | b'l' | b'q' | b'f' | b'd'
            | b't' | b'c' | b's' | b'y' | b'n' | b'@' | b'*' | b'w',
        ) => Ok(inner),
        Some(b'[') if text.get(inner) == Some(&b'B') => Err(BadDesc::Grammar),
        Some(b'?' | b'[' | b'<') => end_of(text, inner, open + 1),
        Some(b'{') => {
            let value = end_of(text, inner, open + 1)?;
            end_of(text, value, open + 1)
        }
        Some(b'(') => {
            let mut next = end_of(text, inner, open + 1)?;
            while text.get(next) != Some(&b')') {
                next = end_of(text, next, open + 1)?;
            }
            Ok(next + 1)
        }
        _ => Err(BadDesc::Grammar),
    }
}

/// The bytes one element of a packed sequence of these takes, if such a sequence is packed
/// (section 3).
pub fn packed_width(element: &str) -> Option<usize> {
    match element {
        "b" => Some(1),
        "H" | "h" => Some(2),
        "I" | "i" | "f" => Some(4),
        "L" | "l" | "d" => Some(8),
        "Q" | "q" => Some(16),
        _ => None,
    }
}

/// Whether a present option of these is wrapped, so that it differs from an absent one.
pub fn is_wrapped(inner: &str) -> bool {
    inner.starts_with('?') || inner == "n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concatenation_splits_without_separators() {
        assert_eq!(
            split("L[s{s?@(nn*)<Q*?w").unwrap(),
            ["L", "[s", "{s?@", "(nn*)", "<Q", "*", "?w"]
        );
        assert_eq!(split("").unwrap(), Vec::<&str>::new());
    }

    #[test]
    fn what_the_grammar_does_not_know_is_refused() {
        for text in [
            "", "[B", "()", "(L", "L)", "%[s", "[%s", "{s", "?", "LL", "A", "[", "!L", "~L", "x",
            "[x", "{se", "($)",
        ] {
            assert_eq!(check(text), Err(BadDesc::Grammar), "{text}");
        }
    }

    #[test]
    fn the_limits_hold_for_one_desc_not_for_a_list_of_them() {
        let longest = format!("({})", "L".repeat(MAX_LENGTH - 2));
        assert_eq!(check(&longest), Ok(()));
        assert_eq!(check(&format!("({longest})")), Err(BadDesc::Limit));
        assert_eq!(split(&longest.repeat(3)).unwrap().len(), 3);
        let deepest = format!("{}L", "?".repeat(MAX_NESTING));
        assert_eq!(check(&deepest), Ok(()));
        assert_eq!(check(&format!("?{deepest}")), Err(BadDesc::Limit));
    }
}

//! Type descriptions: which kind of value stands somewhere, as a short prefix code.
//!
//! A [`Desc`] is the constant a Rust type has; on the wire and in dynamic values it is text, which
//! [`DescText`] checks and takes apart. Implements docs/format.md section 2.

use std::fmt;
use std::sync::Arc;

/// The longest desc, in bytes.
pub(crate) const MAX_DESC_BYTES: usize = 4096;
/// The deepest nesting of a desc.
pub(crate) const MAX_DESC_DEPTH: usize = 64;

/// The type description of a Rust type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desc {
    /// A kind without parts, by its letter.
    Leaf(u8),
    /// `@` of a type that has this name wherever it stands (docs/format.md section 10.3).
    Record(&'static str),
    /// `?`
    Option(&'static Desc),
    /// `[`
    Sequence(&'static Desc),
    /// `{`
    Map(&'static Desc, &'static Desc),
    /// `<`
    Set(&'static Desc),
    /// `(`
    Tuple(&'static [&'static Desc]),
}

impl Desc {
    /// `@`, a struct or a variant of an enum; of which type only the value says.
    pub const RECORD: &'static Self = &Self::Leaf(b'@');
    /// `s`
    pub const STRING: &'static Self = &Self::Leaf(b's');
    /// `y`
    pub const BYTES: &'static Self = &Self::Leaf(b'y');
    /// `n`
    pub const UNIT: &'static Self = &Self::Leaf(b'n');
    /// `*`
    pub const ANY: &'static Self = &Self::Leaf(b'*');
    /// `w`
    pub const WEAK: &'static Self = &Self::Leaf(b'w');

    /// The first character.
    pub(crate) const fn letter(&self) -> u8 {
        match self {
            Self::Leaf(letter) => *letter,
            Self::Record(_) => b'@',
            Self::Option(_) => b'?',
            Self::Sequence(_) => b'[',
            Self::Map(..) => b'{',
            Self::Set(_) => b'<',
            Self::Tuple(_) => b'(',
        }
    }

    /// Whether a present option of this is wrapped: its own form may be nil.
    pub(crate) const fn is_wrapped_in_option(&self) -> bool {
        matches!(self.letter(), b'?' | b'n')
    }

    /// Whether a value of this costs so much that a call through a pointer is nothing beside it.
    pub(crate) const fn is_container(&self) -> bool {
        match self {
            Self::Option(inner) => inner.is_container(),
            Self::Sequence(_) => self.packed_letter().is_none(),
            _ => matches!(self.letter(), b'{' | b'<' | b'*'),
        }
    }

    /// The same for many values one after the other.
    pub(crate) const fn is_composite(&self) -> bool {
        match self {
            Self::Option(inner) => inner.is_composite(),
            Self::Tuple(parts) => {
                let mut number = 0;
                while number < parts.len() && !parts[number].is_composite() {
                    number += 1;
                }
                number < parts.len()
            }
            _ => self.is_container() || self.letter() == b'@',
        }
    }

    /// The letter of the numbers of which this is a packed sequence or byte string, if it is one.
    pub(crate) const fn packed_letter(&self) -> Option<u8> {
        match self {
            Self::Leaf(b'y') => Some(b'B'),
            Self::Sequence(Self::Leaf(letter)) if packed_width(*letter).is_some() => Some(*letter),
            _ => None,
        }
    }

    /// Appends the text.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.letter());
        match self {
            Self::Leaf(_) | Self::Record(_) => {}
            Self::Option(inner) | Self::Sequence(inner) | Self::Set(inner) => inner.write(out),
            Self::Map(key, value) => {
                key.write(out);
                value.write(out);
            }
            Self::Tuple(parts) => {
                parts.iter().for_each(|part| part.write(out));
                out.push(b')');
            }
        }
    }

    /// The rest of `text` after this desc, if it starts with it.
    pub(crate) fn strip<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let (first, rest) = text.split_first()?;
        if *first != self.letter() {
            return None;
        }
        match self {
            Self::Leaf(_) | Self::Record(_) => Some(rest),
            Self::Option(inner) | Self::Sequence(inner) | Self::Set(inner) => inner.strip(rest),
            Self::Map(key, value) => value.strip(key.strip(rest)?),
            Self::Tuple(parts) => parts
                .iter()
                .try_fold(rest, |rest, part| part.strip(rest))?
                .strip_prefix(b")"),
        }
    }

    /// Whether `text` is exactly this desc.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        self.strip(text).is_some_and(<[u8]>::is_empty)
    }

    /// The text.
    pub(crate) fn to_text(self) -> DescText {
        let mut text = Vec::new();
        self.write(&mut text);
        DescText(text.into())
    }
}

impl fmt::Display for Desc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_text().fmt(f)
    }
}

/// The bytes of one element in a packed sequence, for the letters whose sequences are packed.
pub(crate) const fn packed_width(letter: u8) -> Option<usize> {
    match letter {
        b'b' => Some(1),
        b'H' | b'h' => Some(2),
        b'I' | b'i' | b'f' => Some(4),
        b'L' | b'l' | b'd' => Some(8),
        b'Q' | b'q' => Some(16),
        _ => None,
    }
}

/// Whether a link may stand for a value with this desc.
pub(crate) fn is_linkable(desc: &[u8]) -> bool {
    match desc {
        [b'@' | b's' | b'y' | b'*' | b'[' | b'{' | b'<' | b'(', ..] => true,
        [b'?', inner, ..] => matches!(inner, b'?' | b'n') || is_linkable(&desc[1..]),
        _ => false,
    }
}

/// A desc as text that was checked: it follows the grammar and is within its limits.
///
/// Cheap to clone. ASCII.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DescText(Arc<[u8]>);

impl DescText {
    /// The desc, if `text` is exactly one.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        is_desc(text).then(|| Self(text.into()))
    }

    /// The desc of text that was checked before.
    pub(crate) fn from_checked(text: &[u8]) -> Self {
        Self(text.into())
    }

    /// The characters.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for DescText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for DescText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether `text` is exactly one desc within the limits.
pub(crate) fn is_desc(text: &[u8]) -> bool {
    text.len() <= MAX_DESC_BYTES && first_len(text) == Some(text.len())
}

/// The length of the first desc in a concatenation, if there is one within the nesting limit.
pub(crate) fn first_len(text: &[u8]) -> Option<usize> {
    first_len_within(text, MAX_DESC_DEPTH)
}

fn first_len_within(text: &[u8], depth: usize) -> Option<usize> {
    let depth = depth.checked_sub(1)?;
    let after = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        first_len_within(rest, depth).map(|len| from + len)
    };
    match text.first()? {
        b'B' | b'H' | b'I' | b'L' | b'Q' | b'b' | b'h' | b'i' | b'l' | b'q' | b'f' | b'd'
        | b't' | b'c' | b's' | b'y' | b'n' | b'@' | b'*' | b'w' => Some(1),
        b'[' if text.get(1) == Some(&b'B') => None,
        b'?' | b'[' | b'<' => after(1),
        b'{' => after(after(1)?),
        b'(' => {
            let mut at = after(1)?;
            while text.get(at) != Some(&b')') {
                at = after(at)?;
            }
            Some(at + 1)
        }
        _ => None,
    }
}

/// Splits a concatenation of descs. Ends early at text that is no desc; checked text never is.
pub(crate) fn split(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (first, rest) = text.split_at_checked(first_len(text)?)?;
        text = rest;
        Some(first)
    })
}

/// Whether `text` is a concatenation of descs.
pub(crate) fn is_concatenation(text: &[u8]) -> bool {
    split(text).map(<[u8]>::len).sum::<usize>() == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concatenation_splits_without_separators() {
        let parts: Vec<_> = split(b"L{s[@(?Bs)*").collect();
        assert_eq!(parts, [b"L".as_slice(), b"{s[@", b"(?Bs)", b"*"]);
    }

    #[test]
    fn only_the_grammar_passes() {
        for good in [
            "L", "??n", "[[@", "{s{L@", "<(BB)", "(((s)))", "?*", "w", "[?w",
        ] {
            assert!(is_desc(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "[", "[B", "{s", "()", "(s", "s)", "ss", "%s", "z", "e", "x", "$", "{sx", "!",
            "~@", "?",
        ] {
            assert!(!is_desc(bad.as_bytes()), "{bad}");
        }
        assert!(is_desc(&[&[b'?'; 63][..], b"L"].concat()));
        assert!(!is_desc(&[&[b'?'; 64][..], b"L"].concat()));
    }

    #[test]
    fn constants_and_texts_agree() {
        let desc = Desc::Map(
            Desc::STRING,
            &Desc::Tuple(&[&Desc::Option(Desc::UNIT), &Desc::Sequence(Desc::RECORD)]),
        );
        assert_eq!(desc.to_string(), "{s(?n[@)");
        assert!(desc.is(b"{s(?n[@)"));
        assert!(!desc.is(b"{s(?n[@"));
        assert!(!desc.is(b"{s(?n[@)s"));
    }
}

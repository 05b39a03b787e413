//! Shapes: the tag, field types and field names of a struct or variant.
//!
//! [`Shape`] is the constant the derive writes; [`ShapeText`] is the same read from a block or made
//! for a dynamic value. Implements docs/format.md section 4.

use std::sync::Arc;

use crate::desc::{self, Desc, DescText};

/// The shape of a derived struct or variant, with what a reader accepts in its place.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// `Struct`, or `Enum::Variant`.
    pub tag: &'static str,
    /// The version of the type; 0 is written as none.
    pub version: u32,
    /// One for each field.
    pub types: &'static [&'static Desc],
    /// One for each field, or none at all for a tuple struct, tuple variant or unit.
    pub names: &'static [&'static str],
    /// Older tags that are read as this shape.
    pub tag_aliases: &'static [&'static str],
    /// Older field names, each with the number of the field.
    pub aliases: &'static [(&'static str, usize)],
}

impl Shape {
    /// Whether there is a field that costs so much that a call is nothing beside it.
    pub(crate) const fn has_container(&self) -> bool {
        let mut number = 0;
        while number < self.types.len() && !self.types[number].is_container() {
            number += 1;
        }
        number < self.types.len()
    }

    /// The name of a field as a path says it.
    pub(crate) fn field_name(&self, field: usize) -> std::borrow::Cow<'static, str> {
        match self.names.get(field) {
            Some(name) => (*name).into(),
            None => field.to_string().into(),
        }
    }

    /// The same as owned text.
    pub(crate) fn to_text(self) -> ShapeText {
        ShapeText(Arc::new(Parts {
            tag: self.tag.into(),
            version: self.version,
            types: self.types.iter().map(|desc| desc.to_text()).collect(),
            names: self.names.iter().map(|name| (*name).into()).collect(),
        }))
    }
}

/// A shape as read from a block. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ShapeText(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Parts {
    tag: Box<str>,
    version: u32,
    types: Box<[DescText]>,
    names: Box<[Box<str>]>,
}

impl ShapeText {
    /// A shape, if there are no names or one a field, all different.
    pub(crate) fn new(
        tag: &str,
        version: u32,
        types: Vec<DescText>,
        names: Vec<Box<str>>,
    ) -> Option<Self> {
        if !names.is_empty() && (names.len() != types.len() || has_repeats(&names)) {
            return None;
        }
        Some(Self(Arc::new(Parts {
            tag: tag.into(),
            version,
            types: types.into(),
            names: names.into(),
        })))
    }

    /// `Struct`, or `Enum::Variant`.
    pub(crate) fn tag(&self) -> &str {
        &self.0.tag
    }

    /// The version of the type; 0 if it has none.
    pub(crate) fn version(&self) -> u32 {
        self.0.version
    }

    /// The fields' descs.
    pub(crate) fn types(&self) -> &[DescText] {
        &self.0.types
    }

    /// The fields' names; none for a tuple struct, tuple variant or unit.
    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.names.iter().map(|name| &**name)
    }

    /// The number of fields.
    pub(crate) fn len(&self) -> usize {
        self.0.types.len()
    }

    /// The name of a field as a path says it.
    pub(crate) fn field_name(&self, field: usize) -> String {
        match self.0.names.get(field) {
            Some(name) => name.to_string(),
            None => field.to_string(),
        }
    }
}

/// Whether two of the names are equal. Sorts when there are many, so that hostile shapes stay cheap.
fn has_repeats(names: &[Box<str>]) -> bool {
    let mut sorted: Vec<&str> = names.iter().map(|name| &**name).collect();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

/// Appends the bytes of a shape: array of tag, types, names.
pub(crate) fn write_shape<'s>(
    out: &mut Vec<u8>,
    tag: &str,
    version: u32,
    types: impl Iterator<Item = DescRef<'s>>,
    names: impl ExactSizeIterator<Item = &'s str>,
) {
    use crate::codec::write;
    write::array_header(out, 2 + names.len() as u64);
    if version == 0 {
        write::string(out, tag);
    } else {
        write::array_header(out, 2);
        write::string(out, tag);
        write::unsigned(out, u64::from(version));
    }
    let mut text = Vec::new();
    for desc in types {
        match desc {
            DescRef::Constant(desc) => desc.write(&mut text),
            DescRef::Text(desc) => text.extend_from_slice(desc),
        }
    }
    write::string_header(out, text.len() as u64);
    out.extend_from_slice(&text);
    names.for_each(|name| write::string(out, name));
}

/// A desc in one of its two forms.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DescRef<'d> {
    Constant(&'static Desc),
    Text(&'d [u8]),
}

impl DescRef<'_> {
    pub(crate) fn letter(self) -> u8 {
        match self {
            Self::Constant(desc) => desc.letter(),
            Self::Text(text) => text.first().copied().unwrap_or_default(),
        }
    }

    /// As text of its own.
    pub(crate) fn to_text(self) -> DescText {
        match self {
            Self::Constant(desc) => desc.to_text(),
            Self::Text(text) => DescText::from_checked(text),
        }
    }

    /// Whether a present option with this desc is wrapped.
    pub(crate) fn wraps_in_option(self) -> bool {
        match self {
            Self::Constant(Desc::Option(inner)) => inner.is_wrapped_in_option(),
            Self::Constant(_) => false,
            Self::Text(text) => matches!(text, [b'?', b'?' | b'n', ..]),
        }
    }

    /// Whether `text` is exactly this desc.
    pub(crate) fn is(self, text: &[u8]) -> bool {
        match self {
            Self::Constant(desc) => desc.is(text),
            Self::Text(desc) => desc == text,
        }
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Constant(desc) => desc.write(out),
            Self::Text(text) => out.extend_from_slice(text),
        }
    }
}

impl std::fmt::Display for DescRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Constant(desc) => desc.fmt(f),
            Self::Text(text) => f.write_str(&String::from_utf8_lossy(text)),
        }
    }
}

/// Whether `types` is a concatenation of descs, each within its limits.
pub(crate) fn are_types(types: &[u8]) -> bool {
    desc::is_concatenation(types) && desc::split(types).all(|d| d.len() <= desc::MAX_DESC_BYTES)
}

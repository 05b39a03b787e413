//! The composites a tree is made of.
//!
//! Their parts are private, so that a tree always follows its types: whoever makes one goes through
//! `build` or `decode`, which check.

use super::tree::{Child, Value, Values};
use crate::cid::Cid;
use crate::desc::{self, DescText};
use crate::shape::ShapeText;

/// Values and the desc of what holds them.
#[derive(Clone, PartialEq)]
pub(crate) struct Typed {
    pub(super) desc: DescText,
    pub(super) children: Values,
}

#[expect(
    clippy::unnecessary_box_returns,
    reason = "a tree holds these boxed, so that a value stays small"
)]
impl Typed {
    pub(super) fn new(desc: DescText, children: impl Into<Box<[Value]>>) -> Box<Self> {
        Box::new(Self {
            desc,
            children: Values::new(children),
        })
    }

    pub(super) fn around(&self, children: Vec<Value>) -> Box<Self> {
        Self::new(self.desc.clone(), children)
    }

    /// The desc without its first character.
    fn inner(&self) -> &[u8] {
        self.desc.as_bytes().get(1..).unwrap_or_default()
    }

    /// The descs of keys and values.
    pub(super) fn entry_descs(&self) -> (&[u8], &[u8]) {
        let entry = self.inner();
        let key_len = desc::first_len(entry).unwrap_or(entry.len());
        entry.split_at_checked(key_len).unwrap_or_default()
    }
}

/// An option.
#[derive(Clone, PartialEq)]
pub struct OptionValue {
    pub(super) desc: DescText,
    pub(super) child: Child,
}

impl OptionValue {
    /// What it holds.
    pub fn get(&self) -> Option<&Value> {
        self.child.get()
    }

    /// The type description of what it holds or would hold.
    pub fn inner_desc(&self) -> &str {
        text(self.desc.as_bytes().get(1..).unwrap_or_default())
    }

    pub(crate) fn into_inner(mut self) -> Option<Value> {
        self.child.take()
    }

    pub(super) fn around(&self, value: Option<Value>) -> Self {
        Self {
            desc: self.desc.clone(),
            child: Child::new(value),
        }
    }
}

/// A sequence.
#[derive(Clone, PartialEq)]
pub struct SequenceValue(pub(super) Box<Typed>);

impl SequenceValue {
    /// The elements in order.
    pub fn items(&self) -> &[Value] {
        self.0.children.as_slice()
    }

    /// The type description of an element.
    pub fn element_desc(&self) -> &str {
        text(self.0.inner())
    }
}

/// A map.
#[derive(Clone, PartialEq)]
pub struct MapValue(pub(super) Box<Typed>);

impl MapValue {
    /// Keys and values, ascending by key.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&Value, &Value)> {
        let (pairs, _) = self.0.children.as_slice().as_chunks();
        pairs.iter().map(|[key, value]| (key, value))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.children.as_slice().len() / 2
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under a key.
    pub fn get(&self, key: &Value) -> Option<&Value> {
        let (pairs, _) = self.0.children.as_slice().as_chunks::<2>();
        let found = pairs.iter().find(|[found, _]| found == key);
        found.map(|[_, value]| value)
    }

    /// The type description of a key.
    pub fn key_desc(&self) -> &str {
        text(self.0.entry_descs().0)
    }

    /// The type description of a value.
    pub fn value_desc(&self) -> &str {
        text(self.0.entry_descs().1)
    }
}

/// A set.
#[derive(Clone, PartialEq)]
pub struct SetValue(pub(super) Box<Typed>);

impl SetValue {
    /// The elements, ascending.
    pub fn items(&self) -> &[Value] {
        self.0.children.as_slice()
    }

    /// The type description of an element.
    pub fn element_desc(&self) -> &str {
        text(self.0.inner())
    }
}

/// A tuple.
#[derive(Clone, PartialEq)]
pub struct TupleValue(pub(super) Box<Typed>);

impl TupleValue {
    /// The parts in order.
    pub fn parts(&self) -> &[Value] {
        self.0.children.as_slice()
    }

    pub(crate) fn into_parts(mut self) -> Box<[Value]> {
        self.0.children.take()
    }

    /// The descs of the parts, one after the other.
    pub(super) fn types(&self) -> &[u8] {
        let inner = self.0.inner();
        inner.strip_suffix(b")").unwrap_or(inner)
    }
}

/// A struct or a variant of an enum.
#[derive(Clone, PartialEq)]
pub struct RecordValue {
    pub(super) shape: ShapeText,
    pub(super) children: Values,
}

impl RecordValue {
    /// `Struct`, or `Enum::Variant`.
    pub fn tag(&self) -> &str {
        self.shape.tag()
    }

    /// The version of the type; 0 if it has none.
    pub fn version(&self) -> u32 {
        self.shape.version()
    }

    /// The names of the fields in order; none for a tuple struct, tuple variant or unit.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.shape.names()
    }

    /// The type descriptions of the fields in order.
    pub fn field_descs(&self) -> impl ExactSizeIterator<Item = &str> {
        self.shape.types().iter().map(|desc| text(desc.as_bytes()))
    }

    /// The fields in order.
    pub fn fields(&self) -> &[Value] {
        self.children.as_slice()
    }

    /// The field with this name, or with this number where there are no names.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let number = if self.shape.names().len() == 0 {
            name.parse().ok()
        } else {
            self.shape.names().position(|found| found == name)
        };
        self.fields().get(number?)
    }

    pub(crate) fn shape(&self) -> &ShapeText {
        &self.shape
    }

    pub(crate) fn into_fields(mut self) -> Box<[Value]> {
        self.children.take()
    }

    pub(super) fn around(&self, children: Vec<Value>) -> Self {
        Self {
            shape: self.shape.clone(),
            children: Values::new(children),
        }
    }
}

/// A value that says its own type.
#[derive(Clone, PartialEq)]
pub struct AnyValue {
    pub(super) child: Child,
}

impl AnyValue {
    /// The value.
    pub fn get(&self) -> &Value {
        // The one there is was put in when this was made; it is only taken to be dropped.
        self.child.get().unwrap_or(&Value::Unit)
    }

    pub(crate) fn into_inner(mut self) -> Value {
        self.child.take().unwrap_or(Value::Unit)
    }
}

/// A part that was not loaded: the block it stands in, and its type.
#[derive(Clone, PartialEq)]
pub struct LinkValue(pub(super) Box<(Cid, DescText)>);

impl LinkValue {
    pub(crate) fn new(cid: Cid, desc: DescText) -> Self {
        Self(Box::new((cid, desc)))
    }

    /// The block.
    pub fn cid(&self) -> Cid {
        self.0.0
    }

    /// The type description of the value in it.
    pub fn desc(&self) -> &str {
        text(self.0.1.as_bytes())
    }

    pub(crate) fn desc_text(&self) -> &DescText {
        &self.0.1
    }
}

impl Value {
    /// An unloaded part.
    pub(crate) fn link(cid: Cid, desc: DescText) -> Self {
        Self::Link(LinkValue::new(cid, desc))
    }

    /// The type description (docs/format.md section 2): which kind of value this is, and of what.
    pub fn desc(&self) -> &str {
        text(self.desc_bytes())
    }

    pub(crate) fn desc_bytes(&self) -> &[u8] {
        match self {
            Self::Unit => b"n",
            Self::Bool(_) => b"t",
            Self::Char(_) => b"c",
            Self::U8(_) => b"B",
            Self::U16(_) => b"H",
            Self::U32(_) => b"I",
            Self::U64(_) => b"L",
            Self::U128(_) => b"Q",
            Self::I8(_) => b"b",
            Self::I16(_) => b"h",
            Self::I32(_) => b"i",
            Self::I64(_) => b"l",
            Self::I128(_) => b"q",
            Self::F32(_) => b"f",
            Self::F64(_) => b"d",
            Self::String(_) => b"s",
            Self::Bytes(_) => b"y",
            Self::Record(_) => b"@",
            Self::Any(_) => b"*",
            Self::Option(option) => option.desc.as_bytes(),
            Self::Sequence(SequenceValue(typed))
            | Self::Map(MapValue(typed))
            | Self::Set(SetValue(typed))
            | Self::Tuple(TupleValue(typed)) => typed.desc.as_bytes(),
            Self::Link(link) => link.0.1.as_bytes(),
            Self::Weak(_) => b"w",
            Self::Pointer(pointer) => pointer.desc().as_bytes(),
            Self::Part(part) => part.desc_bytes(),
            Self::Cell(cell) => cell.desc_bytes(),
        }
    }
}

/// Descs are ASCII.
pub(super) fn text(desc: &[u8]) -> &str {
    std::str::from_utf8(desc).unwrap_or_default()
}

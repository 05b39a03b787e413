//! Trees made by hand: each constructor checks the types of the parts it is given.

use std::cmp::Ordering;

use super::order::compare;
use super::parts::{
    MapValue, OptionValue, RecordValue, SequenceValue, SetValue, TupleValue, Typed,
};
use super::tree::{Child, Value, Values};
use crate::desc::{self, Desc, DescText};
use crate::encoded::{decode_with, encode_quickly};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::path::Segment;
use crate::reduce::Reduce;
use crate::shape::ShapeText;

impl Value {
    /// The tree of a typed value.
    ///
    /// ```
    /// use cideldill::Value;
    /// assert_eq!(Value::of(&vec![Some(1_u8), None])?.to_string(), "[Some(1), None]");
    /// # Ok::<(), cideldill::Error>(())
    /// ```
    ///
    /// # Errors
    /// What in the value cannot be recorded, with the path to it.
    pub fn of<T: Reduce + ?Sized>(value: &T) -> Result<Self, Error> {
        let encoded = encode_quickly(value)?;
        decode_with(encoded.root(), &encoded, Limits::unlimited())
    }

    /// Bytes: a sequence of `u8`.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// A present option: of the value's type, or of any (`*`) if that is nested as deeply as a type
    /// description can be.
    ///
    /// # Errors
    /// None today; the result leaves room for more types.
    pub fn some(value: Self) -> Result<Self, Error> {
        let value = value.without_any();
        let inner = common_desc(std::iter::once(&value));
        let desc = desc_of(&[b"?", inner.as_bytes()])?;
        let child = Child::new(Some(value));
        Ok(Self::Option(OptionValue { desc, child }))
    }

    /// An absent option of a type.
    ///
    /// # Errors
    /// [`ErrorKind::WrongKind`] if `desc` is no type description.
    pub fn none(desc: &str) -> Result<Self, Error> {
        check_desc(desc)?;
        let desc = desc_of(&[b"?", desc.as_bytes()])?;
        let child = Child::default();
        Ok(Self::Option(OptionValue { desc, child }))
    }

    /// A struct or variant (`Enum::Variant`) with named fields.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateField`].
    pub fn record<N: Into<String>>(
        tag: &str,
        fields: impl IntoIterator<Item = (N, Self)>,
    ) -> Result<Self, Error> {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (name, value) in fields {
            names.push(name.into().into_boxed_str());
            values.push(value.without_any());
        }
        let repeated = repeated_name(&names);
        record_of(tag, names, values).ok_or_else(|| {
            let name = repeated.unwrap_or_default();
            ErrorKind::DuplicateField { name }.into()
        })
    }

    /// A tuple struct, tuple variant or unit.
    pub fn tuple_record(tag: &str, fields: impl IntoIterator<Item = Self>) -> Self {
        let fields = fields.into_iter().map(Self::without_any).collect();
        // Without names there are none to be equal.
        record_of(tag, Vec::new(), fields).unwrap_or(Self::Unit)
    }

    /// A tuple; the unit if there are no parts.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the type is nested more deeply than a type description can be.
    pub fn tuple(parts: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let parts: Vec<Self> = parts.into_iter().map(Self::without_any).collect();
        if parts.is_empty() {
            return Ok(Self::Unit);
        }
        let types: Vec<u8> = parts.iter().flat_map(|p| p.desc_bytes().to_vec()).collect();
        let desc = desc_of(&[b"(", &types, b")"])?;
        Ok(Self::Tuple(TupleValue(Typed::new(desc, parts))))
    }

    /// A sequence of elements of one type; of any type (`*`) if they differ, if there are none, or if
    /// theirs is nested as deeply as a type description can be.
    ///
    /// # Errors
    /// None today; the result leaves room for more types.
    pub fn sequence(items: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let items: Vec<Self> = items.into_iter().collect();
        let desc = common_desc(items.iter());
        Self::sequence_of(&desc, items)
    }

    /// A sequence of elements of this type. Elements of type `B` (`u8`) make [`Value::Bytes`].
    ///
    /// # Errors
    /// [`ErrorKind::WrongKind`] with the place of the first element of another type, or if `element`
    /// is no type description.
    pub fn sequence_of(
        element: &str,
        items: impl IntoIterator<Item = Self>,
    ) -> Result<Self, Error> {
        check_desc(element)?;
        let items = items.into_iter().map(Self::without_any).collect::<Vec<_>>();
        let places = items.iter().enumerate();
        check_all(element, places.map(|(i, item)| (item, index(i))))?;
        if element == "B" {
            let bytes = items.iter().map(|item| match item {
                Self::U8(byte) => *byte,
                _ => 0,
            });
            return Ok(Self::Bytes(bytes.collect()));
        }
        let desc = desc_of(&[b"[", element.as_bytes()])?;
        Ok(Self::Sequence(SequenceValue(Typed::new(desc, items))))
    }

    /// A map, its entries in any order; the types are found as in [`sequence`](Self::sequence).
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateKey`].
    pub fn map(entries: impl IntoIterator<Item = (Self, Self)>) -> Result<Self, Error> {
        let entries: Vec<_> = entries.into_iter().collect();
        let key = common_desc(entries.iter().map(|(key, _)| key));
        let mut value = common_desc(entries.iter().map(|(_, value)| value));
        if key.len() + value.len() >= desc::MAX_DESC_BYTES {
            value = Desc::ANY.to_string();
        }
        Self::map_of(&key, &value, entries)
    }

    /// A map with keys and values of these types, its entries in any order.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateKey`], or [`ErrorKind::WrongKind`] with the place of the first key or
    /// value of another type, or if `key` or `value` is no type description.
    pub fn map_of(
        key: &str,
        value: &str,
        entries: impl IntoIterator<Item = (Self, Self)>,
    ) -> Result<Self, Error> {
        check_desc(key)?;
        check_desc(value)?;
        let mut entries: Vec<_> = entries
            .into_iter()
            .map(|(key, value)| (key.without_any(), value.without_any()))
            .collect();
        let places = entries.iter().enumerate();
        check_all(key, places.map(|(i, (key, _))| (key, index(i))))?;
        let by_key = |key: &Self| Segment::Key(super::key_text(key));
        check_one(value, entries.iter().map(|(_, value)| value)).map_err(|(at, error)| {
            match entries.get(at) {
                Some((key, _)) => error.within(by_key(key)),
                None => error,
            }
        })?;
        sort(&mut entries, |(key, _)| key)?;
        let desc = desc_of(&[b"{", key.as_bytes(), value.as_bytes()])?;
        let children: Vec<Self> = entries.into_iter().flat_map(<[Self; 2]>::from).collect();
        Ok(Self::Map(MapValue(Typed::new(desc, children))))
    }

    /// A set, its elements in any order; the type is found as in [`sequence`](Self::sequence).
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateKey`].
    pub fn set(items: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let items: Vec<Self> = items.into_iter().collect();
        let desc = common_desc(items.iter());
        Self::set_of(&desc, items)
    }

    /// A set of elements of this type, in any order.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateKey`], or [`ErrorKind::WrongKind`] with the place of the first element
    /// of another type, or if `element` is no type description.
    pub fn set_of(element: &str, items: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        check_desc(element)?;
        let mut items = items.into_iter().map(Self::without_any).collect::<Vec<_>>();
        let places = items.iter().enumerate();
        check_all(element, places.map(|(i, item)| (item, index(i))))?;
        sort(&mut items, |item| item)?;
        let desc = desc_of(&[b"<", element.as_bytes()])?;
        Ok(Self::Set(SetValue(Typed::new(desc, items))))
    }

    /// Inside others an any is nothing by itself.
    fn without_any(self) -> Self {
        match self {
            Self::Any(any) => any.into_inner(),
            value => value,
        }
    }
}

fn record_of(tag: &str, names: Vec<Box<str>>, values: Vec<Value>) -> Option<Value> {
    let types: Option<Vec<DescText>> = values
        .iter()
        .map(|value| DescText::parse(value.desc_bytes()))
        .collect();
    let shape = ShapeText::new(tag, 0, types?, names)?;
    Some(Value::Record(RecordValue {
        shape,
        children: Values::new(values),
    }))
}

fn repeated_name(names: &[Box<str>]) -> Option<String> {
    let mut sorted: Vec<&str> = names.iter().map(|name| &**name).collect();
    sorted.sort_unstable();
    let mut pairs = sorted.windows(2);
    let pair = pairs.find(|pair| pair.first() == pair.last())?;
    pair.first().map(|name| (*name).to_owned())
}

/// The desc of these parts, each a desc, one after the other. Only the limits can be in the way.
fn desc_of(parts: &[&[u8]]) -> Result<DescText, Error> {
    let desc = DescText::parse(&parts.concat());
    desc.ok_or_else(|| {
        let what = "a type description";
        ErrorKind::TooLarge { what }.into()
    })
}

fn check_desc(given: &str) -> Result<(), Error> {
    if desc::is_desc(given.as_bytes()) {
        return Ok(());
    }
    Err(ErrorKind::WrongKind {
        expected: "a type description".into(),
        found: given.into(),
    }
    .into())
}

/// The desc that all have, or `*` if they differ or it would take their holder's over the limits
/// (docs/format.md section 10.1).
fn common_desc<'v>(mut values: impl Iterator<Item = &'v Value>) -> String {
    let Some(first) = values.next() else {
        return Desc::ANY.to_string();
    };
    // Every holder adds one letter in front.
    let fits = desc::is_desc(&[b"?", first.desc_bytes()].concat());
    if fits && values.all(|value| value.desc_bytes() == first.desc_bytes()) {
        return first.desc().to_owned();
    }
    Desc::ANY.to_string()
}

fn index(number: usize) -> Segment {
    Segment::Index(number as u64)
}

fn check_all<'v>(
    expected: &str,
    values: impl Iterator<Item = (&'v Value, Segment)> + Clone,
) -> Result<(), Error> {
    let checked = check_one(expected, values.clone().map(|(value, _)| value));
    checked.map_err(|(at, error)| match { values }.nth(at) {
        Some((_, place)) => error.within(place),
        None => error,
    })
}

/// Checks that all values have the desc; else says which has not.
fn check_one<'v>(
    expected: &str,
    values: impl Iterator<Item = &'v Value>,
) -> Result<(), (usize, Error)> {
    if expected == "*" {
        return Ok(());
    }
    for (at, value) in values.enumerate() {
        if value.desc() != expected {
            let kind = ErrorKind::WrongKind {
                expected: expected.into(),
                found: value.desc().into(),
            };
            return Err((at, kind.into()));
        }
    }
    Ok(())
}

/// Puts keys in order. Where an unloaded part stands in a key they must already be.
fn sort<T>(items: &mut [T], key: impl Fn(&T) -> &Value) -> Result<(), Error> {
    let order = |a: &T, b: &T| compare(key(a), key(b));
    let mut pairs = items.windows(2);
    let is_sorted = pairs.all(|pair| match pair {
        [a, b] => order(a, b).is_none_or(Ordering::is_lt),
        _ => true,
    });
    if is_sorted {
        return Ok(());
    }
    if items.iter().any(|item| has_link(key(item))) {
        return Err(ErrorKind::Unsupported {
            type_name: "a key with an unloaded part",
            reason: "its order among other keys is not known: load it first",
        }
        .into());
    }
    items.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
    let mut pairs = items.windows(2);
    let equal = pairs.find_map(|pair| match pair {
        [a, b] if order(a, b) == Some(Ordering::Equal) => Some(super::key_text(key(a))),
        _ => None,
    });
    match equal {
        Some(key) => Err(ErrorKind::DuplicateKey { key }.into()),
        None => Ok(()),
    }
}

/// Whether a part of it is not loaded.
pub(crate) fn has_link(value: &Value) -> bool {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        let is_again = matches!(value, Value::Pointer(pointer) if pointer.content().is_none());
        if is_again || matches!(value, Value::Link(_) | Value::Part(_)) {
            return true;
        }
        waiting.extend(value.children());
    }
    false
}

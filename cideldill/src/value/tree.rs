//! The tree, and how it is dropped, cloned and compared without recursion.

use super::equal::is_equal;
use super::parts::{
    AnyValue, LinkValue, MapValue, OptionValue, RecordValue, SequenceValue, SetValue, TupleValue,
};
use super::pointer::{CellValue, PartValue, PointerValue, WeakValue};

/// A value without its Rust type: what a block graph says, as a tree.
///
/// Made by loading ([`decode`](crate::decode), [`Value::shallow`]), from a typed value
/// ([`Value::of`]), or by hand ([`Value::record`] and its neighbours). It encodes to the same CID as
/// the typed value did. Composites check at their making that their parts have the types they say,
/// so a tree is always encodable.
///
/// ```
/// use cideldill::{Value, compute_cid};
/// let order = Value::record("Order", [("id", Value::from(7_u64)), ("note", Value::from("none"))])?;
/// assert_eq!(order.to_string(), "Order { id: 7, note: \"none\" }");
/// assert_eq!(order.at_str(".id")?, Some(&Value::U64(7)));
/// assert_eq!(compute_cid(&Value::of(&(1_u8, 'x'))?)?, compute_cid(&(1_u8, 'x'))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Two values are equal if they encode alike: floats by their bits, `1_u8` is not `1_u16`, and pointers
/// are the same in one where they are in the other.
#[derive(Clone)]
#[non_exhaustive]
pub enum Value {
    /// `()`
    Unit,
    /// `bool`
    Bool(bool),
    /// `char`
    Char(char),
    /// `u8`
    U8(u8),
    /// `u16`
    U16(u16),
    /// `u32`
    U32(u32),
    /// `u64` and `usize`
    U64(u64),
    /// `u128`
    U128(u128),
    /// `i8`
    I8(i8),
    /// `i16`
    I16(i16),
    /// `i32`
    I32(i32),
    /// `i64` and `isize`
    I64(i64),
    /// `i128`
    I128(i128),
    /// `f32`
    F32(f32),
    /// `f64`
    F64(f64),
    /// Text.
    String(String),
    /// Bytes: also every sequence of `u8`.
    Bytes(Vec<u8>),
    /// An option, with the type it has when it holds something.
    Option(OptionValue),
    /// A sequence, with the type of its elements.
    Sequence(SequenceValue),
    /// A map, ascending by key.
    Map(MapValue),
    /// A set, ascending.
    Set(SetValue),
    /// A tuple of one part or more.
    Tuple(TupleValue),
    /// A struct or a variant of an enum.
    Record(RecordValue),
    /// A value that says its own type, alone. Only ever the root of what was loaded: inside others a
    /// part that may be of any type stands as itself.
    Any(AnyValue),
    /// A part in a block of its own that was not loaded.
    Link(LinkValue),
    /// A shared pointer that others name.
    Pointer(PointerValue),
    /// A weak pointer.
    Weak(WeakValue),
    /// The content of a cell through which a cycle closes.
    Cell(CellValue),
    /// A pointer into a cycle that was loaded without its other names.
    Part(PartValue),
}

// Trees hold one of these for every byte of some sequences.
const _: () = assert!(std::mem::size_of::<Value>() <= 32);

/// Values that something holds.
#[derive(Default)]
pub(crate) struct Values(Box<[Value]>);

/// One value that something may hold.
#[derive(Default)]
pub(crate) struct Child(Option<Box<Value>>);

impl Values {
    pub(crate) fn new(values: impl Into<Box<[Value]>>) -> Self {
        Self(values.into())
    }

    pub(crate) fn as_slice(&self) -> &[Value] {
        &self.0
    }

    pub(crate) fn take(&mut self) -> Box<[Value]> {
        std::mem::take(&mut self.0)
    }

    fn as_mut_slice(&mut self) -> &mut [Value] {
        &mut self.0
    }
}

impl Child {
    pub(crate) fn new(value: Option<Value>) -> Self {
        Self(value.map(Box::new))
    }

    pub(crate) fn get(&self) -> Option<&Value> {
        self.0.as_deref()
    }

    pub(crate) fn take(&mut self) -> Option<Value> {
        self.0.take().map(|value| *value)
    }

    fn as_slice(&self) -> &[Value] {
        self.get().map(std::slice::from_ref).unwrap_or_default()
    }

    fn as_mut_slice(&mut self) -> &mut [Value] {
        let value = self.0.as_deref_mut();
        value.map(std::slice::from_mut).unwrap_or_default()
    }
}

impl Value {
    /// The values it holds: elements, fields, keys and values in turn.
    pub(crate) fn children(&self) -> &[Value] {
        match self {
            Self::Option(option) => option.child.as_slice(),
            Self::Any(any) => any.child.as_slice(),
            Self::Pointer(pointer) => pointer.child().as_slice(),
            Self::Cell(cell) => cell.child().as_slice(),
            Self::Sequence(sequence) => sequence.0.children.as_slice(),
            Self::Map(map) => map.0.children.as_slice(),
            Self::Set(set) => set.0.children.as_slice(),
            Self::Tuple(tuple) => tuple.0.children.as_slice(),
            Self::Record(record) => record.children.as_slice(),
            _ => &[],
        }
    }

    /// The values it holds, to be changed.
    pub(super) fn children_mut(&mut self) -> &mut [Value] {
        match self {
            Self::Option(option) => option.child.as_mut_slice(),
            Self::Any(any) => any.child.as_mut_slice(),
            Self::Pointer(pointer) => pointer.child_mut().as_mut_slice(),
            Self::Cell(cell) => cell.child_mut().as_mut_slice(),
            Self::Sequence(sequence) => sequence.0.children.as_mut_slice(),
            Self::Map(map) => map.0.children.as_mut_slice(),
            Self::Set(set) => set.0.children.as_mut_slice(),
            Self::Tuple(tuple) => tuple.0.children.as_mut_slice(),
            Self::Record(record) => record.children.as_mut_slice(),
            _ => &mut [],
        }
    }

    /// Moves the values it holds to the end of a list.
    pub(crate) fn take_children(&mut self, into: &mut Vec<Self>) {
        let children = match self {
            Self::Option(option) => return into.extend(option.child.take()),
            Self::Any(any) => return into.extend(any.child.take()),
            Self::Pointer(pointer) => return into.extend(pointer.child_mut().take()),
            Self::Cell(cell) => return into.extend(cell.child_mut().take()),
            Self::Sequence(sequence) => &mut sequence.0.children,
            Self::Map(map) => &mut map.0.children,
            Self::Set(set) => &mut set.0.children,
            Self::Tuple(tuple) => &mut tuple.0.children,
            Self::Record(record) => &mut record.children,
            _ => return,
        };
        into.extend(children.take());
    }

    /// The same composite around other values. Gives nothing for what holds none.
    fn around(&self, children: Vec<Self>) -> Option<Self> {
        Some(match self {
            Self::Option(option) => Self::Option(option.around(children.into_iter().next())),
            Self::Any(_) => Self::Any(AnyValue {
                child: Child::new(children.into_iter().next()),
            }),
            Self::Pointer(pointer) => Self::Pointer(pointer.around(children.into_iter().next())),
            Self::Cell(cell) => Self::Cell(cell.around(children.into_iter().next())),
            Self::Sequence(sequence) => Self::Sequence(SequenceValue(sequence.0.around(children))),
            Self::Map(map) => Self::Map(MapValue(map.0.around(children))),
            Self::Set(set) => Self::Set(SetValue(set.0.around(children))),
            Self::Tuple(tuple) => Self::Tuple(TupleValue(tuple.0.around(children))),
            Self::Record(record) => Self::Record(record.around(children)),
            _ => return None,
        })
    }

    /// Whether it says which pointers are the same.
    pub(super) fn is_identity(&self) -> bool {
        matches!(
            self,
            Self::Pointer(_) | Self::Weak(_) | Self::Cell(_) | Self::Part(_)
        )
    }

    /// Whether two values agree in everything but what they hold.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unit, Self::Unit) | (Self::Any(_), Self::Any(_)) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Char(a), Self::Char(b)) => a == b,
            (Self::U8(a), Self::U8(b)) => a == b,
            (Self::U16(a), Self::U16(b)) => a == b,
            (Self::U32(a), Self::U32(b)) => a == b,
            (Self::U64(a), Self::U64(b)) => a == b,
            (Self::U128(a), Self::U128(b)) => a == b,
            (Self::I8(a), Self::I8(b)) => a == b,
            (Self::I16(a), Self::I16(b)) => a == b,
            (Self::I32(a), Self::I32(b)) => a == b,
            (Self::I64(a), Self::I64(b)) => a == b,
            (Self::I128(a), Self::I128(b)) => a == b,
            (Self::F32(a), Self::F32(b)) => a.to_bits() == b.to_bits(),
            (Self::F64(a), Self::F64(b)) => a.to_bits() == b.to_bits(),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Option(a), Self::Option(b)) => a.desc == b.desc,
            (Self::Sequence(SequenceValue(a)), Self::Sequence(SequenceValue(b)))
            | (Self::Map(MapValue(a)), Self::Map(MapValue(b)))
            | (Self::Set(SetValue(a)), Self::Set(SetValue(b)))
            | (Self::Tuple(TupleValue(a)), Self::Tuple(TupleValue(b))) => a.desc == b.desc,
            (Self::Record(a), Self::Record(b)) => a.shape == b.shape,
            (Self::Link(a), Self::Link(b)) => a.0 == b.0,
            _ => false,
        }
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        if self.0.iter().any(|value| !value.children().is_empty()) {
            drop_all(std::mem::take(&mut self.0).into_vec());
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(value) = self.0.take()
            && !value.children().is_empty()
        {
            drop_all(vec![*value]);
        }
    }
}

/// Drops values one by one, each after it was emptied.
fn drop_all(mut values: Vec<Value>) {
    while let Some(mut value) = values.pop() {
        value.take_children(&mut values);
    }
}

impl Clone for Values {
    fn clone(&self) -> Self {
        Self(clone_all(&self.0).into())
    }
}

impl Clone for Child {
    fn clone(&self) -> Self {
        Self::new(clone_all(self.as_slice()).pop())
    }
}

fn clone_all(values: &[Value]) -> Vec<Value> {
    /// A composite whose parts are being cloned.
    struct Open<'v> {
        original: Option<&'v Value>,
        rest: std::slice::Iter<'v, Value>,
        cloned: Vec<Value>,
    }
    let mut stack = vec![Open {
        original: None,
        rest: values.iter(),
        cloned: Vec::with_capacity(values.len()),
    }];
    loop {
        let Some(top) = stack.last_mut() else {
            return Vec::new();
        };
        if let Some(value) = top.rest.next() {
            let children = value.children();
            if children.is_empty() {
                top.cloned.push(value.clone());
            } else {
                stack.push(Open {
                    original: Some(value),
                    rest: children.iter(),
                    cloned: Vec::with_capacity(children.len()),
                });
            }
            continue;
        }
        let Some(Open {
            original, cloned, ..
        }) = stack.pop()
        else {
            return Vec::new();
        };
        match (original, stack.last_mut()) {
            (Some(original), Some(holder)) => holder.cloned.extend(original.around(cloned)),
            _ => return cloned,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = Vec::new();
        let (mut a, mut b) = (self, other);
        loop {
            let (children_a, children_b) = (a.children(), b.children());
            if a.is_identity() || b.is_identity() {
                return is_equal(self, other);
            }
            if !a.is_alike(b) || children_a.len() != children_b.len() {
                return false;
            }
            if !children_a.is_empty() {
                pairs.push(children_a.iter().zip(children_b));
            }
            (a, b) = loop {
                let Some(pair) = pairs.last_mut() else {
                    return true;
                };
                match pair.next() {
                    Some(pair) => break pair,
                    None => drop(pairs.pop()),
                }
            };
        }
    }
}

impl Eq for Value {}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl PartialEq for Child {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

//! The composites that are open while a tree is written, one step each.

use std::slice::Iter;

use super::encode_pointer::{OpenCells, OpenPointer};
use super::tree::Value;
use crate::codec::{Encoder, Scope, Sequence};
use crate::desc::{self, Desc, DescText};
use crate::shape::DescRef;

/// A composite that was begun. Large ones are boxed: there can be one a level.
pub(super) enum Open<'v> {
    Items(Box<Items<'v>>),
    Keyed(Box<Keyed<'v>>),
    Tuple {
        scope: Scope,
        desc: &'v [u8],
        /// The descs of the parts that are left.
        types: &'v [u8],
        parts: Iter<'v, Value>,
    },
    Record {
        scope: Scope,
        types: Iter<'v, DescText>,
        fields: Iter<'v, Value>,
    },
    /// An array around one value, which is written already or still to come.
    Wrapped {
        scope: Scope,
        desc: &'v [u8],
        inner: Option<(&'v Value, &'v [u8])>,
    },
    /// A pointer, or rather its end: its content stands after it.
    Pointer(OpenPointer<'v>),
    /// The cells of a cycle.
    Cells(Box<OpenCells<'v>>),
    /// A value that nothing of its holder surrounds.
    Unscoped(Option<(&'v Value, &'v [u8])>),
}

pub(super) struct Items<'v> {
    sequence: Sequence<'v>,
    element: &'v [u8],
    rest: Iter<'v, Value>,
    is_inside: bool,
}

pub(super) struct Keyed<'v> {
    sequence: Sequence<'v>,
    key: &'v [u8],
    /// Of a map.
    value: Option<&'v [u8]>,
    rest: Iter<'v, Value>,
    /// Where the key starts that was written last.
    key_start: usize,
    place: Place,
}

/// What was written last.
enum Place {
    Nothing,
    Key,
    Value,
}

/// What is to be done next.
pub(super) enum Step<'v> {
    Part(&'v Value, &'v [u8]),
    End,
}

impl<'v> From<Option<(&'v Value, &'v [u8])>> for Step<'v> {
    fn from(part: Option<(&'v Value, &'v [u8])>) -> Self {
        match part {
            Some((value, expected)) => Self::Part(value, expected),
            None => Self::End,
        }
    }
}

impl<'v> Open<'v> {
    pub(super) fn items(sequence: Sequence<'v>, element: &'v [u8], items: &'v [Value]) -> Self {
        Self::Items(Box::new(Items {
            sequence,
            element,
            rest: items.iter(),
            is_inside: false,
        }))
    }

    pub(super) fn keyed(
        sequence: Sequence<'v>,
        key: &'v [u8],
        value: Option<&'v [u8]>,
        children: &'v [Value],
    ) -> Self {
        Self::Keyed(Box::new(Keyed {
            sequence,
            key,
            value,
            rest: children.iter(),
            key_start: 0,
            place: Place::Nothing,
        }))
    }

    pub(super) fn unscoped(value: &'v Value, expected: &'v [u8]) -> Self {
        Self::Unscoped(Some((value, expected)))
    }

    /// Ends the part that was written last, and says which one is next.
    pub(super) fn next(&mut self, encoder: &mut Encoder<'_>) -> Step<'v> {
        let part = match self {
            Self::Items(items) => {
                if std::mem::replace(&mut items.is_inside, true) {
                    encoder.end_element(&mut items.sequence);
                }
                items.rest.next().map(|value| (value, items.element))
            }
            Self::Keyed(keyed) => keyed.next(encoder),
            Self::Tuple { types, parts, .. } => {
                let len = desc::first_len(types).unwrap_or(types.len());
                let (desc, rest) = types.split_at_checked(len).unwrap_or_default();
                *types = rest;
                parts.next().map(|value| (value, desc))
            }
            Self::Record { types, fields, .. } => {
                let pair = fields.next().zip(types.next());
                pair.map(|(value, desc)| (value, desc.as_bytes()))
            }
            Self::Wrapped { inner, .. } | Self::Unscoped(inner) => inner.take(),
            Self::Pointer(_) | Self::Cells(_) => None,
        };
        part.into()
    }

    /// Ends the composite.
    pub(super) fn close(self, encoder: &mut Encoder<'_>) {
        match self {
            Self::Items(mut items) => encoder.close_sequence(&mut items.sequence),
            Self::Keyed(mut keyed) => encoder.close_sequence(&mut keyed.sequence),
            Self::Tuple { scope, desc, .. } | Self::Wrapped { scope, desc, .. } => {
                encoder.close(scope, DescRef::Text(desc));
            }
            Self::Record { scope, .. } => {
                encoder.close(scope, DescRef::Constant(Desc::RECORD));
            }
            Self::Unscoped(_) | Self::Pointer(_) | Self::Cells(_) => {}
        }
    }
}

impl<'v> Keyed<'v> {
    fn next(&mut self, encoder: &mut Encoder<'_>) -> Option<(&'v Value, &'v [u8])> {
        match (&self.place, self.value) {
            (Place::Nothing, _) => {}
            (Place::Key, Some(expected)) => {
                encoder.end_key(&mut self.sequence, self.key_start);
                self.place = Place::Value;
                return self.rest.next().map(|value| (value, expected));
            }
            (Place::Key, None) => {
                encoder.note_key(&mut self.sequence, self.key_start);
                encoder.end_element(&mut self.sequence);
            }
            (Place::Value, _) => {
                encoder.end_element(&mut self.sequence);
            }
        }
        self.key_start = encoder.position();
        self.place = Place::Key;
        self.rest.next().map(|key| (key, self.key))
    }
}

//! A tree to blocks, iteratively.

use super::encode_pointer::Pointers;
use super::encode_step::{Open, Step};
use super::parts::{MapValue, SequenceValue, SetValue, TupleValue};
use super::pointer::Label;
use super::tree::Value;
use crate::codec::{Encoder, Form, Profile};
use crate::desc::{self, Desc};
use crate::error::{Error, ErrorKind};
use crate::reduce::Reduce;
use crate::shape::DescRef;

impl Reduce for Value {
    const DESC: &'static Desc = Desc::ANY;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.value(self, b"*");
        Ok(())
    }

    fn reduce_root(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.set_root_desc_text(self.desc_bytes());
        encoder.value(self, self.desc_bytes());
        Ok(())
    }
}

impl Encoder<'_> {
    /// Writes a tree where a value with this desc is expected.
    ///
    /// It was checked when it was made, so that only the encoder's own limits can stop this.
    pub(crate) fn value<'v>(&mut self, value: &'v Value, expected: &'v [u8]) {
        self.tree(value, expected, &mut Pointers::new(value));
    }

    /// The same for a part of a tree whose pointers are known so far.
    pub(super) fn tree<'v>(
        &mut self,
        value: &'v Value,
        expected: &'v [u8],
        pointers: &mut Pointers<'v>,
    ) {
        let mut open: Vec<Open<'v>> = Vec::new();
        let mut next = self.begin(value, expected, &mut open, pointers);
        while next.is_ok() && !self.has_failed() {
            let Some(top) = open.last_mut() else {
                return;
            };
            let step = match top {
                Open::Cells(cells) => pointers.next_cell(cells).into(),
                top => top.next(self),
            };
            next = match step {
                Step::Part(value, expected) => self.begin(value, expected, &mut open, pointers),
                Step::End => match open.pop() {
                    Some(Open::Pointer(pointer)) => Pointers::end(self, pointer).map(|cells| {
                        open.extend(cells.map(|cells| Open::Cells(Box::new(cells))));
                    }),
                    Some(Open::Cells(cells)) => pointers.end_cycle(self, *cells),
                    top => {
                        if let Some(top) = top {
                            top.close(self);
                        }
                        Ok(())
                    }
                },
            };
        }
        if let Err(error) = next {
            self.fail(error);
        }
    }

    /// Writes a value without parts, or begins one with parts.
    #[expect(clippy::too_many_lines, reason = "one arm a kind")]
    fn begin<'v>(
        &mut self,
        value: &'v Value,
        expected: &'v [u8],
        open: &mut Vec<Open<'v>>,
        pointers: &mut Pointers<'v>,
    ) -> Result<(), Error> {
        let mut value = value;
        if expected == b"*" {
            // An any says its own type; where any type may stand it is nothing by itself.
            if let Value::Any(any) = value {
                value = any.get();
            }
            if value.desc_bytes() != b"*" {
                let scope = self.open_any(value.desc_bytes());
                open.push(Open::Wrapped {
                    scope,
                    desc: b"*",
                    inner: None,
                });
            }
        }
        match value {
            Value::Unit => self.nil(),
            Value::Bool(value) => self.bool(*value),
            Value::Char(value) => self.char(*value),
            Value::U8(number) => self.unsigned((*number).into()),
            Value::U16(number) => self.unsigned((*number).into()),
            Value::U32(number) => self.unsigned((*number).into()),
            Value::U64(number) => self.unsigned(*number),
            Value::U128(number) => self.unsigned_128(*number),
            Value::I8(number) => self.signed((*number).into()),
            Value::I16(number) => self.signed((*number).into()),
            Value::I32(number) => self.signed((*number).into()),
            Value::I64(number) => self.signed(*number),
            Value::I128(number) => self.signed_128(*number),
            Value::F32(number) => self.float_32(*number),
            Value::F64(number) => self.float_64(*number),
            Value::String(text) => self.string(text),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Link(_) if self.profile == Profile::WHOLE => self.fail(ErrorKind::Unsupported {
                type_name: "an unloaded part",
                reason: "one block is to hold the whole value: load it first",
            }),
            Value::Link(link) => self.known_link(link.cid().as_bytes()),
            Value::Pointer(pointer) => return pointers.begin(self, pointer, open),
            Value::Cell(cell) => pointers.begin_cell(self, cell, open),
            // A label is never used again: nothing needs to be reserved.
            Value::Weak(weak) => self.weak_pointer(weak.id().map(Label::key), || Box::new(())),
            Value::Part(_) if self.profile == Profile::WHOLE => self.fail(ErrorKind::Unsupported {
                type_name: "a part of a cycle",
                reason: "one block is to hold the whole value, which cycles cannot be in",
            }),
            Value::Part(part) if !part.is_known() => self.fail(ErrorKind::Unsupported {
                type_name: "a part of a cycle",
                reason: "the cycle stands in another part: take the whole value",
            }),
            Value::Part(part) => self.known_part(part.cid(), part.place()),
            Value::Any(any) => open.push(Open::unscoped(any.get(), b"*")),
            Value::Option(option) => {
                let desc = option.desc.as_bytes();
                let inner = desc.get(1..).unwrap_or_default();
                match option.get() {
                    None => self.nil(),
                    Some(value) if DescRef::Text(desc).wraps_in_option() => {
                        let scope = self.open_wrapped();
                        open.push(Open::Wrapped {
                            scope,
                            desc,
                            inner: Some((value, inner)),
                        });
                    }
                    Some(value) => open.push(Open::unscoped(value, inner)),
                }
            }
            Value::Sequence(SequenceValue(typed)) => {
                let desc = typed.desc.as_bytes();
                let items = typed.children.as_slice();
                let element = desc.get(1..).unwrap_or_default();
                let packed = match desc {
                    b"y" => Some(b'B'),
                    [_, letter] if desc::packed_width(*letter).is_some() => Some(*letter),
                    _ => None,
                };
                if let Some(letter) = packed
                    && items.iter().any(Value::is_identity)
                {
                    return pointers.packed(self, items, letter, desc);
                }
                if let [letter] = element
                    && let Some(width) = desc::packed_width(*letter)
                {
                    self.packed_values(items, width, desc);
                } else {
                    let sequence =
                        self.open_sequence(Form::Items, items.len() as u64, DescRef::Text(desc));
                    open.push(Open::items(sequence, element, items));
                }
            }
            Value::Map(MapValue(typed)) => {
                let (key, value) = typed.entry_descs();
                let children = typed.children.as_slice();
                let desc = DescRef::Text(typed.desc.as_bytes());
                let sequence = self.open_sequence(Form::Map, children.len() as u64 / 2, desc);
                open.push(Open::keyed(sequence, key, Some(value), children));
            }
            Value::Set(SetValue(typed)) => {
                let desc = typed.desc.as_bytes();
                let children = typed.children.as_slice();
                let key = desc.get(1..).unwrap_or_default();
                let sequence =
                    self.open_sequence(Form::Set, children.len() as u64, DescRef::Text(desc));
                open.push(Open::keyed(sequence, key, None, children));
            }
            Value::Tuple(tuple) => {
                let scope = self.open_tuple(tuple.parts().len());
                let TupleValue(typed) = tuple;
                open.push(Open::Tuple {
                    scope,
                    desc: typed.desc.as_bytes(),
                    types: tuple.types(),
                    parts: tuple.parts().iter(),
                });
            }
            Value::Record(record) => {
                let scope = self.open_record_text(record.shape());
                open.push(Open::Record {
                    scope,
                    types: record.shape().types().iter(),
                    fields: record.fields().iter(),
                });
            }
        }
        Ok(())
    }

    fn packed_values(&mut self, items: &[Value], width: usize, desc: &[u8]) {
        let desc = DescRef::Text(desc);
        match width {
            1 => self.packed(items.iter().map(little_endian::<1>), desc),
            2 => self.packed(items.iter().map(little_endian::<2>), desc),
            4 => self.packed(items.iter().map(little_endian::<4>), desc),
            8 => self.packed(items.iter().map(little_endian::<8>), desc),
            _ => self.packed(items.iter().map(little_endian::<16>), desc),
        }
    }
}

/// The low bytes of a number.
fn little_endian<const WIDTH: usize>(number: &Value) -> [u8; WIDTH] {
    let bits = match number {
        Value::U16(number) => (*number).into(),
        Value::U32(number) => (*number).into(),
        Value::U64(number) => (*number).into(),
        Value::U128(number) => *number,
        Value::I8(number) => i128::from(*number).cast_unsigned(),
        Value::I16(number) => i128::from(*number).cast_unsigned(),
        Value::I32(number) => i128::from(*number).cast_unsigned(),
        Value::I64(number) => i128::from(*number).cast_unsigned(),
        Value::I128(number) => number.cast_unsigned(),
        Value::F32(number) => number.to_bits().into(),
        Value::F64(number) => number.to_bits().into(),
        _ => 0,
    };
    let bytes = bits.to_le_bytes();
    bytes.first_chunk().copied().unwrap_or([0; WIDTH])
}

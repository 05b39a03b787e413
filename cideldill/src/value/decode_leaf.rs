//! Values without parts, and packed numbers, from a block.

use super::pointer::WeakValue;
use super::tree::Value;
use crate::codec::Decoder;
use crate::desc::{self, Desc};
use crate::error::Error;
use crate::shape::DescRef;

/// A value of a kind that has no parts, by its letter.
pub(super) fn read_leaf(decoder: &mut Decoder<'_>, letter: u8) -> Result<Value, Error> {
    let cursor = &mut decoder.cursor;
    let value = match letter {
        b'B' => u8::try_from(cursor.unsigned()?).map(Value::U8),
        b'H' => u16::try_from(cursor.unsigned()?).map(Value::U16),
        b'I' => u32::try_from(cursor.unsigned()?).map(Value::U32),
        b'L' => Ok(Value::U64(cursor.unsigned()?)),
        b'Q' => Ok(Value::U128(cursor.unsigned_128()?)),
        b'b' => i8::try_from(cursor.signed()?).map(Value::I8),
        b'h' => i16::try_from(cursor.signed()?).map(Value::I16),
        b'i' => i32::try_from(cursor.signed()?).map(Value::I32),
        b'l' => Ok(Value::I64(cursor.signed()?)),
        b'q' => Ok(Value::I128(cursor.signed_128()?)),
        b'f' => Ok(Value::F32(cursor.float_32()?)),
        b'd' => Ok(Value::F64(cursor.float_64()?)),
        b't' => Ok(Value::Bool(cursor.bool()?)),
        b'c' => Ok(Value::Char(cursor.char()?)),
        b'n' => cursor.nil().map(|()| Ok(Value::Unit))?,
        b'w' => cursor
            .weak()
            .map(|()| Ok(Value::Weak(WeakValue::dangling())))?,
        b's' => Ok(Value::String(decoder.string()?)),
        b'y' => {
            let mut all = Vec::new();
            decoder.byte_runs(DescRef::Constant(Desc::BYTES), |bytes| {
                all.extend_from_slice(bytes);
                Some(bytes.len() as u64)
            })?;
            Ok(Value::Bytes(all))
        }
        _ => return Err(cursor.malformed("an unknown desc")),
    };
    value.map_err(|_| decoder.cursor.malformed("an integer is out of range"))
}

/// The elements of a packed sequence, each a value of its own.
pub(super) fn read_packed(
    decoder: &mut Decoder<'_>,
    desc: &[u8],
    letter: u8,
) -> Result<Vec<Value>, Error> {
    let width = desc::packed_width(letter).unwrap_or(1);
    let mut values = Vec::new();
    decoder.each_run(DescRef::Text(desc), &mut |decoder| {
        let bytes = decoder.cursor.bytes()?.to_vec();
        if bytes.len() % width != 0 {
            return Err(decoder.cursor.malformed("packed numbers are not whole"));
        }
        // In a tree each takes the room of an item.
        let n = (bytes.len() / width) as u64;
        decoder.count_items(n)?;
        let numbers = bytes.chunks_exact(width);
        values.extend(numbers.map(|number| number_value(letter, number)));
        Ok((n, decoder.start() - bytes.len()))
    })?;
    Ok(values)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the bits above the number's width are zero"
)]
fn number_value(letter: u8, number: &[u8]) -> Value {
    let bytes = number.iter().rev();
    let bits = bytes.fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    match letter {
        b'H' => Value::U16(bits as u16),
        b'I' => Value::U32(bits as u32),
        b'L' => Value::U64(bits as u64),
        b'Q' => Value::U128(bits),
        b'b' => Value::I8(bits as i8),
        b'h' => Value::I16(bits as i16),
        b'i' => Value::I32(bits as i32),
        b'l' => Value::I64(bits as i64),
        b'q' => Value::I128(bits as i128),
        b'f' => Value::F32(f32::from_bits(bits as u32)),
        _ => Value::F64(f64::from_bits(bits as u64)),
    }
}

//! From and to the plain types a tree is made of.

use super::tree::Value;

macro_rules! from {
    ($($type:ty => $kind:ident,)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$kind(value)
            }
        }
    )*};
}

from! {
    bool => Bool, char => Char, f32 => F32, f64 => F64, String => String,
    u8 => U8, u16 => U16, u32 => U32, u64 => U64, u128 => U128,
    i8 => I8, i16 => I16, i32 => I32, i64 => I64, i128 => I128,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Unit
    }
}

impl Value {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, if it is a byte string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The integer, if it is one of whatever width and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_i128()?.try_into().ok()
    }

    /// The integer, if it is one of whatever width and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_i128()?.try_into().ok()
    }

    /// The integer, if it is one of whatever width and fits.
    pub fn as_i128(&self) -> Option<i128> {
        Some(match self {
            Self::U8(number) => (*number).into(),
            Self::U16(number) => (*number).into(),
            Self::U32(number) => (*number).into(),
            Self::U64(number) => (*number).into(),
            Self::U128(number) => (*number).try_into().ok()?,
            Self::I8(number) => (*number).into(),
            Self::I16(number) => (*number).into(),
            Self::I32(number) => (*number).into(),
            Self::I64(number) => (*number).into(),
            Self::I128(number) => *number,
            _ => return None,
        })
    }

    /// The number, if it is a float of whatever width.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::F32(number) => Some((*number).into()),
            Self::F64(number) => Some(*number),
            _ => None,
        }
    }
}

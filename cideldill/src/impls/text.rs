//! Strings and characters.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::DescRef;

impl Reduce for str {
    const DESC: &'static Desc = Desc::STRING;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

    #[inline]
    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.string(self);
        Ok(())
    }
}

impl Reduce for String {
    const DESC: &'static Desc = Desc::STRING;
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

    #[inline]
    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.string(self);
        Ok(())
    }
}

impl Reconstruct for String {
    #[inline]
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.string()
    }

    fn stand_in() -> Option<Self> {
        Some(Self::new())
    }
}

impl Reconstruct for Box<str> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.string().map(Into::into)
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

impl Reconstruct for Cow<'_, str> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.string().map(Into::into)
    }

    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

impl Reduce for char {
    const DESC: &'static Desc = &Desc::Leaf(b'c');
    const KEY_ORDER: Option<fn(&Self, &Self) -> Ordering> = Some(<Self as Ord>::cmp);

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.char(*self);
        Ok(())
    }
}

impl Reconstruct for char {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.note_value();
        decoder.cursor.char()
    }

    fn stand_in() -> Option<Self> {
        Some(char::MIN)
    }
}

impl Decoder<'_> {
    /// Reads a string, in whatever chunks it is.
    pub(crate) fn string(&mut self) -> Result<String, Error> {
        let mut all = String::new();
        self.each_run(DescRef::Constant(Desc::STRING), &mut |decoder| {
            let text = decoder.cursor.text()?;
            let len = text.len();
            all.push_str(text);
            Ok((len as u64, decoder.start() - len))
        })?;
        Ok(all)
    }
}

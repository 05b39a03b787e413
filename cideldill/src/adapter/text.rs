//! Values as the text they print and parse.

use std::any::type_name;
use std::fmt::{Display, Write as _};
use std::str::FromStr;

use super::{Adapter, DisplayFromStr, Restore};
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind, Source};
use crate::reconstruct::Reconstruct;

impl<T: Display + ?Sized> Adapter<T> for DisplayFromStr {
    const DESC: &'static Desc = Desc::STRING;

    fn reduce(value: &T, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let mut text = String::new();
        // Not `to_string`, which panics where `Display` refuses.
        write!(text, "{value}").map_err(|error| refused::<T>("`Display`", error))?;
        encoder.string(&text);
        Ok(())
    }
}

impl<T: Display + FromStr<Err: Into<Source>>> Restore<T> for DisplayFromStr {
    fn restore(decoder: &mut Decoder<'_>) -> Result<T, Error> {
        parse(&String::reconstruct(decoder)?)
    }

    fn restore_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<T, Error> {
        parse(&String::reconstruct_as(decoder, written)?)
    }
}

fn parse<T: FromStr<Err: Into<Source>>>(text: &str) -> Result<T, Error> {
    text.parse()
        .map_err(|error| refused::<T>("`FromStr`", error))
}

#[cold]
fn refused<T: ?Sized>(what: &'static str, source: impl Into<Source>) -> Error {
    Error::new(ErrorKind::Refused {
        what,
        type_name: type_name::<T>(),
    })
    .with_source(source)
}

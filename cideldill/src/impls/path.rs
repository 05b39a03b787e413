//! Strings of the operating system, and paths.
//!
//! Text is written alike on every platform. What is not Unicode is written as the platform has it,
//! and loads only on such a platform.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::out_of_range;
use super::record::variants;
use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;

variants! {
    [] Native<'_> {
        0 "std::OsString::Text" plain (0 text: Cow<'_, str>) => [Native::Text(text)];
        1 "std::OsString::Unix" plain (0 bytes: Cow<'_, [u8]>) => [Native::Unix(bytes)];
        2 "std::OsString::Windows" plain (0 units: Vec<u16>) => [Native::Windows(units)];
    };
    [] PathParts<'_> {
        0 "std::Path" plain (0 text: Cow<'_, OsStr>) => [PathParts(text)];
    };
}

/// A string of the operating system, as text where it is.
enum Native<'s> {
    Text(Cow<'s, str>),
    Unix(Cow<'s, [u8]>),
    Windows(Vec<u16>),
}

struct PathParts<'p>(Cow<'p, OsStr>);

/// What is not Unicode, on platforms where strings are bytes.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other platforms can refuse")]
fn not_unicode(text: &OsStr) -> Result<Native<'_>, Error> {
    use std::os::unix::ffi::OsStrExt;
    Ok(Native::Unix(text.as_bytes().into()))
}

/// What is not Unicode, on platforms where strings are 16-bit units.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "other platforms can refuse")]
fn not_unicode(text: &OsStr) -> Result<Native<'_>, Error> {
    use std::os::windows::ffi::OsStrExt;
    Ok(Native::Windows(text.encode_wide().collect()))
}

#[cfg(not(any(unix, windows)))]
fn not_unicode(_: &OsStr) -> Result<Native<'_>, Error> {
    Err(crate::error::ErrorKind::Unsupported {
        type_name: std::any::type_name::<OsString>(),
        reason: "it is not Unicode, and this platform does not say what it is",
    }
    .into())
}

/// Bytes that are not Unicode as a string of this platform.
fn from_bytes(bytes: Vec<u8>) -> Result<OsString, Error> {
    if std::str::from_utf8(&bytes).is_ok() {
        // It would have been written as text.
        return Err(out_of_range::<OsString>("text given as bytes"));
    }
    #[cfg(unix)]
    return Ok(std::os::unix::ffi::OsStringExt::from_vec(bytes));
    #[cfg(not(unix))]
    Err(out_of_range::<OsString>("a Unix string that is not text"))
}

/// 16-bit units that are not Unicode as a string of this platform.
fn from_units(units: &[u16]) -> Result<OsString, Error> {
    if String::from_utf16(units).is_ok() {
        return Err(out_of_range::<OsString>("text given as 16-bit units"));
    }
    #[cfg(windows)]
    return Ok(std::os::windows::ffi::OsStringExt::from_wide(units));
    #[cfg(not(windows))]
    Err(out_of_range::<OsString>(
        "a Windows string that is not text",
    ))
}

impl Reduce for OsStr {
    const DESC: &'static Desc = Native::DESC;
    const SHAPES: &'static [Shape] = Native::SHAPES;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let native = match self.to_str() {
            Some(text) => Native::Text(text.into()),
            None => not_unicode(self)?,
        };
        native.reduce(encoder)
    }
}

impl Reduce for OsString {
    const DESC: &'static Desc = OsStr::DESC;
    const SHAPES: &'static [Shape] = OsStr::SHAPES;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.as_os_str().reduce(encoder)
    }
}

impl Reconstruct for OsString {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        match Native::reconstruct(decoder)? {
            Native::Text(text) => Ok(text.into_owned().into()),
            Native::Unix(bytes) => from_bytes(bytes.into_owned()),
            Native::Windows(units) => from_units(&units),
        }
    }
}

impl Reduce for Path {
    const DESC: &'static Desc = PathParts::DESC;
    const SHAPES: &'static [Shape] = PathParts::SHAPES;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        PathParts(self.as_os_str().into()).reduce(encoder)
    }
}

impl Reduce for PathBuf {
    const DESC: &'static Desc = Path::DESC;
    const SHAPES: &'static [Shape] = Path::SHAPES;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.as_path().reduce(encoder)
    }
}

impl Reconstruct for PathBuf {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        PathParts::reconstruct(decoder).map(|parts| parts.0.into_owned().into())
    }
}

/// Owned forms of the same.
macro_rules! owned {
    ($($type:ty: $owned:ty;)*) => {$(
        impl Reconstruct for $type {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                <$owned>::reconstruct(decoder).map(Into::into)
            }
        }
    )*};
}

owned! {
    Box<OsStr>: OsString;
    Cow<'_, OsStr>: OsString;
    Box<Path>: PathBuf;
    Cow<'_, Path>: PathBuf;
}

//! Stand-ins that say what was not recorded.
//!
//! A placeholder has the type as written and a reason in its bytes, so that equal code gives equal
//! CIDs; the value's `Debug` text only where it was asked for, because it may hold addresses or
//! clocks.

use std::fmt;

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;
use crate::type_info::Strategy;

/// The tag of every placeholder.
pub(crate) const TAG: &str = "std::Placeholder";

const SHAPES: &[Shape] = &[
    Shape {
        tag: TAG,
        version: 0,
        types: &[Desc::STRING, Desc::STRING],
        names: &["type", "reason"],
        tag_aliases: &[],
        aliases: &[],
    },
    Shape {
        tag: TAG,
        version: 0,
        types: &[Desc::STRING, Desc::STRING, Desc::STRING],
        names: &["type", "reason", "debug"],
        tag_aliases: &[],
        aliases: &[],
    },
];

impl Encoder<'_> {
    /// Writes a placeholder, with the value's `Debug` text if it is given.
    #[doc(hidden)]
    pub fn placeholder(
        &mut self,
        type_name: &str,
        reason: &str,
        debug: Option<&dyn fmt::Debug>,
    ) -> Result<(), Error> {
        if self.is_explaining {
            return Err(ErrorKind::Placeholder {
                type_name: type_name.to_owned(),
                reason: reason.to_owned(),
            }
            .into());
        }
        let [without_text, with_text] = SHAPES else {
            return Ok(());
        };
        let shape = if debug.is_some() {
            with_text
        } else {
            without_text
        };
        let scope = self.open_record(shape);
        self.string(type_name);
        self.string(reason);
        if let Some(value) = debug {
            self.string(&format!("{value:?}"));
        }
        self.close_record(scope);
        Ok(())
    }
}

/// A value that is deliberately not recorded: a placeholder with this name stands for it.
///
/// Two `Opaque`s of one name are recorded alike whatever they hold. Loading one is an error
/// ([`ErrorKind::Placeholder`]).
///
/// ```
/// use cideldill::{Opaque, compute_cid};
/// let socket = Opaque::new("Socket", 17_u32);
/// assert_eq!(*socket, 17);
/// assert_eq!(compute_cid(&socket)?, compute_cid(&Opaque::new("Socket", "another"))?);
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opaque<T> {
    name: &'static str,
    value: T,
}

impl<T> Opaque<T> {
    /// Wraps a value; `name` is what is recorded of it.
    pub const fn new(name: &'static str, value: T) -> Self {
        Self { name, value }
    }

    /// The value again.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> std::ops::Deref for Opaque<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> std::ops::DerefMut for Opaque<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Reduce for Opaque<T> {
    const DESC: &'static Desc = Desc::RECORD;
    const STRATEGY: Strategy = Strategy::Placeholder;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.placeholder(self.name, "opaque", None)
    }
}

impl<T> Reconstruct for Opaque<T> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        Err(decoder.placeholder())
    }
}

impl Decoder<'_> {
    /// Reads a placeholder, which is always an error that says what it stands for.
    pub(crate) fn placeholder(&mut self) -> Error {
        self.read_placeholder().unwrap_or_else(|error| error)
    }

    /// The same where its record is open already.
    pub(crate) fn placeholder_fields(&mut self) -> Error {
        let mut text = || self.string();
        let parts = text().and_then(|type_name| Ok((type_name, text()?)));
        match parts {
            Ok((type_name, reason)) => ErrorKind::Placeholder { type_name, reason }.into(),
            Err(error) => error,
        }
    }

    fn read_placeholder(&mut self) -> Result<Error, Error> {
        let record = self.open_record(SHAPES)?;
        let type_name = self.field::<String>(&record, 0)?;
        let reason = self.field::<String>(&record, 1)?;
        Ok(ErrorKind::Placeholder { type_name, reason }.into())
    }
}

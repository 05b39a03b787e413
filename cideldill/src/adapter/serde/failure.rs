//! Errors on the way through serde.

use std::any::type_name;
use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::path::Segment;

/// An error of ours, or what a type's serde implementation says.
#[derive(Debug)]
pub(super) enum Failure {
    Ours(Error),
    /// Not yet known of which type.
    Message(String),
}

impl Failure {
    /// As an error of ours. What a type's implementation says is the cause.
    pub(super) fn of<T: ?Sized>(self) -> Error {
        match self {
            Self::Ours(error) => error,
            Self::Message(message) => Error::new(ErrorKind::Refused {
                what: "serde",
                type_name: type_name::<T>(),
            })
            .with_source(message),
        }
    }

    /// What was said by `T`'s implementation, seen from the holder.
    #[cold]
    pub(super) fn within<T: ?Sized>(self, step: Segment) -> Self {
        Self::Ours(self.of::<T>().within(step))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(error) => error.fmt(f),
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self::Message(message.to_string())
    }
}

impl serde::de::Error for Failure {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self::Message(message.to_string())
    }
}

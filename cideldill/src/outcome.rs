//! What a user's function may return that makes a value.

use crate::error::{Error, ErrorKind, Source};

/// A value, an option of it, or a result with any error: what the functions named by `restore`,
/// `constructor`, `intern` and `with` may return. An error of theirs is an [`ErrorKind::Refused`]
/// with it as the source.
#[diagnostic::on_unimplemented(
    message = "a function that makes a `{T}` returns `{Self}`",
    label = "expected `{T}`, an `Option` of it, or a `Result` of it and an error"
)]
pub trait Outcome<T> {
    /// The value.
    ///
    /// # Errors
    /// The function's refusal, as a typed error that names it.
    fn outcome(self, what: &'static str) -> Result<T, Error>;
}

impl<T> Outcome<T> for T {
    fn outcome(self, _: &'static str) -> Result<T, Error> {
        Ok(self)
    }
}

impl<T, E: Into<Source>> Outcome<T> for Result<T, E> {
    fn outcome(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|source| {
            let type_name = core::any::type_name::<T>();
            Error::new(ErrorKind::Refused { what, type_name }).with_source(source)
        })
    }
}

impl<T> Outcome<T> for Option<T> {
    fn outcome(self, what: &'static str) -> Result<T, Error> {
        let type_name = core::any::type_name::<T>();
        self.ok_or_else(|| ErrorKind::Refused { what, type_name }.into())
    }
}

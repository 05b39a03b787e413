//! Why a value cannot be recorded: every refused or opaque part of it, not only the first.
//!
//! The value is encoded without cuts and without digests. Where a part is refused, its holder goes
//! on with the next one and at its end returns what was gathered, so that paths are made on the way
//! out as for any error. Off this path encoding is as ever.

use std::fmt;

use crate::codec::{Discard, Encoder, Profile, Scope};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::path::Path;
use crate::reduce::Reduce;
use crate::shape::DescRef;

/// A part of a value that is not recorded, as [`explain`] tells it.
///
/// Prints as `root.items[3].conn: std::net::TcpStream: <reason>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    path: Path,
    type_name: String,
    reason: String,
    is_refused: bool,
}

impl Explained {
    /// Where in the value.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The type of the part, or what a placeholder calls it. Empty if that is not known: of equal
    /// keys, for one.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Why it is not recorded.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether recording the value fails because of it. Else a placeholder stands for it, which the
    /// type asked for.
    pub fn is_refused(&self) -> bool {
        self.is_refused
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "root{}: ", self.path)?;
        if !self.type_name.is_empty() {
            write!(f, "{}: ", self.type_name)?;
        }
        f.write_str(&self.reason)
    }
}

impl Explained {
    fn new(path: Path, error: &Error) -> Self {
        let mut source = std::error::Error::source(error);
        let (type_name, mut reason, is_refused) = match error.kind() {
            ErrorKind::Placeholder { type_name, reason } => {
                (type_name.clone(), reason.clone(), false)
            }
            kind => {
                let (type_name, reason) = parts(kind);
                (type_name.to_owned(), reason, true)
            }
        };
        while let Some(cause) = source {
            reason = format!("{reason}: {cause}");
            source = cause.source();
        }
        Self {
            path,
            type_name,
            reason,
            is_refused,
        }
    }
}

/// The type that an error is about, and what it says of it.
fn parts(kind: &ErrorKind) -> (&str, String) {
    match kind {
        ErrorKind::Unsupported { type_name, reason } => (type_name, (*reason).to_owned()),
        ErrorKind::InUse { type_name } => (type_name, "in use while it is recorded".to_owned()),
        ErrorKind::Poisoned { type_name } => (type_name, "poisoned".to_owned()),
        ErrorKind::Refused { what, type_name } => (type_name, format!("{what} refused it")),
        ErrorKind::Panicked { what, type_name } => (type_name, format!("{what} panicked")),
        ErrorKind::NoReducer { type_name } => (type_name, "no reducer is registered".to_owned()),
        ErrorKind::Denied { type_name, name } => {
            let reason = format!("the policy does not allow its reducer `{name}`");
            (type_name, reason)
        }
        ErrorKind::NoDyn {
            type_name,
            trait_name,
        } => (
            type_name,
            format!("it is not registered for `{trait_name}`"),
        ),
        ErrorKind::UnknownFunction { name, type_name } => {
            (type_name, format!("no function `{name}` is registered"))
        }
        kind => ("", kind.to_string()),
    }
}

/// Every part of a value that is refused or opaque, in the order in which they are met; none if the
/// value is recorded whole.
///
/// It goes on behind a refused part: in a struct with its next field, in a sequence, map or set with
/// the next element. Costs what encoding costs without hashing; takes no notice of
/// [`OnRefusal`](crate::OnRefusal). A value of more than 4 GiB is not explained beyond that.
///
/// ```
/// use std::cell::RefCell;
///
/// let cells = vec![RefCell::new(1), RefCell::new(2), RefCell::new(3)];
/// let _first = cells[0].borrow_mut();
/// let _last = cells[2].borrow_mut();
/// let explained = cideldill::explain(&cells);
/// assert_eq!(explained.len(), 2);
/// assert_eq!(explained[1].path().to_string(), "[2]");
/// assert_eq!(explained[1].reason(), "in use while it is recorded");
/// ```
pub fn explain<T: Reduce + ?Sized>(value: &T) -> Vec<Explained> {
    let mut sink = Discard;
    let mut encoder = Encoder::new(Profile::WHOLE, &mut sink).without_digests();
    encoder.is_explaining = true;
    let result = value
        .reduce_root(&mut encoder)
        .and_then(|()| encoder.finish().map(drop));
    let errors = result.err().map_or_else(Vec::new, Error::into_all);
    let explained = |(path, error)| Explained::new(path, &error);
    errors.into_iter().map(explained).collect()
}

impl Encoder<'_> {
    /// A part of an open composite is refused. That ends the value, unless all that is refused is
    /// asked for.
    #[doc(hidden)]
    #[cold]
    pub fn refused(&mut self, error: Error) -> Result<(), Error> {
        if !self.is_explaining {
            return Err(error);
        }
        // So that it ends behind the start of what it is a part of, and before what comes next.
        self.filler();
        self.refusals.push((self.position(), error));
        Ok(())
    }

    /// Whether what was written as a field of that name is refused and ends the value: then
    /// [`refusal`](Self::refusal) is the error.
    #[doc(hidden)]
    #[inline]
    pub fn is_refused(&mut self, written: Result<(), Error>, name: &'static str) -> bool {
        match written {
            Ok(()) => false,
            Err(error) => self.is_field_refused(error, name),
        }
    }

    #[cold]
    #[inline(never)]
    fn is_field_refused(&mut self, error: Error, name: &'static str) -> bool {
        let refused = self.refused(error.in_field(name)).map_err(|error| {
            self.refusals.push((self.position(), error));
        });
        refused.is_err()
    }

    /// The error that ends the value.
    ///
    /// # Errors
    /// Always, behind a field that was refused.
    #[doc(hidden)]
    #[cold]
    #[inline(never)]
    pub fn refusal(&mut self) -> Result<(), Error> {
        self.refusals.pop().map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Ends a composite that started at this place of the buffer: what was refused in it is one
    /// error.
    #[inline]
    pub(crate) fn gather_refused(&mut self, start: usize) -> Result<(), Error> {
        if self.refusals.is_empty() {
            return Ok(());
        }
        self.gathered(start)
    }

    #[cold]
    fn gathered(&mut self, start: usize) -> Result<(), Error> {
        let before = self.refusals.partition_point(|(end, _)| *end <= start);
        let mut inside = self.refusals.drain(before..).map(|(_, error)| error);
        match inside.next() {
            Some(first) => Err(first.and(inside)),
            None => Ok(()),
        }
    }

    /// Closes a composite whose parts may have been refused.
    #[inline]
    pub(crate) fn end(&mut self, scope: Scope, desc: DescRef<'_>) -> Result<(), Error> {
        let start = scope.start;
        self.close(scope, desc);
        self.gather_refused(start)
    }

    /// The same for a struct or variant. Nearly all are short and whole: only that is compiled for
    /// each type.
    ///
    /// # Errors
    /// All that was refused.
    #[doc(hidden)]
    #[inline]
    pub fn end_record(&mut self, scope: Scope) -> Result<(), Error> {
        if self.position() - scope.start < self.profile.cut && self.refusals.is_empty() {
            return Ok(());
        }
        self.end_long_record(scope)
    }

    #[cold]
    #[inline(never)]
    fn end_long_record(&mut self, scope: Scope) -> Result<(), Error> {
        self.end(scope, DescRef::Constant(Desc::RECORD))
    }
}

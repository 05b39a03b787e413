//! How a command ends.

use std::fmt;
use std::io;
use std::process::ExitCode;

use cideldill::{Error, ErrorKind};
use cideldill_server::ServeError;

/// A command that did what it was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// And there is nothing to tell.
    Done,
    /// And found damage, or differences.
    Found,
}

impl Outcome {
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Found => ExitCode::from(1),
        }
    }
}

/// A command that did not.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was written wrongly.
    Usage(String),
    /// What it names is not there.
    NotFound(String),
    /// A store, a block or a file said no.
    Store(Error),
    /// A store cannot be opened because it is damaged.
    Broken(Error),
    Serve(ServeError),
    /// A file that is not a store.
    File {
        path: String,
        source: io::Error,
    },
    /// Nobody reads what is written: no failure.
    BrokenPipe,
    /// What is written cannot be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::BrokenPipe => ExitCode::SUCCESS,
            Self::Usage(_) => ExitCode::from(2),
            Self::NotFound(_) => ExitCode::from(4),
            Self::Store(error) if is_damage(error) => ExitCode::from(4),
            _ => ExitCode::from(3),
        }
    }

    /// Whether it is something to tell.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::BrokenPipe)
    }
}

/// What is named is not there, or not what it should be.
fn is_damage(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Missing { .. } | ErrorKind::Corrupt { .. } | ErrorKind::UnknownReference { .. }
    )
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::NotFound(message) => f.write_str(message),
            Self::Store(error) => with_causes(f, error),
            Self::Broken(error) => {
                with_causes(f, error)?;
                f.write_str("; `cideldill recover` saves what is sound in it")
            }
            Self::Serve(error) => with_causes(f, error),
            Self::File { path, source } => write!(f, "{path}: {source}"),
            Self::BrokenPipe => Ok(()),
            Self::Output(error) => write!(f, "the output cannot be written: {error}"),
        }
    }
}

fn with_causes(f: &mut fmt::Formatter<'_>, error: &dyn std::error::Error) -> fmt::Result {
    write!(f, "{error}")?;
    let mut cause = error.source();
    while let Some(source) = cause {
        write!(f, ": {source}")?;
        cause = source.source();
    }
    Ok(())
}

impl From<Error> for Failure {
    /// An archive may be written to a pipe that nobody reads.
    fn from(error: Error) -> Self {
        let source = std::error::Error::source(&error);
        let source = source.and_then(|source| source.downcast_ref::<io::Error>());
        match source {
            Some(source) if source.kind() == io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Store(error),
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::Serve(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Output(error),
        }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

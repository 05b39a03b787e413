//! The command line: stores served, checked, looked into, compared, moved and cleaned up.
//!
//! Each command is a module; `args` reads what was written, `output` says what came of it. Exit codes
//! are in the help of the program.

mod args;
mod check;
mod error;
mod files;
mod look;
mod output;
mod parts;
mod recover;
mod serve;
mod stores;

use std::process::ExitCode;

use crate::args::{Args, Command};
use crate::error::{Failure, Outcome};
use crate::output::Output;

fn main() -> ExitCode {
    let mut output = Output::new();
    let done = run(Args::from_environment(), &mut output).and_then(|outcome| {
        output.flush()?;
        Ok(outcome)
    });
    match done {
        Ok(outcome) => outcome.exit_code(),
        Err(failure) => {
            output.report(&failure);
            failure.exit_code()
        }
    }
}

fn run(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    match args.command()? {
        Command::Help(text) => output.text(text)?,
        Command::Version => output.line(format_args!("cideldill {}", env!("CARGO_PKG_VERSION")))?,
        Command::Serve => return serve::serve(args, output),
        Command::Fsck => return check::fsck(args, output),
        Command::Recover => return recover::recover(args, output),
        Command::Stats => return look::stats(args, output),
        Command::Show => return look::show(args, output),
        Command::Diff => return look::diff(args, output),
        Command::Export => return parts::export(args, output),
        Command::Import => return parts::import(args, output),
        Command::Copy => return parts::copy(args, output),
        Command::Gc => return check::gc(args, output),
    }
    Ok(Outcome::Done)
}

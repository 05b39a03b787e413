//! What a command says: results to standard output, everything else to standard error.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use cideldill::housekeeping::Progress;

use crate::error::Failure;

pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    /// Progress is for somebody who looks.
    shows_progress: bool,
    has_progress: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self {
            out: BufWriter::new(io::stdout().lock()),
            shows_progress: io::stderr().is_terminal(),
            has_progress: false,
        }
    }

    pub(crate) fn line(&mut self, line: impl fmt::Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    /// For archives.
    pub(crate) fn bytes(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Something beside the result; lost if nobody listens.
    pub(crate) fn note(&mut self, note: impl fmt::Display) {
        self.end_progress();
        let _ = writeln!(io::stderr().lock(), "{}", printed(&note.to_string()));
    }

    pub(crate) fn report(&mut self, failure: &Failure) {
        if failure.is_silent() {
            return;
        }
        self.note(format_args!("cideldill: {failure}"));
        if matches!(failure, Failure::Usage(_)) {
            self.note("Try `cideldill --help`.");
        }
    }

    pub(crate) fn progress(&mut self, progress: Progress) {
        if !self.shows_progress {
            return;
        }
        let Progress { step, blocks, .. } = progress;
        let mut err = io::stderr().lock();
        let _ = match progress.of {
            Some(of) => write!(err, "\r\x1b[K{step}: {blocks} of {of}"),
            None => write!(err, "\r\x1b[K{step}: {blocks}"),
        };
        self.has_progress = true;
    }

    pub(crate) fn end_progress(&mut self) {
        if std::mem::take(&mut self.has_progress) {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// Text of others for people: what would not be printed as it stands, but a line's end, is escaped.
pub(crate) fn printed(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '\n' | '\'' | '"' | '\\' => c.to_string(),
        c => c.escape_debug().to_string(),
    });
    escaped.collect()
}

/// A number of bytes for people.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut tenths = u128::from(n) * 10;
    let mut unit = "B";
    for larger in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1_024;
        unit = larger;
    }
    match unit {
        "B" => format!("{n} B"),
        _ => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, printed};

    #[test]
    fn nothing_of_others_moves_the_cursor() {
        let text = "it's \"\u{e9}\"\na\\b";
        assert_eq!(printed(text), text);
        assert_eq!(printed("a\u{1b}[2J\r\u{202e}b"), "a\\u{1b}[2J\\r\\u{202e}b");
    }

    #[test]
    fn bytes_are_shown_in_the_largest_unit() {
        for (n, text) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "16383.9 PiB"),
        ] {
            assert_eq!(bytes(n), text);
        }
    }
}

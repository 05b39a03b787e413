//! What was written on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use cideldill::transport::discovery;
use lexopt::Arg;

use crate::error::Failure;

/// What is to be done.
pub(crate) enum Command {
    Help(&'static str),
    Version,
    Serve,
    Fsck,
    Recover,
    Stats,
    Show,
    Diff,
    Export,
    Import,
    Copy,
    Gc,
}

const HELP: &str = "\
Keeps and looks into values named by their content.

Usage: cideldill <command> [options]

Commands:
  serve     answer other programs that send values
  show      print a value
  diff      print what differs between two values
  stats     count what is in the store
  fsck      check the store, and list all damage
  recover   save what is sound of a store that cannot be opened
  export    write the store, or a part of it, to an archive
  import    read an archive into the store
  copy      copy the store, or a part of it, to another store
  gc        take out what no name leads to; only counts unless told otherwise

Options of all commands:
  -s, --store <path>  the store; $CIDELDILL_HOME/store, or ~/.cideldill/store, if not given
  -h, --help          what the command does and takes
  -V, --version       the version of this program

A value is named by its CID (128 hexadecimal digits, or the first ones if they are enough), or by
@name for what a name in the store stands for.

Exit codes:
  0  done
  1  done, and damage (fsck, recover) or a difference (diff) was found
  2  the command was not understood
  3  a store, a file or the network failed
  4  what was named is missing or corrupt
";

const SERVE: &str = "\
Answers other programs that send and fetch values over HTTP (docs/protocol.md).

Usage: cideldill serve [options]

  -s, --store <path>       the store
      --address <ip>       the address to listen on; 127.0.0.1 if not given. Any but a loopback
                           address needs a token
  -p, --port <n>           the port, 0 for any; if not given, 5174 or the next one that is free
      --port-file <path>   the file that tells clients the port; $CIDELDILL_PORT_FILE, or
                           $CIDELDILL_HOME/port, or ~/.cideldill/port, if not given
      --no-port-file       write no such file
      --token-file <path>  a file whose first line clients must show; $CIDELDILL_TOKEN if not given
      --host <name>        a further name that this server has; may be repeated
      --origin <origin>    web pages of this origin may ask; may be repeated

Takes 2,048 connections at once, or half as many as the files the system lets it open; says so if
those are fewer. Ends on an interrupt or termination signal: answers what is under way, and flushes
the store.
";

const FSCK: &str = "\
Checks every block, link and name of the store, and lists all damage.

Usage: cideldill fsck [options]

  -s, --store <path>  the store
      --repair        correct the statistics, and take out blocks whose bytes are corrupt or
                      unreadable, so that they can be stored again. Nothing sound is dropped
      --json          say it as JSON

Exits with 1 if damage was found.
";

const RECOVER: &str = "\
Makes a new store of what is sound in one that cannot be opened, in the same place.

Usage: cideldill recover [options]

  -s, --store <path>  the store
      --json          say it as JSON

The old files are kept in a directory beside it. Takes room on the disk for a second store. Blocks
that were taken out may be there again. Exits with 1 if something is lost.
";

const STATS: &str = "\
Counts what is in the store, by kind and size.

Usage: cideldill stats [options]

  -s, --store <path>  the store
      --json          say it as JSON
";

const SHOW: &str = "\
Prints a value.

Usage: cideldill show [options] <cid or @name>

  -s, --store <path>  the store
      --path <path>   only the part at this place, such as .lines[3].price
      --depth <n>     how many composites inside each other are shown; 32 if not given
      --items <n>     how many elements of each are shown; 100 if not given
      --text <bytes>  how much of each text is shown; 200 if not given
      --all           everything, however much it is
      --json          as JSON: readable by programs, but it does not lead back to the value
";

const DIFF: &str = "\
Prints what differs between two values: one line a change, with its place.

Usage: cideldill diff [options] <old cid or @name> <new cid or @name>

  -s, --store <path>  the store
      --max <n>       print at most so many changes; 1000 if not given
      --json          one JSON object a line

Exits with 1 if there is a difference. Reads only what differs.
";

const EXPORT: &str = "\
Writes the store, or a part of it, to an archive (CAR version 1, docs/archive.md).

Usage: cideldill export [options] <file> [<cid or @name>...]

  -s, --store <path>  the store
      --json          say what was written as JSON

Values that are named, and all they lead to, are written; without any, everything. With - as file
the archive goes to standard output.
";

const IMPORT: &str = "\
Reads an archive (CAR version 1, docs/archive.md) into the store.

Usage: cideldill import [options] <file>

  -s, --store <path>  the store; made if it is not there
      --no-refs       set no names
      --json          say what was read as JSON

With - as file the archive comes from standard input. Every block is verified.
";

const COPY: &str = "\
Copies the store, or a part of it, to another one.

Usage: cideldill copy [options] <to> [<cid or @name>...]

  -s, --store <path>  the store that is copied
      --redb          make the other store one of redb, if it is not there yet
      --json          say what was copied as JSON
";

const GC: &str = "\
Counts what no name in the store leads to, and takes it out if told so.

Usage: cideldill gc [options]

  -s, --store <path>   the store
      --keep <cid>     keep this value too, with all it leads to; may be repeated
      --grace <time>   keep what came within this time: 90s, 15m, 24h, 7d; 24h if not given
      --remove         take it out
      --json           say it as JSON
";

/// The words that are left to read.
pub(crate) struct Args {
    parser: lexopt::Parser,
    /// Where the store is.
    store: Option<PathBuf>,
    pub(crate) is_json: bool,
}

/// An option or a value that a command knows itself.
pub(crate) enum Word {
    Option(String),
    Value(OsString),
}

impl Args {
    pub(crate) fn from_environment() -> Self {
        Self {
            parser: lexopt::Parser::from_env(),
            store: None,
            is_json: false,
        }
    }

    /// The command, which comes first; help where help is asked for anywhere.
    pub(crate) fn command(&mut self) -> Result<Command, Failure> {
        let command = match self.next()? {
            None => return Ok(Command::Help(HELP)),
            Some(Word::Option(name)) => match name.as_str() {
                "h" | "help" => return Ok(Command::Help(HELP)),
                "V" | "version" => return Ok(Command::Version),
                name => return Err(unknown_option(name)),
            },
            Some(Word::Value(value)) => value.to_string_lossy().into_owned(),
        };
        let (command, help) = match command.as_str() {
            "serve" => (Command::Serve, SERVE),
            "fsck" => (Command::Fsck, FSCK),
            "recover" => (Command::Recover, RECOVER),
            "stats" => (Command::Stats, STATS),
            "show" => (Command::Show, SHOW),
            "diff" => (Command::Diff, DIFF),
            "export" => (Command::Export, EXPORT),
            "import" => (Command::Import, IMPORT),
            "copy" => (Command::Copy, COPY),
            "gc" => (Command::Gc, GC),
            "help" => return Ok(Command::Help(HELP)),
            other => return Err(Failure::usage(format!("`{other}` is no command"))),
        };
        Ok(if self.asks_for_help() {
            Command::Help(help)
        } else {
            command
        })
    }

    fn asks_for_help(&mut self) -> bool {
        let mut rest = self.parser.clone();
        while let Ok(Some(word)) = rest.next() {
            if matches!(word, Arg::Short('h') | Arg::Long("help")) {
                return true;
            }
        }
        false
    }

    /// The next word that is not an option of all commands.
    pub(crate) fn next(&mut self) -> Result<Option<Word>, Failure> {
        loop {
            let word = match self.parser.next()? {
                None => return Ok(None),
                Some(Arg::Short('s') | Arg::Long("store")) => {
                    self.store = Some(self.parser.value()?.into());
                    continue;
                }
                Some(Arg::Long("json")) => {
                    self.is_json = true;
                    continue;
                }
                Some(Arg::Short(letter)) => Word::Option(letter.to_string()),
                Some(Arg::Long(name)) => Word::Option(name.to_owned()),
                Some(Arg::Value(value)) => Word::Value(value),
            };
            return Ok(Some(word));
        }
    }

    /// All words of a command that has no options of its own but flags, and values.
    pub(crate) fn flags_and_values(
        &mut self,
        mut flag: impl FnMut(&str) -> bool,
    ) -> Result<Vec<OsString>, Failure> {
        let mut values = Vec::new();
        while let Some(word) = self.next()? {
            match word {
                Word::Value(value) => values.push(value),
                Word::Option(name) if flag(&name) => {}
                Word::Option(name) => return Err(unknown_option(&name)),
            }
        }
        Ok(values)
    }

    /// The value of the option that was read last.
    pub(crate) fn value(&mut self) -> Result<String, Failure> {
        let value = self.parser.value()?.into_string();
        value.map_err(|_| Failure::usage("an option's value is not UTF-8"))
    }

    pub(crate) fn path(&mut self) -> Result<PathBuf, Failure> {
        Ok(self.parser.value()?.into())
    }

    pub(crate) fn number(&mut self) -> Result<usize, Failure> {
        let text = self.value()?;
        let number = text.replace('_', "").parse();
        number.map_err(|_| Failure::usage(format!("`{text}` is not a number")))
    }

    /// Where the store is: call it when all words were read.
    pub(crate) fn store(&self) -> Result<PathBuf, Failure> {
        let known = self.store.clone();
        let known = known.or_else(|| Some(discovery::home()?.join("store")));
        known.ok_or_else(|| Failure::usage("no home directory: say `--store <path>`"))
    }
}

pub(crate) fn unknown_option(name: &str) -> Failure {
    let dashes = if name.chars().count() == 1 { "-" } else { "--" };
    Failure::usage(format!("`{dashes}{name}` is no option here"))
}

/// The only value there is.
pub(crate) fn one<const N: usize>(
    values: Vec<OsString>,
    what: &str,
) -> Result<[OsString; N], Failure> {
    values
        .try_into()
        .map_err(|_| Failure::usage(format!("expected {what}")))
}

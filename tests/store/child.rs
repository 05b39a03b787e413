//! Other processes: this test program, started again with a task.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{self, ChildStdout, Command, Stdio};

use cideldill::{Block, BlockStore, ErrorKind};

use cideldill::housekeeping::gc;

use crate::gc::at_once;
use crate::support::{Kind, assert_counted, assert_holds, holder, keep, long_text};

/// Opens the store and keeps it open until it is killed.
pub(crate) const HOLD: &str = "hold";
/// Stores batch after batch until it is killed, and says how many are acknowledged.
pub(crate) const WRITE: &str = "write";
/// Stores twenty batches and ends.
pub(crate) const WRITE_TWENTY: &str = "write twenty";
/// Stores until the disk refuses, and checks what is left then.
pub(crate) const FILL: &str = "fill";

/// Eight threads store 25 batches each.
pub(crate) const WRITE_TOGETHER: &str = "write together";
/// Stores, names, forgets and sweeps until it is killed.
pub(crate) const CHURN: &str = "churn";

const TASK: &str = "CIDELDILL_TEST_TASK";
const STORE: &str = "CIDELDILL_TEST_STORE";
const KIND: &str = "CIDELDILL_TEST_KIND";
/// Lines that are ours, among those of the test harness.
const MARK: &str = ">> ";

/// The blocks of a batch, the same in every process. Some batches are larger than what the store hands
/// to sled at a time.
pub(crate) fn batch(number: usize) -> Vec<Block> {
    let mut blocks: Vec<Block> = (0..8)
        .map(|block| long_text(number * 10 + block, 300 + block * 250))
        .collect();
    let large = if number % 16 == 3 { 5 << 20 } else { 20_000 };
    blocks.push(long_text(number * 10 + 8, large));
    blocks.push(holder(&blocks.iter().collect::<Vec<_>>()));
    blocks.reverse();
    blocks
}

/// One of the batches that are not large.
pub(crate) fn small_batch(number: usize) -> Vec<Block> {
    batch(16 * number)
}

/// The arguments that make this program do a task instead of its tests.
fn arguments() -> [&'static str; 4] {
    [
        "--exact",
        "child::task_of_another_process",
        "--nocapture",
        "--test-threads=1",
    ]
}

/// Makes `command`, which ends in this program's path, do the task on the store.
pub(crate) fn prepare(command: &mut Command, task: &str, kind: Kind, store: &Path) {
    command.args(arguments()).env(TASK, task);
    command.env(STORE, store).env(KIND, kind.name());
}

pub(crate) struct Child {
    process: process::Child,
    lines: BufReader<ChildStdout>,
}

impl Child {
    pub(crate) fn start(task: &str, kind: Kind, store: &Path) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        prepare(&mut command, task, kind, store);
        Self::spawn(&mut command)
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Self { process, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next line that the task prints; `None` when it has ended.
    pub(crate) fn next_line(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            if let Some((_, said)) = line.split_once(MARK) {
                return Some(said.trim_end().to_owned());
            }
            line.clear();
        }
        None
    }

    /// Ends it at once, as `kill -9` does, and gives what it still said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        let mut said = Vec::new();
        while let Some(line) = self.next_line() {
            said.push(line);
        }
        self.process.wait().unwrap();
        said
    }

    /// Waits for its end, which must be a good one.
    pub(crate) fn finish(mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(line) = self.next_line() {
            said.push(line);
        }
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}, after {said:?}");
        said
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{MARK}{what}").unwrap();
    out.flush().unwrap();
}

/// Does nothing unless another test started this program for a task.
#[test]
fn task_of_another_process() {
    let (Ok(task), Some(path)) = (env::var(TASK), env::var_os(STORE)) else {
        return;
    };
    let store = Kind::named(&env::var(KIND).unwrap()).open(path).unwrap();
    let store = &*store;
    say("open");
    match &*task {
        HOLD => loop {
            std::thread::park();
        },
        WRITE => write(store, usize::MAX),
        WRITE_TWENTY => write(store, 20),
        FILL => fill(store),
        WRITE_TOGETHER => write_together(store),
        CHURN => churn(store),
        other => panic!("no such task: {other}"),
    }
}

/// The number of the first batch that is not in the store.
pub(crate) fn first_absent(store: &dyn BlockStore) -> usize {
    let mut number = 0;
    while store.contains(&batch(number)[0].cid()).unwrap() {
        number += 1;
    }
    number
}

fn write(store: &dyn BlockStore, batches: usize) {
    let start = first_absent(store);
    for number in (start..).take(batches) {
        store.put_many(&batch(number)).unwrap();
        say(&format!("acknowledged {number}"));
    }
}

/// Writes small batches until one is refused for want of room, and says which.
pub(crate) fn fill_up(store: &dyn BlockStore) -> usize {
    let put = |n| store.put_many(&small_batch(n));
    let first_refused = (0..).find_map(|n| put(n).err().map(|error| (n, error)));
    let (refused_at, refused) = first_refused.unwrap();
    assert!(
        matches!(refused.kind(), ErrorKind::NoSpace { .. }),
        "{refused:?}"
    );
    refused_at
}

/// The batches before that one are there, and nothing of it.
pub(crate) fn assert_filled(store: &dyn BlockStore, refused_at: usize) {
    for number in 0..refused_at {
        assert_holds(store, &small_batch(number));
    }
    let cids: Vec<_> = small_batch(refused_at).iter().map(Block::cid).collect();
    assert_eq!(store.missing(&cids).unwrap(), cids);
    assert_eq!(store.stats().blocks, 10 * refused_at as u64);
    assert_counted(store);
}

fn fill(store: &dyn BlockStore) {
    let refused_at = fill_up(store);
    assert!(refused_at > 0);
    assert_filled(store, refused_at);
    say(&format!("refused {refused_at}"));
}

fn write_together(store: &dyn BlockStore) {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for number in 0..25 {
                    store
                        .put_many(&[long_text(thread * 100 + number, 900)])
                        .unwrap();
                }
            });
        }
    });
}

fn churn(store: &dyn BlockStore) {
    for number in 0.. {
        let texts = (0..20).map(|n| format!("{n}.{} ", number + n).repeat(300));
        let top = keep(store, &(number, texts.collect::<Vec<_>>()));
        store.set_ref("last", Some(top)).unwrap();
        gc(store, &at_once(), &mut |_| {}).unwrap();
        say(&format!("swept {number}"));
    }
}

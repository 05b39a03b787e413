//! Power cuts, simulated: see `power-cut.sh`.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cideldill::Block;

use crate::child::{batch, first_absent};
use crate::support::{Kind, Opened, assert_counted, assert_holds, long_text};

const STORE: &str = "CIDELDILL_POWER_CUT_STORE";
const ACKNOWLEDGED: &str = "CIDELDILL_POWER_CUT_ACKNOWLEDGED";
const KIND: &str = "CIDELDILL_POWER_CUT_KIND";

fn open(path: &Path) -> Opened {
    let kind = Kind::named(&env::var(KIND).unwrap());
    kind.open(path).unwrap()
}

#[test]
#[ignore = "a soak: needs root and loop devices"]
fn a_power_cut_loses_nothing_acknowledged() {
    cut_power(Kind::Sled);
}

#[test]
#[ignore = "a soak: needs root and loop devices"]
fn a_power_cut_loses_nothing_acknowledged_in_redb() {
    cut_power(Kind::Redb);
}

/// Runs the script, which needs root, loop devices and ext4. Takes about a minute.
fn cut_power(kind: Kind) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("power-cut.sh");
    let status = Command::new("bash")
        .arg(script)
        .arg(env::current_exe().unwrap())
        .env(KIND, kind.name())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}

fn given() -> Option<(PathBuf, PathBuf)> {
    Some((
        env::var_os(STORE)?.into(),
        env::var_os(ACKNOWLEDGED)?.into(),
    ))
}

/// Blocks that are stored together with a batch, and taken out some batches later.
fn passing(number: usize) -> Vec<Block> {
    (0..10)
        .map(|n| long_text(1_000_000 + 10 * number + n, 400))
        .collect()
}

/// The script's writer: stores batches until it is killed, and takes out what was stored among them.
/// The numbers acknowledged go to a file on another file system. Does nothing outside the script.
#[test]
fn power_cut_writer() {
    let Some((path, acknowledged)) = given() else {
        return;
    };
    let store = open(&path);
    let mut acknowledged = fs::File::options()
        .append(true)
        .create(true)
        .open(acknowledged)
        .unwrap();
    let start = first_absent(&*store);
    for number in start.. {
        let blocks = batch(number).into_iter().zip(passing(number));
        let blocks: Vec<Block> = blocks.flat_map(|(kept, passing)| [kept, passing]).collect();
        store.put_many(&blocks).unwrap();
        writeln!(acknowledged, "{number}").unwrap();
        if number % 4 == 3 {
            let gone = || (number - 3..=number).flat_map(passing);
            store
                .sweep(&mut || Ok(gone().map(|block| block.cid()).collect()))
                .unwrap();
        }
    }
}

/// The script's reader: everything acknowledged is there, and nothing in part. Does nothing outside
/// the script.
#[test]
fn power_cut_reader() {
    let Some((path, acknowledged)) = given() else {
        return;
    };
    let numbers = fs::read_to_string(acknowledged).unwrap();
    let acknowledged = numbers.lines().count();
    let store = open(&path);
    for number in 0..acknowledged {
        assert_holds(&*store, &batch(number));
    }
    let under_way: Vec<_> = batch(acknowledged).iter().map(Block::cid).collect();
    let missing = store.missing(&under_way).unwrap().len();
    assert!(missing == 0 || missing == under_way.len());
    assert_counted(&*store);
}

//! The command line as a user has it: what it says, where, and how it exits.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cideldill::{Cid, Debuggable, Store};

#[derive(Debuggable)]
struct Order {
    id: u64,
    lines: Vec<(String, u32)>,
}

fn order(price: u32) -> Order {
    let lines = (0..30).map(|n| ("words ".repeat(n), price + 1)).collect();
    Order { id: 7, lines }
}

/// A directory with a store of two orders, one of them named.
struct Home {
    folder: tempfile::TempDir,
    before: Cid,
    after: Cid,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("store")).unwrap();
        let before = store.put(&order(100)).unwrap();
        let mut changed = order(100);
        changed.lines[3].1 = 102;
        let after = store.put(&changed).unwrap();
        store.blocks().set_ref("main", Some(before)).unwrap();
        Self {
            folder,
            before,
            after,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> Store {
        Store::open(self.path("store")).unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        run(self.folder.path(), args)
    }

    /// What it says, and how it exits.
    fn says(&self, args: &[&str]) -> (String, i32) {
        let output = self.run(args);
        let text = String::from_utf8(output.stdout).unwrap();
        (text, output.status.code().unwrap())
    }

    fn says_json(&self, args: &[&str]) -> serde_json::Value {
        let (text, _) = self.says(args);
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{args:?}: {text}"))
    }
}

fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cideldill"));
    command.args(args).env("CIDELDILL_HOME", home);
    command
}

fn run(home: &Path, args: &[&str]) -> Output {
    command(home, args).output().unwrap()
}

#[test]
fn help_says_what_there_is() {
    let home = tempfile::tempdir().unwrap();
    let help = run(home.path(), &["--help"]);
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    for command in [
        "serve", "show", "diff", "stats", "fsck", "recover", "export", "import", "copy", "gc",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
        for asked in [&[command, "--help"][..], &[command, "x", "-h"]] {
            let own = run(home.path(), asked);
            assert!(own.status.success());
            let own = String::from_utf8(own.stdout).unwrap();
            assert!(own.contains(&format!("Usage: cideldill {command} ")));
            assert!(own.contains("--store"));
            assert!(own.lines().all(|line| line.len() <= 100), "{own}");
        }
    }
    let version = run(home.path(), &["--version"]);
    assert!(version.stdout.starts_with(b"cideldill 0."));
    assert_eq!(run(home.path(), &[]).stdout, help.as_bytes());
    assert_eq!(
        std::fs::read_dir(home.path()).unwrap().count(),
        0,
        "nothing was made"
    );
}

#[test]
fn what_is_not_understood_is_said_on_standard_error() {
    let home = Home::new();
    for args in [
        &["frobnicate"][..],
        &["--frobnicate"],
        &["stats", "--frobnicate"],
        &["stats", "x"],
        &["show"],
        &["show", "a", "b"],
        &["show", "no cid"],
        &["show", "--depth", "x", "@main"],
        &["diff", "@main"],
        &["gc", "--grace", "1 week"],
        &["export"],
        &["serve", "--port", "65536"],
        &["serve", "--address", "nowhere"],
        &["stats", "--store"],
    ] {
        let output = home.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
        assert!(output.stdout.is_empty());
        assert!(output.stderr.starts_with(b"cideldill: "));
    }
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_looking() {
    let home = tempfile::tempdir().unwrap();
    for command in ["stats", "fsck", "gc"] {
        let output = run(home.path(), &[command]);
        assert_eq!(output.status.code(), Some(3));
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    std::fs::write(home.path().join("store"), "a file").unwrap();
    assert_eq!(run(home.path(), &["stats"]).status.code(), Some(3));
}

#[test]
fn show_prints_a_value_by_cid_prefix_and_name() {
    let home = Home::new();
    let cid = home.before.to_string();
    let (whole, code) = home.says(&["show", &cid]);
    assert_eq!(code, 0);
    assert!(
        whole.starts_with("Order {\n    id: 7,\n    lines: [\n"),
        "{whole}"
    );
    assert_eq!(home.says(&["show", "@main"]).0, whole);
    assert_eq!(home.says(&["show", &cid[..20]]).0, whole);
    assert_eq!(
        home.says(&["show", "--path", ".lines[2].1", "@main"]).0,
        "101\n"
    );
    let (short, _) = home.says(&["show", "--items", "2", "@main"]);
    assert!(short.contains("..") && short.len() < whole.len());
    let (all, _) = home.says(&["show", "--all", "@main"]);
    assert!(all.contains(&"words ".repeat(29)));
    let json = home.says_json(&["show", "--json", "@main"]);
    assert_eq!(json["cid"], cid);
    assert_eq!(json["value"]["$type"], "Order");
    assert_eq!(json["value"]["lines"][1][0], "words ");

    let absent = cideldill::compute_cid(&"absent").unwrap().to_string();
    assert_eq!(home.run(&["show", &absent]).status.code(), Some(4));
    assert_eq!(home.run(&["show", "@absent"]).status.code(), Some(4));
}

#[test]
fn diff_prints_what_differs() {
    let home = Home::new();
    let after = home.after.to_string();
    let (text, code) = home.says(&["diff", "@main", &after]);
    assert_eq!((text.as_str(), code), (".lines[3].1: 101 -> 102\n", 1));
    assert_eq!(home.says(&["diff", &after, &after]), (String::new(), 0));
    let json = home.says_json(&["diff", "--json", "@main", &after]);
    assert_eq!(json["path"], ".lines[3].1");
    let none = home.run(&["diff", "--max", "0", "@main", &after]);
    assert!(none.stdout.is_empty());
    assert!(none.stderr.starts_with(b"1 more"));
}

#[test]
fn stats_counts_and_fsck_finds_a_whole_store() {
    let home = Home::new();
    let blocks = home.store().blocks().stats().blocks;
    let (text, code) = home.says(&["stats"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("all "), "{text}");
    let stats = home.says_json(&["stats", "--json"]);
    assert_eq!(stats["blocks"], blocks);
    assert_eq!(stats["top_level"]["blocks"], 2);
    assert_eq!(stats["refs"], 1);
    let (text, code) = home.says(&["fsck"]);
    assert!(code == 0 && text.ends_with("all whole\n"), "{text}");
    let report = home.says_json(&["fsck", "--json", "--repair"]);
    assert_eq!(report["is_whole"], true);
    assert_eq!(report["blocks"], blocks);
}

#[test]
fn gc_counts_and_takes_out_only_when_told() {
    let home = Home::new();
    let blocks = home.store().blocks().stats().blocks;
    let gc = |args: &[&str]| home.says_json(&[&["gc", "--json"], args].concat());
    assert_eq!(gc(&[])["garbage"]["blocks"], 0, "all is young");
    let garbage = gc(&["--grace", "0s"]);
    assert!(garbage["garbage"]["blocks"].as_u64() > Some(0));
    assert_eq!(home.store().blocks().stats().blocks, blocks);
    let kept = gc(&[
        "--grace",
        "0s",
        "--remove",
        "--keep",
        &home.after.to_string(),
    ]);
    assert_eq!(kept["removed"]["blocks"], 0);
    let removed = gc(&["--grace", "0s", "--remove"]);
    assert_eq!(removed["removed"], garbage["garbage"]);
    let store = home.store();
    assert!(store.get(home.after).unwrap().is_none());
    store.value(home.before).unwrap();
    drop(store);
    assert_eq!(home.says(&["fsck"]).1, 0);
    let (text, _) = home.says(&["gc"]);
    assert!(text.starts_with("named "), "{text}");
}

#[test]
fn an_archive_goes_out_and_in() {
    let home = Home::new();
    let (archive, other) = (home.path("all.car"), home.path("other"));
    let (archive, other) = (archive.to_str().unwrap(), other.to_str().unwrap());
    let exported = home.says_json(&["export", "--json", archive]);
    let blocks = home.store().blocks().stats().blocks;
    assert_eq!(exported["blocks"], blocks);
    let imported = home.says_json(&["import", "--json", "--store", other, archive]);
    assert_eq!(imported["new_blocks"], blocks);
    assert_eq!(imported["refs"]["main"], home.before.to_string());
    assert_eq!(home.says(&["show", "-s", other, "@main"]).1, 0);
    let (text, code) = home.says(&["import", "--store", other, archive]);
    assert!(code == 0 && text.contains("of which 0 new"), "{text}");

    // A part, through a pipe.
    let part = home.run(&["export", "-", "@main"]).stdout;
    let third = home.path("third");
    let mut child = command(home.folder.path(), &["import", "--no-refs", "-", "-s"])
        .arg(&third)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&part).unwrap();
    assert!(child.wait().unwrap().success());
    let third = Store::open(third).unwrap();
    third.value(home.before).unwrap();
    assert!(third.get(home.after).unwrap().is_none());
    assert!(third.blocks().refs().unwrap().is_empty());

    // Half an archive is refused, and where one cannot be written none is left.
    std::fs::write(home.path("half.car"), &part[..part.len() - 9]).unwrap();
    let half = home.path("half.car");
    assert_eq!(
        home.run(&["import", half.to_str().unwrap()]).status.code(),
        Some(3)
    );
    let nowhere = home.path("no/where.car");
    assert_eq!(
        home.run(&["export", nowhere.to_str().unwrap()])
            .status
            .code(),
        Some(3)
    );
    let unknown = home.path("unknown.car");
    assert_eq!(
        home.run(&["export", unknown.to_str().unwrap(), "@unknown"])
            .status
            .code(),
        Some(4)
    );
    assert!(!unknown.exists());
}

#[test]
fn an_archive_replaces_nothing_but_a_file_of_its_name() {
    let home = Home::new();
    let path = |name: &str| home.path(name).into_os_string().into_string().unwrap();
    std::fs::write(path("all.car.partial"), "somebody's").unwrap();
    std::fs::write(path("all.car"), "older").unwrap();
    assert_eq!(
        home.run(&["export", &path("all.car"), "@unknown"])
            .status
            .code(),
        Some(4)
    );
    assert_eq!(std::fs::read(path("all.car")).unwrap(), b"older");
    assert_eq!(home.says(&["export", &path("all.car")]).1, 0);
    assert_eq!(
        std::fs::read(path("all.car.partial")).unwrap(),
        b"somebody's"
    );
    let whole = std::fs::read(path("all.car")).unwrap();

    #[cfg(unix)]
    {
        // Through a link it is the file behind it that is written; a pipe stays a pipe.
        std::os::unix::fs::symlink(path("real.car"), path("link.car")).unwrap();
        std::fs::write(path("real.car"), "older").unwrap();
        assert_eq!(home.says(&["export", &path("link.car")]).1, 0);
        assert_eq!(std::fs::read(path("real.car")).unwrap(), whole);
        let made = Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(made.success());
        let pipe = path("pipe");
        let reader = std::thread::spawn(move || std::fs::read(pipe).unwrap());
        assert_eq!(home.says(&["export", &path("pipe")]).1, 0);
        assert_eq!(reader.join().unwrap(), whole);
        assert!(!std::fs::metadata(path("pipe")).unwrap().is_file());
    }
    let mut names: Vec<_> = std::fs::read_dir(home.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.retain(|name| name.contains("partial"));
    assert_eq!(names, ["all.car.partial"], "nothing is left behind");
}

/// What others wrote must not do anything to the terminal it is shown on.
#[test]
fn names_of_others_are_shown_and_not_obeyed() {
    let home = Home::new();
    let odd = "\u{1b}[2Jmain\r\u{202e}";
    let store = home.store();
    let named = "\u{202e}main";
    store.blocks().set_ref(named, Some(home.before)).unwrap();
    let record = cideldill::Value::record(odd, [(odd, cideldill::Value::from(1))]).unwrap();
    let record = store.put(&record).unwrap();
    store.blocks().set_ref("record", Some(record)).unwrap();
    drop(store);
    let archive = home.path("all.car");
    let archive = archive.to_str().unwrap();
    let other = home.path("other");
    let other = other.to_str().unwrap();
    assert_eq!(home.says(&["export", archive]).1, 0);
    let bad = home.path("bad.car");
    std::fs::write(&bad, archive_with_name(odd, home.before)).unwrap();
    for (args, escaped) in [
        (&["import", "-s", other, archive][..], "u{202e}"),
        (&["import", "-s", other, bad.to_str().unwrap()], "u{1b}"),
        (&["show", "@record"], "u{1b}"),
        (&["diff", "@record", "@main"], "u{1b}"),
        (&["show", "@\u{1b}[2J"], "u{1b}"),
    ] {
        let output = home.run(args);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(said.contains(escaped), "{args:?}: {said:?}");
        let is_shown = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(said.chars().all(is_shown), "{args:?}: {said:?}");
    }
}

#[test]
fn an_archive_with_a_bad_name_sets_none() {
    let home = Home::new();
    let bad = home.path("bad.car");
    for name in ["", "a\n\u{1b}[31mred", &"x".repeat(300)] {
        std::fs::write(&bad, archive_with_name(name, home.before)).unwrap();
        let (text, code) = home.says(&["import", bad.to_str().unwrap()]);
        assert_eq!((text.as_str(), code), ("", 3));
        let refs = home.store().blocks().refs().unwrap();
        assert_eq!(refs.into_keys().collect::<Vec<_>>(), ["main"]);
    }
}

/// An archive of names alone: a sound one and this one.
fn archive_with_name(name: &str, cid: Cid) -> Vec<u8> {
    use cideldill::{Profile, Value};
    let target = || Value::bytes(cid.as_bytes().as_slice());
    let refs = [(Value::from("a"), target()), (Value::from(name), target())];
    let refs = Value::map_of("s", "y", refs).unwrap();
    let names = Value::record("std::References", [("references", refs)]).unwrap();
    let names = cideldill::encode_with(&names, Profile::WHOLE).unwrap();
    let names = names.blocks().next().unwrap();
    let section = |archive: &mut Vec<u8>, before: &[u8], bytes: &[u8]| {
        let len = before.len() + bytes.len();
        assert!((128..16_384).contains(&len));
        let [low, high] = [len % 128, len / 128].map(|digit| u8::try_from(digit).unwrap());
        archive.extend([low | 0x80, high]);
        archive.extend([before, bytes].concat());
    };
    let cid = [b"\x01\x55\x13\x40", names.cid().as_bytes().as_slice()].concat();
    let mut archive = b"\x5a\xa2\x65roots\x81\xd8\x2a\x58\x45\x00".to_vec();
    archive.extend(&cid);
    archive.extend(b"\x67version\x01");
    section(&mut archive, &cid, names.bytes());
    archive
}

#[test]
fn what_is_named_and_not_there_is_said_to_be_missing() {
    let home = Home::new();
    let unknown = "0".repeat(128);
    for args in [
        &["show", "@nothing"][..],
        &["show", &unknown],
        &["show", "00000000"],
        &["show", "@main", "--path", ".price"],
    ] {
        let output = home.run(args);
        assert_eq!(output.status.code(), Some(4), "{args:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("--help"));
    }
}

#[test]
fn copy_goes_to_another_store_of_either_kind() {
    let home = Home::new();
    for (to, more) in [("sled", &[][..]), ("redb", &["--redb"])] {
        let path = home.path(to);
        let copied = home.says_json(&[&["copy", "--json", path.to_str().unwrap()], more].concat());
        assert_eq!(copied["refs"], 1);
        let other = Store::open(&path).unwrap();
        assert_eq!(other.blocks().stats(), home.store().blocks().stats());
        other.value(home.after).unwrap();
        drop(other);
        let path = path.to_str().unwrap();
        let (text, code) = home.says(&["copy", path, "@main"]);
        assert!(code == 0 && text.contains("of which 0 new"), "{text}");
        assert_eq!(home.says(&["show", "--store", path, "@main"]).1, 0);
    }
}

/// Who reads the output may stop reading: no error, and nothing said.
#[test]
fn a_broken_pipe_is_no_error() {
    let home = Home::new();
    for args in [
        &["show", "--all", "@main"][..],
        &["export", "-"],
        &["--help"],
    ] {
        let mut child = command(home.folder.path(), args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn a_store_that_is_open_elsewhere_is_said_to_be() {
    let home = Home::new();
    let held = home.store();
    let output = home.run(&["stats"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("locked"), "{said}");
    drop(held);
}

/// Flips bits of all texts in the largest file of a store.
fn damage(store: &Path) {
    let mut files = Vec::new();
    let mut folders = vec![store.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let into = if path.is_dir() {
                &mut folders
            } else {
                &mut files
            };
            into.push(path);
        }
    }
    let largest = files
        .into_iter()
        .max_by_key(|path| path.metadata().unwrap().len());
    let path = largest.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let text = b"words words words words";
    let mut from = 0;
    while let Some(at) = bytes[from..]
        .windows(text.len())
        .position(|found| found == text)
    {
        bytes[from + at + 9] ^= 1;
        from += at + text.len();
    }
    assert!(from > 0);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn damage_is_found_repaired_and_healed() {
    let home = Home::new();
    let path = home.path("other");
    let other = path.to_str().unwrap();
    assert_eq!(home.says(&["copy", "--redb", other]).1, 0);
    damage(&path);
    let (text, code) = home.says(&["fsck", "--store", other]);
    assert!(code == 1 && text.contains("is corrupt"), "{text}");
    let report = home.says_json(&["fsck", "--json", "--store", other]);
    assert_eq!(report["is_whole"], false);
    let shown = home.run(&["show", "--store", other, "@main"]);
    assert_eq!(shown.status.code(), Some(4), "{shown:?}");

    let (text, code) = home.says(&["fsck", "--repair", "--store", other]);
    assert!(code == 1 && text.contains("taken out"), "{text}");
    assert_eq!(home.says(&["copy", other]).1, 0);
    let (text, code) = home.says(&["fsck", "--store", other]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(home.says(&["show", "--store", other, "@main"]).1, 0);
}

#[test]
fn a_store_that_cannot_be_opened_is_recovered() {
    let home = Home::new();
    let blocks = home.store().blocks().stats().blocks;
    let data = home.path("store/sled/db");
    let mut bytes = std::fs::read(&data).unwrap();
    bytes[..64].fill(0xff);
    std::fs::write(&data, bytes).unwrap();
    // Its configuration tells sled of its format.
    std::fs::write(home.path("store/sled/conf"), "none").unwrap();
    let output = home.run(&["fsck"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`cideldill recover`"), "{said}");

    let recovered = home.says_json(&["recover", "--json"]);
    assert_eq!(recovered["blocks"], blocks, "{recovered}");
    assert_eq!(recovered["refs"], 1);
    assert!(
        Path::new(recovered["moved_to"].as_str().unwrap())
            .join("db")
            .exists()
    );
    assert_eq!(home.says(&["show", "@main"]).1, 0);
    assert_eq!(home.says(&["fsck"]).1, 0);
    let (text, code) = home.says(&["recover"]);
    assert!(code == 0 && text.contains("1 names saved"), "{text}");

    // What is lost without a trace is said too.
    std::fs::write(&data, "nothing").unwrap();
    let (text, code) = home.says(&["recover"]);
    let gone = format!("no trace of {blocks} blocks");
    assert!(code == 1 && text.contains(&gone), "{text}");
    std::fs::remove_file(&data).unwrap();
    let output = home.run(&["recover"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("`cideldill recover`"), "{said}");
}

#[test]
fn a_server_for_others_needs_a_token() {
    let home = tempfile::tempdir().unwrap();
    let serve = |token: &str| {
        let mut command = command(
            home.path(),
            &["serve", "--address", "0.0.0.0", "--port", "0"],
        );
        command.env_remove("CIDELDILL_TOKEN");
        if !token.is_empty() {
            std::fs::write(home.path().join("token"), token).unwrap();
            command.arg("--token-file").arg(home.path().join("token"));
        }
        command.output().unwrap()
    };
    for token in ["", "\n"] {
        let refused = serve(token);
        assert_eq!(refused.status.code(), Some(3), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("token"));
    }
}

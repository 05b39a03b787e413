//! docs/coverage.md has a row for every requirement, and every test it names exists and is run.
//!
//! `requirements.txt` lists the ids and test names; a name that two groups have stands there with
//! its group.

mod found;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use found::{Found, find};

/// The folder of the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cells of a row.
struct Row {
    name: String,
    shown_by: String,
}

/// All rows of all tables of the page, in their order.
fn rows(page: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, shown_by] = cells[..] else {
            panic!("not two cells: {line}");
        };
        let is_head = name == "id or test name" || name.starts_with("--");
        if !is_head {
            let name = name.replace('`', "");
            let shown_by = shown_by.replace('`', "");
            rows.push(Row { name, shown_by });
        }
    }
    rows
}

/// The tests that a row names, as (file, function); none for one that waits.
fn tests(row: &Row) -> Vec<(&str, &str)> {
    if let Some(what_for) = row.shown_by.strip_prefix("waits: ") {
        assert!(!what_for.is_empty(), "{}: waits for what?", row.name);
        return Vec::new();
    }
    let named = row.shown_by.split(',').map(|test| {
        test.trim()
            .split_once("::")
            .unwrap_or_else(|| panic!("{}: `{test}` is not path::function", row.name))
    });
    named.collect()
}

#[test]
fn every_requirement_has_one_row() {
    let mut names = BTreeSet::new();
    for row in rows(&read("docs/coverage.md")) {
        assert!(names.insert(row.name.clone()), "{} stands twice", row.name);
    }
    let requirements: Vec<String> = read("tests/coverage/requirements.txt")
        .lines()
        .map(str::to_owned)
        .collect();
    let required: BTreeSet<String> = requirements.iter().cloned().collect();
    assert_eq!(
        required.len(),
        requirements.len(),
        "a requirement stands twice"
    );
    let without_row: Vec<_> = required.difference(&names).collect();
    let without_requirement: Vec<_> = names.difference(&required).collect();
    assert!(without_row.is_empty(), "no row: {without_row:?}");
    assert!(
        without_requirement.is_empty(),
        "no such requirement: {without_requirement:?}"
    );
}

#[test]
fn every_test_that_a_row_names_exists_and_is_run() {
    let mut sources = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows(&read("docs/coverage.md")) {
        let named = tests(&row);
        let mut any_is_run = named.is_empty();
        for (path, function) in named {
            if !workspace().join(path).is_file() {
                wrong.push(format!("{}: there is no {path}", row.name));
                continue;
            }
            let source = sources.entry(path.to_owned()).or_insert_with(|| read(path));
            match find(path, source, function, &read) {
                Found::Run => any_is_run = true,
                // A soak may stand beside a test that is always run.
                Found::Ignored => {}
                Found::No(why) => wrong.push(format!("{}: {path}::{function} {why}", row.name)),
            }
        }
        if !any_is_run {
            wrong.push(format!("{}: nothing it names is run", row.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

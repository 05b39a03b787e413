//! A server where the system lets programs open few files.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::server::{ServerProcess, command, store_path};

/// A server that a shell started after this command. What it says beside its address goes to a file.
fn serve_after(shell: &str, home: &Path) -> ServerProcess {
    let serve = command(home);
    let script = format!("{shell} && exec \"$0\" serve --port 0 2> \"$1\"");
    let mut started = Command::new("sh");
    started
        .args(["-c", &script])
        .arg(serve.get_program())
        .arg(home.join("said"))
        .stdout(Stdio::piped());
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => started.env(name, value),
            None => started.env_remove(name),
        };
    }
    ServerProcess::of(started.spawn().unwrap())
}

fn said(home: &Path) -> String {
    std::fs::read_to_string(home.join("said")).unwrap()
}

#[test]
fn a_server_asks_for_the_files_its_connections_need() {
    let home = tempfile::tempdir().unwrap();
    let server = serve_after("ulimit -S -n 256 && ulimit -H -n 8192", home.path());
    assert!(server.http().stats().is_ok());
    assert_eq!(said(home.path()), "");
    // Only some systems say what a program may do.
    if let Ok(limits) = std::fs::read_to_string(format!("/proc/{}/limits", server.pid())) {
        let files = limits
            .lines()
            .find(|line| line.starts_with("Max open files"));
        let soft = files.unwrap().split_whitespace().nth(3).unwrap();
        assert_eq!(soft, "4096");
    }
    server.stop();
    assert!(store_path(home.path()).exists());
}

#[test]
fn a_server_that_may_open_few_files_takes_fewer_connections_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let server = serve_after("ulimit -n 300", home.path());
    assert!(server.http().stats().is_ok());
    let said = said(home.path());
    assert!(
        said.contains("150 connections") && said.contains("300 open files"),
        "{said}"
    );
    server.stop();
}

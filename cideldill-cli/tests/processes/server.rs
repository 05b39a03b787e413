//! The server as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cideldill::transport::client::Http;

pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) url: String,
}

impl ServerProcess {
    /// Starts a server on any free port, and waits until it says where it is.
    pub(crate) fn start(home: &Path) -> Self {
        Self::start_at(home, 0)
    }

    pub(crate) fn start_at(home: &Path, port: u16) -> Self {
        let child = command(home)
            .args(["serve", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self::of(child)
    }

    /// A server that was started, when it has said where it is.
    pub(crate) fn of(mut child: Child) -> Self {
        let mut line = String::new();
        let mut says = BufReader::new(child.stdout.take().unwrap());
        says.read_line(&mut line).unwrap();
        let url = line.split(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line:?}");
        Self { child, url }
    }

    /// Ends as the system ends programs, and starts again at the same place.
    pub(crate) fn restart(self, home: &Path) -> Self {
        let port = self.port();
        self.stop();
        Self::start_at(home, port)
    }

    pub(crate) fn stop(mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(told.success());
        assert!(self.child.wait().unwrap().success());
    }

    /// Ends without being asked.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn http(&self) -> Http {
        Http::new(&self.url, None).unwrap()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command line, with its files in this directory.
pub(crate) fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cideldill"));
    command.env("CIDELDILL_HOME", home);
    for variable in [
        "CIDELDILL_PORT_FILE",
        "CIDELDILL_SERVER_URL",
        "CIDELDILL_TOKEN",
    ] {
        command.env_remove(variable);
    }
    command
}

/// What the command line says about the store, which no server has open.
pub(crate) fn said(home: &Path, args: &[&str]) -> String {
    let output = command(home).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn store_path(home: &Path) -> PathBuf {
    home.join("store")
}

//! How a client finds the server of this machine: a file with its port.
//!
//! | variable | what it says |
//! |---|---|
//! | `CIDELDILL_SERVER_URL` | where the server is; nothing else is looked at |
//! | `CIDELDILL_PORT_FILE` | the file with the port, instead of `port` in the home |
//! | `CIDELDILL_HOME` | the home, instead of `~/.cideldill` |
//! | `CIDELDILL_TOKEN` | what the server wants to be shown |

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// The port of a server that was not told another.
pub const DEFAULT_PORT: u16 = 5174;

/// Where the files of this user are: `CIDELDILL_HOME`, or `.cideldill` in the home directory.
pub fn home() -> Option<PathBuf> {
    variable("CIDELDILL_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cideldill")))
}

/// The file with the port of the server that runs: `CIDELDILL_PORT_FILE`, or `port` in [`home`].
pub fn port_file() -> Option<PathBuf> {
    variable("CIDELDILL_PORT_FILE")
        .map(PathBuf::from)
        .or_else(|| Some(home()?.join("port")))
}

/// Where the server is: `CIDELDILL_SERVER_URL`, else on this machine at the port in [`port_file`],
/// else at the default port.
pub fn server_url() -> String {
    if let Some(url) = variable("CIDELDILL_SERVER_URL").and_then(|url| url.into_string().ok()) {
        // Paths are added to it.
        return url.trim_end_matches('/').to_owned();
    }
    let port = port_file().and_then(|file| read_port(&file));
    format!("http://127.0.0.1:{}", port.unwrap_or(DEFAULT_PORT))
}

/// What the server wants to be shown: `CIDELDILL_TOKEN`.
pub fn token() -> Option<String> {
    variable("CIDELDILL_TOKEN").and_then(|token| token.into_string().ok())
}

/// The port in this file, if one is there.
pub fn read_port(file: &Path) -> Option<u16> {
    let text = std::fs::read_to_string(file).ok()?;
    text.trim().parse().ok().filter(|port| *port != 0)
}

/// Writes the port into this file: others see the old content or the new one, never a part.
///
/// # Errors
/// What the file system says; then the file is as it was.
pub fn write_port(file: &Path, port: u16) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.{port}", std::process::id()));
    let new = file.with_file_name(name);
    std::fs::write(&new, format!("{port}\n"))?;
    std::fs::rename(&new, file).inspect_err(|_| {
        let _ = std::fs::remove_file(&new);
    })
}

/// Removes the file if it still has this port: another server may have written its own.
///
/// # Errors
/// What the file system says.
pub fn remove_port(file: &Path, port: u16) -> io::Result<()> {
    if read_port(file) == Some(port) {
        std::fs::remove_file(file)?;
    }
    Ok(())
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_written_whole_and_removed_only_by_who_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/port");
        assert_eq!(read_port(&file), None);
        write_port(&file, 5174).unwrap();
        write_port(&file, 6000).unwrap();
        assert_eq!(read_port(&file), Some(6000));
        remove_port(&file, 5174).unwrap();
        assert_eq!(read_port(&file), Some(6000));
        remove_port(&file, 6000).unwrap();
        remove_port(&file, 6000).unwrap();
        let left = std::fs::read_dir(folder.path().join("deep")).unwrap();
        assert_eq!(left.count(), 0);
        std::fs::write(&file, "no port").unwrap();
        assert_eq!(read_port(&file), None);
    }
}

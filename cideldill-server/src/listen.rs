//! The address a server listens on, and the file that says so.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use cideldill::transport::discovery::{remove_port, write_port};

use crate::config::{Config, Port};
use crate::server::ServeError;

/// How many ports are tried.
const PORTS: u16 = 100;

pub(crate) fn listen(config: &Config) -> Result<TcpListener, ServeError> {
    if !config.address.is_loopback() && config.token.is_none() {
        return Err(ServeError::NoToken {
            address: config.address,
        });
    }
    if config.token.as_ref().is_some_and(String::is_empty) {
        return Err(ServeError::EmptyToken);
    }
    let bound = match config.port {
        Port::Exactly(port) => bind(config.address, port),
        Port::From(first) => bind_next(config.address, first),
    };
    bound.map_err(|source| ServeError::Listen {
        address: config.address,
        source,
    })
}

fn bind_next(address: IpAddr, first: u16) -> io::Result<TcpListener> {
    let mut bound = bind(address, first);
    for port in (first..=u16::MAX).skip(1).take(usize::from(PORTS) - 1) {
        match &bound {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => bound = bind(address, port),
            _ => break,
        }
    }
    bound
}

fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(SocketAddr::new(address, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The file with the port, as long as the server is there.
#[derive(Debug)]
pub(crate) struct PortFile {
    path: PathBuf,
    port: u16,
}

impl PortFile {
    pub(crate) fn write(path: &Path, port: u16) -> io::Result<Self> {
        write_port(path, port)?;
        let path = path.to_owned();
        Ok(Self { path, port })
    }
}

impl Drop for PortFile {
    /// Only if it is still ours. If it cannot be removed, who reads it finds nobody.
    fn drop(&mut self) {
        let _ = remove_port(&self.path, self.port);
    }
}

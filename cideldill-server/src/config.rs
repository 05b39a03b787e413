//! What a server is told before it starts.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cideldill::Error;
use cideldill::transport::RequestLimits;

/// Which port a server listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// This one, or the next of a hundred that is free.
    From(u16),
    /// This one and no other; 0 for any that is free.
    Exactly(u16),
}

/// Hears of failures of the store, with causes that are not told to clients.
pub type OnFailure = Arc<dyn Fn(&Error) + Send + Sync>;

/// How a server listens, whom it answers, and what it spends on them.
///
/// The default listens on the loopback address alone, for everybody on this machine.
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The address to listen on. Default 127.0.0.1; any that is not a loopback address needs a token.
    pub address: IpAddr,
    /// The port. Default 5174, or the next that is free.
    pub port: Port,
    /// The file that tells clients the port; none if `None`, the default.
    pub port_file: Option<PathBuf>,
    /// What clients must show, if anything.
    pub token: Option<String>,
    /// Further names that `Host` may have.
    pub hosts: Vec<String>,
    /// Values of `Origin` that are answered. Default none: a web page is not a client.
    pub origins: Vec<String>,
    /// What one request may cost.
    pub limits: RequestLimits,
    /// Bytes of bodies that are read and not answered yet, of all requests together; others wait.
    /// Taking a body apart takes about three times as much. The first 16 KiB of each do not count, so
    /// that small requests wait for nobody. Default 64 MiB.
    pub bodies_bytes: usize,
    /// Connections served at once; further ones are told to come later. Default 2,048.
    pub connections: usize,
    /// Answers that are streamed at once; further ones are told to come later. Default 64.
    pub streams: usize,
    /// Requests that work on the store at once; others wait. Default 16.
    pub workers: usize,
    /// How long a connection may take to send the head of its next request. Default 30 s.
    pub head_timeout: Duration,
    /// How long a request may take to send its body, and to wait for its turn. Default 30 s.
    pub body_timeout: Duration,
    /// How long a client may not take any of its answer. Default 30 s.
    pub stall_timeout: Duration,
    /// How long requests under way may take when the server ends. Default 10 s.
    pub grace: Duration,
    /// Hears of failures of the store.
    pub on_failure: Option<OnFailure>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: Port::From(cideldill::transport::discovery::DEFAULT_PORT),
            port_file: None,
            token: None,
            hosts: Vec::new(),
            origins: Vec::new(),
            limits: RequestLimits::default(),
            bodies_bytes: 64 << 20,
            connections: 2_048,
            streams: 64,
            workers: 16,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            on_failure: None,
        }
    }
}

/// Without the token.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("address", &self.address)
            .field("port", &self.port)
            .field("port_file", &self.port_file)
            .field("has_token", &self.token.is_some())
            .field("hosts", &self.hosts)
            .field("origins", &self.origins)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

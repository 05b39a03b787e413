//! A server from its start to its end.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener as StdListener};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use cideldill::{Error, Store};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::Config;
use crate::connection::Connections;
use crate::listen::{PortFile, listen};

/// Why a server did not start, or did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Others than this machine would be answered without a token.
    #[error("{address} is not a loopback address: a token is needed")]
    NoToken {
        /// The address.
        address: IpAddr,
    },
    /// A token that everybody has.
    #[error("the token is empty")]
    EmptyToken,
    /// The address or port cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: IpAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The file with the port cannot be written.
    #[error("cannot write the file with the port")]
    PortFile(#[source] io::Error),
    /// The system has no thread or no event queue for the server.
    #[error("cannot start")]
    Start(#[source] io::Error),
    /// What was accepted is not surely on the disk.
    #[error("the store could not be flushed")]
    Flush(#[source] Error),
}

/// A server that has its address, and is not answering yet.
///
/// ```
/// use cideldill::Store;
/// use cideldill_server::{Config, Port, Server};
/// let mut config = Config::default();
/// config.port = Port::Exactly(0);
/// let running = Server::bind(Store::in_memory(), config)?.start()?;
/// assert!(running.url().starts_with("http://127.0.0.1:"));
/// running.stop()?; // answers what is under way, and flushes
/// # Ok::<(), cideldill_server::ServeError>(())
/// ```
#[derive(Debug)]
pub struct Server {
    store: Store,
    config: Config,
    listener: StdListener,
    address: SocketAddr,
    port_file: Option<PortFile>,
}

impl Server {
    /// Takes an address, and writes the file with the port: who comes from now on is answered, if
    /// later. The file is removed when the server ends or is dropped.
    ///
    /// # Errors
    /// [`ServeError::NoToken`], [`ServeError::EmptyToken`], [`ServeError::Listen`] or
    /// [`ServeError::PortFile`].
    pub fn bind(store: Store, config: Config) -> Result<Self, ServeError> {
        let listener = listen(&config)?;
        let address = listener.local_addr().map_err(ServeError::Start)?;
        let port_file = config.port_file.as_deref();
        let port_file = port_file.map(|path| PortFile::write(path, address.port()));
        let port_file = port_file.transpose().map_err(ServeError::PortFile)?;
        Ok(Self {
            store,
            config,
            listener,
            address,
            port_file,
        })
    }

    /// The address and port it has.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as clients on this machine write it.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Answers on a thread of its own.
    ///
    /// # Errors
    /// [`ServeError::Start`].
    pub fn start(self) -> Result<Running, ServeError> {
        let address = self.address;
        let (started, is_started) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            let runtime = self.runtime()?;
            runtime.block_on(self.serve_and_tell(
                async {
                    // Dropped is as good as sent.
                    let _ = stopped.await;
                },
                move || {
                    let _ = started.send(());
                },
            ))
        };
        let thread = std::thread::Builder::new().name("cideldill-server".into());
        let thread = thread.spawn(run).map_err(ServeError::Start)?;
        let running = Running {
            address,
            stop: Some(stop),
            thread: Some(thread),
        };
        match is_started.recv() {
            Ok(()) => Ok(running),
            // It ended before it began.
            Err(_) => match running.stop() {
                Err(error) => Err(error),
                Ok(()) => Err(ServeError::Start(io::Error::other("ended at once"))),
            },
        }
    }

    /// A runtime for this server: one thread for the network, some for the store.
    ///
    /// # Errors
    /// [`ServeError::Start`].
    pub fn runtime(&self) -> Result<tokio::runtime::Runtime, ServeError> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(self.config.workers.max(1) + self.config.streams.min(16))
            .thread_name("cideldill-store")
            .build()
            .map_err(ServeError::Start)
    }

    /// Answers until `stop` is ready; then no more connections are taken, requests under way are
    /// answered within [`Config::grace`], and the store is flushed.
    ///
    /// On a runtime of the caller's; all work on the store is on its threads for blocking work.
    ///
    /// # Errors
    /// [`ServeError::Start`], [`ServeError::Flush`].
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        self.serve_and_tell(stop, || ()).await
    }

    async fn serve_and_tell(
        self,
        stop: impl Future<Output = ()>,
        tell: impl FnOnce(),
    ) -> Result<(), ServeError> {
        let listener = TcpListener::from_std(self.listener).map_err(ServeError::Start)?;
        tell();
        let grace = self.config.grace;
        let app = Arc::new(App::new(self.store, self.config));
        accept(&app, listener, stop, grace).await;
        drop(self.port_file);
        let flush = tokio::task::spawn_blocking(move || app.blocks().flush());
        let flushed = flush.await.unwrap_or_else(|panic| {
            let kind = cideldill::ErrorKind::Backend { action: "flush" };
            Err(Error::new(kind).with_source(panic))
        });
        flushed.map_err(ServeError::Flush)
    }
}

/// Takes connections until `stop` is ready, and waits for those there are.
async fn accept(
    app: &Arc<App>,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let (stopping, is_stopping) = watch::channel(false);
    let connections = Connections::new(Arc::clone(app), is_stopping);
    let mut tasks = JoinSet::new();
    let mut stop = pin!(stop);
    while let Some(accepted) = next(&listener, stop.as_mut()).await {
        match accepted {
            Ok((stream, _)) => connections.serve(stream, &mut tasks),
            // Out of file descriptors, mostly: those there are must go first.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while tasks.try_join_next().is_some() {}
    }
    drop(listener);
    drop(connections);
    stopping.send_replace(true);
    let all = async { while tasks.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(grace, all).await;
}

/// The next connection; nothing if the server is to stop.
async fn next(
    listener: &TcpListener,
    mut stop: std::pin::Pin<&mut impl Future<Output = ()>>,
) -> Option<io::Result<(TcpStream, SocketAddr)>> {
    poll_fn(|cx| {
        if stop.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        listener.poll_accept(cx).map(Some)
    })
    .await
}

/// A server that answers on a thread of its own. Dropped, it stops.
#[derive(Debug)]
#[must_use = "a server that is dropped stops"]
pub struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl Running {
    /// The address and port it has.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as clients on this machine write it.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Answers what is under way, flushes the store, and returns when all is done.
    ///
    /// # Errors
    /// [`ServeError::Flush`].
    pub fn stop(mut self) -> Result<(), ServeError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), ServeError> {
        drop(self.stop.take());
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(ServeError::Start(io::Error::other("the server panicked"))),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

fn url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

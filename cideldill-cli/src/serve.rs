//! `cideldill serve`

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use cideldill::transport::discovery;
use cideldill_server::{Config, Port, Server};

use crate::args::{Args, Word, unknown_option};
use crate::error::{Failure, Outcome};
use crate::files::{self, Fewer};
use crate::output::Output;
use crate::stores::open_or_make;

pub(crate) fn serve(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let mut config = Config::default();
    config.token = discovery::token();
    let mut port_file = discovery::port_file();
    while let Some(word) = args.next()? {
        let Word::Option(name) = word else {
            return Err(Failure::usage("`serve` takes options only"));
        };
        match name.as_str() {
            "address" => {
                let text = args.value()?;
                let address = text.parse();
                config.address =
                    address.map_err(|_| Failure::usage(format!("`{text}` is no address")))?;
            }
            "p" | "port" => {
                let port = u16::try_from(args.number()?);
                let port = port.map_err(|_| Failure::usage("a port is at most 65535"))?;
                config.port = Port::Exactly(port);
            }
            "port-file" => port_file = Some(args.path()?),
            "no-port-file" => port_file = None,
            "token-file" => config.token = Some(read_token(&args.path()?)?),
            "host" => config.hosts.push(args.value()?),
            "origin" => config.origins.push(args.value()?),
            other => return Err(unknown_option(other)),
        }
    }
    // Clients look at 127.0.0.1: elsewhere they would find nobody, or another server.
    let is_found = config.address == Ipv4Addr::LOCALHOST || config.address.is_unspecified();
    config.port_file = port_file.filter(|_| is_found);
    config.on_failure = Some(Arc::new(|error| {
        let _ = writeln!(std::io::stderr().lock(), "cideldill: {error}: {error:?}");
    }));

    let path = args.store()?;
    if let Some(Fewer { connections, files }) = files::for_connections(config.connections) {
        config.connections = connections;
        let _ = writeln!(
            std::io::stderr().lock(),
            "cideldill: {connections} connections at once: the system allows {files} open files"
        );
    }
    let store = open_or_make(&path)?;
    let server = Server::bind(store, config)?;
    let runtime = server.runtime()?;
    // Before it is said that the server is there: who reads that may end it at once.
    let stop = runtime.block_on(async { stopped() })?;
    output.line(format_args!("{} serves {}", server.url(), path.display()))?;
    output.flush()?;
    runtime.block_on(server.serve(stop))?;
    Ok(Outcome::Done)
}

/// Ready when the system asks the program to end.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use std::future::poll_fn;
        use std::task::Poll;
        use tokio::signal::unix::{SignalKind, signal};
        let mut signals = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ];
        Ok(poll_fn(move |cx| {
            let mut polled = signals.iter_mut().map(|signal| signal.poll_recv(cx));
            if polled.any(|signal| signal.is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }))
    }
    #[cfg(not(unix))]
    Ok(async {
        // If the signal cannot be had, nobody can send it.
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn read_token(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::File {
        path: path.display().to_string(),
        source,
    })?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

//! A way to a server that breaks: it closes connections after so many bytes, and counts them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// After how many bytes, of both directions, the connection with this number is closed.
type Plan = dyn Fn(u64) -> Option<u64> + Send + Sync;

pub(crate) struct Way {
    pub(crate) url: String,
    /// Bytes that clients sent.
    sent: Arc<AtomicU64>,
}

impl Way {
    pub(crate) fn to(port: u16, plan: impl Fn(u64) -> Option<u64> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&sent);
        let plan: Arc<Plan> = Arc::new(plan);
        thread::spawn(move || {
            for (n, client) in (0..).zip(listener.incoming().flatten()) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
                    continue;
                };
                connect(client, server, plan(n), &counted);
            }
        });
        Self { url, sent }
    }

    /// Bytes that clients sent since this was called last.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.swap(0, Ordering::SeqCst)
    }
}

fn connect(client: TcpStream, server: TcpStream, cut_after: Option<u64>, sent: &Arc<AtomicU64>) {
    let left = Arc::new(AtomicU64::new(cut_after.unwrap_or(u64::MAX)));
    let copies = [
        (
            client.try_clone().unwrap(),
            server.try_clone().unwrap(),
            Some(Arc::clone(sent)),
        ),
        (server, client, None),
    ];
    for (from, to, counted) in copies {
        let left = Arc::clone(&left);
        thread::spawn(move || {
            copy(&from, &to, &left, counted.as_deref());
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, left: &AtomicU64, counted: Option<&AtomicU64>) {
    let mut buffer = [0; 4_096];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            Some(left.saturating_sub(n as u64))
        });
        let passes = usize::try_from(taken.unwrap_or(0))
            .unwrap_or(usize::MAX)
            .min(n);
        if let Some(counted) = counted {
            counted.fetch_add(passes as u64, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..passes]).is_err() || passes < n {
            return;
        }
    }
}

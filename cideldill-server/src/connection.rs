//! Connections: how many, for how long, and what becomes of a request on one.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::answer::{Refused, form_of_answer};
use crate::app::{App, busy};
use crate::routes::router;
use crate::stalling::Stalling;
use crate::{guard, origin};

/// The head of a request, and what is read ahead of its body, has at most so many bytes.
const BUFFER_BYTES: usize = 32 << 10;

/// So many connections above the limit are told to come later; further ones are closed.
const REFUSED_CONNECTIONS: usize = 256;

pub(crate) struct Connections {
    app: Arc<App>,
    router: Router,
    places: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    is_stopping: watch::Receiver<bool>,
}

/// What a connection's requests are answered with.
struct Connected {
    app: Arc<App>,
    router: Router,
    local: SocketAddr,
    is_refused: bool,
    _place: OwnedSemaphorePermit,
}

impl Connections {
    pub(crate) fn new(app: Arc<App>, is_stopping: watch::Receiver<bool>) -> Self {
        Self {
            router: router(&app),
            places: Arc::new(Semaphore::new(app.config.connections.max(1))),
            refusals: Arc::new(Semaphore::new(REFUSED_CONNECTIONS)),
            app,
            is_stopping,
        }
    }

    /// Answers what comes on this connection, in a task of its own.
    pub(crate) fn serve(&self, stream: TcpStream, tasks: &mut JoinSet<()>) {
        let place = |from: &Arc<Semaphore>| Arc::clone(from).try_acquire_owned();
        let (place, is_refused) = match place(&self.places) {
            Ok(place) => (place, false),
            Err(_) => match place(&self.refusals) {
                Ok(place) => (place, true),
                Err(_) => return,
            },
        };
        // Answers are written in few pieces: none waits for another.
        let _ = stream.set_nodelay(true);
        let nowhere = || SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let connected = Arc::new(Connected {
            app: Arc::clone(&self.app),
            router: self.router.clone(),
            local: stream.local_addr().unwrap_or_else(|_| nowhere()),
            is_refused,
            _place: place,
        });
        tasks.spawn(converse(connected, stream, self.is_stopping.clone()));
    }
}

async fn converse(
    connected: Arc<Connected>,
    stream: TcpStream,
    mut is_stopping: watch::Receiver<bool>,
) {
    let config = &connected.app.config;
    let stream = TokioIo::new(Stalling::new(stream, config.stall_timeout));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(config.head_timeout)
        .max_buf_size(BUFFER_BYTES)
        .keep_alive(!connected.is_refused);
    let answer = service_fn(|request| {
        let connected = Arc::clone(&connected);
        async move { Ok::<_, Infallible>(connected.answer(request).await) }
    });
    let mut conversation = pin!(http.serve_connection(stream, answer));
    let mut stopping = pin!(is_stopping.wait_for(|is_stopping| *is_stopping));
    let mut is_ending = false;
    poll_fn(|cx| {
        if !is_ending && stopping.as_mut().poll(cx).is_ready() {
            is_ending = true;
            conversation.as_mut().graceful_shutdown();
        }
        // A connection that breaks is the other side's affair.
        conversation.as_mut().poll(cx).map(|_| ())
    })
    .await;
}

impl Connected {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let origin = guard::allowed_origin(&self.app.config, request.headers());
        let mut answer = self.answer_anybody(request).await;
        if let Some(origin) = origin {
            origin::allow(&mut answer, origin);
        }
        answer
    }

    async fn answer_anybody(&self, request: Request<Incoming>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let checked = if self.is_refused {
            Err(busy())
        } else {
            guard::check(&self.app.config, &parts, self.local)
        };
        if let Err(refusal) = checked {
            return Refused::from(refusal).answer(form_of_answer(&parts.headers));
        }
        if origin::is_preflight(&parts) {
            return origin::preflight();
        }
        let request = Request::from_parts(parts, Body::new(body));
        let answered = TowerToHyperService::new(self.router.clone()).call(request);
        match answered.await {
            Ok(answer) => answer,
            Err(impossible) => match impossible {},
        }
    }
}

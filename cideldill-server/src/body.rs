//! Reading a request's body, within bytes, memory and time.

use axum::body::Body;
use axum::http::Request;
use cideldill::transport::{BodyForm, Code, Refusal};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::answer::content_form;
use crate::app::App;

/// The beginning of a body needs no room: every connection may have so much, so that nobody who sends
/// little waits for those who claim much.
const BEGINNING: usize = 16 << 10;

/// A whole body. Its room is free again when it is dropped.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    pub(crate) form: BodyForm,
    _room: Option<OwnedSemaphorePermit>,
}

/// Reads a body that is a message.
pub(crate) async fn read(app: &App, request: Request<Body>) -> Result<Received, Refusal> {
    let form = content_form(request.headers()).ok_or_else(|| {
        let message = "`Content-Type` must be application/json or application/msgpack";
        Refusal::new(Code::UnsupportedMediaType, message)
    })?;
    let limit = app.config.limits.body_bytes;
    let body = request.into_body();
    let declared = body.size_hint().exact();
    let declared = declared.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    if declared.is_some_and(|bytes| bytes > limit) {
        return Err(too_large(limit));
    }
    let mut reading = Reading {
        body,
        bytes: Vec::new(),
        limit,
    };
    let mut room = None;
    if !reading.in_time(app, BEGINNING).await? {
        room = Some(app.room(declared.unwrap_or(limit)).await?);
        reading.in_time(app, limit).await?;
    }
    Ok(Received {
        bytes: reading.bytes,
        form,
        _room: room,
    })
}

/// A body that comes.
struct Reading {
    body: Body,
    /// Takes memory for what came, not for what was declared.
    bytes: Vec<u8>,
    limit: usize,
}

impl Reading {
    /// Reads to the body's end, or until there is more than so much of it. Says whether it ended.
    async fn in_time(&mut self, app: &App, enough: usize) -> Result<bool, Refusal> {
        let reading = tokio::time::timeout_at(app.deadline(), self.read(enough));
        reading.await.unwrap_or_else(|_| {
            let message = "the body did not come in time";
            Err(Refusal::new(Code::Timeout, message))
        })
    }

    async fn read(&mut self, enough: usize) -> Result<bool, Refusal> {
        while self.bytes.len() <= enough {
            let Some(frame) = self.body.frame().await else {
                return Ok(true);
            };
            let frame = frame.map_err(|_| {
                let message = "the body ends too early";
                Refusal::new(Code::InvalidRequest, message)
            })?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if self.bytes.len() + data.len() > self.limit {
                return Err(too_large(self.limit));
            }
            self.bytes.extend_from_slice(&data);
        }
        Ok(false)
    }
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("a body has at most {limit} bytes");
    Refusal::new(Code::TooLarge, message)
}

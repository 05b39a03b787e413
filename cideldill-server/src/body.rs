//! Reading a request's body, within bytes, memory and time.

use axum::body::Body;
use axum::http::Request;
use cideldill::transport::{BodyForm, Code, Refusal};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::answer::content_form;
use crate::app::App;

/// A whole body. Its room is free again when it is dropped.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    pub(crate) form: BodyForm,
    _room: OwnedSemaphorePermit,
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
    let room = app.room(declared.unwrap_or(limit)).await?;
    let reading = tokio::time::timeout_at(app.deadline(), read_to_end(body, limit));
    let bytes = reading.await.unwrap_or_else(|_| {
        let message = "the body did not come in time";
        Err(Refusal::new(Code::Timeout, message))
    })?;
    Ok(Received {
        bytes,
        form,
        _room: room,
    })
}

/// Takes memory for what comes, not for what was declared.
async fn read_to_end(mut body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let message = "the body ends too early";
            Refusal::new(Code::InvalidRequest, message)
        })?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("a body has at most {limit} bytes");
    Refusal::new(Code::TooLarge, message)
}

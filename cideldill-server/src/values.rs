//! One block, and whole values: as blocks, or for people.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use cideldill::transport::{Code, FRAME_MEDIA_TYPE, Refusal, leaves_first};
use cideldill::{BlockStore, Cid, Error, ErrorKind, Store};

use crate::answer::{Refused, accepted, ok};
use crate::app::App;
use crate::{render, stream};

/// `GET /v1/blocks/{cid}`
pub(crate) async fn block(app: &Arc<App>, request: Request) -> Result<Response<Body>, Refused> {
    let cid = named(&request)?;
    let find = move |app: &App| match app.blocks().get(&cid) {
        Ok(Some(bytes)) => Ok(bytes.to_vec()),
        Ok(None) => Err(Refusal::from(&ErrorKind::Missing { cid }.into())),
        Err(error) => Err(app.failed(&error)),
    };
    let found = app.work(find).await?;
    let bytes = found.map_err(Refused::by_name)?;
    Ok(ok("application/octet-stream", bytes))
}

/// `GET /v1/values/{cid}`
pub(crate) async fn value(app: &Arc<App>, request: Request) -> Result<Response<Body>, Refused> {
    let cid = named(&request)?;
    let answered = if is_for_people(&request)? {
        let _turn = app.rendering().await?;
        let show = move |app: &App| {
            let shown = render::json(&app.store, cid);
            shown.map_err(|error| refusal(app, cid, &error))
        };
        let shown = app.work(show).await?;
        shown.map(|json| ok("application/json", json.to_string()))
    } else {
        let walk = move |app: &App| -> stream::Blocks {
            let blocks = leaves_first(Shared(app.store.clone()), [cid]);
            Box::new(blocks.map(|block| block.map(|block| Arc::clone(block.bytes()))))
        };
        stream::answer(app, walk).await
    };
    answered.map_err(Refused::by_name)
}

/// A store takes blocks without decoding them, so what one holds may be no value.
fn refusal(app: &App, cid: Cid, error: &Error) -> Refusal {
    match error.kind() {
        ErrorKind::Malformed { .. }
        | ErrorKind::Version { .. }
        | ErrorKind::DuplicateKey { .. }
        | ErrorKind::Limit { .. } => Refusal::new(Code::InvalidValue, error.to_string()).about(cid),
        _ => app.failed(error),
    }
}

/// A frame unless JSON is asked for before it.
fn is_for_people(request: &Request) -> Result<bool, Refusal> {
    let mut names = accepted(request.headers()).peekable();
    if names.peek().is_none() {
        return Ok(false);
    }
    let known = names.find_map(|named| {
        let name = named.split(';').next()?.trim().to_ascii_lowercase();
        match &*name {
            "application/json" => Some(true),
            FRAME_MEDIA_TYPE | "application/*" | "*/*" => Some(false),
            _ => None,
        }
    });
    known.ok_or_else(|| {
        let message = format!("a value is {FRAME_MEDIA_TYPE} or application/json");
        Refusal::new(Code::UnsupportedMediaType, message)
    })
}

/// The CID in the path.
fn named(request: &Request) -> Result<Cid, Refusal> {
    let text = request.uri().path().rsplit('/').next().unwrap_or_default();
    let cid = text.parse();
    cid.map_err(|error: cideldill::ParseCidError| Refusal::new(Code::InvalidCid, error.to_string()))
}

/// A store that outlives the request.
struct Shared(Store);

impl Deref for Shared {
    type Target = dyn BlockStore;

    fn deref(&self) -> &Self::Target {
        self.0.blocks()
    }
}

//! Offers, and questions about many blocks.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use cideldill::transport::{Answer, CidList, Code, MissingCids, Refusal, receive_body};
use cideldill::{Cid, Error, ErrorKind, Store};

use crate::answer::{Refused, ok};
use crate::app::App;
use crate::{body, stream};

/// So many blocks are read, and verified side by side, at a time.
const BLOCKS_PER_READ: usize = 64;

/// `POST /v1/objects`
pub(crate) async fn offer(app: &Arc<App>, request: Request) -> Result<Response<Body>, Refused> {
    let received = body::read(app, request).await?;
    let form = received.form;
    let receive =
        move |app: &App| receive_body(app.blocks(), form, &received.bytes, &app.config.limits);
    match app.work(receive).await? {
        Answer::Refused(refusal) => Err(refusal.into()),
        answer @ Answer::Accepted(_) => {
            let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
            let mut response = ok(form.media_type(), answer.to_body(form));
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

/// `POST /v1/missing`
pub(crate) async fn missing(app: &Arc<App>, request: Request) -> Result<Response<Body>, Refused> {
    let received = body::read(app, request).await?;
    let form = received.form;
    let ask = move |app: &App| {
        let asked = CidList::parse(form, &received.bytes, &app.config.limits)?;
        Ok(MissingCids::of(app.blocks(), &asked)?.to_body(form))
    };
    let body: Result<Vec<u8>, Refusal> = app.work(ask).await?;
    Ok(ok(form.media_type(), body?))
}

/// `POST /v1/blocks`
pub(crate) async fn blocks(app: &Arc<App>, request: Request) -> Result<Response<Body>, Refused> {
    let received = body::read(app, request).await?;
    let find = move |app: &App| {
        let asked = CidList::parse(received.form, &received.bytes, &app.config.limits)?;
        let mut met = BTreeSet::new();
        let mut cids = asked.cids;
        cids.retain(|cid| met.insert(*cid));
        if cids.is_empty() {
            let message = "a frame has at least one block";
            return Err(Refusal::new(Code::InvalidRequest, message).into());
        }
        let missing = app.blocks().missing(&cids);
        let missing = missing.map_err(|error| app.failed(&error))?;
        if missing.is_empty() {
            return Ok(cids);
        }
        let max = app.config.limits.missing;
        let listed = missing.iter().take(max).copied().collect();
        let refusal = Refusal::missing_blocks(listed, missing.len() > max);
        Err(Refused::by_name(refusal.in_epoch(app.blocks().epoch())))
    };
    let cids = app.work(find).await??;
    let paged = |app: &App| -> stream::Blocks { Box::new(Paged::new(app.store.clone(), cids)) };
    stream::answer(app, paged).await.map_err(Refused::by_name)
}

/// Blocks read from a store some at a time.
struct Paged {
    store: Store,
    cids: std::vec::IntoIter<Cid>,
    read: std::vec::IntoIter<(Cid, Option<Arc<[u8]>>)>,
}

impl Paged {
    fn new(store: Store, cids: Vec<Cid>) -> Self {
        Self {
            store,
            cids: cids.into_iter(),
            read: Vec::new().into_iter(),
        }
    }

    fn next_block(&mut self) -> Result<Option<Arc<[u8]>>, Error> {
        if self.read.len() == 0 {
            let page: Vec<Cid> = self.cids.by_ref().take(BLOCKS_PER_READ).collect();
            let found = self.store.blocks().get_many(&page)?;
            let read: Vec<_> = page.into_iter().zip(found).collect();
            self.read = read.into_iter();
        }
        match self.read.next() {
            None => Ok(None),
            Some((_, Some(bytes))) => Ok(Some(bytes)),
            Some((cid, None)) => Err(ErrorKind::Missing { cid }.into()),
        }
    }
}

impl Iterator for Paged {
    type Item = Result<Arc<[u8]>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_block().transpose()
    }
}

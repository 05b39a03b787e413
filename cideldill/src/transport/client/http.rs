//! Requests to a server, one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::super::{
    Answer, BodyForm, CidList, Code, FRAME_MEDIA_TYPE, FrameReader, Handshake, MissingCids, Offer,
    PROTOCOL_VERSION, RefCid, RefList, RefUpdate, Refusal, SendError, StoreStats, Transport,
    discovery, format_fingerprint,
};
use crate::block::{Block, BlockSource};
use crate::cid::Cid;
use crate::error::{Error, ErrorKind};
use crate::store::{BlockStore, PutReport};

/// An answer that is a message has at most so many bytes.
const MAX_ANSWER_BYTES: u64 = 64 << 20;

/// A block has at most so many bytes: what the largest request holds.
const MAX_BLOCK_BYTES: usize = 64 << 20;

/// So many blocks are asked for in one request.
const BLOCKS_PER_REQUEST: usize = 1_000;

/// Fetched blocks are stored in batches of so many bytes.
const BATCH_BYTES: usize = 4 << 20;

/// The way to a server over HTTP.
///
/// A request that breaks is made once more: the connection may have been an old one, and all requests
/// but the conditional update of a reference can be repeated. Connections are kept and used again.
///
/// Its answers are verified where they are blocks, and read into the types the caller names; nothing
/// in them runs.
#[derive(Debug)]
pub struct Http {
    agent: ureq::Agent,
    url: Mutex<String>,
    /// Whether another place is looked for when the server does not answer.
    is_discovered: bool,
    authorization: Option<Secret>,
    fingerprint: String,
    form: BodyForm,
}

/// A value of `Authorization`, which is not to be printed.
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("..")
    }
}

impl Http {
    /// The server at this address, `http://host:port`.
    ///
    /// # Errors
    /// [`Code::InvalidRequest`] for an address of another kind: `https` needs a tunnel or a proxy.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self, Refusal> {
        let url = url.trim_end_matches('/');
        let is_address = url
            .strip_prefix("http://")
            .is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', '@']));
        if !is_address {
            let message = format!("{url:?} is not of the form http://host:port");
            return Err(Refusal::new(Code::InvalidRequest, message));
        }
        Ok(Self::at(url.to_owned(), token, false))
    }

    /// The server of this machine, or the one the environment names: see
    /// [`discovery`](super::super::discovery). Looked for again when it does not answer.
    pub fn discover() -> Self {
        Self::at(discovery::server_url(), discovery::token().as_deref(), true)
    }

    fn at(url: String, token: Option<&str>, is_discovered: bool) -> Self {
        Self {
            agent: agent(Duration::from_secs(30)),
            url: Mutex::new(url),
            is_discovered,
            authorization: token.map(|token| Secret(format!("Bearer {token}"))),
            fingerprint: format_fingerprint(),
            form: BodyForm::MessagePack,
        }
    }

    /// The same with bodies of another form. Default [`BodyForm::MessagePack`].
    #[must_use]
    pub fn with_form(mut self, form: BodyForm) -> Self {
        self.form = form;
        self
    }

    /// The same with another time after which a server that says nothing is given up. Default 30 s.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.agent = agent(timeout);
        self
    }

    /// Where the server is.
    pub fn url(&self) -> String {
        self.url
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How much the server's store has.
    ///
    /// # Errors
    /// [`SendError::Refused`] or [`SendError::Failed`].
    pub fn stats(&self) -> Result<StoreStats, SendError> {
        let answer = self.get("/v1/stats")?.message()?;
        Ok(StoreStats::parse(answer.form, &answer.body)?)
    }

    /// Whether a server answers.
    ///
    /// # Errors
    /// As [`stats`](Self::stats).
    pub fn health(&self) -> Result<(), SendError> {
        self.get("/v1/health")?.message().map(|_| ())
    }

    /// The names of the server's roots.
    ///
    /// # Errors
    /// As [`stats`](Self::stats).
    pub fn refs(&self) -> Result<BTreeMap<String, Cid>, SendError> {
        let answer = self.get("/v1/refs")?.message()?;
        Ok(RefList::parse(answer.form, &answer.body)?.refs)
    }

    /// What a name stands for on the server.
    ///
    /// # Errors
    /// As [`stats`](Self::stats).
    pub fn get_ref(&self, name: &str) -> Result<Option<Cid>, SendError> {
        let answer = self.get(&ref_path(name))?.message();
        match answer {
            Ok(answer) => Ok(RefCid::parse(answer.form, &answer.body)?.cid),
            Err(SendError::Refused(refusal)) if refusal.code() == Code::CidNotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a name stand for a block on the server, or for nothing.
    ///
    /// With a condition it is asked once only: if [`SendError::Failed`] comes back, look what the name
    /// stands for.
    ///
    /// # Errors
    /// [`Code::RefConflict`] if the condition does not hold, [`Code::CidNotFound`] if the server has no
    /// such block; as [`stats`](Self::stats).
    pub fn set_ref(&self, name: &str, update: RefUpdate) -> Result<(), SendError> {
        let path = ref_path(name);
        let request = Request {
            method: "PUT",
            path: &path,
            body: Some(update.to_body(self.form)),
            accept: self.form.media_type(),
        };
        let answer = if update.expected.is_none() {
            self.ask(&request)?
        } else {
            self.ask_once(&request)?
        };
        answer.message().map(|_| ())
    }

    /// Copies a value of any size from the server to a store, in batches; little of it is in memory.
    ///
    /// If it breaks off, what is there already is whole, but nothing leads to it yet.
    ///
    /// # Errors
    /// [`SendError::Value`] with what the store says, or bytes that are not blocks;
    /// [`Code::InvalidFrame`] if the answer is cut off; as [`stats`](Self::stats).
    pub fn fetch_into(&self, cid: Cid, store: &dyn BlockStore) -> Result<PutReport, SendError> {
        let request = Request {
            method: "GET",
            path: &format!("/v1/values/{cid}"),
            body: None,
            accept: FRAME_MEDIA_TYPE,
        };
        let mut frame = self.ask(&request)?.frame()?;
        let mut report = PutReport::default();
        let mut batch = Vec::new();
        let mut batch_bytes = 0;
        while let Some(bytes) = frame.next_block()? {
            batch_bytes += bytes.len();
            batch.push(Block::new(bytes));
            if batch_bytes >= BATCH_BYTES || batch.len() == BLOCKS_PER_REQUEST {
                add(&mut report, store.put_many(&batch)?);
                batch.clear();
                batch_bytes = 0;
            }
        }
        if batch.last().is_some_and(|block| block.cid() != cid) {
            let message = "the last block is not the value's";
            return Err(Refusal::new(Code::InvalidFrame, message).about(cid).into());
        }
        add(&mut report, store.put_many(&batch)?);
        if !store.contains(&cid)? {
            return Err(Refusal::missing_blocks(vec![cid], false).into());
        }
        Ok(report)
    }

    fn get(&self, path: &str) -> Result<Response, SendError> {
        self.ask(&Request {
            method: "GET",
            path,
            body: None,
            accept: self.form.media_type(),
        })
    }

    fn post(&self, path: &str, body: Vec<u8>, accept: &str) -> Result<Response, SendError> {
        self.ask(&Request {
            method: "POST",
            path,
            body: Some(body),
            accept,
        })
    }

    fn ask(&self, request: &Request<'_>) -> Result<Response, SendError> {
        self.ask_once(request).or_else(|_| {
            if self.is_discovered {
                let found = discovery::server_url();
                *self.url.lock().unwrap_or_else(PoisonError::into_inner) = found;
            }
            self.ask_once(request)
        })
    }

    fn ask_once(&self, request: &Request<'_>) -> Result<Response, SendError> {
        let mut head = ureq::http::Request::builder()
            .method(request.method)
            .uri(format!("{}{}", self.url(), request.path))
            .header("accept", request.accept)
            .header("cideldill-protocol", PROTOCOL_VERSION)
            .header("cideldill-format", &self.fingerprint);
        if let Some(Secret(authorization)) = &self.authorization {
            head = head.header("authorization", authorization);
        }
        let answer = match &request.body {
            None => self.agent.run(head.body(()).map_err(failed)?),
            Some(body) => {
                let head = head.header("content-type", self.form.media_type());
                self.agent.run(head.body(&body[..]).map_err(failed)?)
            }
        };
        answer.map(Response).map_err(failed)
    }

    fn load(&self, cids: &[Cid]) -> Result<BTreeMap<Cid, Arc<[u8]>>, SendError> {
        let mut loaded = BTreeMap::new();
        let each_once: BTreeSet<Cid> = cids.iter().copied().collect();
        let cids: Vec<Cid> = each_once.into_iter().collect();
        for part in cids.chunks(BLOCKS_PER_REQUEST) {
            let asked = CidList {
                cids: part.to_vec(),
            };
            let body = asked.to_body(self.form);
            let mut frame = self.post("/v1/blocks", body, FRAME_MEDIA_TYPE)?.frame()?;
            let mut expected = part.iter();
            while let Some(bytes) = frame.next_block()? {
                let Some(cid) = expected.next() else {
                    let message = "more blocks than were asked for";
                    return Err(Refusal::new(Code::InvalidFrame, message).into());
                };
                let block = Block::verified(*cid, bytes)?;
                loaded.insert(*cid, Arc::clone(block.bytes()));
            }
        }
        Ok(loaded)
    }
}

impl Transport for Http {
    fn handshake(&self) -> Result<Handshake, SendError> {
        let answer = self.get("/v1/handshake")?.message()?;
        Ok(Handshake::parse(answer.form, &answer.body)?)
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        let body = offer.to_body(self.form);
        let answer = self.post("/v1/objects", body, self.form.media_type())?;
        match answer.message() {
            Ok(answer) => Ok(Answer::parse(answer.form, &answer.body)?),
            Err(SendError::Refused(refusal)) => Ok(Answer::Refused(refusal)),
            Err(error) => Err(error),
        }
    }

    fn missing(&self, asked: &CidList) -> Result<Option<MissingCids>, SendError> {
        let body = asked.to_body(self.form);
        let answer = self.post("/v1/missing", body, self.form.media_type())?;
        let answer = answer.message()?;
        Ok(Some(MissingCids::parse(answer.form, &answer.body)?))
    }
}

/// Every block is verified.
impl BlockSource for Http {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let loaded = self.load(cids).map_err(|error| match error {
            SendError::Value(error) => error,
            SendError::Refused(refusal) => match refusal.missing() {
                [cid, ..] => ErrorKind::Missing { cid: *cid }.into(),
                [] => not_fetched().with_source(refusal),
            },
            failed @ SendError::Failed(_) => not_fetched().with_source(failed),
        })?;
        let find = |cid| loaded.get(cid).cloned();
        cids.iter()
            .map(|cid| find(cid).ok_or_else(|| ErrorKind::Missing { cid: *cid }.into()))
            .collect()
    }
}

struct Request<'r> {
    method: &'r str,
    path: &'r str,
    body: Option<Vec<u8>>,
    accept: &'r str,
}

/// What a server answered, its body not read yet.
struct Response(ureq::http::Response<ureq::Body>);

/// A body that is a message.
struct Message {
    form: BodyForm,
    body: Vec<u8>,
}

impl Response {
    /// A message that does not refuse.
    fn message(self) -> Result<Message, SendError> {
        let is_refusal = !self.0.status().is_success();
        let form = self.media_type().and_then(BodyForm::from_media_type);
        let Some(form) = form else {
            let status = self.0.status();
            return Err(failed(format!(
                "not an answer of ours, with status {status}"
            )));
        };
        let mut body = Vec::new();
        let mut reader = self.0.into_body().into_reader().take(MAX_ANSWER_BYTES);
        reader.read_to_end(&mut body).map_err(failed)?;
        if !is_refusal {
            return Ok(Message { form, body });
        }
        match Answer::parse(form, &body) {
            Ok(Answer::Refused(refusal)) => Err(refusal.into()),
            Ok(Answer::Accepted(_)) => Err(failed("a refusal without a code")),
            Err(refusal) => Err(failed(refusal)),
        }
    }

    /// A frame of blocks.
    fn frame(self) -> Result<FrameReader<impl Read>, SendError> {
        if self.0.status().is_success() && self.media_type() == Some(FRAME_MEDIA_TYPE) {
            let reader = self.0.into_body().into_reader();
            return Ok(FrameReader::new(reader, MAX_BLOCK_BYTES));
        }
        self.message()?;
        Err(failed("not a frame of blocks"))
    }

    fn media_type(&self) -> Option<&str> {
        self.0.headers().get("content-type")?.to_str().ok()
    }
}

fn agent(timeout: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_connect(Some(timeout))
        .timeout_send_body(Some(timeout))
        .timeout_recv_response(Some(timeout))
        .timeout_per_read(Some(timeout))
        .build()
        .into()
}

/// A name as it stands in a path.
fn ref_path(name: &str) -> String {
    let mut path = "/v1/refs/".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

fn add(report: &mut PutReport, more: PutReport) {
    report.blocks += more.blocks;
    report.bytes += more.bytes;
    report.new_blocks += more.new_blocks;
    report.new_bytes += more.new_bytes;
}

fn failed(source: impl Into<crate::error::Source>) -> SendError {
    SendError::Failed(source.into())
}

fn not_fetched() -> Error {
    let action = "fetch blocks from the server";
    ErrorKind::Backend { action }.into()
}

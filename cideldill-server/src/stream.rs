//! Many blocks as one answer: read from the store as fast as the client takes them, and no faster.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::Response;
use cideldill::Error;
use cideldill::transport::{FRAME_MEDIA_TYPE, Refusal, frame_entry, frame_start};
use hyper::body::Frame;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;

use crate::answer::ok;
use crate::app::App;

/// About so many bytes are read at a time; a block is never divided.
const PIECE_BYTES: usize = 128 << 10;

/// The blocks of a frame, in its order.
pub(crate) type Blocks = Box<dyn Iterator<Item = Result<Arc<[u8]>, Error>> + Send>;

type Piece = (Option<Blocks>, Result<Vec<u8>, Refusal>);

/// Answers with a frame of these blocks. What the first of them say can still be refused.
pub(crate) async fn answer(
    app: &Arc<App>,
    blocks: impl FnOnce(&App) -> Blocks + Send + 'static,
) -> Result<Response<Body>, Refusal> {
    let permit = app.stream()?;
    let first = app.work(move |app| {
        let (rest, piece) = read_piece(app, blocks(app));
        (
            rest,
            piece.map(|piece| [&frame_start()[..], &piece].concat()),
        )
    });
    let (rest, first) = first.await?;
    let first = first?;
    let frame = FrameBody {
        app: Arc::clone(app),
        next: Next::Piece(rest, first),
        _permit: permit,
    };
    Ok(ok(FRAME_MEDIA_TYPE, Body::new(frame)))
}

fn read_piece(app: &App, mut blocks: Blocks) -> Piece {
    let mut piece = Vec::new();
    while piece.len() < PIECE_BYTES {
        let block = match blocks.next() {
            None => return (None, Ok(piece)),
            Some(Ok(block)) => block,
            Some(Err(error)) => return (None, Err(app.failed(&error))),
        };
        match frame_entry(block.len()) {
            Ok(entry) => piece.extend(entry),
            Err(refusal) => return (None, Err(refusal)),
        }
        piece.extend_from_slice(&block);
    }
    (Some(blocks), Ok(piece))
}

struct FrameBody {
    app: Arc<App>,
    next: Next,
    _permit: OwnedSemaphorePermit,
}

enum Next {
    /// A piece that was read, and where the next comes from.
    Piece(Option<Blocks>, Vec<u8>),
    /// A piece that is being read.
    Reading(JoinHandle<Piece>),
    End,
}

impl hyper::body::Body for FrameBody {
    type Data = Bytes;
    type Error = Refusal;

    /// An error closes the connection before the frame's end, which the receiver sees.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        loop {
            match std::mem::replace(&mut self.next, Next::End) {
                Next::End => return Poll::Ready(None),
                Next::Piece(rest, piece) => {
                    if let Some(blocks) = rest {
                        let app = Arc::clone(&self.app);
                        let read = move || read_piece(&app, blocks);
                        self.next = Next::Reading(tokio::task::spawn_blocking(read));
                    }
                    if !piece.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(piece.into()))));
                    }
                }
                Next::Reading(mut reading) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(cx) else {
                        self.next = Next::Reading(reading);
                        return Poll::Pending;
                    };
                    match read {
                        Ok((rest, Ok(piece))) => self.next = Next::Piece(rest, piece),
                        Ok((_, Err(refusal))) => return Poll::Ready(Some(Err(refusal))),
                        Err(_) => return Poll::Ready(Some(Err(crate::app::busy()))),
                    }
                }
            }
        }
    }
}

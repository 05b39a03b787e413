//! Values on their way: a queue bounded in bytes, and a thread that empties it.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::super::{Serialized, Serializer, Transport};
use super::worker::work;
use crate::cid::Cid;
use crate::error::Error;
use crate::reduce::Reduce;
use crate::sync::{Builder, Condvar, JoinHandle, Mutex, MutexGuard};

/// What a value costs in the queue beside its bytes.
const BYTES_PER_VALUE: usize = 256;

/// What a [`Client`] may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Bytes of values that wait to be sent. Default 64 MiB.
    pub queue_bytes: usize,
    /// How long [`Client::send`] waits for room in the queue, while the server answers. Default 1 s.
    pub max_wait: Duration,
    /// How long dropping a client waits for what is in the queue. Default 2 s.
    pub linger: Duration,
    /// The shortest time between two attempts to reach a server; it doubles. Default 50 ms.
    pub min_backoff: Duration,
    /// The longest. Default 5 s.
    pub max_backoff: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            queue_bytes: 64 << 20,
            max_wait: Duration::from_secs(1),
            linger: Duration::from_secs(2),
            min_backoff: Duration::from_millis(50),
            max_backoff: Duration::from_secs(5),
        }
    }
}

/// Whether a server answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerState {
    /// Nothing was sent yet.
    #[default]
    Unknown,
    /// The last request was answered.
    Answering,
    /// The last request was not answered, or the server said that it can take nothing now. What waits
    /// is kept, and the server is tried again.
    Gone,
}

/// What became of the values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientReport {
    /// Whether the server answers.
    pub server: ServerState,
    /// Values that the server has, durably if its store is.
    pub sent: u64,
    /// Values that wait.
    pub waiting: u64,
    /// Bytes of the values that wait.
    pub waiting_bytes: u64,
    /// Values that were dropped, because there was no room for them.
    pub dropped: u64,
    /// Values that the server refused.
    pub refused: u64,
    /// Requests that were not answered.
    pub failures: u64,
    /// The last thing that went wrong.
    pub last_error: Option<String>,
}

/// Sends values from a thread of its own.
///
/// For all threads of a program. [`send`](Self::send) encodes on the calling thread, so the value may
/// change afterwards; no lock is held meanwhile.
#[derive(Debug)]
pub struct Client {
    shared: Arc<Shared>,
    serializer: Serializer,
    options: ClientOptions,
    thread: Option<JoinHandle<()>>,
}

impl Client {
    /// Starts the thread. Whether a server answers turns out when something is sent.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn start(
        transport: impl Transport + Send + 'static,
        options: ClientOptions,
    ) -> io::Result<Self> {
        let serializer = Serializer::default();
        let shared = Arc::new(Shared::default());
        let theirs = (Arc::clone(&shared), serializer.clone());
        let thread = Builder::new().name("cideldill-client".into());
        let thread = thread.spawn(move || {
            let (shared, serializer) = theirs;
            let _ended = Ended(&shared);
            work(&shared, transport, serializer, &options);
        })?;
        Ok(Self {
            shared,
            serializer,
            options,
            thread: Some(thread),
        })
    }

    /// Takes a value along, and returns its CID; the server has it later. What there is no room for is
    /// dropped and counted: see [`report`](Self::report).
    ///
    /// A value that is larger than the whole queue is dropped; send it with a
    /// [`Sender`](super::super::Sender), which holds only a part of it in memory.
    ///
    /// # Errors
    /// What in the value cannot be recorded.
    pub fn send<V: Reduce + ?Sized>(&self, value: &V) -> Result<Cid, Error> {
        let spare = self.serializer.spare().take();
        let (cid, blocks) = spare.encode_at_most(value, self.options.queue_bytes)?;
        let Some(blocks) = blocks else {
            self.shared.lock().report.dropped += 1;
            return Ok(cid);
        };
        let cache = self.serializer.cache();
        let value = self
            .serializer
            .ready(cid, blocks, |cid| cache.is_sent(cid))?;
        self.push(value);
        Ok(cid)
    }

    fn push(&self, value: Serialized) {
        let bytes = value.blocks().len() + BYTES_PER_VALUE;
        let until = Instant::now() + self.options.max_wait;
        let mut queue = self.shared.lock();
        while !queue.has_room(bytes, self.options.queue_bytes) {
            let left = until.saturating_duration_since(Instant::now());
            // Nobody is held up for a server that is not there.
            if left.is_zero() || queue.report.server == ServerState::Gone || queue.is_ended {
                queue.report.dropped += 1;
                return;
            }
            queue = self.shared.wait(queue, left);
        }
        queue.add(value, bytes);
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Waits until nothing waits any more, but not longer than this, and says whether that is so. What
    /// was refused or dropped does not wait.
    pub fn flush(&self, at_most: Duration) -> bool {
        let until = Instant::now() + at_most;
        let mut queue = self.shared.lock();
        while queue.report.waiting > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || queue.is_ended {
                return false;
            }
            queue = self.shared.wait(queue, left);
        }
        true
    }

    /// What became of the values so far.
    pub fn report(&self) -> ClientReport {
        self.shared.lock().report.clone()
    }

    /// Ends the client: waits for what is in the queue as [`flush`](Self::flush) does. What still waits
    /// then is lost, and stands in the report.
    pub fn close(mut self, at_most: Duration) -> ClientReport {
        self.end(at_most);
        self.report()
    }

    fn end(&mut self, at_most: Duration) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.flush(at_most);
        let mut queue = self.shared.lock();
        queue.is_closing = true;
        let is_idle = queue.report.waiting == 0;
        drop(queue);
        self.shared.changed.notify_all();
        // A request that is under way ends by itself; nobody waits for it.
        if is_idle {
            let _ = thread.join();
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Nobody is held up for a server that is not there.
        let is_gone = self.shared.lock().report.server == ServerState::Gone;
        let linger = self.options.linger;
        self.end(if is_gone { Duration::ZERO } else { linger });
    }
}

/// What the client and its thread share. The lock is a leaf: nothing is called under it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    queue: Mutex<Queue>,
    pub(super) changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    values: VecDeque<(Serialized, usize)>,
    pub(super) report: ClientReport,
    pub(super) is_closing: bool,
    is_ended: bool,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wait<'q>(
        &self,
        queue: MutexGuard<'q, Queue>,
        at_most: Duration,
    ) -> MutexGuard<'q, Queue> {
        let waited = self.changed.wait_timeout(queue, at_most);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Queue {
    fn has_room(&self, bytes: usize, most: usize) -> bool {
        let waiting = usize::try_from(self.report.waiting_bytes).unwrap_or(usize::MAX);
        waiting == 0 || waiting.saturating_add(bytes) <= most
    }

    fn add(&mut self, value: Serialized, bytes: usize) {
        self.values.push_back((value, bytes));
        self.report.waiting += 1;
        self.report.waiting_bytes += bytes as u64;
    }

    /// Takes the next values, a few megabytes at most. They still wait until they are [`done`](Self::done).
    pub(super) fn take(&mut self, max_values: usize, max_bytes: usize) -> Vec<(Serialized, usize)> {
        let mut taken: Vec<(Serialized, usize)> = Vec::new();
        let mut all = 0;
        while let Some((_, bytes)) = self.values.front() {
            all += bytes;
            if taken.len() == max_values || (all > max_bytes && !taken.is_empty()) {
                break;
            }
            taken.extend(self.values.pop_front());
        }
        taken
    }

    /// A value of so many bytes waits no longer.
    pub(super) fn done(&mut self, bytes: usize) {
        self.report.waiting = self.report.waiting.saturating_sub(1);
        self.report.waiting_bytes = self.report.waiting_bytes.saturating_sub(bytes as u64);
    }
}

/// Says that the thread has ended, however it did.
struct Ended<'s>(&'s Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.lock().is_ended = true;
        self.0.changed.notify_all();
    }
}

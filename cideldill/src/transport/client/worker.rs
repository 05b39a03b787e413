//! The thread of a client: sends what waits, and waits when nobody answers.

use std::error::Error as _;
use std::time::{Duration, Instant};

use super::super::{Code, SendError, Sender, Serialized, Serializer, Transport};
use super::queue::{ClientOptions, ServerState, Shared};

/// So many values, or so many bytes of them, are sent together.
const BATCH_VALUES: usize = 100;
const BATCH_BYTES: usize = 4 << 20;

/// How often a value is sent that the server's store cannot take.
const ATTEMPTS: u32 = 5;

/// Nothing happens before something is to be sent; this only bounds how long a wake-up may be missed.
const IDLE: Duration = Duration::from_secs(60);

pub(super) fn work(
    shared: &Shared,
    transport: impl Transport,
    serializer: Serializer,
    options: &ClientOptions,
) {
    let worker = Worker {
        shared,
        sender: Sender::with_serializer(transport, serializer),
        options,
    };
    while let Some(batch) = worker.next() {
        if !worker.send(batch) {
            return;
        }
    }
}

struct Worker<'w, T> {
    shared: &'w Shared,
    sender: Sender<T>,
    options: &'w ClientOptions,
}

type Batch = Vec<(Serialized, usize)>;

/// What a failure means for the values that were sent.
enum Failure {
    /// Nobody answers, or cannot take anything now: keep them.
    Gone,
    /// The store cannot take this; perhaps the next time.
    Store,
    /// These will never be taken.
    Refused,
}

impl<T: Transport> Worker<'_, T> {
    /// What is to be sent next; nothing when the client is closed.
    fn next(&self) -> Option<Batch> {
        let mut queue = self.shared.lock();
        loop {
            if queue.is_closing {
                return None;
            }
            let batch = queue.take(BATCH_VALUES, BATCH_BYTES);
            if !batch.is_empty() {
                return Some(batch);
            }
            queue = self.shared.wait(queue, IDLE);
        }
    }

    /// Sends until it is sent or refused; says whether to go on.
    fn send(&self, batch: Batch) -> bool {
        let (values, bytes): (Vec<Serialized>, Vec<usize>) = batch.into_iter().unzip();
        if values.len() > 1 {
            match self.attempt(&values) {
                Ok(()) => {
                    self.count(&bytes, |report| &mut report.sent);
                    return true;
                }
                Err(Failure::Gone) if !self.back_off(0) => return false,
                Err(_) => {}
            }
        }
        // One may be refused for all: each by itself.
        values
            .iter()
            .zip(bytes)
            .all(|(value, bytes)| self.send_one(value, bytes))
    }

    fn send_one(&self, value: &Serialized, bytes: usize) -> bool {
        let mut failed = 0;
        let mut tried = 0;
        loop {
            match self.attempt(std::slice::from_ref(value)) {
                Ok(()) => {
                    self.count(&[bytes], |report| &mut report.sent);
                    return true;
                }
                Err(Failure::Gone) => {}
                Err(Failure::Store) if tried + 1 < ATTEMPTS => tried += 1,
                Err(Failure::Store | Failure::Refused) => {
                    self.count(&[bytes], |report| &mut report.refused);
                    return true;
                }
            }
            if !self.back_off(failed) {
                return false;
            }
            failed += 1;
        }
    }

    fn attempt(&self, values: &[Serialized]) -> Result<(), Failure> {
        let sent = self.sender.upload(values);
        let mut queue = self.shared.lock();
        let error = match sent {
            Ok(()) => {
                queue.report.server = ServerState::Answering;
                return Ok(());
            }
            Err(error) => error,
        };
        let failure = Failure::of(&error);
        queue.report.server = match failure {
            Failure::Gone => ServerState::Gone,
            Failure::Store | Failure::Refused => ServerState::Answering,
        };
        queue.report.failures += u64::from(matches!(error, SendError::Failed(_)));
        queue.report.last_error = Some(match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        });
        drop(queue);
        // Who waits for room waits no longer.
        self.shared.changed.notify_all();
        Err(failure)
    }

    fn count(&self, bytes: &[usize], counter: impl Fn(&mut super::ClientReport) -> &mut u64) {
        let mut queue = self.shared.lock();
        for bytes in bytes {
            queue.done(*bytes);
            *counter(&mut queue.report) += 1;
        }
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Waits before another attempt, twice as long each time; says whether to make it.
    fn back_off(&self, failed: u32) -> bool {
        let wait = self.options.min_backoff * 2_u32.saturating_pow(failed.min(16));
        let until = Instant::now() + wait.min(self.options.max_backoff);
        let mut queue = self.shared.lock();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if queue.is_closing || left.is_zero() {
                return !queue.is_closing;
            }
            queue = self.shared.wait(queue, left);
        }
    }
}

impl Failure {
    fn of(error: &SendError) -> Self {
        match error {
            SendError::Failed(_) => Self::Gone,
            SendError::Value(_) => Self::Refused,
            SendError::Refused(refusal) => match refusal.code() {
                Code::Busy | Code::Timeout | Code::NoSpace | Code::Unauthorized => Self::Gone,
                Code::StoreFailed | Code::Corrupt | Code::CidNotFound | Code::Unknown => {
                    Self::Store
                }
                _ => Self::Refused,
            },
        }
    }
}

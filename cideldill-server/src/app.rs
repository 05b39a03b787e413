//! What all requests share: the store, and how much of everything they may use together.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cideldill::transport::{Code, Refusal};
use cideldill::{BlockStore, Error, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::config::Config;

/// So many values are shown at once: each may be a few hundred megabytes while it is loaded.
const RENDERINGS: usize = 2;

pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) config: Config,
    /// One permit a byte.
    bodies: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    workers: Semaphore,
    renderings: Semaphore,
}

impl App {
    pub(crate) fn new(store: Store, config: Config) -> Self {
        let bodies = config.bodies_bytes.max(config.limits.body_bytes);
        Self {
            bodies: Arc::new(Semaphore::new(bodies.min(Semaphore::MAX_PERMITS))),
            streams: Arc::new(Semaphore::new(config.streams)),
            workers: Semaphore::new(config.workers.max(1)),
            renderings: Semaphore::new(RENDERINGS),
            store,
            config,
        }
    }

    /// Room for a body of this length; waits for it as long as a body may take.
    pub(crate) async fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.bodies).acquire_many_owned(permits);
        self.in_time(room).await?.map_err(|_| busy())
    }

    /// The right to stream an answer.
    pub(crate) fn stream(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let stream = Arc::clone(&self.streams).try_acquire_owned();
        stream.map_err(|_| busy())
    }

    /// The right to load a value; waits for it.
    pub(crate) async fn rendering(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let turn = self.in_time(self.renderings.acquire()).await?;
        turn.map_err(|_| busy())
    }

    async fn in_time<T>(&self, waiting: impl Future<Output = T>) -> Result<T, Refusal> {
        let waiting = tokio::time::timeout(self.config.body_timeout, waiting);
        waiting.await.map_err(|_| busy())
    }

    /// Works on the store on a thread that may block.
    pub(crate) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _turn = self.in_time(self.workers.acquire()).await?;
        let app = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&app)).await;
        // The only way not to be done is a panic in a store.
        done.map_err(|_| Refusal::new(Code::StoreFailed, "the store failed"))
    }

    pub(crate) fn blocks(&self) -> &dyn BlockStore {
        self.store.blocks()
    }

    /// What the store said, as an answer; the cause is told to who runs the server.
    pub(crate) fn failed(&self, error: &Error) -> Refusal {
        let refusal = Refusal::from(error);
        let is_ours = refusal.code().status() >= 500;
        if let Some(on_failure) = self.config.on_failure.as_ref().filter(|_| is_ours) {
            on_failure(error);
        }
        refusal
    }

    /// Until when a body that begins now must be there.
    pub(crate) fn deadline(&self) -> tokio::time::Instant {
        let far = Duration::from_secs(24 * 60 * 60);
        tokio::time::Instant::now() + self.config.body_timeout.min(far)
    }
}

pub(crate) fn busy() -> Refusal {
    Refusal::new(Code::Busy, "too much at once; try again later")
}

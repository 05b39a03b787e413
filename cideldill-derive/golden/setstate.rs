/// The type gives and takes its own state.
#[derive(Debuggable)]
#[debuggable(state = "Counter::state", restore = "Counter::restore")]
struct Counter {
    hits: AtomicU64,
    started: Instant,
}

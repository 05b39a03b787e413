//! What threads may do at once, in every order: loom runs each model once for every order in which its
//! threads can take locks, as far as the orders differ. A thread that waits for ever fails the model.

mod cache;
mod client;
mod far;
mod sender;
mod serializer;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom::thread::{Builder, JoinHandle};

/// In words. Coroutines start with little, and encoding takes more.
const STACK: usize = 64 << 10;

/// A thread of the model.
fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    Builder::new().stack_size(STACK).spawn(body).unwrap()
}

/// Runs a model in every order. With a bound, in every order in which threads lose their turn at most
/// so often: where all orders are too many, few turns lost show nearly all mistakes there are.
fn in_every_order(name: &str, bound: Option<usize>, body: impl Fn() + Send + Sync + 'static) {
    let orders = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&orders);
    let body = Arc::new(body);
    let mut model = loom::model::Builder::new();
    model.preemption_bound = model.preemption_bound.or(bound);
    model.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let body = Arc::clone(&body);
        spawn(move || body()).join().unwrap();
    });
    let orders = orders.load(Ordering::Relaxed);
    assert!(orders > 1, "nothing happened at once");
    // To standard error itself, so that it is seen of a model that passes.
    let _ = writeln!(std::io::stderr(), "{name}: {orders} orders");
}

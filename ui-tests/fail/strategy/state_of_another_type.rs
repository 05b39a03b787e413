use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(state = "state", restore = "restore")]
struct Counter {
    hits: u64,
}

fn state(hits: &u64) -> u64 {
    *hits
}

fn restore(hits: u64) -> Counter {
    Counter { hits }
}

fn main() {}

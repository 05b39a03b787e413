use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(state = "Counter::state")]
struct Counter {
    hits: u64,
}

fn main() {}

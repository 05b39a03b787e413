use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(restore = "Counter::restore")]
struct Counter {
    hits: u64,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(state = "Counter::state", restore = "Counter::restore")]
struct Counter {
    #[debuggable(skip)]
    hits: u64,
    #[debuggable(rename = "name")]
    label: String,
}

#[derive(Debuggable)]
#[debuggable(placeholder)]
enum Guard {
    #[debuggable(rename = "Closed")]
    Shut,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(reduce_only, state = "Counter::state", restore = "Counter::restore")]
struct Counter {
    hits: u64,
}

#[derive(Debuggable)]
#[debuggable(constructor = "Line::new(text)")]
struct Line<'a> {
    text: &'a str,
}

fn main() {}

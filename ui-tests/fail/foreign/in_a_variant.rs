use cideldill::Debuggable;

struct Line;

#[derive(Debuggable)]
enum Event {
    Empty,
    Added(u8, Line),
    Removed { line: Line },
}

fn main() {}

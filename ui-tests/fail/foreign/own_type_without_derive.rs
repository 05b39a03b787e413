use cideldill::Debuggable;

struct Line {
    price: u64,
}

#[derive(Debuggable)]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

fn main() {}

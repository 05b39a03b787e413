use cideldill::Debuggable;

struct Line;

#[derive(Debuggable)]
struct Order {
    #[debuggable(serde)]
    line: Line,
}

fn main() {}

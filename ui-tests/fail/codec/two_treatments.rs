use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    #[debuggable(as = "Vec<_>", serde)]
    lines: Vec<u8>,
    #[debuggable(skip, as = "_")]
    rest: u8,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    id: u64,
    #[debuggable(as = "Vec<Option<_>>")]
    lines: Vec<(u8, u8)>,
}

fn main() {}

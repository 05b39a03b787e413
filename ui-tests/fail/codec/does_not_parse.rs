use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    #[debuggable(as = "Vec<(_,")]
    lines: Vec<(u8, u8)>,
    #[debuggable(as)]
    rest: Vec<u8>,
}

fn main() {}

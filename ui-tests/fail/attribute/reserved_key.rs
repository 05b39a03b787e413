use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(version = 2, migrate = "older")]
struct Order {
    #[debuggable(volatile)]
    lines: Vec<(u8, u8)>,
    #[debuggable(flatten)]
    rest: (),
    #[debuggable(dyn)]
    id: u64,
}

fn main() {}

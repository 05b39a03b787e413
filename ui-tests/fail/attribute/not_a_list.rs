use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    #[debuggable]
    id: u64,
    #[debuggable = "skip"]
    note: String,
}

fn main() {}

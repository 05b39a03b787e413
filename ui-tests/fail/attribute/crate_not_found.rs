use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(crate = runtime)]
struct Order {
    id: u64,
}

fn main() {}

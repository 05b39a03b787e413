use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    started: std::time::Instant,
}

fn main() {}

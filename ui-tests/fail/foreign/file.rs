use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    log: std::fs::File,
}

fn main() {}

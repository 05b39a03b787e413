use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    shared: std::sync::Arc<str>,
}

fn main() {}

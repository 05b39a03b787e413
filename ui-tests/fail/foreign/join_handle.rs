use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    worker: std::thread::JoinHandle<()>,
}

fn main() {}

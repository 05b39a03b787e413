use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    events: std::sync::mpsc::Sender<u8>,
}

fn main() {}

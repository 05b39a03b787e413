use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    parent: std::rc::Weak<u8>,
}

fn main() {}

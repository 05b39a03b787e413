use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    callback: Box<dyn Fn(u8) -> u8>,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    callback: fn(u8) -> u8,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    waiting: std::vec::IntoIter<u8>,
}

fn main() {}

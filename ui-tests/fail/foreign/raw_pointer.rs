use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    place: *const u8,
}

fn main() {}

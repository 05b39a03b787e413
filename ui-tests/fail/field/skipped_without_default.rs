use cideldill::Debuggable;

struct Connection;

#[derive(Debuggable)]
struct Client {
    name: String,
    #[debuggable(skip)]
    connection: Connection,
}

fn main() {}

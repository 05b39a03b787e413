use cideldill::Debuggable;

struct Connection;

#[derive(Debuggable)]
struct Client {
    #[debuggable(placeholder(debug))]
    connection: Connection,
}

fn main() {}

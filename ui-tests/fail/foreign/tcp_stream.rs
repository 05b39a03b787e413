use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    connection: Option<std::net::TcpStream>,
}

fn main() {}

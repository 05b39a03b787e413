use cideldill::Debuggable;
use cideldill::adapter::Reducer;

struct Socket;

#[derive(Debuggable)]
struct Client {
    #[debuggable(as = "Vec<(_, Option<Reducer>)>")]
    sockets: Vec<(Socket, Option<Socket>)>,
}

fn main() {}

use cideldill::Debuggable;
use cideldill::adapter::DisplayFromStr;

struct Socket;

#[derive(Debuggable)]
struct Client {
    #[debuggable(as = "Option<DisplayFromStr>")]
    socket: Option<Socket>,
}

fn main() {}

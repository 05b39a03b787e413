use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    parent: std::rc::Rc<u8>,
}

fn main() {}

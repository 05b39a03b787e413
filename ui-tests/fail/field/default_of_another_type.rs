use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    #[debuggable(default = "name")]
    name: String,
}

fn name() -> &'static str {
    "nobody"
}

fn main() {}

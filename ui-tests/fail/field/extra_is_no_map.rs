use cideldill::Debuggable;

#[derive(Debuggable)]
struct Settings {
    name: String,
    #[debuggable(extra)]
    entries: Vec<cideldill::Value>,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    #[debuggable(skip, serde)]
    a: u8,
    #[debuggable(with = "module", reducer)]
    b: u8,
    #[debuggable(placeholder, extra)]
    c: u8,
}

fn main() {}

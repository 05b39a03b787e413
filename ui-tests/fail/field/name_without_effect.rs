use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    #[debuggable(skip, rename = "x")]
    a: u8,
    #[debuggable(alias = "y", skip)]
    b: u8,
}

#[derive(Debuggable)]
struct Pair(#[debuggable(rename = "left")] u8, #[debuggable(alias = "right")] u8);

fn main() {}

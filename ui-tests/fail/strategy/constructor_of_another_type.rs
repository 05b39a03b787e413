use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(constructor = "Point::new(x)")]
struct Point {
    x: u8,
}

impl Point {
    fn new(x: u8) -> u8 {
        x
    }
}

fn main() {}

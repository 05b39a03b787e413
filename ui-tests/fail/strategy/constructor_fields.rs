use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(constructor = "Point::new(x, z, x)")]
struct Point {
    x: u8,
    y: u8,
}

#[derive(Debuggable)]
#[debuggable(constructor = "Size::new")]
struct Size {
    width: u8,
}

fn main() {}

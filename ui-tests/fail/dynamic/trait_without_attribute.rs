use cideldill::Debuggable;

trait Shape {
    fn area(&self) -> u32;
}

#[derive(Debuggable)]
struct Drawing {
    shapes: Vec<Box<dyn Shape>>,
}

fn main() {}

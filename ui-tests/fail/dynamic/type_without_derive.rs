#[cideldill::debuggable(dyn)]
trait Shape {
    fn area(&self) -> u32;
}

struct Circle(u32);

impl Shape for Circle {
    fn area(&self) -> u32 {
        3 * self.0
    }
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(constructor = "Shape::circle(radius)")]
enum Shape {
    Circle { radius: f64 },
}

fn main() {}

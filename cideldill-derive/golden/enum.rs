/// Every kind of variant, and older names.
#[derive(Debuggable)]
#[debuggable(alias = "Figure")]
enum Shape {
    Empty,
    Circle(f64),
    #[debuggable(rename = "Box", alias = "Rect")]
    Rectangle { width: f64, #[debuggable(skip)] area: Cell<f64>, height: f64 },
}

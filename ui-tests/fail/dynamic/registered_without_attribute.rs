use cideldill::{Debuggable, Registry};

trait Shape {}

#[derive(Debuggable)]
struct Circle;

impl Shape for Circle {}

fn main() {
    let _ = Registry::new().register_dyn::<dyn Shape, Circle>("circle");
}

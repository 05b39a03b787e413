use cideldill::Debuggable;

#[cideldill::debuggable(dyn)]
trait Shape {}

#[derive(Debuggable)]
struct Circle;

#[cideldill::debuggable(dyn)]
impl Shape for Circle {}

fn main() {}

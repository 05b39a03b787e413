use cideldill::{Debuggable, Registry};

#[cideldill::debuggable(dyn)]
trait Shape {}

#[derive(Debuggable)]
struct Label;

fn main() {
    let _ = Registry::new().register_dyn::<dyn Shape, Label>("label");
}

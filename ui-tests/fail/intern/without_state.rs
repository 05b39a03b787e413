use std::sync::Arc;

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(intern = "Schema::find")]
struct Schema {
    name: String,
}

impl Schema {
    fn find(_: String) -> Option<Arc<Self>> {
        None
    }
}

fn main() {}

use std::sync::Arc;

use cideldill::Debuggable;
use cideldill::adapter::Interned;

#[derive(Debuggable)]
struct Schema {
    name: String,
}

#[derive(Debuggable)]
struct Table {
    #[debuggable(as = "Interned")]
    schema: Arc<Schema>,
}

fn main() {}

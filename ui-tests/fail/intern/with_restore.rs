use std::sync::Arc;

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(state = "Schema::name", restore = "Schema::make", intern = "Schema::find")]
struct Schema {
    name: String,
}

#[derive(Debuggable)]
#[debuggable(reduce_only, state = "Other::name", intern = "Other::find")]
struct Other {
    name: String,
}

fn main() {}

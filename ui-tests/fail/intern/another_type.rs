use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(state = "Schema::name", intern = "Schema::find")]
struct Schema {
    name: String,
}

impl Schema {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn find(name: String) -> Option<Self> {
        Some(Self { name })
    }
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(rename_all = "camelCase")]
struct Order {
    #[debuggable(skpi)]
    id: u64,
}

fn main() {}

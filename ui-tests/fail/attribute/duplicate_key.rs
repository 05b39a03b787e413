use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(rename = "Bill")]
#[debuggable(rename = "Invoice")]
struct Order {
    #[debuggable(default, skip, default)]
    id: u64,
}

fn main() {}

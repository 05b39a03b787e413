use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    id: u64,
    #[debuggable(rename = "id")]
    number: u64,
    #[debuggable(alias = "note")]
    text: String,
    note: String,
}

fn main() {}

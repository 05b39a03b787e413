use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(rename)]
struct Order {
    #[debuggable(skip = true)]
    id: u64,
    #[debuggable(rename = 5)]
    note: String,
    #[debuggable(alias = "")]
    lines: Vec<u8>,
    #[debuggable(with = "not a path")]
    total: u64,
    #[debuggable(default())]
    paid: bool,
    #[debuggable(placeholder("File"))]
    file: std::fs::File,
    #[debuggable(5)]
    place: u8,
    #[debuggable(skip rename = "x")]
    last: u8,
}

fn main() {}

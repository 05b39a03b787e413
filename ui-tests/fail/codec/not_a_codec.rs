use cideldill::Debuggable;

#[derive(Debuggable)]
struct Order {
    #[debuggable(as = "Vec<(u8, String)>")]
    lines: Vec<(u8, String)>,
}

fn main() {}

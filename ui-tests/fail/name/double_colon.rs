use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(rename = "shop::Order")]
struct Order {
    id: u64,
}

#[derive(Debuggable)]
enum State {
    #[debuggable(rename = "State::Open", alias = "a::b")]
    Open,
}

fn main() {}

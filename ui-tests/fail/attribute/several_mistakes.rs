use cideldill::Debuggable;

/// All in one compile, and no message about the missing impls.
#[derive(Debuggable)]
#[debuggable(restore = "Order::restore")]
struct Order {
    #[debuggable(skp)]
    id: u64,
    #[debuggable(serde, skip)]
    note: String,
    #[debuggable(rename = "id")]
    number: u64,
}

fn cid(order: &Order) {
    let _ = cideldill::compute_cid(order);
}

fn main() {}

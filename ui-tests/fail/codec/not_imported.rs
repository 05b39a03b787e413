use cideldill::Debuggable;

#[derive(Debuggable)]
struct Limits {
    #[debuggable(as = "Vec<DisplayFromStr>")]
    limits: Vec<u64>,
}

fn main() {}

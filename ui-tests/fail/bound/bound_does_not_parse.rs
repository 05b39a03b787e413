use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(bound = "T: ")]
#[debuggable(bound = "T Reduce")]
struct Wrapper<T> {
    #[debuggable(bound(encode = "T: Clone"))]
    inner: T,
}

fn main() {}

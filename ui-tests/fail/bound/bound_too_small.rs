use cideldill::Debuggable;

#[derive(Debuggable)]
struct Wrapper<T> {
    #[debuggable(bound = "")]
    inner: T,
}

fn main() {}

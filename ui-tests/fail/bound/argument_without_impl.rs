use cideldill::Debuggable;

struct Line;

#[derive(Debuggable)]
struct Wrapper<T> {
    inner: T,
}

fn cid(wrapper: &Wrapper<Line>) {
    let _ = cideldill::compute_cid(wrapper);
}

fn main() {}

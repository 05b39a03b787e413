use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    name: String,
    guard: std::sync::MutexGuard<'static, u8>,
}

fn main() {}

/// Never recorded, wherever it stands.
#[derive(Debuggable)]
#[debuggable(placeholder(reason = "holds a lock"))]
struct Guard<T> {
    inner: MutexGuard<'static, T>,
}

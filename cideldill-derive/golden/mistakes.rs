/// All mistakes at once, and stubs.
#[derive(Debuggable)]
struct Wrong {
    #[debuggable(skpi)]
    a: u8,
    #[debuggable(skip, serde)]
    b: u8,
}

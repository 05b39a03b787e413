/// A type with a lifetime is recorded, not loaded.
#[derive(Debuggable)]
struct Line<'a>(&'a str, u32);

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(state = "A::state", restore = "A::restore", constructor = "A::new(id)")]
struct A {
    id: u64,
}

#[derive(Debuggable)]
#[debuggable(placeholder, state = "B::state", restore = "B::restore")]
struct B {
    id: u64,
}

#[derive(Debuggable)]
#[debuggable(constructor = "C::new(id)")]
struct C {
    id: u64,
    #[debuggable(extra)]
    other: std::collections::BTreeMap<String, cideldill::Value>,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
struct Line<'a> {
    text: &'a str,
}

fn main() {
    let encoded = cideldill::encode(&Line { text: "x" }).unwrap();
    let _ = cideldill::decode::<Line<'static>>(encoded.root(), &encoded);
}

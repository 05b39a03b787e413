use cideldill::Debuggable;

#[derive(Debuggable)]
struct Line<'a> {
    text: &'a str,
}

fn main() {
    let (root, blocks) = cideldill::encode(&Line { text: "x" }).unwrap();
    let _ = cideldill::decode::<Line<'static>>(root, &blocks);
}

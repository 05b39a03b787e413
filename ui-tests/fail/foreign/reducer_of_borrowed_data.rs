use cideldill::Debuggable;

struct Line<'a>(&'a str);

#[derive(Debuggable)]
struct Order<'a> {
    #[debuggable(reducer)]
    line: Line<'a>,
}

fn main() {}

use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(alias = "State")]
enum State {
    Open,
    #[debuggable(rename = "Open")]
    Started,
    #[debuggable(alias = "Open")]
    Closed,
}

fn main() {}

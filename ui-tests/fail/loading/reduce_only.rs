use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(reduce_only)]
struct Report {
    text: String,
}

#[derive(Debuggable)]
struct Archive {
    reports: Vec<Report>,
}

fn main() {}

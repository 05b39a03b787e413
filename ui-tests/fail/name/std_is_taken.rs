use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(rename = "std::Duration")]
struct Duration {
    seconds: u64,
}

#[allow(non_camel_case_types)]
#[derive(Debuggable)]
enum std {
    Open,
}

#[derive(Debuggable)]
#[debuggable(alias = "std")]
struct Other;

fn main() {}

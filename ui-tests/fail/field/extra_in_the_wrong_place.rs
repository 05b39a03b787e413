use cideldill::Debuggable;

use std::collections::BTreeMap;

use cideldill::Value;

#[derive(Debuggable)]
struct Pair(u8, #[debuggable(extra)] BTreeMap<String, Value>);

#[derive(Debuggable)]
enum Event {
    Other {
        #[debuggable(extra)]
        entries: BTreeMap<String, Value>,
    },
}

#[derive(Debuggable)]
struct Settings {
    #[debuggable(extra)]
    first: BTreeMap<String, Value>,
    #[debuggable(extra)]
    second: BTreeMap<String, Value>,
}

#[derive(Debuggable)]
struct Options {
    #[debuggable(extra, default)]
    entries: BTreeMap<String, Value>,
}

fn main() {}

/// Declared fields, and whatever else the data has.
#[derive(Debuggable)]
struct Settings {
    name: String,
    #[debuggable(extra)]
    other: BTreeMap<String, Value>,
}

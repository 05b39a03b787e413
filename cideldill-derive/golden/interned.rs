/// Recorded as its key, loaded as the one this program has.
#[derive(Debuggable)]
#[debuggable(alias = "Schema", state = "Config::name", intern = "Config::find")]
struct Config {
    name: String,
    columns: Vec<String>,
}
